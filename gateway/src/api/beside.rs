//! A statement with content beside it, as `multipart/form-data`: the part `statement` first, then for each attachment a part
//! whose name is its hash and whose bytes are the 32 bytes of salt and then the content.

use axum::body::Body;
use axum::extract::FromRequest;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::{HeaderMap, Request, StatusCode};
use ledger::envelope::MAX_JWS;

use super::limits::TimeLeft;
use super::statements::{not_whole, one, too_large};
use super::{Intakes, Problem};
use crate::host::Host;
use crate::intake::{Announced, Envelope, NoUpload, Reply};
use crate::sequencer::LedgerHandle;

/// Receives a statement and what it names, and submits it. Content is not read before the statement's signature holds.
pub(super) async fn submit(
    host: &Host,
    ledger: &LedgerHandle,
    intakes: Intakes,
    headers: &HeaderMap,
    body: Body,
    time: &TimeLeft,
) -> Result<Reply, Problem> {
    let mut request = Request::new(body);
    *request.headers_mut() = headers.clone();
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| malformed("the Content-Type has no boundary", "multipart/form-data; boundary=…"))?;
    // Until a signature has shown who sends, there is no more time than for any other request.
    let first = tokio::time::timeout(time.of_statement(), read_statement(&mut parts)).await;
    let statement = first.map_err(|_| Problem::unavailable("the statement did not arrive in time; sending again is safe", 1))??;
    let mut announced = match host.announce(ledger, &statement, intakes.max_attachment_bytes.into()).await {
        Ok(announced) => announced,
        Err(reply) => return Ok(*reply),
    };
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => return Err(broken(host, ledger, announced, &error).await),
        };
        match receive(host, ledger, &mut announced, part).await {
            Ok(()) => {}
            Err(Stop::No(why)) => return Ok(host.broken_off(ledger, announced, why).await),
            Err(Stop::Broken(error)) => return Err(broken(host, ledger, announced, &error).await),
        }
    }
    one(host, ledger, Envelope { statement, attachments: announced.into_beside() }, time.of_statement()).await
}

enum Stop {
    No(NoUpload),
    Broken(MultipartError),
}

impl From<NoUpload> for Stop {
    fn from(why: NoUpload) -> Self {
        Self::No(why)
    }
}

async fn receive(host: &Host, ledger: &LedgerHandle, announced: &mut Announced, mut part: Field<'_>) -> Result<(), Stop> {
    let mut upload = host.receive(ledger, announced, part.name().unwrap_or_default()).await?;
    while let Some(piece) = part.chunk().await.map_err(Stop::Broken)? {
        host.piece(&mut upload, piece).await?;
    }
    Ok(host.received(announced, upload).await?)
}

async fn read_statement(parts: &mut Multipart) -> Result<Vec<u8>, Problem> {
    let first = parts.next_field().await.map_err(|_| not_whole())?;
    let Some(mut first) = first.filter(|part| part.name() == Some("statement")) else {
        return Err(malformed("the first part is not the statement", "a part named `statement`, a JWS, before all others"));
    };
    let mut statement = Vec::new();
    while let Some(piece) = first.chunk().await.map_err(|_| not_whole())? {
        if statement.len() + piece.len() > MAX_JWS {
            return Err(too_large(format!("a statement has at most {MAX_JWS} bytes")));
        }
        statement.extend_from_slice(&piece);
    }
    Ok(statement)
}

async fn broken(host: &Host, ledger: &LedgerHandle, announced: Announced, error: &MultipartError) -> Problem {
    host.forget(ledger, announced).await;
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large("more came than the statement names".into()) } else { not_whole() }
}

fn malformed(detail: &str, accepted: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Malformed form data", format!("{detail}; accepted: {accepted}"))
}
