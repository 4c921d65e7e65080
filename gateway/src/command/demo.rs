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

#[cfg(test)]
mod tests {
    use super::super::tests::{Captured, arguments};
    use super::*;

    /// What the story must show, each by a piece of a line that only an answer of the API leads to.
    const SHOWN: [&str; 17] = [
        "een voorstel met gaten: geweigerd (incomplete)",
        "een tekst die naar een koepelafspraak verwijst: geweigerd (ledger-not-accepted)",
        "de politie ondertekent de oude tekst: geweigerd (superseded-version)",
        "geschonden: buurtregisseur, termijn 2006-06-01; zaak 1",
        "zaak 1 gaat naar niveau 3: minister",
        "Wooncorporatie in de wijk is stilgevallen",
        "het ministerie wil een afspraak schrappen: geweigerd (ministry-may-not)",
        "de welzijnsinstelling zegt op zonder plan: geweigerd (plan-incomplete)",
        "Welzijnsinstelling in de wijk is uitgetreden; het plan is uitgevoerd",
        "Politie Rotterdam, wijkteam blijft gebonden: niet geregeld is wijkagent",
        "de termijn van de enquête is verschoven van 2006-10-01 naar 2006-11-26",
        "begeleiding loopt gevaar door Gemeente 's-Hertogenbosch",
        "geschonden: begeleiding, termijn 2007-04-01, toegerekend aan Gemeente 's-Hertogenbosch",
        "de gemeente wil de buurtvaders door het rijk laten aanspreken: geweigerd (case-state)",
        "zaak 1: de school, regisseur, oordeelt dat de schending blijft staan",
        "de minister heeft de koepelafspraak aangescherpt",
        "de wooncorporatie investeert alsnog 2,5 miljoen: bevestigd en hersteld",
    ];

    #[test]
    fn the_whole_story_is_told_and_ends_with_the_tampered_entry() {
        let mut captured = Captured::new();
        let demo: Demo = arguments(&["--once"]).unwrap();
        assert_eq!(demo.run(&mut captured.terminal).unwrap(), Exit::Done);
        let told = captured.out();
        let missing: Vec<&str> = SHOWN.into_iter().filter(|piece| !told.contains(piece)).collect();
        assert!(missing.is_empty(), "not told: {missing:#?} in\n{told}");
        assert_eq!(told.lines().filter(|line| line.starts_with("audit of ") && line.ends_with("entries, clean")).count(), 6);
        let last = told.lines().last().unwrap();
        let words: Vec<&str> = last.split(' ').filter(|word| word.parse::<u64>().is_err()).collect();
        let form = "demo: statements, agreements in force, breaches, escalations, tampering detected at entry of gm0599";
        assert_eq!(words.join(" "), form, "{last}");
        assert!(last.contains(" 9 agreements in force"), "{last}");
    }
}
