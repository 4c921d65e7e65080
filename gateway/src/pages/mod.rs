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
mod state;
mod chart;
mod say;
mod when;
mod spell;
mod home;
mod overview;
mod attention;
mod cases;
mod case;
mod agreements;
mod agreement;
mod neighbourhoods;
mod neighbourhood;
mod entry;
mod accessibility;

use axum::Router;
use axum::routing::get;

use crate::host::Host;

/// Every page, by who reads it. A ledger's own rooms never collide with `checkpoint` and `tile`, which the log has.
pub fn router(host: Host) -> Router {
    let everybody = Router::new()
        .route("/", get(home::show))
        .route("/toegankelijkheid", get(accessibility::show))
        .route(&style::SHEET_PATH, get(style::sheet))
        .route(style::ICON_PATH, get(style::icon));
    let directors = Router::new().route("/{ledger}/aandacht", get(attention::show));
    let ministers =
        Router::new().route("/{ledger}/zaken", get(cases::show)).route("/{ledger}/convenanten/{id}/zaken/{number}", get(case::show));
    let parties = Router::new()
        .route("/{ledger}", get(overview::show))
        .route("/{ledger}/convenanten", get(agreements::show))
        .route("/{ledger}/convenanten/{id}", get(agreement::show));
    let residents =
        Router::new().route("/{ledger}/buurten", get(neighbourhoods::show)).route("/{ledger}/buurten/{code}", get(neighbourhood::show));
    let checkers = Router::new().route("/{ledger}/inschrijvingen/{entry}", get(entry::show));
    everybody.merge(directors).merge(ministers).merge(parties).merge(residents).merge(checkers).with_state(host)
}

/// What a browser gets at an address at which there is nothing.
pub fn nothing(host: Host) -> Router {
    Router::new().fallback(accessibility::nothing).with_state(host)
}
