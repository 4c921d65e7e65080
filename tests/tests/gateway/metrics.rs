//! Metrics: what happened is counted, how it stands is told, and the list in the documents is the list in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use gateway::witnessing::{Cadence, Panel};
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::log::note::Cosigner;
use serde_json::json;

/// Each sample by its name and labels, as they are written.
async fn scrape(gate: &Gate) -> BTreeMap<String, f64> {
    let (status, headers, body) = gate.fetch("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = String::from_utf8(body).unwrap();
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let sample = |line: &str| line.rsplit_once(' ').map(|(name, value)| (name.to_owned(), value.parse().unwrap())).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

/// How much a sample grew; other tests of this process count too, so at least this.
fn grew(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>, sample: &str) -> f64 {
    after.get(sample).unwrap_or_else(|| panic!("there is no {sample}")) - before.get(sample).unwrap_or(&0.0)
}

#[tokio::test]
async fn what_happens_is_counted_and_how_it_stands_is_told() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let before = scrape(&gate).await;
    assert!(before.contains_key("convenant_refusals_total{rule=\"last-key\"}"), "what never happened is 0, not absent");
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let offer = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("o", "2006-06-01")]));
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    // The day ends at 22:00 UTC; the flag is logged when somebody comes, an hour and a half later.
    gate.clock.set("2006-06-01T23:30:00Z".parse().unwrap());
    let school = Signer::new("school", 7);
    gate.accept(&school.says(Type::Registration, "r", &school.registration("school"))).await;
    let admission = json!({ "institution": "nobody", "key": school.key.public().thumbprint() });
    assert_eq!(gate.submit(&school.says(Type::Admission, "a", &admission)).await.0, StatusCode::FORBIDDEN);
    let after = scrape(&gate).await;
    for sample in [
        "convenant_refusals_total{rule=\"not-admitted\"}",
        "convenant_flags_total{ledger=\"gm0599\",cause=\"in-force\"}",
        "convenant_flags_total{ledger=\"gm0599\",cause=\"overdue\"}",
        "convenant_flag_lag_seconds_bucket{le=\"86400.0\",ledger=\"gm0599\"}",
        "convenant_batch_entries_count{ledger=\"gm0599\"}",
        "convenant_batch_duration_seconds_sum{ledger=\"gm0599\"}",
        "convenant_database_commit_duration_seconds_count",
        "convenant_request_duration_seconds_count{method=\"POST\",route=\"/v1/ledgers/{ledger}/statements\",status=\"403\"}",
    ] {
        assert!(grew(&before, &after, sample) > 0.0, "{sample}");
    }
    assert!(grew(&before, &after, "convenant_flag_lag_seconds_sum{ledger=\"gm0599\"}") >= 5_400.0);
    assert_eq!(after["convenant_ledger_entries{ledger=\"gm0599\"}"], gate.size() as f64);
    assert_eq!(after["convenant_ledger_health{ledger=\"gm0599\",state=\"ready\"}"], 1.0);
    assert_eq!(after["convenant_ledger_health{ledger=\"gm0599\",state=\"failing\"}"], 0.0);
    assert_eq!(after["convenant_queue_length{ledger=\"gm0599\"}"], 0.0);
    assert_eq!(after["convenant_queue_capacity{ledger=\"gm0599\"}"], 5_000.0);
    assert_eq!(after["convenant_clock_lag_seconds{ledger=\"gm0599\"}"], 0.0);
    // With a witness that is not there, what is told of witnesses is told too.
    let key = Cosigner::from_seed("absent.example", &[9; 32]).unwrap().verifier().clone();
    let panel = Panel::parse(Path::new("policy"), format!("witness w {key} http://127.0.0.1:9\nquorum w\n").as_bytes()).unwrap();
    let cadence = Cadence { interval: Duration::from_secs(10), limit: Duration::from_secs(1) };
    are_documented(&gate.witnessed_by(BTreeMap::from([("gm0599".to_owned(), panel)]), cadence)).await;
}

#[tokio::test]
async fn a_clock_that_stands_still_in_the_log_is_told_though_nothing_is_logged() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    gate.accept(&gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("o", "2006-06-01")]))).await;
    gate.settled().await;
    let due = gate.host.store.earliest_due(1).await.unwrap().unwrap();
    // A database that is locked away: the writer cannot log what falls due.
    let other = gate.home().hold().await;
    gate.clock.set(due.plus_millis(30_000));
    assert_eq!(scrape(&gate).await["convenant_clock_lag_seconds{ledger=\"gm0599\"}"], 30.0);
    other.release().await;
}

#[tokio::test]
async fn strangers_cannot_make_up_labels() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    gate.ask("BREW", "/made-up-by-a-stranger", &[]).await;
    gate.send("POST", STATEMENTS, "application/jose", b"made-up".to_vec()).await;
    let samples = scrape(&gate).await;
    assert!(samples.keys().all(|name| !name.contains("made-up") && !name.contains("BREW")));
    assert!(samples.contains_key("convenant_request_duration_seconds_count{method=\"other\",route=\"none\",status=\"404\"}"));
}

/// After a flag, which is the one thing that is not told before it happened.
async fn are_documented(gate: &Gate) {
    let (_, _, body) = gate.fetch("/metrics").await;
    let text = String::from_utf8(body).unwrap();
    let served: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE convenant_")?.split(' ').next()).collect();
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
    let is_metric = |line: &&str| ["histogram", "counter", "gauge"].iter().any(|kind| line.contains(&format!("` | {kind} |")));
    let rows = document.lines().filter(is_metric);
    let documented: BTreeSet<&str> = rows.filter_map(|line| line.strip_prefix("| `convenant_")?.split('`').next()).collect();
    assert_eq!(documented, served);
}
