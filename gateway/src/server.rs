//! Connections: how many at a time, how long a sender may take, and how they end when the gateway stops.
//!
//! Written out instead of `axum::serve`, which sets no time for the headers of a request and no limit of connections:
//! whoever opens many and says nothing would hold them all.

use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Limits;

/// When a request has no end of its head within this many bytes, and what came with them, it is answered with 431.
const MAX_HEAD: usize = 64 * 1024;
/// How long to wait after a connection could not be taken, since the process has no file descriptor left for it.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Serves until `stop` resolves; then takes no more, and gives requests under way their time. Whether all were answered.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: impl Future<Output = ()>) -> bool {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout()).max_buf_size(MAX_HEAD);
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.max_connections as usize)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            taken = take(&listener, &places) => taken,
            () = &mut stop => break,
        };
        // Answers are small and whole: waiting for more to send only delays them.
        _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::time::timeout(limits.stop_timeout(), graceful.shutdown()).await.is_ok()
}

/// The next connection, once there is a place for it: whoever comes too many waits in the system's backlog.
async fn take(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("nobody closes this semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
