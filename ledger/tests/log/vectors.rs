//! A proof from another log, cosigned by another program: `ledger/vectors/e2e.*`.

use ledger::log::checkpoint::CheckpointFault;
use ledger::log::note::{KeyKind, NoteFault, VerifierKey};
use ledger::log::proof::{Proof, ProofFault};
use ledger::log::tree::{VerifyFault, leaf_hash};

const PROOF: &str = include_str!("../../vectors/e2e.tlog-proof");
const LEAF: &[u8] = include_bytes!("../../vectors/e2e.leaf");

fn log() -> VerifierKey {
    include_str!("../../vectors/e2e.log.vkey").trim_end().parse().unwrap()
}

fn witness() -> VerifierKey {
    include_str!("../../vectors/e2e.witness.vkey").trim_end().parse().unwrap()
}

fn verify(text: &str) -> Result<u64, ProofFault> {
    let proof = Proof::parse(text.as_bytes())?;
    let (checkpoint, signed) = proof.verify(&leaf_hash(LEAF), &log(), &[witness()])?;
    assert_eq!((checkpoint.origin(), checkpoint.size(), signed.len()), ("example.com/log/testdata", 15, 1));
    Ok(signed[0].time.unwrap())
}

#[test]
fn the_proof_the_log_and_the_witness_verify() {
    assert_eq!(verify(PROOF), Ok(0x6b04_fbff));
    assert_eq!(witness().kind(), KeyKind::Cosignature);
    assert_eq!(witness().to_string(), include_str!("../../vectors/e2e.witness.vkey"));
    let proof = Proof::parse(PROOF.as_bytes()).unwrap();
    assert_eq!((proof.index, proof.hashes.len(), proof.extra.clone()), (6, 4, None));
    assert_eq!(proof.to_string(), PROOF);
}

#[test]
fn what_was_changed_fails() {
    let root = Err(ProofFault::Inclusion(VerifyFault::RootMismatch));
    assert_eq!(verify(&PROOF.replacen("index 6", "index 7", 1)), root);
    assert_eq!(verify(&PROOF.replacen("Thcg", "Uhcg", 1)), root);
    let bad = |name: &str| Err(CheckpointFault::Note(NoteFault::BadSignature { name: name.into() }).into());
    assert_eq!(verify(&PROOF.replacen("\n15\n", "\n14\n", 1)), bad("example.com/log/testdata"));
    assert_eq!(verify(&PROOF.replacen("7DJX2AAAAABr", "7DJX2AAAAABs", 1)), bad("example.com/witness"));
    let without_first = PROOF.replacen("ThcgoV2DYcK+VCxBUDWAlNxmLy2r7dq7dK7+OlgQKWs=\n", "", 1);
    let length = |found| Err(ProofFault::Inclusion(VerifyFault::ProofLength { expected: 4, found }));
    assert_eq!(verify(&without_first), length(3));
    assert_eq!(verify(&PROOF.replacen("index 6\n", "index 6\nThcgoV2DYcK+VCxBUDWAlNxmLy2r7dq7dK7+OlgQKWs=\n", 1)), length(5));
    let range = VerifyFault::IndexOutOfRange { index: 15, size: 15 };
    assert_eq!(verify(&PROOF.replacen("index 6", "index 15", 1)), Err(range.into()));
    let other = Proof::parse(PROOF.as_bytes()).unwrap().verify(&leaf_hash(b"eight"), &log(), &[]);
    assert_eq!(other.err(), Some(VerifyFault::RootMismatch.into()));
}

#[test]
fn malformed_proofs_are_refused() {
    use ProofFault::{Extra, Hash, Header, Index, Shape, TooManyHashes};
    let many = "ThcgoV2DYcK+VCxBUDWAlNxmLy2r7dq7dK7+OlgQKWs=\n".repeat(60);
    let many = format!("index 6\n{many}");
    for (from, to, fault) in [
        ("@v1\n", "@v2\n", Header),
        ("c2sp.org", "\nc2sp.org", Header),
        ("@v1\n", "@v1 \n", Header),
        ("@v1\n", "@v1\nextra AB==\n", Extra),
        ("@v1\n", "@v1\nextra A\n", Extra),
        ("@v1\n", "@v1\nextra AA==\nextra AA==\n", Index),
        ("@v1\n", "@v1\nother AA==\n", Index),
        ("index 6\n", "index 06\n", Index),
        ("index 6\n", "index  6\n", Index),
        ("index 6\n", "index -6\n", Index),
        ("index 6\n", "index 18446744073709551616\n", Index),
        ("index 6\n", "", Index),
        ("KWs=\n", "KWt=\n", Hash),
        ("KWs=\n", "KWs\n", Hash),
        ("Thcg", "", Hash),
        ("index 6\n", "index 6\nextra AA==\n", Hash),
        ("index 6\n", many.as_str(), TooManyHashes),
        ("\n\n", "\n", Hash),
    ] {
        assert_eq!(verify(&PROOF.replacen(from, to, 1)), Err(fault), "{from} to {to}");
    }
    assert_eq!(verify(PROOF.split("\n\n").next().unwrap()), Err(Shape));
    assert_eq!(Proof::parse(b"\xff"), Err(ProofFault::Utf8));
    assert_eq!(verify(PROOF.trim_end()), Err(NoteFault::Shape.into()));
    let extra = Proof::parse(PROOF.replacen("@v1\n", "@v1\nextra AA==\n", 1).as_bytes()).unwrap();
    assert_eq!(extra.extra, Some(vec![0]));
}
