//! Records and entries, byte for byte.

use ledger::log::record::{Entry, Record, RecordFault, record_bytes};
use ledger::words::Instant;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const BYTES: &[u8] = b"convenant/record/v1\nconvenant.example.nl/gm0796\n41\n2006-03-01T09:00:00.125Z\n{\"payload\":\"\\n\"}\n\n";

fn accepted_at() -> Instant {
    "2006-03-01T10:00:00.125+01:00".parse().unwrap()
}

#[test]
fn a_record_is_four_lines_and_the_jws_as_received() {
    let jws = b"{\"payload\":\"\\n\"}\n\n";
    assert_eq!(record_bytes("convenant.example.nl/gm0796", 41, accepted_at(), jws), BYTES);
    let record = Record::parse(BYTES).unwrap();
    assert_eq!((record.origin, record.index, record.jws), ("convenant.example.nl/gm0796", 41, jws.as_slice()));
    assert_eq!(record.accepted_at, accepted_at());
}

#[test]
fn an_entry_is_the_instant_and_a_salted_hash() {
    let entry = Entry::new(accepted_at(), &[0xaa; 32], BYTES);
    // 2006-03-01T09:00:00.125Z is 1 141 203 600 125 milliseconds.
    assert_eq!(entry.as_bytes()[..8], [0, 0, 1, 9, 0xb5, 0x09, 0x02, 0xfd]);
    let commitment: [u8; 32] = Sha256::digest([[0xaa; 32].as_slice(), BYTES].concat()).into();
    assert_eq!(entry.as_bytes()[8..], commitment);
    assert_eq!((entry.commitment().0, entry.accepted_at()), (commitment, accepted_at()));
    let leaf: [u8; 32] = Sha256::digest([[0].as_slice(), entry.as_bytes()].concat()).into();
    assert_eq!(entry.leaf_hash().0, leaf);
    assert_eq!(Entry::parse(entry.as_bytes()), Ok(entry));
    assert_ne!(Entry::new(accepted_at(), &[0xab; 32], BYTES).leaf_hash().0, leaf);
}

#[test]
fn other_records_are_refused() {
    use RecordFault::{AcceptedAt, Header, Index, NoJws, Origin, Truncated, Utf8};
    let text = std::str::from_utf8(BYTES).unwrap();
    let long = "a".repeat(256);
    for (from, to, fault) in [
        ("record/v1", "record/v2", Header),
        ("record/v1\n", "record/v1\r\n", Header),
        ("convenant.example.nl/gm0796", "", Origin),
        ("convenant.example.nl/gm0796", long.as_str(), Origin),
        ("example", "exa\tmple", Origin),
        ("41", "041", Index),
        ("41", "-1", Index),
        ("41", "", Index),
        ("41", "18446744073709551616", Index),
        (".125Z", "Z", AcceptedAt),
        (".125Z", ".12Z", AcceptedAt),
        (".125Z", ".1250Z", AcceptedAt),
        (".125Z", ".125+00:00", AcceptedAt),
        (".125Z", ".125z", AcceptedAt),
        ("2006-03-01T", "2006-03-01 ", AcceptedAt),
        ("2006", "1969", AcceptedAt),
        ("{\"payload\":\"\\n\"}\n\n", "", NoJws),
        ("Z\n{\"payload\":\"\\n\"}\n\n", "Z", Truncated),
    ] {
        assert_eq!(Record::parse(text.replacen(from, to, 1).as_bytes()), Err(fault), "{from} to {to}");
    }
    assert_eq!(Record::parse(b""), Err(Truncated));
    assert_eq!(Record::parse(b"convenant/record/v1\n\xff\n"), Err(Utf8));
    assert_eq!(Entry::parse(&[0; 39]), Err(RecordFault::EntryLength(39)));
    assert_eq!(Entry::parse(&[0; 41]), Err(RecordFault::EntryLength(41)));
    assert_eq!(Entry::parse(&[0xff; 40]), Err(AcceptedAt));
}

proptest! {
    #[test]
    fn every_record_is_read_back(origin in "[!-~]{1,255}", index: u64, millis in 0_i64..250_000_000_000_000, jws in prop::collection::vec(any::<u8>(), 1..200)) {
        let accepted_at = Instant::from_millis(millis).unwrap();
        let bytes = record_bytes(&origin, index, accepted_at, &jws);
        let record = Record { origin: &origin, index, accepted_at, jws: &jws };
        prop_assert_eq!(Record::parse(&bytes), Ok(record));
    }
}
