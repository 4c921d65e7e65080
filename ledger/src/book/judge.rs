//! The one door of the rules: a verified statement and its place in, an acceptance or a refusal out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::founding::Ledger;
use super::possession::check_possession;
use super::shelf::{LifeKey, Prior, Shelf};
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::flag::{Flag, Subject};
use crate::envelope::statement::genesis::Level;
use crate::envelope::statement::institution::RecoveryVouch;
use crate::envelope::{Body, Fault, GATEWAY, Kid, PublicKey, Refusal, Rule, Verified};
use crate::lives::parts::PartChange;
use crate::lives::{Agreement, Institution, Moment};
use crate::words::{Hash, Instant, Slug, StatementId};

/// How far a signer's clock may run ahead of the ledger, in milliseconds.
const AHEAD_MILLIS: i64 = 5 * 60 * 1000;

/// The lives at hand, and the rules over them.
#[derive(Debug, Clone)]
pub struct Book {
    ledger: Arc<Ledger>,
    shelf: Shelf,
}

/// Why a statement was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It does not fit; the party is told.
    Refused(Refusal),
    /// This must be fetched before it can be judged.
    Need(LifeKey),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<LifeKey> for Stop {
    fn from(key: LifeKey) -> Self {
        Self::Need(key)
    }
}

/// What became of a statement that may stand.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is new and fits.
    Accept(Box<Accepted>),
    /// The same payload was accepted before: the first receipt answers it.
    Repeat {
        /// Index of the entry.
        entry: u64,
    },
}

/// A statement that fits, with what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    by: Slug,
    id: StatementId,
    hash: Hash,
    moment: Moment,
    lives: Vec<Life>,
    key: Option<(Kid, Slug)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Life {
    Institution(Box<Institution>),
    Agreement(Box<Agreement>),
}

/// What the shell keeps after an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An institution.
    Institution(Box<Institution>),
    /// Parts of an agreement, and the instant at which the clock next changes it.
    Agreement {
        /// The agreement.
        id: Slug,
        /// Its parts that changed.
        parts: Vec<PartChange>,
        /// When the clock next causes something; `None` when nothing will.
        due: Option<Instant>,
    },
    /// A key that belongs to an institution from here on.
    Key(Kid, Slug),
}

impl Change {
    /// The life that changed; `None` for a key.
    pub fn life(&self) -> Option<LifeKey> {
        match self {
            Self::Institution(institution) => Some(LifeKey::Institution(institution.id.clone())),
            Self::Agreement { id, .. } => Some(LifeKey::Agreement(id.clone())),
            Self::Key(..) => None,
        }
    }

    /// When the clock next changes this life.
    pub fn due(&self) -> Option<Instant> {
        match self {
            Self::Institution(institution) => institution.next_flag().map(|flag| flag.due_at),
            Self::Agreement { due, .. } => *due,
            Self::Key(..) => None,
        }
    }
}

impl Book {
    /// A book that holds what the shell puts on it.
    pub fn of(ledger: Ledger) -> Self {
        Self { ledger: Arc::new(ledger), shelf: Shelf::default() }
    }

    /// A book that holds everything since the genesis: what it does not have does not exist.
    pub fn complete(ledger: Ledger, institutions: Vec<Institution>) -> Self {
        let mut book = Self { ledger: Arc::new(ledger), shelf: Shelf::complete() };
        institutions.into_iter().for_each(|institution| book.put_institution(institution.id.clone(), Some(institution)));
        book
    }

    /// What holds for the ledger as a whole.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Puts an institution on the book, or that there is none, with its keys.
    pub fn put_institution(&mut self, id: Slug, institution: Option<Institution>) {
        for key in institution.iter().flat_map(|i| &i.admitted).flat_map(|admitted| &admitted.keys) {
            self.shelf.keys.insert(key.kid, Some(id.clone()));
        }
        self.shelf.institutions.insert(id, institution);
    }

    /// Puts an agreement on the book, or that there is none.
    pub fn put_agreement(&mut self, id: Slug, agreement: Option<Agreement>) {
        self.shelf.agreements.insert(id, agreement);
    }

    /// Puts on the book whose key this is.
    pub fn put_key(&mut self, kid: Kid, owner: Option<Slug>) {
        self.shelf.keys.insert(kid, owner);
    }

    /// Puts on the book whether an id was used.
    pub fn put_id(&mut self, by: Slug, id: StatementId, prior: Option<Prior>) {
        self.shelf.ids.insert((by, id), prior);
    }

