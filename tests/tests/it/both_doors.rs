//! Every story again, over HTTP: the real gateway says, does and stores what the rules alone do.

use gateway::casefile::{Scope, check};
use gateway::reading::Served;
use harness::http::Http;
use harness::story::tell;
use harness::{Door, Entry};
use ledger::envelope::{Body, Parsed};
use serde_json::Value;

use super::stories::{each, over_http, told};

/// When an entry was accepted, and what it says. The gateway's own key differs, and with it the bytes of its entries.
fn said(entry: &Entry) -> (ledger::words::Instant, Value) {
    let parsed = Parsed::parse(&entry.bytes).unwrap();
    (entry.at, serde_json::from_slice(&parsed.statement().to_payload()).unwrap())
}

/// Of every agreement, obligation, breach and case there is a case file that holds, whatever became of the keys.
fn check_case_files(door: &Http, story: &str) {
    let host = door.host();
    let ledger = host.ledgers().next().unwrap();
    let sight = Served::new(host.clone()).public(ledger);
    let key: ledger::log::note::VerifierKey = ledger.row.facts.log_key.parse().unwrap();
    let agreements = door.wait(host.store.subjects(ledger.row.id, "head", None, 100)).unwrap();
    for agreement in agreements.iter().map(|subject| subject.strip_prefix("agreement/").unwrap().parse().unwrap()) {
        let view = door.wait(async {
            let listing = sight.listing(None).await.unwrap();
            listing.agreement(&agreement).await.unwrap().unwrap()
        });
        let obligations = view.clauses.keys().cloned().map(Scope::Obligation);
        let breached = view.instances.iter().filter(|(_, instance)| !instance.value.breaches.is_empty());
        let breaches = breached.map(|((id, due), _)| Scope::Breach(id.clone(), *due));
        let cases = view.cases.keys().copied().map(Scope::Case);
        for scope in [Scope::Agreement].into_iter().chain(obligations).chain(breaches).chain(cases) {
            let zip = door.wait(sight.case_file(&agreement, &scope)).unwrap();
            let zip = zip.unwrap_or_else(|| panic!("{story}: no file of {scope} of {agreement}"));
            assert_eq!(check(&zip, |_, _| Ok(vec![key.clone()]), &[]).faults, Vec::<String>::new(), "{story}: {scope} of {agreement}");
        }
    }
}

/// One story through both doors; what went otherwise than it is told.
fn compare(name: &str, text: &str) -> Option<String> {
    let story = match tell(over_http(name), text) {
        Ok(story) => story,
        Err(error) => return Some(format!("{name}.txt {error}")),
    };
    let door = story.town.door;
    let (entries, alone) = (door.entries(0), told(name, text).town.door);
    assert!(matches!(Parsed::parse(&entries[0].bytes).unwrap().statement().body, Body::Genesis(_)));
    assert_eq!(entries.len(), alone.log().len(), "{name}");
    for (over_http, in_memory) in entries.iter().zip(alone.log()).skip(1) {
        assert_eq!(said(over_http), said(in_memory), "{name}");
    }
    let report = door.audit();
    assert!(report.is_clean(), "{name}: {:?}", report.findings);
    assert_eq!(report.entries, entries.len() as u64, "{name}");
    if name.starts_with("withheld") {
        let by_owner = door.audit_by_owner();
        assert!(by_owner.is_clean() && by_owner.unread == 0, "{name}: {by_owner}: {:?}", by_owner.findings);
        assert!(report.unread > 2 && report.unread < report.entries, "{name}: {report}");
    } else {
        assert_eq!(report.unread, 0, "{name}");
        check_case_files(&door, name);
    }
    let (stored, folded) = door.stored_and_folded();
    assert_eq!(stored, folded, "{name}: the stored lives are those that follow from the log");
    assert!(!stored.is_empty());
    None
}

#[test]
fn every_story_goes_over_http_as_it_goes_in_memory() {
    let failed: Vec<String> = each(compare).into_iter().flatten().collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
