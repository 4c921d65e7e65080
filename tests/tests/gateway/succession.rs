//! What everybody sees of an agreement that comes after another, and of the days on which a neighbourhood had none.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use crate::door::somebody_registers;

const LEDGER: &str = "/v1/ledgers/gm0599";

const SALT: [u8; 32] = *b"salt of the reason, 32 bytes ok.";
const REASON: &[u8] = b"The new agreement takes its place.";

struct Town {
    gate: Gate,
    corporation: Signer,
}

impl Town {
    async fn open() -> Self {
        let (gate, corporation) = (Gate::open("2006-02-15T09:00:00Z").await, Signer::new("corporation", 2));
        gate.admit(&corporation, "housing-corporation").await;
        Self { gate, corporation }
    }

    async fn until(&self, at: &str) {
        self.gate.clock.set(at.parse::<Instant>().unwrap());
        somebody_registers(&self.gate).await;
    }

    /// Both sign a text with this id, title, period and predecessors; gives its version.
    async fn sign(&self, id: &str, title: &str, (first, last): (&str, &str), predecessors: &[&str]) -> Hash {
        let mut text = proposal(id, &[obligation("regisseur", last)]);
        (text["title"], text["period"]) = (title.into(), json!({ "startDate": first, "endDate": last }));
        if !predecessors.is_empty() {
            text["predecessors"] = json!(predecessors);
        }
        let offer = self.gate.town.says(Type::Proposal, id, &text);
        self.gate.accept(&offer).await;
        for signer in [&self.gate.town, &self.corporation] {
            self.consent(signer, id, offer.hash).await;
        }
        offer.hash
    }

    async fn consent(&self, signer: &Signer, agreement: &str, to: Hash) {
        let body = json!({ "agreement": agreement, "to": to });
        self.gate.accept(&signer.says(Type::Consent, &to.to_string(), &body)).await;
    }

    async fn waits(&self, agreement: &str) -> Vec<String> {
        let shown = self.gate.get(&format!("{LEDGER}/agreements/{agreement}")).await;
        shown["attention"].as_array().unwrap().iter().map(|one| one["matter"].as_str().unwrap().to_owned()).collect()
    }

    /// A page without the marks around what it fills in.
    async fn page(&self, path: &str) -> String {
        self.gate.page(path).await.replace("<bdi>", "").replace("</bdi>", "")
    }

    async fn coverage(&self, asked: &str) -> Value {
        self.gate.get(&format!("{LEDGER}/neighbourhoods/BU05991080/coverage{asked}")).await
    }
}

fn days(first: &str, last: &str, days: u64) -> Value {
    json!({ "firstDay": first, "lastDay": last, "days": days })
}

