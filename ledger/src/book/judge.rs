//! The one door of the rules: a verified statement and its place in, an acceptance or a refusal out.

use super::desk::Book;
use super::shelf::Prior;
use super::verdict::{Accepted, Life, Stop, Verdict};
use crate::envelope::statement::flag::{Flag, Subject};
use crate::envelope::{Body, GATEWAY, Kid, Parsed, PublicKey, Refusal, Rule, Verified};
use crate::lives::interest::Acting;
use crate::lives::{Agreement, Institution, Moment, Reader};
use crate::words::{Hash, Slug};

/// How far a signer's clock may run ahead of the ledger, in milliseconds.
const AHEAD_MILLIS: i64 = 5 * 60 * 1000;

impl Book {
    /// The public key under which a statement's signature must hold: registered, or brought along.
    pub fn key_of(&self, statement: &Parsed) -> Result<PublicKey, Stop> {
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
        if statement.ledger.as_str() != self.ledger.origin {
            let detail = format!("the statement is for {}", statement.ledger);
            return Err(Refusal::at("/ledger", Rule::OtherLedger, detail, self.ledger.origin.clone()).into());
        }
        if let Some(prior) = self.shelf.prior(&statement.by, &statement.id)? {
            return self.repeat(verified, prior);
        }
        let (by, id, hash) = (statement.by.clone(), statement.id.clone(), verified.hash());
        let lives = self.lives_after(verified, moment).map_err(|stop| where_it_stands(&statement.body, stop))?;
        let key = self.new_key(verified)?;
        Ok(Verdict::Accept(Box::new(Accepted { by, id, hash, moment, lives, key })))
    }

