//! The public names of institutions, by the ids with which they sign.

use ledger::envelope::GATEWAY;
use ledger::lives::Institution;

use super::visit::Visit;
use crate::sequencer::LedgerHandle;
use crate::store::{PartQuery, StoreFault};

/// The name of an institution; its id while it has none.
pub(super) async fn name_of(visit: &Visit, ledger: &LedgerHandle, id: &str) -> Result<String, StoreFault> {
    if id == GATEWAY {
        return Ok(visit.words.plain("gateway", &[]));
    }
    let query = PartQuery { part: "institution", subject: Some(format!("institution/{id}")), limit: 1, ..PartQuery::default() };
    let rows = visit.host.store.parts(ledger.row.id, &query).await?;
    let Some(row) = rows.first() else { return Ok(id.to_owned()) };
    let life: Institution =
        serde_json::from_str(&row.body).map_err(|error| StoreFault::Damaged(format!("life {}: {error}", row.subject)))?;
    let registered = life.candidates.first().map(|candidate| candidate.registration.name.to_string());
    Ok(life.admitted.map(|admitted| admitted.name).or(registered).unwrap_or_else(|| id.to_owned()))
}
