//! What a gateway answers: an acceptance with its receipt, a problem with its rule, a page of a list.

use std::fmt;

use ledger::envelope::Refusal;
use ledger::words::Instant;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What became of one statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is recorded.
    Accepted(Acceptance),
    /// Nothing was recorded, and this is why.
    Refused(Box<Problem>),
}

/// A statement is in the ledger.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acceptance {
    /// The number of its entry, from 0.
    pub entry: u64,
    /// The ledger's instant of acceptance.
    pub accepted_at: Instant,
    /// The origin of the ledger.
    pub ledger: String,
    /// The text of the `.tlog-proof`.
    pub receipt: String,
    /// Whether it was recorded before, and this is the first receipt again.
    #[serde(skip)]
    pub repeat: bool,
}

/// Why something was refused (RFC 9457), with the members that the ledger adds. Lenient: what is missing stays empty.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Problem {
    /// URI of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// One English sentence.
    pub title: String,
    /// One Dutch sentence.
    pub title_nl: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong in this case.
    pub detail: String,
    /// The code of the rule; empty if no rule of the ledger was involved.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
    /// Each fault, with its place.
    pub faults: Vec<ProblemFault>,
    /// The refusal signed by the gateway, a compact JWS: evidence for whoever tried in time.
    pub refusal: String,
    /// What the gateway signed where it had no answer: a compact JWS that says that the statement had come, and when.
    pub acknowledgement: String,
}

/// One fault in what was sent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProblemFault {
    /// RFC 6901 pointer into the payload; empty for the whole.
    pub pointer: String,
    /// The code of the rule that it breaks.
    pub rule: String,
    /// What is wrong.
    pub detail: String,
    /// What would be accepted.
    pub accepted: String,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Page {
    /// The items of this page.
    pub items: Vec<Value>,
    /// Where the next page begins; `None` on the last.
    #[serde(default)]
    pub next: Option<String>,
}

/// A run of records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Records {
    /// The records, in the order of their entries.
    pub records: Vec<Record>,
    /// How many entries the ledger holds.
    pub size: u64,
}

/// A record with what binds it to its entry.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The number of its entry.
    pub entry: u64,
    /// The ledger's instant of acceptance; `None` where the gateway's own is damaged.
    #[serde(default, deserialize_with = "instant_if_any")]
    pub accepted_at: Option<Instant>,
    /// The 32 bytes of salt, as the gateway writes them; empty where the record is withheld.
    #[serde(default)]
    pub salt: String,
    /// The published entry, in base64url.
    #[serde(default)]
    pub leaf: Option<String>,
    /// The JWS, byte for byte as it was received, in base64url; empty where the record is withheld.
    #[serde(default)]
    pub jws: String,
    /// Whether the record is withheld from this reader.
    #[serde(default)]
    pub withheld: bool,
}

/// One record that cannot be read must not keep the others from being read.
fn instant_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().and_then(|text| text.parse().ok()))
}

/// The answer to a batch.
#[derive(Debug, Deserialize)]
pub(super) struct Answers {
    pub(super) answers: Vec<Value>,
}

impl Answer {
    /// One member of the answer to a batch: its `status` says which of the two it is.
    pub(super) fn of_batch(answer: Value) -> Result<Self, String> {
        let status = answer.get("status").and_then(Value::as_u64).ok_or("an answer without a status")?;
        let read = |error: serde_json::Error| format!("an answer that cannot be read: {error}");
        if status == 200 || status == 201 {
            let acceptance: Acceptance = serde_json::from_value(answer).map_err(read)?;
            return Ok(Self::Accepted(Acceptance { repeat: status == 200, ..acceptance }));
        }
        Ok(Self::Refused(serde_json::from_value(answer).map_err(read)?))
    }
}

impl Problem {
    /// Whether an answer with this status is a decision about what was sent; others may be different a moment later.
    pub fn is_refusal(status: u16) -> bool {
        (400..500).contains(&status) && ![408, 429].contains(&status)
    }
}

/// A refusal that a tool found by itself, before anything was sent.
impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let rule = refusal.rule();
        let faults = refusal.faults().iter().map(|fault| ProblemFault {
            pointer: fault.pointer.clone(),
            rule: fault.rule.code().into(),
            detail: fault.detail.clone(),
            accepted: fault.accepted.clone(),
        });
        Self {
            title: rule.english().into(),
            title_nl: rule.dutch().into(),
            rule: rule.code().into(),
            source: rule.source().into(),
            faults: faults.collect(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.rule.as_str(), &self.title, &self.detail].into_iter().filter(|part| !part.is_empty());
        f.write_str(&parts.collect::<Vec<_>>().join(": "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::envelope::Rule;
    use serde_json::json;

    #[test]
    fn the_status_of_a_batch_member_says_what_it_is() {
        let accepted = json!({ "status": 200, "entry": 4, "acceptedAt": "2006-03-01T09:00:00.000Z", "ledger": "l", "receipt": "r" });
        assert!(matches!(Answer::of_batch(accepted).unwrap(), Answer::Accepted(Acceptance { entry: 4, repeat: true, .. })));
        let refused = json!({ "status": 409, "rule": "id-conflict" });
        assert!(matches!(Answer::of_batch(refused).unwrap(), Answer::Refused(problem) if problem.rule == "id-conflict"));
        assert!(Answer::of_batch(json!({ "entry": 4 })).is_err());
        assert!(Answer::of_batch(json!({ "status": 201, "entry": "four" })).is_err());
    }

    #[test]
    fn a_refusal_found_here_reads_like_one_from_the_gateway() {
        let problem = Problem::from(&Refusal::at("/body/x", Rule::WrongValue, "7 is wrong", "8"));
        assert_eq!((problem.rule.as_str(), problem.title_nl.as_str()), ("wrong-value", Rule::WrongValue.dutch()));
        assert_eq!(problem.faults[0].pointer, "/body/x");
    }
}