    /// Forgets all ids: they are looked up anew.
    pub fn forget_ids(&mut self) {
        self.shelf.ids.clear();
    }

    /// Forgets the ids that no entry after this one used: those are looked up anew, the others are not written yet.
    pub fn forget_ids_before(&mut self, entry: u64) {
        self.shelf.ids.retain(|_, prior| prior.is_some_and(|prior| prior.entry >= entry));
    }

    /// Takes a life off the book, so that it is fetched again.
    pub fn forget(&mut self, key: &LifeKey) {
        match key {
            LifeKey::Institution(id) => _ = self.shelf.institutions.remove(id),
            LifeKey::Agreement(id) => _ = self.shelf.agreements.remove(id),
            LifeKey::Key(kid) => _ = self.shelf.keys.remove(kid),
            LifeKey::Id(by, id) => _ = self.shelf.ids.remove(&(by.clone(), id.clone())),
        }
    }

    /// Whether something is at hand.
    pub fn has(&self, key: &LifeKey) -> bool {
        match key {
            LifeKey::Institution(id) => self.shelf.institutions.contains_key(id),
            LifeKey::Agreement(id) => self.shelf.agreements.contains_key(id),
            LifeKey::Key(kid) => self.shelf.keys.contains_key(kid),
            LifeKey::Id(by, id) => self.shelf.ids.contains_key(&(by.clone(), id.clone())),
        }
    }

    /// An agreement at hand.
    pub fn agreement(&self, id: &Slug) -> Option<&Agreement> {
        self.shelf.agreements.get(id).and_then(Option::as_ref)
    }

    /// An institution at hand.
    pub fn institution(&self, id: &Slug) -> Option<&Institution> {
        self.shelf.institutions.get(id).and_then(Option::as_ref)
    }

    /// How many lives are at hand.
    pub fn len(&self) -> usize {
        self.shelf.institutions.len() + self.shelf.agreements.len()
    }

    /// Whether nothing is at hand.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a statement surely touches, so that the shell can fetch it in one go.
    pub fn touches(statement: &crate::envelope::Parsed) -> Vec<LifeKey> {
        let (by, id) = (&statement.statement().by, &statement.statement().id);
        let mut keys = vec![LifeKey::Id(by.clone(), id.clone())];
        if by.as_str() != GATEWAY {
            keys.push(LifeKey::Institution(by.clone()));
        }
        keys.extend(statement.statement().body.subject().map(LifeKey::of));
        if let Body::Proposal(proposal) = &statement.statement().body {
            keys.extend(proposal.parties.iter().map(|party| LifeKey::Institution(party.institution.clone())));
        }
        keys
    }

    /// The public key under which a statement's signature must hold: registered, or brought along.
    pub fn key_of(&self, statement: &crate::envelope::Parsed) -> Result<PublicKey, Stop> {
        if statement.statement().by.as_str() == GATEWAY {
            return Ok(self.ledger.statement_key.clone());
        }
        if let Some(key) = statement.own_key() {
            return Ok(key.clone());
        }
        let kid = &statement.received().header().kid;
        let by = &statement.statement().by;
        let institution = self.shelf.institution(by)?;
        let keys = institution.and_then(|institution| institution.admitted.as_ref()).map(|admitted| &admitted.keys);
        let candidate = institution.iter().flat_map(|i| &i.candidates).map(|c| &c.registration.key).find(|key| key.thumbprint() == *kid);
        let found = keys.and_then(|keys| keys.iter().find(|key| key.kid == *kid)).map(|key| &key.key).or(candidate);
        found.cloned().ok_or_else(|| {
            Refusal::at("/protected/kid", Rule::UnknownKey, format!("{kid} is not a key of {by}"), "a registered key of the signer").into()
        })
    }

    /// Judges a statement at its place. Nothing changes.
    pub fn judge(&self, verified: &Verified, moment: Moment) -> Result<Verdict, Stop> {
        let statement = verified.statement();
        if statement.ledger.to_string() != self.ledger.origin {
            let detail = format!("the statement is for {}", statement.ledger);
            return Err(Refusal::at("/ledger", Rule::OtherLedger, detail, self.ledger.origin.clone()).into());
        }
        if let Some(prior) = self.shelf.prior(&statement.by, &statement.id)? {
            return self.repeat(verified, prior);
        }
        let (by, id, hash) = (statement.by.clone(), statement.id.clone(), verified.hash());
        let (lives, key) = match &statement.body {
            Body::Flag(flag) => (vec![self.judge_flag(verified, flag, moment)?], None),
            _ => {
                self.check_signer(verified, moment)?;
                (self.apply(verified, moment)?, self.new_key(verified)?)
            }
        };
        Ok(Verdict::Accept(Box::new(Accepted { by, id, hash, moment, lives, key })))
    }

