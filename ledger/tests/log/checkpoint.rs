//! Checkpoints: three lines and no other spelling, signed by the key that has the log's name.

use ledger::log::checkpoint::{Checkpoint, CheckpointFault};
use ledger::log::note::{Cosigner, Note, NoteFault, NoteSigner};
use ledger::words::Hash;

const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_checkpoint_of_the_specification_is_read_and_written() {
    let checkpoint = Checkpoint::parse(TEXT).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
    let root = "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62";
    assert_eq!(checkpoint.root().to_string(), root);
    assert_eq!(checkpoint.to_string(), TEXT);
    let empty = "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    assert_eq!(Checkpoint::parse(empty).unwrap().size(), 0);
}

#[test]
fn other_spellings_are_refused() {
    use CheckpointFault::{EmptyRoot, Extension, Origin, Root, Shape, Size};
    for (from, to, fault) in [
        ("q2I=\n", "q2I=", Shape),
        ("20852163\n", "", Shape),
        (TEXT, "", Shape),
        ("q2I=\n", "q2I=\nextension\n", Extension),
        ("q2I=\n", "q2I=\n\n", Extension),
        ("example.com/behind-the-sofa", "", Origin),
        ("sofa", "so\tfa", Origin),
        ("sofa", "so\rfa", Origin),
        ("20852163", "020852163", Size),
        ("20852163", "+20852163", Size),
        ("20852163", " 20852163", Size),
        ("20852163", "", Size),
        ("20852163", "9223372036854775808", Size),
        ("20852163", "99999999999999999999", Size),
        ("20852163", "0", EmptyRoot),
        ("q2I=", "q2J=", Root),
        ("q2I=", "q2I", Root),
        ("CsUY", "", Root),
        ("CsUY", "CsUYCsUY", Root),
    ] {
        assert_eq!(Checkpoint::parse(&TEXT.replacen(from, to, 1)), Err(fault), "{from} to {to}");
    }
    let root = Hash([1; 32]);
    assert!(Checkpoint::new(&"a".repeat(255), 1, root).is_ok());
    assert_eq!(Checkpoint::new(&"a".repeat(256), 1, root), Err(Origin));
    assert_eq!(Checkpoint::new("a\nb", 1, root), Err(Origin));
    assert_eq!(Checkpoint::new("a", 1 << 63, root), Err(Size));
    assert_eq!(Checkpoint::new("a", 0, root), Err(EmptyRoot));
}

#[test]
fn the_log_signs_and_witnesses_are_told_apart() {
    let log = NoteSigner::from_seed("example.com/log", &[1; 32]).unwrap();
    let witness = Cosigner::from_seed("example.com/w", &[2; 32]).unwrap();
    let checkpoint = Checkpoint::new("example.com/log", 3, Hash([5; 32])).unwrap();
    let mut note = checkpoint.sign(&log).unwrap();
    assert_eq!(Checkpoint::open(&note, log.verifier(), &[]).unwrap(), (checkpoint.clone(), vec![]));
    note.add(witness.cosign(note.text(), 77)).unwrap();
    let witnesses = [witness.verifier().clone()];
    let (opened, signed) = Checkpoint::open(&note, log.verifier(), &witnesses).unwrap();
    assert_eq!((opened, signed.len(), signed[0].time), (checkpoint.clone(), 1, Some(77)));

    // A witness alone is not enough, and nor is the log's key for another log.
    let alone = Note::new(note.text(), vec![witness.cosign(note.text(), 77)]).unwrap();
    let fault = CheckpointFault::Note(NoteFault::NoTrustedSignature);
    assert_eq!(Checkpoint::open(&alone, log.verifier(), &witnesses), Err(fault));
    let other = NoteSigner::from_seed("example.com/other", &[3; 32]).unwrap();
    let fault = CheckpointFault::OtherOrigin { origin: "example.com/log".into(), name: "example.com/other".into() };
    assert_eq!(checkpoint.sign(&other), Err(fault.clone()));
    let signed = Note::new(note.text(), vec![other.sign(note.text())]).unwrap();
    assert_eq!(Checkpoint::open(&signed, other.verifier(), &[]), Err(fault));
    // Signed, but no checkpoint.
    let text = "example.com/log\n3\n";
    let signed = Note::new(text, vec![log.sign(text)]).unwrap();
    assert_eq!(Checkpoint::open(&signed, log.verifier(), &[]), Err(CheckpointFault::Shape));
}
