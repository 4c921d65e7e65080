//! What everybody sees of who pays what, of the people who are freed, and of what a party says that it is able to.

use harness::gate::{Gate, Signer, obligation, proposal};
use ledger::envelope::Type;
use serde_json::json;

#[tokio::test]
async fn budgets_people_and_declared_capacity_are_set_beside_what_was_promised() {
    let (gate, corporation) = (Gate::open("2006-02-15T09:00:00Z").await, Signer::new("corporation", 2));
    gate.admit(&corporation, "housing-corporation").await;
    let mut grant = obligation("bijdrage", "2006-06-01");
    (grant["debtor"], grant["nature"], grant["strength"]) = ("town".into(), "funding".into(), "result".into());
    grant["target"] = json!({ "indicator": "bijdrage", "value": "125000.50", "unit": "euro" });
    let mut loan = grant.clone();
    (loan["id"], loan["debtor"]) = ("lening".into(), "corporation".into());
    let mut caretaker = obligation("huismeester", "2009-06-01");
    (caretaker["nature"], caretaker["capacity"]) = ("capacity".into(), json!({ "function": "huismeester", "fte": "1.5" }));
    let mut text = proposal("wijk", &[grant, loan, caretaker]);
    text["budgets"] = json!([{ "id": "huis", "title": "Buurthuis", "total": "250001", "shares": [
        { "party": "town", "percent": "50", "obligation": "bijdrage" },
        { "party": "corporation", "percent": "50", "obligation": "lening" }] }]);
    text["parties"][1]["capacity"] = json!([{ "indicator": "investeringsruimte", "value": "5000000", "unit": "EUR" }]);
    let offer = gate.town.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    for (signer, id) in [(&gate.town, "c1"), (&corporation, "c2")] {
        gate.accept(&signer.says(Type::Consent, id, &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    let agreement = gate.get("/v1/ledgers/gm0599/agreements/wijk").await;
    let share = json!({ "party": "town", "percent": "50", "amount": "125000.50", "obligation": "bijdrage", "paid": "0" });
    assert_eq!(agreement["budgets"][0]["shares"][0], share, "{agreement}");
    let able =
        json!({ "party": "corporation", "indicator": "investeringsruimte", "unit": "EUR", "declared": "5000000", "promised": "125000.50" });
    assert_eq!(agreement["declaredCapacity"], json!([able]));
    let page = async |asked: &str| gate.page(&format!("convenanten/wijk{asked}")).await.replace("<bdi>", "").replace("</bdi>", "");
    let shown = page("").await;
    for words in [
        "Wie betaalt wat",
        "Buurthuis: samen 250.001 euro",
        "town: 50 procent, dat is 125.000,50 euro. Betaald en bevestigd: 0 euro (afspraak «bijdrage»).",
        "1,5 fte huismeester",
        "corporation: investeringsruimte 5.000.000 EUR. Daarvan hier toegezegd: 125.000,50 EUR.",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page("?taal=en").await.contains("Buurthuis: together 250,001 euros"));
}
