//! Receipts: one file that verifies on its own, and every way in which it can be false.

use ledger::log::checkpoint::{Checkpoint, CheckpointFault};
use ledger::log::note::{Cosigner, NoteFault, NoteSigner};
use ledger::log::proof::{Proof, ProofFault};
use ledger::log::receipt::{Receipt, ReceiptFault};
use ledger::log::record::{Entry, RecordFault, record_bytes};
use ledger::log::tree::{Appended, Frontier, VerifyFault};
use ledger::words::Instant;

const ORIGIN: &str = "convenant.example.nl/gm0796";
const SALT: [u8; 32] = [0x5a; 32];

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// The receipt for record 2 of 5; what that record says of its log and place is given.
fn receipt(origin: &str, index: u64) -> Receipt {
    let accepted_at: Instant = "2006-03-01T09:00:00.000Z".parse().unwrap();
    let record = |number| match number {
        2 => record_bytes(origin, index, accepted_at, b"signed"),
        other => record_bytes(ORIGIN, other, accepted_at, b"something else"),
    };
    let leaves: Vec<_> = (0..5).map(|n| Entry::new(accepted_at, &SALT, &record(n)).leaf_hash()).collect();
    let appended = Appended::new(&Frontier::empty(), &leaves);
    let checkpoint = Checkpoint::new(ORIGIN, 5, appended.root()).unwrap().sign(&signer()).unwrap();
    let mut text =
        Proof { extra: Some([SALT.as_slice(), &record(2)].concat()), index: 2, hashes: appended.inclusion_proof(2).unwrap(), checkpoint }
            .to_string();
    if index == 2 {
        let proof = Proof::parse(text.as_bytes()).unwrap();
        let made = Receipt::new(&SALT, &record(2), proof.hashes, proof.checkpoint).unwrap();
        assert_eq!(made.encode(), text, "made from its parts or as a proof, it is the same text");
        text = made.encode();
    }
    Receipt::parse(text.as_bytes()).unwrap()
}

#[test]
fn a_receipt_shows_what_was_accepted_when_and_where() {
    let receipt = receipt(ORIGIN, 2);
    let verified = receipt.verify(signer().verifier()).unwrap();
    assert_eq!((verified.origin.as_str(), verified.index), (ORIGIN, 2));
    assert_eq!(verified.accepted_at.to_string(), "2006-03-01T09:00:00.000Z");
    assert_eq!((verified.jws.as_slice(), verified.checkpoint.size()), (b"signed".as_slice(), 5));
    assert_eq!(verified.witnesses, []);
}

#[test]
fn the_text_of_a_receipt_is_pinned() {
    let text = receipt(ORIGIN, 2).encode();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    // base64 of 32 times 0x5a, then "convenant/record/v1\n...".
    assert_eq!(
        lines[1],
        "extra WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpjb252ZW5hbnQvcmVjb3JkL3YxCmNvbnZlbmFudC5leGFtcGxlLm5sL2dtMDc5\
         NgoyCjIwMDYtMDMtMDFUMDk6MDA6MDAuMDAwWgpzaWduZWQ="
    );
    assert_eq!(lines[2], "index 2");
    assert_eq!((lines[6], lines[7], lines[8]), ("", ORIGIN, "5"));
}

#[test]
fn witnesses_are_named_and_a_false_one_refuses() {
    let witness = Cosigner::from_seed("example.com/w", &[2; 32]).unwrap();
    let with = |text: &str| {
        let receipt = receipt(ORIGIN, 2);
        let line = witness.cosign(text, 1_141_203_601);
        let receipt = Receipt::parse(format!("{receipt}{line}\n").as_bytes()).unwrap();
        receipt.verify_witnessed(signer().verifier(), &[witness.verifier().clone()])
    };
    let text = receipt(ORIGIN, 2).proof().checkpoint.text().to_owned();
    assert_eq!(with(&text).unwrap().witnesses[0].time, Some(1_141_203_601));
    let fault = NoteFault::BadSignature { name: "example.com/w".into() };
    assert_eq!(with("other\n"), Err(ProofFault::from(CheckpointFault::from(fault)).into()));
}

#[test]
fn a_record_for_another_log_or_place_is_refused() {
    let key = signer().verifier().clone();
    let fault = ReceiptFault::Origin { record: "example.com/other".into(), checkpoint: ORIGIN.into() };
    assert_eq!(receipt("example.com/other", 2).verify(&key), Err(fault));
    assert_eq!(receipt(ORIGIN, 3).verify(&key), Err(ReceiptFault::Index { record: 3, proof: 2 }));
}

