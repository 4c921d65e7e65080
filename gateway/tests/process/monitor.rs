//! What only a monitor finds, since no witness looks at entries: a flag that an operator left out, one that is false; and
//! what an institution sees of agreements that are withheld from others.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::clock::SystemClock;
use ledger::envelope::Type;
use ledger::envelope::statement::flag::{Cause, Flag};
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use super::histories::{look, of_kind};
use super::past::{Past, Said, flags_of, key_of};
use super::server::{Server, agent, send, statement};
use super::watching::Follower;

/// Two seconds after the last entry of the ledger below, so that what was due by then must be in the log.
const AS_OF: &str = "2006-06-20T09:00:02Z";
/// An agreement that is withheld from the public.
const HIDDEN: &str = "opvanghuis";
/// What a counter-proposal gives as its reason.
const REASON: &[u8] = b"De politie hoort erbij.";

/// A ledger in which a promise is late, then breached, and somebody else is heard after that.
fn late() -> Past {
    let mut past = Past::begin("2006-02-15T09:00:00Z");
    past.agree("wijk", "2006-05-01", None);
    past.pass_to("2006-03-02T09:00:00Z");
    past.take(statement(6));
    past.pass_to("2006-06-20T09:00:00Z");
    past.take(statement(7));
    past
}

fn the_flag(log: &[Said], wanted: fn(&Cause) -> bool) -> (usize, Flag) {
    flags_of(log).into_iter().find(|(_, flag)| wanted(&flag.cause)).unwrap()
}

fn without(log: &[Said], at: usize) -> Vec<Said> {
    [&log[..at], &log[at + 1..]].concat()
}

fn with(log: &[Said], at: usize, jws: Vec<u8>) -> Vec<Said> {
    let instant: Instant = log[at - 1].0;
    [&log[..at], &[(instant, jws)], &log[at..]].concat()
}

#[test]
fn a_flag_that_is_left_out_and_one_that_is_false_are_told_with_their_entry_and_run_the_command() {
    let past = late();
    let (log, operator, vkey) = (past.log(), past.operator(), past.vkey());
    let (overdue, breached) =
        (the_flag(&log, |cause| matches!(cause, Cause::Overdue { .. })), the_flag(&log, |cause| matches!(cause, Cause::Breached { .. })));
    let mut of_another_day = breached.1.clone();
    if let Cause::Breached { due, .. } = &mut of_another_day.cause {
        *due = due.plus_days(1);
    }
    let false_flag = operator.flags(&of_another_day, "made-up", log[breached.0].0);
    let early = operator.flags(&overdue.1, "early", log[overdue.0 - 1].0);
    let folder = tempfile::tempdir().unwrap();
    let honest = operator.serves(&log);
    assert_eq!(look(&honest.url, &vkey, &folder.path().join("honest"), &["--as-of", AS_OF]), (0, Vec::new()));

    let lies = [
        ("late", without(&log, overdue.0), "missing-flag", overdue.0, &overdue.1),
        ("breached", without(&log, breached.0), "missing-flag", breached.0, &breached.1),
        ("made-up", with(&log, breached.0 + 1, false_flag), "false-flag", breached.0 + 1, &of_another_day),
        ("early", with(&log, overdue.0, early), "false-flag", overdue.0, &overdue.1),
    ];
    for (name, lie, code, at, flag) in lies {
        let (lying, state) = (operator.serves(&lie), folder.path().join(name));
        let told = folder.path().join(format!("{name}.told"));
        let command = format!("cat >> {}", told.display());
        let more = ["--as-of", AS_OF, "--on-finding", &command];
        // Who looked before the lie was told goes on from there.
        let before = operator.serves(&lie[..at]);
        assert_eq!(look(&before.url, &vkey, &state, &["--as-of", "2006-04-01T00:00:00Z"]), (0, Vec::new()), "{name}");
        let (exit, findings) = look(&lying.url, &vkey, &state, &more);
        let first = &findings[0];
        assert_eq!((exit, first["kind"].as_str(), first["code"].as_str()), (1, Some("audit"), Some(code)), "{name}: {findings:?}");
        assert_eq!((&first["index"], &first["flag"]), (&json!(at), &json!(flag)), "{name}");
        let heard: Vec<Value> = fs::read_to_string(&told).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(heard, findings, "{name}: the command has heard what was printed");
        // It is still wrong tomorrow, and the command has been told.
        let (exit, again) = look(&lying.url, &vkey, &state, &more);
        assert_eq!((exit, &again, fs::read_to_string(&told).unwrap().lines().count()), (1, &findings, heard.len()), "{name}");
    }
}

