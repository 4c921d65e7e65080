//! Whose key is whose, and which keys are the log's, by the statements about keys alone: genesis, registrations, admissions
//! and what came after. It is what a reader has who holds some entries of a log, and not all.
//!
//! Each statement is checked with a key that was valid for its signer when it was accepted. Keys come and go by the same
//! transitions as in the ledger; whether those who vouch share an agreement is left to the log, which accepted it.

use std::collections::BTreeMap;

use super::founding::{Ledger, found};
use super::possession::check_possession;
use crate::envelope::statement::flag::{Cause, Flag, Subject};
use crate::envelope::{Body, GATEWAY, Kid, Parsed, PublicKey, Refusal, Rule, Type};
use crate::lives::log_keys::LogKeys;
use crate::lives::{Institution, Moment};
use crate::log::note::KeyFault;
use crate::words::Slug;

/// The institutions so far, with their keys.
#[derive(Debug)]
pub struct Keyring {
    /// What the genesis says.
    pub ledger: Ledger,
    institutions: BTreeMap<Slug, Institution>,
}

impl Keyring {
    /// Begins with the genesis.
    pub fn found(genesis: &Parsed, moment: Moment) -> Result<Self, Refusal> {
        let no_genesis = || Refusal::at("/type", Rule::GatewayOnly, "the first entry is no genesis", "a genesis");
        let key = genesis.own_key().cloned().ok_or_else(no_genesis)?;
        let (ledger, institutions) = found(&genesis.clone().verify(&key)?, moment)?;
        let institutions = institutions.into_iter().map(|institution| (institution.id.clone(), institution)).collect();
        Ok(Self { ledger, institutions })
    }

    /// Checks the next statement's signature, and takes in what it says of keys.
    pub fn take(&mut self, parsed: &Parsed, moment: Moment) -> Result<(), Refusal> {
        let statement = parsed.statement();
        if statement.ledger.as_str() != self.ledger.origin {
            let detail = format!("the statement is for {}", statement.ledger);
            return Err(Refusal::at("/ledger", Rule::OtherLedger, detail, self.ledger.origin.clone()));
        }
        parsed.received().verify(&self.key_of(parsed, moment)?)?;
        self.apply(parsed, moment)
    }

    fn key_of(&self, parsed: &Parsed, moment: Moment) -> Result<PublicKey, Refusal> {
        let statement = parsed.statement();
        if statement.by.as_str() == GATEWAY {
            return Ok(self.ledger.statement_key.clone());
        }
        match (&statement.body, parsed.own_key()) {
            (Body::Registration(_) | Body::RecoveryRequest(_), Some(key)) => Ok(key.clone()),
            _ => Ok(self.known(&statement.by)?.valid_key(&parsed.received().header().kid, moment.at)?.key.clone()),
        }
    }

    fn apply(&mut self, parsed: &Parsed, moment: Moment) -> Result<(), Refusal> {
        let by = &parsed.statement().by;
        let origin = self.ledger.origin.clone();
        match &parsed.statement().body {
            Body::Registration(body) => {
                if *by != body.institution {
                    return Err(Refusal::at("/by", Rule::OnBehalf, "another registers it", body.institution.to_string()));
                }
                let new = || Institution::new(body.institution.clone());
                self.institutions.entry(body.institution.clone()).or_insert_with(new).register(body, moment)
            }
            Body::Admission(body) => {
                if *by != self.ledger.owner {
                    return Err(Refusal::at(
                        "/by",
                        Rule::OwnerOnly,
                        format!("{by} does not own this ledger"),
                        self.ledger.owner.to_string(),
                    ));
                }
                self.of(&body.institution)?.admit(&body.key, moment)
            }
            Body::KeyAddition(body) => {
                check_possession(body.proof.as_str(), &origin, by, &body.key)?;
                self.of(by)?.add_key(&body.key, body.valid_until, None, moment)
            }
            Body::KeyRotation(body) => {
                check_possession(body.proof.as_str(), &origin, by, &body.key)?;
                self.of(by)?.add_key(&body.key, body.valid_until, Some(&body.replaces), moment)
            }
            Body::KeyRevocation(body) => self.of(by)?.revoke_key(body, moment),
            Body::RecoveryRequest(body) => self.of(&body.institution)?.request_recovery(&body.key, moment),
            Body::RecoveryVouch(body) => self.of(&body.institution)?.vouch(by, body.agreement.is_none(), &body.key, moment),
            Body::RecoveryObjection(body) => self.of(by)?.object_to_recovery(&body.key),
            Body::LogKeyRotation(body) => {
                // Apart from the institutions, of which the owner is one.
                let ledger = self.ledger.clone();
                ledger.rotate_log_key(self.of(by)?, body, moment)
            }
            Body::Continuation(body) => {
                let ledger = self.ledger.clone();
                ledger.go_on(self.of(by)?, body, moment)
            }
            Body::InstitutionSuccession(body) => self.of(&body.institution)?.announce_succession(by, body, parsed.hash(), moment),
            Body::SuccessionAcceptance(body) => self.of(&body.institution)?.accept_succession(by, body, moment),
            Body::Flag(flag) => self.apply_flag(flag, moment),
            Body::Genesis(_) => Err(Refusal::at("/type", Rule::GatewayOnly, "a ledger has one genesis", "another statement")),
            _ => Ok(()),
        }
    }

