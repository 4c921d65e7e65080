//! The obstacle register: which rules are in the way, what is asked of whom, and what came of it (L40).

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::gate::{Gate, STATEMENTS, Signed, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use crate::readers::{HIDDEN, Hiding, tells};

const LEDGER: &str = "/v1/ledgers/gm0599";

/// What is said beside the log.
const PAPER: &[u8] = b"Toelichting.";

fn paper() -> Value {
    json!({ "hash": Hash::of(&[&[7; 32], PAPER]), "mediaType": "text/plain", "sizeBytes": PAPER.len() })
}

/// Accepts a statement with what it names.
async fn files(gate: &Gate, signed: &Signed) {
    let along = json!([{ "salt": URL_SAFE_NO_PAD.encode([7; 32]), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(PAPER) }]);
    let statement: Value = serde_json::from_slice(&signed.jws).unwrap();
    let envelope = json!({ "statement": statement, "attachments": along }).to_string().into_bytes();
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", envelope).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
}

fn asks(gate: &Gate, id: &str, bwb: &str, ministry: &str) -> Signed {
    let obstacle = json!({
        "rule": { "bwb": bwb, "article": "44, tweede lid" }, "effect": "Plannen wachten jaren.", "change": "De stad beslist zelf.",
        "ministry": ministry,
    });
    let body = json!({
        "agreement": "wijk", "kind": "remove-obstacle", "obstacle": obstacle, "problem": paper(), "tried": paper(),
    });
    gate.town.says(Type::SupportRequest, id, &body)
}

/// In March 2006 a city names two rules of two ministries; one is answered and followed up, the other ministry stays silent.
async fn hindered() -> Gate {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let (corporation, education) = (Signer::new("corporation", 2), Signer::new("education", 6));
    gate.admit(&corporation, "housing-corporation").await;
    gate.admit(&education, "ministry").await;
    let offer = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("plan", "2009-06-01")]));
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    let at = |text: &str| gate.clock.set(text.parse::<Instant>().unwrap());
    at("2006-03-02T09:00:00Z");
    files(&gate, &asks(&gate, "o1", "BWBR0005181", "ministry")).await;
    files(&gate, &asks(&gate, "o2", "BWBR0003549", "education")).await;
    files(
        &gate,
        &gate.town.says(
            Type::SupportRequest,
            "o3",
            &json!({
                "agreement": "wijk", "kind": "bureaucracy", "asked": "Een formulier minder.", "problem": paper(), "tried": paper(),
            }),
        ),
    )
    .await;
    at("2006-03-09T09:00:00Z");
    let act = json!({
        "agreement": "wijk", "case": 1, "act": "remove-obstacle", "rule": { "bwb": "BWBR0005181", "article": "44a" },
        "measure": "De termijn vervalt.", "takesEffect": "2006-07-01", "reason": paper(),
    });
    files(&gate, &gate.ministry.says(Type::MinistryAnswer, "a1", &act)).await;
    at("2006-03-16T09:00:00Z");
    let closure = json!({ "agreement": "wijk", "case": 1, "done": paper() });
    files(&gate, &gate.town.says(Type::CaseClosure, "f1", &closure)).await;
    at("2006-06-20T09:00:00Z");
    crate::door::somebody_registers(&gate).await;
    gate.settled().await;
    gate
}

async fn found(gate: &Gate, query: &str) -> Vec<(u64, String)> {
    let list = gate.get(&format!("{LEDGER}/obstacles{query}")).await;
    let line = |line: &Value| (line["case"].as_u64().unwrap(), line["state"].as_str().unwrap().to_owned());
    list["items"].as_array().unwrap().iter().map(line).collect()
}

fn stand(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
    lines.iter().map(|(case, state)| (*case, (*state).to_owned())).collect()
}

#[tokio::test]
async fn the_register_says_what_is_asked_of_whom_and_what_came_of_it() {
    let gate = hindered().await;
    let list = gate.get(&format!("{LEDGER}/obstacles")).await;
    let first = &list["items"][0];
    assert_eq!((&first["rule"]["bwb"], &first["rule"]["article"]), (&json!("BWBR0005181"), &json!("44, tweede lid")));
    assert_eq!(first["law"], "https://wetten.overheid.nl/BWBR0005181");
    assert_eq!((&first["effect"], &first["change"]), (&json!("Plannen wachten jaren."), &json!("De stad beslist zelf.")));
    assert_eq!((&first["ministry"], &first["agreement"], &first["case"]), (&json!("ministry"), &json!("wijk"), &json!(1)));
    assert_eq!((&first["state"], &first["asked"]["at"]), (&json!("followed-up"), &json!("2006-03-02T09:00:00.000Z")));
    assert_eq!((&first["answer"]["act"], &first["answer"]["measure"]), (&json!("remove-obstacle"), &json!("De termijn vervalt.")));
    assert_eq!((&first["answer"]["takesEffect"], &first["answer"]["rule"]["article"]), (&json!("2006-07-01"), &json!("44a")));
    assert_eq!((&first["closed"]["how"], &first["isOpen"], &first["late"]), (&json!("followed-up"), &json!(false), &Value::Null));
    let second = &list["items"][1];
    assert_eq!((&second["state"], &second["isOpen"], &second["answer"]), (&json!("ministry-late"), &json!(true), &Value::Null));
    assert!(second["late"]["entry"].is_u64(), "{second}");
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "a request about bureaucracy names no rule: {list}");
}

