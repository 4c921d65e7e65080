//! The obstacle register: which rules are in the way of local promises, and what the State did about them (L40).

use axum::Json;
use axum::extract::{Path, Query};
use ledger::lives::parts::Part;
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Pairs, page};
use super::asked::Asked;
use super::lives::state;
use super::query::{AGREEMENT, AS_OF, BWB, CURSOR, Given, Key, LIMIT, MINISTRY, NEIGHBOURHOOD, STATE, THEME};
use crate::listing::{Collection, Filter, Listed, law_page};

/// What the register is asked with.
pub(super) const OBSTACLES: &[Key] = &[AS_OF, CURSOR, LIMIT, AGREEMENT, NEIGHBOURHOOD, THEME, MINISTRY, BWB, STATE];

pub(super) async fn list(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Json<Value>, Problem> {
    let mut given = Given::read(pairs, OBSTACLES);
    let (at, paging, filter) = (given.as_of(), given.paging(), given.filter());
    let (ministry, bwb) = (given.parsed(MINISTRY), given.parsed(BWB));
    let (is_open, state) = state(&mut given, Collection::Obstacles);
    given.done()?;
    let filter = Filter { party: ministry, bwb, is_open, state, ..filter };
    let listing = asked.listing(&name, at).await?;
    let found = listing.list(Collection::Obstacles, &filter, &paging).await?;
    Ok(page(found.items.iter().filter_map(line_json).collect(), found.next, listing.as_of()))
}

fn line_json(listed: &Listed) -> Option<Value> {
    let Part::Case(case) = &listed.part else { return None };
    let line = case.obstacle()?;
    let mut value = json!(line.obstacle);
    // Who was named for it stays in the request, which the case has.
    value["ministry"] = json!(line.ministry);
    value["law"] = law_page(&line.obstacle.rule.bwb).into();
    value["agreement"] = json!(listed.agreement);
    value["case"] = case.number.into();
    value["asked"] = json!(line.asked);
    value["state"] = line.standing.code().into();
    value["late"] = json!(line.late);
    // The act, and the measure, its rule and its first day where the act has them.
    value["answer"] = json!(case.state_answer);
    value["closed"] = line.closed.map_or(Value::Null, |(how, at)| json!({ "how": how, "at": at }));
    value["isOpen"] = listed.is_open.into();
    value["lastEntry"] = json!(listed.entry);
    Some(value)
}
