//! What the command says of receipts that hold, of those that do not, and of what it cannot check.

use ledger::envelope::{SigningKey, Type, sign_flattened};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, NoteSigner};
use ledger::log::proof::Proof;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::{Appended, Frontier};
use ledger::words::Instant;
use serde_json::{Value, json};

use super::Verify;
use crate::command::tests::{Captured, arguments};
use crate::command::{Exit, exit::conclude};

const ORIGIN: &str = "convenant.example.nl/gm0796";
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ledger/vectors");

struct Desk {
    folder: tempfile::TempDir,
    log: NoteSigner,
    witnesses: [Cosigner; 3],
    town: SigningKey,
}

impl Desk {
    fn new() -> Self {
        let witness = |n: u8| Cosigner::from_seed(&format!("example.com/w{n}"), &[10 + n; 32]).unwrap();
        let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            log,
            witnesses: [witness(1), witness(2), witness(3)],
            town: SigningKey::from_seed(&[7; 32]),
        }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    /// The receipt of entry 1 of 3, cosigned by the first so many witnesses.
    fn receipt(&self, cosigned: usize) -> String {
        let at: Instant = "2006-03-01T09:00:00.000Z".parse().unwrap();
        let payload = json!({
            "type": "acceptance", "ledger": ORIGIN, "id": "a-1", "signedAt": "2006-03-01T08:59:00Z", "by": "town",
            "body": { "agreement": "homes", "report": "00".repeat(32) },
        });
        let jws = sign_flattened(&self.town, Type::Acceptance.typ(), payload.to_string().as_bytes());
        let records: Vec<_> = (0..3).map(|n| record_bytes(ORIGIN, n, at, if n == 1 { &jws } else { b"other" })).collect();
        let leaves: Vec<_> = records.iter().map(|record| Entry::new(at, &[3; 32], record).leaf_hash()).collect();
        let appended = Appended::new(&Frontier::empty(), &leaves);
        let mut checkpoint = Checkpoint::new(ORIGIN, 3, appended.root()).unwrap().sign(&self.log).unwrap();
        for witness in &self.witnesses[..cosigned] {
            checkpoint.add(witness.cosign(checkpoint.text(), 1_141_203_601)).unwrap();
        }
        let extra = Some([[3; 32].as_slice(), &records[1]].concat());
        Proof { extra, index: 1, hashes: appended.inclusion_proof(1).unwrap(), checkpoint }.to_string()
    }

    fn policy(&self, least: usize) -> String {
        let mut text = format!("log {}\n", self.log.verifier());
        for (n, witness) in self.witnesses.iter().enumerate() {
            text += &format!("witness w{n} {}\n", witness.verifier());
        }
        self.file(&format!("policy-{least}"), text + &format!("group g {least} w0 w1 w2\nquorum g\n"))
    }
}

fn verify(words: &[&str]) -> (Exit, String) {
    let mut captured = Captured::new();
    let exit = match arguments::<Verify>(words) {
        Ok(verify) => conclude(verify.run(&mut captured.terminal), &mut captured.terminal),
        Err(error) => panic!("{error}"),
    };
    (exit, captured.out() + &captured.notes())
}

#[test]
fn a_receipt_is_told_in_plain_words() {
    let desk = Desk::new();
    let (file, vkey) = (desk.file("r.tlog-proof", desk.receipt(0)), desk.log.verifier().to_string());
    let (exit, said) = verify(&[&file, "--vkey", &vkey]);
    assert_eq!(exit, Exit::Done, "{said}");
    for part in [
        "r.tlog-proof: holds\n",
        "convenant.example.nl/gm0796 signed a tree of 3 entries, and this is number 1 of them",
        "on 2006-03-01T09:00:00.000Z, by the clock of the ledger",
        "acceptance (Bevestiging), which its signer calls \"a-1\"",
        "town, on 2006-03-01T08:59:00.000Z by its own clock",
        "was not checked again",
        "no policy was given",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let jwk = desk.file("town.jwk", desk.town.public().to_jwk().to_string());
    assert!(verify(&[&file, "--vkey", &vkey, "--jwk", &jwk]).1.contains("the signature holds under the key that was given"));
}

#[test]
fn k_of_n_witnesses_are_asked_for_by_the_policy() {
    let desk = Desk::new();
    let two = desk.file("two.tlog-proof", desk.receipt(2));
    let (exit, said) = verify(&[&two, "--policy", &desk.policy(2)]);
    assert_eq!(exit, Exit::Done, "{said}");
    assert!(said.contains("example.com/w1 on 2006-03-01T09:00:01.000Z; example.com/w2 on"), "{said}");
    let (exit, said) = verify(&[&two, "--policy", &desk.policy(3)]);
    assert_eq!(exit, Exit::Refused);
    assert!(said.contains("asks for more witnesses than signed: only example.com/w1, example.com/w2 did"), "{said}");
    // A known witness whose signature fails refuses the whole, however many others there are.
    let forged = desk.receipt(3);
    let line = forged.lines().last().unwrap().to_owned();
    let other = format!("{}{}", &line[..line.len() - 8], if line.ends_with("AAAAAAA=") { "BBBBBBB=" } else { "AAAAAAA=" });
    let forged = desk.file("forged.tlog-proof", forged.replace(&line, &other));
    let (exit, said) = verify(&[&forged, "--policy", &desk.policy(2)]);
    assert_eq!(exit, Exit::Refused, "{said}");
    assert!(said.contains("example.com/w3"), "{said}");
}

#[test]
fn each_file_has_its_own_verdict_and_json_says_the_same() {
    let desk = Desk::new();
    let (good, vkey) = (desk.file("good", desk.receipt(0)), desk.log.verifier().to_string());
    let bad = desk.file("bad", desk.receipt(0).replacen("index 1", "index 0", 1));
    let (exit, said) = verify(&[&good, &bad, "--vkey", &vkey, "--json"]);
    assert_eq!(exit, Exit::Refused);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["holds"], &said["files"][0]["holds"], &said["files"][1]["holds"]), (&json!(false), &json!(true), &json!(false)));
    assert_eq!(said["files"][0]["statement"]["by"], "town");
    assert_eq!(said["files"][1]["faults"], json!(["the proof does not lead to the root"]));
}

