//! What comes of a fault, compared with what has to come of it; what differs is told with the type and the fault.

use harness::Answer;
use harness::door::Said;
use ledger::envelope::Type;
use ledger::envelope::jws::Received;
use serde_json::Value;

use super::forms::branch;
use super::row::Outcome;
use super::scene::Scene;

/// A scene, and what went otherwise than it should.
pub(super) struct Trial {
    pub(super) scene: Scene,
    pub(super) wrong: Vec<String>,
    /// How many faults were tried.
    pub(super) tried: usize,
}

impl Trial {
    /// Notes what is wrong about a fault.
    pub(super) fn note(&mut self, fault: &str, what: &str) {
        self.wrong.push(format!("{} | {fault} | {what}", self.scene.kind.code()));
    }

    /// Hears these bytes; a refusal adds no entry.
    pub(super) fn hears(&mut self, fault: &str, bytes: &[u8]) -> Answer {
        self.tried += 1;
        let size = self.scene.court.size();
        let answer = self.scene.court.hears(bytes);
        if self.scene.court.size() != size {
            self.note(fault, "it left an entry behind");
        }
        if let Some(nowhere) = points_nowhere(self.scene.kind, bytes, &answer) {
            self.note(fault, &nowhere);
        }
        answer
    }

    /// Refused by this rule at this place, unless the row says otherwise of the fault.
    pub(super) fn refuses(&mut self, fault: &str, bytes: &[u8], rule: &str, pointer: &str) {
        let outcome = self.scene.row.but.get(fault).cloned();
        let usual = Outcome::Refused { rule: rule.to_owned(), pointer: Some(pointer.to_owned()) };
        self.comes_to(fault, bytes, &outcome.unwrap_or(usual));
    }

    /// Accepted, unless the row says otherwise of the fault.
    pub(super) fn accepts(&mut self, fault: &str, bytes: &[u8]) {
        let outcome = self.scene.row.but.get(fault).cloned();
        self.comes_to(fault, bytes, &outcome.unwrap_or(Outcome::Accepted));
    }

    /// Whether this comes of it.
    pub(super) fn comes_to(&mut self, fault: &str, bytes: &[u8], outcome: &Outcome) {
        let answer = self.hears(fault, bytes);
        if let Some(wrong) = differs(&answer, outcome) {
            self.note(fault, &wrong);
        }
    }
}

/// How an answer differs from what has to come.
pub(super) fn differs(answer: &Answer, outcome: &Outcome) -> Option<String> {
    match (answer, outcome) {
        (Answer::Accepted(_), Outcome::Accepted) => None,
        (Answer::Refused(said), Outcome::Refused { rule, pointer }) => {
            let fits = |said: &Said| said.code == *rule && pointer.as_ref().is_none_or(|pointer| said.pointer == *pointer);
            if !said.iter().any(fits) {
                return Some(format!("not {rule} {} but {}", pointer.as_deref().unwrap_or_default(), in_short(answer)));
            }
            silent(said)
        }
        (_, Outcome::Accepted) => Some(format!("not accepted but {}", in_short(answer))),
        (_, Outcome::Refused { rule, .. }) => Some(format!("not {rule} but {}", in_short(answer))),
    }
}

/// A fault without a rule or without a word on what would be accepted.
pub(super) fn silent(said: &[Said]) -> Option<String> {
    let silent = said.iter().find(|said| said.code.is_empty() || said.accepted.trim().is_empty() || said.detail.is_empty())?;
    Some(format!("{} {} does not say what would be accepted", silent.code, silent.pointer))
}

/// An answer in a line.
pub(super) fn in_short(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(_) => "accepted".to_owned(),
        Answer::Repeat(_) => "a repeat".to_owned(),
        Answer::Refused(said) => {
            said.iter().map(|said| format!("{} {} ({})", said.code, said.pointer, said.detail)).collect::<Vec<_>>().join("; ")
        }
    }
}

/// A fault whose place is neither in the statement nor one that its type has.
pub(super) fn points_nowhere(kind: Type, bytes: &[u8], answer: &Answer) -> Option<String> {
    let Answer::Refused(said) = answer else { return None };
    let payload: Value = serde_json::from_slice(Received::parse(bytes).ok()?.payload()).ok()?;
    let outside = |pointer: &str| pointer.is_empty() || pointer.starts_with("/protected/") || pointer == "/signature";
    let is_type = payload["type"] == kind.code();
    let lost = said.iter().find(|said| is_type && !outside(&said.pointer) && !is_a_place(&payload, &kind.schema(), &said.pointer))?;
    Some(format!("{} points to {}, which it does not have", lost.code, lost.pointer))
}

/// Whether a pointer ends at something that stands in a value, or at a member that the schema knows in it.
fn is_a_place(payload: &Value, schema: &Value, pointer: &str) -> bool {
    if payload.pointer(pointer).is_some() {
        return true;
    }
    let (mut value, mut schema) = (payload, branch(payload, schema));
    for step in pointer.split('/').skip(1) {
        let of_branch = || schema["oneOf"].as_array().into_iter().flatten().find_map(|branch| branch["properties"].get(step));
        let next = if value.is_array() { Some(&schema["items"]) } else { schema["properties"].get(step).or_else(of_branch) };
        let Some(next) = next else { return false };
        value = value.pointer(&format!("/{step}")).unwrap_or(&Value::Null);
        schema = branch(value, next);
    }
    true
}
