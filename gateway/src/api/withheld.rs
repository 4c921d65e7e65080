//! Which agreements are withheld from the public: that there are any, since when, on which ground and by whom.

use axum::Json;
use axum::extract::{Path, Query};
use serde_json::{Value, json};

use super::Problem;
use super::answer::Pairs;
use super::asked::Asked;
use super::query::{CURSOR, Given, Key, LIMIT};
use crate::reading::Known;

/// What the list is asked with.
pub(super) const WITHHELD: &[Key] = &[CURSOR, LIMIT];

/// `GET /v1/ledgers/{ledger}/withheld-agreements`: in the order in which they were proposed. Whoever may read one finds its
/// id; nobody else finds more than the entry, the ground and the institutions that answer for it.
pub(super) async fn list(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Json<Value>, Problem> {
    let mut given = Given::read(pairs, WITHHELD);
    let (after, limit) = (given.parsed::<u64>(CURSOR), given.limit());
    given.done()?;
    let sight = asked.sight(&name).await?;
    let found = sight.withheld(after, limit).await?;
    let owner = &sight.ledger().row.facts.owner;
    let next = found.last().filter(|_| found.len() >= limit as usize).map(|known| known.row.withheld.since.entry.to_string());
    let items: Vec<Value> = found
        .iter()
        .map(|Known { row, is_readable }| {
            let withheld = &row.withheld;
            let mut item = json!({
                "entry": withheld.since.entry, "acceptedAt": withheld.since.at, "ground": withheld.ground,
                "groundNl": withheld.ground.dutch(), "owner": owner, "director": withheld.director,
            });
            if *is_readable {
                item["agreement"] = json!(row.agreement);
            }
            item
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": next })))
}
