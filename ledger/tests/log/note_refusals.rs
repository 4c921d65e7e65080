//! Notes and vkeys that are refused, each with its reason.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::log::note::{KeyFault, KeyKind, Note, NoteFault, NoteSigner, Signature, VerifierKey};

use crate::note::{LINE, TEXT, VKEY, key, parse};

#[test]
fn a_trusted_signature_that_fails_refuses_the_note() {
    let bad = Err(NoteFault::BadSignature { name: "PeterNeumann".into() });
    assert_eq!(parse(&format!("Other text\n\n{LINE}")).unwrap().verify(&[key()]), bad);
    // Even if another trusted key has signed well.
    let other = NoteSigner::from_seed("other", &[1; 32]).unwrap();
    let note = parse(&format!("a\n\n{}\n{LINE}", other.sign("a\n"))).unwrap();
    assert_eq!(note.verify(&[other.verifier().clone(), key()]), bad);
    assert!(note.verify(&[other.verifier().clone()]).is_ok());
    // A malleable signature: S + L verifies where it is not checked to be below L.
    let order: [u8; 32] = STANDARD.decode("7dP1XBpjEljWnPei3vneFAAAAAAAAAAAAAAAAAAAABA=").unwrap().try_into().unwrap();
    let mut bytes = STANDARD.decode(LINE.trim_end().rsplit(' ').next().unwrap()).unwrap();
    let mut carry = 0;
    for (byte, add) in bytes[36..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    let line = format!("\u{2014} PeterNeumann {}\n", STANDARD.encode(bytes));
    assert_eq!(parse(&format!("{TEXT}\n{line}")).unwrap().verify(&[key()]), bad);
}

#[test]
fn the_same_key_twice_is_refused() {
    let fault = NoteFault::DuplicateSignature { name: "PeterNeumann".into() };
    assert_eq!(parse(&format!("{TEXT}\n{LINE}{LINE}")), Err(fault.clone()));
    // Also with other bytes behind the key id, and between other lines.
    let other_bytes = LINE.replace("ZJkuBS", "ZJkuBT");
    let unknown = LINE.replace("PeterNeumann", "Peter");
    assert_eq!(parse(&format!("{TEXT}\n{LINE}{unknown}{other_bytes}")), Err(fault.clone()));
    let line: Signature = Signature::parse(LINE.trim_end()).unwrap();
    assert_eq!(Note::new(TEXT, vec![line.clone(), line.clone()]), Err(fault.clone()));
    assert_eq!(Note::new(TEXT, vec![line.clone()]).unwrap().add(line), Err(fault));
}

#[test]
fn malformed_notes_are_refused() {
    use NoteFault::{ControlCharacter, Shape, SignatureBase64, SignatureLine};
    let good = format!("{TEXT}\n{LINE}");
    let dash = "\u{2014}";
    for (note, fault) in [
        (String::new(), Shape),
        (TEXT.to_owned(), Shape),
        (format!("{TEXT}\n"), Shape),
        (format!("{TEXT}{LINE}"), Shape),
        (good.trim_end().to_owned(), Shape),
        (format!("\n{LINE}"), Shape),
        (format!("{good}\n"), Shape),
        (good.replace('\n', "\r\n"), ControlCharacter),
        (good.replace("If you", "If\tyou"), ControlCharacter),
        (good.replace("If you", "If\0you"), ControlCharacter),
        (good.replace("PeterNeumann", "Peter\u{1b}"), ControlCharacter),
        (format!("{good}trailing\n"), SignatureLine),
        (good.replace(dash, "-"), SignatureLine),
        (good.replace(dash, "\u{2013}"), SignatureLine),
        (good.replace(&format!("{dash} "), dash), SignatureLine),
        (good.replace("PeterNeumann ", ""), SignatureLine),
        (good.replace("PeterNeumann", ""), SignatureLine),
        (good.replace("PeterNeumann", "Peter+Neumann"), SignatureLine),
        (good.replace("PeterNeumann", "Peter\u{a0}Neumann"), SignatureLine),
        (format!("{TEXT}\n{dash} name x08gow==\n"), SignatureLine),
        (format!("{TEXT}\n{dash} name x08g\n"), SignatureLine),
        (format!("{TEXT}\n{dash} name \n"), SignatureLine),
        (good.replace("PeterNeumann", "Peter Neumann"), SignatureBase64),
        (good.replace("nAM=", "nAM"), SignatureBase64),
        (good.replace("nAM=", "nAN="), SignatureBase64),
        (good.replace("nAM=", "nAM=="), SignatureBase64),
        (good.replace("nAM=", "nAM= "), SignatureBase64),
        (good.replace("/ZJ", "_ZJ"), SignatureBase64),
    ] {
        assert_eq!(parse(&note), Err(fault), "{note:?}");
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteFault::Utf8));
    assert_eq!(Note::new("a", vec![Signature::parse(LINE.trim_end()).unwrap()]), Err(Shape));
    assert_eq!(Note::new("a\n", vec![]), Err(Shape));
    // An empty line within the text is part of it: the last one divides.
    assert_eq!(parse(&format!("a\n\n{TEXT}\n{LINE}")).unwrap().text(), format!("a\n\n{TEXT}"));
}

#[test]
fn malformed_vkeys_are_refused() {
    let parse = |text: &str| text.parse::<VerifierKey>();
    let ed25519 = |first: u8, rest: &[u8]| STANDARD.encode([&[first], rest].concat());
    assert_eq!(parse(""), Err(KeyFault::Shape));
    assert_eq!(parse("PeterNeumann+c74f20a3"), Err(KeyFault::Shape));
    assert_eq!(parse(&VKEY.replace("PeterNeumann", "")), Err(KeyFault::Name));
    assert_eq!(parse(&VKEY.replace("PeterNeumann", "Peter Neumann")), Err(KeyFault::Name));
    assert_eq!(parse(&VKEY.replace("PeterNeumann", "Peter")), Err(KeyFault::Id));
    assert_eq!(parse(&VKEY.replace("c74f20a3", "c74f20a4")), Err(KeyFault::Id));
    assert_eq!(parse(&VKEY.replace("c74f20a3", "C74F20A3")), Err(KeyFault::Id));
    assert_eq!(parse(&VKEY.replace("c74f20a3", "0c74f20a3")), Err(KeyFault::Id));
    assert_eq!(parse(&VKEY.replace("10TW", "10T")), Err(KeyFault::Base64));
    assert_eq!(parse(&format!("{VKEY}\n")), Err(KeyFault::Base64));
    assert_eq!(parse("n+00000000+"), Err(KeyFault::PublicKey));
    assert_eq!(parse(&format!("n+00000000+{}", ed25519(1, &[2; 31]))), Err(KeyFault::PublicKey));
    assert_eq!(parse(&format!("n+00000000+{}", ed25519(2, &[2; 32]))), Err(KeyFault::Kind(2)));
    assert_eq!(parse(&format!("n+00000000+{}", ed25519(0xff, &[2; 32]))), Err(KeyFault::Kind(0xff)));
    // No point of the curve, and the neutral element: a key under which anything verifies.
    assert_eq!(VerifierKey::new("n", KeyKind::Note, &[2; 32]), Err(KeyFault::PublicKey));
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(VerifierKey::new("n", KeyKind::Cosignature, &neutral), Err(KeyFault::PublicKey));
}
