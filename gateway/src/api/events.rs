//! What happened, after a cursor: of one ledger or of all, at once or as soon as there is something.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::answer::Pairs;
use super::asked::Asked;
use super::query::{AFTER, Given, Key, LIMIT, WAIT};
use super::{LongestWait, Problem};
use crate::events::{BATCH, Cursor, Event};
use crate::reading::{Sight, events_of_all};

/// What events are asked with.
pub(super) const EVENTS: &[Key] = &[AFTER, LIMIT, WAIT];

/// `GET /v1/ledgers/{ledger}/events?after=SEQUENCE`: what comes after an entry. The sequence of the last event is the next
/// `after`; the `Link` header has the address.
pub(super) async fn of_ledger(
    asked: Asked,
    State(longest): State<LongestWait>,
    Path(name): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, Problem> {
    let mut given = Given::read(pairs, EVENTS);
    let (limit, wait) = (given.limit(), wait(&mut given, longest));
    // The last number has no next one.
    let after = given.take(AFTER, |text| text.parse::<u64>().ok().filter(|after| *after < i64::MAX.unsigned_abs()));
    given.done()?;
    let (sight, from) = (asked.sight(&name).await?, after.map_or(0, |after| after + 1));
    let mut events = sight.events(from, limit).await?;
    if events.is_empty() && !wait.is_zero() && tokio::time::timeout(wait, sight.ledger().grown(from)).await.is_ok() {
        events = sight.events(from, limit).await?;
    }
    let last = events.last().map(|event| event.data.entry).or(after);
    let next = last.map(|last| format!("/v1/ledgers/{name}/events?after={last}&limit={limit}"));
    Ok(batch(&events, next))
}

/// `GET /v1/events?after=CURSOR`: what comes after a cursor, of every ledger. The `Link` header has the address of what comes
/// next, with the next cursor.
pub(super) async fn of_all(asked: Asked, State(longest): State<LongestWait>, Query(pairs): Pairs) -> Result<Response, Problem> {
    let mut given = Given::read(pairs, EVENTS);
    let (limit, wait) = (given.limit(), wait(&mut given, longest));
    let cursor = given.take(AFTER, Cursor::parse).unwrap_or_default();
    given.done()?;
    let sights = asked.sights().await?;
    let (mut events, mut next) = events_of_all(&sights, &cursor, limit).await?;
    if events.is_empty() && !wait.is_zero() {
        let ledgers = sights.iter().map(Sight::ledger);
        let more = ledgers.map(|ledger| Box::pin(ledger.grown(cursor.0.get(&ledger.row.name).copied().unwrap_or(0))));
        let more: Vec<_> = more.collect();
        if !more.is_empty() && tokio::time::timeout(wait, futures_util::future::select_all(more)).await.is_ok() {
            (events, next) = events_of_all(&sights, &cursor, limit).await?;
        }
    }
    Ok(batch(&events, Some(format!("/v1/events?after={}&limit={limit}", next.to_text()))))
}

/// Not longer than a request may take.
fn wait(given: &mut Given, LongestWait(longest): LongestWait) -> Duration {
    let seconds = given.take(WAIT, |text| text.parse().ok().filter(|seconds| *seconds <= 20)).unwrap_or(0);
    Duration::from_secs(seconds).min(longest)
}

fn batch(events: &[Event], next: Option<String>) -> Response {
    let body = serde_json::to_string(events).expect("events are plain JSON");
    let mut response = ([(header::CONTENT_TYPE, BATCH)], body).into_response();
    if let Some(link) = next.and_then(|next| format!("<{next}>; rel=\"next\"").parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
