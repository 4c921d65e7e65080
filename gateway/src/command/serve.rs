//! `convenant serve`: the gateway, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use tokio::net::TcpListener;

use super::Exit;
use crate::clock::{Clock, SystemClock};
use crate::host::Host;
use crate::sequencer::Pace;
use crate::store::{Alone, Store};
use crate::web::router;

/// Serves every ledger in a database over HTTP. It never makes a ledger: `convenant init` does.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The SQLite database file.
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    pub database: PathBuf,
    /// Directory with the gateway's own keys.
    #[arg(long, env = "CONVENANT_KEYS", default_value = "convenant-keys")]
    pub keys: PathBuf,
    /// Where to listen. TLS is ended by the proxy in front.
    #[arg(long, env = "CONVENANT_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Confirms that the clock is right after a jump or a long downtime, once, at this start.
    #[arg(long)]
    pub accept_clock: bool,
}

impl Serve {
    /// Runs until SIGTERM or SIGINT; what is in the queue is committed and answered before it ends.
    pub fn run(self) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.serve())?;
        Ok(Exit::Done)
    }

    async fn serve(self) -> anyhow::Result<()> {
        tracing_subscriber::fmt().json().with_env_filter(filter()).with_writer(std::io::stderr).init();
        // Held until the process ends, however it ends.
        let _alone = Alone::with(&self.database)?;
        let store = Store::open(&self.database, false)
            .await
            .with_context(|| format!("the database {} cannot be opened; `convenant init` makes one", self.database.display()))?;
        let pace = Pace { clock_confirmed: self.accept_clock, ..Pace::default() };
        let clock = Clock::System(SystemClock::default());
        let (host, writers) = Host::start(store.clone(), &self.keys, clock, pace).await?;
        anyhow::ensure!(host.ledgers().next().is_some(), "there is no ledger in {}; `convenant init` makes one", self.database.display());
        let listener = TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
        tracing::info!(address = %listener.local_addr()?, ledgers = host.ledgers().count(), "serving");
        axum::serve(listener, router(host)).with_graceful_shutdown(stopped()).await?;
        // No request is under way any more: let the writers end, then the database.
        writers.finish().await;
        store.close().await;
        tracing::info!("stopped");
        Ok(())
    }
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_env("CONVENANT_LOG").unwrap_or_else(|_| "info,sqlx=warn".into())
}

async fn stopped() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "no signal handler; stop with SIGKILL");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
