//! Each request has an id, which is in its answer and in every log line about it; and each is counted and logged once.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use rand::RngExt;
use tracing::Instrument;

use crate::clock::Stopwatch;
use crate::metrics;

/// In and out.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over.
const MAX_ID: usize = 64;
/// In logs and metrics, for a path that no route has: a route is one of a closed list, a path is not.
const NO_ROUTE: &str = "none";

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered here.
pub(super) fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Gives a request its id, has it answered, and counts and logs the answer.
pub(super) async fn follow<F: Future<Output = Response>>(request: Request, answer: impl FnOnce(Request) -> F) -> Response {
    let watch = Stopwatch::start();
    let id = request.headers().get(&REQUEST_ID).and_then(given).unwrap_or_else(fresh);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = %id);
    let mut response = CURRENT.scope(id.clone(), answer(request)).instrument(span.clone()).await;
    let (elapsed, status) = (watch.elapsed(), response.status().as_u16());
    metrics::answered(known(&method), &route, status, elapsed);
    span.in_scope(|| {
        let millis = elapsed.as_micros() as f64 / 1000.0;
        tracing::info!(
            target: "access",
            { http.method = %method, http.route = route, http.path = path, http.status = status, elapsed.ms = millis },
            "answered"
        );
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// An id that came with the request, if it is one: anything else would let strangers write into the log.
fn given(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=MAX_ID).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// 128 random bits in hexadecimal.
fn fresh() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// A method as a label: whatever strangers make up is one of them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
