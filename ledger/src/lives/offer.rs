//! Acts that several must sign: one offers, each of the others consents to exactly those bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, State};
use super::moment::{Fact, Moment};
use super::owed::Answered;
use super::parts::PartId;
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::{Consent, Decline};
use crate::envelope::statement::amendment::Amendment;
use crate::envelope::statement::annulment::Annulment;
use crate::envelope::statement::escalation::{BoardOutcome, CaseRuling};
use crate::envelope::statement::obligation::{Handover, Release, ReportRuling};
use crate::envelope::statement::suspension::{Resumption, Suspension};
use crate::words::{Hash, Instant, Slug};

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
    /// Whose consent it takes.
    pub needs: BTreeSet<Slug>,
    /// Who has consented.
    pub consents: BTreeMap<Slug, Fact>,
    /// From when on it has lapsed.
    pub until: Instant,
    /// What became of it.
    pub result: Option<OfferResult>,
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
    Amendment {
        /// The change.
        body: Box<Amendment>,
        /// The hash of its payload, which becomes the version.
        hash: Hash,
    },
    /// The flag of a breach is annulled.
    Annulment(Annulment),
    /// The agreement is suspended.
    Suspension(Suspension),
    /// The agreement resumes before its day.
    Resumption(Resumption),
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
            Self::Amendment { .. } => "amendment",
            Self::Annulment(_) => "annulment",
            Self::Suspension(_) => "suspension",
            Self::Resumption(_) => "resumption",
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
    /// A counter-proposal put another version in its place: the consents here are void.
    Superseded {
        /// Who countered.
        by: Slug,
        /// The version that took its place.
        version: Hash,
        /// Where.
        at: Fact,
    },
    /// Who put the version on the table took it back.
    Retracted {
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

    /// The word for where it stands.
    pub fn state(&self) -> &'static str {
        match self.result {
            None => "open",
            Some(OfferResult::Agreed { .. }) => "agreed",
            Some(OfferResult::Declined { .. }) => "declined",
            Some(OfferResult::Superseded { .. }) => "superseded",
            Some(OfferResult::Retracted { .. }) => "retracted",
            Some(OfferResult::Lapsed { .. }) => "lapsed",
        }
    }

    /// Who has not consented.
    pub fn waits_for(&self) -> BTreeSet<Slug> {
        self.needs.iter().filter(|who| !self.consents.contains_key(*who)).cloned().collect()
    }
}

impl Agreement {
    /// Puts an act to those who must consent. The one who offers a release or a ruling consents by signing it.
    pub(super) fn offer(&mut self, kind: OfferKind, hash: Hash, by: &Slug, needs: BTreeSet<Slug>, moment: Moment) {
        let consents = match kind {
            // Each party signs the version itself, the proposer too: an explicit signature under the text.
            OfferKind::Version => BTreeMap::new(),
            _ => needs.get(by).map(|who| (who.clone(), moment)).into_iter().collect(),
        };
        let until = self.term_ends(moment.at, TermOf::Consent);
        self.touched.insert(PartId::Offer(hash));
        self.offers.insert(hash, Arc::new(Offer { hash, kind, by: by.clone(), offered: moment, needs, consents, until, result: None }));
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
            return self.carry_out(&kind, moment);
        }
        self.offer(kind, hash, by, needs, moment);
        Ok(())
    }

    /// Someone says yes.
    pub fn consent(&mut self, by: &Slug, body: &Consent, moment: Moment) -> Result<(), Refusal> {
        let offer = self.open_offer(by, &body.to)?;
        if offer.consents.contains_key(by) {
            return Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has consented already"), ""));
        }
        let kind = offer.kind.clone();
        let offer = self.offer_mut(&body.to);
        offer.consents.insert(by.clone(), moment);
        let complete = offer.waits_for().is_empty();
        if complete {
            offer.result = Some(OfferResult::Agreed { at: moment });
        }
        if kind == OfferKind::Version {
            self.sign(by, moment);
        }
        if complete { self.carry_out(&kind, moment) } else { Ok(()) }
    }

    /// Someone says no.
    pub fn decline(&mut self, by: &Slug, body: &Decline, moment: Moment) -> Result<(), Refusal> {
        let offer = self.open_offer(by, &body.to)?;
        if offer.consents.contains_key(by) {
            return Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has consented already"), ""));
        }
        let (version, reason) = (offer.kind == OfferKind::Version, body.reason.hash);
        self.offer_mut(&body.to).result = Some(OfferResult::Declined { by: by.clone(), at: moment, reason });
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
            let waiting: Vec<String> =
                self.offers.values().filter(|o| o.needs.contains(by)).map(|o| format!("{} ({})", o.hash, o.kind.code())).collect();
            let accepted = if waiting.is_empty() { "nothing waits for your consent".to_owned() } else { waiting.join(", ") };
            return Err(Refusal::at("/body/to", Rule::UnknownOffer, format!("{hash} is not an open offer"), accepted));
        };
        if !offer.needs.contains(by) {
            let needs = offer.needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Refusal::at("/by", Rule::NotAsked, format!("{by} was not asked"), format!("consent of: {needs}")));
        }
        self.bound_party(by)?;
        Ok(offer)
    }

    pub(super) fn offer_mut(&mut self, hash: &Hash) -> &mut Offer {
        self.touched.insert(PartId::Offer(*hash));
        Arc::make_mut(self.offers.get_mut(hash).expect("looked up by the caller"))
    }

    fn carry_out(&mut self, kind: &OfferKind, moment: Moment) -> Result<(), Refusal> {
        match kind {
            OfferKind::Version => self.all_signed(moment),
            OfferKind::Release(release) => self.carry_out_release(release, moment)?,
            OfferKind::Handover(handover) => self.carry_out_handover(handover, moment)?,
            OfferKind::ReportRuling(ruling) => self.carry_out_report_ruling(ruling, moment)?,
            OfferKind::CaseRuling(ruling) => self.carry_out_case_ruling(ruling, moment)?,
            OfferKind::Amendment { body, hash } => self.carry_out_amendment(body, *hash, moment)?,
            OfferKind::Annulment(annulment) => self.carry_out_annulment(annulment, moment)?,
            OfferKind::Suspension(suspension) => self.carry_out_suspension(suspension, moment)?,
            OfferKind::Resumption(_) => self.carry_out_resumption(moment)?,
            OfferKind::BoardOutcome(outcome) => self.carry_out_board_outcome(outcome, moment)?,
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
        }
    }
}
