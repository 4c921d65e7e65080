//! What one server answers: the API, the log and the pages, which know nothing of each other.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower::ServiceExt;

use crate::host::Host;
use crate::settings::Limits;
use crate::{api, pages};

/// Every route, within the limits that hold when nothing is set.
pub fn router(host: Host) -> Router {
    router_within(host, &Limits::default())
}

/// Every route, within these limits.
pub fn router_within(host: Host, limits: &Limits) -> Router {
    let nothing = pages::nothing(host.clone());
    let is_shared = host.store.is_shared();
    let routes = api::router_within(host.clone(), limits).merge(api::within(pages::router(host.clone()), limits));
    let routes = if is_shared { routes.layer(from_fn_with_state(host, seen)) } else { routes };
    routes.layer(from_fn(move |request, next| found_nothing(nothing.clone(), request, next)))
}

/// Whatever another gateway on the same database has acknowledged is shown by this one at once.
async fn seen(State(host): State<Host>, request: Request, next: Next) -> Response {
    // Whoever writes is told by the database.
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    let parts: Vec<&str> = request.uri().path().split('/').skip(1).take(3).collect();
    let read = match parts.as_slice() {
        ["v1", "ledgers", name, ..] | [name, ..] => host.ledger(name),
        [] => None,
    };
    let refreshed = match read {
        Some(ledger) => host.refreshed(ledger).await,
        None if parts.starts_with(&["v1", "events"]) => host.all_refreshed().await,
        None => Ok(()),
    };
    if let Err(fault) = refreshed {
        // What is read may fail too, and says so itself.
        tracing::warn!(error = %fault, "what other gateways have written is not known");
    }
    next.run(request).await
}

/// A person who follows a dead link gets a page, not problem details; programs and the API's own paths keep those.
async fn found_nothing(nothing: Router, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let is_person = reads && !path.starts_with("/v1/") && prefers_pages(request.headers());
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if !is_person || response.status() != StatusCode::NOT_FOUND || !is_problem(&response) {
        return response;
    }
    let mut again = Request::new(Body::empty());
    *again.uri_mut() = uri;
    nothing.oneshot(again).await.unwrap_or_else(|never| match never {})
}

fn prefers_pages(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}
