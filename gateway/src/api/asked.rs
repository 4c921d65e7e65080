//! A request to read: the gateway, and the token that came along. For whom it is, is found out per ledger.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use super::answer::ledger;
use super::{Api, Problem};
use crate::listing::Listing;
use crate::metrics::{self, Why};
use crate::reading::{Bearer, Served, Sight, TokenRefused, Unseen};
use ledger::words::Instant;

/// What every route that reads is handed.
pub(super) struct Asked {
    served: Served,
    bearer: Bearer,
}

impl FromRequestParts<Api> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let values = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        Ok(Self { served: Served::from_ref(api), bearer: Bearer::read(values)? })
    }
}

impl Asked {
    /// What whoever asks sees of a ledger.
    pub(super) async fn sight(&self, name: &str) -> Result<Sight, Problem> {
        Ok(self.served.sight(ledger(&self.served, name)?, &self.bearer).await?)
    }

    /// The same of every ledger.
    pub(super) async fn sights(&self) -> Result<Vec<Sight>, Problem> {
        Ok(self.served.sights(&self.bearer).await?)
    }

    /// A ledger as of an instant, or of now: whatever was acknowledged before is in what it finds.
    pub(super) async fn listing(&self, name: &str, at: Option<Instant>) -> Result<Listing, Problem> {
        Ok(self.sight(name).await?.listing(at).await?)
    }
}

impl From<TokenRefused> for Problem {
    fn from(refused: TokenRefused) -> Self {
        match refused {
            TokenRefused::Fault(fault, origin) => {
                let mut problem = Self::new(StatusCode::UNAUTHORIZED, "Token not taken", fault.to_string());
                problem.body["faults"] = json!([{ "parameter": fault.member, "detail": fault.detail, "accepted": fault.accepted }]);
                // RFC 6750 s3; an origin has no character that would have to be escaped.
                let realm = origin.map(|origin| format!("realm=\"{origin}\", ")).unwrap_or_default();
                problem.challenge = Some(format!("Bearer {realm}error=\"invalid_token\""));
                problem
            }
            TokenRefused::Crowded => {
                metrics::unavailable(Why::Busy);
                Self::unavailable(refused.to_string(), 60)
            }
            TokenRefused::Unavailable(unavailable) => unavailable.into(),
            TokenRefused::Store(fault) => fault.into(),
        }
    }
}

impl From<Unseen> for Problem {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Unavailable(unavailable) => unavailable.into(),
            Unseen::Store(fault) => fault.into(),
        }
    }
}
