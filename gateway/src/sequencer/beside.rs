//! What a statement needs beside the log: content came along, or, to be erased, is there; a key of the log is held.
//!
//! The rules know hashes only. Whether content is there is not in the log, so it is asked here, after they have said yes.

use ledger::book::LifeKey;
use ledger::envelope::statement::erasure::AttachmentErasure;
use ledger::envelope::statement::flag::Subject;
use ledger::envelope::{Body, Refusal, Rule, Verified};
use ledger::log::note::VerifierKey;

use super::Delivered;
use crate::log_signers::LogSigners;
use crate::store::{NewAttachment, Store, StoreFault, subject_of};

/// Each attachment that the statement refers to came with it and was not erased before, and nothing else came.
pub(super) async fn fitting(
    statement: &Verified,
    mut delivered: Vec<Delivered>,
    entry: u64,
    store: &Store,
    ledger: i64,
) -> Result<Result<Vec<NewAttachment>, Refusal>, StoreFault> {
    let mut kept = Vec::new();
    for wanted in statement.statement().body.attachments() {
        let Some(at) = delivered.iter().position(|given| given.hash == wanted.hash) else {
            if kept.iter().any(|given: &NewAttachment| given.hash == wanted.hash) {
                continue;
            }
            let accepted = "the content with its salt, such that SHA-256(salt || content) is this hash";
            return Ok(Err(Refusal::new(Rule::AttachmentMissing, format!("{} was not sent along", wanted.hash), accepted)));
        };
        let Delivered { hash, media_type, size_bytes, held } = delivered.swap_remove(at);
        let wanted_type = wanted.media_type.to_string();
        if size_bytes != u64::from(wanted.size_bytes.0) || media_type.as_ref().is_some_and(|given| *given != wanted_type) {
            let detail = format!("{} is {size_bytes} bytes of {}", wanted.hash, media_type.unwrap_or(wanted_type));
            let accepted = format!("{} bytes of {}", wanted.size_bytes.0, wanted.media_type);
            return Ok(Err(Refusal::new(Rule::AttachmentUnfit, detail, accepted)));
        }
        // Erased while this waited, or before: what was erased does not come back in another statement.
        if let Some(by) = store.attachment(ledger, &hash).await?.and_then(|row| row.erased_by) {
            return Ok(Err(erased(&format!("{hash}"), by)));
        }
        if held.is_none() {
            return Ok(Err(Refusal::new(Rule::AttachmentMissing, format!("{hash} is not kept"), "send it once more")));
        }
        kept.push(NewAttachment { hash, entry, media_type: wanted_type, size_bytes, held });
    }
    Ok(match delivered.first() {
        Some(stray) => {
            Err(Refusal::new(Rule::AttachmentUnfit, format!("the statement does not refer to {}", stray.hash), "only what it refers to"))
        }
        None => Ok(kept),
    })
}

fn erased(hash: &str, by: u64) -> Refusal {
    Refusal::new(Rule::AttachmentErased, format!("{hash} was erased by entry {by}"), "other content, with a salt of its own")
}

/// What the statement erases, if it erases anything, was filed first where it says, and is still there.
pub(super) async fn erasable(statement: &Verified, store: &Store, ledger: i64) -> Result<Result<(), Refusal>, StoreFault> {
    let Body::AttachmentErasure(AttachmentErasure { agreement, entry, attachment, .. }) = &statement.statement().body else {
        return Ok(Ok(()));
    };
    let entry = u64::from(entry.0);
    let Some(row) = store.attachment(ledger, attachment).await? else {
        let detail = format!("no entry names {attachment}");
        return Ok(Err(Refusal::at("/body/attachment", Rule::UnknownAttachment, detail, "the hash of an attachment that was filed")));
    };
    if row.entry != entry {
        let detail = format!("{attachment} was not filed first with entry {entry}");
        return Ok(Err(Refusal::at("/body/entry", Rule::UnknownAttachment, detail, row.entry.to_string())));
    }
    let subject = store.subject(ledger, entry).await?;
    if subject != subject_of(&LifeKey::of(Subject::Agreement(agreement.clone()))) {
        let detail = format!("entry {entry} is not about {agreement}");
        return Ok(Err(Refusal::at("/body/agreement", Rule::UnknownAttachment, detail, "the agreement of that entry")));
    }
    Ok(match row.erased_by {
        Some(by) => Err(Refusal::at("/body/attachment", Rule::AttachmentErased, format!("entry {by} has erased it"), "nothing more")),
        None => Ok(()),
    })
}

/// A key that the statement names as the log's is here: the very checkpoint of its entry is signed with it.
pub(super) fn held(statement: &Verified, signers: &LogSigners) -> Result<(), Refusal> {
    let Body::LogKeyRotation(body) = &statement.statement().body else { return Ok(()) };
    let signer = body.log_key.as_str().parse().ok().and_then(|key: VerifierKey| signers.signer(&key).ok());
    signer.map(|_| ()).ok_or_else(|| {
        let detail = format!("no key file here is that of {}", body.log_key);
        Refusal::at("/body/logKey", Rule::KeyNotHeld, detail, "a key that `convenant log-key` made beside the gateway's other keys")
    })
}
