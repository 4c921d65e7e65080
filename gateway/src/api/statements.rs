//! Statements come in here: one, or several in order, each with its own answer.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use ledger::envelope::{Refusal, Rule};
use ledger::words::{Hash, Instant};
use serde::Serialize;
use serde_json::{Value, json};

use super::accept::must_take;
use super::answer::ledger;
use super::limits::{TimeLeft, content_type};
use super::{Intakes, Problem, beside};
use crate::intake::{Door, Envelope, Parcel, Reply, read_parcel, refused};
use crate::metrics;
use crate::reading::Served;
use crate::sequencer::LedgerHandle;

/// `POST /v1/ledgers/{ledger}/statements`: a JWS as `application/jose+json` or `application/jose`, or as
/// `application/json` an envelope with attachments or a batch, or as `multipart/form-data` a JWS and then its attachments.
/// 201 with the receipt; 200 for a repeat or a batch.
pub(super) async fn submit(
    State(served): State<Served>,
    State(door): State<Door>,
    State(intakes): State<Intakes>,
    Path(name): Path<String>,
    time: TimeLeft,
    request: Request,
) -> Result<Response, Problem> {
    let ledger = ledger(&served, &name)?;
    must_take(request.headers(), "application/json")?;
    let form = content_type(request.headers());
    if form.as_deref() == Some("multipart/form-data") {
        let reply = beside::submit(&door, ledger, intakes, request, &time).await?;
        return Ok(answer(&name, ledger, reply).into_response());
    }
    let body = request.into_body();
    let one =
        async |envelope| one(&door, ledger, envelope, time.patience()).await.map(|reply| answer(&name, ledger, reply).into_response());
    match form.as_deref() {
        Some("application/jose" | "application/jose+json") => {
            let body = whole(body, intakes.max_body_bytes).await?;
            one(Envelope { statement: body, attachments: Vec::new() }).await
        }
        Some("application/json") => {
            let body = whole(body, intakes.max_body_bytes).await?;
            match read_parcel(&body) {
                Err(refusal) => {
                    let digest = Hash::of(&[&body]);
                    Ok(answer(&name, ledger, refused(ledger, refusal, door.now(), digest)).into_response())
                }
                Ok(Parcel::One(envelope)) => one(envelope).await,
                Ok(Parcel::Several(envelopes)) => {
                    let replies = door.take(ledger, envelopes, time.patience()).await;
                    let answers: Vec<Value> = replies.into_iter().map(|reply| answer(&name, ledger, reply).in_batch()).collect();
                    Ok(Json(json!({ "answers": answers })).into_response())
                }
            }
        }
        _ => {
            let accepted = "accepted: application/jose+json, application/jose, application/json or multipart/form-data";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", accepted))
        }
    }
}

/// One statement through the door.
pub(super) async fn one(door: &Door, ledger: &LedgerHandle, envelope: Envelope, patience: Duration) -> Result<Reply, Problem> {
    let reply = door.take(ledger, vec![Ok(envelope)], patience).await.pop();
    reply.ok_or_else(|| Problem::unavailable("the statement has no answer; sending again is safe", 1))
}

/// The answer to one statement.
enum Answer<'a> {
    Done(StatusCode, Accepted<'a>, String),
    Problem(Problem),
}

/// A statement that stands in the log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Accepted<'a> {
    accepted_at: Instant,
    entry: u64,
    ledger: &'a str,
    receipt: String,
    repeat: bool,
}

fn answer<'a>(name: &str, ledger: &'a LedgerHandle, reply: Reply) -> Answer<'a> {
    match reply {
        Reply::Accepted { entry, accepted_at, receipt, repeat } => {
            let status = if repeat { StatusCode::OK } else { StatusCode::CREATED };
            let body = Accepted { accepted_at, entry, ledger: &ledger.row.facts.origin, receipt, repeat };
            Answer::Done(status, body, format!("/v1/ledgers/{name}/receipts/{entry}"))
        }
        Reply::Refused { refusal, signed, .. } => Answer::Problem(Problem::refused(&refusal, Some(&signed))),
        Reply::Unavailable { why, signed } => Answer::Problem(Problem::from(why).acknowledged(&signed)),
    }
}

impl Answer<'_> {
    fn in_batch(self) -> Value {
        match self {
            Self::Done(status, body, _) => {
                let mut body = json!(body);
                body["status"] = status.as_u16().into();
                body
            }
            // The answer to the batch is one; each statement has its own time to come back.
            Self::Problem(mut problem) => {
                if let Some(seconds) = problem.retry_after {
                    problem.body["retryAfter"] = seconds.into();
                }
                problem.body
            }
        }
    }
}

impl IntoResponse for Answer<'_> {
    fn into_response(self) -> Response {
        match self {
            Self::Done(status, body, location) => (status, [(header::LOCATION, location)], Json(body)).into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// The body of a request, up to a size.
async fn whole(body: Body, max_bytes: u32) -> Result<Vec<u8>, Problem> {
    let (mut read, mut pieces) = (Vec::new(), body.into_data_stream());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| not_whole())?;
        if read.len() + piece.len() > max_bytes as usize {
            return Err(too_large(format!("a request has at most {max_bytes} bytes")));
        }
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

/// More than is taken; it was not read, so nothing is signed for it.
pub(super) fn too_large(detail: String) -> Problem {
    metrics::refused(Rule::TooLarge);
    Problem::refused(&Refusal::new(Rule::TooLarge, detail.clone(), detail), None)
}

/// The sender broke off, or sent what is no body.
pub(super) fn not_whole() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Body not read", "the request's body did not arrive whole")
}
