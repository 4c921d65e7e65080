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
mod spell;
mod home;
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
    let checkers = Router::new().route("/{ledger}/inschrijvingen/{entry}", get(entry::show));
    everybody.merge(checkers).with_state(host)
}

/// What a browser gets at an address at which there is nothing.
pub fn nothing(host: Host) -> Router {
    Router::new().fallback(accessibility::nothing).with_state(host)
}
