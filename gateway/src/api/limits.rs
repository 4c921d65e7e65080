//! How many requests are taken at a time, and for how long: whoever is too many is told so at once.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::Problem;
use crate::metrics::{self, Why};
use crate::settings::Limits;

/// The places for requests, and the time that each has.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    time: std::time::Duration,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { free: Arc::new(Semaphore::new(limits.max_requests as usize)), time: limits.request_timeout() }
    }
}

pub(super) async fn hold(State(places): State<Places>, request: Request, next: Next) -> Response {
    let Ok(_place) = places.free.try_acquire() else {
        metrics::unavailable(Why::Busy);
        return Problem::unavailable("too many requests at a time; try again", 1).into_response();
    };
    match tokio::time::timeout(places.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            metrics::unavailable(Why::Timeout);
            let detail = format!("not received and answered within {} seconds; sending again is safe", places.time.as_secs());
            Problem::unavailable(detail, 1).into_response()
        }
    }
}
