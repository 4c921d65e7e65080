//! Who may erase content beside the log: the institution that filed it, which the receipt of its entry shows, or the owner.
//!
//! No life remembers every attachment that was ever filed: the receipt brings the fact along, as with another ledger's texts.
//! So an audit stays as small as it is.

use super::desk::Book;
use super::verdict::Stop;
use crate::envelope::refusal::one_of;
use crate::envelope::statement::erasure::AttachmentErasure;
use crate::envelope::statement::flag::Subject;
use crate::envelope::{Parsed, Refusal, Rule};
use crate::lives::Moment;
use crate::log::receipt::Receipt;
use crate::words::Slug;

impl Book {
    /// That the signer may erase what it names. Whether the content is still there is not in the log.
    pub(super) fn check_erasure(&self, by: &Slug, body: &AttachmentErasure, moment: Moment) -> Result<(), Stop> {
        let (entry, owner) = (u64::from(body.entry.0), &self.ledger().owner);
        if entry >= moment.entry {
            let detail = format!("entry {entry} is not before this one");
            return Err(Refusal::at("/body/entry", Rule::UnknownAttachment, detail, "the entry that it was filed with").into());
        }
        let Some(text) = &body.receipt else {
            if by == owner {
                return Ok(());
            }
            let detail = format!("{by} does not own this ledger, and shows no receipt");
            return Err(Refusal::at("/body/receipt", Rule::NotTheFiler, detail, format!("the receipt of entry {entry}, or {owner}")).into());
        };
        let unfit = |detail: String| Refusal::at("/body/receipt", Rule::ReceiptUnfit, detail, format!("the receipt of entry {entry}"));
        let receipt = Receipt::parse(format!("{text}\n").as_bytes()).map_err(|fault| unfit(fault.to_string()))?;
        // By a key that signs now: one that was replaced may be in other hands.
        let keys = self.log_keys("/body/receipt")?;
        let shown = receipt.verify_any(keys.signing(moment.entry, moment.at)).map_err(|fault| unfit(fault.to_string()))?;
        if shown.index != entry {
            return Err(unfit(format!("it is of entry {}", shown.index)).into());
        }
        let filed = Parsed::parse(&shown.jws).map_err(|refusal| unfit(format!("it holds no statement: {refusal}")))?;
        let filed = filed.statement();
        if !filed.body.attachments().iter().any(|attachment| attachment.hash == body.attachment) {
            let named = filed.body.attachments().into_iter().map(|attachment| &attachment.hash);
            let accepted = one_of(named, "an entry that names attachments");
            let detail = format!("entry {entry} does not name {}", body.attachment);
            return Err(Refusal::at("/body/attachment", Rule::UnknownAttachment, detail, accepted).into());
        }
        if filed.body.subject() != Some(Subject::Agreement(body.agreement.clone())) {
            let detail = format!("entry {entry} is not about {}", body.agreement);
            return Err(Refusal::at("/body/agreement", Rule::UnknownAttachment, detail, "the agreement of that entry").into());
        }
        // What was filed in another's name is that other's.
        let filer = filed.acts_for();
        if filer != by && by != owner {
            let detail = format!("{filer} filed it");
            return Err(Refusal::at("/by", Rule::NotTheFiler, detail, format!("{filer} or {owner}")).into());
        }
        Ok(())
    }
}
