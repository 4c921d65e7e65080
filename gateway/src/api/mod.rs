//! The HTTP API: one readable list of routes, grouped by who uses them.

mod accept;
mod answer;
mod asked;
mod attachments;
mod beside;
mod casefile;
mod cors;
mod events;
mod headers;
mod health;
mod ledgers;
mod limits;
mod lives;
mod log;
mod metrics;
mod obstacles;
mod openapi;
mod overview;
mod problem;
mod query;
mod request;
mod statements;
mod tiles;
mod trust;
mod withheld;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use crate::host::Host;
use crate::intake::Door;
use crate::reading::Served;
use crate::settings::Limits;

pub use openapi::document;
pub use problem::Problem;

/// Version of the API, as the `API-Version` header says it (NLgov API Design Rules).
pub const VERSION: &str = "1.0.0";

/// Every route of a gateway, within the limits that hold when nothing is set.
pub fn router(host: Host) -> Router {
    router_within(host, &Limits::default())
}

/// Every route of a gateway, within these limits.
pub fn router_within(host: Host, limits: &Limits) -> Router {
    let institutions = Router::new()
        .route("/v1/ledgers/{ledger}/statements", post(statements::submit))
        .route("/v1/ledgers/{ledger}/receipts/{entry}", get(log::receipt));
    let readers = Router::new()
        .route("/v1/openapi.json", get(openapi::show))
        .route("/v1/ledgers", get(ledgers::list))
        .route("/v1/ledgers/{ledger}", get(ledgers::one))
        .route("/v1/ledgers/{ledger}/institutions", get(lives::institutions))
        .route("/v1/ledgers/{ledger}/institutions/{id}", get(lives::institution))
        .route("/v1/ledgers/{ledger}/agreements", get(lives::agreements))
        .route("/v1/ledgers/{ledger}/agreements/{id}", get(lives::agreement))
        .route("/v1/ledgers/{ledger}/institutions/{id}/entries", get(lives::institution_entries))
        .route("/v1/ledgers/{ledger}/agreements/{id}/entries", get(lives::entries))
        .route("/v1/ledgers/{ledger}/agreements/{id}/casefile", get(casefile::show))
        .route("/v1/ledgers/{ledger}/agreements/{id}/cases/{number}", get(overview::case_file))
        .route("/v1/ledgers/{ledger}/agreements/{id}/{collection}", get(lives::of_agreement))
        .route("/v1/events", get(events::of_all))
        .route("/v1/ledgers/{ledger}/events", get(events::of_ledger))
        .route("/v1/ledgers/{ledger}/attention", get(overview::attention))
        .route("/v1/ledgers/{ledger}/counts", get(overview::counts))
        .route("/v1/ledgers/{ledger}/neighbourhoods", get(overview::neighbourhoods))
        .route("/v1/ledgers/{ledger}/neighbourhoods/{code}", get(overview::neighbourhood))
        .route("/v1/ledgers/{ledger}/neighbourhoods/{code}/coverage", get(overview::coverage))
        .route("/v1/ledgers/{ledger}/withheld-agreements", get(withheld::list))
        .route("/v1/ledgers/{ledger}/obstacles", get(obstacles::list))
        .route("/v1/ledgers/{ledger}/attachments/{hash}", get(attachments::download))
        .route("/v1/ledgers/{ledger}/{collection}", get(lives::collection));
    let auditors = Router::new()
        .route("/v1/ledgers/{ledger}/records", get(log::records))
        .route("/v1/ledgers/{ledger}/checkpoint", get(log::checkpoint))
        .route("/v1/ledgers/{ledger}/trust", get(trust::show))
        .route("/{ledger}/checkpoint", get(tiles::checkpoint))
        .route("/{ledger}/tile/{*tile}", get(tiles::tile));
    let operators =
        Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready)).route("/metrics", get(metrics::show));
    // Whoever looks after the gateway gets an answer when it is full, too.
    let everybody = institutions
        .merge(readers)
        .merge(auditors)
        .layer(from_fn_with_state(limits::Places::new(limits, Some(Door::of(host.clone()))), limits::hold));
    let routes = everybody.merge(operators).fallback(problem::no_route).method_not_allowed_fallback(problem::no_method);
    let longest_wait = LongestWait(limits.request_timeout() / 2);
    let intakes = Intakes { max_body_bytes: limits.max_body_bytes, max_attachment_bytes: limits.max_attachment_bytes };
    let state = Api { door: Door::of(host.clone()), served: Served::new(host), intakes, longest_wait };
    dressed(routes, limits).with_state(state)
}

/// The limits and the request ids of the API for routes that stand beside it.
pub fn within(routes: Router, limits: &Limits) -> Router {
    routes
        .layer(from_fn_with_state(limits::Places::new(limits, None), limits::hold))
        .layer(from_fn(async |request, next: Next| request::follow(request, |request| next.run(request)).await))
}

/// What every answer has, whatever the route: the last one here sees a request first. Few layers, since each costs every
/// request some microseconds.
fn dressed(routes: Router<Api>, limits: &Limits) -> Router<Api> {
    match cors::rules(limits) {
        Some(rules) => routes.layer(from_fn(accept::negotiate)).layer(from_fn_with_state(rules, cors::apply)).layer(from_fn(follow)),
        None => routes.layer(from_fn(async |request, next| answered(request, |request| accept::negotiate(request, next)).await)),
    }
}

async fn follow(request: Request, next: Next) -> Response {
    answered(request, |request| next.run(request)).await
}

/// The answer to a request, with its id and the headers of the API.
async fn answered<F: Future<Output = Response>>(request: Request, answer: impl FnOnce(Request) -> F) -> Response {
    let mut response = request::follow(request, answer).await;
    headers::add(&mut response);
    response
}

/// What routes are handed.
#[derive(Clone)]
struct Api {
    door: Door,
    served: Served,
    intakes: Intakes,
    longest_wait: LongestWait,
}

/// How much is taken at once.
#[derive(Debug, Clone, Copy)]
struct Intakes {
    /// At most this many bytes in a request.
    max_body_bytes: u32,
    /// At most this many bytes in an attachment beside its statement.
    max_attachment_bytes: u32,
}

/// A request for what has not happened yet waits at most so long.
#[derive(Debug, Clone, Copy)]
struct LongestWait(std::time::Duration);

impl FromRef<Api> for LongestWait {
    fn from_ref(api: &Api) -> Self {
        api.longest_wait
    }
}

impl FromRef<Api> for Door {
    fn from_ref(api: &Api) -> Self {
        api.door.clone()
    }
}

impl FromRef<Api> for Served {
    fn from_ref(api: &Api) -> Self {
        api.served.clone()
    }
}

impl FromRef<Api> for Intakes {
    fn from_ref(api: &Api) -> Self {
        api.intakes
    }
}
