//! How long reads take with a hundred thousand statements in the ledger, as of now and in the past; events a second.
//!
//! `cargo bench -p convenant-tests --bench reads`. Each figure is of whole requests through the router, JSON included;
//! `-- --quick` fills a hundredth, to see that it works.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

mod filling;

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use filling::{Fill, LEDGER};
use harness::gate::Gate;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let quick = std::env::args().any(|arg| arg == "--quick");
    let (fill, rounds) = if quick { (Fill { agreements: 10, obligations: 20, months: 5 }, 5) } else { (Fill::FULL, 300) };
    runtime.block_on(async {
        let gate = filling::fill(&fill).await;
        println!("{} entries, {} agreements of {} obligations, {} months", gate.size(), fill.agreements, fill.obligations, fill.months);
        now(&gate, &fill, rounds).await;
        past(&gate, &fill, rounds / 5 + 1).await;
        events(&gate).await;
    });
}

/// What pages are built on, as of now.
async fn now(gate: &Gate, fill: &Fill, rounds: usize) {
    println!("\nas of now                                            p50 ms   p99 ms       kB");
    for (name, path) in [
        ("attention, 100 agreements", "attention"),
        ("attention, 20 agreements", "attention?limit=20"),
        ("attention of a neighbourhood", "attention?neighbourhood=BU059900AA"),
        ("counts of the ledger", "counts"),
        ("counts of a neighbourhood", "counts?neighbourhood=BU059900AA"),
        ("counts of a debtor", "counts?debtor=corporation"),
        ("agreements, a page", "agreements"),
        ("agreements of a neighbourhood", "agreements?neighbourhood=BU059900AA&theme=housing&state=in-force"),
        ("due dates of three weeks", "instances?state=open&dueFrom=2006-08-01&dueUntil=2006-08-21"),
        ("breaches that are open", "breaches?state=open"),
        ("cases at level 3", "cases?state=level-3"),
        ("cases against a party", "cases?party=corporation&state=open"),
        ("a neighbourhood for residents", "neighbourhoods/BU059900AA"),
        ("a search for a neighbourhood", "neighbourhoods?search=buurt"),
        ("an agreement", "agreements/agreement-{}"),
        ("the file of a case", "agreements/agreement-{}/cases/1"),
        ("the entries of an agreement", "agreements/agreement-{}/entries?limit=200"),
    ] {
        let mut times = Times::default();
        for round in 0..rounds {
            times.take(gate, &path.replace("{}", &format!("{:04}", round * 7 % fill.agreements))).await;
        }
        times.print(name);
    }
}

/// One agreement in the past: the cost is its own history.
async fn past(gate: &Gate, fill: &Fill, rounds: usize) {
    println!("\nas of a month                                        p50 ms   p99 ms       kB");
    for month in 3..=2 + fill.months {
        let at = format!("2006-{:02}-27T12:00:00Z", month);
        let entries = gate.get(&format!("{LEDGER}/agreements/agreement-0001/entries?limit=1000&asOf={at}")).await;
        let length = entries["items"].as_array().map_or(0, Vec::len);
        let mut times = Times::default();
        for round in 0..rounds {
            times.take(gate, &format!("agreements/agreement-{:04}?asOf={at}", round * 7 % fill.agreements)).await;
        }
        times.print(&format!("an agreement with {length} entries by then"));
    }
    let at = format!("2006-{:02}-27T12:00:00Z", 2 + fill.months);
    for (name, path) in [("attention, a page of the past", "attention"), ("a neighbourhood, in the past", "neighbourhoods/BU059900AA")] {
        let mut times = Times::default();
        for _ in 0..rounds.min(10) {
            times.take(gate, &format!("{path}?limit=20&asOf={at}")).await;
        }
        times.print(name);
    }
}

/// Every event of the ledger, a thousand at a time.
async fn events(gate: &Gate) {
    let start = Instant::now();
    let (mut read, mut after) = (0, String::new());
    loop {
        let page = gate.get(&format!("{LEDGER}/events?limit=1000{after}")).await;
        let Some(last) = page.as_array().and_then(|events| events.last()) else { break };
        read += page.as_array().map_or(0, Vec::len);
        after = format!("&after={}", last["data"]["entry"]);
    }
    assert_eq!(read as u64, gate.size(), "each entry once");
    println!("\nevents: {:.0} a second, {read} read", read as f64 / start.elapsed().as_secs_f64());
}

#[derive(Default)]
struct Times {
    taken: Vec<Duration>,
    bytes: usize,
}

impl Times {
    async fn take(&mut self, gate: &Gate, path: &str) {
        let request =
            Request::builder().uri(format!("{LEDGER}/{path}")).header(header::ACCEPT, "*/*").body(Body::empty()).expect("a request");
        let start = Instant::now();
        let response = tower::ServiceExt::oneshot(gate.router.clone(), request).await.expect("the router answers");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        self.taken.push(start.elapsed());
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        self.bytes = self.bytes.max(body.len());
    }

    fn print(mut self, name: &str) {
        self.taken.sort();
        let at = |part: usize| self.taken[(self.taken.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
        println!("{name:<50} {:>8.2} {:>8.2} {:>8.0}", at(50), at(99), self.bytes as f64 / 1_000.0);
    }
}
