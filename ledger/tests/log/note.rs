//! Notes: vectors from the reference implementation, and whose signatures count.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use ledger::log::note::{Cosigner, KeyFault, KeyKind, Note, NoteFault, NoteSigner, VerifierKey};

/// From the tests of golang.org/x/mod/sumdb/note.
pub(crate) const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// The private key that goes with it there: type 0x01 and the seed.
const SECRET: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
pub(crate) const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
pub(crate) const LINE: &str =
    "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

pub(crate) fn key() -> VerifierKey {
    VKEY.parse().unwrap()
}

pub(crate) fn parse(note: &str) -> Result<Note, NoteFault> {
    Note::parse(note.as_bytes())
}

#[test]
fn the_note_of_the_reference_implementation_verifies() {
    let note = parse(&format!("{TEXT}\n{LINE}")).unwrap();
    let signed = note.verify(&[key()]).unwrap();
    assert_eq!((signed.len(), signed[0].key.name(), signed[0].time), (1, "PeterNeumann", None));
    assert_eq!(note.text(), TEXT);
    assert_eq!(note.to_string(), format!("{TEXT}\n{LINE}"));
    assert_eq!(key().to_string(), VKEY);
}

#[test]
fn signing_gives_the_bytes_of_the_reference_implementation() {
    let seed = STANDARD.decode(SECRET).unwrap()[1..].try_into().unwrap();
    let signer = NoteSigner::from_seed("PeterNeumann", &seed).unwrap();
    assert_eq!(signer.verifier().to_string(), VKEY);
    assert_eq!(format!("{}\n", signer.sign(TEXT)), LINE);
    assert_eq!(format!("{signer:?}"), format!("NoteSigner({VKEY})"), "the secret stays out of logs");
}

#[test]
fn a_cosignature_covers_a_header_the_time_and_the_text() {
    let seed = [3; 32];
    let cosigner = Cosigner::from_seed("example.com/w", &seed).unwrap();
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let line = cosigner.cosign(text, 1_679_315_147).to_string();
    let bytes = STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
    let message = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert_eq!(bytes[..4], cosigner.verifier().id().0);
    assert_eq!(bytes[4..12], [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb]);
    assert_eq!(bytes[12..], SigningKey::from_bytes(&seed).sign(message.as_bytes()).to_bytes());

    let signed = Note::new(text, vec![cosigner.cosign(text, 1_679_315_147)]).unwrap();
    let signed = signed.verify(&[cosigner.verifier().clone()]).unwrap();
    assert_eq!(signed[0].time, Some(1_679_315_147));
}

#[test]
fn a_cosignature_with_another_time_or_length_fails() {
    let cosigner = Cosigner::from_seed("w", &[3; 32]).unwrap();
    let line = cosigner.cosign("a\n", 5).to_string();
    let bytes = STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
    let with = |change: fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        let note = parse(&format!("a\n\n\u{2014} w {}\n", STANDARD.encode(bytes))).unwrap();
        note.verify(&[cosigner.verifier().clone()])
    };
    assert!(with(|_| ()).is_ok());
    let bad = Err(NoteFault::BadSignature { name: "w".into() });
    assert_eq!(with(|bytes| bytes[11] ^= 1), bad);
    assert_eq!(with(|bytes| bytes[4] = 0x80), bad, "2^63 seconds");
    assert_eq!(with(|bytes| bytes.push(0)), bad);
    assert_eq!(with(|bytes| bytes.truncate(10)), bad);
    // The signature of a log is no cosignature, even by the same key.
    let as_log = NoteSigner::from_seed("w", &[3; 32]).unwrap();
    assert_ne!(as_log.verifier().id(), cosigner.verifier().id());
}

#[test]
fn sixteen_signatures_and_more_are_read_and_unknown_ones_ignored() {
    let text = "a\n";
    let signers: Vec<_> = (0..64).map(|n| NoteSigner::from_seed(&format!("k{n}"), &[n; 32]).unwrap()).collect();
    let lines = |count: usize| signers[..count].iter().map(|s| format!("{}\n", s.sign(text))).collect::<String>();
    for count in [16, 64] {
        let note = parse(&format!("{text}\n{}", lines(count))).unwrap();
        assert_eq!(note.signatures().len(), count);
        assert_eq!(note.verify(&[signers[9].verifier().clone()]).unwrap().len(), 1);
        assert_eq!(note.verify(&[key()]), Err(NoteFault::NoTrustedSignature));
        assert_eq!(note.verify(&[]), Err(NoteFault::NoTrustedSignature));
    }
    assert_eq!(parse(&format!("{text}\n{}{LINE}", lines(64))), Err(NoteFault::TooManySignatures));
}

#[test]
fn a_line_that_shares_only_name_or_id_is_of_an_unknown_key() {
    let other_id = LINE.replace("x08go/", "y08go/");
    let other_name = LINE.replace("PeterNeumann", "Peter");
    for unknown in [other_id, other_name] {
        let note = parse(&format!("{TEXT}\n{unknown}{LINE}")).unwrap();
        assert_eq!(note.verify(&[key()]).unwrap().len(), 1);
        let note = parse(&format!("{TEXT}\n{unknown}")).unwrap();
        assert_eq!(note.verify(&[key()]), Err(NoteFault::NoTrustedSignature));
    }
}

#[test]
fn an_ml_dsa_key_is_kept_and_its_signatures_are_ignored() {
    let key = VerifierKey::new("example.com/pq", KeyKind::MlDsaCosignature, &[9; 1312]).unwrap();
    assert_eq!(key.to_string().parse(), Ok(key.clone()));
    let signature = STANDARD.encode([key.id().0.as_slice(), &[0; 2428]].concat());
    let note = parse(&format!("{TEXT}\n\u{2014} example.com/pq {signature}\n{LINE}")).unwrap();
    assert_eq!(note.verify(&[key.clone(), self::key()]).unwrap().len(), 1);
    assert_eq!(note.verify(&[key]), Err(NoteFault::NoTrustedSignature));
    let short = VerifierKey::new("example.com/pq", KeyKind::MlDsaCosignature, &[9; 1311]);
    assert_eq!(short, Err(KeyFault::PublicKey));
}
