//! The HTTP API: one readable list of routes, grouped by who uses them.

mod answer;
mod health;
mod headers;
mod ledgers;
mod lives;
mod log;
mod problem;
mod statements;
mod tiles;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::host::Host;

pub use problem::Problem;

/// Version of the API, as the `API-Version` header says it (NLgov API Design Rules).
pub const VERSION: &str = "1.0.0";
/// At most this many bytes in a request.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

/// Every route of a gateway.
pub fn router(host: Host) -> Router {
    let institutions = Router::new()
        .route("/v1/ledgers/{ledger}/statements", post(statements::submit))
        .route("/v1/ledgers/{ledger}/receipts/{entry}", get(log::receipt))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let readers = Router::new()
        .route("/v1/ledgers", get(ledgers::list))
        .route("/v1/ledgers/{ledger}", get(ledgers::one))
        .route("/v1/ledgers/{ledger}/institutions", get(lives::institutions))
        .route("/v1/ledgers/{ledger}/institutions/{id}", get(lives::institution))
        .route("/v1/ledgers/{ledger}/agreements", get(lives::agreements))
        .route("/v1/ledgers/{ledger}/agreements/{id}", get(lives::agreement))
        .route("/v1/ledgers/{ledger}/agreements/{id}/{collection}", get(lives::of_agreement))
        .route("/v1/ledgers/{ledger}/attachments/{hash}", get(log::attachment))
        .route("/v1/ledgers/{ledger}/{collection}", get(lives::collection));
    let auditors = Router::new()
        .route("/v1/ledgers/{ledger}/records", get(log::records))
        .route("/v1/ledgers/{ledger}/checkpoint", get(tiles::checkpoint))
        .route("/{ledger}/checkpoint", get(tiles::checkpoint))
        .route("/{ledger}/tile/{*tile}", get(tiles::tile));
    let operators = Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready));
    institutions
        .merge(readers)
        .merge(auditors)
        .merge(operators)
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(axum::middleware::from_fn(headers::add))
        .with_state(host)
}
