//! Policy files: the grammar of tlog-policy line by line, and which witnesses are enough.

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, NoteSigner, VerifierKey};
use ledger::log::policy::{MAX_NAMES, Policy, PolicyError, PolicyRefusal};

use crate::naive;

const LOG: &str = "example.nl/log";

fn log(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(LOG, &[seed; 32]).unwrap()
}

fn witness(seed: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness-{seed}.example"), &[seed; 32]).unwrap()
}

fn keys(seeds: &[u8]) -> Vec<VerifierKey> {
    seeds.iter().map(|seed| witness(*seed).verifier().clone()).collect()
}

/// The example of the specification, with its white space and comments.
fn example() -> String {
    let mut text = format!("# a comment\n \t# another\n\nlog {}\n", log(1).verifier());
    for (group, seeds) in [("X", [10, 11, 12]), ("Y", [20, 21, 22])] {
        for (number, seed) in seeds.into_iter().enumerate() {
            text += &format!(" witness\t{group}{}  {}  https://w{seed}.example \n", number + 1, witness(seed).verifier());
        }
    }
    text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn fault(text: &str) -> (usize, PolicyError) {
    let fault = Policy::parse(text.as_bytes()).expect_err(text);
    (fault.line, fault.error)
}

#[test]
fn nested_groups_are_counted_as_the_specification_says() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://w10.example"));
    for (signed, enough) in [
        (&[10, 11, 20][..], true),
        (&[10, 11, 12, 20, 21, 22], true),
        (&[12, 10, 22], true),
        (&[10, 11], false),
        (&[10, 20, 21, 22], false),
        (&[20, 21, 22], false),
        (&[10, 10, 20], false),
        (&[], false),
        (&[10, 30, 20], false),
    ] {
        assert_eq!(policy.is_met(&keys(signed)), enough, "{signed:?}");
    }
    let one = |quorum: &str| Policy::parse(format!("witness w {}\nquorum {quorum}", witness(1).verifier()).as_bytes()).unwrap();
    assert!(one("none").is_met(&[]) && !one("w").is_met(&[]) && one("w").is_met(&keys(&[1])));
}

#[test]
fn checkpoints_are_opened_with_log_and_quorum() {
    let checkpoint = |size: u64| Checkpoint::new(LOG, size, naive::root(&[])).unwrap();
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let cosigned = |by: &NoteSigner, seeds: &[u8]| {
        let mut note = checkpoint(0).sign(by).unwrap();
        seeds.iter().for_each(|seed| note.add(witness(*seed).cosign(note.text(), 7)).unwrap());
        note
    };
    let (opened, signed) = policy.open(&cosigned(&log(1), &[10, 12, 21, 40])).unwrap();
    assert_eq!((opened.size(), signed.len()), (0, 3), "a witness that is not listed does not count");
    assert_eq!(policy.open(&cosigned(&log(1), &[10, 21])), Err(PolicyRefusal::TooFewWitnesses));
    assert!(matches!(policy.open(&cosigned(&log(2), &[10, 12, 21])), Err(PolicyRefusal::Checkpoint(_))));
    let other = Checkpoint::new("example.nl/other", 0, naive::root(&[])).unwrap();
    let other = other.sign(&NoteSigner::from_seed("example.nl/other", &[1; 32]).unwrap()).unwrap();
    assert_eq!(policy.open(&other), Err(PolicyRefusal::UnknownLog));
}

#[test]
fn whatever_is_not_the_grammar_is_refused_with_its_line() {
    let w = |name: &str, seed| format!("witness {name} {}\n", witness(seed).verifier());
    let (log, cosigner) = (log(1).verifier().to_string(), witness(1).verifier().to_string());
    for (text, line, error) in [
        (String::new(), 0, PolicyError::NoQuorum),
        (w("a", 1), 0, PolicyError::NoQuorum),
        ("quorum none\nquorum none\n".into(), 2, PolicyError::TwoQuorums),
        ("quorum a\n".into(), 1, PolicyError::Unknown("a".into())),
        ("quorum a\n".to_owned() + &w("a", 1), 1, PolicyError::Unknown("a".into())),
        ("quorum none more\n".into(), 1, PolicyError::Items),
        ("trust me\nquorum none\n".into(), 1, PolicyError::Word),
        ("Quorum none\n".into(), 1, PolicyError::Word),
        ("quorum none\r\n".into(), 1, PolicyError::ControlCharacter),
        ("quorum\u{b}none\n".into(), 1, PolicyError::ControlCharacter),
        ("\u{7f}\n".into(), 1, PolicyError::ControlCharacter),
        ("log\nquorum none\n".into(), 1, PolicyError::Items),
        (format!("log {cosigner}\n"), 1, PolicyError::KeyKind),
        (format!("witness a {log}\n"), 1, PolicyError::KeyKind),
        (format!("log {log}\nlog {log} https://x\n"), 2, PolicyError::DuplicateKey),
        (w("a", 1) + &w("b", 1), 2, PolicyError::DuplicateKey),
        (w("a", 1) + &w("a", 2), 2, PolicyError::Defined("a".into())),
        (w("none", 1), 1, PolicyError::Defined("none".into())),
        (w("a", 1) + "group a any a\n", 2, PolicyError::Defined("a".into())),
        (w("a", 1) + "group g any\n", 2, PolicyError::Items),
        (w("a", 1) + "group g 0 a\n", 2, PolicyError::Threshold),
        (w("a", 1) + "group g 2 a\n", 2, PolicyError::Threshold),
        (w("a", 1) + "group g 01 a\n", 2, PolicyError::Threshold),
        (w("a", 1) + "group g some a\n", 2, PolicyError::Threshold),
        (w("a", 1) + "group g any none\n", 2, PolicyError::Unknown("none".into())),
        (w("a", 1) + "group g any g\n", 2, PolicyError::Unknown("g".into())),
        (w("a", 1) + "group g any a a\n", 2, PolicyError::Grouped("a".into())),
        (w("a", 1) + "group g any a\ngroup h any a\n", 3, PolicyError::Grouped("a".into())),
        ("#\n".repeat(1_000_000), 0, PolicyError::TooLarge),
    ] {
        assert_eq!(fault(&text), (line, error), "{:.60}", text);
    }
    assert!(matches!(fault(&format!("log {}x\n", &log[..log.len() - 1])).1, PolicyError::Key(_)));
    let many: String = (0..=MAX_NAMES as u16)
        .map(|number| {
            let mut seed = [7; 32];
            seed[..2].copy_from_slice(&number.to_be_bytes());
            format!("log {}\n", NoteSigner::from_seed(LOG, &seed).unwrap().verifier())
        })
        .collect();
    assert_eq!(fault(&many), (MAX_NAMES + 1, PolicyError::TooLarge));
    assert_eq!(Policy::parse(b"log \xff\nquorum none\n").unwrap_err().error, PolicyError::Utf8);
}

#[test]
fn names_and_comments_are_octets() {
    let vkey = witness(1).verifier().to_string();
    let text =
        [b"# \xff\xfe\nwitness \xe2\x84\xaa ", vkey.as_bytes(), b"\nwitness K ", witness(2).verifier().to_string().as_bytes()].concat();
    let policy = Policy::parse(&[text, b"\nquorum \xe2\x84\xaa".to_vec()].concat()).unwrap();
    assert!(policy.is_met(&keys(&[1])) && !policy.is_met(&keys(&[2])));
}
