//! Errors as RFC 9457 problem details: what is wrong, by which rule, and what would be accepted.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::envelope::{Class, Refusal};
use serde_json::{Value, json};

use crate::intake::fault_json;
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
}

impl Problem {
    /// A problem that no rule speaks of.
    pub fn new(status: StatusCode, title: &str, detail: impl Into<String>) -> Self {
        let kind = title.to_lowercase().replace(' ', "-");
        let body = json!({ "type": format!("https://convenant.example.nl/problems/{kind}"), "title": title, "status": status.as_u16(), "detail": detail.into() });
        Self { status, body, retry_after: None }
    }

    /// What is asked for is not here.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", what)
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
        Self { status, body, retry_after: None }
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        tracing::error!(error = %fault, "reading failed");
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", "the ledger cannot be read now; try again");
        problem.retry_after = Some(1);
        problem
    }
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", format!("{unavailable}; sending again is safe"));
        problem.retry_after = Some(match unavailable {
            Unavailable::Full | Unavailable::Failing => 1,
            Unavailable::Clock(_) => 60,
        });
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(super) async fn no_route() -> Problem {
    Problem::not_found("there is nothing at this path; a path has no trailing slash")
}

pub(super) async fn no_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "see the Allow header")
}
