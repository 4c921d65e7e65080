//! The wrong party: everybody else says it, others say it on behalf of the right one, and it is signed for another ledger or badly.

use std::collections::BTreeSet;

use harness::{Answer, Door};
use ledger::envelope::statement::mandate::MandatedAct;
use ledger::envelope::{GATEWAY, SigningKey, Type, sign_flattened};
use serde_json::{Value, json};

use super::court::Court;
use super::scene::{ADVISOR, APPLICANT, OUTSIDER, Scene};
use super::trial::{Trial, in_short, silent};

/// By which those are refused that nobody admitted, whatever they say.
const UNKNOWN: [&str; 3] = ["unknown-key", "not-admitted", "unknown-institution"];

impl Scene {
    /// The payload as somebody else says it.
    fn said_by(&self, who: &str, key: &SigningKey, on_behalf_of: Option<&str>) -> Vec<u8> {
        let mut payload = self.anew();
        payload["by"] = who.into();
        if let Some(other) = on_behalf_of {
            payload["onBehalfOf"] = other.into();
        }
        sign_flattened(key, self.kind.typ(), payload.to_string().as_bytes())
    }
}

impl Trial {
    /// What everything is refused for before any rule of its own: another ledger, a header of another type, a signature of something else.
    pub(super) fn envelope(&mut self) {
        let mut payload = self.scene.payload.clone();
        payload["ledger"] = "ledger.example.nl/elsewhere".into();
        let bytes = self.scene.signed(&payload);
        self.refuses("another ledger", &bytes, "other-ledger", "/ledger");
        let other = if self.scene.kind == Type::Consent { Type::Decline } else { Type::Consent };
        let bytes = sign_flattened(&self.scene.signer, other.typ(), self.scene.payload.to_string().as_bytes());
        self.refuses("a header of another type", &bytes, "type-mismatch", "/protected/typ");
        let parts = |payload: &Value| serde_json::from_slice::<Value>(&self.scene.signed(payload)).expect("a flattened JWS");
        let mut jws = parts(&self.scene.payload);
        jws["signature"] = parts(&self.scene.anew())["signature"].clone();
        self.refuses("a signature of something else", jws.to_string().as_bytes(), "signature-invalid", "/signature");
    }

    /// Everybody else says it.
    pub(super) fn parties(&mut self) {
        let mut met = BTreeSet::new();
        for (who, key) in self.scene.others.clone() {
            let fault = format!("said by {who}");
            let bytes = self.scene.said_by(&who, &key, None);
            let answer = self.hears(&fault, &bytes);
            let may = self.scene.row.also.contains(&who);
            match &answer {
                Answer::Refused(said) if !may => {
                    let rule = &said[0].code;
                    let is_unknown = match who.as_str() {
                        APPLICANT | OUTSIDER => UNKNOWN.contains(&rule.as_str()),
                        GATEWAY => rule == "gateway-only",
                        _ => false,
                    };
                    if self.scene.row.others.contains(rule) {
                        met.insert(rule.clone());
                    } else if !is_unknown {
                        self.note(&fault, &format!("by a rule that the row has not: {}", in_short(&answer)));
                    }
                    if let Some(silent) = silent(said) {
                        self.note(&fault, &silent);
                    }
                }
                Answer::Accepted(_) if may => {}
                other => self.note(&fault, &in_short(other)),
            }
        }
        for rule in self.scene.row.others.clone() {
            if !met.contains(&rule) {
                self.note("others", &format!("nobody is refused by {rule}"));
            }
        }
        for who in self.scene.row.also.clone() {
            if !self.scene.others.iter().any(|(other, _)| *other == who) {
                self.note("also", &format!("there is no {who}"));
            }
        }
    }

    /// The advisor says it on behalf of the right one: without a mandate, with one for another act, and with the right one.
    pub(super) fn mandates(&mut self) {
        let principal = self.scene.payload["by"].as_str().unwrap_or_default().to_owned();
        let key = harness::town::key(ADVISOR);
        let bytes = self.scene.said_by(ADVISOR, &key, Some(&principal));
        let act = MandatedAct::of(self.scene.kind);
        let rule = if act.is_some() { "outside-mandate" } else { "on-behalf" };
        self.refuses("without a mandate", &bytes, rule, "/onBehalfOf");
        if !matches!(self.scene.court, Court::Open { .. }) {
            return;
        }
        let all: Vec<&str> = MandatedAct::ALL.iter().map(|act| act.code()).collect();
        match act {
            Some(act) => {
                let others: Vec<&str> = all.iter().copied().filter(|other| *other != act.code()).collect();
                self.under("with a mandate for every other act", &others, &bytes, Some("outside-mandate"));
                self.under("with a mandate", &[act.code()], &bytes, None);
            }
            None => {
                self.under("with a mandate for every act", &all, &bytes, Some("on-behalf"));
                let mandate = self.mandate(&[self.scene.kind.code()]);
                self.refuses("a mandate for it", &mandate, "wrong-value", "/body/acts/0");
            }
        }
    }

    fn mandate(&self, acts: &[&str]) -> Vec<u8> {
        let scene = &self.scene;
        let body = json!({ "principal": scene.payload["by"], "holder": ADVISOR, "function": "Adviseur", "acts": acts });
        let mandate = json!({ "type": "mandate", "ledger": scene.payload["ledger"], "id": "a-mandate",
            "signedAt": scene.court.now().to_string(), "by": scene.payload["by"], "body": body });
        sign_flattened(&scene.signer, Type::Mandate.typ(), mandate.to_string().as_bytes())
    }

    /// What comes of it once a mandate for these acts stands.
    fn under(&mut self, fault: &str, acts: &[&str], bytes: &[u8], rule: Option<&str>) {
        let mandate = self.mandate(acts);
        let given = self.scene.court.hears(&mandate);
        let Court::Open { live, .. } = &self.scene.court else { return };
        if !matches!(given, Answer::Accepted(_)) {
            // Who has no key that counts can let nobody sign for it.
            return self.refuses("giving a mandate", &mandate, "accepted", "");
        }
        let mut mandated = live.clone();
        mandated.submit(&mandate, &[]);
        let usual = std::mem::replace(&mut self.scene.court, Court::open(&mandated));
        match rule {
            Some(rule) => self.refuses(fault, bytes, rule, "/onBehalfOf"),
            None => self.accepts(fault, bytes),
        }
        self.scene.court = usual;
    }
}
