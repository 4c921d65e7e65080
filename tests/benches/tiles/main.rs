//! How many tiles a second are served over HTTP, and what a proof for one entry out of a million costs.
//!
//! `cargo bench -p convenant-tests --bench tiles`; `-- --quick` takes a log of 70,000 entries. Fails when a proof or a
//! tile needs more than a few look-ups.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

#[path = "../throughput/load.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod load;

use std::sync::atomic::{AtomicUsize, Ordering};

use harness::bulk::fill;
use harness::gate::Gate;
use ledger::log::record::Entry;
use ledger::log::tree::verify_inclusion;
use tokio::time::Instant;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many statements the database was asked; off while time is measured.
static READS: AtomicUsize = AtomicUsize::new(0);

/// Counts what sqlx logs of its statements.
struct CountReads;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for CountReads {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            READS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let (size, requests): (u64, u64) = if quick { (70_000, 1_000) } else { (1_000_000, 10_000) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let gate = Gate::open("2006-02-15T09:00:00Z").await;
        let ledger = gate.host.ledger("gm0599").expect("the ledger").clone();
        fill(
            &gate.database(),
            &gate.host.store,
            ledger.row.id,
            &ledger.keys.log.signer(ledger.log_keys().first()).expect("the key of the log"),
            &[size],
        )
        .await;
        time_tiles(&gate, size, requests).await;
        time_proofs(&gate, ledger.row.id, size).await;
        // Last, since a subscriber that counts also costs time.
        tracing_subscriber::registry().with(CountReads).init();
        count_reads(&gate, ledger.row.id, size).await;
    });
}

async fn time_tiles(gate: &Gate, size: u64, requests: u64) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = gate.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let full = size / 256;
    let number = |n: u64| if n < 1000 { format!("{n:03}") } else { format!("x{:03}/{:03}", n / 1000, n % 1000) };
    let edge = |level: u32| {
        let count = size >> (8 * level);
        format!("/gm0599/tile/{level}/{}.p/{}", number(count / 256), count % 256)
    };
    for (what, path) in [
        ("full tiles, level 0", Box::new(|i: u64| format!("/gm0599/tile/0/{}", number(i * 7919 % full))) as Box<dyn Fn(u64) -> String>),
        ("full entry bundles", Box::new(|i| format!("/gm0599/tile/entries/{}", number(i * 7919 % full)))),
        ("the partial tile at the edge of level 0", Box::new(|_| edge(0))),
        ("the partial tile at the edge of level 1", Box::new(|_| edge(1))),
        ("the checkpoint", Box::new(|_| "/gm0599/checkpoint".to_owned())),
    ] {
        let mut rounds = Vec::new();
        for _ in 0..3 {
            rounds.push(load::fetch(address, (0..requests).map(&path), 64).await);
        }
        rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        let round = &rounds[1];
        println!("{what}, 64 clients: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms", round.per_second, round.p50, round.p99);
    }
    server.abort();
}

async fn time_proofs(gate: &Gate, ledger: i64, size: u64) {
    let store = &gate.host.store;
    let (_, note) = store.checkpoint(ledger).await.expect("read").expect("a checkpoint");
    let note = ledger::log::note::Note::parse(note.as_bytes()).expect("a note");
    let root = ledger::log::checkpoint::Checkpoint::parse(note.text()).expect("a checkpoint").root();
    let mut times = Vec::new();
    for i in 0..1_000_u64 {
        let index = i * 7919 % size;
        let start = Instant::now();
        let proof = store.inclusion_proof(ledger, index, size).await.expect("a proof");
        times.push(start.elapsed());
        let leaf = Entry::parse(&store.leaves(ledger, index, 1).await.expect("read")[0]).expect("40 bytes").leaf_hash();
        verify_inclusion(&leaf, index, size, &proof, &root).expect("a proof that holds");
    }
    times.sort();
    let micros = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e6;
    println!("proof of one entry out of {size}: p50 {:.0} microseconds, p99 {:.0}", micros(50), micros(99));
}

async fn count_reads(gate: &Gate, ledger: i64, size: u64) {
    let before = || READS.swap(0, Ordering::Relaxed);
    before();
    let mut most = 0;
    for i in 0..100_u64 {
        gate.host.store.inclusion_proof(ledger, i * 7919 % size, size).await.expect("a proof");
        most = most.max(before());
    }
    println!("proof of one entry out of {size}: at most {most} reads");
    assert!((1..=12).contains(&most), "a proof takes a few look-ups");
    let partial = format!("/gm0599/tile/1/{:03}.p/{}", size >> 16, (size >> 8) % 256);
    for path in ["/gm0599/tile/0/000", "/gm0599/tile/entries/000", &partial] {
        assert_eq!(gate.fetch(path).await.0, 200, "{path}");
        let reads = before();
        println!("{path}: {reads} reads");
        assert!((1..=3).contains(&reads), "a tile takes a few look-ups");
    }
}
