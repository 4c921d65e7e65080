//! Whether the obligations of a text close (L08, L09, L11): money matched, prerequisites present, triggers that can come, no circle.

use std::collections::{BTreeMap, BTreeSet};

use super::agreement::{Period, is_euro};
use super::completeness::{Gaps, items, text};
use crate::envelope::json::Json;
use crate::envelope::refusal::Rule;
use crate::words::{Day, Decimal, Rhythm};

/// Obligations of the text by id, with their place.
type Known<'a> = BTreeMap<&'a str, (usize, &'a Json)>;

/// Every gap between the obligations of a proposal's body.
pub(super) fn gaps(body: &Json, period: Option<&Period>, gaps: &mut Gaps) {
    let obligations = items(body, "obligations");
    let known: Known<'_> = obligations.iter().enumerate().filter_map(|(i, o)| Some((text(o, "id")?, (i, o)))).collect();
    for (i, obligation) in obligations.iter().enumerate() {
        dependence(obligation, i, &known, gaps);
        money(obligation, i, &known, gaps);
        capacity(obligation, i, gaps);
        trigger(obligation, i, &known, body, period, gaps);
        umbrella(obligation, i, body, gaps);
        if text(obligation, "mode") == Some("maintain") && obligation.get("when").and_then(|when| text(when, "kind")) == Some("after-event")
        {
            let at = format!("/obligations/{i}/when");
            gaps.add(Rule::Incomplete, at, "what is kept throughout has no period", "a date or a rhythm, whose days end the periods");
        }
    }
    gaps.unique(body, "umbrellas", "agreement");
    overdrawn(obligations, &known, period, gaps);
    budgets(body, &known, period, gaps);
    circles(obligations, gaps);
}

fn dependence(obligation: &Json, i: usize, known: &Known<'_>, gaps: &mut Gaps) {
    let mut seen = BTreeSet::new();
    for (j, id) in items(obligation, "dependsOn").iter().enumerate() {
        let (Some(id), at) = (id.text(), format!("/obligations/{i}/dependsOn/{j}")) else { continue };
        if !known.contains_key(id) {
            gaps.add(Rule::Incomplete, at, format!("{id:?} is not an obligation of this agreement"), "ids of its obligations (L08)");
        } else if !seen.insert(id) {
            gaps.add(Rule::Incomplete, at, format!("{id:?} occurs twice"), "each obligation once");
        }
    }
}

/// What it costs is covered by promises of money, each by another party that owes it to this debtor.
fn money(obligation: &Json, i: usize, known: &Known<'_>, gaps: &mut Gaps) {
    let at = |rest: &str| format!("/obligations/{i}{rest}");
    let (mut seen, mut covered) = (BTreeSet::new(), 0);
    for (j, share) in items(obligation, "funding").iter().enumerate() {
        let part = amount(share, "amount").unwrap_or_default();
        if part <= 0 && share.get("amount").is_some() {
            gaps.add(Rule::Incomplete, at(&format!("/funding/{j}/amount")), "no amount of money", "an amount above zero");
        }
        covered += part;
        if let Some(id) = text(share, "obligation") {
            let fault = share_fault(obligation, id, !seen.insert(id), known);
            fault.into_iter().for_each(|(detail, accepted)| gaps.add(Rule::Incomplete, at(&format!("/funding/{j}")), detail, accepted));
        }
    }
    match (amount(obligation, "costs"), obligation.get("funding")) {
        (None, Some(_)) => gaps.add(Rule::Incomplete, at("/costs"), "funding of something that costs nothing", "what it costs (L08)"),
        (Some(..=0), _) => gaps.add(Rule::Incomplete, at("/costs"), "no amount of money", "an amount above zero"),
        (Some(costs), _) if covered < costs => {
            let accepted = "promises of money (nature funding) that together cover what it costs (L08, L09)";
            gaps.add(Rule::Incomplete, at("/funding"), "what it costs is not covered", accepted);
        }
        (None, None) | (Some(_), _) => {}
    }
}

fn share_fault(obligation: &Json, id: &str, twice: bool, known: &Known<'_>) -> Option<(String, &'static str)> {
    let Some((_, commitment)) = known.get(id) else {
        return Some((format!("{id:?} is not an obligation of this agreement"), "an obligation of nature funding (L08)"));
    };
    let debtor = text(obligation, "debtor");
    let creditors = items(commitment, "creditors");
    match () {
        () if twice => Some((format!("{id:?} occurs twice"), "each promise of money once")),
        () if text(commitment, "nature") != Some("funding") => {
            Some((format!("{id:?} promises no money"), "an obligation of nature funding"))
        }
        () if text(commitment, "debtor") == debtor => Some((
            format!("{id:?} is a promise of the debtor itself"),
            "a promise of another party; what the debtor pays itself is no cost here",
        )),
        () if !creditors.is_empty() && !creditors.iter().any(|creditor| creditor.text() == debtor) => {
            Some((format!("{id:?} is not owed to the debtor"), "a promise whose creditors include the one that it pays"))
        }
        () => None,
    }
}

/// What each obligation with a target promises over all its due dates, in ten thousandths; `None` where those have no end.
fn promised<'a>(known: &Known<'a>, period: Option<&Period>) -> BTreeMap<&'a str, Option<i128>> {
    let whole = |commitment: &Json| {
        let value = commitment.get("target").and_then(|target| amount(target, "value"))?;
        let rhythm = commitment.get("when").and_then(|when| text(when, "rule")).and_then(|rule| Rhythm::parse(rule).ok());
        let Some((rhythm, period)) = rhythm.zip(period) else { return Some(Some(value)) };
        if period.is_endless(&rhythm) {
            return Some(None);
        }
        let times = rhythm.count(period.start_date, period.horizon(), super::completeness::MAX_OCCURRENCES);
        Some(Some(value.saturating_mul(times as i128)))
    };
    known.iter().filter_map(|(id, (_, commitment))| Some((*id, whole(commitment)?))).collect()
}

