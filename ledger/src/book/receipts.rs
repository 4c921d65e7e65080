//! Receipts of other ledgers: which ones the owner accepts, and what one shows.

use super::desk::Book;
use super::verdict::Stop;
use crate::envelope::refusal::one_of;
use crate::envelope::statement::umbrella::LedgerAcceptance;
use crate::envelope::{Parsed, Refusal, Rule};
use crate::lives::Institution;
use crate::lives::institution::AcceptedLedger;
use crate::lives::moment::Moment;
use crate::log::note::{KeyKind, VerifierKey};
use crate::log::receipt::Receipt;

/// At most this many ledgers whose receipts are accepted.
const MAX_LEDGERS: usize = 64;

/// An entry of another ledger as a statement here names it, with its receipt and the place where it is named.
pub(super) struct Elsewhere<'a> {
    /// Origin of that ledger.
    pub origin: &'a str,
    /// Index of the entry there.
    pub entry: u32,
    /// The receipt.
    pub receipt: &'a str,
    /// JSON pointer to where it is named.
    pub pointer: &'a str,
}

impl Book {
    /// The owner accepts receipts of another ledger; a later key of the same ledger stands beside the earlier one.
    pub(super) fn accept_ledger(&self, owner: &mut Institution, body: &LedgerAcceptance, moment: Moment) -> Result<(), Refusal> {
        let refuse = |rule, detail: &str, accepted: &str| Err(Refusal::at("/body/logKey", rule, detail, accepted));
        let Ok(key) = body.log_key.as_str().parse::<VerifierKey>() else {
            return refuse(Rule::WrongValue, "this is no vkey", "name+keyid+key (C2SP signed-note)");
        };
        let given = key.to_string();
        match () {
            () if owner.id != self.ledger().owner => {
                let owner = self.ledger().owner.to_string();
                Err(Refusal::at("/by", Rule::OwnerOnly, "receipts are accepted by the owner of the ledger", owner))
            }
            () if key.kind() != KeyKind::Note => refuse(Rule::WrongValue, "this key does not sign a log", "a key of type 0x01 (Ed25519)"),
            () if key.name() == self.ledger().origin => refuse(Rule::OtherLedger, "this is the ledger itself", "the key of another ledger"),
            () if owner.accepted_ledgers.iter().any(|known| known.log_key == given) => {
                refuse(Rule::AlreadyGiven, "this key is accepted already", "nothing more, or a later key of that ledger")
            }
            () if owner.accepted_ledgers.len() >= MAX_LEDGERS => refuse(Rule::TooLarge, "64 ledgers are accepted already", "no more"),
            () => {
                owner.accepted_ledgers.push(AcceptedLedger { log_key: given, since: moment });
                Ok(())
            }
        }
    }

    /// The statement that a receipt shows: accepted in a ledger that the owner of this one accepts, at the entry that is named. That
    /// ledger judged it; its signature is not verified again here.
    pub(super) fn shown(&self, named: &Elsewhere<'_>) -> Result<Parsed, Stop> {
        let owner = self.known_institution(&self.ledger().owner, named.pointer)?;
        let keys = owner.accepted_ledgers.iter().filter_map(|ledger| ledger.log_key.parse::<VerifierKey>().ok());
        let keys: Vec<VerifierKey> = keys.filter(|key| key.name() == named.origin).collect();
        if keys.is_empty() {
            let known = owner.accepted_ledgers.iter().map(|ledger| ledger.log_key.split('+').next().unwrap_or_default());
            let accepted = one_of(known, "a ledger-acceptance by the owner first");
            let detail = format!("{} is not accepted", named.origin);
            return Err(Refusal::at(format!("{}/origin", named.pointer), Rule::LedgerNotAccepted, detail, accepted).into());
        }
        let unfit =
            |detail: String| Refusal::at(format!("{}/receipt", named.pointer), Rule::ReceiptUnfit, detail, "the receipt of that entry");
        let receipt = Receipt::parse(format!("{}\n", named.receipt).as_bytes()).map_err(|fault| unfit(fault.to_string()))?;
        let shown = receipt.verify_any(&keys).map_err(|fault| unfit(fault.to_string()))?;
        if shown.index != u64::from(named.entry) {
            return Err(unfit(format!("it is of entry {}", shown.index)).into());
        }
        Ok(Parsed::parse(&shown.jws).map_err(|refusal| unfit(format!("it holds no statement: {refusal}")))?)
    }
}
