//! The case file with which its fuzz target begins: changes to one that holds go deeper than changes to one that does not.

use std::path::Path;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::casefile::check;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};

/// As much as libFuzzer is told to read.
const MOST: usize = 65_536;
const SALT: [u8; 32] = [7; 32];
const CONTENT: &[u8] = b"De huismeester is aangesteld.";

/// A small agreement in force, with a report and what is attached to it.
async fn written() -> Vec<u8> {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let text = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("huismeester", "2006-06-01")]));
    gate.accept(&text).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": text.hash }))).await;
    }
    gate.clock.set("2006-03-02T09:00:00Z".parse().unwrap());
    let attached = json!({ "hash": Hash::of(&[&SALT, CONTENT]), "mediaType": "text/plain", "sizeBytes": CONTENT.len() });
    let evidence = json!([{ "form": "attached", "kind": "note", "attachment": attached }]);
    let report = json!({ "agreement": "wijk", "obligation": "huismeester", "instances": ["2006-06-01"], "evidence": evidence });
    let statement: Value = serde_json::from_slice(&corporation.says(Type::Report, "r", &report).jws).unwrap();
    let along = json!([{ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(CONTENT) }]);
    let envelope = json!({ "statement": statement, "attachments": along });
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", envelope.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    gate.settled().await;
    gate.fetch("/v1/ledgers/gm0599/agreements/wijk/casefile").await.2
}

/// A text may read differently by now. All else in a file that was signed stays as it is; where this fails all the same, or for
/// newer texts, `CONVENANT_WRITE_SEED=1 cargo test -p convenant-tests --test gateway fuzz_seed` writes another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fuzz_target_begins_with_a_case_file_that_holds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/case_file/whole.zip");
    if std::env::var_os("CONVENANT_WRITE_SEED").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, written().await).unwrap();
    }
    let zip = std::fs::read(&path).unwrap();
    assert!(zip.len() <= MOST, "{} bytes", zip.len());
    let checked = check(&zip, |_, own| own.parse().map(|key| vec![key]).map_err(|fault| format!("{fault}")), &[]);
    let texts = ["README.txt", "check.py", "check.go", "samenvatting.txt", "summary.txt", "SHA256SUMS:"];
    let others: Vec<&String> = checked.faults.iter().filter(|fault| !texts.iter().any(|text| fault.starts_with(text))).collect();
    assert_eq!(others, Vec::<&String>::new());
    assert_eq!((checked.statements.0, checked.attachments), (5, (1, 0)), "the text, two consents, in force, the report; what is attached");
}