/// Takes an amount off what is left of a promise; what is wrong with that, and what would be accepted.
fn take(left: Option<&mut Option<i128>>, id: &str, amount: i128) -> Option<(String, &'static str)> {
    let Some(left) = left? else {
        let accepted = "a promise of money on a date, or with a rhythm that has COUNT or UNTIL";
        return Some((format!("{id:?} goes on without end, and so makes no sum"), accepted));
    };
    *left -= amount;
    (*left < 0).then(|| (format!("{id:?} does not promise that much"), "at most what is left of it"))
}

/// People are freed where that is what is promised (L12).
fn capacity(obligation: &Json, i: usize, gaps: &mut Gaps) {
    let Some(capacity) = obligation.get("capacity") else { return };
    if text(obligation, "nature") != Some("capacity") {
        let at = format!("/obligations/{i}/capacity");
        gaps.add(Rule::Incomplete, at, "people are freed by a promise of another nature", "the nature capacity (L12)");
    }
    if amount(capacity, "fte").is_some_and(|fte| fte <= 0) {
        gaps.add(Rule::Incomplete, format!("/obligations/{i}/capacity/fte"), "nobody is freed", "an fte above zero");
    }
}

/// The shares of a budget make the whole, and each is promised by the one that pays it (L33).
fn budgets(body: &Json, known: &Known<'_>, period: Option<&Period>, gaps: &mut Gaps) {
    let mut left = promised(known, period);
    gaps.unique(body, "budgets", "id");
    for (i, budget) in items(body, "budgets").iter().enumerate() {
        let Some(total) = decimal(budget, "total") else { continue };
        if total.ten_thousandths() <= 0 {
            gaps.add(Rule::Incomplete, format!("/budgets/{i}/total"), "no amount of money", "an amount above zero");
            continue;
        }
        let shares = items(budget, "shares");
        let percents: i128 = shares.iter().filter_map(|share| amount(share, "percent")).sum();
        let percents = Decimal::of_ten_thousandths(percents);
        if percents.ten_thousandths() != 100 * 10_000 {
            let detail = format!("the shares make {percents} percent");
            gaps.add(Rule::Incomplete, format!("/budgets/{i}/shares"), detail, "shares that make 100 percent (L33)");
        }
        for (j, share) in shares.iter().enumerate() {
            let (Some(id), Some(percent)) = (text(share, "obligation"), decimal(share, "percent")) else { continue };
            let at = |rest: &str| format!("/budgets/{i}/shares/{j}{rest}");
            if percent.ten_thousandths() <= 0 {
                gaps.add(Rule::Incomplete, at("/percent"), "no part of it", "a percentage above zero");
            }
            if let Some((pointer, detail, accepted)) = budget_fault(share, id, known) {
                gaps.add(Rule::Incomplete, at(pointer), detail, accepted);
                continue;
            }
            let left = left.entry(id).or_insert(Some(0));
            if let Some((detail, accepted)) = take(Some(left), id, total.percent(percent).ten_thousandths()) {
                gaps.add(Rule::Incomplete, at("/percent"), detail, accepted);
            }
        }
    }
}

fn budget_fault(share: &Json, id: &str, known: &Known<'_>) -> Option<(&'static str, String, &'static str)> {
    let Some((_, commitment)) = known.get(id) else {
        return Some(("/obligation", format!("{id:?} is not an obligation of this agreement"), "an obligation of nature funding"));
    };
    let unit = commitment.get("target").and_then(|target| text(target, "unit"));
    match () {
        () if text(commitment, "nature") != Some("funding") => {
            Some(("/obligation", format!("{id:?} promises no money"), "an obligation of nature funding"))
        }
        () if !unit.is_some_and(is_euro) => {
            Some(("/obligation", format!("{id:?} has no target in euros"), "a promise with a target in euro"))
        }
        () if text(commitment, "debtor") != text(share, "party") => {
            Some(("/party", format!("{id:?} is a promise of another party"), "the debtor of the promise of money"))
        }
        () => None,
    }
}

