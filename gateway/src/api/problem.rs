//! Errors as RFC 9457 problem details: what is wrong, by which rule, and what would be accepted.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::envelope::{Class, Refusal};
use serde_json::{Value, json};

use super::request;
use crate::intake::fault_json;
use crate::metrics::{self, Why};
use crate::sequencer::Unavailable;
use crate::store::StoreFault;

/// An answer that is not what was asked for.
#[derive(Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The members of the body.
    pub body: Value,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    /// What the header `WWW-Authenticate` says.
    pub challenge: Option<String>,
}

impl Problem {
    /// A problem that no rule speaks of.
    pub fn new(status: StatusCode, title: &str, detail: impl Into<String>) -> Self {
        let kind = title.to_lowercase().replace(' ', "-");
        let body = json!({ "type": format!("https://convenant.example.nl/problems/{kind}"), "title": title, "status": status.as_u16(), "detail": detail.into() });
        Self { status, body, retry_after: None, challenge: None }
    }

    /// No answer now; after so many seconds there may be.
    pub fn unavailable(detail: impl Into<String>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", detail) }
    }

    /// What is asked for is not here.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", what)
    }

    /// No answer now, though something came: with the gateway's signature under that.
    pub fn acknowledged(self, signed: &str) -> Self {
        let mut problem = self;
        problem.body["acknowledgement"] = signed.into();
        problem
    }

    /// A refusal, with the gateway's signature under it when there is one.
    pub fn refused(refusal: &Refusal, signed: Option<&str>) -> Self {
        let rule = refusal.rule();
        let status = match rule.class() {
            Class::Invalid => StatusCode::BAD_REQUEST,
            Class::Forbidden => StatusCode::FORBIDDEN,
            Class::Unknown => StatusCode::NOT_FOUND,
            Class::Conflict => StatusCode::CONFLICT,
            Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        };
        let faults: Vec<Value> = refusal.faults().iter().map(fault_json).collect();
        let mut body = json!({
            "type": format!("https://convenant.example.nl/problems/{}", rule.code()),
            "title": rule.english(),
            "titleNl": rule.dutch(),
            "status": status.as_u16(),
            "detail": refusal.faults()[0].detail,
            "rule": rule.code(),
            "source": rule.source(),
            "faults": faults,
        });
        if let Some(signed) = signed {
            body["refusal"] = signed.into();
        }
        Self { status, body, retry_after: None, challenge: None }
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        tracing::error!(error = %fault, "reading failed");
        metrics::unavailable(Why::Failing);
        Self::unavailable("the ledger cannot be read now; try again", 1)
    }
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Self {
        let retry_after = match unavailable {
            Unavailable::Full | Unavailable::Failing | Unavailable::Slow => 1,
            Unavailable::Clock(_) | Unavailable::Closed(_) => 60,
        };
        metrics::unavailable(Why::from(&unavailable));
        Self::unavailable(format!("{unavailable}; sending again is safe"), retry_after)
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        // With this id whoever runs the gateway finds what it logged.
        if let Some(id) = request::current() {
            self.body["requestId"] = id.into();
        }
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge.and_then(|challenge| challenge.parse().ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The longest words of a framework's own error that are passed on.
const MAX_DETAIL: usize = 2_000;

/// Makes a problem of an error that was told in plain text: what routing and reading of parameters say by themselves.
pub(super) async fn whole(response: Response) -> Response {
    let (status, form) = (response.status(), response.headers().get(header::CONTENT_TYPE));
    let is_plain = form.is_none_or(|form| form.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_plain {
        return response;
    }
    let bytes = axum::body::to_bytes(response.into_body(), MAX_DETAIL).await.unwrap_or_default();
    let title = status.canonical_reason().unwrap_or("Error");
    let detail = if bytes.is_empty() { title.into() } else { String::from_utf8_lossy(&bytes) };
    Problem::new(status, title, detail).into_response()
}

pub(super) async fn no_route() -> Problem {
    Problem::not_found("there is nothing at this path; a path has no trailing slash")
}

/// A method that the path does not have: 405, or for OPTIONS an empty answer. The router adds which ones there are.
pub(super) async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "accepted: the methods in the Allow header").into_response()
}
