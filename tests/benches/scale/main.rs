//! What a long log and many open obligations cost: the same load on a ledger of 10,000 entries and on one of 1,000,000, the look-up of
//! deadlines among 10,000 open obligations and among 1,000,000, the start, and memory.
//!
//! `cargo bench -p convenant-tests --bench scale`, with `CONVENANT_TEST_STORE=postgres` for a server (docs/testing.md). After `--`: `--quick`
//! for a hundredth of that. Read the ratios: both halves are of one run.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "../throughput/load.rs"]
mod load;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "../throughput/town.rs"]
mod town;

use gateway::sequencer::Pace;
use gateway::store::Store;
use harness::Home;
use ledger::words::Instant;
use load::Round;
use tokio::time::Instant as Stopwatch;
use town::{OBLIGATIONS, Town};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIENTS: usize = 64;
/// Agreements whose reports are measured: 10,000 statements.
const MEASURED: usize = 200;
/// Statements for each agreement whose due dates of a month are reported and accepted.
const A_MONTH: usize = 2 * OBLIGATIONS;
const DUE: &str = "2006-04-01";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let is_quick = std::env::args().any(|arg| arg == "--quick");
    let (few, many, entries) = if is_quick { (20, 400, 10_000) } else { (400, 40_000, 1_000_000) };
    runtime.block_on(run(few, many, entries));
}

/// On a ledger with `few` agreements, and again when it has `many` and that many entries.
async fn run(few: usize, many: usize, entries: u64) {
    let (home, pace) = (Home::new(), Pace { clock_confirmed: true, ..Pace::default() });
    let now: Instant = "2006-03-20T00:00:00Z".parse().expect("an instant");
    let measured = MEASURED.min(few / 2);
    let town = Town::open(&home, 1, pace).await;
    let store = home.open(false).await;
    town.sign(0..few, CLIENTS).await;
    town.clock.set(now);
    // What else there is to be of a long log is reported by others than those that are measured.
    let (mut reported, small) = (2 * measured, (few as u64 * 25).min(10_000));
    reported = grow(&town, &store, reported, few, small).await;
    let before = town.report(0..measured, DUE, CLIENTS).await;
    let deadlines = look_up(&store, now).await;
    tell(&store, few, &before, deadlines).await;

    town.sign(few..many, CLIENTS).await;
    println!("{many} agreements are signed, {} MB", resident());
    grow(&town, &store, reported.max(few), many, entries).await;
    let after = town.report(measured..2 * measured, DUE, CLIENTS).await;
    let later = look_up(&store, now).await;
    tell(&store, many, &after, later).await;
    println!(
        "a statement costs {:.2} times as much, a look-up of deadlines {:.2} times",
        before.per_second / after.per_second,
        later / deadlines
    );

    town.finish().await;
    drop(store);
    let watch = Stopwatch::now();
    let town = Town::reopen(&home, 1, pace, now).await;
    println!("the start takes {:.2} s", watch.elapsed().as_secs_f64());
    town.finish().await;
}

/// Reports and accepts the due dates of further agreements until the log has so many entries, and gives the first that is left.
async fn grow(town: &Town, store: &Store, mut from: usize, upto: usize, entries: u64) -> usize {
    while from < upto {
        let lacking = entries.saturating_sub(store.size(1).await.expect("a size")) as usize;
        let next = upto.min(from + lacking.div_ceil(A_MONTH).min(MEASURED));
        if next == from {
            break;
        }
        town.report(from..next, DUE, CLIENTS).await;
        from = next;
    }
    from
}

/// Microseconds for the earliest deadline and for what is due by then, at the median.
async fn look_up(store: &Store, now: Instant) -> f64 {
    let mut times = Vec::new();
    for _ in 0..1_001 {
        let watch = Stopwatch::now();
        let earliest = store.earliest_due(1).await.expect("a look-up").expect("something is due some day");
        assert!(earliest > now && store.due(1, now, 1_000).await.expect("a look-up").is_empty());
        times.push(watch.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn tell(store: &Store, agreements: usize, round: &Round, deadlines: f64) {
    let (size, open) = (store.size(1).await.expect("a size"), agreements * OBLIGATIONS);
    println!("{size} entries, {open} open obligations: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms", round.per_second, round.p50, round.p99);
    println!("  a look-up of deadlines {deadlines:.0} us; {} MB with the load generator", resident());
}

/// Resident memory of this process, in megabytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1_024
}
