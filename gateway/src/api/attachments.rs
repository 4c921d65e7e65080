//! Content beside the log goes out here: always to be saved, never shown in place, whatever it claims to be.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream;
use ledger::words::Hash;

use super::Problem;
use super::answer::invalid;
use super::asked::Asked;
use crate::media_types::listed;
use crate::reading::{Content, Opened};
use crate::store::StoreFault;

/// For whoever opens it in a browser all the same: nothing in it runs, loads or is framed.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// `GET /v1/ledgers/{ledger}/attachments/{hash}`: the content, piece by piece. 410 once it was erased, with the entry.
pub(super) async fn download(asked: Asked, Path((name, hash)): Path<(String, String)>) -> Result<Response, Problem> {
    let sight = asked.sight(&name).await?;
    let hash: Hash = hash.parse().map_err(|accepted| invalid("hash", accepted))?;
    let found = sight.content(&hash).await?;
    let content = match found.ok_or_else(|| Problem::not_found(format!("{name} holds no content with hash {hash}")))? {
        Opened::Whole(content) => *content,
        Opened::Erased(by) => return Err(gone(&name, &hash, by)),
        Opened::Missing(entry, fault) => return Err(missing(&name, &hash, entry, fault)),
    };
    let row = &content.row;
    let headers = [
        (header::CONTENT_TYPE, listed(&row.media_type).unwrap_or("application/octet-stream").to_owned()),
        (header::CONTENT_LENGTH, content.size.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{hash}\"")),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (HeaderName::from_static("attachment-salt"), URL_SAFE_NO_PAD.encode(content.salt)),
        (HeaderName::from_static("attachment-media-type"), row.media_type.chars().filter(char::is_ascii_graphic).collect()),
        (HeaderName::from_static("attachment-entry"), row.entry.to_string()),
    ];
    Ok((headers, Body::from_stream(stream::try_unfold(content, Content::piece))).into_response())
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
