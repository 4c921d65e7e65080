//! The tree: known roots, and proofs against the naive reading.

use ledger::log::tree::{
    Appended, Frontier, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_at, verify_consistency, verify_inclusion,
};
use ledger::words::Hash;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::naive::{self, Stored};

/// The leaves and roots that the reference implementation of Certificate Transparency tests with.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn roots_are_those_of_the_certificate_transparency_tests() {
    let mut frontier = Frontier::empty();
    for (size, root) in ROOTS.into_iter().enumerate() {
        assert_eq!(frontier.size(), size as u64);
        assert_eq!(frontier.root().to_string(), root);
        if let Some(leaf) = LEAVES.get(size) {
            frontier.append(leaf_hash(leaf));
        }
    }
    let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let appended = Appended::new(&Frontier::empty(), &leaves);
    assert_eq!(appended.root().to_string(), ROOTS[8]);
    assert_eq!(*appended.frontier(), frontier);
}

#[test]
fn paths_are_those_of_the_certificate_transparency_tests() {
    let stored = Stored::of(&LEAVES.map(<[u8]>::to_vec));
    let path = |index, size| inclusion_proof(index, size, &stored).unwrap();
    let texts = |hashes: Vec<Hash>| hashes.iter().map(Hash::to_string).collect::<Vec<_>>();
    assert_eq!(path(0, 1), []);
    assert_eq!(
        texts(path(0, 8)),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        texts(path(5, 8)),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        texts(consistency_proof(6, 8, &stored).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
}

#[test]
fn a_leaf_and_a_node_are_told_apart_by_their_first_byte() {
    let (left, right) = (Hash([0x11; 32]), Hash([0x22; 32]));
    let node = [[0x01].as_slice(), &[0x11; 32], &[0x22; 32]].concat();
    assert_eq!(node_hash(&left, &right).0, <[u8; 32]>::from(Sha256::digest(node)));
    assert_eq!(leaf_hash(b"ab").0, <[u8; 32]>::from(Sha256::digest(b"\x00ab")));
}

#[test]
fn every_small_tree_agrees_with_the_naive_one() {
    let entries = naive::entries(40);
    let leaves = naive::leaves(&entries);
    let stored = Stored::of(&entries);
    for size in 0..=entries.len() {
        let tree = &entries[..size];
        let root = naive::root(tree);
        assert_eq!(root_at(size as u64, &stored), Ok(root));
        for (index, leaf) in leaves[..size].iter().enumerate() {
            let proof = inclusion_proof(index as u64, size as u64, &stored).unwrap();
            assert_eq!(proof, naive::path(index, tree), "leaf {index} of {size}");
            assert_eq!(verify_inclusion(leaf, index as u64, size as u64, &proof, &root), Ok(()));
        }
        for old in 1..size {
            let proof = consistency_proof(old as u64, size as u64, &stored).unwrap();
            assert_eq!(proof, naive::consistency(old, tree), "{old} to {size}");
            let old_root = naive::root(&entries[..old]);
            assert_eq!(verify_consistency(old as u64, &old_root, size as u64, &root, &proof), Ok(()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Batches of any size, one after the other: root, edge, nodes and proofs are those of the whole.
    #[test]
    fn batches_make_the_same_tree_as_single_leaves(batches in prop::collection::vec(0_usize..130, 1..5)) {
        let entries = naive::entries(batches.iter().sum());
        let leaves = naive::leaves(&entries);
        let mut stored = Stored::default();
        let mut single = Frontier::empty();
        let mut size = 0;
        for batch in batches {
            let new = size..size + batch;
            let appended = stored.append(&leaves[new.clone()]);
            size = new.end;
            leaves[new.clone()].iter().for_each(|leaf| single.append(*leaf));
            prop_assert_eq!(appended.frontier(), &single);
            let root = naive::root(&entries[..size]);
            prop_assert_eq!(appended.root(), root);
            prop_assert_eq!(single.root(), root);
            prop_assert_eq!(appended.inclusion_proofs().count(), batch);
            for (index, proof) in new.clone().zip(appended.inclusion_proofs()) {
                prop_assert_eq!(&proof, &naive::path(index, &entries[..size]));
                prop_assert_eq!(&proof, &inclusion_proof(index as u64, size as u64, &stored).unwrap());
                prop_assert_eq!(verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root), Ok(()));
            }
            prop_assert_eq!(appended.inclusion_proof(size as u64), None);
            prop_assert_eq!(new.start.checked_sub(1).and_then(|old| appended.inclusion_proof(old as u64)), None);
        }
    }
}
