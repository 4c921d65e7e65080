//! What a witness answers over HTTP: `add-checkpoint` for logs, and what it cosigned and refused for those who watch them.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ledger::log::witness::Denial;
use ledger::words::Hash;
use serde_json::{Value, json};

use super::{NotCosigned, Witness};
use crate::store::{RefusedCheckpoint, StoreFault};

/// The largest request: 63 hashes and a checkpoint with the signatures of many witnesses stay far below.
const MAX_BODY: usize = 64 * 1024;
/// Seconds after which to ask again when the store fails.
const RETRY_AFTER: &str = "1";

/// The routes of a witness below a prefix, such as `/witness`; at the root when it is empty.
pub fn router(witness: Witness, prefix: &str) -> Router {
    let routes = Router::new()
        .route(&format!("{prefix}/add-checkpoint"), post(add_checkpoint))
        .route(&format!("{prefix}/{{origin}}/checkpoint"), get(checkpoint))
        .route(&format!("{prefix}/{{origin}}/refused"), get(refused));
    routes.layer(DefaultBodyLimit::max(MAX_BODY)).with_state(witness)
}

/// `POST <prefix>/add-checkpoint`: 200 with the line of the cosignature; else why not, with the status of the specification.
async fn add_checkpoint(State(witness): State<Witness>, body: Bytes) -> Response {
    match witness.add_checkpoint(&body).await {
        Ok(signature) => text(StatusCode::OK, &format!("{signature}\n")),
        Err(NotCosigned::Malformed(fault)) => text(StatusCode::BAD_REQUEST, &format!("{fault}\n")),
        Err(NotCosigned::Denied(Denial::OtherSize { known, .. })) => {
            (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{known}\n")).into_response()
        }
        Err(NotCosigned::Denied(denial)) => {
            text(StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &format!("{denial}\n"))
        }
        Err(NotCosigned::Store(fault)) => failing(&fault),
    }
}

/// `GET <prefix>/<origin hash>/checkpoint`: the last checkpoint that was cosigned, with the log's signature and the
/// witness's (tlog-witness, monitor retrieval). 404 if there is none.
async fn checkpoint(State(witness): State<Witness>, Path(origin): Path<String>) -> Response {
    let Ok(origin) = origin.parse::<Hash>() else { return unknown() };
    match witness.cosigned(&origin).await {
        Ok(Some(note)) => ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], note.to_string()).into_response(),
        Ok(None) => unknown(),
        Err(fault) => failing(&fault),
    }
}

/// `GET <prefix>/<origin hash>/refused`: checkpoints that the log signed and that were not shown to be of the history that
/// was cosigned; `split` where they are of another one.
async fn refused(State(witness): State<Witness>, Path(origin): Path<String>) -> Response {
    let Ok(origin) = origin.parse::<Hash>() else { return unknown() };
    match witness.refused(&origin).await {
        Ok(Some(refused)) => Json(json!({ "refused": refused.iter().map(to_json).collect::<Vec<_>>() })).into_response(),
        Ok(None) => unknown(),
        Err(fault) => failing(&fault),
    }
}

fn to_json(refused: &RefusedCheckpoint) -> Value {
    let RefusedCheckpoint { at, offered, known, split } = refused;
    json!({ "at": at, "offered": offered.to_string(), "known": known.to_string(), "split": split })
}

const TEXT: &str = "text/plain; charset=utf-8";

fn text(status: StatusCode, body: &str) -> Response {
    (status, [(header::CONTENT_TYPE, TEXT)], body.to_owned()).into_response()
}

fn unknown() -> Response {
    text(StatusCode::NOT_FOUND, "this witness has cosigned nothing for a log whose origin has this hash\n")
}

fn failing(fault: &StoreFault) -> Response {
    tracing::error!(error = %fault, "the store of the witness fails");
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, "no answer now; try again\n");
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER));
    response
}
