//! From what came over the wire to an answer: read, check the signature on this core, hand to the writer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use ledger::envelope::{Parsed, Refusal, Rule, sign_compact};
use ledger::words::{Hash, Instant};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::host::Host;
use crate::metrics;
use crate::receipts::receipt_of;
use crate::sequencer::{Answer, Checked, Delivered, LedgerHandle, Queued, Submission, Unavailable};
use crate::store::StoreFault;

/// The `typ` of a signed refusal.
pub const REFUSAL_TYP: &str = "convenant.refusal.v1+jws";
/// At most this many statements in a batch.
pub const MAX_BATCH: usize = 1_000;
/// At most this many bytes in one attachment.
pub const MAX_ATTACHMENT: usize = 1_048_576;

/// A statement as it came, with the content that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The JWS, byte for byte.
    pub statement: Vec<u8>,
    /// Content beside the log.
    pub attachments: Vec<Delivered>,
}

/// What the sender is told.
#[derive(Debug)]
pub enum Reply {
    /// It stands in the log.
    Accepted {
        /// Index of the entry.
        entry: u64,
        /// The ledger's instant of acceptance.
        accepted_at: Instant,
        /// The receipt, as text.
        receipt: String,
        /// Whether it stood there already.
        repeat: bool,
    },
    /// It does not fit; nothing was recorded.
    Refused {
        /// Why.
        refusal: Refusal,
        /// When it was refused.
        at: Instant,
        /// The same, signed by the gateway: evidence for one who tried in time.
        signed: String,
    },
    /// No answer now; sending again is safe.
    Unavailable(Unavailable),
}

impl Host {
    /// Takes statements: their signatures are checked side by side, and they are handed to the writer in
    /// this order. Each gets its own answer.
    pub async fn take(&self, ledger: &LedgerHandle, envelopes: Vec<Result<Envelope, Refusal>>) -> Vec<Reply> {
        let prepared = join_all(envelopes.into_iter().map(|envelope| self.prepare(ledger, envelope))).await;
        let queued: Vec<_> = prepared
            .into_iter()
            .map(|(digest, prepared)| {
                let queued = prepared.and_then(|submission| ledger.enqueue(submission).map_err(Trouble::Unavailable));
                (digest, queued)
            })
            .collect();
        join_all(queued.into_iter().map(|(digest, queued)| self.finish(ledger, digest, queued))).await
    }

    async fn prepare(&self, ledger: &LedgerHandle, envelope: Result<Envelope, Refusal>) -> (Hash, Result<Submission, Trouble>) {
        let digest = envelope.as_ref().map_or(Hash::of(&[]), |envelope| Hash::of(&[&envelope.statement]));
        (digest, self.check(ledger, envelope).await)
    }

    async fn check(&self, ledger: &LedgerHandle, envelope: Result<Envelope, Refusal>) -> Result<Submission, Trouble> {
        let now = |refusal| Trouble::Refused(refusal, self.clock.now());
        let Envelope { statement, attachments } = envelope.map_err(now)?;
        let parsed = Parsed::parse(&statement).map_err(now)?;
        // Before a signature is checked, so that a statement for another ledger is told so, whoever signed it.
        if parsed.statement().ledger.to_string() != ledger.row.facts.origin {
            let detail = format!("the statement is for {}", parsed.statement().ledger);
            return Err(now(Refusal::at("/ledger", Rule::OtherLedger, detail, ledger.row.facts.origin.clone())));
        }
        let statement = match self.key_of(ledger, &parsed).await? {
            Some(key) => Checked::Verified(Box::new(parsed.verify(&key).map_err(now)?)),
            None => Checked::Pending(Box::new(parsed)),
        };
        Ok(Submission { statement, attachments })
    }

    async fn finish(&self, ledger: &LedgerHandle, digest: Hash, queued: Result<Queued, Trouble>) -> Reply {
        let answered = match queued {
            Ok(queued) => self.answer(ledger, queued).await,
            Err(trouble) => Err(trouble),
        };
        answered.unwrap_or_else(|trouble| match trouble {
            Trouble::Refused(refusal, at) => refused(ledger, refusal, at, digest),
            Trouble::Unavailable(unavailable) => Reply::Unavailable(unavailable),
            Trouble::Store(fault) => {
                tracing::error!(ledger = %ledger.row.name, error = %fault, "reading failed");
                Reply::Unavailable(Unavailable::Failing)
            }
        })
    }

    async fn answer(&self, ledger: &LedgerHandle, queued: Queued) -> Result<Reply, Trouble> {
        match queued.answered().await.map_err(Trouble::Unavailable)? {
            Answer::Granted(granted) => {
                let (entry, accepted_at) = (granted.entry, granted.accepted_at);
                Ok(Reply::Accepted { entry, accepted_at, receipt: granted.receipt()?, repeat: false })
            }
            Answer::Repeat(entry) => {
                let found = receipt_of(&self.store, ledger, entry).await?;
                let missing = || StoreFault::Damaged(format!("entry {entry} is gone"));
                let (accepted_at, receipt) = found.ok_or_else(missing)?;
                Ok(Reply::Accepted { entry, accepted_at, receipt, repeat: true })
            }
            Answer::Refused(refusal, at) => Err(Trouble::Refused(refusal, at)),
        }
    }
}

enum Trouble {
    Refused(Refusal, Instant),
    Unavailable(Unavailable),
    Store(StoreFault),
}

impl From<StoreFault> for Trouble {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

/// A refusal with the gateway's signature under it.
pub fn refused(ledger: &LedgerHandle, refusal: Refusal, at: Instant, digest: Hash) -> Reply {
    metrics::refused(refusal.rule());
    let faults: Vec<_> = refusal.faults().iter().map(fault_json).collect();
    let payload = json!({ "type": "refusal", "ledger": ledger.row.facts.origin, "refusedAt": at, "refused": digest, "rule": refusal.rule().code(), "faults": faults });
    let signed = sign_compact(&ledger.keys.statements, REFUSAL_TYP, payload.to_string().as_bytes());
    Reply::Refused { refusal, at, signed: String::from_utf8_lossy(&signed).into_owned() }
}

/// A fault as the API shows it.
pub fn fault_json(fault: &ledger::envelope::Fault) -> serde_json::Value {
    json!({ "pointer": fault.pointer, "rule": fault.rule.code(), "source": fault.rule.source(), "detail": fault.detail, "accepted": fault.accepted })
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

/// What one request carries.
#[derive(Debug)]
pub enum Parcel {
    /// One statement.
    One(Envelope),
    /// Statements that are judged in this order, each on its own.
    Several(Vec<Result<Envelope, Refusal>>),
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
        return Ok(Parcel::Several(statements.into_iter().map(envelope).collect()));
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

fn attachment(json: &AttachmentJson, i: usize) -> Result<Delivered, Refusal> {
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
    if content.len() > MAX_ATTACHMENT {
        let detail = format!("{} bytes", content.len());
        return Err(Refusal::at(format!("/attachments/{i}/content"), Rule::TooLarge, detail, format!("at most {MAX_ATTACHMENT} bytes")));
    }
    Ok(Delivered { hash: Hash::of(&[&salt, &content]), salt, media_type: json.media_type.clone(), content })
}
