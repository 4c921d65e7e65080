//! The pages: server-rendered, Dutch with an English switch, nothing from elsewhere, readable without a script.

mod words;
mod told;
mod dates;
mod trouble;
mod visit;
mod layout;
mod icon;
mod style;
mod names;
mod numbers;
mod state;
mod chart;
mod say;
mod when;
pub(crate) mod spell;
mod home;
mod overview;
mod attention;
mod cases;
mod case;
mod dossier;
mod agenda;
mod obstacles;
mod agreements;
mod agreement;
mod neighbourhoods;
mod neighbourhood;
mod entry;
mod accessibility;
pub(crate) mod summary;

use axum::Router;
use axum::routing::get;

use crate::host::Host;
use crate::reading::Served;

/// First parts of addresses that are not a ledger's: a ledger with such a name has its other rooms only.
const TAKEN: [&str; 6] = ["v1", "healthz", "readyz", "metrics", "toegankelijkheid", "opmaak"];

/// Every page, by who reads it. A ledger's own rooms never collide with `checkpoint` and `tile`, which the log has.
pub fn router(host: Host) -> Router {
    // By name, and not for any name: at another address of one part there is nothing, for programs too.
    let ledgers = host.ledgers().map(|ledger| ledger.row.name.clone()).filter(|name| !TAKEN.contains(&name.as_str()));
    let overviews = ledgers.fold(Router::new(), |router, name| {
        router.route(&format!("/{name}"), get(async move |visit: visit::Visit| overview::show(visit, &name).await))
    });
    let everybody = Router::new()
        .route("/", get(home::show))
        .route("/toegankelijkheid", get(accessibility::show))
        .route(&style::SHEET_PATH, get(style::sheet))
        .route(style::ICON_PATH, get(style::icon));
    let directors = Router::new().route("/{ledger}/aandacht", get(attention::show));
    let ministers = Router::new()
        .route("/{ledger}/zaken", get(cases::show))
        .route("/{ledger}/belemmeringen", get(obstacles::show))
        .route("/{ledger}/agenda", get(agenda::show))
        .route("/{ledger}/convenanten/{id}/zaken/{number}", get(case::show));
    let parties = Router::new()
        .route("/{ledger}/convenanten", get(agreements::show))
        .route("/{ledger}/convenanten/{id}", get(agreement::show))
        .route("/{ledger}/convenanten/{id}/geschil", get(dossier::show));
    let residents =
        Router::new().route("/{ledger}/buurten", get(neighbourhoods::show)).route("/{ledger}/buurten/{code}", get(neighbourhood::show));
    let checkers = Router::new().route("/{ledger}/inschrijvingen/{entry}", get(entry::show));
    everybody
        .merge(directors)
        .merge(ministers)
        .merge(parties)
        .merge(residents)
        .merge(checkers)
        .merge(overviews)
        .with_state(Served::new(host))
}

/// What a browser gets at an address at which there is nothing.
pub fn nothing(host: Host) -> Router {
    Router::new().fallback(accessibility::nothing).with_state(Served::new(host))
}
