//! torchwood, given only URL and vkey, walks a log while statements come in.

use std::process::Command;

use gateway::web;
use harness::gate::{Gate, STATEMENTS, strangers};
use harness::site::serve;

use super::{build, module, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn torchwood_walks_a_live_log_with_partial_tiles_and_finds_it_sound() {
    let folder = tempfile::tempdir().unwrap();
    let program = build(&module().join("main.go"), folder.path());
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let address = serve(web::router(gate.host.clone())).await;
    let vkey = gate.host.ledger("gm0599").unwrap().row.facts.log_key.clone();
    let walker =
        tokio::task::spawn_blocking(move || run(Command::new(program).args([&format!("http://{address}/gm0599"), &vkey, "700", "8"])));
    // Batches of 1 to 67, so that tiles fill up in the middle of one, until the walker has seen enough.
    let mut next = 0;
    while !walker.is_finished() && next < 40_000 {
        let count = 1 + next * 7 % 67;
        let (status, answer) = gate.send("POST", STATEMENTS, "application/json", strangers(next, count)).await;
        assert!(status.is_success(), "{status} {answer}");
        next += count;
    }
    let said = walker.await.unwrap();
    println!("{said}");
    assert!(said.starts_with("sound: ") && !said.contains(" 0 of them with partial tiles"), "{said}");
}
