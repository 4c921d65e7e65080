//! How an institution whose last key is gone gets a new one: others vouch, and time to object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::institution::Institution;
use super::moment::{Fact, Moment};
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::{Kid, PublicKey};
use crate::words::{Day, Instant, Slug};

/// Days in which a key that the institution still has can object.
const OBJECTION_DAYS: i64 = 14;
/// Institutions that share an agreement, beside the owner (or the ministry in its place).
const PARTNERS: usize = 2;

/// A recovery that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// The new key; it signed the request.
    pub key: PublicKey,
    /// Where the request stands.
    pub requested: Fact,
    /// The owner's word, or the ministry's where the owner itself lost its key.
    pub authority: Option<Fact>,
    /// Institutions that share an agreement and vouched.
    pub partners: BTreeMap<Slug, Fact>,
}

impl Recovery {
    /// Thumbprint of the new key.
    pub fn kid(&self) -> Kid {
        self.key.thumbprint()
    }

    /// The instant from which on the key is valid if nobody objects; `None` while vouchers are missing.
    pub fn effective_at(&self) -> Option<Instant> {
        let authority = self.authority?;
        let vouched = self.partners.values().map(|fact| fact.at).chain([authority.at]).max()?;
        (self.partners.len() >= PARTNERS).then(|| Day::of(vouched).plus_days(OBJECTION_DAYS).end())
    }
}

impl Institution {
    /// A new key asks for the place of the lost ones.
    pub fn request_recovery(&mut self, key: &PublicKey, moment: Moment) -> Result<(), Refusal> {
        self.still_there("/body/institution")?;
        let admitted = self.admitted_mut()?;
        if let Some(running) = admitted.recovery.as_ref().filter(|running| running.authority.is_some()) {
            let detail = format!("a recovery to {} runs already and the authority vouched for it", running.kid());
            return Err(Refusal::new(Rule::RecoveryUnfit, detail, "an objection to it first"));
        }
        let (authority, partners) = (None, BTreeMap::new());
        admitted.recovery = Some(Recovery { key: key.clone(), requested: moment, authority, partners });
        Ok(())
    }

    /// Someone vouches for the new key. `as_authority`: the owner (or the ministry for the owner).
    pub fn vouch(&mut self, by: &Slug, as_authority: bool, key: &Kid, moment: Moment) -> Result<(), Refusal> {
        if *by == self.id {
            return Err(Refusal::new(Rule::RecoveryUnfit, "nobody vouches for its own key", "the word of others"));
        }
        let admitted = self.admitted_mut()?;
        let Some(recovery) = admitted.recovery.as_mut().filter(|recovery| recovery.kid() == *key) else {
            return Err(Refusal::at("/body/key", Rule::RecoveryUnfit, "no recovery to this key runs", "a recovery-request first"));
        };
        let given = if as_authority { recovery.authority.is_some() } else { recovery.partners.contains_key(by) };
        if given {
            return Err(Refusal::new(Rule::AlreadyGiven, format!("{by} vouched already"), "one word of each: it stands"));
        }
        if as_authority {
            recovery.authority = Some(moment);
        } else if recovery.effective_at().is_none() {
            recovery.partners.insert(by.clone(), moment);
        } else {
            return Err(Refusal::new(Rule::AlreadyGiven, "enough institutions vouched already", "nothing more"));
        }
        Ok(())
    }

    /// A key that the institution still has stops the recovery.
    pub fn object_to_recovery(&mut self, key: &Kid) -> Result<(), Refusal> {
        let admitted = self.admitted_mut()?;
        if admitted.recovery.take_if(|recovery| recovery.kid() == *key).is_none() {
            let accepted = "the key of a recovery of its own that runs";
            return Err(Refusal::at("/body/key", Rule::RecoveryUnfit, "no recovery to this key runs", accepted));
        }
        Ok(())
    }
}
