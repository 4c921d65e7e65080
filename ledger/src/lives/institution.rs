//! An institution and its keys: registered, admitted, and never out by losing a key.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::continuation::WentOn;
use super::institution_succession::Succession;
use super::log_keys::LogKey;
use super::mandate::Given;
use super::moment::{Fact, Moment};
use super::recovery::Recovery;
use super::recurrence::Recurrence;
use super::rules::RulesSince;
use crate::envelope::refusal::{Refusal, Rule, one_of};
use crate::envelope::statement::flag::{Cause, Flag};
use crate::envelope::statement::institution::{Identifiers, KeyRevocation, Kind, Registration};
use crate::envelope::statement::ministry::Route;
use crate::envelope::{Kid, PublicKey};
use crate::words::{Instant, Slug};

/// At most this many unadmitted registrations under one id, so that strangers cannot fill a life.
const MAX_CANDIDATES: usize = 16;
/// At most this many keys that an institution ever had.
const MAX_KEYS: usize = 256;

/// What the log has made of an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Institution {
    /// Its id in this ledger.
    pub id: Slug,
    /// Registrations that the owner has not admitted; empty once one is.
    pub candidates: Vec<Candidate>,
    /// What was admitted; `None` while there are only candidates.
    pub admitted: Option<Admitted>,
    /// Of the ministry of a ledger: which ministry is accountable for which theme.
    pub routing: Vec<Route>,
    /// Of the owner of a ledger: the other ledgers whose receipts it accepts.
    pub accepted_ledgers: Vec<AcceptedLedger>,
    /// Of the owner of a ledger: the keys of the log after the one that the genesis names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_keys: Vec<LogKey>,
    /// Of the owner of a ledger: where the log went on from fewer entries than it had signed for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub went_on: Vec<WentOn>,
    /// Of the owner of a ledger: the versions of the rules after those that the genesis names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RulesSince>,
    /// Who may sign in its name: what it gave, and what was passed on under that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mandates: Vec<Given>,
    /// The agreements that it signed by a mandate, and must be told when its mandates change; none that is withheld.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub leans_in: BTreeSet<Slug>,
    /// The principals that ever let it sign in their name, so that a reader finds what it holds.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub mandated_by: BTreeSet<Slug>,
    /// What it goes over into, or went over into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succession: Option<Succession>,
    /// Those that went over into it: it answers for them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub succeeds: BTreeSet<Slug>,
    /// Of the ministry of a ledger: what recurs and was put forward for its agenda.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recurrences: Vec<Recurrence>,
}

/// Another ledger whose receipts are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedLedger {
    /// The key that signs its checkpoints, as a vkey.
    pub log_key: String,
    /// Where the owner accepted it.
    pub since: Fact,
}

/// A registration that waits for the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// What it said.
    pub registration: Registration,
    /// Where it stands in the log.
    pub registered: Fact,
}

/// An institution that may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Admitted {
    /// Its public name.
    pub name: String,
    /// What kind of institution it is.
    pub kind: Kind,
    /// Public identifiers.
    pub identifiers: Identifiers,
    /// Where it was admitted.
    pub since: Fact,
    /// Every key that it ever had.
    pub keys: Vec<Key>,
    /// The recovery that runs, if any.
    pub recovery: Option<Recovery>,
    /// The entry that flagged that no valid key is left, until there is one again.
    pub no_valid_key: Option<Fact>,
}

/// One key of an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// RFC 7638 thumbprint.
    pub kid: Kid,
    /// The key.
    pub key: PublicKey,
    /// Where it was added.
    pub added: Fact,
    /// From this instant on it is no longer valid.
    pub valid_until: Option<Instant>,
    /// Where it was revoked.
    pub revoked: Option<Fact>,
}

impl Key {
    /// Whether it is valid at this instant.
    pub fn is_valid(&self, at: Instant) -> bool {
        self.end().is_none_or(|end| at < end)
    }

    /// The instant from which on it is not valid; `None` while there is none.
    pub fn end(&self) -> Option<Instant> {
        let revoked = self.revoked.map(|fact| fact.at);
        self.valid_until.into_iter().chain(revoked).min()
    }
}

