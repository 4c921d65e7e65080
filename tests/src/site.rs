//! A gateway that is listened to over HTTP: the demo's ledgers when its story has been told, or a gate's.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use gateway::clock::Clock;
use gateway::command::Terminal;
use gateway::demo::{Scene, tell};
use gateway::host::{Host, Writers};
use gateway::sequencer::Pace;
use gateway::store::Store;
use gateway::web;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::http::Http;
use crate::story::tell as tell_story;
use crate::town::Town;

/// The demo's ledgers, served, with the story told.
pub struct DemoSite {
    /// Where it is served, such as `http://127.0.0.1:4321`.
    pub url: String,
    /// What runs.
    pub host: Host,
    /// On which it runs; a test's own work can run there too.
    pub runtime: Runtime,
    _writers: Writers,
    _folder: TempDir,
}

impl DemoSite {
    /// Tells the story, which takes some seconds, and stays up.
    pub fn told() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let runtime = Runtime::new().expect("a runtime");
        let database = folder.path().join("demo.sqlite");
        let store = runtime.block_on(Store::open(&database, true)).expect("a database");
        let start = "2006-02-15T09:00:00Z".parse().expect("an instant");
        let mut silent = Terminal::to(io::sink(), io::sink());
        let scene = Scene::set(&mut silent, &runtime, folder.path(), &store, start).expect("the institutions");
        let (clock, pace) = (Clock::Step(scene.clock.clone()), Pace { clock_confirmed: true, ..Pace::default() });
        let keys = folder.path().join("gateway-keys");
        let (host, writers) = runtime.block_on(Host::start(store.clone(), &keys, clock, pace)).expect("a gateway");
        let address = runtime.block_on(serve(web::router(host.clone())));
        let url = format!("http://{address}");
        tell(scene, &host, &url, &database).expect("the story");
        Self { url, host, runtime, _writers: writers, _folder: folder }
    }
}

/// A ledger in which a story was told, served with its pages.
pub struct StorySite {
    /// Where it is served.
    pub url: String,
    door: Http,
}

impl StorySite {
    /// Tells a story of `tests/scenarios`, in the national ledger if its name says so.
    pub fn told(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name).with_extension("txt");
        let text = std::fs::read_to_string(file).expect("a story");
        let at = "2006-01-02T09:00:00Z".parse().expect("an instant");
        let town = if name.starts_with("national") { Town::national_over_http(at) } else { Town::over_http(at) };
        let door = tell_story(town, &text).unwrap_or_else(|error| panic!("{name}: {error}")).town.door;
        let address = door.wait(serve(web::router(door.host().clone())));
        Self { url: format!("http://{address}"), door }
    }

    /// What stands at a path of it, as anybody reads it.
    pub fn page(&self, path: &str) -> String {
        self.door.page(path)
    }
}

/// Listens on a free port, for as long as the runtime runs.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
