//! What one request carries: a statement with content, or several; read without changing a byte of what was signed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::{Refusal, Rule};
use ledger::words::Hash;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Beside, Envelope};

/// At most this many statements in a batch.
pub const MAX_BATCH: usize = 1_000;
/// At most this many bytes in one attachment that travels inside a message. Larger ones are uploaded beside their statement.
pub const MAX_INLINE: usize = 1_048_576;

/// What one request carries.
#[derive(Debug)]
pub enum Parcel {
    /// One statement.
    One(Envelope),
    /// Statements that are judged in this order, each on its own.
    Several(Vec<Result<Envelope, Unread>>),
}

/// One of several that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Why not.
    pub refusal: Refusal,
    /// SHA-256 of the statement in it, as it came.
    pub digest: Hash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeJson<'a> {
    #[serde(borrow)]
    statement: &'a RawValue,
    #[serde(default)]
    attachments: Vec<AttachmentJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AttachmentJson {
    salt: String,
    media_type: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchJson<'a> {
    #[serde(borrow)]
    statements: Vec<EnvelopeJson<'a>>,
}

/// Reads `{"statement": …, "attachments": […]}` or `{"statements": […]}`. The statement's bytes stay as they came.
pub fn read_parcel(bytes: &[u8]) -> Result<Parcel, Refusal> {
    // Told apart by reading both ways: the error of the likelier one is the answer.
    let accepted = "{\"statement\": JWS, \"attachments\": [{salt, mediaType, content}]} or {\"statements\": [...]}";
    let malformed = |error: serde_json::Error| Refusal::new(Rule::MalformedJson, error.to_string(), accepted);
    if let Ok(BatchJson { statements }) = serde_json::from_slice::<BatchJson<'_>>(bytes) {
        if statements.len() > MAX_BATCH {
            return Err(Refusal::at(
                "/statements",
                Rule::TooLarge,
                format!("{} statements", statements.len()),
                format!("at most {MAX_BATCH}"),
            ));
        }
        let read = |json: EnvelopeJson<'_>| {
            let digest = Hash::of(&[json.statement.get().as_bytes()]);
            envelope(json).map_err(|refusal| Unread { refusal, digest })
        };
        return Ok(Parcel::Several(statements.into_iter().map(read).collect()));
    }
    let one: EnvelopeJson<'_> = serde_json::from_slice(bytes).map_err(malformed)?;
    envelope(one).map(Parcel::One)
}

fn envelope(json: EnvelopeJson<'_>) -> Result<Envelope, Refusal> {
    let raw = json.statement.get();
    let statement = if raw.starts_with('"') {
        let compact: String = serde_json::from_str(raw)
            .map_err(|error| Refusal::at("/statement", Rule::MalformedJson, error.to_string(), "a compact JWS"))?;
        compact.into_bytes()
    } else {
        raw.as_bytes().to_vec()
    };
    let attachments = json.attachments.iter().enumerate().map(|(i, item)| attachment(item, i)).collect::<Result<_, _>>()?;
    Ok(Envelope { statement, attachments })
}

fn attachment(json: &AttachmentJson, i: usize) -> Result<Beside, Refusal> {
    let bytes = |name: &str, text: &str| {
        let wrong = |_| {
            Refusal::at(
                format!("/attachments/{i}/{name}"),
                Rule::NotBase64url,
                "not base64url",
                "base64url without padding (RFC 4648 section 5)",
            )
        };
        URL_SAFE_NO_PAD.decode(text).map_err(wrong)
    };
    let unfit = |_| Refusal::at(format!("/attachments/{i}/salt"), Rule::AttachmentUnfit, "the salt is not 32 bytes", "32 random bytes");
    let salt: [u8; 32] = bytes("salt", &json.salt)?.try_into().map_err(unfit)?;
    let content = bytes("content", &json.content)?;
    if content.len() > MAX_INLINE {
        let detail = format!("{} bytes", content.len());
        let accepted = format!("at most {MAX_INLINE} bytes in a message; more as multipart/form-data");
        return Err(Refusal::at(format!("/attachments/{i}/content"), Rule::TooLarge, detail, accepted));
    }
    Ok(Beside::Inline { salt, media_type: json.media_type.clone(), content })
}
