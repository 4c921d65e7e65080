//! `GET /metrics`: for Prometheus. The proxy in front keeps it inside.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::metrics::{MEDIA_TYPE, MetricsFault};
use crate::reading::Served;

pub(super) async fn show(State(served): State<Served>) -> Result<Response, Problem> {
    let text = served.metrics().await.map_err(|fault| match fault {
        MetricsFault::Store(fault) => Problem::from(fault),
        MetricsFault::Text(fault) => {
            tracing::error!(error = %fault, "metrics failed");
            Problem::unavailable("the metrics cannot be written now", 1)
        }
    })?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
