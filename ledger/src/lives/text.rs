//! The terms of an agreement's text, with the defaults that hold where it is silent.

use super::rules::Rules;
use crate::envelope::statement::agreement::{DayCount, Mode, Obligation, Proposal};
use crate::words::{Instant, Term};

/// A term that the text may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermOf {
    /// To consent to an offer.
    Consent,
    /// For a creditor to answer a report.
    Acceptance,
    /// For the debtor to answer a dispute.
    DisputeAnswer,
    /// To report that something was kept throughout a period that has ended.
    PeriodReport,
    /// To rule on a report or a contested breach.
    Ruling,
    /// For the debtor to answer the notice of a breach.
    BreachAnswer,
    /// For the debtor to put a breach right.
    Cure,
    /// For the director at level 1.
    Level1,
    /// For the board consultation at level 2.
    Level2,
    /// For the municipality before the State is reached.
    LastChance,
    /// For the ministry's answer.
    Ministry,
    /// For State partners that must take a position.
    Positions,
    /// For the municipality after the ministry's answer.
    FollowUp,
    /// For the others to answer a withdrawal notice.
    Objection,
    /// For a party that is to be put out to be heard.
    Hearing,
}

impl TermOf {
    /// Its length in days where the text is silent.
    pub fn default_days(self) -> u16 {
        match self {
            Self::Consent => 60,
            Self::Ministry => 42,
            Self::Level1 | Self::Level2 | Self::Positions | Self::FollowUp | Self::Objection | Self::Hearing => 28,
            Self::Acceptance | Self::DisputeAnswer | Self::PeriodReport | Self::Ruling => 14,
            Self::BreachAnswer | Self::Cure | Self::LastChance => 14,
        }
    }
}

impl Proposal {
    /// The instant at which a term that runs from here has ended, by these rules.
    pub fn ends(&self, from: Instant, term: TermOf, rules: Rules) -> Instant {
        rules.deadline(from, Term::Days(self.days(term)), self.moves_to_working_days())
    }

    /// Length of a term in days; the defaults are those of the rules.
    pub fn days(&self, term: TermOf) -> u16 {
        let (ladder, terms) = (&self.ladder, self.terms.as_ref());
        let given: Option<DayCount> = match term {
            TermOf::Consent => terms.and_then(|t| t.consent_days),
            TermOf::Acceptance => terms.and_then(|t| t.acceptance_days),
            TermOf::DisputeAnswer => terms.and_then(|t| t.dispute_days),
            TermOf::PeriodReport => terms.and_then(|t| t.report_days),
            TermOf::Ruling => terms.and_then(|t| t.ruling_days),
            TermOf::BreachAnswer => ladder.answer_days,
            TermOf::Cure => ladder.cure_days,
            TermOf::Level1 => ladder.level1_days,
            TermOf::Level2 => ladder.level2_days,
            TermOf::LastChance => ladder.last_chance_days,
            TermOf::Ministry => ladder.ministry_days,
            TermOf::Positions => ladder.positions_days,
            TermOf::FollowUp => ladder.follow_up_days,
            TermOf::Objection => self.withdrawal.objection_days,
            TermOf::Hearing => self.expulsion.as_ref().and_then(|clause| clause.hearing_days),
        };
        given.and_then(|days| u16::try_from(days.0).ok()).unwrap_or(term.default_days())
    }

    /// How many days before the last day a successor must have been signed (L13).
    pub fn successor_days(&self) -> i64 {
        self.terms.as_ref().and_then(|t| t.successor_days).map_or(90, |days| i64::from(days.0))
    }

    /// Months between a withdrawal notice and its effect.
    pub fn notice_months(&self) -> u8 {
        self.withdrawal.notice_months.and_then(|months| u8::try_from(months.0).ok()).unwrap_or(6)
    }

    /// Days for which the holder of a power to suspend may use it.
    pub fn power_days(&self) -> u32 {
        self.suspension.as_ref().and_then(|power| power.max_days).map_or(90, |days| days.0)
    }

    /// Misses in a row after which a party has gone quiet.
    pub fn gone_quiet_misses(&self) -> u32 {
        self.terms.as_ref().and_then(|t| t.gone_quiet_misses).map_or(3, |n| n.0)
    }

    /// Whether due dates and terms up to three months move to a working day.
    pub fn moves_to_working_days(&self) -> bool {
        self.terms.as_ref().and_then(|t| t.working_day_rule).unwrap_or(true)
    }
}

impl Obligation {
    /// Working days between late and breached.
    pub fn grace(&self) -> Term {
        Term::WorkingDays(self.grace_days())
    }

    /// How many they are; 1 when the text is silent.
    pub fn grace_days(&self) -> u16 {
        self.grace_working_days.and_then(|days| u16::try_from(days.0).ok()).unwrap_or(1)
    }

    /// Whether it must be kept throughout its periods.
    pub fn is_maintained(&self) -> bool {
        match self.mode {
            Some(Mode::Maintain) => true,
            Some(Mode::Achieve) | None => false,
        }
    }

    /// Whether silence of the creditors was agreed to count as acceptance.
    pub fn is_tacit(&self) -> bool {
        self.tacit_acceptance.unwrap_or(false)
    }
}
