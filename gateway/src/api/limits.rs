//! How many requests are taken at a time, and for how long: whoever is too many is told so at once.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ledger::envelope::MAX_JWS;
use ledger::envelope::attempt::Reason;
use ledger::words::Hash;
use tokio::sync::Semaphore;

use super::Problem;
use crate::clock::Stopwatch;
use crate::intake::{Door, Parcel, acknowledged, read_parcel};
use crate::metrics::{self, Why};
use crate::settings::Limits;

/// So many requests for which there is no place are still read, if they are single statements, to sign that they came.
const DOORMEN: usize = 64;
/// How long such a statement may take to arrive.
const AT_THE_DOOR: Duration = Duration::from_secs(5);

/// The places for requests, and the time that each has.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    doormen: Arc<Semaphore>,
    time: Duration,
    upload_time: Duration,
    door: Option<Door>,
}

impl Places {
    /// Places for these limits; with a door, a statement that finds none is acknowledged.
    pub(super) fn new(limits: &Limits, door: Option<Door>) -> Self {
        let (free, doormen) = (Arc::new(Semaphore::new(limits.max_requests as usize)), Arc::new(Semaphore::new(DOORMEN)));
        Self { free, doormen, time: limits.request_timeout(), upload_time: limits.upload_timeout(), door }
    }

    /// Signs for a statement that it came, if somebody is free to look at it.
    async fn acknowledge(&self, request: Request) -> Option<String> {
        let _doorman = self.doormen.try_acquire().ok()?;
        let name = request.uri().path().strip_prefix("/v1/ledgers/")?.strip_suffix("/statements")?.to_owned();
        let door = self.door.as_ref().filter(|_| request.method() == Method::POST)?;
        let ledger = door.ledger(&name)?;
        let form = content_type(request.headers())?;
        let body = tokio::time::timeout(AT_THE_DOOR, axum::body::to_bytes(request.into_body(), MAX_JWS)).await.ok()?.ok()?;
        let digest = match form.as_str() {
            "application/jose" | "application/jose+json" => Hash::of(&[&body]),
            "application/json" => match read_parcel(&body).ok()? {
                Parcel::One(envelope) => Hash::of(&[&envelope.statement]),
                Parcel::Several(_) => return None,
            },
            _ => return None,
        };
        Some(acknowledged(ledger, Reason::Busy, door.now(), digest))
    }
}

/// How long a request has been here, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLeft {
    since: Stopwatch,
    statement: Duration,
    whole: Duration,
}

impl TimeLeft {
    /// For the answer to a statement: so that there is time left to say that there was none.
    pub(super) fn patience(&self) -> Duration {
        (self.whole - self.whole / 10).saturating_sub(self.since.elapsed())
    }

    /// As long as any request without content beside it may take.
    pub(super) fn of_statement(&self) -> Duration {
        self.statement - self.statement / 10
    }
}

impl<S: Sync> FromRequestParts<S> for TimeLeft {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let whole = Duration::from_secs(30);
        Ok(parts.extensions.get().copied().unwrap_or(Self { since: Stopwatch::start(), statement: whole, whole }))
    }
}

pub(super) async fn hold(State(places): State<Places>, mut request: Request, next: Next) -> Response {
    let Ok(_place) = places.free.try_acquire() else {
        metrics::unavailable(Why::Busy);
        let problem = Problem::unavailable("too many requests at a time; try again", 1);
        let signed = places.acknowledge(request).await;
        return match signed {
            Some(signed) => problem.acknowledged(&signed),
            None => problem,
        }
        .into_response();
    };
    let with_content = content_type(request.headers()).as_deref() == Some("multipart/form-data");
    let time = if with_content { places.upload_time } else { places.time };
    request.extensions_mut().insert(TimeLeft { since: Stopwatch::start(), statement: places.time, whole: time });
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            metrics::unavailable(Why::Timeout);
            let detail = format!("not received and answered within {} seconds; sending again is safe", time.as_secs());
            Problem::unavailable(detail, 1).into_response()
        }
    }
}

/// The media type of a body, without its parameters.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}
