//! Every municipality of the country and the ministry on one installation: it starts in seconds, takes few connections, is quiet when
//! nobody asks for anything, and a ledger that is busy does not hold up the others.
//!
//! `CONVENANT_TEST_LEDGERS` says how many ledgers: 40 when not given, 343 in the long tier.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::future::join_all;
use gateway::checking::{Cadence, Share};
use gateway::clock::{Clock, StepClock, Stopwatch};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::{Host, Writers};
use gateway::sequencer::Pace;
use gateway::web::router;
use harness::Home;
use harness::gate::Signer;
use harness::postgres::{TestDatabase, sql};
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{Type, sign_flattened};
use serde_json::Value;
use tower::ServiceExt as _;

use super::AT;

/// Connections of a gateway at most (docs/operations.md, "Sizing").
const CONNECTIONS: usize = 32;
/// Connections that a gateway for which there is nothing to do uses within a second, at most, however many ledgers it has: it looks at
/// all sizes twice. If each ledger looked by itself, all that read would be used.
const IDLE: i64 = 4;
/// Its transactions a second, at most; counted where there are many ledgers, since that takes its time.
const RATE: i64 = 12;
const MANY: usize = 100;
/// A start takes no longer.
const START: Duration = Duration::from_secs(10);
/// Clients of the busy ledger.
const BUSY: usize = 16;
/// Ledgers on which a statement is timed.
const TIMED: usize = 20;

/// The origins of so many ledgers; the last is the national one.
fn origins() -> Vec<String> {
    let count: usize = std::env::var("CONVENANT_TEST_LEDGERS").ok().and_then(|count| count.parse().ok()).unwrap_or(40);
    assert!(count > TIMED + 1, "CONVENANT_TEST_LEDGERS is {count}; accepted: more than {}", TIMED + 1);
    (1..count).map(|number| format!("test.example/gm{number:04}")).chain(["test.example/nl".to_owned()]).collect()
}

/// A ledger for each origin, with its own keys; the town is the same person everywhere.
async fn found(home: &Home, origins: &[String]) {
    let (town, ministry, store) = (Signer::new("town", 1), Signer::new("ministry", 3), home.open(true).await);
    for origin in origins {
        let (level, owner, other) = match origin.ends_with("/nl") {
            true => (Level::National, ministry.registers_in(origin, "ministry"), None),
            false => (Level::Local, town.registers_in(origin, "municipality"), Some(ministry.registers_in(origin, "ministry"))),
        };
        let new = NewLedger { origin: origin.clone(), level, owner, ministry: other };
        found_ledger(&store, &home.keys(), &new, AT.parse().unwrap()).await.unwrap();
    }
    store.close().await;
}

/// A gateway with all of them.
struct Installation {
    host: Host,
    writers: Writers,
    router: Router,
}

impl Installation {
    /// Starts as `convenant serve` does, and says how long that took.
    async fn start(home: &Home) -> (Self, Duration) {
        let (watch, clock) = (Stopwatch::start(), Clock::Step(StepClock::at(AT.parse().unwrap())));
        let (host, mut writers) = Host::start(home.open(false).await, &home.keys(), clock, Pace::default()).await.unwrap();
        host.checked_at(Cadence { interval: Duration::from_secs(3_600), share: Share::WHOLE }, &mut writers).await;
        (Self { router: router(host.clone()), host, writers }, watch.elapsed())
    }

    /// Registers somebody who is not known yet in a ledger; gives the entry, and how long it took.
    async fn register(&self, origin: &str, number: usize) -> (u64, Duration) {
        let signer = Signer::new(Box::leak(format!("stranger-{number}").into_boxed_str()), u8::try_from(number).unwrap());
        let payload = signer.payload_in(origin, Type::Registration, "r", &signer.registration("other"));
        let jws = sign_flattened(&signer.key, Type::Registration.typ(), &payload);
        let path = format!("/v1/ledgers/{}/statements", origin.rsplit('/').next().unwrap());
        let watch = Stopwatch::start();
        let request = Request::post(path).header("content-type", "application/jose+json").body(Body::from(jws)).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let elapsed = watch.elapsed();
        let answer: Value = serde_json::from_slice(&axum::body::to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        assert_eq!(head.status, StatusCode::CREATED, "{origin}: {answer}");
        (answer["entry"].as_u64().unwrap(), elapsed)
    }

    /// The time in the middle for a statement on each of these ledgers, one after the other.
    async fn typical(&self, origins: &[String], number: usize) -> Duration {
        let mut times = Vec::new();
        for origin in origins {
            times.push(self.register(origin, number).await.1);
        }
        times.sort();
        times[times.len() / 2]
    }

    /// The same on every ledger at once; gives the entries.
    async fn everywhere(&self, origins: &[String], number: usize) -> Vec<u64> {
        join_all(origins.iter().map(async |origin| self.register(origin, number).await.0)).await
    }

    async fn stop(self) {
        self.writers.finish().await;
        self.host.store.close().await;
    }
}

/// Somebody who looks at the server, by the gateways' role, which sees what its sessions do.
struct Onlooker {
    url: String,
}

/// The sessions of gateways.
const SESSIONS: &str = "FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()";

impl Onlooker {
    fn one(&self, what: &str) -> i64 {
        sql::column(&self.url, what).unwrap()[0].parse().unwrap()
    }

