//! Acts that several must sign: one offers, each of the others consents to exactly those bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, State};
use super::expulsion::Hearing;
use super::impasse::POSITION_DAYS;
use super::moment::{Fact, Moment};
use super::owed::Answered;
use super::parts::PartId;
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule, one_of};
use crate::envelope::statement::accession::Accession;
use crate::envelope::statement::agreement::{Consent, Decline};
use crate::envelope::statement::amendment::Amendment;
use crate::envelope::statement::annulment::Annulment;
use crate::envelope::statement::dissolution::Dissolution;
use crate::envelope::statement::escalation::{BoardOutcome, CaseRuling};
use crate::envelope::statement::expulsion::Expulsion;
use crate::envelope::statement::impasse::ImpasseStep;
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::obligation::{Handover, Release, ReportRuling};
use crate::envelope::statement::suspension::{Resumption, Suspension};
use crate::words::{Hash, Instant, Slug, Term};

/// An act that waits for the consent of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// SHA-256 of the payload of the statement that offers it.
    pub hash: Hash,
    /// What happens when all have consented.
    pub kind: OfferKind,
    /// Who offered it.
    pub by: Slug,
    /// Where it was offered.
    pub offered: Fact,
    /// Who is asked.
    pub needs: BTreeSet<Slug>,
    /// How much of that is enough; all of them when `None`.
    pub quorum: Option<Quorum>,
    /// Who has consented.
    pub consents: BTreeMap<Slug, Fact>,
    /// Who has refused, where that does not end it.
    pub refusals: BTreeMap<Slug, Refused>,
    /// From when on it has lapsed.
    pub until: Instant,
    /// What became of it.
    pub result: Option<OfferResult>,
}

/// How much consent is enough, where it is not that of all who are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quorum {
    /// Those without whom it cannot be.
    pub with: BTreeSet<Slug>,
    /// How many in all, those included.
    pub count: usize,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// Where.
    pub at: Fact,
    /// Hash of the reason, beside the log.
    pub reason: Hash,
}

/// What happens when all have consented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "kebab-case")]
pub enum OfferKind {
    /// The agreement's version is signed.
    Version,
    /// An obligation is released.
    Release(Release),
    /// An obligation is handed over.
    Handover(Handover),
    /// Several rule on a report together.
    ReportRuling(ReportRuling),
    /// Several rule on a case together, or creditors consent to a new date.
    CaseRuling(CaseRuling),
    /// The outcome of the board consultation.
    BoardOutcome(BoardOutcome),
    /// The text changes.
    Amendment(Box<Amendment>),
    /// The flag of a breach is annulled.
    Annulment(Annulment),
    /// The agreement is suspended.
    Suspension(Suspension),
    /// The agreement resumes before its day.
    Resumption(Resumption),
    /// The agreement ends before its last day.
    Dissolution(Box<Dissolution>),
    /// A party is put out, once it was heard.
    Expulsion {
        /// Who, and what becomes of what it owes.
        body: Box<Expulsion>,
        /// Its hearing; no vote counts before.
        hearing: Hearing,
    },
    /// An institution joins.
    Accession {
        /// Its request.
        body: Box<Accession>,
        /// What kind of institution it is.
        kind: Kind,
    },
    /// The parties go on after an impasse.
    ImpasseStep(ImpasseStep),
}

impl OfferKind {
    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Release(_) => "release",
            Self::Handover(_) => "handover",
            Self::ReportRuling(_) => "report-ruling",
            Self::CaseRuling(_) => "case-ruling",
            Self::BoardOutcome(_) => "board-outcome",
            Self::Amendment(_) => "amendment",
            Self::Annulment(_) => "annulment",
            Self::Suspension(_) => "suspension",
            Self::Resumption(_) => "resumption",
            Self::Dissolution(_) => "dissolution",
            Self::Accession { .. } => "accession",
            Self::Expulsion { .. } => "expulsion",
            Self::ImpasseStep(_) => "impasse-step",
        }
    }

    /// Whether it is carried out on a day that it names, and not when the last one consents.
    fn waits_for_its_day(&self) -> bool {
        match self {
            Self::Accession { .. } => true,
            Self::Dissolution(body) => body.successor.is_some(),
            _ => false,
        }
    }
}