#[tokio::test]
async fn an_end_that_comes_near_is_asked_about_and_the_days_without_are_counted() {
    let town = Town::open().await;
    town.sign("wijk", "Wijkconvenant", ("2006-03-01", "2006-12-31"), &[]).await;
    assert_eq!(town.coverage("").await["covered"], json!([]));
    town.until("2006-10-02T23:00:00Z").await;
    assert!(town.waits("wijk").await.contains(&"ends-without-successor".to_owned()));
    let shown = town.page("aandacht").await;
    let ending = shown.split("<section").find(|section| section.contains("Loopt af zonder opvolger")).expect("it is asked for");
    assert!(ending.contains("31 december 2006") && ending.contains("een opvolger laten tekenen"), "{ending}");
    assert!(town.page("convenanten/wijk").await.contains("Die is er nog niet."));
    assert_eq!(town.coverage("").await["covered"], json!([days("2006-03-01", "2006-10-03", 217)]));

    town.until("2007-01-10T09:00:00Z").await;
    assert!(!town.waits("wijk").await.contains(&"ends-without-successor".to_owned()), "it has ended");
    let without = town.coverage("").await;
    assert_eq!((&without["gaps"], &without["gapDays"]), (&json!([days("2007-01-01", "2007-01-10", 10)]), &10.into()));
    let shown = town.page("buurten/BU05991080").await;
    assert!(shown.contains("Sinds 1 maart 2006 was hier op 10 dagen geen convenant van kracht:"), "{shown}");
    assert!(shown.contains("sinds 1 januari 2007 (10 dagen)"), "{shown}");

    town.sign("wijk-2", "Wijkconvenant 2007", ("2007-01-15", "2010-12-31"), &["wijk"]).await;
    town.until("2007-01-15T09:00:00Z").await;
    let again = town.coverage("").await;
    assert_eq!(again["covered"], json!([days("2006-03-01", "2006-12-31", 306), days("2007-01-15", "2007-01-15", 1)]));
    assert_eq!((&again["gaps"], &again["gapDays"]), (&json!([days("2007-01-01", "2007-01-14", 14)]), &14.into()));
    assert!(town.page("buurten/BU05991080").await.contains("van 1 januari 2007 tot en met 14 januari 2007 (14 dagen)"));
    let shown = town.page("convenanten/wijk").await;
    assert!(shown.contains("Opgevolgd door:") && shown.contains("Wijkconvenant 2007</a>"), "{shown}");
    assert!(shown.contains("Toen het einde naderde, was er nog geen opvolger getekend."), "{shown}");
    assert!(town.page("convenanten/wijk-2").await.contains("Opvolger van:"));

    // As of before it is as it was; of a part and of the whole it is the same, elsewhere there is nothing.
    assert_eq!(town.coverage("?asOf=2007-01-10T09:00:00Z").await["gaps"], without["gaps"]);
    let whole = town.gate.get(&format!("{LEDGER}/neighbourhoods/GM0599/coverage")).await;
    assert_eq!(whole["gapDays"], 14);
    let elsewhere = town.gate.get(&format!("{LEDGER}/neighbourhoods/BU05991081/coverage")).await;
    assert_eq!((&elsewhere["covered"], &elsewhere["gapDays"]), (&json!([]), &0.into()));
}

#[tokio::test]
async fn what_goes_on_elsewhere_is_shown_in_both_agreements_and_no_day_is_without() {
    let town = Town::open().await;
    let before = town.sign("wijk", "Wijkconvenant", ("2006-03-01", "2010-02-28"), &[]).await;
    town.until("2006-06-01T09:00:00Z").await;
    let after = town.sign("wijk-2", "Wijkconvenant, tweede ronde", ("2006-07-03", "2010-12-31"), &["wijk"]).await;
    let reason = json!({ "hash": Hash::of(&[&SALT, REASON]), "mediaType": "text/plain", "sizeBytes": REASON.len() });
    let end = json!({ "agreement": "wijk", "version": before, "successor": { "agreement": "wijk-2", "version": after }, "reason": reason,
        "plan": [{ "obligation": "regisseur", "disposition": "continues", "continuesAs": "regisseur" }] });
    let end = town.corporation.says(Type::Dissolution, "end", &end);
    let attachment = json!({ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(REASON) });
    let sent = json!({ "statement": serde_json::from_slice::<Value>(&end.jws).unwrap(), "attachments": [attachment] });
    let (status, answer) = town.gate.send("POST", STATEMENTS, "application/json", sent.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    town.consent(&town.gate.town, "wijk", end.hash).await;
    assert_eq!(town.gate.get(&format!("{LEDGER}/agreements/wijk")).await["state"]["state"], "in-force");
    town.until("2006-07-03T09:00:00Z").await;
    let told = town.gate.get(&format!("{LEDGER}/agreements/wijk")).await;
    assert_eq!((&told["state"]["state"], &told["state"]["outcome"]), (&json!("ended"), &json!("succeeded")), "{told}");
    assert_eq!(told["succession"]["successors"]["wijk-2"]["version"], json!(after), "{told}");
    assert_eq!(town.gate.get(&format!("{LEDGER}/agreements?state=succeeded")).await["items"][0]["agreement"], "wijk");
    let shown = town.page("convenanten/wijk").await;
    assert!(shown.contains("gaat verder als «regisseur» in") && shown.contains("Wijkconvenant, tweede ronde</a>"), "{shown}");
    assert_eq!(town.coverage("").await["gapDays"], 0);
    let shown = town.page("buurten/BU05991080").await;
    assert!(shown.contains("Sinds 1 maart 2006 is hier zonder onderbreking een convenant van kracht."), "{shown}");
    assert_eq!(shown.matches("Een buurtregisseur is in dienst").count(), 1, "what goes on is promised once: {shown}");
}
