//! The same load on PostgreSQL: one gateway, two gateways, 64 and 256 clients; beside it, in the same run, what the machine
//! does of "POST + one verification", and what the server does of plain inserts and of an audit table with a locked hash chain.
//!
//! `cargo bench -p convenant-tests --bench postgres`. It needs a server, as the tests do (docs/testing.md).

#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark prints its figures")]

#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "../throughput/load.rs"]
mod load;
#[path = "../throughput/machine.rs"]
mod machine;
mod plain;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "../throughput/town.rs"]
mod town;

use gateway::sequencer::Pace;
use harness::Home;
use harness::postgres::TestDatabase;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let is_quick = std::env::args().any(|arg| arg == "--quick");
    let agreements = if is_quick { 20 } else { 200 };
    let Some(database) = TestDatabase::migrated() else { return };
    runtime.block_on(async {
        let machine = machine::measure().await;
        machine.print();
        plain::measure(&database, if is_quick { 1_000 } else { 5_000 }).await.print();
        let pace = Pace { clock_confirmed: true, ..Pace::default() };
        for (gateways, clients) in [(1, 64), (2, 64), (1, 256), (2, 256)] {
            let Some(database) = TestDatabase::migrated() else { return };
            let round = town::run_at(&Home::on(database), gateways, agreements, clients, pace).await;
            round.print(&format!("PostgreSQL, gateways {gateways}, clients {clients}"), machine.post_and_verify);
        }
    });
}
