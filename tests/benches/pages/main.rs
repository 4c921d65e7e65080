//! How long each page takes, and how large it is, in a ledger of 100,000 statements.
//!
//! `cargo bench -p convenant-tests --bench pages`; `-- --quick` takes 5,000. Fails when a page is larger than 200 kB.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

mod town;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use harness::gate::Gate;
use tokio::time::Instant;
use tower::ServiceExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most that a page may weigh.
const MOST_BYTES: usize = 200_000;
/// How often each page is asked for.
const TIMES: usize = 300;

/// One page of each kind, now and as of a day in the past.
const PATHS: [&str; 14] = [
    "/",
    "/gm0599",
    "/gm0599/aandacht",
    "/gm0599/aandacht?partij=corporation",
    "/gm0599/aandacht?asOf=2006-04-20",
    "/gm0599/zaken",
    "/gm0599/zaken?welke=alle",
    "/gm0599/convenanten",
    "/gm0599/convenanten?asOf=2006-03-15",
    "/gm0599/convenanten/convenant-7",
    "/gm0599/convenanten/convenant-7?asOf=2006-03-15",
    "/gm0599/buurten?zoek=wijk",
    "/gm0599/buurten/BU05990007",
    "/gm0599/inschrijvingen/1000",
];

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let gate = Gate::open("2006-02-15T09:00:00Z").await;
        town::fill(&gate, if quick { 5_000 } else { 100_000 }).await;
        println!("a ledger of {} entries", gate.size());
        println!("{:<52} {:>8} {:>8} {:>8}", "page", "p50 ms", "p99 ms", "kB");
        let mut heavy = Vec::new();
        for path in PATHS {
            let bytes = time(&gate, path).await;
            if bytes > MOST_BYTES {
                heavy.push((path, bytes));
            }
        }
        assert!(heavy.is_empty(), "pages of more than {MOST_BYTES} bytes: {heavy:?}");
    });
}

/// Asks for a page again and again, prints its figures, and gives its size.
async fn time(gate: &Gate, path: &str) -> usize {
    let (mut millis, mut bytes) = (Vec::with_capacity(TIMES), 0);
    for _ in 0..TIMES {
        let start = Instant::now();
        bytes = page(gate, path).await;
        millis.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    millis.sort_by(f64::total_cmp);
    println!("{path:<52} {:>8.2} {:>8.2} {:>8.1}", millis[TIMES / 2], millis[TIMES * 99 / 100], bytes as f64 / 1000.0);
    bytes
}

async fn page(gate: &Gate, path: &str) -> usize {
    let request = Request::builder().uri(path).header("accept", "text/html").body(Body::empty()).expect("a request");
    let response = gate.router.clone().oneshot(request).await.expect("the router answers");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body").len()
}