/// No promise of money is given away more than once: its target, times its due dates, covers what leans on it.
fn overdrawn(obligations: &[Json], known: &Known<'_>, period: Option<&Period>, gaps: &mut Gaps) {
    let mut left = promised(known, period);
    for (i, obligation) in obligations.iter().enumerate() {
        for (j, share) in items(obligation, "funding").iter().enumerate() {
            let (Some(id), Some(amount)) = (text(share, "obligation"), amount(share, "amount")) else { continue };
            if let Some((detail, accepted)) = take(left.get_mut(id), id, amount) {
                gaps.add(Rule::Incomplete, format!("/obligations/{i}/funding/{j}/amount"), detail, accepted);
            }
        }
    }
}

fn trigger(obligation: &Json, i: usize, known: &Known<'_>, body: &Json, period: Option<&Period>, gaps: &mut Gaps) {
    let Some(trigger) = obligation.get("when").and_then(|when| when.get("trigger")) else { return };
    let at = |rest: &str| format!("/obligations/{i}/when/trigger{rest}");
    if let Some(id) = text(trigger, "obligation").filter(|id| !known.contains_key(id)) {
        gaps.add(Rule::Incomplete, at("/obligation"), format!("{id:?} is not an obligation of this agreement"), "one of its obligations");
    }
    if let Some(by) = text(trigger, "by") {
        if !items(body, "parties").iter().any(|party| text(party, "institution") == Some(by)) {
            gaps.add(Rule::Incomplete, at("/by"), format!("{by:?} is not a party"), "a party that records the event");
        } else if text(obligation, "debtor") == Some(by) {
            gaps.add(Rule::OwnObligation, at("/by"), "the debtor would say itself whether it is due", "another party");
        }
        let event = text(trigger, "event");
        let others = known.values().filter_map(|(_, other)| other.get("when")?.get("trigger"));
        if others.filter(|other| text(other, "event") == event).any(|other| text(other, "by") != Some(by)) {
            gaps.add(Rule::Incomplete, at("/by"), "another party records the same event", "one party for each event");
        }
    }
    let until = text(trigger, "until").and_then(|day| day.parse::<Day>().ok());
    let span = period.map(|period| (period.start_date, period.horizon()));
    if let Some((until, (start, end))) = until.zip(span).filter(|(until, (start, end))| until < start || until > end) {
        gaps.add(Rule::Incomplete, at("/until"), format!("{until} is outside the period"), &format!("a date from {start} to {end}"));
    }
}

/// The umbrella agreement that an obligation names came along; that it has that clause is judged with its receipt.
fn umbrella(obligation: &Json, i: usize, body: &Json, gaps: &mut Gaps) {
    let Some(name) = obligation.get("umbrella").and_then(|clause| text(clause, "agreement")) else { return };
    if !items(body, "umbrellas").iter().any(|umbrella| text(umbrella, "agreement") == Some(name)) {
        let at = format!("/obligations/{i}/umbrella/agreement");
        gaps.add(Rule::Incomplete, at, format!("{name:?} did not come along"), "one of the umbrella agreements of this text (L44)");
    }
}

/// Nothing waits for itself: by prerequisites, money and triggers, one leads to another and none back.
fn circles(obligations: &[Json], gaps: &mut Gaps) {
    let mut leads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for obligation in obligations {
        let Some(id) = text(obligation, "id") else { continue };
        let funding = items(obligation, "funding").iter().filter_map(|share| text(share, "obligation"));
        let trigger = obligation.get("when").and_then(|when| when.get("trigger")).and_then(|trigger| text(trigger, "obligation"));
        let first = items(obligation, "dependsOn").iter().filter_map(Json::text).chain(funding).chain(trigger);
        leads.entry(id).or_default().extend(first);
    }
    for (i, obligation) in obligations.iter().enumerate() {
        let Some(id) = text(obligation, "id") else { continue };
        let (mut reached, mut todo) = (BTreeSet::new(), leads.get(id).cloned().unwrap_or_default());
        while let Some(next) = todo.pop() {
            if reached.insert(next) {
                todo.extend(leads.get(next).into_iter().flatten());
            }
        }
        if reached.contains(id) {
            gaps.add(
                Rule::Incomplete,
                format!("/obligations/{i}"),
                format!("{id:?} waits for itself"),
                "obligations without a circle (L08)",
            );
        }
    }
}

fn amount(json: &Json, name: &str) -> Option<i128> {
    decimal(json, name).map(Decimal::ten_thousandths)
}

pub(super) fn decimal(json: &Json, name: &str) -> Option<Decimal> {
    text(json, name).and_then(|text| text.parse().ok())
}
