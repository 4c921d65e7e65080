//! Content beside the log goes out here: always to be saved, never shown in place, whatever it claims to be.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream;
use ledger::words::Hash;

use super::Problem;
use super::answer::{invalid, ledger};
use crate::host::Host;
use crate::media_types::listed;
use crate::store::{StoreFault, read_salt};

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;
/// For whoever opens it in a browser all the same: nothing in it runs, loads or is framed.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// `GET /v1/ledgers/{ledger}/attachments/{hash}`: the content, piece by piece. 410 once it was erased, with the entry.
pub(super) async fn download(State(host): State<Host>, Path((name, hash)): Path<(String, String)>) -> Result<Response, Problem> {
    let ledger = ledger(&host, &name)?;
    let hash: Hash = hash.parse().map_err(|accepted| invalid("hash", accepted))?;
    let id = ledger.row.id;
    let found = host.store.attachment(id, &hash).await?;
    let row = found.ok_or_else(|| Problem::not_found(format!("{name} holds no content with hash {hash}")))?;
    if let Some(by) = row.erased_by {
        return Err(gone(&name, &hash, by));
    }
    let opened = host.store.on_disk(move |files| {
        let mut file = files.open(id, &hash)?;
        let size = file.metadata()?.len();
        read_salt(&mut file).map(|salt| (file, salt, size))
    });
    let (file, salt, size) = match opened.await {
        Ok(opened) => opened,
        Err(fault) => {
            // Erased while it was being opened, or lost.
            if let Some(by) = host.store.attachment(id, &hash).await?.and_then(|row| row.erased_by) {
                return Err(gone(&name, &hash, by));
            }
            return Err(missing(&name, &hash, row.entry, fault));
        }
    };
    let headers = [
        (header::CONTENT_TYPE, listed(&row.media_type).unwrap_or("application/octet-stream").to_owned()),
        (header::CONTENT_LENGTH, size.saturating_sub(crate::store::SALT).to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{hash}\"")),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (HeaderName::from_static("attachment-salt"), URL_SAFE_NO_PAD.encode(salt)),
        (HeaderName::from_static("attachment-media-type"), row.media_type.chars().filter(char::is_ascii_graphic).collect()),
        (HeaderName::from_static("attachment-entry"), row.entry.to_string()),
    ];
    let pieces = stream::try_unfold((host, file), |(host, mut file)| async move {
        let read = host.store.on_disk(move |_| {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok((piece, file))
        });
        let (piece, file) = read.await?;
        Ok::<_, StoreFault>((!piece.is_empty()).then(|| (Bytes::from(piece), (host, file))))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn gone(name: &str, hash: &Hash, by: u64) -> Problem {
    let mut problem =
        Problem::new(StatusCode::GONE, "Attachment erased", format!("entry {by} of {name} erased {hash}, and says on what ground"));
    problem.body["erasedBy"] = by.into();
    problem
}

/// Its entry says that it was filed, and it is not there: nothing that waiting helps.
fn missing(name: &str, hash: &Hash, entry: u64, fault: StoreFault) -> Problem {
    tracing::error!(ledger = name, error = %fault, "the content {hash} of entry {entry} cannot be read");
    Problem::new(
        StatusCode::NOT_FOUND,
        "Attachment missing",
        format!("the content of entry {entry} of {name} with hash {hash} is not there"),
    )
}
