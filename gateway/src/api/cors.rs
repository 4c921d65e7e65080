//! Which web pages of others may call the API from a browser: those on the list, and no others (Fetch, "CORS protocol").

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::request::REQUEST_ID;
use crate::settings::Limits;

/// The rules for pages on the list; `None` when the list is empty.
pub(super) fn rules(limits: &Limits) -> Option<CorsLayer> {
    let origins = limits.cors_origins.clone();
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins),
    };
    let shown = ["api-version", "attachment-entry", "attachment-media-type", "attachment-salt"].map(HeaderName::from_static);
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, REQUEST_ID])
        .expose_headers(
            shown
                .into_iter()
                .chain([header::LOCATION, header::LINK, header::RETRY_AFTER, header::WWW_AUTHENTICATE, REQUEST_ID])
                .collect::<Vec<_>>(),
        );
    (!limits.cors_origins.is_empty()).then_some(layer)
}

/// Applies the rules to requests of browsers. An OPTIONS request that is no preflight goes on to the routes.
pub(super) async fn apply(State(rules): State<CorsLayer>, request: Request, next: Next) -> Response {
    if is_of_a_page(&request) {
        return rules.layer(next).oneshot(request).await.unwrap_or_else(|never| match never {});
    }
    let mut response = next.run(request).await;
    // A cache must not give this answer, which allows nobody, to a page that is allowed.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    response
}

fn is_of_a_page(request: &Request) -> bool {
    let has = |name| request.headers().contains_key(name);
    has(header::ORIGIN) && (request.method() != Method::OPTIONS || has(header::ACCESS_CONTROL_REQUEST_METHOD))
}
