//! The log as static files that outsiders know how to read: checkpoint, tiles and entry bundles (C2SP tlog-tiles).

use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use ledger::log::tile::Tile;

use super::Problem;
use super::answer::ledger;
use crate::reading::Served;

/// A tile never changes: whoever has it may keep it for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// `GET <prefix>/checkpoint`: the last signed checkpoint, never cached.
pub(super) async fn checkpoint(State(served): State<Served>, Path(name): Path<String>) -> Result<Response, Problem> {
    let ledger = ledger(&served, &name)?;
    let found = served.checkpoint(ledger).await?;
    let note = found.ok_or_else(|| Problem::not_found(format!("{name} has no checkpoint")))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

/// `GET <prefix>/tile/<L>/<N>[.p/<W>]` and `GET <prefix>/tile/entries/<N>[.p/<W>]`: 200, or 404 whatever is wrong with the
/// path, since clients fall back from a partial tile to the full one on 404 only.
pub(super) async fn tile(State(served): State<Served>, uri: Uri) -> Result<Response, Problem> {
    // The path as it came: an escaped digit is another spelling, and each tile has one.
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let (name, tile) = path.split_once('/').unwrap_or_default();
    let ledger = ledger(&served, name)?;
    let tile: Tile = tile.parse().map_err(|fault| Problem::not_found(format!("{tile:?} is no tile: {fault}")))?;
    let found = served.tile(ledger, tile).await?;
    let bytes = found.ok_or_else(|| Problem::not_found(format!("no published checkpoint of {name} has {tile}")))?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, IMMUTABLE)], bytes).into_response())
}
