//! The tree refuses: spoiled proofs, sizes 0 and 1, what is out of range, and damaged edges.

use ledger::log::tree::{
    Frontier, FrontierFault, MAX_SIZE, ProveFault, VerifyFault, consistency_proof, empty_root, inclusion_proof, leaf_hash, root_at,
    verify_consistency, verify_inclusion,
};
use ledger::words::Hash;
use proptest::prelude::*;

use crate::naive::{self, Stored};

#[test]
fn a_proof_with_a_hash_more_less_or_changed_is_refused() {
    let entries = naive::entries(23);
    let leaves = naive::leaves(&entries);
    let stored = Stored::of(&entries);
    let other = Hash([7; 32]);
    for size in 1..=23_u64 {
        let root = root_at(size, &stored).unwrap();
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let good = inclusion_proof(index, size, &stored).unwrap();
            let check = |proof: &[Hash]| verify_inclusion(leaf, index, size, proof, &root);
            spoil(&good, |proof, expected| assert_eq!(check(proof), Err(expected)));
            assert_eq!(verify_inclusion(&other, index, size, &good, &root), Err(VerifyFault::RootMismatch));
            assert_eq!(verify_inclusion(leaf, index, size, &good, &other), Err(VerifyFault::RootMismatch));
        }
        for old in 1..size {
            let old_root = root_at(old, &stored).unwrap();
            let good = consistency_proof(old, size, &stored).unwrap();
            let check = |proof: &[Hash]| verify_consistency(old, &old_root, size, &root, proof);
            spoil(&good, |proof, expected| match expected {
                VerifyFault::RootMismatch => assert!(check(proof).is_err()),
                length => assert_eq!(check(proof), Err(length)),
            });
            let fault = verify_consistency(old, &other, size, &root, &good);
            assert!(matches!(fault, Err(VerifyFault::OldRootMismatch | VerifyFault::RootMismatch)));
            assert_eq!(verify_consistency(old, &old_root, size, &other, &good), Err(VerifyFault::RootMismatch));
        }
    }
}

/// Gives every way to spoil a proof by one hash, and the fault that it has then.
fn spoil(good: &[Hash], check: impl Fn(&[Hash], VerifyFault)) {
    let expected = good.len();
    let length = |found| VerifyFault::ProofLength { expected, found };
    check(&[good, &[Hash([7; 32])]].concat(), length(expected + 1));
    for place in 0..expected {
        check(&[&good[..place], &good[place + 1..]].concat(), length(expected - 1));
        let mut changed = good.to_vec();
        changed[place].0[31] ^= 1;
        check(&changed, VerifyFault::RootMismatch);
    }
}

#[test]
fn the_edges_of_sizes_are_refused_or_trivial() {
    let (empty, one, other) = (empty_root(), leaf_hash(b"a"), Hash([7; 32]));
    let stored = Stored::of(&[b"a".to_vec()]);
    // The empty tree holds no leaf; the tree of one leaf needs no path.
    let out = |index, size| VerifyFault::IndexOutOfRange { index, size };
    assert_eq!(verify_inclusion(&one, 0, 0, &[], &empty), Err(out(0, 0)));
    assert_eq!(verify_inclusion(&one, 0, 1, &[], &one), Ok(()));
    assert_eq!(verify_inclusion(&one, 1, 1, &[], &one), Err(out(1, 1)));
    assert_eq!(verify_inclusion(&one, u64::MAX, 1, &[], &one), Err(out(u64::MAX, 1)));
    let too_large = MAX_SIZE + 1;
    assert_eq!(verify_inclusion(&one, 0, too_large, &[], &one), Err(VerifyFault::TooLarge(too_large)));
    let length = VerifyFault::ProofLength { expected: 0, found: 1 };
    assert_eq!(verify_inclusion(&one, 0, 1, &[one], &one), Err(length.clone()));
    let length_of_largest = VerifyFault::ProofLength { expected: 63, found: 0 };
    assert_eq!(verify_inclusion(&one, 0, MAX_SIZE, &[], &one), Err(length_of_largest));

    let prove_out = |index, size| Err(ProveFault::IndexOutOfRange { index, size });
    assert_eq!(inclusion_proof(0, 0, &stored), prove_out(0, 0));
    assert_eq!(inclusion_proof(1, 1, &stored), prove_out(1, 1));
    assert_eq!(inclusion_proof(0, too_large, &stored), Err(ProveFault::TooLarge(too_large)));
    assert_eq!(inclusion_proof(0, 2, &stored), Err(ProveFault::MissingNode { level: 0, index: 1 }));
    assert_eq!(consistency_proof(2, 1, &stored), Err(ProveFault::OldLarger { old: 2, new: 1 }));
    assert_eq!(consistency_proof(0, 1, &stored), Ok(vec![]));
    assert_eq!(consistency_proof(1, 1, &stored), Ok(vec![]));
    assert_eq!(root_at(0, &stored), Ok(empty));

    assert_eq!(verify_consistency(0, &empty, 0, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 1, &one, &[]), Ok(()));
    assert_eq!(verify_consistency(1, &one, 1, &one, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 1, &one, &[one]), Err(length.clone()));
    assert_eq!(verify_consistency(1, &one, 1, &one, &[one]), Err(length));
    assert_eq!(verify_consistency(0, &other, 1, &one, &[]), Err(VerifyFault::OldRootMismatch));
    assert_eq!(verify_consistency(0, &empty, 0, &other, &[]), Err(VerifyFault::OldRootMismatch));
    assert_eq!(verify_consistency(1, &other, 1, &one, &[]), Err(VerifyFault::OldRootMismatch));
    let larger = VerifyFault::OldLarger { old: 2, new: 1 };
    assert_eq!(verify_consistency(2, &one, 1, &one, &[]), Err(larger));
}

#[test]
fn a_stored_frontier_is_checked_when_it_is_read() {
    let stored = Stored::of(&naive::entries(11)).frontier;
    let text = serde_json::to_string(&stored).unwrap();
    assert!(text.starts_with(r#"{"size":11,"peaks":[""#), "{text}");
    assert_eq!(serde_json::from_str::<Frontier>(&text).unwrap(), stored);
    let peaks = FrontierFault::Peaks { size: 12, expected: 2, found: 3 };
    assert_eq!(Frontier::from_parts(12, stored.peaks().to_vec()), Err(peaks));
    assert_eq!(Frontier::from_parts(1 << 63, vec![]), Err(FrontierFault::TooLarge(1 << 63)));
    assert!(serde_json::from_str::<Frontier>(&text.replace("11", "12")).is_err());
    assert!(serde_json::from_str::<Frontier>(r#"{"size":0,"peaks":[],"root":""}"#).is_err());
    assert_eq!(serde_json::from_str::<Frontier>(r#"{"size":0,"peaks":[]}"#).unwrap(), Frontier::empty());
}

proptest! {
    /// Whatever the sizes and hashes, checking ends in a verdict, and never in acceptance.
    #[test]
    fn random_proofs_are_refused(
        leaf: [u8; 32], root: [u8; 32], index: u64, size: u64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<Hash> = proof.into_iter().map(Hash).collect();
        let (leaf, root) = (Hash(leaf), Hash(root));
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
        prop_assert!(verify_consistency(index.max(1), &leaf, size, &root, &proof).is_err());
    }
}