#[test]
fn a_flag_that_is_not_written_is_missed_by_those_who_may_read_the_agreement_and_by_nobody_else() {
    let mut past = Past::begin("2006-02-15T09:00:00Z");
    past.agree(HIDDEN, "2006-05-01", Some("5.1.2h"));
    past.pass_to("2006-03-02T09:00:00Z");
    past.take(statement(7));
    let (vkey, size) = (past.vkey(), past.log().len());
    let folder = past.close();
    // Its clock is years ahead of its last entry: it takes nothing, writes no flag, and goes on being read.
    let server = Server::start(folder.path());
    let key = |id: &str| {
        let file = folder.path().join(format!("{id}.private.jwk"));
        fs::write(&file, key_of(id).to_jwk()).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (corporation, police) = (key("corporation"), key("police"));
    let by = |name: &str, more: &[&str]| look(&server.url, &vkey, &folder.path().join(name), more);
    let late = ["--as-of", "2006-05-10T00:00:00Z", "--institution", "corporation"];

    let (exit, findings) = by("anybody", &late);
    assert!(exit == 0 && !format!("{findings:?}").contains(HIDDEN), "{findings:?}");
    let (exit, findings) = by("police", &[&late[..], &["--key", &police, "--as", "police"]].concat());
    assert!(exit == 0 && !format!("{findings:?}").contains(HIDDEN), "{findings:?}");

    let told = folder.path().join("told");
    let command = format!("cat >> {}", told.display());
    let reads = ["--key", &corporation, "--as", "corporation", "--on-finding", &command];
    let (exit, findings) = by("corporation", &[&late[..], &reads].concat());
    let [missing] = of_kind(&findings, "audit")[..] else { panic!("{findings:?}") };
    assert_eq!((exit, missing["code"].as_str(), &missing["index"]), (1, Some("missing-flag"), &json!(size)));
    assert!(missing["flag"]["cause"].to_string().contains(HIDDEN), "{missing}");
    let news = of_kind(&findings, "statement");
    assert_eq!(
        news.iter().filter(|news| news["subject"] == format!("agreement/{HIDDEN}")).count(),
        4,
        "its text, two consents, in force: {news:?}"
    );
    assert!(fs::read_to_string(&told).unwrap().contains("missing-flag"));
    let in_time = by("corporation-in-time", &[&reads[..4], &["--as-of", "2006-05-01T00:00:00Z"]].concat());
    assert_eq!(in_time, (0, Vec::new()));
    // A key that is not its own reads nothing, also not what is public.
    assert_eq!(by("nobody", &["--key", &police, "--as", "corporation"]), (2, Vec::new()));
}

/// The text of an agreement that begins long from now.
fn text(parties: &[&str]) -> Value {
    let parties: Vec<Value> = parties.iter().map(|party| json!({ "institution": party })).collect();
    json!({ "agreement": HIDDEN, "title": "Opvang", "goals": [{ "id": "g", "title": "Een veilige plek" }], "themes": ["housing"],
        "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }], "director": "town", "parties": parties,
        "period": { "startDate": "2088-03-01", "endDate": "2089-12-31" }, "withheldGround": "5.1.2h", "withdrawal": {}, "ladder": {},
        "obligations": [{ "id": "bewaking", "debtor": "corporation", "what": "De portier is dag en nacht aanwezig.",
            "when": { "kind": "date", "date": "2089-06-01" }, "strength": "effort", "goals": ["g"], "evidence": [{ "kind": "note", "title": "Verslag" }] }] })
}

/// Sends a statement with its reason inside the message.
fn send_with_reason(server: &Server, jws: &[u8]) -> u64 {
    let statement: Value = serde_json::from_slice(jws).unwrap();
    let along = json!([{ "salt": URL_SAFE_NO_PAD.encode([7; 32]), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(REASON) }]);
    let envelope = json!({ "statement": statement, "attachments": along }).to_string();
    let path = format!("{}/v1/ledgers/gm0599/statements", server.url);
    let answer: Value =
        agent().post(path).header("content-type", "application/json").send(&envelope).unwrap().body_mut().read_json().unwrap();
    answer["entry"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn who_comes_to_read_an_agreement_while_it_follows_is_told_of_it_and_of_no_fault() {
    let mut past = Past::begin(&SystemClock::default().now().to_string());
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("police.private.jwk");
    fs::write(&key, key_of("police").to_jwk()).unwrap();
    let reads = ["--key", key.to_str().unwrap(), "--as", "police", "--institution", "police"];
    let first = past.says("town", Type::Proposal, text(&["town", "corporation"]));
    let reason = json!({ "hash": Hash::of(&[&[7; 32], REASON]), "mediaType": "text/plain", "sizeBytes": REASON.len() });
    let three = json!({ "replaces": first, "text": text(&["town", "corporation", "police"]), "reason": reason });
    let (counter, second) = past.signs("town", Type::CounterProposal, three);
    let (consent, _) = past.signs("corporation", Type::Consent, json!({ "agreement": HIDDEN, "to": second }));
    let (vkey, size) = (past.vkey(), past.log().len() as u64);
    let served = past.close();
    let server = Server::start(served.path());
    let follower = Follower::start(&server.url, &vkey, &folder.path().join("state"), &reads);
    let admitted: Vec<Value> = (0..2).map(|_| follower.next()).collect();
    assert!(admitted.iter().all(|news| news["kind"] == "statement" && news["subject"] == "institution/police"), "{admitted:?}");
    follower.keeps(size);
    // From here on the police is a party, and reads what was said before as well.
    let of_the_agreement = |entry: u64| {
        let news = follower.next();
        let subject = format!("agreement/{HIDDEN}");
        assert_eq!((&news["kind"], &news["entry"], &news["subject"]), (&json!("statement"), &json!(entry), &json!(subject)), "{news}");
        follower.keeps(entry + 1);
    };
    of_the_agreement(send_with_reason(&server, &counter));
    of_the_agreement(send(&agent(), &server.url, &consent).unwrap().acknowledged().unwrap().0);
    assert_eq!(follower.end(), Vec::<Value>::new());
}
