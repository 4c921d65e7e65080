//! How many statements a second are verified, judged and durable over HTTP, beside the machine's own limits.
//!
//! `cargo bench -p convenant-tests --bench throughput`. Every figure is a median of rounds in one run; read
//! the ratios, since machines are shared and their speed drifts. After `--`: `--quick` for fewer statements, `--group-only`
//! for group commit beside the machine's limits and no more, `--load-only` for group commit alone, to profile it.

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod load;
mod machine;
mod store;
mod town;

use gateway::sequencer::Pace;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let given = |word: &str| std::env::args().any(|arg| arg == word);
    let agreements = if given("--quick") { 20 } else { 400 };
    runtime.block_on(async {
        if given("--load-only") {
            let pace = Pace { clock_confirmed: true, ..Pace::default() };
            return town::run(agreements, 64, pace).await.print("group commit, 64 clients", f64::NAN);
        }
        let machine = machine::measure().await;
        machine.print();
        let grouped = town::run(agreements, 64, Pace { clock_confirmed: true, ..Pace::default() }).await;
        grouped.print("group commit, 64 clients", machine.post_and_verify);
        let crowd = town::run(agreements, 256, Pace { clock_confirmed: true, ..Pace::default() }).await;
        crowd.print("group commit, 256 clients", machine.post_and_verify);
        if given("--group-only") {
            return;
        }
        let single = town::run(agreements / 8, 64, Pace { clock_confirmed: true, batch: 1, ..Pace::default() }).await;
        single.print("one transaction a statement, 64 clients", machine.post_and_verify);
        println!("group commit against one transaction a statement, over HTTP: {:.1}x", grouped.per_second / single.per_second);
        let entries = if given("--quick") { 2_048 } else { 20_480 };
        let (many, one) = (store::run(entries, 512).await, store::run(entries / 8, 1).await);
        println!("the store alone: {many:.0} entries/s by 512, {one:.0} one by one: {:.1}x", many / one);
    });
}
