//! Case files: an agreement, an obligation, a breach or a case in one zip that verifies offline.

use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use super::answer::{Pairs, invalid};
use super::asked::Asked;
use super::lives::slug;
use super::query::{BREACH, CASE, Given, Key, OBLIGATION};
use crate::casefile::{CollectFault, Scope};

/// What a case file is asked with: one of these, or none for the whole agreement.
pub(super) const CASE_FILE: &[Key] = &[OBLIGATION, BREACH, CASE];

/// `GET /v1/ledgers/{ledger}/agreements/{id}/casefile`.
pub(super) async fn show(asked: Asked, Path((name, id)): Path<(String, String)>, Query(pairs): Pairs) -> Result<Response, Problem> {
    let scope = scope(pairs)?;
    let sight = asked.sight(&name).await?;
    let zip = match slug(&id) {
        Some(id) => sight.case_file(&id, &scope).await?,
        None => None,
    };
    let what = if scope == Scope::Agreement { String::new() } else { format!("{scope} of ") };
    let zip = zip.ok_or_else(|| Problem::not_found(format!("there is no {what}agreement {id:?} in {name}")))?;
    let named = format!("attachment; filename=\"{name}-{id}-{}.zip\"", scope.slug());
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, named)], zip).into_response())
}

fn scope(pairs: Vec<(String, String)>) -> Result<Scope, Problem> {
    let several = pairs.len() > 1;
    let mut given = Given::read(pairs, CASE_FILE);
    let obligation = given.parsed(OBLIGATION).map(Scope::Obligation);
    let breach = given.take(BREACH, Scope::breach);
    let case = given.take(CASE, |text| text.parse().ok().filter(|number| *number > 0).map(Scope::Case));
    given.done()?;
    if several {
        return Err(invalid("obligation, breach or case", "one of them, or none for the whole agreement"));
    }
    Ok(obligation.or(breach).or(case).unwrap_or(Scope::Agreement))
}

impl From<CollectFault> for Problem {
    fn from(fault: CollectFault) -> Self {
        match fault {
            CollectFault::TooLarge(_) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Too large for one file", fault.to_string()),
            CollectFault::Listing(fault) => fault.into(),
        }
    }
}