    fn connections(&self) -> i64 {
        self.one(&format!("SELECT count(*)::text {SESSIONS}"))
    }

    /// Waits until so few sessions of gateways were asked for anything within the last second; gives how many.
    async fn quiet(&self, most: i64) -> i64 {
        let asked = format!("SELECT count(*)::text {SESSIONS} AND query_start > clock_timestamp() - INTERVAL '1 second'");
        for _ in 0..300 {
            let busy = self.one(&asked);
            if (1..=most).contains(&busy) {
                return busy;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} sessions are busy, though nobody asks for anything", self.one(&asked));
    }

    /// Transactions a second, with those of looking. Sessions tell of theirs within ten seconds, so that it is looked again.
    async fn rate(&self, most: i64) -> i64 {
        const WINDOW: i64 = 2;
        let count = || self.one("SELECT (xact_commit + xact_rollback)::text FROM pg_stat_database WHERE datname = current_database()");
        let mut rate = i64::MAX;
        for _ in 0..15 {
            let before = count();
            tokio::time::sleep(Duration::from_secs(WINDOW as u64)).await;
            rate = (count() - before) / WINDOW;
            if rate <= most {
                break;
            }
        }
        rate
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_ledger_of_the_country_on_one_installation() {
    let Some(database) = TestDatabase::migrated() else { return };
    let onlooker = Onlooker { url: database.gateway_url() };
    let (home, origins, watch) = (Home::on(database), origins(), Stopwatch::start());
    found(&home, &origins).await;
    println!("{} ledgers founded in {:?}", origins.len(), watch.elapsed());
    // The first one writes what follows from each log.
    let (one, elapsed) = Installation::start(&home).await;
    println!("the first start took {elapsed:?}");
    one.stop().await;
    let (one, elapsed) = Installation::start(&home).await;
    println!("the second start took {elapsed:?}");
    assert!(elapsed < START, "{elapsed:?}");

    let (busy, others) = (&origins[0], &origins[1..=TIMED]);
    one.typical(others, 10).await;
    let before = one.typical(others, 11).await;
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let burst = join_all((0..BUSY).map(async |client| {
        let mut count = 0;
        for number in (20 + client..250).step_by(BUSY) {
            if is_over.load(std::sync::atomic::Ordering::Relaxed) {
                break;
            }
            one.register(busy, number).await;
            count += 1;
        }
        count
    }));
    let timing = async {
        let during = one.typical(others, 12).await;
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        during
    };
    let (counts, during) = tokio::join!(burst, timing);
    println!("a statement took {before:?}, and {during:?} beside {} on another ledger", counts.iter().sum::<usize>());
    assert!(during < before * 20 + Duration::from_millis(100), "{before:?} became {during:?}");

    let watch = Stopwatch::start();
    one.everywhere(&origins[TIMED + 1..], 13).await;
    println!("a statement on each of the others at once: {:?}", watch.elapsed());
    assert!(onlooker.connections() as usize <= CONNECTIONS, "{} connections", onlooker.connections());

    let (other, elapsed) = Installation::start(&home).await;
    println!("a second gateway beside it started in {elapsed:?}");
    assert!(elapsed < START, "{elapsed:?}");
    let watch = Stopwatch::start();
    let through_other = other.everywhere(&origins, 14).await;
    let through_one = one.everywhere(&origins, 15).await;
    println!("a statement on each through the other and then through the first: {:?}", watch.elapsed());
    assert!(through_other.iter().zip(&through_one).all(|(other, one)| other + 1 == *one), "one log each");
    let busy = onlooker.quiet(2 * IDLE).await;
    println!("idle: {busy} of {} connections were used within the last second", onlooker.connections());
    if origins.len() > MANY {
        let rate = onlooker.rate(2 * RATE).await;
        println!("idle: {rate} transactions a second");
        assert!(rate <= 2 * RATE, "{rate} transactions a second");
    }
    assert!(onlooker.connections() as usize <= 2 * CONNECTIONS, "{} connections", onlooker.connections());
    for installation in [one, other] {
        assert!(installation.host.ledgers().all(|ledger| ledger.health() == gateway::sequencer::Health::Ready));
        installation.stop().await;
    }
}
