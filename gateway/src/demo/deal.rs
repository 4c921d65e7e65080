//! An arrangement as a complete text, and what the story must know of its promises.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::letter::{Arrangement, Completion, Promise};

/// One arrangement: what the letter says, and a complete text made of it.
pub(super) struct Deal {
    pub(super) id: String,
    pub(super) title: String,
    /// A short name for it in the story.
    pub(super) label: String,
    /// Its text, the analysis and umbrella agreements aside.
    pub(super) text: Value,
}

/// What a report on an obligation needs.
pub(super) struct Duty {
    pub(super) debtor: String,
    /// The evidence in words.
    pub(super) evidence: String,
    /// Whether silence counts as acceptance.
    pub(super) tacit: bool,
    /// The number to reach.
    pub(super) target: Option<String>,
    /// Who accepts where silence does not count.
    pub(super) acceptor: String,
    /// Whether it is kept throughout a period, and told after it.
    pub(super) maintained: bool,
}

impl Deal {
    /// The complete text of an arrangement.
    pub(super) fn new(letter: &Arrangement, completion: &Completion) -> Self {
        let party = |id: &String| {
            let mut party = json!({ "institution": id, "role": completion.roles.get(id) });
            if let Some(capacity) = completion.capacity.get(id) {
                party["capacity"] = capacity.clone();
            }
            party
        };
        let mut text = json!({
            "agreement": letter.id,
            "title": letter.title,
            "parties": letter.parties.iter().map(|it| party(&it.id)).collect::<Vec<_>>(),
            "director": letter.director,
            // Four years from 1 March 2006, as the rules read the letter.
            "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" },
            "obligations": letter.obligations.iter().zip(&completion.promises).map(|(it, more)| obligation(it, more)).collect::<Vec<_>>(),
            "withdrawal": { "noticeMonths": 6, "objectionDays": 28 },
            "ladder": {},
        });
        merge(&mut text, &completion.text);
        Self { id: letter.id.clone(), title: letter.title.clone(), label: completion.label.clone(), text }
    }

    /// The obligation with this id, as the text has it.
    pub(super) fn obligation(&self, id: &str) -> anyhow::Result<&Value> {
        let found = self.text["obligations"].as_array().and_then(|all| all.iter().find(|obligation| obligation["id"] == id));
        found.with_context(|| format!("{} has no obligation {id}", self.id))
    }

    /// Its parties, in the order of the text.
    pub(super) fn parties(&self) -> Vec<&str> {
        self.text["parties"].as_array().into_iter().flatten().filter_map(|party| party["institution"].as_str()).collect()
    }

    /// What a report on this obligation by this debtor needs; the owner of the ledger accepts what others do.
    pub(super) fn duty(&self, id: &str, debtor: &str, owner: &str) -> anyhow::Result<Duty> {
        let obligation = self.obligation(id)?;
        let named = obligation["creditors"].as_array().and_then(|creditors| creditors.first()?.as_str());
        let other = || if debtor == owner { self.parties().into_iter().find(|party| *party != owner) } else { Some(owner) };
        Ok(Duty {
            debtor: debtor.to_owned(),
            evidence: obligation["evidence"][0]["title"].as_str().context("an evidence rule")?.to_owned(),
            tacit: obligation["tacitAcceptance"] == true,
            target: obligation["target"]["value"].as_str().map(str::to_owned),
            acceptor: named.filter(|creditor| *creditor != debtor).or_else(other).context("somebody accepts")?.to_owned(),
            maintained: obligation["mode"] == "maintain",
        })
    }
}

fn obligation(promise: &Promise, more: &Value) -> Value {
    let mut obligation = json!({
        "debtor": promise.debtor,
        "what": promise.what,
        "strength": if promise.target.is_some() { "result" } else { "effort" },
        "nature": promise.kind.as_deref().unwrap_or("service"),
    });
    match (&promise.when.by, &promise.when.rrule) {
        (Some(date), _) => obligation["when"] = json!({ "kind": "date", "date": date }),
        (None, Some(rule)) => obligation["when"] = json!({ "kind": "rhythm", "rule": rule }),
        (None, None) => {}
    }
    if let Some(target) = &promise.target {
        obligation["target"] = json!({ "indicator": target.indicator, "value": target.value.to_string(), "unit": target.unit });
    }
    merge(&mut obligation, more);
    obligation
}

/// Puts the members of one object into another.
pub(super) fn merge(into: &mut Value, from: &Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from.clone());
    }
}
