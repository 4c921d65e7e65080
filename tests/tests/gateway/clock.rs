//! The clock: nobody has to ask, and a flag is in the log within two seconds of its instant.

use gateway::clock::{Clock, SystemClock};
use harness::gate::{Gate, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::Instant;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_flags_that_are_due_at_one_instant_are_in_the_log_within_two_seconds() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let obligations: Vec<_> = (0..100).map(|i| obligation(&format!("o{i}"), "2006-06-01")).collect();
    for i in 0..10 {
        let offer = gate.town.says(Type::Proposal, &format!("p{i}"), &proposal(&format!("wijk-{i}"), &obligations));
        gate.accept(&offer).await;
        for party in [&gate.town, &corporation] {
            gate.accept(&party.says(Type::Consent, &format!("c{i}"), &json!({ "agreement": format!("wijk-{i}"), "to": offer.hash }))).await;
        }
    }
    // The day 2006-06-01 ends in Amsterdam at 22:00 UTC.
    let due: Instant = "2006-06-01T22:00:00Z".parse().unwrap();
    let before_due = "2006-06-01T21:59:57Z".parse().unwrap();
    gate.clock.set(before_due);
    let gate = gate.reopen(Clock::System(SystemClock::starting_at(before_due))).await;
    let expected = gate.size().max(1 + 2 + 30 + 10) + 1_000;
    // Nobody asks for anything: the size is only looked at.
    while gate.size() < expected {
        assert!(gate.host.clock.now() < due.plus_millis(20_000), "{} of {expected} entries", gate.size());
        tokio::task::yield_now().await;
    }
    let done = gate.host.clock.now();
    assert!(done.millis() - due.millis() <= 2_000, "the last flag was in the log {} ms after its instant", done.millis() - due.millis());
    let last = gate.host.store.entries(1, expected - 1, 1).await.unwrap();
    assert!(last[0].accepted_at >= due && last[0].accepted_at.millis() - due.millis() <= 2_000);
}

#[tokio::test]
async fn a_report_after_its_due_instant_is_late_whatever_the_ticker_did() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let offer = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("o", "2006-06-01")]));
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    gate.clock.set("2006-06-01T22:00:00Z".parse().unwrap());
    let evidence = json!([{ "form": "referenced", "kind": "note", "hash": offer.hash, "uri": "urn:note:1" }]);
    let report = json!({ "agreement": "wijk", "obligation": "o", "instances": ["2006-06-01"], "evidence": evidence });
    let entry = gate.accept(&corporation.says(Type::Report, "r", &report)).await;
    let instances = gate.get("/v1/ledgers/gm0599/instances").await;
    let standing = &instances["items"][0]["standing"];
    assert_eq!(standing["standing"], "overdue", "{instances}");
    assert!(standing["since"]["entry"].as_u64().unwrap() < entry, "the flag stands before the report");
}
