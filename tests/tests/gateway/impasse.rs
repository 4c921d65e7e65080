//! What everybody sees of talks that are stuck, and the dossier that goes to the minister.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::casefile::check;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::log::note::VerifierKey;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use crate::door::somebody_registers;

const SALT: [u8; 32] = *b"salt of all papers, 32 bytes,   ";
const PAPER: &[u8] = b"What the parties wrote down.";
const AGREEMENT: &str = "/v1/ledgers/gm0599/agreements/wijk";

fn paper() -> Value {
    json!({ "hash": Hash::of(&[&SALT, PAPER]), "mediaType": "text/plain", "sizeBytes": PAPER.len() })
}

/// A text under the statute, by a corporation and residents of their own.
async fn talks() -> (Gate, Signer, Signer, Hash) {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let (corporation, residents) = (Signer::new("corporation", 2), Signer::new("tenants", 5));
    gate.admit(&corporation, "housing-corporation").await;
    gate.admit(&residents, "residents").await;
    let mut text = proposal("wijk", &[obligation("o", "2009-06-01")]);
    text["parties"].as_array_mut().unwrap().push(json!({ "institution": "tenants" }));
    text["statute"] = "housing-act-44".into();
    let offer = gate.town.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    (gate, corporation, residents, offer.hash)
}

async fn says(gate: &Gate, who: &Signer, kind: Type, id: &str, body: &Value) -> u64 {
    let statement: Value = serde_json::from_slice(&who.says(kind, id, body).jws).unwrap();
    let attachment = json!({ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(PAPER) });
    let sent = json!({ "statement": statement, "attachments": [attachment] }).to_string().into_bytes();
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", sent).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["entry"].as_u64().unwrap()
}

async fn until(gate: &Gate, at: &str) {
    gate.clock.set(at.parse::<Instant>().unwrap());
    somebody_registers(gate).await;
}

fn holds(shown: &str, words: &[&str]) {
    for word in words {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[tokio::test]
async fn a_dispute_is_told_assembled_and_exported() {
    let (gate, corporation, residents, version) = talks().await;
    holds(&gate.page("convenanten/wijk").await, &["Het overleg", "Woningwet, artikel 44", "15 augustus 2006"]);
    let point = json!([{ "id": "huur", "subject": "Hoe ver de huren stijgen" }]);
    let impasse = json!({ "agreement": "wijk", "version": version, "points": point, "reason": paper() });
    says(&gate, &corporation, Type::Impasse, "i", &impasse).await;
    let position = |text: &str| json!({ "agreement": "wijk", "positions": [{ "point": "huur", "position": text }], "paper": paper() });
    says(&gate, &corporation, Type::ImpassePosition, "s1", &position("Niet onder de inflatie blijven.")).await;
    says(&gate, &residents, Type::ImpassePosition, "s2", &position("Niet boven de lonen <b>uit</b>.")).await;
    let agreement = gate.get(AGREEMENT).await;
    let waits: Vec<&str> = agreement["attention"].as_array().unwrap().iter().map(|one| one["matter"].as_str().unwrap()).collect();
    assert!(waits.contains(&"impasse") && waits.contains(&"impasse-to-answer"), "{agreement}");
    holds(&gate.page("aandacht").await, &["Het overleg zit vast", "ontbreken standpunten", "huur"]);
    until(&gate, "2006-08-16T09:00:00Z").await;
    let agreement = gate.get(AGREEMENT).await;
    assert!(agreement["talks"]["expired"]["entry"].is_u64() && agreement["talks"]["dispute"].is_null(), "{agreement}");
    holds(&gate.page("convenanten/wijk").await, &["zonder overeenstemming", "Hoe ver de huren stijgen"]);

    let address = |who: &str| json!({ "institution": who, "address": format!("Postbus 12, 7400 AA Deventer, t.a.v. {who}") });
    let dispute = json!({ "agreement": "wijk", "version": version, "addresses": [address("town"), address("corporation"), address("tenants")],
        "policy": { "title": "Woonvisie 2005", "date": "2005-06-01", "document": paper() },
        "works": { "title": "Overzicht van werkzaamheden", "date": "2005-07-01", "document": paper() } });
    says(&gate, &residents, Type::StatutoryDispute, "d", &dispute).await;
    holds(&gate.page("zaken").await, &["geschil over een convenant dat niet tot stand komt"]);
    let case = gate.page("convenanten/wijk/zaken/1").await;
    holds(&case, &["Waarover de minister uitspraak doet", "dispute-ruling", "convenanten/wijk/geschil", "Een partij heeft het geschil"]);
    for wrong in ["De gemeente heeft zelf om hulp gevraagd", "nog in de stad", "Wat er eerst in de stad is gedaan"] {
        assert!(!case.contains(wrong), "{wrong}: it was the tenants, and nothing was done in the city: {case}");
    }
    assert!(!case.contains("Wat de minister kan doen"), "the closed list is for other cases: {case}");

    // All that the law asks for, as the parties signed it, and made harmless.
    let dossier = gate.page("convenanten/wijk/geschil").await;
    holds(&dossier, &["Voorgelegd aan de minister", "t.a.v. corporation", "t.a.v. tenants", "wooncorporatie", "Hoe ver de huren stijgen"]);
    holds(
        &dossier,
        &[
            "Niet onder de inflatie blijven.",
            "&lt;b&gt;uit",
            "Geen standpunt gegeven binnen de termijn.",
            "Woonvisie 2005",
            "Overzicht van werkzaamheden",
        ],
    );
    holds(&dossier, &["15 februari 2006", "casefile?case=1"]);
    gate.settled().await;
    let (status, _, zip) = gate.fetch(&format!("{AGREEMENT}/casefile?case=1")).await;
    assert_eq!(status, StatusCode::OK);
    let key: VerifierKey = gate.host.ledger("gm0599").unwrap().row.facts.log_key.parse().unwrap();
    let found = check(&zip, |_, _| Ok(vec![key.clone()]), &[]);
    assert_eq!(found.faults, Vec::<String>::new());
    let told = &found.summaries["samenvatting.txt"];
    holds(
        told,
        &["Dossier van het geschil", "t.a.v. tenants", "Niet onder de inflatie blijven.", "Geen standpunt gegeven.", "Woonvisie 2005"],
    );
    holds(&found.summaries["summary.txt"], &["Dossier of the dispute", "No position given."]);
}

#[tokio::test]
async fn without_an_impasse_there_is_no_dossier() {
    let (gate, ..) = talks().await;
    let (status, _, _) = gate.fetch("/gm0599/convenanten/wijk/geschil").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
