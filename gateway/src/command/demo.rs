//! `convenant demo`: the nine arrangements of the letter, from a signed proposal to the minister's desk.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::{Exit, Terminal};
use crate::clock::Clock;
use crate::demo::{Scene, tell};
use crate::host::Host;
use crate::sequencer::Pace;
use crate::store::Store;
use crate::web::router;

/// When the letter was signed: where the demo's clock starts.
const START: &str = "2006-02-15T09:00:00Z";

/// Run nine real arrangements on a simulated clock, and tell what happens
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// End when the story has been told, instead of staying up
    #[arg(long)]
    once: bool,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

impl Demo {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let folder = tempfile::Builder::new().prefix("convenant-demo-").tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let database = folder.path().join("demo.sqlite");
        let store = runtime.block_on(Store::open(&database, true))?;
        let start = START.parse().map_err(|what: &str| anyhow::anyhow!(what))?;
        let scene = Scene::set(terminal, &runtime, folder.path(), &store, start)?;
        let (clock, pace) = (Clock::Step(scene.clock.clone()), Pace { clock_confirmed: true, ..Pace::default() });
        let (host, writers) = runtime.block_on(Host::start(store.clone(), &folder.path().join("gateway-keys"), clock, pace))?;
        let listener = runtime.block_on(TcpListener::bind(self.listen))?;
        let url = format!("http://{}", listener.local_addr()?);
        let app = router(host.clone());
        let server = runtime.spawn(async move { axum::serve(listener, app).await });
        scene.terminal.line(&format!(
            "gateway at {url}; the institutions' keys are in {}/institutions, one directory each",
            folder.path().display()
        ))?;
        let outcome = tell(scene, &host, &url, &database)?;
        if !self.once {
            terminal.line(&format!("de bladzijden: {url}/ in het Nederlands, {url}/?taal=en in English"))?;
            terminal.line(&format!("still up at {url}; try: convenant read --url {url} --ledger gm0599 cases"))?;
        }
        terminal.line(&outcome.to_string())?;
        if !self.once {
            runtime.block_on(async { tokio::signal::ctrl_c().await })?;
        }
        server.abort();
        runtime.block_on(async {
            writers.finish().await;
            store.close().await;
        });
        Ok(Exit::Done)
    }
}
