//! Mandates over HTTP: the register with each institution as of an instant, and who signed for whom wherever that is told.

use harness::gate::{Gate, Signed, Signer, obligation, proposal};
use ledger::envelope::{Type, sign_flattened};
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

const LEDGER: &str = "/v1/ledgers/gm0599";

/// A statement in another's name.
fn says_for(signer: &Signer, party: &str, kind: Type, id: &str, body: &Value) -> Signed {
    let mut payload: Value = serde_json::from_slice(&signer.payload(kind, id, body)).unwrap();
    payload["onBehalfOf"] = party.into();
    let payload = payload.to_string().into_bytes();
    Signed { jws: sign_flattened(&signer.key, kind.typ(), &payload), hash: Hash::of(&[&payload]) }
}

#[tokio::test]
async fn the_register_and_the_signer_are_told_wherever_somebody_acts() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let body = json!({ "principal": "town", "holder": "corporation", "function": "Wijkregisseur", "acts": ["proposal", "consent"],
        "themes": ["housing"], "endDate": "2006-02-20" });
    let mandate = gate.town.says(Type::Mandate, "m-1", &body);
    let given = gate.accept(&mandate).await;
    let text = proposal("wijk", &[obligation("o", "2006-06-01")]);
    let put = says_for(&corporation, "town", Type::Proposal, "p-1", &text);
    let proposed = gate.accept(&put).await;
    let consent = says_for(&corporation, "town", Type::Consent, "c-1", &json!({ "agreement": "wijk", "to": put.hash }));
    let signed = gate.accept(&consent).await;

    // The party acts; the record of it says by whose hand.
    let agreement = gate.get(&format!("{LEDGER}/agreements/wijk")).await;
    assert_eq!(agreement["proposer"], "town");
    assert!(agreement["offers"][0]["consents"]["town"].is_object(), "{agreement}");
    let entries = gate.get(&format!("{LEDGER}/agreements/wijk/entries")).await;
    let told: Vec<_> = entries["items"].as_array().unwrap().iter().map(|item| (item["by"].clone(), item["onBehalfOf"].clone())).collect();
    assert_eq!(told, vec![(json!("corporation"), json!("town")); 2]);
    // An older program did not keep it beside the entry: then the statement tells.
    gate.home().tamper("UPDATE record SET on_behalf_of = NULL").await;
    assert_eq!(gate.get(&format!("{LEDGER}/agreements/wijk/entries")).await, entries);
    let (_, _, events) = gate.fetch("/v1/events").await;
    let events: Value = serde_json::from_slice(&events).unwrap();
    let event = |entry: u64| events.as_array().unwrap().iter().find(|event| event["data"]["entry"] == entry).unwrap()["data"].clone();
    assert_eq!((&event(signed)["by"], &event(signed)["onBehalfOf"]), (&json!("corporation"), &json!("town")));
    assert!(event(given).get("onBehalfOf").is_none());
    for path in [format!("/gm0599/inschrijvingen/{proposed}"), "/gm0599/convenanten/wijk".to_owned()] {
        let page = String::from_utf8(gate.fetch(&path).await.2).unwrap();
        let (words, page) = ("Namens town, ondertekend door corporation", page.replace("<bdi>", "").replace("</bdi>", ""));
        assert!(page.replace(['\u{2068}', '\u{2069}'], "").contains(words), "{path}: {page}");
    }

    // The register, now and as it stood.
    let mandates = async |who: &str, list: &str, at: &str| {
        let institution = gate.get(&format!("{LEDGER}/institutions/{who}{at}")).await;
        institution[list].as_array().unwrap().iter().map(|given| given["standing"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(mandates("town", "mandates", "").await, ["holds"]);
    assert_eq!(mandates("corporation", "mandatesHeld", "").await, ["holds"]);
    assert_eq!(mandates("corporation", "mandates", "").await, Vec::<String>::new());
    gate.clock.set("2006-02-20T23:00:00Z".parse::<Instant>().unwrap());
    assert_eq!(mandates("corporation", "mandatesHeld", "").await, ["expired"]);
    assert_eq!(mandates("corporation", "mandatesHeld", "?asOf=2006-02-20T22:59:59Z").await, ["holds"]);
    let late = says_for(
        &corporation,
        "town",
        Type::Decline,
        "d-1",
        &json!({ "agreement": "wijk", "to": put.hash, "reason":
        { "hash": Hash::of(&[b"x"]), "mediaType": "text/plain", "sizeBytes": 1 } }),
    );
    let (status, answer) = gate.submit(&late).await;
    assert_eq!((status.as_u16(), &answer["rule"]), (403, &json!("outside-mandate")), "{answer}");
}
