//! Whether a proposed text is complete (L07, L08, L25): every gap at once, beside the faults of its form.
//!
//! It looks at the JSON, not at the typed text, so that a text with a fault of form still gets the
//! whole list. What depends on the ledger (are the parties admitted) is judged later.

use std::collections::BTreeSet;

use super::agreement::Period;
use crate::envelope::json::Json;
use crate::envelope::refusal::{Fault, Rule};
use crate::words::{Day, Rhythm};

/// More due dates than this in one obligation are refused, unless they have no end: a duty for each day of 20 years fits.
pub(crate) const MAX_OCCURRENCES: usize = 8_000;

/// The longest period of an agreement, in years.
const MAX_YEARS: u32 = 20;

/// The gaps that were found so far.
pub(super) struct Gaps(Vec<Fault>);

impl Gaps {
    /// Notes a gap at a place in the body.
    pub(super) fn add(&mut self, rule: Rule, pointer: String, detail: impl Into<String>, accepted: &str) {
        self.0.push(Fault { pointer: format!("/body{pointer}"), rule, detail: detail.into(), accepted: accepted.into() });
    }

    pub(super) fn unique(&mut self, body: &Json, list: &str, key: &str) {
        let mut seen = BTreeSet::new();
        for (i, item) in items(body, list).iter().enumerate() {
            if let Some(id) = text(item, key).filter(|id| !seen.insert(*id)) {
                self.add(Rule::Incomplete, format!("/{list}/{i}/{key}"), format!("{id:?} occurs twice"), "each one once");
            }
        }
    }
}

/// Every gap in the body of a proposal.
pub fn gaps(body: &Json) -> Vec<Fault> {
    let mut gaps = Gaps(Vec::new());
    gaps.unique(body, "parties", "institution");
    gaps.unique(body, "goals", "id");
    gaps.unique(body, "obligations", "id");
    gaps.unique(body, "reviews", "id");
    twice(body, "predecessors", &mut gaps);
    let parties: BTreeSet<&str> = items(body, "parties").iter().filter_map(|p| text(p, "institution")).collect();
    if let Some(director) = text(body, "director").filter(|d| !parties.contains(d)) {
        let accepted = "a director that is one of the parties (L15)";
        gaps.add(Rule::Incomplete, "/director".into(), format!("{director:?} is not a party"), accepted);
    }
    let holder = body.get("suspension").and_then(|power| text(power, "holder"));
    if let Some(holder) = holder.filter(|holder| !parties.contains(holder)) {
        let accepted = "a holder of this power that is one of the parties";
        gaps.add(Rule::Incomplete, "/suspension/holder".into(), format!("{holder:?} is not a party"), accepted);
    }
    let others = body
        .get("accession")
        .and_then(|rule| rule.get("parties"))
        .and_then(|count| if let Json::Int(count) = count { usize::try_from(*count).ok() } else { None });
    if others.is_some_and(|others| others >= parties.len()) {
        let accepted = "at most as many as there are parties besides the director (L04)";
        gaps.add(Rule::Incomplete, "/accession/parties".into(), "more parties than there are", accepted);
    }
    let period = period(body, &mut gaps);
    super::review_gaps::gaps(body, period.clone(), &mut gaps);
    for (i, obligation) in items(body, "obligations").iter().enumerate() {
        obligation_gaps(obligation, i, body, &parties, period.as_ref(), &mut gaps);
    }
    declared_capacity(body, &mut gaps);
    super::closure::gaps(body, period.as_ref(), &mut gaps);
    goals_without_obligation(body, &mut gaps);
    social_recovery(body, &mut gaps);
    gaps.0
}

/// The period, where it can be read: without a last day when none is given.
fn period(body: &Json, gaps: &mut Gaps) -> Option<Period> {
    let given = body.get("period")?;
    let day = |key: &str| text(given, key).and_then(|day| day.parse::<Day>().ok());
    let start_date = day("startDate")?;
    if given.get("endDate").is_none() {
        return Some(Period { start_date, end_date: None });
    }
    let end = day("endDate")?;
    if end < start_date {
        gaps.add(Rule::Incomplete, "/period/endDate".into(), "the agreement ends before it starts", "a last day after the first (L14)");
        return None;
    }
    if end > start_date.plus_months(12 * MAX_YEARS) {
        let accepted = "at most 20 years, or no last day and a review that recurs (L14)";
        gaps.add(Rule::Incomplete, "/period/endDate".into(), "the agreement runs for more than 20 years", accepted);
        return None;
    }
    Some(Period { start_date, end_date: Some(end) })
}

/// Each value of a list once.
fn twice(body: &Json, list: &str, gaps: &mut Gaps) {
    let mut seen = BTreeSet::new();
    for (i, item) in items(body, list).iter().enumerate() {
        if let Some(value) = item.text().filter(|value| !seen.insert(*value)) {
            gaps.add(Rule::Incomplete, format!("/{list}/{i}"), format!("{value:?} occurs twice"), "each one once");
        }
    }
}

/// What a party says that it is able to is something, and said once (L53).
fn declared_capacity(body: &Json, gaps: &mut Gaps) {
    for (i, party) in items(body, "parties").iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (j, declared) in items(party, "capacity").iter().enumerate() {
            let at = |rest: &str| format!("/parties/{i}/capacity/{j}{rest}");
            if super::closure::decimal(declared, "value").is_some_and(|value| value.ten_thousandths() <= 0) {
                gaps.add(Rule::Incomplete, at("/value"), "nothing is declared", "a value above zero");
            }
            if let Some(unit) = text(declared, "unit").filter(|unit| !seen.insert(*unit)) {
                gaps.add(Rule::Incomplete, at("/unit"), format!("{unit:?} occurs twice"), "each unit once");
            }
        }
    }
}

