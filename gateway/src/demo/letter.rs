//! What the letter says (`docs/letter/agreements.json`: who, what, when) and what it leaves open (`completions.json`).

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

static AGREEMENTS: &str = include_str!("../../../docs/letter/agreements.json");
static COMPLETIONS: &str = include_str!("../../../docs/letter/completions.json");

#[derive(Debug, Deserialize)]
struct Letter<T> {
    agreements: Vec<T>,
}

/// An arrangement of the letter.
#[derive(Debug, Deserialize)]
pub(super) struct Arrangement {
    pub(super) id: String,
    pub(super) ledger: String,
    pub(super) title: String,
    pub(super) director: String,
    pub(super) parties: Vec<Party>,
    pub(super) obligations: Vec<Promise>,
}

/// One who takes part.
#[derive(Debug, Deserialize)]
pub(super) struct Party {
    #[serde(rename = "ref")]
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// One promise.
#[derive(Debug, Deserialize)]
pub(super) struct Promise {
    pub(super) debtor: String,
    pub(super) what: String,
    pub(super) kind: Option<String>,
    pub(super) target: Option<Target>,
    pub(super) when: When,
}

/// A number to reach.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) indicator: String,
    pub(super) value: u64,
    pub(super) unit: String,
}

/// A date or a rhythm; neither where it waits for an event.
#[derive(Debug, Deserialize)]
pub(super) struct When {
    pub(super) by: Option<String>,
    pub(super) rrule: Option<String>,
}

/// What the letter leaves open for an arrangement.
#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    id: String,
    /// A short name for it in the story.
    pub(super) label: String,
    /// The institution that a party is, where its name in the letter is that of another in the same ledger.
    #[serde(default)]
    institutions: BTreeMap<String, String>,
    /// What each institution is there for.
    pub(super) roles: BTreeMap<String, String>,
    /// What a party says that it is able to.
    #[serde(default)]
    pub(super) capacity: BTreeMap<String, Value>,
    /// Members of the proposal.
    pub(super) text: Value,
    /// Members of each obligation, in the letter's order.
    pub(super) promises: Vec<Value>,
}

impl Arrangement {
    /// Parties get the ids of the institutions that they are.
    fn rename(&mut self, institutions: &BTreeMap<String, String>) {
        let rename = |id: &mut String| {
            if let Some(institution) = institutions.get(id) {
                id.clone_from(institution);
            }
        };
        rename(&mut self.director);
        self.parties.iter_mut().for_each(|party| rename(&mut party.id));
        self.obligations.iter_mut().for_each(|promise| rename(&mut promise.debtor));
    }
}

/// Every arrangement of the letter with its completion, in the letter's order.
pub(super) fn arrangements() -> anyhow::Result<Vec<(Arrangement, Completion)>> {
    let letter: Letter<Arrangement> = serde_json::from_str(AGREEMENTS)?;
    let mut completions: Letter<Completion> = serde_json::from_str(COMPLETIONS)?;
    let complete = |mut arrangement: Arrangement| {
        let place = completions.agreements.iter().position(|completion| completion.id == arrangement.id);
        let completion = completions.agreements.swap_remove(place.with_context(|| format!("{} has no completion", arrangement.id))?);
        arrangement.rename(&completion.institutions);
        anyhow::ensure!(arrangement.obligations.len() == completion.promises.len(), "{}: each promise has a completion", arrangement.id);
        Ok((arrangement, completion))
    };
    letter.agreements.into_iter().map(complete).collect()
}
