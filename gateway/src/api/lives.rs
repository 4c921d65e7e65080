//! Institutions, agreements and what is in them, as of any instant.

use axum::Json;
use axum::extract::{Path, Query};
use ledger::lives::parts::Part;
use ledger::lives::{Institution, mandate};
use ledger::words::{Instant, Slug};
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Pairs, entry_json, page, part_item};
use super::asked::Asked;
use super::query::{
    AGREEMENT, AS_OF, CURSOR, DUE_FROM, DUE_UNTIL, Given, Key, LIMIT, MEMBER, NEIGHBOURHOOD, PARTY, STATE, THEME, UMBRELLA,
};
use crate::listing::{AgreementCard, AgreementView, AsOf, Collection, InstitutionView, Listed};
use crate::store::EntryFact;

/// What one life as of an instant is asked with.
pub(super) const ONE: &[Key] = &[AS_OF];
/// What a list without conditions is asked with.
pub(super) const PAGES: &[Key] = &[AS_OF, CURSOR, LIMIT];
/// What a list of a ledger is asked with.
pub(super) const LISTS: &[Key] =
    &[AS_OF, CURSOR, LIMIT, AGREEMENT, NEIGHBOURHOOD, PARTY, MEMBER, THEME, UMBRELLA, STATE, DUE_FROM, DUE_UNTIL];
/// What a list of an agreement is asked with.
pub(super) const OF_ONE: &[Key] = &[AS_OF, CURSOR, LIMIT, PARTY, STATE, DUE_FROM, DUE_UNTIL];

type Answer = Result<Json<Value>, Problem>;

pub(super) async fn institutions(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, PAGES);
    let (at, paging) = (given.as_of(), given.paging());
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let found = listing.institutions(&paging).await?;
    Ok(page(found.items.iter().map(institution_json).collect(), found.next, listing.as_of()))
}

pub(super) async fn institution(asked: Asked, Path((name, id)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, ONE);
    let at = given.as_of();
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let found = match slug(&id) {
        Some(id) => listing.institution(&id).await?,
        None => None,
    };
    let view = found.ok_or_else(|| Problem::not_found(format!("there is no institution {id:?} in {name} as of {}", listing.as_of().at)))?;
    let principals = listing.principals(&view.institution).await?;
    let held = principals.iter().flat_map(|principal| principal.mandates.iter().map(move |given| (principal, given)));
    let held = held.filter(|(_, given)| given.mandate.holder == view.institution.id);
    let mut value = institution_json(&view);
    let at = view.as_of.at;
    value["mandates"] = view.institution.mandates.iter().map(|given| mandate_json(&view.institution, given, at)).collect();
    value["mandatesHeld"] = held.map(|(principal, given)| mandate_json(principal, given, at)).collect();
    Ok(Json(with_as_of(value, view.as_of)))
}

/// A mandate, and where it stands at an instant.
fn mandate_json(principal: &Institution, given: &mandate::Given, at: Instant) -> Value {
    let mut value = json!(given);
    value["standing"] = principal.mandate_standing(given, at).code().into();
    value
}

fn institution_json(view: &InstitutionView) -> Value {
    let life = &view.institution;
    let waiting: Vec<Value> = life
        .candidates
        .iter()
        .map(|c| json!({ "name": c.registration.name, "kind": c.registration.kind, "key": c.registration.key.thumbprint(), "registered": c.registered }))
        .collect();
    let state = match (&life.admitted, life.successor()) {
        (Some(_), Some(_)) => "succeeded",
        (Some(_), None) => "admitted",
        (None, _) => "registered",
    };
    let mut value = json!({ "id": life.id, "state": state, "registrations": waiting, "lastEntry": entry_json(view.entry, view.as_of) });
    if !life.routing.is_empty() {
        value["routing"] = json!(life.routing);
    }
    if !life.accepted_ledgers.is_empty() {
        value["acceptedLedgers"] = json!(life.accepted_ledgers);
    }
    if !life.log_keys.is_empty() {
        value["logKeys"] = json!(life.log_keys);
    }
    if !life.went_on.is_empty() {
        value["wentOn"] = json!(life.went_on);
    }
    if !life.recurrences.is_empty() {
        value["recurrences"] = json!(life.recurrences);
    }
    if !life.rules.is_empty() {
        value["rules"] = json!(life.rules);
    }
    if let Some(succession) = &life.succession {
        value["succession"] = json!(succession);
    }
    if !life.succeeds.is_empty() {
        value["succeeds"] = json!(life.succeeds);
    }
    if let Some(admitted) = &life.admitted {
        let key = |key: &ledger::lives::institution::Key| {
            let (jwk, valid) = (key.key.to_jwk(), key.is_valid(view.as_of.at) && life.successor().is_none());
            json!({ "kid": key.kid, "key": jwk, "added": key.added, "validUntil": key.valid_until, "revoked": key.revoked, "valid": valid })
        };
        value["name"] = admitted.name.as_str().into();
        value["kind"] = admitted.kind.code().into();
        value["identifiers"] = json!(admitted.identifiers);
        value["admitted"] = json!(admitted.since);
        value["keys"] = admitted.keys.iter().map(key).collect();
        value["recovery"] = json!(admitted.recovery);
        value["noValidKey"] = json!(admitted.no_valid_key);
    }
    value
}