fn obligation_gaps(obligation: &Json, i: usize, body: &Json, parties: &BTreeSet<&str>, period: Option<&Period>, gaps: &mut Gaps) {
    let at = |rest: &str| format!("/obligations/{i}{rest}");
    let debtor = text(obligation, "debtor");
    if let Some(debtor) = debtor.filter(|d| !parties.contains(d)) {
        gaps.add(Rule::Incomplete, at("/debtor"), format!("{debtor:?} is not a party"), "a debtor that is one of the parties (L08)");
    }
    let mut seen = BTreeSet::new();
    for (j, creditor) in items(obligation, "creditors").iter().enumerate() {
        let Some(creditor) = creditor.text() else { continue };
        if !parties.contains(creditor) {
            gaps.add(
                Rule::Incomplete,
                at(&format!("/creditors/{j}")),
                format!("{creditor:?} is not a party"),
                "creditors that are parties",
            );
        } else if Some(creditor) == debtor {
            gaps.add(
                Rule::OwnObligation,
                at(&format!("/creditors/{j}")),
                "the debtor is its own creditor",
                "creditors other than the debtor",
            );
        } else if !seen.insert(creditor) {
            gaps.add(Rule::Incomplete, at(&format!("/creditors/{j}")), format!("{creditor:?} occurs twice"), "each creditor once");
        }
    }
    let goals: BTreeSet<&str> = items(body, "goals").iter().filter_map(|g| text(g, "id")).collect();
    for (j, goal) in items(obligation, "goals").iter().enumerate() {
        if let Some(goal) = goal.text().filter(|g| !goals.contains(g)) {
            gaps.add(Rule::Incomplete, at(&format!("/goals/{j}")), format!("{goal:?} is not a goal of this agreement"), "ids of its goals");
        }
    }
    let mut kinds = BTreeSet::new();
    for (j, rule) in items(obligation, "evidence").iter().enumerate() {
        if let Some(kind) = text(rule, "kind").filter(|kind| !kinds.insert(*kind)) {
            gaps.add(Rule::Incomplete, at(&format!("/evidence/{j}/kind")), format!("{kind:?} occurs twice"), "each kind of evidence once");
        }
    }
    let measured = text(obligation, "strength") == Some("result") || text(obligation, "nature") == Some("funding");
    if measured && obligation.get("target").is_none() {
        gaps.add(Rule::Incomplete, at("/target"), "a result or a sum of money without a target", "an indicator, a value and a unit (L46)");
    }
    if let (Some(when), Some(period)) = (obligation.get("when"), period) {
        when_gaps(when, &at("/when"), period, gaps);
    }
}

fn when_gaps(when: &Json, pointer: &str, period: &Period, gaps: &mut Gaps) {
    let (start, end) = (period.start_date, period.horizon());
    if let Some(date) = text(when, "date").and_then(|t| t.parse::<Day>().ok()).filter(|date| *date < start || *date > end) {
        let accepted = format!("a date from {start} to {end}");
        gaps.add(Rule::Incomplete, format!("{pointer}/date"), format!("{date} is outside the period"), &accepted);
    }
    let Some(rhythm) = text(when, "rule").and_then(|t| Rhythm::parse(t).ok()) else { return };
    // Of one without end only the next due date is ever opened, so that it is not counted.
    let most = if period.is_endless(&rhythm) { 1 } else { MAX_OCCURRENCES + 1 };
    match rhythm.count(start, end, most) {
        0 => gaps.add(
            Rule::RhythmRefused,
            format!("{pointer}/rule"),
            "this rhythm has no due date in the period",
            "at least one date after the first day",
        ),
        n if n > MAX_OCCURRENCES => {
            gaps.add(Rule::RhythmRefused, format!("{pointer}/rule"), "this rhythm has too many due dates", "at most 8000 due dates");
        }
        _ => {}
    }
}

fn goals_without_obligation(body: &Json, gaps: &mut Gaps) {
    let obligations = items(body, "obligations");
    let served: BTreeSet<&str> = obligations.iter().flat_map(|o| items(o, "goals")).filter_map(Json::text).collect();
    for (i, goal) in items(body, "goals").iter().enumerate() {
        if let Some(id) = text(goal, "id").filter(|id| !served.contains(id)) {
            gaps.add(
                Rule::Incomplete,
                format!("/goals/{i}"),
                format!("no obligation serves goal {id:?}"),
                "at least one obligation for each goal (L08)",
            );
        }
    }
}

fn social_recovery(body: &Json, gaps: &mut Gaps) {
    if text(body, "approach") != Some("social-recovery") {
        return;
    }
    if body.get("analysis").is_none() {
        gaps.add(
            Rule::NeedsAnalysis,
            "/analysis".into(),
            "social recovery without an analysis",
            "an attached analysis of the neighbourhood (L25)",
        );
    }
    for (i, party) in items(body, "parties").iter().enumerate() {
        if party.get("role").is_none() {
            gaps.add(
                Rule::NeedsAnalysis,
                format!("/parties/{i}/role"),
                "social recovery without a role for this party",
                "what the party is there for (L25)",
            );
        }
    }
}

pub(super) fn items<'a>(json: &'a Json, name: &str) -> &'a [Json] {
    json.get(name).map(Json::items).unwrap_or_default()
}

pub(super) fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Json::text)
}