    fn lives_after(&self, verified: &Verified, moment: Moment) -> Result<Vec<Life>, Stop> {
        if let Body::Flag(flag) = &verified.statement().body {
            return Ok(vec![self.judge_flag(verified, flag, moment)?]);
        }
        self.check_signer(verified, moment)?;
        self.apply(verified, &self.acting(verified, moment)?, moment)
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

    pub(super) fn check_free(&self, key: &PublicKey) -> Result<(), Stop> {
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

    pub(super) fn known_agreement(&self, id: &Slug, moment: Moment) -> Result<Agreement, Stop> {
        let Some(agreement) = self.shelf.agreement(id)?.cloned() else { return Err(unknown_agreement(id).into()) };
        Ok(agreement.judged_by(self.rules(moment)?))
    }

    /// The same for one who speaks of it: what it may not read does not exist for it, not even in the words of a refusal.
    pub(super) fn readable_agreement(&self, id: &Slug, by: &Slug, moment: Moment) -> Result<Agreement, Stop> {
        let agreement = self.known_agreement(id, moment)?;
        if agreement.may_be_read_by(&Reader::Institution(by.clone())) { Ok(agreement) } else { Err(unknown_agreement(id).into()) }
    }

    fn judge_flag(&self, verified: &Verified, flag: &Flag, moment: Moment) -> Result<Life, Stop> {
        let statement = verified.statement();
        if statement.by.as_str() != GATEWAY || verified.received().header().kid != self.ledger.statement_key.thumbprint() {
            return Err(Refusal::at("/by", Rule::GatewayOnly, "flags are signed by the gateway", GATEWAY).into());
        }
        self.flag_life(flag, moment)
    }

    /// The life that a flag changes, after it; refused unless the flag is the next one of that life and due.
    pub(super) fn flag_life(&self, flag: &Flag, moment: Moment) -> Result<Life, Stop> {
        let unfit = |expected: Option<Flag>| {
            let accepted = expected.map_or("no flag".to_owned(), |flag| Body::from(flag).to_json().to_string());
            Refusal::at("/body", Rule::FlagUnfit, "this does not follow from the ledger", accepted)
        };
        match flag.cause.subject() {
            Subject::Agreement(id) => {
                let mut agreement = self.known_agreement(&id, moment)?;
                let expected = agreement.next_flag().filter(|next| next.due_at <= moment.at);
                if expected.as_ref() != Some(flag) {
                    return Err(unfit(expected).into());
                }
                agreement.apply_flag(flag, (self.rules(moment)?, moment))?;
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

    fn apply(&self, verified: &Verified, acting: &Acting, moment: Moment) -> Result<Vec<Life>, Stop> {
        let (statement, by) = (verified.statement(), &acting.party);
        match statement.body.subject() {
            Some(Subject::Agreement(id)) => {
                let mut voice = None;
                let agreement = match &statement.body {
                    Body::Proposal(proposal) => self.propose(by, proposal, verified.hash(), moment)?,
                    Body::Accession(body) => self.ask_to_accede(by, body, verified.hash(), moment)?,
                    Body::CounterProposal(body) => self.counter(by, body, verified.hash(), moment)?,
                    // What was filed beside the log changes no life: the agreement is only where the entry is found again.
                    Body::AttachmentErasure(body) => {
                        let agreement = self.known_agreement(&id, moment)?;
                        self.check_erasure(by, body, moment)?;
                        agreement
                    }
                    body => {
                        let mut agreement = self.readable_agreement(&id, by, moment)?;
                        agreement.check_interest(acting, body)?;
                        match body {
                            Body::UmbrellaChange(body) => {
                                let shown = self.shown_change(body, &agreement)?;
                                agreement.note_umbrella_change(by, shown, moment)?;
                            }
                            body => act(&mut agreement, by, body, verified.hash(), moment)?,
                        }
                        if !acting.itself() {
                            agreement.note_hands(by, &acting.through, body, verified.hash());
                        }
                        voice = self.note_voice(&mut agreement, acting, moment)?;
                        self.route(&mut agreement, moment)?;
                        agreement.after_entry(moment);
                        agreement
                    }
                };
                if let Body::Amendment(body) = &statement.body {
                    self.check_consultation(body.consultation.as_ref(), "/body/consultation", moment)?;
                }
                self.check_state(&statement.body)?;
                // When it is offered, and when the last consent makes it certain.
                if let Some(body) = agreement.ends_with_successor(&statement.body) {
                    let checked = self.check_successor(by, &body, &agreement, moment);
                    checked.map_err(|stop| if matches!(statement.body, Body::Consent(_)) { stop.at("/body/to") } else { stop })?;
                }
                self.check_umbrellas(&statement.body, &agreement)?;
                let told = self.told_predecessors(by, &agreement, moment)?;
                Ok(std::iter::once(Life::Agreement(Box::new(agreement))).chain(told).chain(voice).collect())
            }
            Some(Subject::Institution(_)) | None => match &statement.body {
                Body::Mandate(body) => self.give_mandate(verified, body, moment),
                Body::MandateRevocation(body) => self.end_mandate(by, body, moment),
                Body::InstitutionSuccession(body) => {
                    Ok(vec![Life::Institution(Box::new(self.announce_succession(by, body, verified.hash(), moment)?))])
                }
                Body::SuccessionAcceptance(body) => self.accept_succession(by, body, moment),
                Body::AgendaProposal(body) => Ok(vec![self.put_forward(by, body, verified.hash(), moment)?]),
                Body::AgendaAnswer(body) => Ok(vec![self.answer_agenda(by, body, moment)?]),
                body => Ok(vec![Life::Institution(Box::new(self.apply_to_institution(by, body, moment)?))]),
            },
        }
    }
}

/// Most acts name their agreement in one place; where a type has it elsewhere, a refusal points there.
fn where_it_stands(body: &Body, stop: Stop) -> Stop {
    let here = match body {
        Body::CounterProposal(_) => "/body/text/agreement",
        Body::Flag(_) => "/body/cause/agreement",
        _ => return stop,
    };
    match stop {
        Stop::Refused(refusal) => Stop::Refused(refusal.with_place("/body/agreement", here)),
        Stop::Need(key) => Stop::Need(key),
    }
}

pub(super) fn unknown_agreement(id: &Slug) -> Refusal {
    Refusal::at("/body/agreement", Rule::UnknownAgreement, format!("{id} is not an agreement in this ledger"), "its id")
}

fn act(agreement: &mut Agreement, by: &Slug, body: &Body, hash: Hash, moment: Moment) -> Result<(), Refusal> {
    match body {
        Body::Consent(body) => agreement.consent(by, body, moment),
        Body::Amendment(body) => agreement.amend(by, body, hash, moment),
        Body::Decline(body) => agreement.decline(by, body, moment),
        Body::Retraction(body) => agreement.retract(by, body, moment),
        Body::ProposalAnswer(body) => agreement.answer_proposal(by, body, moment),
        Body::Impasse(body) => agreement.declare_impasse(by, body, moment),
        Body::ImpassePosition(body) => agreement.take_impasse_position(by, body, moment),
        Body::ImpasseStep(body) => agreement.step_out(by, body, hash, moment),
        Body::StatutoryDispute(body) => agreement.put_to_minister(by, body, moment),
        Body::DisputeRuling(body) => agreement.rule_on_dispute(by, body, moment),
        Body::Suspension(body) => agreement.suspend(by, body, hash, moment),
        Body::Resumption(body) => agreement.resume(by, body, hash, moment),
        Body::Dissolution(body) => agreement.dissolve(by, body, hash, moment),
        Body::Expulsion(body) => agreement.expel(by, body, hash, moment),
        Body::ExpulsionView(body) => agreement.give_view(by, body, moment),
        Body::Review(body) => agreement.record_review(by, body, moment),
        Body::UmbrellaAnswer(body) => agreement.answer_umbrella(by, body, moment),
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
        Body::Annulment(body) => agreement.annul(by, body, hash, moment),
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
        Body::MinistryRouting(_) | Body::LedgerAcceptance(_) | Body::LogKeyRotation(_) | Body::AttachmentErasure(_) => Ok(()),
        Body::Continuation(_) | Body::RulesChange(_) | Body::Mandate(_) | Body::MandateRevocation(_) => Ok(()),
        Body::InstitutionSuccession(_) | Body::SuccessionAcceptance(_) | Body::AgendaProposal(_) | Body::AgendaAnswer(_) => Ok(()),
        // Receipts of another ledger are read before it reaches the life.
        Body::UmbrellaChange(_) => Ok(()),
        Body::Proposal(_) | Body::CounterProposal(_) | Body::Accession(_) | Body::Flag(_) => Ok(()),
    }
}
