//! Other implementations as judges: `ct-merkle`, `tlog_tiles` and `signed_note` accept what this log makes, and make the same.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, NoteSigner};
use ledger::log::tile::{Kind, Tile};
use ledger::log::tree::{consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion};
use ledger::words::Hash;
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::tlog;

use crate::naive::{self, Stored};

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let read = |index: &u64| tlog::Hash(self.nodes[&tlog::split_stored_hash_index(*index)].0);
        Ok(indexes.iter().map(read).collect())
    }
}

fn theirs(hashes: &[Hash]) -> Vec<tlog::Hash> {
    hashes.iter().map(|hash| tlog::Hash(hash.0)).collect()
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ct_merkle_makes_and_accepts_the_same_proofs(size in 2_usize..400, seed: prop::sample::Index) {
        let entries = naive::entries(size);
        let leaves = naive::leaves(&entries);
        let stored = Stored::of(&entries);
        let mut judge = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        entries.iter().for_each(|entry| judge.push(entry.clone()));
        let root = root_at(size as u64, &stored).unwrap();
        prop_assert!(judge.root().as_bytes()[..] == root.as_bytes()[..]);

        let index = seed.index(size);
        let ours = inclusion_proof(index as u64, size as u64, &stored).unwrap();
        let proof = judge.prove_inclusion(index);
        prop_assert_eq!(proof.as_bytes(), bytes(&ours));
        judge.root().verify_inclusion(&entries[index], index as u64, &proof).unwrap();
        prop_assert_eq!(verify_inclusion(&leaves[index], index as u64, size as u64, &ours, &root), Ok(()));

        let old = 1 + seed.index(size - 1);
        let ours = consistency_proof(old as u64, size as u64, &stored).unwrap();
        let proof = judge.prove_consistency(size - old);
        prop_assert_eq!(proof.as_bytes(), bytes(&ours));
        let old_root = root_at(old as u64, &stored).unwrap();
        prop_assert_eq!(verify_consistency(old as u64, &old_root, size as u64, &root, &ours), Ok(()));
    }

    #[test]
    fn tlog_tiles_makes_and_accepts_the_same_proofs(size in 1_usize..400, seed: prop::sample::Index) {
        let entries = naive::entries(size);
        let stored = Stored::of(&entries);
        let (index, old) = (seed.index(size), 1 + seed.index(size));
        let size = size as u64;
        let root = tlog::tree_hash(size, &stored).unwrap();
        prop_assert_eq!(Hash(root.0), root_at(size, &stored).unwrap());

        let ours = theirs(&inclusion_proof(index as u64, size, &stored).unwrap());
        prop_assert_eq!(&ours, &tlog::prove_record(size, index as u64, &stored).unwrap());
        tlog::check_record(&ours, size, root, index as u64, tlog::record_hash(&entries[index])).unwrap();

        let ours = theirs(&consistency_proof(old as u64, size, &stored).unwrap());
        prop_assert_eq!(&ours, &tlog::prove_tree(size, old as u64, &stored).unwrap());
        let old_root = tlog::Hash(root_at(old as u64, &stored).unwrap().0);
        tlog::check_tree(&ours, size, root, old as u64, old_root).unwrap();
    }

    #[test]
    fn tlog_tiles_publishes_the_same_tiles(old in 0_u64..70_000, more in 0_u64..70_000) {
        let new = old + more;
        // The library writes the height of tiles into the path, as the Go checksum database does.
        let judge = tlog_tiles::Tile::new_tiles(8, old, new);
        let judge: Vec<String> = judge.iter().map(|tile| tile.path().replacen("tile/8/", "tile/", 1)).collect();
        let ours = Tile::added(old, new).into_iter().filter(|tile| tile.kind() != Kind::Entries);
        let ours: Vec<String> = ours.map(|tile| tile.to_string()).collect();
        prop_assert_eq!(ours, judge);
    }

    #[test]
    fn tlog_tiles_spells_paths_the_same(level in 0_u8..=63, index: u64, width in 1_u16..=256) {
        let judge = tlog_tiles::Tile::new(8, level, index, u32::from(width), false).path();
        let ours = Tile::new(Kind::Hashes(level), index, width).unwrap();
        prop_assert_eq!(ours.to_string(), judge.replacen("tile/8/", "tile/", 1));
        prop_assert_eq!(ours.to_string().parse(), Ok(ours));
    }

    #[test]
    fn signed_note_signs_and_accepts_the_same(seed: [u8; 32], text in "[ -~\u{e9}\u{20ac}\n]{0,80}\n") {
        let signer = NoteSigner::from_seed("example.com/judge", &seed).unwrap();
        let vkey = signer.verifier().to_string();
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let secret = base64(&[[1].as_slice(), key.as_bytes()].concat());
        let their_signer = StandardSigner::new(&format!(
            "PRIVATE+KEY+example.com/judge+{}+{secret}", signer.verifier().id()
        )).unwrap();
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey).unwrap())]);

        let ours = Note::new(text.clone(), vec![signer.sign(&text)]).unwrap();
        let mut judge = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        judge.add_sigs(&[&their_signer]).unwrap();
        prop_assert_eq!(ours.to_string().into_bytes(), judge.to_bytes());
        let read = signed_note::Note::from_bytes(ours.to_string().as_bytes()).unwrap();
        prop_assert_eq!(read.verify(&known).unwrap().0.len(), 1);
        prop_assert_eq!(Note::parse(&judge.to_bytes()).unwrap(), ours);
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn tlog_tiles_reads_the_same_checkpoint() {
    let root = root_at(7, &Stored::of(&naive::entries(7))).unwrap();
    let ours = Checkpoint::new("example.com/log", 7, root).unwrap().to_string();
    let judge = tlog_tiles::Checkpoint::from_bytes(ours.as_bytes()).unwrap();
    assert_eq!((judge.origin(), judge.size(), judge.hash().0), ("example.com/log", 7, root.0));
    assert_eq!(judge.to_bytes(), ours.as_bytes());
}
