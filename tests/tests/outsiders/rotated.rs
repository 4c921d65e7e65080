//! A case file of a log that went from key to key, checked with the tools of others by whoever has any of its keys.

use std::process::{Command, Output};

use harness::gate::{Gate, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::log::note::{NoteSigner, VerifierKey};
use serde_json::json;

use super::casefile::unpack;
use super::{build, run};

/// An agreement, two rotations, and what the clock made of them; the zip, and the keys of the log.
async fn file() -> (Vec<u8>, [VerifierKey; 3]) {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let first = gate.host.ledger("gm0599").unwrap().log_keys().first().clone();
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let offer = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("regisseur", "2006-06-01")]));
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    let (second, ..) = gate.rotate_log_key("k", "2006-03-15T09:00:00Z").await;
    gate.clock.set("2006-06-20T09:00:00Z".parse().unwrap());
    let (third, ..) = gate.rotate_log_key("l", "2006-08-15T09:00:00Z").await;
    gate.clock.set("2006-09-01T09:00:00Z".parse().unwrap());
    let passer_by = Signer::new("somebody", 7);
    gate.accept(&passer_by.says(Type::Registration, "r", &passer_by.registration("other"))).await;
    let (_, _, zip) = gate.fetch("/v1/ledgers/gm0599/agreements/wijk/casefile").await;
    (zip, [first, second, third])
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_of_the_log_leads_to_the_one_that_signs_with_the_tools_of_others() {
    let (bytes, keys) = file().await;
    let folder = tempfile::tempdir().unwrap();
    let (zip, files) = (folder.path().join("case.zip"), folder.path().join("files"));
    std::fs::write(&zip, &bytes).unwrap();
    unpack(&zip, &files);
    let python = |key: &VerifierKey| -> Output {
        Command::new("python3").current_dir(&files).args(["check.py", &key.to_string()]).output().unwrap()
    };
    for key in &keys {
        let output = python(key);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.starts_with("holds: "), "{key}: {output:?}");
        assert_eq!(said.contains(&format!("signed now by {}", keys[2])), *key != keys[2], "{said}");
    }
    let stranger = NoteSigner::from_seed(keys[0].name(), &[99; 32]).unwrap();
    let refused = python(stranger.verifier());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the key before it did not sign that"), "{refused:?}");
    // What announces a key under no signature of the key before it leads nowhere.
    let receipts: Vec<_> = std::fs::read_dir(files.join("receipts")).unwrap().map(|file| file.unwrap().path()).collect();
    let announced: Vec<_> = std::fs::read_dir(files.join("log-keys")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(announced.len(), 2);
    for path in &announced {
        let kept = std::fs::read(path).unwrap();
        let receipt = files.join("receipts").join(path.file_name().unwrap());
        std::fs::copy(&receipt, path).unwrap();
        let sums = std::fs::read_to_string(files.join("SHA256SUMS")).unwrap();
        let hash = |bytes: &[u8]| ledger::words::Hash::of(&[bytes]).to_string();
        std::fs::write(files.join("SHA256SUMS"), sums.replace(&hash(&kept), &hash(&std::fs::read(&receipt).unwrap()))).unwrap();
        let refused = python(&keys[0]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains("the key before it did not sign that"), "{refused:?}");
        std::fs::write(path, kept).unwrap();
        std::fs::write(files.join("SHA256SUMS"), sums).unwrap();
    }
    assert!(python(&keys[0]).status.success());

    let built = tempfile::tempdir().unwrap();
    let program = build(&files.join("check.go"), built.path());
    let lines = std::fs::read_to_string(files.join("log.vkey")).unwrap();
    let last = lines.lines().last().unwrap();
    assert_eq!(last, keys[2].to_string());
    assert_eq!(run(Command::new(&program).arg(last).args(&receipts)), format!("{} receipts hold\n", receipts.len()));
    assert!(!Command::new(&program).arg(keys[0].to_string()).args(&receipts).output().unwrap().status.success());
}
