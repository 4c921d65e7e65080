//! `convenant serve`: the gateway, until it is told to stop.

use std::path::PathBuf;

use anyhow::Context;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::Exit;
use crate::clock::{Clock, SystemClock};
use crate::host::{Host, Writers};
use crate::sequencer::{LedgerHandle, Pace};
use crate::server;
use crate::settings::{Settings, Witnesses};
use crate::store::{Alone, Store};
use crate::web::router_within;
use crate::witnessing::{Panel, PanelFault};

/// Serves every ledger in a database over HTTP. It never makes a ledger: `convenant init` does.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// What it is told.
    #[command(flatten)]
    pub settings: Settings,
}

impl Serve {
    /// Runs until SIGTERM or SIGINT; what is in the queue is committed and answered before it ends.
    pub fn run(self) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve(self.settings))?;
        // What was not done in time is not waited for.
        runtime.shutdown_background();
        Ok(Exit::Done)
    }
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let Settings { database, attachments, keys, listen, log, limits, witnesses, self_check, accept_clock, config: _ } = settings;
    let filter = EnvFilter::try_new(&log).with_context(|| format!("the log filter {log:?} is none; accepted: info, or info,sqlx=warn"))?;
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    // Held until the process ends, however it ends.
    let _alone = database.file().map(Alone::with).transpose()?;
    let store = Store::of(&database, attachments.as_deref(), false)
        .await
        .with_context(|| format!("the database {database} cannot be opened; `convenant init` makes one"))?;
    let pace = Pace { clock_confirmed: accept_clock, queue: limits.queue as usize, ..Pace::default() };
    let clock = Clock::System(SystemClock::default());
    let (host, mut writers) = Host::start(store.clone(), &keys, clock, pace).await?;
    anyhow::ensure!(host.ledgers().next().is_some(), "there is no ledger in {database}; `convenant init` makes one");
    witnessed(&host, &mut writers, &witnesses)?;
    host.checked_at(self_check.cadence(), &mut writers).await;
    if let Some(file) = database.file() {
        host.disk_timed(file.to_owned(), &mut writers);
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(address = %listener.local_addr()?, ledgers = host.ledgers().count(), "serving");
    if !server::serve(listener, router_within(host, &limits), &limits, stopped()).await {
        tracing::warn!(seconds = limits.stop_timeout_seconds, "stopping without the answers that took longer");
    }
    // Nobody waits for an answer any more: let the writers end, then the database. A crash here loses nothing either.
    let ended = async {
        writers.finish().await;
        store.close().await;
    };
    if tokio::time::timeout(limits.stop_timeout(), ended).await.is_err() {
        tracing::warn!("stopping without the writers");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Gives each ledger the first panel of witnesses that is for it. One that is for no ledger here is a mistake.
fn witnessed(host: &Host, writers: &mut Writers, settings: &Witnesses) -> anyhow::Result<()> {
    let panels = settings.witness_policies.iter().map(|file| Ok((file, Panel::read(file)?)));
    let panels: Vec<(&PathBuf, Panel)> = panels.collect::<Result<_, PanelFault>>()?;
    let of = |ledger: &LedgerHandle| panels.iter().position(|(_, panel)| panel.is_for(&ledger.log_keys().all()));
    let used: Vec<(String, usize)> = host.ledgers().filter_map(|ledger| Some((ledger.row.name.clone(), of(ledger)?))).collect();
    for (place, (file, _)) in panels.iter().enumerate() {
        anyhow::ensure!(used.iter().any(|(_, other)| *other == place), "{} is for no ledger here, or an earlier policy is", file.display());
    }
    let panels = used.into_iter().map(|(name, place)| (name, panels[place].1.clone())).collect();
    host.witnessed_by(panels, settings.cadence(), writers);
    Ok(())
}

/// Returns on SIGTERM and SIGINT.
pub(super) async fn stopped() {
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
