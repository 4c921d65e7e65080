//! How many receipts a second are verified, beside what the machine does of the same work bare: one Ed25519 check, and the
//! hashes of a leaf and its path.
//!
//! `cargo bench -p convenant-ledger --bench receipts [-- --quick]`: each figure is the best of five rounds on one core.
//! Read the ratios: machines are shared.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "it measures, and prints")]

use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, NoteSigner, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::{Appended, Frontier, leaf_hash, node_hash};
use ledger::words::{Hash, Instant};

const ORIGIN: &str = "convenant.example.nl/gm0796";
/// Statements are of about this many bytes.
const STATEMENT: usize = 900;
const ROUNDS: usize = 5;

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let round = Duration::from_millis(if quick { 60 } else { 1_000 });
    println!("one core, best of {ROUNDS} rounds of {round:?}; a statement of {STATEMENT} bytes in a tree of 2^20 entries");
    let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
    let bare = rate(round, bare_signature());
    println!("{bare:>10.0}/s  Ed25519 verify_strict over a checkpoint, key decoded before: the machine's own limit");
    let hashes = rate(round, bare_hashes());
    println!("{hashes:>10.0}/s  SHA-256 of record, leaf and a path of 20");
    for cosigned in [0, 3] {
        let (text, witnesses) = receipt(&log, cosigned);
        let verified = rate(round, || verify(&text, log.verifier(), &witnesses));
        let limit = 1.0 / ((1.0 + cosigned as f64) / bare + 1.0 / hashes);
        let ratio = verified / limit;
        println!(
            "{verified:>10.0}/s  receipts of {} bytes with {cosigned} cosignatures, read and verified: {ratio:.2} of the limit of {limit:.0}/s",
            text.len()
        );
    }
}

fn verify(text: &str, log: &VerifierKey, witnesses: &[VerifierKey]) {
    let verified = Receipt::parse(text.as_bytes()).unwrap().verify_witnessed(log, witnesses).unwrap();
    assert_eq!(verified.witnesses.len(), witnesses.len());
}

/// How often a second, in the best round.
fn rate(round: Duration, mut work: impl FnMut()) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        let (begin, mut count) = (Stopwatch::now(), 0_u32);
        while begin.elapsed() < round {
            for _ in 0..16 {
                work();
            }
            count += 16;
        }
        best = best.max(f64::from(count) / begin.elapsed().as_secs_f64());
    }
    best
}

fn bare_signature() -> impl FnMut() {
    let key = SigningKey::from_bytes(&[1; 32]);
    let message = vec![b'x'; 100];
    let (signature, public): (_, VerifyingKey) = (key.sign(&message), key.verifying_key());
    move || public.verify_strict(black_box(&message), &signature).unwrap()
}

fn bare_hashes() -> impl FnMut() {
    let record = vec![b'x'; STATEMENT + 100];
    move || {
        let committed = Hash::of(&[&[0; 32], black_box(&record)]);
        let leaf = leaf_hash(committed.as_bytes());
        black_box((0..20).fold(leaf, |node, _| node_hash(&node, &leaf)));
    }
}

/// A receipt in the middle of a tree of 2^20 entries, of which the rest are all the same.
fn receipt(log: &NoteSigner, cosigned: u8) -> (String, Vec<VerifierKey>) {
    let at: Instant = "2026-03-01T09:00:00.000Z".parse().unwrap();
    let record = record_bytes(ORIGIN, 700_000, at, &vec![b'x'; STATEMENT]);
    let leaf = Entry::new(at, &[3; 32], &record).leaf_hash();
    let other = leaf_hash(b"other");
    let leaves: Vec<Hash> = (0..1 << 20).map(|n| if n == 700_000 { leaf } else { other }).collect();
    let appended = Appended::new(&Frontier::empty(), &leaves);
    let mut checkpoint = Checkpoint::new(ORIGIN, 1 << 20, appended.root()).unwrap().sign(log).unwrap();
    let witnesses: Vec<Cosigner> =
        (0..cosigned).map(|n| Cosigner::from_seed(&format!("witness.example/{n}"), &[10 + n; 32]).unwrap()).collect();
    for witness in &witnesses {
        checkpoint.add(witness.cosign(checkpoint.text(), 1_772_000_000)).unwrap();
    }
    let receipt = Receipt::new(&[3; 32], &record, appended.inclusion_proof(700_000).unwrap(), checkpoint).unwrap();
    (receipt.encode(), witnesses.iter().map(|witness| witness.verifier().clone()).collect())
}