pub(super) async fn agreements(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, LISTS);
    let (at, paging, mut filter) = (given.as_of(), given.paging(), given.filter());
    (filter.is_open, filter.state) = state(&mut given, Collection::Agreements);
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let found = listing.agreements(&filter, &paging).await?;
    Ok(page(found.items.iter().map(card_json).collect(), found.next, listing.as_of()))
}

/// An agreement in a list: its head, and what one recognises it by.
pub(super) fn card_json(card: &AgreementCard) -> Value {
    let (agreement, part) = (card.head.id.clone(), Part::Head(card.head.clone()));
    let mut value = part_item(&Listed { agreement, part, entry: card.entry, is_open: true });
    value["title"] = json!(card.text.title);
    value["themes"] = json!(card.text.themes);
    value["neighbourhoods"] = json!(card.text.neighbourhoods);
    value["director"] = json!(card.text.director);
    value["period"] = json!(card.text.period);
    value["colour"] = card.colour.code().into();
    value
}

pub(super) async fn agreement(asked: Asked, Path((name, id)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    let mut given = Given::read(pairs, ONE);
    let at = given.as_of();
    given.done()?;
    let listing = asked.listing(&name, at).await?;
    let found = match slug(&id) {
        Some(id) => listing.agreement(&id).await?,
        None => None,
    };
    let view = found.ok_or_else(|| Problem::not_found(format!("there is no agreement {id:?} in {name} as of {}", listing.as_of().at)))?;
    Ok(Json(with_as_of(agreement_json(&view), view.as_of)))
}

/// An agreement: its head and text, what is in it by kind, and how it stands. Due dates and reports are lists of their own.
fn agreement_json(view: &AgreementView) -> Value {
    let one = |(part, entry, is_open): (Part, u64, bool)| Listed {
        agreement: view.head.value.id.clone(),
        part,
        entry: view.logged(entry),
        is_open,
    };
    let (mut value, mut text) = (Value::Null, Value::Null);
    let mut lists: Vec<(&str, Vec<Value>)> =
        Collection::ALL.iter().filter(|(_, of)| is_shown(*of)).map(|(word, _)| (*word, Vec::new())).collect();
    for (part, entry, is_open) in view.parts() {
        match &part {
            Part::Head(_) => value = part_item(&one((part.clone(), entry, is_open))),
            Part::Text(_) => text = part_item(&one((part.clone(), entry, is_open))),
            Part::Clause(_) | Part::Instance(_) | Part::Claim(_) | Part::Offer(_) | Part::Case(_) | Part::Leave(_) => {}
        }
        for (word, items) in &mut lists {
            let collection = Collection::of(word).filter(|_| !matches!(part, Part::Head(_)));
            let selected = collection.and_then(|collection| collection.select(part.clone(), is_open));
            if let Some((part, is_open)) = selected {
                let mut item = part_item(&one((part.clone(), entry, is_open)));
                if let Part::Clause(clause) = &part {
                    item["light"] = json!(view.light(&clause.text.id));
                }
                items.push(item);
            }
        }
    }
    value["text"] = text;
    for (word, items) in lists {
        value[word] = items.into();
    }
    value["light"] = json!(view.overall_light());
    if view.text.value.budgets.is_some() {
        value["budgets"] = json!(view.budgets());
    }
    let declared = view.life.declared_capacity();
    if !declared.is_empty() {
        value["declaredCapacity"] = json!(declared);
    }
    value["attention"] = json!(view.attention());
    value["caused"] = json!(view.caused);
    value
}

fn is_shown(collection: Collection) -> bool {
    match collection {
        Collection::Agreements | Collection::Instances | Collection::Reports => false,
        Collection::Obligations | Collection::Offers | Collection::Breaches | Collection::Cases | Collection::Withdrawals => true,
        // Each is one of its cases.
        Collection::Obstacles => false,
    }
}

pub(super) async fn collection(asked: Asked, Path((name, collection)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    list(&asked, &name, &collection, None, pairs).await
}

pub(super) async fn of_agreement(
    asked: Asked,
    Path((name, id, collection)): Path<(String, String, String)>,
    Query(pairs): Pairs,
) -> Answer {
    list(&asked, &name, &collection, Some(id), pairs).await
}

async fn list(asked: &Asked, name: &str, word: &str, agreement: Option<String>, pairs: Vec<(String, String)>) -> Answer {
    let Some(collection) = Collection::of(word).filter(|of| *of != Collection::Agreements) else {
        let known = Collection::ALL[1..].iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        return Err(Problem::not_found(format!("there is no {word:?} here; there are: {known}")));
    };
    let mut given = Given::read(pairs, if agreement.is_some() { OF_ONE } else { LISTS });
    let (at, paging, mut filter) = (given.as_of(), given.paging(), given.filter());
    (filter.is_open, filter.state) = state(&mut given, collection);
    given.done()?;
    if let Some(id) = agreement {
        filter.agreement = Some(slug(&id).ok_or_else(|| Problem::not_found(format!("there is no agreement {id:?} in {name}")))?);
    }
    let listing = asked.listing(name, at).await?;
    let found = listing.list(collection, &filter, &paging).await?;
    Ok(page(found.items.iter().map(part_item).collect(), found.next, listing.as_of()))
}

/// `open` or `final`, or the word for where it stands.
pub(super) fn state(given: &mut Given, collection: Collection) -> (Option<bool>, Option<String>) {
    match given.take(STATE, |text| Some(text.to_owned())).as_deref() {
        None => (None, None),
        Some("open") => (Some(true), None),
        Some("final") => (Some(false), None),
        Some(word) if collection.states().contains(&word) => (None, Some(word.to_owned())),
        Some(_) => {
            given.fault_saying(STATE, format!("open, final, or one of: {}", collection.states().join(", ")));
            (None, None)
        }
    }
}

pub(super) async fn entries(asked: Asked, Path((name, id)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    timeline(&asked, &name, &id, pairs, true).await
}

pub(super) async fn institution_entries(asked: Asked, Path((name, id)): Path<(String, String)>, Query(pairs): Pairs) -> Answer {
    timeline(&asked, &name, &id, pairs, false).await
}

async fn timeline(asked: &Asked, name: &str, id: &str, pairs: Vec<(String, String)>, of_agreement: bool) -> Answer {
    let mut given = Given::read(pairs, PAGES);
    let (at, limit, after) = (given.as_of(), given.limit(), given.parsed::<u64>(CURSOR));
    given.done()?;
    let listing = asked.listing(name, at).await?;
    let missing = || Problem::not_found(format!("there is no {id:?} in {name} as of {}", listing.as_of().at));
    let id = slug(id).ok_or_else(missing)?;
    let found = match of_agreement {
        true => listing.timeline(&id, after, limit).await?,
        false => listing.institution_timeline(&id, after, limit).await?,
    };
    if found.entries.is_empty() && after.is_none() {
        return Err(missing());
    }
    let items = found.entries.iter().map(|fact| fact_json(name, fact)).collect();
    Ok(page(items, found.next.map(|entry| entry.to_string()), listing.as_of()))
}

/// An entry as a timeline has it, with where its record is.
pub(super) fn fact_json(ledger: &str, fact: &EntryFact) -> Value {
    let record = format!("/v1/ledgers/{ledger}/records?from={}&limit=1", fact.entry);
    let mut value = json!({
        "entry": fact.entry, "acceptedAt": fact.accepted_at, "type": fact.kind, "by": fact.author, "id": fact.statement, "record": record,
    });
    if let Some(party) = &fact.on_behalf_of {
        value["onBehalfOf"] = json!(party);
    }
    value
}

fn with_as_of(mut value: Value, as_of: AsOf) -> Value {
    value["asOf"] = json!(as_of.at);
    value["size"] = as_of.size.into();
    value
}

pub(super) fn slug(id: &str) -> Option<Slug> {
    id.parse().ok()
}