    fn repeat(&self, verified: &Verified, prior: Prior) -> Result<Verdict, Stop> {
        if prior.hash == verified.hash() {
            return Ok(Verdict::Repeat { entry: prior.entry });
        }
        let detail = format!("entry {} has this id and other content", prior.entry);
        Err(Refusal::at("/id", Rule::IdConflict, detail, "an id that was not used").into())
    }

    fn check_signer(&self, verified: &Verified, moment: Moment) -> Result<(), Stop> {
        let statement = verified.statement();
        if statement.by.as_str() == GATEWAY {
            return Err(Refusal::at("/by", Rule::GatewayOnly, "the gateway signs flags only", "an institution").into());
        }
        if statement.on_behalf_of.as_ref().is_some_and(|other| *other != statement.by) {
            let detail = "mandates are not supported yet";
            return Err(Refusal::at("/onBehalfOf", Rule::OnBehalf, detail, statement.by.to_string()).into());
        }
        if statement.signed_at > moment.at.plus_millis(AHEAD_MILLIS) {
            let (detail, accepted) =
                (format!("signed at {}", statement.signed_at), format!("an instant up to five minutes after {}", moment.at));
            return Err(Refusal::at("/signedAt", Rule::SignedInFuture, detail, accepted).into());
        }
        match &statement.body {
            Body::Registration(body) if body.institution.as_str() == GATEWAY => {
                Err(Refusal::at("/body/institution", Rule::InstitutionTaken, "this name is the gateway's", "another id").into())
            }
            Body::Registration(body) => self.check_self(&statement.by, &body.institution, &body.key),
            Body::RecoveryRequest(body) => self.check_self(&statement.by, &body.institution, &body.key),
            _ => {
                let institution = self.known_institution(&statement.by, "/by")?;
                institution.valid_key(&verified.received().header().kid, moment.at)?;
                Ok(())
            }
        }
    }

    fn check_self(&self, by: &Slug, institution: &Slug, key: &PublicKey) -> Result<(), Stop> {
        if by != institution {
            return Err(Refusal::at("/by", Rule::OnBehalf, "this is signed by the institution itself", institution.to_string()).into());
        }
        self.check_free(key)
    }

    fn check_free(&self, key: &PublicKey) -> Result<(), Stop> {
        match self.shelf.key(&key.thumbprint())? {
            Some(owner) => Err(Refusal::at("/body/key", Rule::KeyTaken, format!("this is or was a key of {owner}"), "a fresh key").into()),
            None => Ok(()),
        }
    }

    /// The key that a statement makes known, so that it can never be another institution's.
    fn new_key(&self, verified: &Verified) -> Result<Option<(Kid, Slug)>, Stop> {
        Ok(match &verified.statement().body {
            Body::Admission(body) => Some((body.key, body.institution.clone())),
            Body::KeyAddition(body) => Some((body.key.thumbprint(), verified.statement().by.clone())),
            Body::KeyRotation(body) => Some((body.key.thumbprint(), verified.statement().by.clone())),
            Body::RecoveryRequest(body) => Some((body.key.thumbprint(), body.institution.clone())),
            _ => None,
        })
    }

    pub(super) fn known_institution(&self, id: &Slug, pointer: &str) -> Result<&Institution, Stop> {
        let institution = self.shelf.institution(id)?;
        institution.ok_or_else(|| {
            Refusal::at(pointer, Rule::UnknownInstitution, format!("{id} is not registered here"), "a registered institution").into()
        })
    }

    fn known_agreement(&self, id: &Slug) -> Result<Agreement, Stop> {
        let agreement = self.shelf.agreement(id)?.cloned();
        agreement.ok_or_else(|| {
            Refusal::at("/body/agreement", Rule::UnknownAgreement, format!("{id} is not an agreement in this ledger"), "its id").into()
        })
    }

    fn judge_flag(&self, verified: &Verified, flag: &Flag, moment: Moment) -> Result<Life, Stop> {
        let statement = verified.statement();
        if statement.by.as_str() != GATEWAY || verified.received().header().kid != self.ledger.statement_key.thumbprint() {
            return Err(Refusal::at("/by", Rule::GatewayOnly, "flags are signed by the gateway", GATEWAY).into());
        }
        self.flag_life(flag, moment)
    }