#[test]
fn a_changed_receipt_is_refused() {
    let key = signer().verifier().clone();
    let text = receipt(ORIGIN, 2).encode();
    let verify = |from: &str, to: &str| Receipt::parse(text.replacen(from, to, 1).as_bytes())?.verify(&key);
    let root = || Err(ProofFault::from(VerifyFault::RootMismatch).into());
    // The salt, the last letter of the statement, the index of the proof.
    assert_eq!(verify("extra Wlpa", "extra Wlpb"), root());
    assert_eq!(verify("WgpzaWduZWQ=", "WgpzaWduZWU="), root());
    assert_eq!(verify("index 2", "index 3"), root());
    let refused = |fault: NoteFault| Err(ProofFault::from(CheckpointFault::from(fault)).into());
    assert_eq!(verify("\n5\n", "\n6\n"), refused(NoteFault::BadSignature { name: ORIGIN.into() }));
    // Another key of the same name, and the same key under another name.
    for (name, seed) in [(ORIGIN, [9; 32]), ("example.com/other", [1; 32])] {
        let other = NoteSigner::from_seed(name, &seed).unwrap();
        assert_eq!(receipt(ORIGIN, 2).verify(other.verifier()), refused(NoteFault::NoTrustedSignature));
    }
}

#[test]
fn a_proof_without_a_record_is_no_receipt() {
    let text = receipt(ORIGIN, 2).encode();
    let extra = text.lines().nth(1).unwrap().to_owned() + "\n";
    let parse = |line: &str| Receipt::parse(text.replacen(&extra, line, 1).as_bytes()).err();
    assert_eq!(parse(""), Some(ReceiptFault::NoRecord));
    assert_eq!(parse("extra AAAA\n"), Some(ReceiptFault::NoRecord));
    let only_salt = format!("extra {}=\n", "A".repeat(43));
    assert_eq!(parse(&only_salt), Some(RecordFault::Truncated.into()));
    let foreign = include_bytes!("../../vectors/e2e.tlog-proof");
    assert_eq!(Receipt::parse(foreign), Err(ReceiptFault::NoRecord));
    assert_eq!(Receipt::parse(b""), Err(ProofFault::Shape.into()));
}

#[test]
fn in_a_tree_of_one_entry_the_leaf_is_the_root_and_in_an_empty_one_there_is_none() {
    let accepted_at: Instant = "2006-03-01T09:00:00.000Z".parse().unwrap();
    let record = record_bytes(ORIGIN, 0, accepted_at, b"signed");
    let leaf = Entry::new(accepted_at, &SALT, &record).leaf_hash();
    let verify = |size: u64, root, hashes| {
        let checkpoint = Checkpoint::new(ORIGIN, size, root).unwrap().sign(&signer()).unwrap();
        Receipt::new(&SALT, &record, hashes, checkpoint).unwrap().verify(signer().verifier())
    };
    assert_eq!(verify(1, leaf, Vec::new()).unwrap().index, 0);
    let refused = |fault: VerifyFault| Err(ProofFault::from(fault).into());
    assert_eq!(verify(1, leaf, vec![leaf]), refused(VerifyFault::ProofLength { expected: 0, found: 1 }));
    assert_eq!(verify(2, leaf, Vec::new()), refused(VerifyFault::ProofLength { expected: 1, found: 0 }));
    let nothing = Appended::new(&Frontier::empty(), &[]).root();
    assert_eq!(verify(0, nothing, Vec::new()), refused(VerifyFault::IndexOutOfRange { index: 0, size: 0 }));
    assert_eq!(Checkpoint::new(ORIGIN, 0, leaf), Err(CheckpointFault::EmptyRoot), "the empty tree has one root");
}

#[test]
fn a_receipt_that_is_spelled_in_another_way_is_refused() {
    let text = receipt(ORIGIN, 2).encode();
    let line = text.lines().last().unwrap();
    let parse = |text: String| Receipt::parse(text.as_bytes()).err().unwrap();
    let note = |fault: NoteFault| ReceiptFault::from(ProofFault::from(fault));
    assert_eq!(parse(format!("{text}{line}\n")), note(NoteFault::DuplicateSignature { name: ORIGIN.into() }));
    // The last character before the padding has bits that mean nothing: any but zero is another spelling.
    let extra = text.lines().nth(1).unwrap();
    assert!(extra.ends_with("ZWQ="), "{extra}");
    assert_eq!(parse(text.replacen("ZWQ=", "ZWR=", 1)), ProofFault::Extra.into());
    assert_eq!(parse(text.replacen("ZWQ=", "ZWQ", 1)), ProofFault::Extra.into());
    assert_eq!(parse(text.replace('\n', "\r\n")), ProofFault::Shape.into());
    assert_eq!(parse(text.replacen("index 2", "index 02", 1)), ProofFault::Index.into());
    let hash = text.lines().nth(3).unwrap();
    assert_eq!(parse(text.replacen(hash, &hash[..hash.len() - 4], 1)), ProofFault::Hash.into());
    let verify = |text: String| Receipt::parse(text.as_bytes()).unwrap().verify(signer().verifier());
    let length = |found| Err(ProofFault::from(VerifyFault::ProofLength { expected: 3, found }).into());
    assert_eq!(verify(text.replacen(&format!("{hash}\n"), "", 1)), length(2));
    assert_eq!(verify(text.replacen(&format!("{hash}\n"), &format!("{hash}\n{hash}\n"), 1)), length(4));
}
