//! What everybody sees of an umbrella agreement that changed, and of promises on content and on process (L44, L45).

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use harness::national::{log_key, receipt};
use harness::town::NATIONAL;
use harness::{Actor, Answer, Memory, Town};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};

/// What is said beside the log.
const PAPER: &[u8] = b"Toelichting.";

/// What an actor of the national ledger did, as a reference with its receipt.
fn shown(national: &mut Town<Memory>, act: impl FnOnce(&mut Town<Memory>) -> Answer) -> Value {
    let Answer::Accepted(entry) = act(national) else { panic!("the national ledger said {:?}", national.answer) };
    receipt(national, entry, &json!("care"), true)
}

fn care() -> Value {
    harness::texts::proposal(
        "care",
        &["parties vng mo-groep", "director vng", "obligation help by mo-groep effort every FREQ=MONTHLY", "set /neighbourhoods []"]
            .map(str::to_owned),
    )
    .unwrap()
}

#[tokio::test]
async fn a_changed_umbrella_agreement_stands_on_the_page_until_and_after_it_is_answered() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let mut national = Town::national("2006-02-15T09:00:00Z".parse().unwrap());
    national.unusual.name = Some("care".into());
    national.agreement = "care".into();
    let text = shown(&mut national, |town| town.actor("vng").propose(care()));
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let key = log_key(true).verifier().to_string();
    gate.accept(&gate.town.says(Type::LedgerAcceptance, "l", &json!({ "logKey": key }))).await;
    let (mut help, mut meet) = (obligation("hulp", "2009-06-01"), obligation("overleg", "2009-06-01"));
    (help["umbrella"], help["aspect"]) = (json!({ "agreement": "care", "clause": "help" }), "content".into());
    meet["aspect"] = "process".into();
    let mut wijk = proposal("wijk", &[help, meet]);
    wijk["umbrellas"] = json!([text]);
    let offer = gate.town.says(Type::Proposal, "p", &wijk);
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    gate.clock.set("2006-03-02T09:00:00Z".parse().unwrap());
    found_by_their_umbrella(&gate).await;
    let plain = async |path: &str| gate.page(path).await.replace("<bdi>", "").replace("</bdi>", "");
    let before = plain("convenanten/wijk").await;
    assert!(!before.contains("Gewijzigde koepelafspraken"), "{before}");
    assert!(before.contains("over de inhoud") && before.contains("over het proces"), "{before}");

    let mut other = care();
    other["obligations"][0]["what"] = "Hulp die elke week komt, en niet elke maand.".into();
    let change = shown(&mut national, |town| {
        town.unusual.name = Some("care2".into());
        Actor::counter(town.actor("mo-groep"), "care", other)
    });
    let said = json!({ "agreement": "wijk", "umbrella": change });
    gate.accept(&corporation.says(Type::UmbrellaChange, "u1", &said)).await;
    let proposed = plain("convenanten/wijk").await;
    for words in [
        "Koepelafspraken die veranderen of eindigen",
        "«care»: tegenvoorstel",
        "Gaat hier over: hulp.",
        "is het daar alleen nog voorgesteld",
        "Getoond door corporation.",
    ] {
        assert!(proposed.contains(words), "{words}: {proposed}");
    }
    let consent = shown(&mut national, |town| town.actor("vng").consent("care2"));
    let said = json!({ "agreement": "wijk", "umbrella": change, "consent": consent });
    gate.accept(&corporation.says(Type::UmbrellaChange, "u2", &said)).await;
    let agreement = gate.get("/v1/ledgers/gm0599/agreements/wijk").await;
    let known = &agreement["umbrellaChanges"][0];
    assert_eq!(
        (&known["umbrella"], &known["manner"], &known["obligations"]),
        (&json!("care"), &json!("counter-proposal"), &json!(["hulp"]))
    );
    assert_eq!((&known["consent"]["of"], &known["by"]), (&json!("vng"), &json!("corporation")));
    let waits = gate.get("/v1/ledgers/gm0599/attention?who=town").await;
    assert_eq!((&waits["items"][0]["matter"], &waits["items"][0]["umbrella"]), (&json!("umbrella-to-answer"), &json!("care")), "{waits}");
    let awaited = plain("convenanten/wijk?taal=en").await;
    assert!(awaited.contains("There vng has consented to it.") && awaited.contains("The director says by"), "{awaited}");

    gate.clock.set("2006-06-20T09:00:00Z".parse().unwrap());
    crate::door::somebody_registers(&gate).await;
    gate.settled().await;
    let silent = plain("convenanten/wijk").await;
    assert!(silent.contains("De regisseur heeft niet op tijd geantwoord."), "{silent}");
    assert!(!silent.contains("De regisseur laat uiterlijk"), "the day has passed: {silent}");
    let paper = json!({ "hash": Hash::of(&[&[7; 32], PAPER]), "mediaType": "text/plain", "sizeBytes": PAPER.len() });
    let answer = json!({ "agreement": "wijk", "origin": change["origin"], "entry": change["entry"], "answer": "keep", "reason": paper });
    let signed = gate.town.says(Type::UmbrellaAnswer, "a", &answer);
    let statement: Value = serde_json::from_slice(&signed.jws).unwrap();
    let along = json!([{ "salt": URL_SAFE_NO_PAD.encode([7; 32]), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(PAPER) }]);
    let envelope = json!({ "statement": statement, "attachments": along }).to_string().into_bytes();
    let (status, refused) = gate.send("POST", STATEMENTS, "application/json", envelope).await;
    assert_eq!(status, StatusCode::CREATED, "{refused}");
    let answered = plain("convenanten/wijk").await;
    assert!(answered.contains("Antwoord van town: de afspraken hier blijven zoals ze zijn."), "{answered}");
    assert!(gate.get("/v1/ledgers/gm0599/attention?who=town").await["items"].as_array().unwrap().is_empty());
}

/// What brings an umbrella agreement along is found by it, now and in the past, and nothing else is.
async fn found_by_their_umbrella(gate: &Gate) {
    let ids = async |path: &str| {
        let found = gate.get(&format!("/v1/ledgers/gm0599/{path}")).await;
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item.get("id").unwrap_or(&item["text"]["id"]).as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for then in ["", "&asOf=2006-03-01T09:00:00Z"] {
        assert_eq!(ids(&format!("agreements?umbrella={NATIONAL}/care{then}")).await, ["wijk"]);
        assert_eq!(ids(&format!("obligations?umbrella={NATIONAL}/care{then}")).await, ["hulp", "overleg"]);
        for other in [format!("{NATIONAL}/car"), "ledger.example.nl/other/care".to_owned()] {
            assert!(ids(&format!("agreements?umbrella={other}{then}")).await.is_empty(), "{other}");
        }
    }
    let (status, refused) = gate.send("GET", "/v1/ledgers/gm0599/agreements?umbrella=care", "", Vec::new()).await;
    assert_eq!((status, &refused["faults"][0]["parameter"]), (StatusCode::BAD_REQUEST, &json!("umbrella")), "{refused}");
    let store = &gate.host.store;
    assert_eq!(
        store.under(&format!("{NATIONAL}/care"), 5).await.unwrap(),
        [(gate.host.ledgers().next().unwrap().row.id, "agreement/wijk".to_owned())]
    );
    assert!(store.under(&format!("{NATIONAL}/car"), 5).await.unwrap().is_empty());
}
