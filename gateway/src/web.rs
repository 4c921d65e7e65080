//! What one server answers: the API, the log and the pages, which know nothing of each other.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
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
    let routes = api::router_within(host.clone(), limits).merge(api::within(pages::router(host), limits));
    routes.layer(from_fn(move |request, next| found_nothing(nothing.clone(), request, next)))
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