    /// The life that a flag changes, after it; refused unless the flag is the next one of that life and due.
    fn flag_life(&self, flag: &Flag, moment: Moment) -> Result<Life, Stop> {
        let unfit = |expected: Option<Flag>| {
            let accepted = expected.map_or("no flag".to_owned(), |flag| Body::from(flag).to_json().to_string());
            Refusal::at("/body", Rule::FlagUnfit, "this does not follow from the ledger", accepted)
        };
        match flag.cause.subject() {
            Subject::Agreement(id) => {
                let mut agreement = self.known_agreement(&id)?;
                let expected = agreement.next_flag().filter(|next| next.due_at <= moment.at);
                if expected.as_ref() != Some(flag) {
                    return Err(unfit(expected).into());
                }
                agreement.apply_flag(flag, moment)?;
                self.route(&mut agreement, moment)?;
                agreement.after_entry(moment);
                Ok(Life::Agreement(Box::new(agreement)))
            }
            Subject::Institution(id) => {
                let mut institution = self.known_institution(&id, "/body/cause/institution")?.clone();
                let expected = institution.next_flag().filter(|next| next.due_at <= moment.at);
                if expected.as_ref() != Some(flag) {
                    return Err(unfit(expected).into());
                }
                institution.apply_flag(&flag.cause, moment)?;
                Ok(Life::Institution(Box::new(institution)))
            }
        }
    }

    fn apply(&self, verified: &Verified, moment: Moment) -> Result<Vec<Life>, Stop> {
        let statement = verified.statement();
        match statement.body.subject() {
            Some(Subject::Agreement(id)) => {
                let agreement = match &statement.body {
                    Body::Proposal(proposal) => self.propose(&statement.by, proposal, verified.hash(), moment)?,
                    body => {
                        let mut agreement = self.known_agreement(&id)?;
                        act(&mut agreement, &statement.by, body, verified.hash(), moment)?;
                        self.route(&mut agreement, moment)?;
                        agreement.after_entry(moment);
                        agreement
                    }
                };
                self.check_state(&statement.body)?;
                self.check_umbrellas(&statement.body, &agreement)?;
                Ok(vec![Life::Agreement(Box::new(agreement))])
            }
            Some(Subject::Institution(_)) | None => {
                Ok(vec![Life::Institution(Box::new(self.apply_to_institution(&statement.by, &statement.body, moment)?))])
            }
        }
    }

    fn apply_to_institution(&self, by: &Slug, body: &Body, moment: Moment) -> Result<Institution, Stop> {
        let own = || self.known_institution(by, "/by").cloned();
        let of = |id: &Slug| self.known_institution(id, "/body/institution").cloned();
        let mut institution = match body {
            Body::Registration(body) => {
                self.shelf.institution(&body.institution)?.cloned().unwrap_or_else(|| Institution::new(body.institution.clone()))
            }
            Body::Admission(body) => of(&body.institution)?,
            Body::RecoveryRequest(body) => of(&body.institution)?,
            Body::RecoveryVouch(body) => of(&body.institution)?,
            _ => own()?,
        };
        match body {
            Body::Registration(body) => institution.register(body, moment)?,
            Body::Admission(body) => {
                if *by != self.ledger.owner {
                    return Err(Refusal::at(
                        "/by",
                        Rule::OwnerOnly,
                        format!("{by} does not own this ledger"),
                        self.ledger.owner.to_string(),
                    )
                    .into());
                }
                if let Some(owner) = self.shelf.key(&body.key)? {
                    return Err(Refusal::at(
                        "/body/key",
                        Rule::KeyTaken,
                        format!("this is or was a key of {owner}"),
                        "a registration with a fresh key",
                    )
                    .into());
                }
                institution.admit(&body.key, moment)?;
            }
            Body::KeyAddition(body) => {
                self.check_free(&body.key)?;
                check_possession(body.proof.as_str(), &self.ledger.origin, by, &body.key)?;
                institution.add_key(&body.key, body.valid_until, None, moment)?;
            }
            Body::KeyRotation(body) => {
                self.check_free(&body.key)?;
                check_possession(body.proof.as_str(), &self.ledger.origin, by, &body.key)?;
                institution.add_key(&body.key, body.valid_until, Some(&body.replaces), moment)?;
            }
            Body::KeyRevocation(body) => institution.revoke_key(body, moment)?,
            Body::RecoveryRequest(body) => institution.request_recovery(&body.key, moment)?,
            Body::RecoveryVouch(body) => {
                let authority = self.vouches_as_authority(by, body)?;
                institution.vouch(by, authority, &body.key, moment)?;
            }
            Body::RecoveryObjection(body) => institution.object_to_recovery(&body.key)?,
            Body::LedgerAcceptance(body) => self.accept_ledger(&mut institution, body, moment)?,
            Body::MinistryRouting(routing) => {
                if *by != self.ledger.ministry {
                    let detail = format!("{by} is not the ministry of this ledger");
                    return Err(Refusal::at("/by", Rule::MinistryOnly, detail, self.ledger.ministry.to_string()).into());
                }
                self.check_state(body)?;
                institution.routing = routing.routes.to_vec();
            }
            _ => return Err(Refusal::at("/type", Rule::GatewayOnly, "a ledger has one genesis", "another statement").into()),
        }
        Ok(institution)
    }