impl Institution {
    /// An id under which nobody has registered.
    pub fn new(id: Slug) -> Self {
        let (candidates, routing, accepted_ledgers) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            id,
            candidates,
            admitted: None,
            routing,
            accepted_ledgers,
            log_keys: Vec::new(),
            went_on: Vec::new(),
            rules: Vec::new(),
            mandates: Vec::new(),
            leans_in: BTreeSet::new(),
            mandated_by: BTreeSet::new(),
            succession: None,
            succeeds: BTreeSet::new(),
            recurrences: Vec::new(),
        }
    }

    /// Its public name; while it waits to be admitted, the one that it registered with first.
    pub fn name(&self) -> Option<&str> {
        let waiting = || self.candidates.first().map(|candidate| candidate.registration.name.as_str());
        self.admitted.as_ref().map(|admitted| admitted.name.as_str()).or_else(waiting)
    }

    /// A new institution presents itself.
    pub fn register(&mut self, registration: &Registration, moment: Moment) -> Result<(), Refusal> {
        if self.admitted.is_some() {
            return Err(Refusal::at(
                "/body/institution",
                Rule::InstitutionTaken,
                format!("{} is an admitted institution", self.id),
                "an id that is free",
            ));
        }
        if self.candidates.len() >= MAX_CANDIDATES {
            let detail = format!("{} registrations wait under this id", self.candidates.len());
            return Err(Refusal::at("/body/institution", Rule::InstitutionTaken, detail, "another id"));
        }
        self.candidates.push(Candidate { registration: registration.clone(), registered: moment });
        Ok(())
    }

    /// The owner admits the registration with this key.
    pub fn admit(&mut self, key: &Kid, moment: Moment) -> Result<(), Refusal> {
        if self.admitted.is_some() {
            let detail = format!("{} is admitted already", self.id);
            return Err(Refusal::at("/body/institution", Rule::AlreadyGiven, detail, "a further key by a key-addition of its own"));
        }
        let Some(candidate) = self.candidates.iter().find(|c| c.registration.key.thumbprint() == *key) else {
            let accepted = one_of(self.candidates.iter().map(|c| c.registration.key.thumbprint()), "a registration first");
            return Err(Refusal::at("/body/key", Rule::UnknownInstitution, "no registration with this key waits under this id", accepted));
        };
        let Registration { name, kind, identifiers, key, .. } = candidate.registration.clone();
        let (name, no_valid_key, recovery) = (name.to_string(), None, None);
        let keys = vec![Key { kid: key.thumbprint(), key, added: moment, valid_until: None, revoked: None }];
        self.admitted = Some(Admitted { name, kind, identifiers, since: moment, keys, recovery, no_valid_key });
        self.candidates.clear();
        Ok(())
    }

    /// What was admitted, or a refusal that says that nothing was.
    pub fn admitted(&self) -> Result<&Admitted, Refusal> {
        self.admitted.as_ref().ok_or_else(|| {
            Refusal::new(
                Rule::NotAdmitted,
                format!("{} has registered and waits for the owner of the ledger", self.id),
                "a statement after admission",
            )
        })
    }

    pub(super) fn admitted_mut(&mut self) -> Result<&mut Admitted, Refusal> {
        self.admitted()?;
        Ok(self.admitted.as_mut().expect("checked just before"))
    }

    /// The key under which a statement is accepted at this instant.
    pub fn valid_key(&self, kid: &Kid, at: Instant) -> Result<&Key, Refusal> {
        let admitted = self.admitted()?;
        self.still_there("/by")?;
        let Some(key) = admitted.keys.iter().find(|key| key.kid == *kid) else {
            return Err(Refusal::at(
                "/protected/kid",
                Rule::UnknownKey,
                format!("{kid} is not a key of {}", self.id),
                "a registered key of the signer",
            ));
        };
        if !key.is_valid(at) {
            let end = key.end().map(|end| end.to_string()).unwrap_or_default();
            return Err(Refusal::at(
                "/protected/kid",
                Rule::KeyNotValid,
                format!("the key was valid until {end}"),
                "a key that is valid now",
            ));
        }
        Ok(key)
    }

    /// A further key; `replaces` is revoked in the same step.
    pub fn add_key(
        &mut self,
        key: &PublicKey,
        valid_until: Option<Instant>,
        replaces: Option<&Kid>,
        moment: Moment,
    ) -> Result<(), Refusal> {
        let admitted = self.admitted_mut()?;
        if valid_until.is_some_and(|until| until <= moment.at) {
            return Err(Refusal::at(
                "/body/validUntil",
                Rule::KeyNotValid,
                "the key would never be valid",
                format!("an instant after {}", moment.at),
            ));
        }
        if admitted.keys.len() >= MAX_KEYS {
            let accepted = "no more: one institution never has more keys, those that ended included";
            return Err(Refusal::at("/body/key", Rule::KeyUnfit, format!("there are {MAX_KEYS} keys already"), accepted));
        }
        if let Some(kid) = replaces {
            let old = admitted.keys.iter_mut().find(|old| old.kid == *kid && old.is_valid(moment.at));
            let Some(old) = old else {
                return Err(Refusal::at(
                    "/body/replaces",
                    Rule::UnknownKey,
                    format!("{kid} is not a valid key"),
                    "a valid key of the signer",
                ));
            };
            old.revoked = Some(moment);
        }
        admitted.push_key(key.clone(), valid_until, moment);
        Ok(())
    }

    /// A key is no longer valid; the last one cannot go this way.
    pub fn revoke_key(&mut self, body: &KeyRevocation, moment: Moment) -> Result<(), Refusal> {
        let admitted = self.admitted_mut()?;
        let others = admitted.keys.iter().any(|key| key.kid != body.key && key.is_valid(moment.at));
        let Some(key) = admitted.keys.iter_mut().find(|key| key.kid == body.key && key.is_valid(moment.at)) else {
            return Err(Refusal::at(
                "/body/key",
                Rule::UnknownKey,
                format!("{} is not a valid key", body.key),
                "a valid key of the signer",
            ));
        };
        if !others {
            return Err(Refusal::at("/body/key", Rule::LastKey, "no other key would be left", "a key-rotation"));
        }
        key.revoked = Some(moment);
        Ok(())
    }

    /// What the clock causes next, and from when on.
    pub fn next_flag(&self) -> Option<Flag> {
        // Whose place was taken acts no more, with whatever key.
        let admitted = self.admitted.as_ref().filter(|_| self.successor().is_none())?;
        let recovered = admitted.recovery.as_ref().and_then(|recovery| {
            let due_at = recovery.effective_at()?;
            Some(Flag { due_at, cause: Cause::RecoveryCompleted { institution: self.id.clone(), key: recovery.kid() } })
        });
        let keyless = admitted.keys_end().filter(|_| admitted.no_valid_key.is_none());
        let keyless = keyless.map(|due_at| Flag { due_at, cause: Cause::NoValidKey { institution: self.id.clone() } });
        recovered.into_iter().chain(keyless).chain(self.next_unanswered()).min_by_key(|flag| flag.due_at)
    }

    /// Applies the flag that `next_flag` gave.
    pub fn apply_flag(&mut self, cause: &Cause, moment: Moment) -> Result<(), Refusal> {
        let admitted = self.admitted_mut()?;
        match cause {
            Cause::NoValidKey { .. } => admitted.no_valid_key = Some(moment),
            Cause::RecoveryCompleted { .. } => {
                if let Some(recovery) = admitted.recovery.take() {
                    admitted.push_key(recovery.key, None, moment);
                }
            }
            Cause::AgendaUnanswered { proposal, .. } => self.note_unanswered(proposal, moment),
            _ => return Err(Refusal::new(Rule::FlagUnfit, "this flag is not about an institution", "a flag that the institution causes")),
        }
        Ok(())
    }
}

impl Admitted {
    fn push_key(&mut self, key: PublicKey, valid_until: Option<Instant>, moment: Moment) {
        self.keys.push(Key { kid: key.thumbprint(), key, added: moment, valid_until, revoked: None });
        self.no_valid_key = None;
    }

    /// The instant from which on no key is valid; `None` while one has no end.
    fn keys_end(&self) -> Option<Instant> {
        let ends: Option<Vec<Instant>> = self.keys.iter().map(Key::end).collect();
        ends.and_then(|ends| ends.into_iter().max())
    }
}
