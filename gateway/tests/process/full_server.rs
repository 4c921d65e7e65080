//! A PostgreSQL server without room, of which its gateway can know nothing beforehand: tables that may not grow, where the log of the
//! server has room, and a log of the server that may not grow, over which the server falls.

use harness::Home;
use harness::postgres::{Durability, Solo, sql};
use ledger::log::note::VerifierKey;
use serde_json::{Value, json};

use super::full_disk::{Disk, fills_up_and_goes_on, offer};
use super::server::{Kept, Place, Server, agent, check, found_at, statement};

/// So many statements take the table of records beyond a file of the server's log, so that it is the first to meet a limit.
const BEFORE: u64 = 1_500;
const BATCH: u64 = 500;
/// Their numbers begin here.
const FIRST: u64 = 10_000;
const MEGABYTE: u64 = 1024 * 1024;

/// A gateway, and its server with a limit on the size of files.
struct FullServer {
    gateway: Server,
    place: Place,
    solo: Solo,
    vkey: VerifierKey,
    // Last: the others are in it.
    _home: Home,
}

impl FullServer {
    fn start() -> Option<Self> {
        let solo = Solo::in_small_files(Durability::Synced)?;
        let home = Home::at(&solo.gateway_url());
        let place = Place::of(&home);
        let vkey = found_at(&place);
        Some(Self { gateway: Server::at(&place), place, solo, vkey, _home: home })
    }

    /// Bytes of the largest file of the database, and of the records.
    fn largest(&self) -> (u64, u64) {
        let asked = "SELECT max(pg_relation_size(oid))::text FROM pg_class WHERE relkind IN ('r', 'i', 't') \
                     UNION ALL SELECT pg_relation_size('log.record')::text";
        let sizes = sql::column(&self.solo.superuser_url(), asked).unwrap();
        (sizes[0].parse().unwrap(), sizes[1].parse().unwrap())
    }

    /// The gateway that is there now is gone, and another one takes over.
    fn passes_to_another_gateway(self, kept: &Kept) {
        let Self { gateway, place, vkey, .. } = &self;
        assert_eq!(check(&gateway.url, vkey, kept), 1 + kept.len() as u64);
        let other = Server::at(place);
        assert_eq!(check(&other.url, vkey, kept), 1 + kept.len() as u64);
    }
}

impl Disk for FullServer {
    fn server(&mut self) -> &mut Server {
        &mut self.gateway
    }

    fn fill(&mut self) {
        let (largest, records) = self.largest();
        assert!(largest == records && records > MEGABYTE, "{records} bytes of records, {largest} of another table");
        // Room for a few pages more, so that the limit is met in the middle of a transaction.
        self.solo.cluster.limit_files(Some(records + 3 * 8_192));
    }

    fn make_room(&mut self) {
        self.solo.cluster.limit_files(None);
    }

    /// A page that a transaction left when it was rolled back is there for the next one.
    fn strays(&self) -> u64 {
        100
    }
}

/// Many statements, a batch at a time; what was acknowledged.
fn filled(url: &str) -> Kept {
    let envelope = |number| json!({ "statement": serde_json::from_slice::<Value>(&statement(number)).unwrap() });
    let batch = |first: u64| {
        let statements: Vec<Value> = (first..first + BATCH).map(envelope).collect();
        let request = agent().post(format!("{url}/v1/ledgers/gm0599/statements")).header("content-type", "application/json");
        let mut answer = request.send(json!({ "statements": statements }).to_string().into_bytes()).unwrap();
        let said: Value = answer.body_mut().with_config().limit(u64::MAX).read_json().unwrap();
        let answers = said["answers"].as_array().unwrap_or_else(|| panic!("{said}")).clone();
        let receipt = |answer: &Value| answer["receipt"].as_str().unwrap().to_owned();
        (first..).zip(answers).map(move |(number, answer)| (answer["entry"].as_u64().unwrap(), (number, receipt(&answer))))
    };
    (FIRST..FIRST + BEFORE).step_by(BATCH as usize).flat_map(batch).collect()
}

#[test]
fn tables_that_may_not_grow() {
    let Some(mut full) = FullServer::start() else { return };
    let kept = filled(&full.gateway.url);
    let vkey = full.vkey.clone();
    let kept = fills_up_and_goes_on(&mut full, &vkey, kept);
    full.passes_to_another_gateway(&kept);
}

#[test]
fn a_server_that_falls_over_its_own_log() {
    let Some(mut full) = FullServer::start() else { return };
    let (mut kept, url) = (Kept::new(), full.gateway.url.clone());
    assert!((0..20).all(|number| offer(&url, number, &mut kept)));
    // No file of it is shorter, so that within a megabyte of what it writes there is no room.
    full.solo.cluster.limit_files(Some(MEGABYTE / 2));
    let first_refused = (20..520).find(|number| !offer(&url, *number, &mut kept)).expect("its log is full");
    let said = full.solo.cluster.said();
    assert!(said.contains("PANIC"), "{said}");
    // Whatever becomes of it: it is answered.
    offer(&url, first_refused, &mut kept);
    full.solo.cluster.limit_files(None);
    full.solo.cluster.recovers();
    for number in first_refused..first_refused + 30 {
        let mut tries = 0;
        while !offer(&url, number, &mut kept) {
            tries += 1;
            assert!(tries < 300, "the gateway does not come back");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
    assert!(full.gateway.runs(), "by itself: the same process");
    full.passes_to_another_gateway(&kept);
}