    /// Whether the one who vouches does so as owner (or as ministry for the owner), or as a partner.
    fn vouches_as_authority(&self, by: &Slug, body: &RecoveryVouch) -> Result<bool, Stop> {
        let authority = if body.institution == self.ledger.owner { &self.ledger.ministry } else { &self.ledger.owner };
        let Some(agreement) = &body.agreement else {
            if by == authority {
                return Ok(true);
            }
            let accepted = format!("the agreement that {by} and {} are both bound by", body.institution);
            return Err(Refusal::at("/body/agreement", Rule::MissingMember, "no agreement is named", accepted).into());
        };
        if by == authority {
            let detail = format!("{by} vouches as the authority, and two others as partners");
            return Err(Refusal::at("/body/agreement", Rule::RecoveryUnfit, detail, "no agreement").into());
        }
        let agreement = self.known_agreement(agreement)?;
        let in_force = agreement.head.state.code();
        agreement.bound_party(by)?;
        if agreement.bound_party(&body.institution).is_err() || !matches!(in_force, "in-force" | "expired" | "completed") {
            let detail = format!("{} does not bind both of you", agreement.head.id);
            return Err(Refusal::at("/body/agreement", Rule::RecoveryUnfit, detail, "an agreement that binds both").into());
        }
        Ok(false)
    }

    fn propose(&self, by: &Slug, proposal: &Proposal, hash: Hash, moment: Moment) -> Result<Agreement, Stop> {
        if self.shelf.agreement(&proposal.agreement)?.is_some() {
            return Err(Refusal::at(
                "/body/agreement",
                Rule::AgreementTaken,
                format!("{} exists", proposal.agreement),
                "an id that is free",
            )
            .into());
        }
        let mut faults = Vec::new();
        let mut gap = |pointer: String, detail: String, accepted: &str| {
            faults.push(Fault { pointer, rule: Rule::Incomplete, detail, accepted: accepted.into() });
        };
        let mut kinds = BTreeMap::new();
        for (i, party) in proposal.parties.iter().enumerate() {
            let pointer = format!("/body/parties/{i}/institution");
            match self.shelf.institution(&party.institution)?.and_then(|institution| institution.admitted.as_ref()) {
                Some(admitted) => _ = kinds.insert(party.institution.clone(), admitted.kind),
                None => gap(
                    pointer,
                    format!("{} is not admitted to this ledger", party.institution),
                    "institutions that the owner has admitted",
                ),
            }
        }
        let municipality = (self.ledger.level == Level::Local).then(|| self.ledger.owner.clone());
        if let Some(owner) = municipality.as_ref().filter(|owner| !proposal.parties.iter().any(|p| p.institution == **owner)) {
            gap(
                "/body/parties".into(),
                format!("the municipality {owner} is not a party"),
                "the owner of the ledger among the parties (L15)",
            );
        }
        if municipality.is_some() && proposal.neighbourhoods.is_empty() {
            gap("/body/neighbourhoods".into(), "a local agreement holds nowhere".into(), "at least one neighbourhood with its CBS code");
        }
        if municipality.is_some() && proposal.parties.iter().any(|p| p.institution == self.ledger.ministry) {
            gap(
                "/body/parties".into(),
                "the ministry is no party to a local agreement".into(),
                "an umbrella agreement in the national ledger (L36)",
            );
        }
        match Refusal::from_faults(faults) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(Agreement::propose(proposal, hash, by, &kinds, municipality, self.ledger.ministry.clone(), moment)),
        }
    }

    /// What the clock causes, whether or not an entry says so: an audit goes on as if a flag that is missing
    /// from the log stood in it. Refused like the flag itself.
    pub fn cause(&mut self, flag: &Flag, moment: Moment) -> Result<Vec<Change>, Stop> {
        let life = self.flag_life(flag, moment)?;
        Ok(self.keep(vec![life]))
    }

    /// Records what was judged, and gives what the shell keeps.
    pub fn record(&mut self, accepted: Accepted) -> Vec<Change> {
        let Accepted { by, id, hash, moment, lives, key } = accepted;
        self.shelf.ids.insert((by, id), Some(Prior { entry: moment.entry, hash }));
        let mut changes = Vec::new();
        if let Some((kid, owner)) = key {
            self.shelf.keys.insert(kid, Some(owner.clone()));
            changes.push(Change::Key(kid, owner));
        }
        changes.extend(self.keep(lives));
        changes
    }

    fn keep(&mut self, lives: Vec<Life>) -> Vec<Change> {
        let mut changes = Vec::new();
        for life in lives {
            match life {
                Life::Institution(institution) => {
                    changes.push(Change::Institution(institution.clone()));
                    self.put_institution(institution.id.clone(), Some(*institution));
                }
                Life::Agreement(mut agreement) => {
                    let parts = agreement.take_changes();
                    let (id, due) = (agreement.head.id.clone(), agreement.next_flag().map(|flag| flag.due_at));
                    changes.push(Change::Agreement { id: id.clone(), parts, due });
                    self.put_agreement(id, Some(*agreement));
                }
            }
        }
        changes
    }

    /// What the clock causes next in a life at hand.
    pub fn next_flag(&self, life: &LifeKey) -> Option<Flag> {
        match life {
            LifeKey::Institution(id) => self.institution(id)?.next_flag(),
            LifeKey::Agreement(id) => self.agreement(id)?.next_flag(),
            LifeKey::Key(_) | LifeKey::Id(..) => None,
        }
    }
}

