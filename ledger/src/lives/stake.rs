//! What is at stake in money for the one in whose name an act is done: what it comes to owe, or gives up.

use std::fmt;

use super::agreement::Agreement;
use super::obligation::{Clause, Course};
use super::offer::OfferKind;
use crate::envelope::Body;
use crate::envelope::statement::agreement::{Nature, Obligation, Period, Proposal, When, is_euro};
use crate::envelope::statement::amendment::{Amendment, Change};
use crate::envelope::statement::completeness::MAX_OCCURRENCES;
use crate::envelope::statement::obligation::Release;
use crate::words::{Decimal, Slug};

/// A sum of money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stake {
    /// In ten-thousandths of a euro.
    euros: i128,
    /// The unit of a promise of money that is not in euros, if there is one: that cannot be compared.
    other: Option<String>,
    /// Whether a promise of money goes on without end: no amount holds that.
    is_endless: bool,
}

impl Stake {
    /// Why it is not within an amount in euros; `None` when it is.
    pub fn exceeds(&self, most: &Decimal) -> Option<String> {
        if let Some(unit) = &self.other {
            return Some(format!("it goes up to {most} euro, and this is about money in {unit:?}"));
        }
        if self.is_endless {
            return Some(format!("it goes up to {most} euro, and this is about a promise of money without end"));
        }
        (self.euros > 0 && self.euros > most.ten_thousandths()).then(|| format!("it goes up to {most} euro, and this is about {self}"))
    }

    fn is_more_than(&self, before: &Self) -> bool {
        self.euros > before.euros || self.other != before.other || self.is_endless && !before.is_endless
    }

    /// Adds what a promise is worth: its target each time that it falls due in a period.
    fn add(&mut self, obligation: &Obligation, period: &Period) {
        self.add_times(obligation, || times(&obligation.when, period));
        let money = obligation.target.as_ref().filter(|_| obligation.nature == Some(Nature::Funding));
        let endless = matches!(&obligation.when, When::Rhythm { rule } if period.is_endless(rule));
        self.is_endless |= endless && money.is_some_and(|target| target.value.ten_thousandths() > 0);
    }

    /// The same for so many times.
    fn add_times(&mut self, obligation: &Obligation, times: impl FnOnce() -> usize) {
        let Some(target) = obligation.target.as_ref().filter(|_| obligation.nature == Some(Nature::Funding)) else { return };
        if !is_euro(target.unit.as_str()) {
            self.other = Some(target.unit.to_string());
        }
        // No promise makes another one smaller.
        let value = target.value.ten_thousandths().max(0).saturating_mul(i128::try_from(times()).unwrap_or(i128::MAX));
        self.euros = self.euros.saturating_add(value);
    }
}

impl fmt::Display for Stake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.euros / 10_000, self.euros % 10_000);
        if part == 0 { write!(f, "{whole} euro") } else { write!(f, "{whole}.{part:04} euro") }
    }
}

/// How often it falls due in a period; once when it does not recur, and as often as is counted where that has no end.
pub(super) fn times(when: &When, period: &Period) -> usize {
    match when {
        When::Rhythm { rule } => rule.count(period.start_date, period.horizon(), MAX_OCCURRENCES),
        When::Date { .. } | When::AfterEvent { .. } => 1,
    }
}

/// What a text makes an institution owe in money, over its whole period.
pub fn owed_by_text(text: &Proposal, who: &Slug) -> Stake {
    let mut stake = Stake::default();
    let own = text.obligations.iter().filter(|obligation| obligation.debtor == *who);
    own.for_each(|obligation| stake.add(obligation, &text.period));
    stake
}

impl Agreement {
    /// What is at stake for a party in an act: what its text, its amendment or what it takes over makes that party owe in money
    /// over the whole period, with what it owes already; or the money owed to it that it gives up. Other acts cost nothing.
    pub fn stake(&self, who: &Slug, body: &Body) -> Stake {
        match body {
            Body::CounterProposal(body) => owed_by_text(&body.text, who),
            Body::Amendment(body) => self.owed_after(who, body),
            Body::Release(body) => self.given_up(who, body),
            Body::Consent(body) => match self.offers.get(&body.to).map(|offer| &offer.kind) {
                Some(OfferKind::Version) => owed_by_text(&self.text, who),
                Some(OfferKind::Amendment(body)) => self.owed_after(who, body),
                Some(OfferKind::Release(body)) => self.given_up(who, body),
                Some(OfferKind::Handover(body)) => self.owed_with(who, &body.obligation),
                Some(OfferKind::ReportRuling(_) | OfferKind::CaseRuling(_) | OfferKind::BoardOutcome(_) | OfferKind::Annulment(_)) => {
                    Stake::default()
                }
                Some(OfferKind::Suspension(_) | OfferKind::Resumption(_) | OfferKind::Accession { .. }) => Stake::default(),
                Some(OfferKind::ImpasseStep(_)) | None => Stake::default(),
                // To these nobody consents for another.
                Some(OfferKind::Dissolution(_) | OfferKind::Expulsion { .. }) => Stake::default(),
            },
            _ => Stake::default(),
        }
    }

    /// What a party owes in money by its obligations as they are.
    fn owed(&self, who: &Slug) -> Stake {
        let mut stake = Stake::default();
        let owes = |clause: &&std::sync::Arc<Clause>| clause.debtor == *who && is_owed(&clause.course);
        self.clauses.values().filter(owes).for_each(|clause| stake.add(&clause.text, &self.text.period));
        stake
    }

    /// The same after an amendment; nothing when that makes it owe no more than before.
    fn owed_after(&self, who: &Slug, body: &Amendment) -> Stake {
        let replaced = |id: &Slug| body.changes.iter().filter_map(|change| change.obligation()).any(|new| new.id == *id);
        let mut period = self.text.period.clone();
        for change in body.changes.iter() {
            if let Change::Period { end_date, .. } = change {
                period.end_date = *end_date;
            }
        }
        let mut after = Stake::default();
        let stays = self.clauses.values().filter(|clause| clause.debtor == *who && is_owed(&clause.course) && !replaced(&clause.text.id));
        stays.for_each(|clause| after.add(&clause.text, &period));
        let new = body.changes.iter().filter_map(|change| change.obligation()).filter(|new| new.debtor == *who);
        new.for_each(|new| after.add(new, &period));
        if after.is_more_than(&self.owed(who)) { after } else { Stake::default() }
    }

    /// What a party owes with an obligation that it takes over; nothing when that promises no money.
    fn owed_with(&self, who: &Slug, obligation: &Slug) -> Stake {
        let before = self.owed(who);
        let mut after = before.clone();
        self.clauses.get(obligation).into_iter().for_each(|clause| after.add(&clause.text, &self.text.period));
        if after.is_more_than(&before) { after } else { Stake::default() }
    }

    /// What a party gives up of money that is owed to it.
    fn given_up(&self, who: &Slug, body: &Release) -> Stake {
        let mut stake = Stake::default();
        if let Some(clause) = self.clauses.get(&body.obligation).filter(|clause| self.creditors(clause).contains(who)) {
            match &body.instances {
                Some(dues) => stake.add_times(&clause.text, || dues.len()),
                None => stake.add(&clause.text, &self.text.period),
            }
        }
        stake
    }
}

/// Whether something may still be owed under it.
fn is_owed(course: &Course) -> bool {
    match course {
        Course::Waiting | Course::Conditional { .. } | Course::Running { .. } => true,
        Course::Lapsed { .. } | Course::Released { .. } | Course::HandedOver { .. } => false,
    }
}