/// What became of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum OfferResult {
    /// All have consented.
    Agreed {
        /// The last consent.
        at: Fact,
    },
    /// One declined.
    Declined {
        /// Who.
        by: Slug,
        /// Where.
        at: Fact,
        /// Hash of the reason, beside the log.
        reason: Hash,
    },
    /// A counter-proposal put another version in its place, or one was let into a text that is another now, or has ended: the
    /// consents here are void.
    Superseded {
        /// Who countered, or proposed what came in its place.
        by: Slug,
        /// The version that took its place; the hash of a dissolution where none did.
        version: Hash,
        /// Where.
        at: Fact,
    },
    /// Who put the version on the table took it back.
    Retracted {
        /// Where.
        at: Fact,
    },
    /// What it was about ended before all had answered.
    Overtaken {
        /// Where.
        at: Fact,
    },
    /// Not everyone answered in time.
    Lapsed {
        /// The entry that says so.
        at: Fact,
    },
}

impl Offer {
    /// Whether it still waits.
    pub fn is_open(&self) -> bool {
        self.result.is_none()
    }

    /// Whether enough have consented.
    pub fn is_agreed(&self) -> bool {
        match &self.quorum {
            None => self.needs.iter().all(|who| self.consents.contains_key(who)),
            Some(Quorum { with, count }) => with.iter().all(|who| self.consents.contains_key(who)) && self.consents.len() >= *count,
        }
    }

    /// Whether it is agreed, and waits for a day.
    pub fn is_waiting(&self) -> bool {
        self.is_open() && self.is_agreed()
    }

    /// Whether enough can still consent.
    fn can_be_agreed(&self) -> bool {
        match &self.quorum {
            None => self.refusals.is_empty(),
            Some(Quorum { with, count }) => {
                !with.iter().any(|who| self.refusals.contains_key(who)) && self.needs.len() - self.refusals.len() >= *count
            }
        }
    }

    /// When it lapses; of one that is let in, its first day.
    pub fn due_at(&self) -> Instant {
        match &self.kind {
            OfferKind::Accession { body, .. } if self.is_waiting() => body.effective_date.start(),
            _ => self.until,
        }
    }

    /// The word for where it stands.
    pub fn state(&self) -> &'static str {
        match self.result {
            None if self.is_agreed() => "waiting",
            None => "open",
            Some(OfferResult::Agreed { .. }) => "agreed",
            Some(OfferResult::Declined { .. }) => "declined",
            Some(OfferResult::Superseded { .. }) => "superseded",
            Some(OfferResult::Retracted { .. }) => "retracted",
            Some(OfferResult::Overtaken { .. }) => "overtaken",
            Some(OfferResult::Lapsed { .. }) => "lapsed",
        }
    }

    /// Who has not answered; nobody once enough have consented.
    pub fn waits_for(&self) -> BTreeSet<Slug> {
        let answered = |who: &Slug| self.is_agreed() || self.consents.contains_key(who) || self.refusals.contains_key(who);
        self.needs.iter().filter(|who| !answered(who)).cloned().collect()
    }
}

impl Agreement {
    /// Puts an act to those who must consent. The one who offers a release or a ruling consents by signing it.
    pub(super) fn offer(&mut self, kind: OfferKind, hash: Hash, by: &Slug, needs: BTreeSet<Slug>, quorum: Option<Quorum>, moment: Moment) {
        let consents = match kind {
            // Each party signs the version itself, the proposer too: an explicit signature under the text.
            OfferKind::Version => BTreeMap::new(),
            // A proposal to put a party out is no vote: those come once it was heard.
            OfferKind::Expulsion { .. } => BTreeMap::new(),
            _ => needs.get(by).map(|who| (who.clone(), moment)).into_iter().collect(),
        };
        let from = match &kind {
            OfferKind::Expulsion { hearing, .. } => hearing.until.plus_millis(-1),
            _ => moment.at,
        };
        let until = match &kind {
            OfferKind::ImpasseStep(_) => self.rules.deadline(from, Term::Days(POSITION_DAYS), true),
            _ => self.term_ends(from, TermOf::Consent),
        };
        self.touched.insert(PartId::Offer(hash));
        let (by, refusals) = (by.clone(), BTreeMap::new());
        let offer = Offer { hash, kind, by, offered: moment, needs, quorum, consents, refusals, until, result: None };
        self.offers.insert(hash, Arc::new(offer));
    }

