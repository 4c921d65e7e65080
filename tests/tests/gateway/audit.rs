//! `convenant audit` on a ledger that the real writer wrote: clean, until somebody edits the database.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

use gateway::client::Client;
use gateway::command::audit::audit_ledger;
use harness::gate::{Gate, Signer, obligation, proposal};
use ledger::audit::{Finding, Report};
use ledger::envelope::Type;
use ledger::words::Instant;
use serde_json::json;
use sqlx::Connection;

/// Which edits make rows that the gateway cannot read as entries.
const UNREADABLE: [u64; 3] = [11, 13, 14];

/// Asks over a real connection, as an auditor would.
async fn audit(gate: &Gate, as_of: Instant) -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, gate.router.clone()).into_future());
    let vkey = gate.get("/v1/ledgers/gm0599").await["logKey"].as_str().unwrap().parse().unwrap();
    let asking = move || audit_ledger(&Client::new(&url).unwrap(), "gm0599", vkey, Some(as_of), |_, _| ()).unwrap();
    let report = tokio::task::spawn_blocking(asking).await.unwrap();
    server.abort();
    report
}

/// A year in which one promise is kept late and another climbs to the minister.
async fn a_year() -> Gate {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let text = proposal("wijk", &[obligation("regisseur", "2006-06-01"), obligation("loket", "2006-06-01")]);
    let offer = gate.town.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    gate.clock.set("2006-06-05T09:00:00Z".parse().unwrap());
    let evidence = json!([{ "form": "referenced", "kind": "note", "hash": offer.hash, "uri": "https://example.nl/verslag" }]);
    let report = json!({ "agreement": "wijk", "obligation": "regisseur", "instances": ["2006-06-01"], "evidence": evidence });
    let report = corporation.says(Type::Report, "r", &report);
    gate.accept(&report).await;
    gate.accept(&gate.town.says(Type::Acceptance, "a", &json!({ "agreement": "wijk", "report": report.hash }))).await;
    for (n, day) in ["2006-06-20", "2006-07-10", "2006-09-01", "2006-11-01", "2007-02-15"].into_iter().enumerate() {
        gate.clock.set(format!("{day}T09:00:00Z").parse().unwrap());
        let passer_by = Signer::new(["a", "b", "c", "d", "e"][n], 10 + n as u8);
        gate.accept(&passer_by.says(Type::Registration, "r", &passer_by.registration("other"))).await;
    }
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_writes_is_clean_and_an_edit_of_its_database_is_named() {
    let gate = a_year().await;
    let now = gate.host.clock.now();
    let report = audit(&gate, now).await;
    assert_eq!(report.findings, []);
    assert_eq!(report.entries, gate.size());
    assert!(report.entries > 20, "{report}");

    let url = format!("sqlite://{}", gate.database().display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for (entry, change) in [
        (7, "jws = CAST(replace(CAST(jws AS TEXT), 'a', 'b') AS BLOB)"),
        (8, "salt = zeroblob(32)"),
        (9, "accepted_at = accepted_at + 1"),
        (10, "leaf = zeroblob(40)"),
        // Rows that do not even parse are served as far as they can be read, and named no less.
        (11, "salt = zeroblob(31)"),
        (12, "leaf = x'00'"),
        (13, "accepted_at = 9223372036854775807"),
        (14, "accepted_at = -62135596800001"),
        (15, "jws = x''"),
    ] {
        // One edit at a time, on a copy that is put back.
        sqlx::query("CREATE TEMP TABLE kept AS SELECT * FROM record").execute(&mut other).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE record SET {change} WHERE entry = {entry}"))).execute(&mut other).await.unwrap();
        let findings = audit(&gate, now).await.findings;
        assert_eq!(findings.first(), Some(&Finding::LeafMismatch { index: entry }), "{change}: {findings:?}");
        assert!(findings.len() == 1 || change.starts_with("jws"), "only what was edited is named, {change}: {findings:?}");
        let record = gate.get(&format!("/v1/ledgers/gm0599/records?from={entry}&limit=1")).await["records"][0].take();
        assert_eq!((record["entry"].as_u64(), record["damaged"].is_string()), (Some(entry), UNREADABLE.contains(&entry)), "{record}");
        sqlx::query("DELETE FROM record").execute(&mut other).await.unwrap();
        sqlx::query("INSERT INTO record SELECT * FROM temp.kept").execute(&mut other).await.unwrap();
        sqlx::query("DROP TABLE temp.kept").execute(&mut other).await.unwrap();
    }
    assert_eq!(audit(&gate, now).await.findings, []);
    sqlx::query("DELETE FROM record WHERE entry = 12").execute(&mut other).await.unwrap();
    let findings = audit(&gate, now).await.findings;
    assert_eq!(findings.first(), Some(&Finding::OutOfPlace { index: 12, found: 13 }), "{findings:?}");
}
