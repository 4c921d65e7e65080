//! What everybody sees of a proposal by another than the municipality, and of the consultation that its text came from.

use harness::gate::{Gate, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::Instant;
use serde_json::{Value, json};

use crate::door::somebody_registers;

const AGREEMENT: &str = "/v1/ledgers/gm0599/agreements/wijk";

async fn with_corporation() -> (Gate, Signer) {
    let (gate, corporation) = (Gate::open("2006-02-15T09:00:00Z").await, Signer::new("corporation", 2));
    gate.admit(&corporation, "housing-corporation").await;
    (gate, corporation)
}

fn consultation(body: &str) -> Value {
    json!({ "heldOn": "2006-02-01", "body": body, "institutions": ["corporation"], "residentsOrganisations": ["Bewonersraad"],
        "residentsInput": "Meer licht in de stegen." })
}

fn matters(agreement: &Value) -> Vec<&str> {
    agreement["attention"].as_array().unwrap().iter().map(|one| one["matter"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_silence_of_the_municipality_is_seen_and_counted() {
    let (gate, corporation) = with_corporation().await;
    let mut text = proposal("wijk", &[obligation("o", "2006-06-01")]);
    text["consultation"] = consultation("Wijkoverleg");
    let offer = corporation.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    let agreement = gate.get(AGREEMENT).await;
    assert!(matters(&agreement).contains(&"proposal-to-answer"), "{agreement}");
    let shown = gate.page("convenanten/wijk").await;
    for words in ["Antwoord van de gemeente", "Wijkoverleg", "Bewonersraad", "Meer licht in de stegen."] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    gate.clock.set("2006-03-20T09:00:00Z".parse::<Instant>().unwrap());
    somebody_registers(&gate).await;
    let agreement = gate.get(AGREEMENT).await;
    assert!(matters(&agreement).contains(&"proposal-unanswered"), "{agreement}");
    assert!(agreement["owedAnswer"]["silent"]["entry"].is_u64(), "{agreement}");
    assert!(gate.page("convenanten/wijk").await.contains("Niet op tijd geantwoord"));
    assert!(gate.page("aandacht").await.contains("De gemeente heeft niet op tijd geantwoord op een voorstel"));
    let metrics = String::from_utf8(gate.fetch("/metrics").await.2).unwrap();
    assert!(metrics.contains("cause=\"proposal-unanswered\"} 1"), "{metrics}");
    let answer = json!({ "agreement": "wijk", "version": offer.hash, "answer": "negotiating" });
    gate.accept(&gate.town.says(Type::ProposalAnswer, "a", &answer)).await;
    let agreement = gate.get(AGREEMENT).await;
    assert_eq!(
        (&agreement["owedAnswer"]["given"]["how"], &agreement["owedAnswer"]["given"]["late"]),
        (&json!("negotiating"), &json!(true))
    );
    let shown = gate.page("convenanten/wijk").await;
    assert!(shown.contains("in onderhandeling genomen") && shown.contains("Te laat"), "{shown}");
    // As of before it is as it was.
    let before = gate.get(&format!("{AGREEMENT}?asOf=2006-03-10T09:00:00Z")).await;
    assert!(matters(&before).contains(&"proposal-to-answer") && before["owedAnswer"]["silent"].is_null(), "{before}");
}
