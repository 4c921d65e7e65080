//! What follows from the log: caught up with after a crash, made anew when it is missing or of something else.

use std::path::{Path, PathBuf};

use gateway::clock::{Clock, StepClock};
use gateway::sequencer::rebuild;
use gateway::store::derived_path;
use harness::derived::Lives;
use harness::gate::{Gate, Signer};
use ledger::envelope::Type;
use ledger::words::Instant;

use crate::door::{signed_agreement, somebody_registers};

async fn rows(gate: &Gate) -> Lives {
    gate.settled().await;
    gate.host.store.all_lives(1).await.unwrap()
}

/// A gateway whose clock has run past a few flags.
async fn eventful() -> Gate {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    gate.clock.set("2006-09-20T09:00:00Z".parse().unwrap());
    somebody_registers(&gate).await;
    gate
}

fn at(instant: &str) -> Clock {
    Clock::Step(StepClock::at(instant.parse::<Instant>().unwrap()))
}

fn files(database: &Path) -> [PathBuf; 3] {
    let derived = derived_path(database);
    ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", derived.display())))
}

#[tokio::test]
async fn judged_again_from_the_log_they_are_the_same_rows() {
    let gate = eventful().await;
    let before = rows(&gate).await;
    assert!(before.len() > 8, "an agreement with its parts");
    assert_eq!(rebuild(&gate.host.store, 1).await.unwrap(), gate.size());
    assert_eq!(rows(&gate).await, before);
}

#[tokio::test]
async fn a_start_without_them_makes_them_anew() {
    let gate = eventful().await;
    let before = rows(&gate).await;
    let derived = files(&gate.database());
    let gate = gate.reopen_after(at("2006-09-20T09:00:00Z"), || derived.iter().for_each(|file| _ = std::fs::remove_file(file))).await;
    assert_eq!(rows(&gate).await, before);
}

#[tokio::test]
async fn a_start_with_older_ones_catches_up() {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    gate.settled().await;
    let derived = files(&gate.database());
    let mut kept = Vec::new();
    let gate = gate.reopen_after(at("2006-02-15T09:00:00Z"), || kept.extend(derived.iter().map(|file| std::fs::read(file).ok()))).await;
    somebody_registers(&gate).await;
    let after = rows(&gate).await;
    let put_back = || {
        for (file, bytes) in derived.iter().zip(&kept) {
            match bytes {
                Some(bytes) => std::fs::write(file, bytes).unwrap(),
                None => _ = std::fs::remove_file(file),
            }
        }
    };
    let gate = gate.reopen_after(at("2006-02-15T09:00:00Z"), put_back).await;
    assert_eq!(rows(&gate).await, after);
}

#[tokio::test]
async fn rows_of_another_log_are_not_taken_for_its_own() {
    let (gate, other) = (eventful().await, Gate::embedded("2006-02-15T09:00:00Z").await);
    let before = rows(&gate).await;
    while other.size() < gate.size() {
        let stranger = Signer::new(Box::leak(format!("other-{}", other.size()).into_boxed_str()), 100 + other.size() as u8);
        other.accept(&stranger.says(Type::Registration, "r", &stranger.registration("other"))).await;
    }
    other.settled().await;
    let strange = files(&other.database());
    other.host.store.close().await;
    let own = files(&gate.database());
    let exchange = || {
        for (own, strange) in own.iter().zip(&strange) {
            if std::fs::copy(strange, own).is_err() {
                _ = std::fs::remove_file(own);
            }
        }
    };
    let gate = gate.reopen_after(at("2006-09-20T09:00:00Z"), exchange).await;
    assert_eq!(rows(&gate).await, before);
}
