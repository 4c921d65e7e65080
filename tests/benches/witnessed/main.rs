//! How long from a statement to its receipt, and to a receipt with three cosignatures: real HTTP, real databases, three
//! witnesses on this machine, one statement after the other.
//!
//! `cargo bench -p convenant-tests --bench witnessed`. The second figure hangs on the cadence, which is printed.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use gateway::client::{Answer, Client, Message};
use gateway::clock::{Clock, SystemClock};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::{Host, Writers};
use gateway::sequencer::Pace;
use gateway::store::{Store, WitnessStore};
use gateway::web::router;
use gateway::witness::{Witness, router as witness_router};
use gateway::witnessing::{Cadence, Panel};
use harness::gate::{ORIGIN, Signer};
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{SigningKey, Type};
use ledger::log::note::{Cosigner, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::words::Hash;
use tempfile::TempDir;
use tokio::time::Instant;

/// How often witnesses are shown the newest checkpoint.
const INTERVAL: Duration = Duration::from_millis(50);

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let statements = if std::env::args().any(|arg| arg == "--quick") { 40 } else { 400 };
    let folder = tempfile::tempdir().expect("a folder");
    println!("machine: fsync {:.2} ms, an empty exchange {:.2} ms", fsync(&folder), runtime.block_on(empty_exchange()));
    let (url, log, witnesses, _writers) = runtime.block_on(set_up(&folder));
    let client = Client::new(&url).expect("a client");
    let (mut plain, mut cosigned) = (Vec::new(), Vec::new());
    for number in 0..statements {
        let message = Message::flattened(&statement(number));
        let watch = Instant::now();
        let answers = client.submit("gm0599", &message).expect("an answer");
        plain.push(millis(watch));
        let [Answer::Accepted(acceptance)] = answers.as_slice() else { panic!("{answers:?}") };
        let path = format!("receipts/{}?cosigned=true", acceptance.entry);
        let text = loop {
            match client.get("gm0599", &path) {
                Ok((_, text)) => break text,
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        cosigned.push(millis(watch));
        let receipt = Receipt::parse(text.as_bytes()).expect("a receipt");
        assert_eq!(receipt.verify_witnessed(&log, &witnesses).expect("it verifies").witnesses.len(), 3);
    }
    print("submit to receipt", plain);
    print(&format!("submit to receipt with 3 cosignatures, a round every {} ms", INTERVAL.as_millis()), cosigned);
}

fn millis(watch: Instant) -> f64 {
    watch.elapsed().as_secs_f64() * 1000.0
}

fn print(what: &str, mut millis: Vec<f64>) {
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share).round() as usize];
    println!("{what}: p50 {:.1} ms, p99 {:.1} ms ({} statements)", at(0.5), at(0.99), millis.len());
}

/// A registration that nobody else sends.
fn statement(number: u64) -> Vec<u8> {
    let id: &'static str = Box::leak(format!("i-{number}").into_boxed_str());
    let key = Arc::new(SigningKey::from_seed(Hash::of(&[&number.to_be_bytes()]).as_bytes()));
    let somebody = Signer { id, key };
    somebody.says(Type::Registration, "r", &somebody.registration("other")).jws
}

async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

async fn set_up(folder: &TempDir) -> (String, VerifierKey, Vec<VerifierKey>, Writers) {
    let clock = Clock::System(SystemClock::default());
    let (town, ministry) = (Signer::new("town", 1), Signer::new("ministry", 3));
    let new = NewLedger {
        origin: ORIGIN.into(),
        level: Level::Local,
        owner: town.registers("municipality"),
        ministry: Some(ministry.registers("ministry")),
    };
    let store = Store::open(&folder.path().join("bench.sqlite"), true).await.expect("a database");
    let row = found_ledger(&store, &folder.path().join("keys"), &new, clock.now()).await.expect("a ledger");
    let log: VerifierKey = row.facts.log_key.parse().expect("a vkey");
    let (mut policy, mut keys) = (String::new(), Vec::new());
    for number in 0..3_u8 {
        let cosigner = Cosigner::from_seed(&format!("w{number}.example"), &[50 + number; 32]).expect("a key");
        keys.push(cosigner.verifier().clone());
        let memory = WitnessStore::open(&folder.path().join(format!("w{number}.sqlite"))).await.expect("a database");
        let witness = Witness::new(memory, cosigner, vec![log.clone()], clock.clone());
        policy += &format!("witness w{number} {} {}\n", keys[usize::from(number)], served(witness_router(witness, "")).await);
    }
    policy += "group all all w0 w1 w2\nquorum all\n";
    let panel = Panel::parse(Path::new("policy"), policy.as_bytes()).expect("a policy");
    let pace = Pace { clock_confirmed: true, ..Pace::default() };
    let (host, mut writers) = Host::start(store, &folder.path().join("keys"), clock, pace).await.expect("a gateway");
    let cadence = Cadence { interval: INTERVAL, limit: Duration::from_secs(2) };
    host.witnessed_by(BTreeMap::from([("gm0599".to_owned(), panel)]), cadence, &mut writers);
    (served(router(host)).await, log, keys, writers)
}

/// What one exchange over HTTP takes at least, by the same client.
async fn empty_exchange() -> f64 {
    let url = served(Router::new().route("/v1/ledgers", axum::routing::get(|| async { "" }))).await;
    let asking = move || {
        let client = Client::new(&url).expect("a client");
        let mut taken: Vec<f64> = (0..200)
            .map(|_| {
                let watch = Instant::now();
                _ = client.ledgers();
                millis(watch)
            })
            .collect();
        taken.sort_by(f64::total_cmp);
        taken[taken.len() / 2]
    };
    tokio::task::spawn_blocking(asking).await.expect("an exchange")
}

fn fsync(folder: &TempDir) -> f64 {
    let mut file = tempfile::tempfile_in(folder.path()).expect("a file");
    let watch = Instant::now();
    for _ in 0..50 {
        file.write_all(&[0; 4096]).expect("written");
        file.sync_data().expect("synced");
    }
    millis(watch) / 50.0
}
