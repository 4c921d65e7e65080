//! Who reads what: a ledger with an agreement that is withheld, and readers of every kind.

mod every_route;
mod feeds;
mod successors;
mod tokens;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::client::ReaderKey;
use gateway::clock::Clock;
use harness::gate::{Gate, ORIGIN, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::{SigningKey, Type};
use ledger::words::Hash;
use serde_json::{Value, json};

/// The agreement that is withheld, and what nobody but its readers may see of it, in any form.
pub(crate) const HIDDEN: &str = "opvanghuis";
pub(crate) const MARKS: [&str; 6] = [HIDDEN, "Verborgen opvang", "BU05991081", "Stille wijk", "bewaking", "inhoud-van-bijlage"];

/// A town with a public agreement and one that is withheld, of which a case lies open.
pub(crate) struct Hiding {
    pub(crate) gate: Gate,
    pub(crate) corporation: Signer,
    pub(crate) police: Signer,
    pub(crate) school: Signer,
    /// Hash of an attachment of the agreement that is withheld.
    pub(crate) attachment: Hash,
    /// The entry of its proposal.
    pub(crate) proposal: u64,
    /// Whether the State was asked about the withheld agreement.
    pub(crate) is_before_the_state: bool,
    said: usize,
}

impl Hiding {
    /// Late in June 2006: a due date of the withheld agreement was breached, and its case is at its notice.
    pub(crate) async fn new() -> Self {
        let gate = Gate::open("2006-02-15T09:00:00Z").await;
        let (corporation, police) = (Signer::new("corporation", 2), Signer::new("police", 4));
        let school = Signer::new("school", 5);
        for (who, kind) in [(&corporation, "housing-corporation"), (&police, "police"), (&school, "school")] {
            gate.admit(who, kind).await;
        }
        let open = gate.town.says(Type::Proposal, "p-open", &with_school(proposal("wijk", &[obligation("regisseur", "2006-06-01")])));
        gate.accept(&open).await;
        let hidden = gate.town.says(Type::Proposal, &format!("p-{HIDDEN}"), &hidden_text());
        let entry = gate.accept(&hidden).await;
        let salt = [7; 32];
        let attachment = Hash::of(&[&salt, MARKS[5].as_bytes()]);
        let mut hiding = Self { gate, corporation, police, school, attachment, proposal: entry, is_before_the_state: false, said: 0 };
        for party in [&hiding.gate.town, &hiding.corporation, &hiding.school] {
            hiding.gate.accept(&party.says(Type::Consent, "c-open", &json!({ "agreement": "wijk", "to": open.hash }))).await;
        }
        for party in [&hiding.gate.town, &hiding.corporation, &hiding.police] {
            let consent = party.says(Type::Consent, &format!("c-{HIDDEN}"), &json!({ "agreement": HIDDEN, "to": hidden.hash }));
            hiding.gate.accept(&consent).await;
        }
        hiding.gate.clock.set("2006-03-02T09:00:00Z".parse().unwrap());
        let evidence = json!([{ "form": "attached", "kind": "note", "attachment": hiding.note() }]);
        let report = json!({ "obligation": "bewaking-2", "instances": ["2006-05-01"], "evidence": evidence });
        hiding.says(&hiding.corporation.clone(), Type::Report, report).await;
        hiding.gate.clock.set("2006-06-20T09:00:00Z".parse().unwrap());
        let note =
            json!({ "institution": "stranger", "name": "x", "kind": "other", "identifiers": {}, "key": jwk(&Signer::new("stranger", 9)) });
        hiding.gate.accept(&Signer::new("stranger", 9).says(Type::Registration, "r", &note)).await;
        hiding.gate.settled().await;
        hiding
    }

    pub(crate) fn note(&self) -> Value {
        json!({ "hash": self.attachment, "mediaType": "text/plain", "sizeBytes": MARKS[5].len() })
    }

    /// Somebody says something about the withheld agreement, with the attachment wherever it is named.
    pub(crate) async fn says(&mut self, who: &Signer, kind: Type, mut body: Value) {
        body["agreement"] = HIDDEN.into();
        self.said += 1;
        let said = who.says(kind, &format!("s-{HIDDEN}-{}", self.said), &body);
        let along =
            json!([{ "salt": URL_SAFE_NO_PAD.encode([7; 32]), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(MARKS[5]) }]);
        let statement: Value = serde_json::from_slice(&said.jws).unwrap();
        let envelope = json!({ "statement": statement, "attachments": along });
        let (status, answer) = self.gate.send("POST", STATEMENTS, "application/json", envelope.to_string().into_bytes()).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        self.gate.settled().await;
    }

    /// The municipality takes its case to the State.
    pub(crate) async fn before_the_ministry(&mut self) {
        let note = self.note();
        let rule = json!({ "bwb": "BWBR0005181", "article": "44" });
        let obstacle = json!({ "rule": rule, "effect": "De bewaking wacht.", "change": "De stad beslist zelf.", "ministry": "ministry" });
        let request = json!({ "case": 1, "kind": "remove-obstacle", "obstacle": obstacle, "problem": note, "tried": note });
        self.is_before_the_state = true;
        self.says(&self.gate.town.clone(), Type::SupportRequest, request).await;
    }

    /// Answers to a GET, by somebody or by anybody.
    pub(crate) async fn get(&self, path: &str, reader: Option<&Signer>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let token = reader.map(|reader| format!("Bearer {}", self.token(reader)));
        let headers: Vec<(&str, &str)> = token.iter().map(|token| ("authorization", token.as_str())).collect();
        self.gate.ask("GET", path, &headers).await
    }

    pub(crate) fn token(&self, reader: &Signer) -> String {
        let (institution, clock) = (reader.id.parse().unwrap(), Clock::Step(self.gate.clock.clone()));
        ReaderKey { key: SigningKey::clone(&reader.key), institution, origin: ORIGIN.to_owned(), clock }.token()
    }
}

fn jwk(signer: &Signer) -> Value {
    serde_json::from_str(&signer.key.public().to_jwk().to_string()).unwrap()
}

fn with_school(mut text: Value) -> Value {
    text["parties"] = json!([{ "institution": "town" }, { "institution": "corporation" }, { "institution": "school" }]);
    text
}

/// Directed by the police, so that the director is not the owner.
fn hidden_text() -> Value {
    let mut text = proposal(HIDDEN, &[obligation("bewaking", "2006-06-01"), obligation("bewaking-2", "2006-05-01")]);
    text["title"] = MARKS[1].into();
    text["neighbourhoods"] = json!([{ "code": MARKS[2], "referenceYear": 2006, "name": MARKS[3] }]);
    text["parties"] = json!([{ "institution": "town" }, { "institution": "corporation" }, { "institution": "police" }]);
    text["director"] = "police".into();
    text["withheldGround"] = "5.1.2h".into();
    text
}

/// An answer without what differs from one request to the next.
pub(crate) fn steady(status: StatusCode, bytes: &[u8]) -> String {
    let mut value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(_) => return format!("{status} {}", String::from_utf8_lossy(bytes)),
    };
    if let Some(members) = value.as_object_mut() {
        members.remove("requestId");
    }
    format!("{status} {value}")
}

/// Whether a text tells anything of what is withheld, also in the base64url of what was signed.
pub(crate) fn tells(text: &str) -> Option<String> {
    let decoded = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).filter(|word| word.len() > 40);
    let decoded: Vec<String> =
        decoded.filter_map(|word| Some(String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(word).ok()?).into_owned())).collect();
    // A JWS is base64url within base64url.
    let inner = decoded
        .iter()
        .flat_map(|text| text.split('"'))
        .filter_map(|word| Some(String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(word).ok()?).into_owned()));
    let all: Vec<String> = std::iter::once(text.to_owned()).chain(decoded.clone()).chain(inner).collect();
    MARKS.iter().find(|mark| all.iter().any(|text| text.contains(**mark))).map(|mark| (*mark).to_owned())
}