    /// Puts an act to the others, or carries it out at once when nobody else must consent.
    pub(super) fn offer_or_apply(
        &mut self,
        kind: OfferKind,
        hash: Hash,
        by: &Slug,
        needs: BTreeSet<Slug>,
        moment: Moment,
    ) -> Result<(), Refusal> {
        if needs.is_empty() {
            // Everybody else has left: nobody is there to decide, and the debtor does not do it itself.
            return Err(Refusal::at("/by", Rule::OwnObligation, "nobody else is bound by this agreement", "another party"));
        }
        if needs.iter().all(|who| who == by) {
            return self.carry_out(&kind, by, &hash, moment);
        }
        self.offer(kind, hash, by, needs, None, moment);
        Ok(())
    }

    /// Puts an act to some of whom a part is enough; carries it out at once when that is who offers it.
    pub(super) fn offer_by_quorum(
        &mut self,
        kind: OfferKind,
        hash: Hash,
        by: &Slug,
        needs: BTreeSet<Slug>,
        quorum: Quorum,
        moment: Moment,
    ) -> Result<(), Refusal> {
        self.offer(kind.clone(), hash, by, needs, Some(quorum), moment);
        let offer = self.offer_mut(&hash);
        if !offer.is_agreed() {
            return Ok(());
        }
        offer.result = Some(OfferResult::Agreed { at: moment });
        self.carry_out(&kind, by, &hash, moment)
    }

    /// Someone says yes.
    pub fn consent(&mut self, by: &Slug, body: &Consent, moment: Moment) -> Result<(), Refusal> {
        let kind = self.open_offer(by, &body.to)?.kind.clone();
        let offer = self.offer_mut(&body.to);
        offer.consents.insert(by.clone(), moment);
        let (complete, offered_by) = (offer.is_agreed(), offer.by.clone());
        if complete && !kind.waits_for_its_day() {
            offer.result = Some(OfferResult::Agreed { at: moment });
        }
        if kind == OfferKind::Version {
            self.sign(by, moment);
        }
        if !complete {
            return Ok(());
        }
        // What no longer fits was said in the offer, which the consent names.
        self.carry_out(&kind, &offered_by, &body.to, moment).map_err(|refusal| refusal.at_place("/body/to"))
    }

    /// Someone says no.
    pub fn decline(&mut self, by: &Slug, body: &Decline, moment: Moment) -> Result<(), Refusal> {
        let (version, reason) = (self.open_offer(by, &body.to)?.kind == OfferKind::Version, body.reason.hash);
        let offer = self.offer_mut(&body.to);
        offer.refusals.insert(by.clone(), Refused { at: moment, reason });
        if !offer.can_be_agreed() {
            offer.result = Some(OfferResult::Declined { by: by.clone(), at: moment, reason });
        }
        if version {
            self.note_answer(by, Answered::Refused, Some(reason), moment);
            self.decline_version(by, reason, moment);
        }
        Ok(())
    }

