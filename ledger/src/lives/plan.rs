//! A plan says of each obligation that is not finally met, once, what becomes of it; and of nothing else.

use super::agreement::Agreement;
use crate::envelope::refusal::{Fault, Rule, list, one_of};
use crate::envelope::statement::agreement::Attachment;
use crate::envelope::statement::obligation::Release;
use crate::words::Slug;

/// What is unfit about one line of a plan, and what would be accepted.
pub(super) type Unfit = Option<(String, String)>;

impl Agreement {
    /// The obligations of a party that are not finally met, future dates included.
    pub fn unmet(&self, party: &Slug) -> Vec<Slug> {
        self.all_unmet().filter(|id| self.clauses[*id].debtor == *party).cloned().collect()
    }

    /// The obligations of anybody that are not finally met.
    pub(super) fn all_unmet(&self) -> impl Iterator<Item = &Slug> {
        self.clauses.keys().filter(|id| !self.is_finally_met(id))
    }
}

/// Every fault of a plan for these obligations: those that it skips first, then line by line.
pub(super) fn faults<'a>(
    unmet: &[Slug],
    named: impl Iterator<Item = &'a Slug> + Clone,
    whose: &str,
    dispositions: &str,
    unfit: impl Fn(usize) -> Unfit,
) -> Vec<Fault> {
    let fault = |pointer: String, rule, detail: String, accepted: String| Fault { pointer, rule, detail, accepted };
    let skipped: Vec<&Slug> = unmet.iter().filter(|id| !named.clone().any(|named| named == *id)).collect();
    let skips = (!skipped.is_empty()).then(|| {
        let (detail, accepted) = (format!("the plan skips: {}", list(skipped)), format!("for each of them: {dispositions}"));
        fault("/body/plan".into(), Rule::PlanIncomplete, detail, accepted)
    });
    let lines = named.clone().enumerate().filter_map(|(i, id)| {
        let (detail, accepted) = match () {
            () if !unmet.contains(id) => (format!("{id} is not an open obligation of {whose}"), one_of(unmet, "no line: nothing is open")),
            () if named.clone().take(i).any(|earlier| earlier == id) => (format!("{id} occurs twice"), "each obligation once".into()),
            () => unfit(i)?,
        };
        Some(fault(format!("/body/plan/{i}"), Rule::PlanUnfit, detail, accepted))
    });
    skips.into_iter().chain(lines).collect()
}

/// The release that a line of a plan stands for: of every due date, with the reason of the whole.
pub(super) fn release(agreement: &Slug, obligation: &Slug, reason: &Attachment) -> Release {
    let (agreement, obligation) = (agreement.clone(), obligation.clone());
    Release { agreement, obligation, instances: None, reason: reason.clone() }
}