    /// Flags about institutions end and begin the validity of keys; they must follow from what came before.
    fn apply_flag(&mut self, flag: &Flag, moment: Moment) -> Result<(), Refusal> {
        match flag.cause.subject() {
            Subject::Institution(id) if is_cause_about_keys(&flag.cause) => {
                let institution = self.of(&id)?;
                if institution.next_flag().as_ref() != Some(flag) || flag.due_at > moment.at {
                    return Err(Refusal::at("/body", Rule::FlagUnfit, "this does not follow from the statements about keys", "no flag"));
                }
                institution.apply_flag(&flag.cause, moment)
            }
            Subject::Institution(_) | Subject::Agreement(_) => Ok(()),
        }
    }

    /// The keys of the log, as far as the statements that were taken in name them.
    pub fn log_keys(&self) -> Result<LogKeys, KeyFault> {
        LogKeys::of(&self.ledger.log_key, self.institutions.get(&self.ledger.owner).map_or(&[], |owner| &owner.log_keys))
    }

    fn known(&self, id: &Slug) -> Result<&Institution, Refusal> {
        let unknown =
            || Refusal::at("/by", Rule::UnknownInstitution, format!("no registration of {id} is here"), "its registration and admission");
        self.institutions.get(id).ok_or_else(unknown)
    }

    fn of(&mut self, id: &Slug) -> Result<&mut Institution, Refusal> {
        self.known(id)?;
        Ok(self.institutions.get_mut(id).expect("known just before"))
    }

    /// Every key of those who may act, and the gateway's: by thumbprint, with whose it is.
    pub fn keys(&self) -> BTreeMap<Kid, (String, PublicKey)> {
        let own = (self.ledger.statement_key.thumbprint(), (GATEWAY.to_owned(), self.ledger.statement_key.clone()));
        let theirs = self.institutions.values().flat_map(|institution| {
            let keys = institution.admitted.iter().flat_map(|admitted| &admitted.keys);
            keys.map(|key| (key.kid, (institution.id.to_string(), key.key.clone())))
        });
        std::iter::once(own).chain(theirs).collect()
    }

    /// The public names of institutions.
    pub fn names(&self) -> BTreeMap<Slug, String> {
        let named = self.institutions.values().filter_map(|institution| {
            let waiting = institution.candidates.first().map(|candidate| candidate.registration.name.to_string());
            Some((institution.id.clone(), institution.admitted.as_ref().map(|admitted| admitted.name.clone()).or(waiting)?))
        });
        named.collect()
    }
}

/// Whether a flag says of a key from when on it is valid, or no longer.
fn is_cause_about_keys(cause: &Cause) -> bool {
    matches!(cause, Cause::NoValidKey { .. } | Cause::RecoveryCompleted { .. })
}

/// Whether a statement tells whose key a key is, be it an institution's or the log's, or what the signature of the log is worth.
pub fn is_about_keys(body: &Body) -> bool {
    match body.kind() {
        Type::Genesis | Type::Registration | Type::Admission | Type::KeyAddition | Type::KeyRotation | Type::KeyRevocation => true,
        Type::RecoveryRequest | Type::RecoveryVouch | Type::RecoveryObjection => true,
        Type::Flag => matches!(body, Body::Flag(flag) if is_cause_about_keys(&flag.cause)),
        Type::Proposal | Type::CounterProposal | Type::Consent | Type::Decline | Type::Retraction | Type::Amendment => false,
        Type::Report | Type::Acceptance | Type::Dispute | Type::DisputeAnswer | Type::DisputeRetraction | Type::Finding => false,
        Type::BreachAnswer | Type::Release | Type::Handover | Type::Event | Type::Suspension | Type::Resumption => false,
        Type::Dissolution | Type::Accession | Type::Expulsion | Type::ExpulsionView | Type::Review => false,
        Type::UmbrellaChange | Type::UmbrellaAnswer => false,
        Type::Withdrawal | Type::WithdrawalAnswer | Type::WithdrawalRevocation | Type::ReportRuling | Type::CaseRuling => false,
        Type::BoardOutcome | Type::SupportRequest | Type::MinistryAnswer | Type::StatePosition | Type::CaseClosure => false,
        Type::LogKeyRotation | Type::Continuation => true,
        Type::Impasse | Type::ImpassePosition | Type::ImpasseStep | Type::StatutoryDispute | Type::DisputeRuling => false,
        Type::ProposalAnswer
        | Type::MinistryRouting
        | Type::LedgerAcceptance
        | Type::RulesChange
        | Type::Annulment
        | Type::AttachmentErasure => false,
        Type::InstitutionSuccession | Type::SuccessionAcceptance => true,
        Type::Mandate | Type::MandateRevocation | Type::AgendaProposal | Type::AgendaAnswer => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a ministry leaves unanswered says nothing of its keys: a keyring without the proposal would refuse it.
    #[test]
    fn of_flags_those_that_end_or_begin_the_validity_of_keys_are_about_keys() {
        let flag = |cause: serde_json::Value| -> Body {
            let flag = serde_json::json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": cause });
            Body::Flag(serde_json::from_value(flag).unwrap())
        };
        let proposal = "ab".repeat(32);
        let about = |cause| is_about_keys(&flag(cause));
        assert!(about(serde_json::json!({ "kind": "no-valid-key", "institution": "ministry" })));
        assert!(!about(serde_json::json!({ "kind": "agenda-unanswered", "institution": "ministry", "proposal": proposal })));
    }
}
