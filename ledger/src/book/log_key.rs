//! The owner announces a new key of the log, and which keys sign what.

use super::desk::Book;
use super::founding::Ledger;
use super::verdict::Stop;
use crate::envelope::statement::log_key::LogKeyRotation;
use crate::envelope::{Refusal, Rule};
use crate::lives::log_keys::{LogKey, LogKeys};
use crate::lives::{Institution, Moment};
use crate::log::note::{KeyFault, KeyKind, VerifierKey};
use crate::log::possession;

/// The key from before signs on for at most so long: a rotation that never ends would be the last one.
const MAX_OVERLAP_MILLIS: i64 = 366 * 24 * 3_600_000;
/// At most this many keys that a log ever had.
const MAX_KEYS: usize = 256;

impl Ledger {
    /// The keys of the log, with what its owner has announced.
    pub fn log_keys(&self, owner: &Institution) -> Result<LogKeys, KeyFault> {
        LogKeys::of(&self.log_key, &owner.log_keys)
    }

    /// The owner names the key that takes over; the gateway shows by its proof that it holds it.
    pub(super) fn rotate_log_key(&self, owner: &mut Institution, body: &LogKeyRotation, moment: Moment) -> Result<(), Refusal> {
        if owner.id != self.owner {
            return Err(Refusal::at(
                "/by",
                Rule::OwnerOnly,
                "the key of the log is announced by the owner of the ledger",
                self.owner.to_string(),
            ));
        }
        let keys = self.log_keys(owner).map_err(|fault| unread("/body/logKey", fault))?;
        let key = self.fresh_log_key(&keys, body.log_key.as_str())?;
        if let Some(until) = keys.overlap(moment.at) {
            let detail = format!("the key before the current one signs until {until}");
            return Err(Refusal::at("/body/logKey", Rule::RotationRuns, detail, format!("a new key from {until} on")));
        }
        if let Err(fault) = possession::check(&key, body.proof.as_str()) {
            let accepted = format!("the signature line by {key} over the lines convenant/log-key/v1, {} and that vkey", key.name());
            return Err(Refusal::at("/body/proof", Rule::ProofOfPossession, fault.to_string(), accepted));
        }
        let latest = moment.at.plus_millis(MAX_OVERLAP_MILLIS);
        if body.old_signs_until <= moment.at || body.old_signs_until > latest {
            let detail = format!("{} is no time for both keys to sign", body.old_signs_until);
            let accepted = format!("an instant after {}, up to {latest}", moment.at);
            return Err(Refusal::at("/body/oldSignsUntil", Rule::WrongValue, detail, accepted));
        }
        owner.log_keys.push(LogKey { log_key: key.to_string(), since: moment, old_signs_until: body.old_signs_until });
        Ok(())
    }

    /// A key of this log that nothing here was ever signed with.
    fn fresh_log_key(&self, keys: &LogKeys, vkey: &str) -> Result<VerifierKey, Refusal> {
        let refuse = |rule, detail: &str, accepted: String| Err(Refusal::at("/body/logKey", rule, detail, accepted));
        let Ok(key) = vkey.parse::<VerifierKey>() else {
            return refuse(Rule::WrongValue, "this is no vkey", "name+keyid+key (C2SP signed-note)".to_owned());
        };
        let all = keys.all();
        // A reader looks for a signature by name and id: two keys that share them could not be told apart.
        let clashes = |known: &VerifierKey| known.public_key() == key.public_key() || known.id() == key.id();
        let is_statement_key = self.statement_key.is_ed25519(key.public_key());
        match () {
            () if key.kind() != KeyKind::Note => {
                refuse(Rule::WrongValue, "this key does not sign a log", "a key of type 0x01 (Ed25519)".to_owned())
            }
            () if key.name() != self.origin => {
                refuse(Rule::OtherLedger, "the name of the key is not the origin of this ledger", self.origin.clone())
            }
            () if is_statement_key || all.iter().any(clashes) => {
                refuse(Rule::KeyTaken, "this is or was a key of this ledger", "a fresh key".to_owned())
            }
            () if all.len() >= MAX_KEYS => refuse(Rule::TooLarge, "the log has had 256 keys", "no more".to_owned()),
            () => Ok(key),
        }
    }
}

impl Book {
    /// The keys of the log as they stand.
    pub(super) fn log_keys(&self, pointer: &str) -> Result<LogKeys, Stop> {
        let owner = self.known_institution(&self.ledger().owner, pointer)?;
        self.ledger().log_keys(owner).map_err(|fault| unread(pointer, fault).into())
    }
}

fn unread(pointer: &str, fault: KeyFault) -> Refusal {
    Refusal::at(pointer, Rule::KeyUnfit, format!("the key of the log cannot be read: {fault}"), "a log whose key can be read")
}
