//! Statements come in here: one, or several in order, each with its own answer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::envelope::{Refusal, Rule};
use ledger::words::Hash;
use serde_json::{Value, json};

use super::accept::must_take;
use super::answer::ledger;
use super::{MaxBody, Problem};
use crate::intake::{Envelope, Parcel, Reply, read_parcel, refused};
use crate::metrics;
use crate::reading::Served;
use crate::sequencer::{LedgerHandle, Unavailable};

/// `POST /v1/ledgers/{ledger}/statements`: a JWS as `application/jose+json` or `application/jose`, or as
/// `application/json` an envelope with attachments or a batch. 201 with the receipt; 200 for a repeat or a batch.
pub(super) async fn submit(
    State(served): State<Served>,
    State(max_body): State<MaxBody>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let ledger = ledger(&served, &name)?;
    must_take(&headers, "application/json")?;
    let body = body.map_err(|rejection| body_problem(&rejection, max_body))?;
    let digest = Hash::of(&[&body]);
    match content_type(&headers).as_deref() {
        Some("application/jose" | "application/jose+json") => {
            let envelope = Envelope { statement: body.to_vec(), attachments: Vec::new() };
            Ok(answer(&name, ledger, one(&served, ledger, envelope).await).into_response())
        }
        Some("application/json") => match read_parcel(&body) {
            Err(refusal) => Ok(answer(&name, ledger, refused(ledger, refusal, served.clock().now(), digest)).into_response()),
            Ok(Parcel::One(envelope)) => Ok(answer(&name, ledger, one(&served, ledger, envelope).await).into_response()),
            Ok(Parcel::Several(envelopes)) => {
                let replies = served.take(ledger, envelopes).await;
                let answers: Vec<Value> = replies.into_iter().map(|reply| answer(&name, ledger, reply).in_batch()).collect();
                Ok(Json(json!({ "answers": answers })).into_response())
            }
        },
        _ => {
            let accepted = "accepted: application/jose+json, application/jose or application/json";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", accepted))
        }
    }
}

async fn one(served: &Served, ledger: &LedgerHandle, envelope: Envelope) -> Reply {
    served.take(ledger, vec![Ok(envelope)]).await.pop().unwrap_or(Reply::Unavailable(Unavailable::Failing))
}

/// The answer to one statement.
enum Answer {
    Done(StatusCode, Value, String),
    Problem(Problem),
}

fn answer(name: &str, ledger: &LedgerHandle, reply: Reply) -> Answer {
    match reply {
        Reply::Accepted { entry, accepted_at, receipt, repeat } => {
            let status = if repeat { StatusCode::OK } else { StatusCode::CREATED };
            let body = json!({ "ledger": ledger.row.facts.origin, "entry": entry, "acceptedAt": accepted_at, "repeat": repeat, "receipt": receipt });
            Answer::Done(status, body, format!("/v1/ledgers/{name}/receipts/{entry}"))
        }
        Reply::Refused { refusal, signed, .. } => Answer::Problem(Problem::refused(&refusal, Some(&signed))),
        Reply::Unavailable(unavailable) => Answer::Problem(unavailable.into()),
    }
}

impl Answer {
    fn in_batch(self) -> Value {
        match self {
            Self::Done(status, mut body, _) => {
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

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Done(status, body, location) => (status, [(header::LOCATION, location)], Json(body)).into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

fn body_problem(rejection: &BytesRejection, MaxBody(bytes): MaxBody) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        metrics::refused(Rule::TooLarge);
        let detail = format!("a request has at most {bytes} bytes");
        return Problem::refused(&Refusal::new(Rule::TooLarge, detail.clone(), detail), None);
    }
    Problem::new(rejection.status(), "Body not read", "the request's body did not arrive whole")
}
