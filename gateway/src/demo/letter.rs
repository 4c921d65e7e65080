//! What the letter says, as it lies in `docs/letter`: who, what, when.

use serde::Deserialize;

static AGREEMENTS: &str = include_str!("../../../docs/letter/agreements.json");

#[derive(Debug, Deserialize)]
struct Letter {
    agreements: Vec<Arrangement>,
}

/// An arrangement of the letter.
#[derive(Debug, Deserialize)]
pub(super) struct Arrangement {
    pub(super) id: String,
    pub(super) ledger: String,
    pub(super) title: String,
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

/// A date or a rhythm.
#[derive(Debug, Deserialize)]
pub(super) struct When {
    pub(super) by: Option<String>,
    pub(super) rrule: Option<String>,
}

/// An arrangement by its id.
pub(super) fn arrangement(id: &str) -> anyhow::Result<Arrangement> {
    let letter: Letter = serde_json::from_str(AGREEMENTS)?;
    letter
        .agreements
        .into_iter()
        .find(|arrangement| arrangement.id == id)
        .ok_or_else(|| anyhow::anyhow!("the letter has no arrangement {id}"))
}