#[test]
fn another_signer_or_log_is_named() {
    let desk = Desk::new();
    let file = desk.file("r", desk.receipt(0));
    let other = NoteSigner::from_seed("example.com/other", &[1; 32]).unwrap().verifier().to_string();
    let (exit, said) = verify(&[&file, "--vkey", &other]);
    assert_eq!(exit, Exit::Refused);
    assert!(said.contains("it is of the log convenant.example.nl/gm0796, and only these are trusted: example.com/other"), "{said}");
    let namesake = NoteSigner::from_seed(ORIGIN, &[2; 32]).unwrap().verifier().to_string();
    assert_eq!(verify(&[&file, "--vkey", &namesake]).0, Exit::Refused);
    // Of two keys of one name, such as before and after a rotation, the one that signed is taken.
    assert_eq!(verify(&[&file, "--vkey", &namesake, "--vkey", &desk.log.verifier().to_string()]).0, Exit::Done);
    let witness = desk.witnesses[0].verifier().to_string();
    assert_eq!(verify(&[&file, "--vkey", &witness]).0, Exit::Usage);
    assert_eq!(verify(&[&file]).0, Exit::Usage);
    assert_eq!(verify(&["/nonexistent", "--vkey", &other]).0, Exit::Usage);
    assert_eq!(verify(&[&file, "--policy", &desk.file("p", "quorum nobody\n")]).0, Exit::Usage);
}

#[test]
fn a_case_file_needs_no_vkey_and_one_that_is_none_is_refused() {
    let desk = Desk::new();
    let none = desk.file("none.zip", "PK is how it begins");
    let (exit, said) = verify(&[&none]);
    assert_eq!(exit, Exit::Refused);
    assert!(said.contains("wrong      this is no zip that can be read"), "{said}");
    assert!(said.contains("the ledger's vkey was taken from the file itself"), "{said}");
    assert_eq!(verify(&[&none, &desk.file("r", desk.receipt(0))]).0, Exit::Usage, "a receipt has no vkey in it");
}

#[test]
fn the_proof_of_another_log_with_another_programs_cosignature_verifies() {
    let desk = Desk::new();
    let vector = |name: &str| format!("{VECTORS}/e2e.{name}");
    let read = |name: &str| std::fs::read_to_string(vector(name)).unwrap();
    let policy = format!("log {}\nwitness w {}\nquorum w\n", read("log.vkey").trim(), read("witness.vkey").trim());
    let policy = desk.file("policy", policy);
    let (exit, said) = verify(&[&vector("tlog-proof"), "--leaf", &vector("leaf"), "--policy", &policy]);
    assert_eq!(exit, Exit::Done, "{said}");
    assert!(said.contains("example.com/log/testdata signed a tree of 15 entries, and this is number 6 of them"), "{said}");
    assert!(said.contains("example.com/witness on 20"), "{said}");
    let (exit, said) = verify(&[&vector("tlog-proof"), "--policy", &policy]);
    assert_eq!(exit, Exit::Refused);
    assert!(said.contains("--leaf FILE"), "{said}");
    let eight = desk.file("eight", "eight");
    assert_eq!(verify(&[&vector("tlog-proof"), "--leaf", &eight, "--policy", &policy]).0, Exit::Refused);
}
