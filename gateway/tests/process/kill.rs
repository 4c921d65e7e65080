//! `kill -9` under load: every acknowledged statement is there exactly once, whatever moment it was.
//!
//! `CONVENANT_KILL_ROUNDS` sets the number of rounds (3 when not given; the long tier runs 200).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::server::{Kept, Server, agent, check, found, send, statement};

/// Sends registrations until told to stop; keeps what was acknowledged.
fn load(url: &str, next: &AtomicU64, stop: &AtomicBool, kept: &Mutex<Kept>) {
    let agent = agent();
    while !stop.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        // No answer, or half of one: the statement may or may not stand. Only what was acknowledged counts.
        let Some(sent) = send(&agent, url, &statement(number)) else { return };
        if let Some((entry, receipt)) = sent.acknowledged() {
            kept.lock().unwrap().insert(entry, (number, receipt));
        }
    }
}

/// So many rounds on a ledger at most: each round ends with a check of the whole of it.
const ROUNDS: u64 = 20;

#[test]
fn kill_9_under_load_loses_and_doubles_nothing() {
    let rounds: u64 = std::env::var("CONVENANT_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let next = Arc::new(AtomicU64::new(0));
    let kept: usize = (0..rounds).step_by(ROUNDS as usize).map(|first| on_a_ledger(first..rounds.min(first + ROUNDS), &next)).sum();
    println!("{rounds} rounds, {kept} acknowledged statements, each there once");
}

/// Rounds on a new ledger; gives how many statements were acknowledged.
fn on_a_ledger(rounds: std::ops::Range<u64>, next: &Arc<AtomicU64>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let kept = Arc::new(Mutex::new(Kept::new()));
    for round in rounds {
        let server = Server::start(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let loaders: Vec<_> = (0..8)
            .map(|_| {
                let (url, next, stop, kept) = (server.url.clone(), next.clone(), stop.clone(), kept.clone());
                std::thread::spawn(move || load(&url, &next, &stop, &kept))
            })
            .collect();
        // The moment is a number of acknowledgements, other in each round, and so not tied to the machine's speed.
        let goal = kept.lock().unwrap().len() as u64 + 20 + round * 37 % 101;
        while (kept.lock().unwrap().len() as u64) < goal {
            std::thread::yield_now();
        }
        server.kill();
        stop.store(true, Ordering::Relaxed);
        loaders.into_iter().for_each(|loader| loader.join().unwrap());
        let server = Server::start(folder.path());
        check(&server.url, &vkey, &kept.lock().unwrap());
        server.kill();
    }
    kept.lock().unwrap().len()
}
