//! The style sheet and the icon: own files, since the pages allow no style in the page itself.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use ledger::words::Hash;

static SHEET: &str = include_str!("style.css");
static ICON: &str = include_str!("icon.svg");

/// The path of the style sheet: it changes with its content, so that a browser may keep it.
pub(super) static SHEET_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/opmaak/{}.css", &Hash::of(&[SHEET.as_bytes()]).to_string()[..16]));

/// The path of the icon.
pub(super) const ICON_PATH: &str = "/opmaak/convenant.svg";

pub(super) async fn sheet() -> Response {
    file("text/css; charset=utf-8", SHEET)
}

pub(super) async fn icon() -> Response {
    file("image/svg+xml", ICON)
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}
