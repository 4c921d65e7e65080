//! A statement with content beside it, as `multipart/form-data`: the part `statement` first, then for each attachment a part
//! whose name is its hash and whose bytes are the 32 bytes of salt and then the content.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use ledger::envelope::MAX_JWS;

use super::limits::TimeLeft;
use super::statements::{not_whole, one, too_large};
use super::{Intakes, Problem};
use crate::intake::{Announced, Door, Envelope, NoUpload, Reply};
use crate::sequencer::LedgerHandle;

/// Receives a statement and what it names, and submits it. Content is not kept before the statement's signature holds.
pub(super) async fn submit(
    door: &Door,
    ledger: &LedgerHandle,
    intakes: Intakes,
    mut request: Request,
    time: &TimeLeft,
) -> Result<Reply, Problem> {
    // Each part has a size of its own.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| malformed("the Content-Type has no boundary", "multipart/form-data; boundary=…"))?;
    // Until a signature has shown who sends, there is no more time than for any other request.
    let first = tokio::time::timeout(time.of_statement(), read_statement(&mut parts)).await;
    let statement = match first.map_err(|_| Problem::unavailable("the statement did not arrive in time; sending again is safe", 1))? {
        Ok(statement) => statement,
        Err(problem) => {
            read_past(&mut parts, time).await;
            return Err(problem);
        }
    };
    let max_bytes = intakes.max_attachment_bytes.into();
    let announced = match receive_all(door, ledger, &statement, max_bytes, &mut parts).await {
        Ok(announced) => announced,
        Err(No::Reply(reply)) => {
            read_past(&mut parts, time).await;
            return Ok(*reply);
        }
        Err(No::Problem(problem)) => return Err(*problem),
    };
    one(door, ledger, Envelope { statement, attachments: announced.into_beside() }, time.of_statement()).await
}

/// Why a statement gets no further.
enum No {
    Reply(Box<Reply>),
    Problem(Box<Problem>),
}

async fn receive_all(door: &Door, ledger: &LedgerHandle, statement: &[u8], max_bytes: u64, parts: &mut Multipart) -> Result<Announced, No> {
    let mut announced = door.announce(ledger, statement, max_bytes).await.map_err(No::Reply)?;
    loop {
        let stop = match parts.next_field().await {
            Ok(None) => return Ok(announced),
            Ok(Some(part)) => receive(door, ledger, &mut announced, part).await,
            Err(error) => Err(Stop::Broken(error)),
        };
        match stop {
            Ok(()) => {}
            Err(Stop::No(why)) => return Err(No::Reply(Box::new(door.broken_off(ledger, announced, why).await))),
            Err(Stop::Broken(error)) => return Err(No::Problem(Box::new(broken(door, ledger, announced, &error).await))),
        }
    }
}

/// Lets the sender finish what it sends, so that it reads its answer instead of a broken connection; not for ever.
async fn read_past(parts: &mut Multipart, time: &TimeLeft) {
    _ = tokio::time::timeout(time.of_statement(), async { while let Ok(Some(_)) = parts.next_field().await {} }).await;
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

async fn receive(door: &Door, ledger: &LedgerHandle, announced: &mut Announced, mut part: Field<'_>) -> Result<(), Stop> {
    let mut upload = door.receive(ledger, announced, part.name().unwrap_or_default()).await?;
    while let Some(piece) = part.chunk().await.map_err(Stop::Broken)? {
        door.piece(&mut upload, piece).await?;
    }
    Ok(door.received(announced, upload).await?)
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

async fn broken(door: &Door, ledger: &LedgerHandle, announced: Announced, error: &MultipartError) -> Problem {
    door.forget(ledger, announced).await;
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large("more came than the statement names".into()) } else { not_whole() }
}

fn malformed(detail: &str, accepted: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Malformed form data", format!("{detail}; accepted: {accepted}"))
}
