//! Whether the process lives, and whether its ledgers take statements.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::reading::Served;
use crate::sequencer::Health;

/// How long the database may take to answer whoever asks whether the gateway is ready: probes do not wait for long.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) async fn live() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(served): State<Served>) -> Response {
    let database = matches!(tokio::time::timeout(PATIENCE, served.ping()).await, Ok(Ok(())));
    let ledgers: Vec<(bool, Value)> = served
        .ledgers()
        .map(|ledger| {
            let health = ledger.health();
            let what = match &health {
                Health::Ready => "ready".to_owned(),
                Health::Clock(jump) => format!("the clock is not trusted: {jump}"),
                Health::Closed(closing) => format!("closed: {closing}"),
                Health::Failing(_) => "the last commit failed".to_owned(),
                Health::Damaged(what) => format!("what is stored is damaged: {what}"),
            };
            (health == Health::Ready, json!({ "ledger": ledger.row.name, "status": what, "size": ledger.size() }))
        })
        .collect();
    let ready = database && ledgers.iter().all(|(ready, _)| *ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let ledgers: Vec<Value> = ledgers.into_iter().map(|(_, value)| value).collect();
    (status, Json(json!({ "ready": ready, "database": database, "ledgers": ledgers }))).into_response()
}
