//! What directors, ministers and residents look at first: counts by colour, what needs attention, case files, neighbourhoods.

use axum::Json;
use axum::extract::{Path, Query};
use ledger::lives::coverage::Days;
use ledger::words::CbsCode;
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Pairs, entry_json, page, part_item};
use super::asked::Asked;
use super::lives::{fact_json, slug};
use super::query::{AGREEMENT, AS_OF, CURSOR, DEBTOR, Given, Key, LIMIT, MEMBER, NEIGHBOURHOOD, SEARCH, WHO};
use crate::listing::{AttentionItem, CaseFile, Deed, Filter, Listed, Promise, PromisesOf};

/// What counts are asked with.
pub(super) const COUNTS: &[Key] = &[AS_OF, NEIGHBOURHOOD, DEBTOR, CURSOR, LIMIT];
/// What attention is asked with.
pub(super) const ATTENTION: &[Key] = &[AS_OF, CURSOR, LIMIT, AGREEMENT, NEIGHBOURHOOD, MEMBER, WHO];
/// What a search for a neighbourhood is asked with.
pub(super) const NEIGHBOURHOODS: &[Key] = &[SEARCH, LIMIT];

type Answer = Result<Json<Value>, Problem>;

pub(super) async fn counts(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, COUNTS);
    let (at, paging, area, debtor) = (given.as_of(), given.paging(), given.parsed(NEIGHBOURHOOD), given.parsed(DEBTOR));
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let counts = listing.counts(area.as_ref(), debtor.as_ref(), &paging).await?;
    let colours = counts.obligations;
    let obligations = json!({ "green": colours.green, "orange": colours.orange, "red": colours.red });
    let as_of = listing.as_of();
    Ok(Json(json!({ "obligations": obligations, "next": counts.next, "asOf": as_of.at, "size": as_of.size })))
}

pub(super) async fn attention(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, ATTENTION);
    let (at, paging) = (given.as_of(), given.paging());
    let (agreement, neighbourhood) = (given.parsed(AGREEMENT), given.parsed(NEIGHBOURHOOD));
    let (member, party) = (given.parsed(MEMBER), given.parsed(WHO));
    given.done()?;
    let filter = Filter { agreement, neighbourhood, member, party, ..Filter::default() };
    let listing = asked.listing(&name, at).await?;
    let found = listing.attention(&filter, &paging).await?;
    Ok(page(found.items.iter().map(attention_json).collect(), found.next, listing.as_of()))
}

fn attention_json(item: &AttentionItem) -> Value {
    let mut value = json!(item.attention);
    value["agreement"] = json!(item.agreement);
    value["title"] = json!(item.title);
    value["neighbourhoods"] = json!(item.neighbourhoods);
    value["entry"] = entry_json(item.attention.since.entry, item.as_of);
    value
}

pub(super) async fn case_file(asked: Asked, Path((name, id, number)): Path<(String, String, String)>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, super::lives::ONE);
    let at = given.as_of();
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let found = match (slug(&id), number.parse().ok()) {
        (Some(id), Some(number)) => listing.case_file(&id, number).await?,
        _ => None,
    };
    let missing = || Problem::not_found(format!("there is no case {number} in {id:?} in {name} as of {}", listing.as_of().at));
    Ok(Json(case_json(&name, &found.ok_or_else(missing)?)))
}

fn case_json(ledger: &str, file: &CaseFile) -> Value {
    use ledger::lives::parts::Part;
    let view = &file.agreement;
    let item =
        |part, entry, is_open| part_item(&Listed { agreement: view.head.value.id.clone(), part, entry: view.logged(entry), is_open });
    let mut value = item(Part::Case(file.case.value.clone()), file.case.entry, file.case.is_open);
    let clause = file.clause.as_ref().map(|clause| item(Part::Clause(clause.value.clone()), clause.entry, clause.is_open));
    let due = file.instances.iter().map(|dated| item(Part::Instance(dated.value.clone()), dated.entry, dated.is_open));
    let deed = |deed: &Deed| {
        let mut value = fact_json(ledger, &deed.fact);
        value["body"] = deed.body.to_json();
        value
    };
    value["title"] = json!(view.text.value.title);
    value["version"] = json!(view.head.value.version);
    value["neighbourhoods"] = json!(view.text.value.neighbourhoods);
    value["obligation"] = clause.unwrap_or(Value::Null);
    value["instances"] = due.collect();
    value["deeds"] = file.deeds.iter().map(deed).collect();
    value["waits"] = json!(file.waits);
    value["openActs"] = json!(file.acts);
    value["asOf"] = json!(view.as_of.at);
    value["size"] = view.as_of.size.into();
    value
}

pub(super) async fn neighbourhoods(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, NEIGHBOURHOODS);
    let search = given.take(SEARCH, |text| (text.chars().count() <= 120).then(|| text.to_owned())).unwrap_or_default();
    let limit = given.limit();
    given.done()?;
    let listing = asked.listing(&name, None).await?;
    let found = listing.neighbourhoods(&search, limit as usize).await?;
    let place = |place: &crate::listing::Neighbourhood| json!({ "code": place.code, "names": place.names, "agreements": place.agreements });
    Ok(page(found.iter().map(place).collect(), None, listing.as_of()))
}

pub(super) async fn neighbourhood(asked: Asked, Path((name, code)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, super::lives::PAGES);
    let (at, paging) = (given.as_of(), given.paging());
    given.done()?;
    let area = place(&code)?;
    let listing = asked.listing(&name, at).await?;
    let found = listing.promises(&area, &paging).await?;
    Ok(page(found.items.iter().map(promises_json).collect(), found.next, listing.as_of()))
}

pub(super) async fn coverage(asked: Asked, Path((name, code)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, super::lives::ONE);
    let at = given.as_of();
    given.done()?;
    let area = place(&code)?;
    let listing = asked.listing(&name, at).await?;
    let coverage = listing.coverage(&area).await?;
    let days =
        |all: &[Days]| all.iter().map(|of| json!({ "firstDay": of.first, "lastDay": of.last, "days": of.count() })).collect::<Vec<_>>();
    Ok(Json(json!({
        "covered": days(&coverage.covered), "gaps": days(&coverage.gaps), "gapDays": coverage.gap_days(),
        "asOf": listing.as_of().at, "size": listing.as_of().size,
    })))
}

fn place(code: &str) -> Result<CbsCode, Problem> {
    code.parse().map_err(|accepted| Problem::not_found(format!("{code:?} is no neighbourhood; there is {accepted}")))
}

fn promises_json(of: &PromisesOf) -> Value {
    let promise = |promise: &Promise| {
        let clause = &promise.clause;
        json!({
            "obligation": clause.text.id, "who": clause.debtor, "what": clause.text.what, "when": clause.text.when,
            "state": clause.course.code(), "open": promise.open, "light": promise.light,
        })
    };
    let promises: Vec<Value> = of.promises.iter().map(promise).collect();
    json!({
        "agreement": of.head.id, "title": of.text.title, "state": of.head.state.code(), "director": of.text.director,
        "neighbourhoods": of.text.neighbourhoods, "light": of.light, "promises": promises,
    })
}