#[tokio::test]
async fn it_is_read_by_ministry_regulation_and_state_as_of_any_instant() {
    let gate = hindered().await;
    let (both, one, two) =
        (stand(&[(1, "followed-up"), (2, "ministry-late")]), stand(&[(1, "followed-up")]), stand(&[(2, "ministry-late")]));
    for (query, expected) in [
        ("", &both),
        ("?ministry=ministry", &one),
        ("?ministry=education", &two),
        ("?bwb=BWBR0005181", &one),
        ("?bwb=BWBR0003549&ministry=ministry", &Vec::new()),
        ("?state=ministry-late", &two),
        ("?state=open", &two),
        ("?state=final&neighbourhood=GM0599&theme=housing&agreement=wijk", &one),
        ("?state=answered", &Vec::new()),
        ("?asOf=2006-03-01T00:00:00Z", &Vec::new()),
        ("?asOf=2006-03-02T09:00:00Z", &stand(&[(1, "asked"), (2, "asked")])),
        ("?asOf=2006-03-10T00:00:00Z&ministry=ministry", &stand(&[(1, "answered")])),
        ("?asOf=2006-03-10T00:00:00Z&state=asked", &stand(&[(2, "asked")])),
        ("?asOf=2006-03-10T00:00:00Z&bwb=BWBR0003549", &stand(&[(2, "asked")])),
    ] {
        assert_eq!(&found(&gate, query).await, expected, "{query}");
    }
    let page = gate.get(&format!("{LEDGER}/obstacles?limit=1")).await;
    let next = page["next"].as_str().unwrap();
    assert_eq!(found(&gate, &format!("?limit=1&cursor={next}")).await, two);
    let (status, refused) = gate.send("GET", &format!("{LEDGER}/obstacles?bwb=44&state=x&party=town"), "", Vec::new()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let faults: Vec<&str> = refused["faults"].as_array().unwrap().iter().map(|fault| fault["parameter"].as_str().unwrap()).collect();
    assert_eq!(faults, ["party", "bwb", "state"]);
    assert!(refused["faults"][2]["accepted"].as_str().unwrap().contains("ministry-late"), "{refused}");
}

#[tokio::test]
async fn everybody_reads_it_on_a_page_and_on_the_page_of_the_case() {
    let gate = hindered().await;
    let plain = async |path: &str| gate.page(path).await.replace("<bdi>", "").replace("</bdi>", "");
    let (register, case) = (plain("belemmeringen").await, plain("convenanten/wijk/zaken/1").await);
    let overview = String::from_utf8(gate.fetch("/gm0599").await.2).unwrap();
    assert!(overview.contains("/gm0599/belemmeringen"), "{overview}");
    for words in
        ["https://wetten.overheid.nl/BWBR0005181", "Plannen wachten jaren.", "De stad beslist zelf.", "De termijn vervalt.", "44a", "2006"]
    {
        assert!(register.contains(words) && case.contains(words), "{words}: {register} {case}");
    }
    assert!(register.contains("ministerie is te laat") && register.contains("BWBR0003549"), "{register}");
    let narrow = plain("belemmeringen?regeling=BWBR0003549").await;
    assert!(narrow.contains("BWBR0003549") && !narrow.contains("BWBR0005181"), "{narrow}");
    let late = plain("belemmeringen?welke=te-laat&taal=en").await;
    assert!(late.contains("ministry is late") && late.contains("BWBR0003549") && !late.contains("BWBR0005181"), "{late}");
    let other = plain("convenanten/wijk/zaken/3").await;
    assert!(!other.contains("De belemmering"), "{other}");
}

#[tokio::test]
async fn an_obstacle_of_a_withheld_agreement_is_for_its_readers() {
    let mut hiding = Hiding::new().await;
    hiding.before_the_ministry().await;
    for query in ["", "?bwb=BWBR0005181", "?asOf=2006-06-20T09:00:00Z"] {
        let path = format!("{LEDGER}/obstacles{query}");
        for outsider in [None, Some(&hiding.school)] {
            let (status, _, bytes) = hiding.get(&path, outsider).await;
            assert!(status.is_success() && tells(&String::from_utf8_lossy(&bytes)).is_none(), "{query}");
        }
        let (_, _, bytes) = hiding.get(&path, Some(&hiding.police)).await;
        let list: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&list["items"][0]["agreement"], &list["items"][0]["effect"]), (&json!(HIDDEN), &json!("De bewaking wacht.")));
    }
}

#[tokio::test]
async fn a_ministry_that_refers_a_case_on_no_longer_answers_for_its_rule() {
    let gate = hindered().await;
    let education = Signer::new("education", 6);
    let referral = json!({ "agreement": "wijk", "case": 2, "act": "refer", "referTo": "ministry", "reason": paper() });
    files(&gate, &education.says(Type::MinistryAnswer, "r1", &referral)).await;
    gate.settled().await;
    assert_eq!(found(&gate, "?ministry=education").await, Vec::new());
    assert_eq!(found(&gate, "?ministry=ministry").await, stand(&[(1, "followed-up"), (2, "asked")]));
}

/// Each request opens a case of its own, and is in the file of that one only.
#[tokio::test]
async fn a_case_tells_of_the_request_that_opened_it_and_of_no_other() {
    let gate = hindered().await;
    for number in [1, 2] {
        let case = gate.get(&format!("{LEDGER}/agreements/wijk/cases/{number}")).await;
        let deeds = case["deeds"].as_array().unwrap();
        let requests: Vec<_> = deeds.iter().filter(|deed| deed["type"] == "support-request").map(|deed| &deed["entry"]).collect();
        assert_eq!(requests, [&case["opened"]["entry"]], "{case}");
    }
}
