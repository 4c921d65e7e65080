//! What the municipality owes whoever proposed: an answer, within a term that the rules set (L03).

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::moment::{Fact, Moment};
use super::offer::OfferResult;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::proposal_answer::{ProposalAnswer, ProposalReply};
use crate::words::{Hash, Instant, Slug, Term};

/// The term to answer a proposal, in days. Of the rules and not of the text: whoever proposes does not set it.
pub const ANSWER_DAYS: u16 = 28;

/// An answer that the municipality owes or owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwedAnswer {
    /// From when on it is too late.
    pub until: Instant,
    /// The entry that says that there was none in time; it stays when one comes late.
    pub silent: Option<Fact>,
    /// The answer.
    pub given: Option<GivenAnswer>,
}

/// The first answer of the municipality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenAnswer {
    /// How it answered.
    pub how: Answered,
    /// Where.
    pub at: Fact,
    /// Whether that was after the term.
    pub late: bool,
    /// Hash of the reason, beside the log, where one was given.
    pub reason: Option<Hash>,
}

/// How the municipality answered a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// It takes it into negotiation.
    Negotiating,
    /// It refuses it: by a `proposal-answer`, or as a party by a `decline`.
    Refused,
    /// It signed it.
    Signed,
    /// It put another text in its place.
    Countered,
}

impl Answered {
    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Negotiating => "negotiating",
            Self::Refused => "refused",
            Self::Signed => "signed",
            Self::Countered => "countered",
        }
    }
}

impl Head {
    /// The answer that is still owed: not when somebody else took the text off the table. A text that lapsed is owed one all the
    /// same, since silence is what let it lapse.
    pub fn still_owed(&self) -> Option<&OwedAnswer> {
        let stands = match &self.state {
            State::Proposed | State::Lapsed { .. } => true,
            State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } | State::Ended { .. } => false,
            State::Declined(_) | State::Retracted(_) => false,
        };
        self.owed_answer.as_ref().filter(|owed| stands && owed.given.is_none())
    }
}

impl Agreement {
    /// A proposal by another puts the municipality under a term.
    pub(super) fn owe_answer(&mut self, proposer: &Slug, moment: Moment) {
        let owes = self.head.municipality.as_ref().is_some_and(|municipality| municipality != proposer);
        if owes && self.rules.municipality_owes_answer() {
            let until = self.rules.deadline(moment.at, Term::Days(ANSWER_DAYS), true);
            self.head_mut().owed_answer = Some(OwedAnswer { until, silent: None, given: None });
        }
    }

    /// When silence is flagged.
    pub(super) fn silent_at(&self) -> Option<Instant> {
        self.head.still_owed().filter(|owed| owed.silent.is_none()).map(|owed| owed.until)
    }

    pub(super) fn flag_silence(&mut self, moment: Moment) {
        if let Some(owed) = &mut self.head_mut().owed_answer {
            owed.silent = Some(moment);
        }
    }

    /// Whatever the municipality does with the text first is its answer.
    pub(super) fn note_answer(&mut self, by: &Slug, how: Answered, reason: Option<Hash>, moment: Moment) {
        if self.head.municipality.as_ref() != Some(by) || self.head.still_owed().is_none() {
            return;
        }
        if let Some(owed) = &mut self.head_mut().owed_answer {
            owed.given = Some(GivenAnswer { how, at: moment, late: owed.silent.is_some(), reason });
        }
    }

    /// The municipality answers by a statement of its own.
    pub fn answer_proposal(&mut self, by: &Slug, body: &ProposalAnswer, moment: Moment) -> Result<(), Refusal> {
        self.check_municipality(by)?;
        let Some(owed) = &self.head.owed_answer else {
            let accepted = "a proposal that another institution made, under rules 2 or later";
            return Err(Refusal::at("/body/agreement", Rule::NothingToDecide, "no answer is owed here", accepted));
        };
        if let Some(given) = &owed.given {
            let detail = format!("it was answered in entry {} ({})", given.at.entry, given.how.code());
            return Err(Refusal::at("/body/answer", Rule::AlreadyGiven, detail, "a consent, a decline or a counter-proposal"));
        }
        if self.head.still_owed().is_none() {
            return Err(self.wrong_state("a proposal that is on the table, or that lapsed without an answer"));
        }
        self.check_version(&body.version, "/body/version")?;
        let (how, reason) = (body.answer, body.reason.as_ref().map(|reason| reason.hash));
        match (how, reason) {
            (ProposalReply::Negotiating, _) => self.note_answer(by, Answered::Negotiating, reason, moment),
            (ProposalReply::Refused, None) => {
                let accepted = "a reason, as an attachment";
                return Err(Refusal::at("/body/reason", Rule::MissingMember, "a refusal without a reason (L32)", accepted));
            }
            (ProposalReply::Refused, Some(reason)) => {
                self.note_answer(by, Answered::Refused, Some(reason), moment);
                if self.head.state == State::Proposed {
                    // One refusal, whichever way it is said: the text is off the table, and everybody is told.
                    self.offer_mut(&body.version).result = Some(OfferResult::Declined { by: by.clone(), at: moment, reason });
                    self.decline_version(by, reason, moment);
                }
            }
        }
        Ok(())
    }
}
