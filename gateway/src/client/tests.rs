//! The client against a scripted server: what it sends, what it tries again, and what it gives up on.

use super::stub::{Scripted, Stub, acceptance, json, problem};
use super::*;

fn quick(stub: &Stub) -> Client {
    let patience = Patience { pause: Duration::from_millis(1), attempt: Duration::from_secs(5), ..Patience::default() };
    Client::with_patience(&stub.url(), patience).unwrap()
}

fn busy(seconds: u64) -> Scripted {
    Scripted::Answer("503 Service Unavailable", format!("retry-after: {seconds}\r\n"), String::new())
}

#[test]
fn a_statement_goes_out_as_it_is_and_comes_back_with_its_entry() {
    let stub = Stub::start(vec![json("201 Created", &acceptance(7)), json("200 OK", &acceptance(7))]);
    let client = quick(&stub);
    let message = Message::detect(b"aa.bb.cc\n").unwrap();
    let first = client.submit("gm0796", &message).unwrap();
    assert!(matches!(&first[..], [Answer::Accepted(Acceptance { entry: 7, repeat: false, .. })]), "{first:?}");
    let second = client.submit("gm0796", &message).unwrap();
    assert!(matches!(&second[..], [Answer::Accepted(Acceptance { entry: 7, repeat: true, .. })]), "{second:?}");
    let asked = stub.finish();
    assert_eq!(asked[0].line, "POST /v1/ledgers/gm0796/statements");
    assert_eq!((asked[0].media_type.as_str(), asked[0].body.as_slice()), ("application/jose", &b"aa.bb.cc"[..]));
}

#[test]
fn lost_connections_and_a_busy_gateway_are_tried_again() {
    let stub = Stub::start(vec![Scripted::HangUp, busy(0), json("201 Created", &acceptance(1))]);
    assert!(quick(&stub).submit("l", &Message::flattened(b"{}")).is_ok());
    assert_eq!(stub.finish().len(), 3);
}

#[test]
fn attempts_end_and_nothing_else_is_tried_again() {
    let stub = Stub::start(vec![]);
    assert!(matches!(quick(&stub).checkpoint("l"), Err(Error::Unreachable { .. })));
    assert_eq!(stub.finish().len(), 4);

    let bare = || Scripted::Answer("503 Service Unavailable", String::new(), String::new());
    let failed = || Scripted::Answer("500 Internal Server Error", "retry-after: 0\r\n".into(), String::new());
    for answer in [busy(3600), bare(), failed(), Scripted::Answer("302 Found", "location: /\r\n".into(), String::new())] {
        let stub = Stub::start(vec![answer]);
        assert!(matches!(quick(&stub).checkpoint("l"), Err(Error::Unexpected { .. })));
        assert_eq!(stub.finish().len(), 1);
    }
}

#[test]
fn a_closed_port_is_unreachable() {
    let stub = Stub::start(vec![]);
    let client = quick(&stub);
    stub.finish();
    assert!(matches!(client.ledgers(), Err(Error::Unreachable { .. })));
}

#[test]
fn refusals_are_answers_and_batches_are_answered_one_by_one() {
    let refusal = r#"{"type":"t","title":"No.","titleNl":"Nee.","rule":"id-conflict","faults":[{"pointer":"/id","detail":"d"}]}"#;
    let mixed = format!(r#"{{"answers":[{},{{"status":409,"rule":"too-late"}}]}}"#, acceptance(3).replacen('{', r#"{"status":201,"#, 1));
    let short = r#"{"answers":[]}"#;
    let stub =
        Stub::start(vec![problem("409 Conflict", refusal), json("200 OK", &mixed), json("200 OK", short), problem("413 Too Large", "{}")]);
    let client = quick(&stub);
    let one = Message::flattened(b"{}");
    let answers = client.submit("l", &one).unwrap();
    assert!(matches!(&answers[..], [Answer::Refused(problem)] if problem.status == 409 && problem.faults[0].pointer == "/id"));
    let batch = Message::batch(&[one.clone(), one]).unwrap();
    let answers = client.submit("l", &batch).unwrap();
    assert!(matches!(&answers[..], [Answer::Accepted(_), Answer::Refused(problem)] if problem.rule == "too-late"));
    assert!(matches!(client.submit("l", &batch), Err(Error::Unexpected { .. })), "an answer for each statement");
    assert!(matches!(client.submit("l", &batch), Err(Error::Refused(problem)) if problem.status == 413));
    stub.finish();
}

#[test]
fn lists_are_followed_to_their_end() {
    let stub = Stub::start(vec![
        json("200 OK", r#"{"items":[{"id":"a"}],"next":"b&c"}"#),
        json("200 OK", r#"{"items":[{"id":"z"}],"next":null}"#),
    ]);
    assert_eq!(quick(&stub).items("l", "agreements?limit=1").unwrap().len(), 2);
    assert_eq!(stub.finish()[1].line, "GET /v1/ledgers/l/agreements?limit=1&cursor=b%26c");
    assert_eq!(next_page("agreements?cursor=x", "y"), "agreements?cursor=y");
}

#[test]
fn records_and_texts_are_read() {
    let record = r#"{"records":[{"entry":0,"acceptedAt":"2006-03-01T09:00:00.000Z","salt":"c2E","jws":"a.b.c"},
        {"entry":1,"acceptedAt":null,"salt":"","jws":"","damaged":"record 1: -1 is no instant"},
        {"entry":2,"acceptedAt":"yesterday","salt":"","jws":""}],"size":9}"#;
    let stub =
        Stub::start(vec![json("200 OK", record), Scripted::Answer("200 OK", "content-type: text/plain\r\n".into(), "note\n".into())]);
    let client = quick(&stub);
    let records = client.records("l", 0, 10).unwrap();
    assert_eq!((records.size, records.records[0].jws.as_str()), (9, "a.b.c"));
    let instants: Vec<bool> = records.records.iter().map(|record| record.accepted_at.is_some()).collect();
    assert_eq!(instants, [true, false, false], "a damaged record does not keep the others from being read");
    assert_eq!(client.receipt("l", 4).unwrap(), "note\n");
    let asked = stub.finish();
    assert_eq!(asked[0].line, "GET /v1/ledgers/l/records?from=0&limit=10");
    assert_eq!(asked[1].line, "GET /v1/ledgers/l/receipts/4");
}

#[test]
fn addresses_that_lead_elsewhere_are_refused() {
    for url in ["example.nl", "ftp://example.nl", "https://", "https://a@b", "http://a/?x", "http://a b", "http:///x"] {
        assert!(matches!(Client::new(url), Err(Error::Address(..))), "{url}");
    }
    for (ledger, path) in [("", "x"), ("..", "x"), ("a/b", "x"), ("l", "../x"), ("l", "a/../b"), ("l", "/x"), ("l", "a#b"), ("l", "a b")] {
        assert!(ledger_path(ledger, path).is_err(), "{ledger} {path}");
    }
    assert_eq!(ledger_path("l", "records?from=0").unwrap(), "/v1/ledgers/l/records?from=0");
    assert_eq!(ledger_path("l", "").unwrap(), "/v1/ledgers/l");
}
