//! What a witness answers, line by line of the specification, and what convicts a log.

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, Note, NoteSigner, VerifierKey};
use ledger::log::split::{SplitFault, SplitView};
use ledger::log::tree::{root_of_first, verify_consistency};
use ledger::log::witness::{AddCheckpoint, AnswerFault, Denial, MAX_PROOF, RequestFault, cosignature, decide};
use ledger::words::Hash;

use crate::naive;

const LOG: &str = "example.nl/log";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(LOG, &[1; 32]).unwrap()
}

/// The entries of one of two histories that part at entry 3.
fn entries(size: usize, other: bool) -> Vec<Vec<u8>> {
    (0..size).map(|index| if other && index >= 3 { format!("other {index}") } else { index.to_string() }.into_bytes()).collect()
}

fn checkpoint(size: usize, other: bool) -> Note {
    Checkpoint::new(LOG, size as u64, naive::root(&entries(size, other))).unwrap().sign(&signer()).unwrap()
}

fn asked(old: usize, new: usize, other: bool) -> AddCheckpoint {
    let proof = if old == 0 || old >= new { Vec::new() } else { naive::consistency(old, &entries(new, other)) };
    AddCheckpoint { old: old as u64, proof, checkpoint: checkpoint(new, other) }
}

fn keys() -> Vec<VerifierKey> {
    let of = |name: &str, seed| NoteSigner::from_seed(name, &[seed; 32]).unwrap().verifier().clone();
    // A second key of the log, as while one is being replaced, and that of another log.
    vec![of(LOG, 1), of(LOG, 2), of("example.nl/another", 3)]
}

fn answer(request: &AddCheckpoint, last: Option<&Note>) -> u16 {
    decide(request, &keys(), last).map_or_else(|denial| denial.status(), |_| 200)
}

#[test]
fn every_status_of_the_specification() {
    let (none, five) = (None, checkpoint(5, false));
    let five = Some(&five);
    let without_proof = AddCheckpoint { proof: Vec::new(), ..asked(5, 9, false) };
    let too_long = AddCheckpoint { proof: [asked(5, 9, false).proof, vec![Hash([0; 32])]].concat(), ..asked(5, 9, false) };
    let from_nothing = AddCheckpoint { proof: vec![Hash([0; 32])], ..asked(0, 5, false) };
    let resigned = |seed, name: &str| {
        let text = checkpoint(9, false).text().replace(LOG, name);
        let key = NoteSigner::from_seed(name, &[seed; 32]).unwrap();
        AddCheckpoint { checkpoint: Note::new(text.clone(), vec![key.sign(&text)]).unwrap(), ..asked(5, 9, false) }
    };
    let mut forged = checkpoint(9, false).to_string();
    forged = forged.replace("\n9\n", "\n10\n");
    let forged = AddCheckpoint { checkpoint: Note::parse(forged.as_bytes()).unwrap(), ..asked(5, 9, false) };
    let extended = format!("{}extension\n", checkpoint(9, false).text());
    let extended = AddCheckpoint { checkpoint: Note::new(extended.clone(), vec![signer().sign(&extended)]).unwrap(), ..asked(5, 9, false) };
    for (what, request, last, status) in [
        ("the first one", asked(0, 5, false), none, 200),
        ("the first one of an empty log", asked(0, 0, false), none, 200),
        ("it has grown", asked(5, 9, false), five, 200),
        ("the same again, for a newer time", asked(5, 5, false), five, 200),
        ("signed by the log's other key", resigned(2, LOG), five, 200),
        ("an extension line", extended, five, 400),
        ("old size above size", asked(9, 5, false), five, 400),
        ("signed by a stranger", resigned(9, LOG), five, 403),
        ("another size than was signed", forged, five, 403),
        ("an unknown log", resigned(9, "example.nl/unknown"), five, 404),
        ("another log's key under its own name", resigned(3, "example.nl/unknown"), five, 404),
        ("asked from nothing, though something is known", asked(0, 9, false), five, 409),
        ("asked from something, though nothing is known", asked(5, 9, false), none, 409),
        ("asked from less than is known", asked(4, 9, false), five, 409),
        ("shrunk, and says so", asked(3, 4, false), five, 409),
        ("without the proof", without_proof, five, 422),
        ("a hash too many", too_long, five, 422),
        ("a proof where none belongs", from_nothing, none, 422),
        ("another history", asked(5, 9, true), five, 422),
        ("another history of the same size", asked(5, 5, true), five, 422),
    ] {
        assert_eq!(answer(&request, last), status, "{what}");
    }
}

#[test]
fn old_roots_are_read_from_proofs_for_all_sizes() {
    for new in 1..40 {
        let all = entries(new, false);
        for old in 1..new {
            let proof = naive::consistency(old, &all);
            let (small, large) = (naive::root(&all[..old]), naive::root(&all));
            let found = root_of_first(old as u64, new as u64, &large, &proof);
            assert_eq!(found, (!old.is_power_of_two()).then_some(small), "{old} {new}");
            assert_eq!(root_of_first(old as u64, new as u64, &small, &proof), None);
            assert!(verify_consistency(old as u64, &small, new as u64, &large, &proof).is_ok());
        }
    }
    for (old, new) in [(0, 5), (5, 5), (6, 5), (3, u64::MAX)] {
        assert_eq!(root_of_first(old, new, &Hash([0; 32]), &[Hash([0; 32])]), None);
    }
}

