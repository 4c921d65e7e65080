//! `kill -9` under load: every acknowledged statement is there exactly once, whatever moment it was. On PostgreSQL every other round
//! has two gateways, of which one is killed and the other goes on.
//!
//! `CONVENANT_KILL_ROUNDS` sets the number of rounds (3 when not given; the long tier runs 200, and 50 on PostgreSQL), and
//! `CONVENANT_TEST_STORE=postgres` the database.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::Home;
use harness::postgres::TestDatabase;
use ledger::log::note::VerifierKey;

use super::server::{Kept, Place, Server, agent, check, found_at, send, statement};

/// Rounds on a ledger at most: each round ends with a check of the whole of it.
const ROUNDS: u64 = 20;
/// Clients.
const LOADERS: usize = 8;
/// So many statements are acknowledged by a gateway whose neighbour was killed.
const AFTERWARDS: u64 = 20;
/// Looks at what was acknowledged, 100 microseconds apart: a minute at least.
const LOOKS: u32 = 600_000;

/// What the clients share.
struct Load {
    /// The number of the next statement; no two rounds share one.
    next: Arc<AtomicU64>,
    stop: AtomicBool,
    kept: Mutex<Kept>,
}

impl Load {
    /// Sends registrations until told to stop, or until no gateway is there any more; keeps what was acknowledged. A statement
    /// without an answer may or may not stand: it is sent again to the other gateway, where there is one.
    fn send(&self, urls: &[String], first: usize) {
        let agent = agent();
        let mut gateway = first;
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let jws = statement(number);
            let mut silent = 0;
            while silent < urls.len() {
                match send(&agent, &urls[gateway % urls.len()], &jws) {
                    None => {
                        silent += 1;
                        gateway += 1;
                    }
                    Some(sent) => match sent.acknowledged() {
                        Some((entry, receipt)) => {
                            let before = self.kept.lock().unwrap().insert(entry, (number, receipt));
                            assert!(before.is_none_or(|(other, _)| other == number), "entry {entry} is given twice");
                            break;
                        }
                        None => assert_eq!(sent.status, 503, "{}", sent.body),
                    },
                }
            }
            if silent == urls.len() {
                return;
            }
        }
    }

    fn acknowledged(&self) -> u64 {
        self.kept.lock().unwrap().len() as u64
    }

    /// Waits until so many statements are acknowledged.
    fn reaches(&self, goal: u64) {
        for _ in 0..LOOKS {
            if self.acknowledged() >= goal {
                return;
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        panic!("{} of {goal} statements are acknowledged, and no more", self.acknowledged());
    }

    /// One round: gateways under load are killed, and what they leave is looked at through another one.
    fn round(&self, place: &Place, vkey: &VerifierKey, round: u64) {
        let shared = place.is_shared() && round % 2 == 1;
        let mut servers: Vec<Server> = (0..if shared { 2 } else { 1 }).map(|_| Server::at(place)).collect();
        let urls: Vec<String> = servers.iter().map(|server| server.url.clone()).collect();
        self.stop.store(false, Ordering::Relaxed);
        std::thread::scope(|scope| {
            (0..LOADERS).for_each(|first| {
                _ = scope.spawn({
                    let urls = &urls;
                    move || self.send(urls, first)
                })
            });
            // The moment is a number of acknowledgements, other in each round, and so not tied to the machine's speed.
            self.reaches(self.acknowledged() + 20 + round * 37 % 101);
            servers.swap_remove((round / 2) as usize % servers.len()).kill();
            if shared {
                self.reaches(self.acknowledged() + AFTERWARDS);
            }
            servers.clear();
            self.stop.store(true, Ordering::Relaxed);
        });
        let server = Server::at(place);
        check(&server.url, vkey, &self.kept.lock().unwrap());
        server.kill();
    }
}

/// Rounds on a new ledger; gives how many statements were acknowledged.
fn on_a_ledger(home: &Home, rounds: std::ops::Range<u64>, next: &Arc<AtomicU64>) -> u64 {
    let place = Place::of(home);
    let vkey = found_at(&place);
    let load = Load { next: next.clone(), stop: AtomicBool::new(false), kept: Mutex::new(Kept::new()) };
    rounds.for_each(|round| load.round(&place, &vkey, round));
    load.acknowledged()
}

#[test]
fn kill_9_under_load_loses_and_doubles_nothing() {
    let rounds: u64 = std::env::var("CONVENANT_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let next = Arc::new(AtomicU64::new(0));
    let ledger = |first: u64| on_a_ledger(&Home::new(), first..rounds.min(first + ROUNDS), &next);
    let kept: u64 = (0..rounds).step_by(ROUNDS as usize).map(ledger).sum();
    println!("{rounds} rounds, {kept} acknowledged statements, each there once");
}

#[test]
fn one_of_two_gateways_is_killed_and_the_other_goes_on() {
    let Some(database) = TestDatabase::migrated() else { return };
    assert!(on_a_ledger(&Home::on(database), 1..2, &Arc::default()) > AFTERWARDS);
}