fn act(agreement: &mut Agreement, by: &Slug, body: &Body, hash: Hash, moment: Moment) -> Result<(), Refusal> {
    match body {
        Body::Consent(body) => agreement.consent(by, body, moment),
        Body::Amendment(body) => agreement.amend(by, body, hash, moment),
        Body::Decline(body) => agreement.decline(by, body, moment),
        Body::Event(body) => agreement.record_event(by, body, moment),
        Body::Report(body) => agreement.report(by, body, hash, moment),
        Body::Finding(body) => agreement.find(by, body, moment),
        Body::Acceptance(body) => agreement.accept(by, body, moment),
        Body::Dispute(body) => agreement.dispute(by, body, moment),
        Body::DisputeAnswer(body) => agreement.answer_dispute(by, body, moment),
        Body::DisputeRetraction(body) => agreement.retract_dispute(by, body, moment),
        Body::ReportRuling(body) => agreement.rule_on_report(by, body, hash, moment),
        Body::Release(body) => agreement.release(by, body, hash, moment),
        Body::Handover(body) => agreement.hand_over(by, body, hash, moment),
        Body::BreachAnswer(body) => agreement.answer_breach(by, body, moment),
        Body::CaseRuling(body) => agreement.rule_on_case(by, body, hash, moment),
        Body::BoardOutcome(body) => agreement.board_outcome(by, body, hash, moment),
        Body::SupportRequest(body) => agreement.request_support(by, body, moment),
        Body::MinistryAnswer(body) => agreement.answer_by_ministry(by, body, moment),
        Body::StatePosition(body) => agreement.take_position(by, body, moment),
        Body::CaseClosure(body) => agreement.close_by_municipality(by, body, moment),
        Body::Withdrawal(body) => agreement.give_notice(by, body, moment),
        Body::WithdrawalAnswer(body) => agreement.answer_notice(by, body, moment),
        Body::WithdrawalRevocation(body) => agreement.revoke_notice(by, body, moment),
        Body::Genesis(_) | Body::Registration(_) | Body::Admission(_) | Body::KeyAddition(_) | Body::KeyRotation(_) => Ok(()),
        Body::KeyRevocation(_) | Body::RecoveryRequest(_) | Body::RecoveryVouch(_) | Body::RecoveryObjection(_) => Ok(()),
        Body::MinistryRouting(_) | Body::LedgerAcceptance(_) | Body::Proposal(_) | Body::Flag(_) => Ok(()),
    }
}