#[test]
fn two_histories_are_evidence_and_a_bad_proof_is_none() {
    let key = signer().verifier().clone();
    let (five, two_sizes) = (checkpoint(5, false), asked(5, 9, true));
    for (request, sizes) in [(two_sizes, (5, 9)), (asked(5, 5, true), (5, 5)), (asked(0, 5, true), (5, 5))] {
        let denial = decide(&request, &keys(), Some(&five)).unwrap_err();
        let split = denial.split().expect("evidence").clone();
        let (smaller, larger) = split.verify(&key).unwrap();
        assert_eq!((smaller.size(), larger.size()), sizes);
        // As it lies in a file, it convicts all the same.
        let text = serde_json::to_string(&split).unwrap();
        assert_eq!(serde_json::from_str::<SplitView>(&text).unwrap(), split);
        assert!(serde_json::from_str::<SplitView>(&text.replacen("\"root\":\"", "\"root\":\"A", 1)).is_err());
    }
    // A stranger sends a true checkpoint with nonsense: that must not convict the log.
    let nonsense = AddCheckpoint { proof: vec![Hash([7; 32]); asked(5, 9, false).proof.len()], ..asked(5, 9, false) };
    assert_eq!(decide(&nonsense, &keys(), Some(&five)).unwrap_err().split(), None);
    // The proof of a power of two does not hold the old root, so that the request alone shows nothing.
    let denial = decide(&asked(4, 9, true), &keys(), Some(&checkpoint(4, false))).unwrap_err();
    assert_eq!((denial.status(), denial.split()), (422, None));
}

#[test]
fn one_history_is_no_split_view() {
    let key = signer().verifier().clone();
    let proof = naive::consistency(5, &entries(9, false));
    let root = naive::root(&entries(5, false));
    let honest = SplitView { smaller: checkpoint(5, false), larger: checkpoint(9, false), root, proof };
    assert_eq!(honest.verify(&key), Err(SplitFault::OneHistory));
    let other_root = SplitView { root: Hash([1; 32]), ..honest.clone() };
    assert!(matches!(other_root.verify(&key), Err(SplitFault::Proof(_))));
    let stranger = NoteSigner::from_seed(LOG, &[9; 32]).unwrap();
    assert!(matches!(honest.verify(stranger.verifier()), Err(SplitFault::Checkpoint(_))));
}

#[test]
fn requests_are_read_in_one_way_only() {
    let request = asked(5, 9, false);
    let text = request.to_string();
    assert_eq!(AddCheckpoint::parse(text.as_bytes()), Ok(request.clone()));
    let hashes = |count: usize| AddCheckpoint { proof: vec![Hash([7; 32]); count], ..request.clone() }.to_string();
    assert!(AddCheckpoint::parse(hashes(MAX_PROOF).as_bytes()).is_ok());
    for (wrong, fault) in [
        (text.replacen("old 5", "old 05", 1), RequestFault::Old),
        (text.replacen("old 5", "old +5", 1), RequestFault::Old),
        (text.replacen("old 5", "old", 1), RequestFault::Old),
        (text.replacen("old 5", "new 5", 1), RequestFault::Old),
        (text.replacen("=\n", "\n", 1), RequestFault::Hash),
        (hashes(MAX_PROOF + 1), RequestFault::TooManyHashes),
        (text.split("\n\n").next().unwrap().to_owned(), RequestFault::Shape),
        (String::new(), RequestFault::Shape),
    ] {
        assert_eq!(AddCheckpoint::parse(wrong.as_bytes()), Err(fault), "{wrong}");
    }
    // With an empty line too early, the proof becomes part of what should be a checkpoint.
    let early = AddCheckpoint::parse(text.replacen("old 5\n", "old 5\n\n", 1).as_bytes()).unwrap();
    assert_eq!(answer(&early, None), 400);
    assert_eq!(AddCheckpoint::parse(&[0xff]), Err(RequestFault::Utf8));
}

#[test]
fn only_its_own_cosignature_for_this_checkpoint_counts() {
    let of = |name: &str, seed| Cosigner::from_seed(name, &[seed; 32]).unwrap();
    let (witness, other) = (of("witness.example.nl", 5), of("other.example.nl", 6));
    let (note, larger) = (checkpoint(5, false), checkpoint(9, false));
    let line = |cosigner: &Cosigner, note: &Note| format!("{}\n", cosigner.cosign(note.text(), 1_700_000_000));
    let key = witness.verifier();
    let both = line(&other, &note) + &line(&witness, &note);
    assert_eq!(cosignature(&note, both.as_bytes(), key).unwrap().1, 1_700_000_000);
    assert_eq!(cosignature(&note, line(&other, &note).as_bytes(), key), Err(AnswerFault::NotItsKey));
    for wrong in [line(&witness, &larger), String::new(), "200 OK\n".into(), both.trim_end().into()] {
        assert!(matches!(cosignature(&note, wrong.as_bytes(), key), Err(AnswerFault::Note(_))), "{wrong}");
    }
    // A log's own signature is no cosignature, whatever key is asked for.
    let own = format!("{}\n", signer().sign(note.text()));
    assert_eq!(cosignature(&note, own.as_bytes(), signer().verifier()), Err(AnswerFault::NotItsKey));
}

#[test]
fn what_was_stored_and_is_no_checkpoint_is_no_reason_to_sign() {
    let damaged = Note::new("nonsense\n", vec![signer().sign("nonsense\n")]).unwrap();
    assert_eq!(decide(&asked(5, 9, false), &keys(), Some(&damaged)), Err(Denial::StoreDamaged));
}