    fn open_offer(&self, by: &Slug, hash: &Hash) -> Result<&Offer, Refusal> {
        let Some(offer) = self.offers.get(hash) else {
            if self.was_superseded(hash) {
                self.check_version(hash, "/body/to")?;
            }
            if *hash == self.head.version {
                self.on_table("an offer that waits for consent")?;
            }
            let waiting = self.offers.values().filter(|offer| offer.needs.contains(by));
            let waiting = waiting.map(|offer| format!("{} ({})", offer.hash, offer.kind.code()));
            let accepted = one_of(waiting, "nothing waits for your consent");
            return Err(Refusal::at("/body/to", Rule::UnknownOffer, format!("{hash} is not an open offer"), accepted));
        };
        if !offer.needs.contains(by) {
            return Err(Refusal::at("/by", Rule::NotAsked, format!("{by} was not asked"), one_of(&offer.needs, "nobody is asked")));
        }
        match &offer.kind {
            // Who was put out and owes something still is asked for its word on that, and on nothing else.
            OfferKind::BoardOutcome(_) => self.owing_party(by)?,
            _ => self.bound_party(by)?,
        };
        if let OfferKind::Expulsion { body, hearing } = &offer.kind
            && hearing.is_open()
        {
            let accepted = format!("once it gave its view, or from {}", hearing.until);
            return Err(Refusal::at("/body/to", Rule::TooEarly, format!("{} has not been heard", body.party), accepted));
        }
        let given = |what: &str| Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has {what} already"), "nothing more: it stands"));
        match () {
            () if offer.consents.contains_key(by) => given("consented"),
            () if offer.refusals.contains_key(by) => given("refused"),
            () if offer.is_agreed() => Err(Refusal::at("/body/to", Rule::AlreadyGiven, "enough have consented", "nothing more")),
            () => Ok(offer),
        }
    }

    /// Who was let in and waits for its day: another version came first, or the end.
    pub(super) fn supersede_waiting(&mut self, version: Hash, by: &Slug, moment: Moment) {
        let waiting: Vec<Hash> = self.offers.values().filter(|offer| offer.is_waiting()).map(|offer| offer.hash).collect();
        for hash in waiting {
            self.offer_mut(&hash).result = Some(OfferResult::Superseded { by: by.clone(), version, at: moment });
        }
    }

    pub(super) fn offer_mut(&mut self, hash: &Hash) -> &mut Offer {
        self.touched.insert(PartId::Offer(*hash));
        Arc::make_mut(self.offers.get_mut(hash).expect("looked up by the caller"))
    }

    fn carry_out(&mut self, kind: &OfferKind, by: &Slug, hash: &Hash, moment: Moment) -> Result<(), Refusal> {
        match kind {
            OfferKind::Version => self.all_signed(moment),
            OfferKind::Release(release) => self.carry_out_release(release, moment)?,
            OfferKind::Handover(handover) => self.carry_out_handover(handover, moment)?,
            OfferKind::ReportRuling(ruling) => self.carry_out_report_ruling(ruling, moment)?,
            OfferKind::CaseRuling(ruling) => self.carry_out_case_ruling(ruling, moment)?,
            OfferKind::Amendment(body) => self.carry_out_amendment(by, body, *hash, moment)?,
            OfferKind::Annulment(annulment) => self.carry_out_annulment(annulment, moment)?,
            OfferKind::Suspension(suspension) => self.carry_out_suspension(suspension, moment)?,
            OfferKind::Resumption(_) => self.carry_out_resumption(moment)?,
            // The clock does, once the successor is in force.
            OfferKind::Dissolution(body) if body.successor.is_some() => self.check_dissolution(body)?,
            OfferKind::Dissolution(body) => self.carry_out_dissolution(by, body, *hash, moment)?,
            OfferKind::Expulsion { body, .. } => self.carry_out_expulsion(body, hash, moment)?,
            OfferKind::Accession { body, .. } => self.let_in(by, body, moment)?,
            OfferKind::BoardOutcome(outcome) => self.carry_out_board_outcome(outcome, moment)?,
            OfferKind::ImpasseStep(step) => self.carry_out_step(step, moment)?,
        }
        Ok(())
    }

    /// The term has passed without everyone's answer.
    pub(super) fn lapse_offer(&mut self, hash: &Hash, moment: Moment) {
        let offer = self.offer_mut(hash);
        offer.result = Some(OfferResult::Lapsed { at: moment });
        let (version, silent) = (offer.kind == OfferKind::Version, offer.waits_for());
        if version {
            self.head_mut().state = State::Lapsed { lapsed: moment, silent: silent.into_iter().collect() };
            self.leave_table(moment);
        }
    }
}
