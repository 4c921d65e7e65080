//! Tiles over the real router: whoever walks them arrives at the checkpoint's root, whatever is being written meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use harness::bulk::fill;
use harness::gate::{Gate, STATEMENTS, strangers};
use harness::tiles::{PREFIX, checkpoint, walk};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::tile::{Kind, Tile};
use proptest::prelude::*;
use sqlx::Connection;

async fn write(gate: &Gate, from: u64, count: u64) {
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", strangers(from, count)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["answers"].as_array().unwrap().iter().all(|answer| answer["status"] == 201), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_walks_the_tiles_while_statements_come_in_finds_each_checkpoints_root() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let seen = AtomicUsize::new(0);
    let writing = async {
        let mut next = 0;
        // Batches of 1 to 67, so that tiles fill up in the middle of one; until the client has seen enough sizes.
        while gate.size() < 600 || seen.load(Ordering::Acquire) < 8 {
            let count = 1 + next * 7 % 67;
            write(&gate, next, count).await;
            next += count;
        }
    };
    let walking = async {
        let mut walked: Vec<Checkpoint> = Vec::new();
        while gate.size() < 600 || walked.len() < 8 {
            let found = checkpoint(&gate).await;
            if walked.last().is_none_or(|last| last.size() < found.size()) {
                walk(&gate, found.clone()).await.check();
                walked.push(found);
                seen.store(walked.len(), Ordering::Release);
            }
            tokio::task::yield_now().await;
        }
        walked
    };
    let ((), walked) = tokio::join!(writing, walking);
    // What a checkpoint of long ago implies is served still, though its partial tiles are full by now.
    for earlier in walked {
        walk(&gate, earlier).await.check();
    }
}

#[tokio::test]
async fn tiles_of_a_log_with_three_levels_are_those_of_its_root() {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    let ledger = gate.host.ledger("gm0599").unwrap().clone();
    let sizes = [255, 256, 257, 65_535, 65_536, 65_537, 66_000];
    fill(&gate.database(), &gate.host.store, ledger.row.id, &ledger.keys.log.signer(ledger.log_keys().first()).unwrap(), &sizes).await;
    let last = checkpoint(&gate).await;
    assert_eq!(last.size(), 66_000);
    let whole = walk(&gate, last).await;
    whole.check();

    // Roots that are not stored are computed from the tiles below, and give the same bytes.
    let (path, mut other) =
        ("tile/1/001.p/1", sqlx::SqliteConnection::connect(&format!("sqlite://{}", gate.database().display())).await.unwrap());
    let (_, _, stored) = gate.fetch(&format!("{PREFIX}/{path}")).await;
    sqlx::query("DELETE FROM tile_root WHERE level = 0 AND number >= 256").execute(&mut other).await.unwrap();
    let (status, _, computed) = gate.fetch(&format!("{PREFIX}/{path}")).await;
    assert_eq!((status, computed), (StatusCode::OK, stored));

    // A record that is gone is a fault of the gateway, not a tile that does not exist.
    sqlx::query("DELETE FROM record WHERE entry = 65999").execute(&mut other).await.unwrap();
    let (status, headers, _) = gate.fetch(&format!("{PREFIX}/tile/entries/257.p/208")).await;
    assert_eq!((status, headers["cache-control"].to_str().unwrap()), (StatusCode::SERVICE_UNAVAILABLE, "no-store"));
}

#[tokio::test]
async fn every_tile_up_to_the_published_size_is_served_and_none_beyond() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    write(&gate, 0, 299).await;
    assert_eq!(checkpoint(&gate).await.size(), 300);
    for kind in [Kind::Entries, Kind::Hashes(0), Kind::Hashes(1), Kind::Hashes(2)] {
        for index in 0..3 {
            for width in 1..=256 {
                let tile = Tile::new(kind, index, width).unwrap();
                let expected = if tile.is_in(300) { StatusCode::OK } else { StatusCode::NOT_FOUND };
                let (status, _, bytes) = gate.fetch(&format!("{PREFIX}/{tile}")).await;
                assert_eq!(status, expected, "{tile}");
                let each = if kind == Kind::Entries { 42 } else { 32 };
                assert!(status != StatusCode::OK || bytes.len() == usize::from(width) * each, "{tile}: {}", bytes.len());
            }
        }
    }
    // Each partial is the beginning of the full one.
    let (_, _, full) = gate.fetch(&format!("{PREFIX}/tile/0/000")).await;
    let (_, _, part) = gate.fetch(&format!("{PREFIX}/tile/0/000.p/17")).await;
    assert_eq!(part, full[..17 * 32]);
}

/// Paths that are no tile, or spell one in another way.
const NOT_TILES: [&str; 28] = [
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/x000/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p/",
    "tile/0/000.p/-1",
    "tile/0/000.p/+1",
    "tile/0/000.p/99999999999999999999999",
    "tile/00/000",
    "tile/01/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/256/000",
    "tile/99999999999999999999999/000",
    "tile/entries/0",
    "tile/entries/x000/000",
    "tile/entries/000.p/0",
    "tile/data/000",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    "tile/0/x018/x446/x744/x073/x709/x551/615",
    "tile/0/%30%30%30",
    "tile/0/000/",
    "tile/0/",
    "tile/%ff",
    "tile/0/000.P/1",
];

#[tokio::test]
async fn whatever_is_no_tile_is_404_and_nothing_else() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    assert_eq!(gate.fetch(&format!("{PREFIX}/tile/0/000.p/1")).await.0, StatusCode::OK);
    for path in NOT_TILES {
        assert_eq!(gate.fetch(&format!("{PREFIX}/{path}")).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/gm0000/tile/0/000.p/1", "/gm0000/checkpoint", "/%67m0599/tile/0/000.p/1", "/tile/0/000.p/1", "//tile/0/000.p/1"] {
        assert_eq!(gate.fetch(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn paths_that_look_like_tiles_are_served_or_404(paths in prop::collection::vec("tile/(0|1|2|entries)/(x[0-9]{3}/){0,2}[0-9]{3}(\\.p/[0-9]{1,3})?", 400)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let gate = Gate::open("2006-02-15T09:00:00Z").await;
            for path in paths {
                let expected = match path.parse::<Tile>() {
                    Ok(tile) if tile.is_in(1) => StatusCode::OK,
                    Ok(_) | Err(_) => StatusCode::NOT_FOUND,
                };
                assert_eq!(gate.fetch(&format!("{PREFIX}/{path}")).await.0, expected, "{path}");
            }
        });
    }
}
