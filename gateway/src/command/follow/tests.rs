//! Following a scripted server: what is printed, what is kept, and what happens when it is away.

use super::*;
use crate::client::stub::{Scripted, Stub, problem};
use crate::command::exit::conclude;
use crate::command::tests::{Captured, arguments};

fn event(entry: u64) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"l/{entry}","source":"urn:nld:oin:00000099000000000001:systeem:convenant","type":"nl.convenant.report.v1",
        "subject":"agreement/wijk","time":"2006-03-01T09:00:00.000Z","sequence":"{entry:019}","dataref":"https://l/{entry}",
        "datacontenttype":"application/json","data":{{"ledger":"l","entry":{entry},"by":"corporation","id":"r-{entry}"}}}}"#
    )
}

fn batch(entries: &[u64]) -> Scripted {
    let events: Vec<String> = entries.iter().map(|entry| event(*entry)).collect();
    Scripted::Answer("200 OK", "content-type: application/cloudevents-batch+json\r\n".into(), format!("[{}]", events.join(",")))
}

/// Follows in a folder; gives the ending, what was written, and what was asked.
fn follow(folder: &Path, more: &[&str], script: Vec<Scripted>) -> (Exit, Captured, Vec<String>) {
    let stub = Stub::start(script);
    let (url, file) = (stub.url(), folder.join("cursor"));
    let mut words = vec!["--url", &url, "--ledger", "l", "--cursor", file.to_str().unwrap()];
    words.extend(more);
    let mut captured = Captured::new();
    let follow = arguments::<Follow>(&words).unwrap();
    let outcome = follow.run_pausing(&mut captured.terminal, || std::iter::repeat(Duration::ZERO));
    let exit = conclude(outcome, &mut captured.terminal);
    (exit, captured, stub.finish().into_iter().map(|asked| asked.line).collect())
}

#[test]
fn it_prints_keeps_its_place_and_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, captured, asked) = follow(folder.path(), &["--once"], vec![batch(&[0, 1]), batch(&[])]);
    assert_eq!(exit, Exit::Done);
    assert_eq!(asked, ["GET /v1/ledgers/l/events?wait=0", "GET /v1/ledgers/l/events?wait=0&after=1"]);
    assert_eq!(captured.out().lines().count(), 2);
    assert!(captured.out().contains("report") && captured.out().contains("agreement/wijk"), "{}", captured.out());
    let (_, captured, asked) = follow(folder.path(), &["--once", "--json"], vec![batch(&[2]), batch(&[])]);
    assert_eq!(asked[0], "GET /v1/ledgers/l/events?wait=0&after=1");
    assert_eq!(serde_json::from_str::<Event>(captured.out().trim()).unwrap().data.entry, 2);
    let (_, _, asked) = follow(folder.path(), &["--once", "--after", "7"], vec![batch(&[])]);
    assert_eq!(asked, ["GET /v1/ledgers/l/events?wait=0&after=7"]);
}

#[test]
fn a_gateway_that_is_away_is_asked_again_and_a_refusal_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let away = Scripted::Answer("502 Bad Gateway", String::new(), "later".into());
    let gone = problem("404 Not Found", r#"{"title":"Not found","detail":"there is no ledger"}"#);
    let (exit, captured, asked) = follow(folder.path(), &[], vec![batch(&[0]), Scripted::HangUp, away, batch(&[1]), gone]);
    assert_eq!((exit, asked.len(), captured.out().lines().count()), (Exit::Refused, 5, 2));
    assert_eq!(asked[1], "GET /v1/ledgers/l/events?wait=20&after=0");
    assert_eq!(captured.notes().matches("trying again").count(), 2, "{}", captured.notes());
    assert_eq!(std::fs::read_to_string(folder.path().join("cursor")).unwrap(), "1\n");
}

#[test]
fn a_gap_is_told_and_not_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, captured, _) = follow(folder.path(), &["--once"], vec![batch(&[0, 2])]);
    assert_ne!(exit, Exit::Done);
    assert!(captured.notes().contains("event 2 comes after 0"), "{}", captured.notes());
    assert_eq!(std::fs::read_to_string(folder.path().join("cursor")).unwrap(), "0\n");
    std::fs::write(folder.path().join("cursor"), "soon").unwrap();
    let (exit, captured, asked) = follow(folder.path(), &["--once"], Vec::new());
    assert!(exit != Exit::Done && asked.is_empty() && captured.notes().contains("--after ENTRY"), "{}", captured.notes());
}
