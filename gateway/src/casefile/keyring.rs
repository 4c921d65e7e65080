//! Whose key is whose, by the statements in a case file alone: genesis, registrations, admissions and what came after.
//!
//! Each statement is checked with a key that was valid for its signer when it was accepted. Keys come and go by the same
//! transitions as in the ledger; whether those who vouch share an agreement is left to the log, which accepted it.

use std::collections::BTreeMap;

use ledger::book::{Ledger, check_possession, found};
use ledger::envelope::{Body, GATEWAY, Kid, Parsed, PublicKey, Refusal, Rule};
use ledger::lives::{Institution, Moment};
use ledger::words::Slug;

use super::statements::Item;

/// The keys so far.
#[derive(Debug)]
pub(super) struct Keyring {
    /// What the genesis says.
    pub(super) ledger: Ledger,
    institutions: BTreeMap<Slug, Institution>,
}

impl Keyring {
    /// Begins with the genesis.
    pub(super) fn found(genesis: &Item) -> Result<Self, Refusal> {
        let no_genesis = || Refusal::at("/type", Rule::GatewayOnly, "the first entry is no genesis", "a genesis");
        let key = genesis.parsed.own_key().cloned().ok_or_else(no_genesis)?;
        let moment = Moment { entry: genesis.entry, at: genesis.accepted_at };
        let (ledger, institutions) = found(&genesis.parsed.clone().verify(&key)?, moment)?;
        let institutions = institutions.into_iter().map(|institution| (institution.id.clone(), institution)).collect();
        Ok(Self { ledger, institutions })
    }

    /// Checks the next statement's signature, and takes in what it says of keys.
    pub(super) fn take(&mut self, item: &Item) -> Result<(), Refusal> {
        let statement = item.parsed.statement();
        if statement.ledger.as_str() != self.ledger.origin {
            let detail = format!("the statement is for {}", statement.ledger);
            return Err(Refusal::at("/ledger", Rule::OtherLedger, detail, self.ledger.origin.clone()));
        }
        item.parsed.received().verify(&self.key_of(item)?)?;
        self.apply(&item.parsed, Moment { entry: item.entry, at: item.accepted_at })
    }

    fn key_of(&self, item: &Item) -> Result<PublicKey, Refusal> {
        let statement = item.parsed.statement();
        if statement.by.as_str() == GATEWAY {
            return Ok(self.ledger.statement_key.clone());
        }
        match (&statement.body, item.parsed.own_key()) {
            (Body::Registration(_) | Body::RecoveryRequest(_), Some(key)) => Ok(key.clone()),
            _ => Ok(self.known(&statement.by)?.valid_key(&item.parsed.received().header().kid, item.accepted_at)?.key.clone()),
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
            Body::Flag(flag) => self.apply_flag(flag, moment),
            Body::Genesis(_) => Err(Refusal::at("/type", Rule::GatewayOnly, "a ledger has one genesis", "another statement")),
            _ => Ok(()),
        }
    }

    /// Flags about institutions end and begin the validity of keys; they must follow from what came before.
    fn apply_flag(&mut self, flag: &ledger::envelope::statement::flag::Flag, moment: Moment) -> Result<(), Refusal> {
        use ledger::envelope::statement::flag::Subject;
        match flag.cause.subject() {
            Subject::Agreement(_) => Ok(()),
            Subject::Institution(id) => {
                let institution = self.of(&id)?;
                if institution.next_flag().as_ref() != Some(flag) || flag.due_at > moment.at {
                    return Err(Refusal::at("/body", Rule::FlagUnfit, "this does not follow from the statements about keys", "no flag"));
                }
                institution.apply_flag(&flag.cause, moment)
            }
        }
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
    pub(super) fn keys(&self) -> BTreeMap<Kid, (String, PublicKey)> {
        let own = (self.ledger.statement_key.thumbprint(), (GATEWAY.to_owned(), self.ledger.statement_key.clone()));
        let theirs = self.institutions.values().flat_map(|institution| {
            let keys = institution.admitted.iter().flat_map(|admitted| &admitted.keys);
            keys.map(|key| (key.kid, (institution.id.to_string(), key.key.clone())))
        });
        std::iter::once(own).chain(theirs).collect()
    }

    /// The public names of institutions.
    pub(super) fn names(&self) -> BTreeMap<Slug, String> {
        let named = self.institutions.values().filter_map(|institution| {
            let waiting = institution.candidates.first().map(|candidate| candidate.registration.name.to_string());
            Some((institution.id.clone(), institution.admitted.as_ref().map(|admitted| admitted.name.clone()).or(waiting)?))
        });
        named.collect()
    }
}
