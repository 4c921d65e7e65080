//! Every clause that is not finally met has a bound debtor: nothing that was promised goes away, changes hands or is met but by the
//! word of those whom that takes.

use std::collections::BTreeSet;

use ledger::envelope::Body;
use ledger::envelope::statement::flag::{Cause, Ending};
use ledger::lives::Agreement;
use ledger::lives::agreement::State;
use ledger::lives::obligation::{Clause, Course, Instance, Standing};
use ledger::lives::parts::{Part, PartId};
use ledger::words::Slug;

use super::Said;
use super::bound::Circle;
use super::words::Words;
use crate::audit::Audit;

/// Whether nothing of an obligation is due now or later.
pub(super) fn is_met(agreement: &Agreement, clause: &Clause) -> bool {
    let later = match &clause.course {
        Course::Waiting | Course::Conditional { .. } | Course::Running { next: Some(_), .. } => true,
        Course::Running { next: None, .. } | Course::Lapsed { .. } | Course::Released { .. } | Course::HandedOver { .. } => false,
    };
    let is_open = |instance: &Instance| match &instance.standing {
        Standing::Open | Standing::Overdue { .. } | Standing::Breached { .. } => true,
        Standing::Fulfilled { .. } | Standing::Cured { .. } | Standing::Released { .. } | Standing::HandedOver { .. } => false,
    };
    let open = agreement.instances.values().any(|instance| instance.obligation == clause.text.id && is_open(instance));
    !later && !open
}

/// What holds of every agreement that binds, and what an entry may do to its promises.
pub(super) fn check(
    audit: &Audit,
    (before, after): (Option<&Agreement>, &Agreement),
    circle: &Circle,
    said: &Said<'_>,
    words: &Words,
) -> Result<(), String> {
    if !after.head.state.is_signed() {
        return Ok(());
    }
    for clause in after.clauses.values().filter(|clause| !is_met(after, clause)) {
        let (id, debtor) = (&clause.text.id, &clause.debtor);
        if !circle.bound.contains(debtor) && !circle.expelled.contains(debtor) {
            return Err(format!("{id} of {} is not met, and {debtor} is not bound", after.head.id));
        }
        let there = audit.book().institution(debtor).is_some_and(|institution| institution.admitted.is_some());
        if !there {
            return Err(format!("{id} of {} is owed by {debtor}, which is nobody here", after.head.id));
        }
    }
    if let Some(foreign) = after
        .instances
        .values()
        .find(|instance| after.clauses.get(&instance.obligation).is_none_or(|clause| clause.debtor != instance.debtor))
    {
        return Err(format!("{} {} is owed by {} and by another", foreign.obligation, foreign.due, foreign.debtor));
    }
    let Some(before) = before.filter(|before| before.head.state.is_signed()) else { return Ok(()) };
    for clause in before.clauses.values() {
        check_clause(clause, (before, after), circle, said, words)?;
    }
    for instance in before.instances.values() {
        check_instance(audit, instance, (before, after), circle, said, words)?;
    }
    Ok(())
}

fn check_clause(
    clause: &Clause,
    (before, after): (&Agreement, &Agreement),
    circle: &Circle,
    said: &Said<'_>,
    words: &Words,
) -> Result<(), String> {
    let id = &clause.text.id;
    let Some(now) = after.clauses.get(id) else { return Err(format!("{id} is gone")) };
    if now.debtor != clause.debtor {
        return Err(format!("{id} was owed by {} and is owed by {}", clause.debtor, now.debtor));
    }
    if now.course == clause.course {
        return Ok(());
    }
    match &now.course {
        Course::Waiting => Err(format!("{id} waits again")),
        Course::Conditional { .. } | Course::Running { .. } => Ok(()),
        // What it waits for may be met on the very first day: then it waits and lapses with one entry.
        Course::Lapsed { .. } if matches!(clause.course, Course::Conditional { .. } | Course::Waiting) => Ok(()),
        Course::Lapsed { .. } => Err(format!("{id} lapsed and was {}", clause.course.code())),
        Course::Released { .. } => released(before, clause, circle, said, words).map_err(|how| format!("{id} was released {how}")),
        Course::HandedOver { to, agreement, .. } => {
            let how = |how: String| format!("{id} was handed over {how}");
            taken_over(after, to, agreement.as_ref(), said, words).map_err(how)
        }
    }
}

/// What was open is open, or final by an entry that can make it so.
fn check_instance(
    audit: &Audit,
    instance: &Instance,
    (before, after): (&Agreement, &Agreement),
    circle: &Circle,
    said: &Said<'_>,
    words: &Words,
) -> Result<(), String> {
    let (id, due) = (&instance.obligation, instance.due);
    if let Some(now) = after.instances.get(&(id.clone(), due)) {
        let lost = instance.breaches.iter().zip(&now.breaches).find(|(then, now)| then.since != now.since || then.case != now.case);
        return match lost {
            _ if now.breaches.len() < instance.breaches.len() => Err(format!("a breach of {id} {due} is gone")),
            Some(_) => Err(format!("a breach of {id} {due} is another")),
            None => Ok(()),
        };
    }
    let kept = audit.part(&after.head.id, &PartId::Instance(id.clone(), due));
    let Some(Part::Instance(kept)) = kept else { return Err(format!("{id} {due} is gone")) };
    let clause = before.clauses.get(id).ok_or_else(|| format!("{id} is no obligation"))?;
    let body = &said.statement.body;
    match &kept.standing {
        Standing::Open | Standing::Overdue { .. } | Standing::Breached { .. } => Err(format!("{id} {due} is open and gone")),
        Standing::Fulfilled { .. } | Standing::Cured { .. } => {
            let reported = instance.claim.is_some();
            let settled = match body {
                Body::Acceptance(_) | Body::DisputeRetraction(_) | Body::ReportRuling(_) => *said.statement.acts_for() != instance.debtor,
                Body::Consent(_) => true,
                Body::Flag(flag) => matches!(flag.cause, Cause::TacitlyAccepted { .. }) && clause.text.tacit_acceptance == Some(true),
                _ => false,
            };
            if reported && settled { Ok(()) } else { Err(format!("{id} {due} is {} by that", kept.standing.code())) }
        }
        // Freed before, but for a report that waited, and that was turned down since.
        Standing::Released { .. } if matches!(clause.course, Course::Released { .. }) && instance.claim.is_some() => Ok(()),
        Standing::Released { .. } => released(before, clause, circle, said, words).map_err(|how| format!("{id} {due} was released {how}")),
        Standing::HandedOver { .. } => {
            let moved = after.clauses.get(id).is_some_and(|clause| matches!(clause.course, Course::HandedOver { .. }));
            if moved { Ok(()) } else { Err(format!("{id} {due} was handed over, and {id} was not")) }
        }
    }
}

/// All to whom it is owed, and whoever directs where the debtor is concerned.
fn freers(agreement: &Agreement, clause: &Clause, bound: &BTreeSet<Slug>) -> BTreeSet<Slug> {
    let others: BTreeSet<Slug> = bound.iter().filter(|who| **who != clause.debtor).cloned().collect();
    let named = clause.text.creditors.iter().flat_map(|list| list.iter()).filter(|who| others.contains(*who)).cloned();
    let mut freers: BTreeSet<Slug> = named.collect();
    if freers.is_empty() {
        freers.clone_from(&others);
    }
    let directors = [Some(&agreement.text.director), agreement.head.municipality.as_ref()];
    match directors.into_iter().flatten().find(|who| others.contains(*who)) {
        Some(director) => _ = freers.insert(director.clone()),
        None => freers.extend(others),
    }
    freers
}

/// By those whom that takes, whichever way it was said.
fn released(before: &Agreement, clause: &Clause, circle: &Circle, said: &Said<'_>, words: &Words) -> Result<(), String> {
    if is_succeeded(said) {
        return Ok(());
    }
    let (hash, offered) = words.carried_out(said).ok_or("by no offer")?;
    match &offered.body {
        Body::Release(body) if body.obligation == clause.text.id => {}
        Body::Dissolution(_) | Body::Expulsion(_) => {}
        _ => return Err("by an offer of something else".to_owned()),
    }
    let freers = freers(before, clause, &circle.bound);
    match freers.is_empty() {
        true => Err("by nobody else".to_owned()),
        false => words.all_said_yes(&hash, freers.iter()),
    }
}

/// Who takes it over signed for it.
fn taken_over(after: &Agreement, to: &Slug, elsewhere: Option<&Slug>, said: &Said<'_>, words: &Words) -> Result<(), String> {
    if elsewhere.is_some() {
        return if is_succeeded(said) && matches!(after.head.state, State::Ended { .. }) {
            Ok(())
        } else {
            Err("to no successor".to_owned())
        };
    }
    let taker = &after.clauses.get(to).ok_or_else(|| format!("to {to}, which is nothing"))?.debtor;
    let (hash, offered) = words.carried_out(said).ok_or("by no offer")?;
    if !matches!(offered.body, Body::Handover(_) | Body::Expulsion(_)) {
        return Err("by an offer of something else".to_owned());
    }
    words.all_said_yes(&hash, std::iter::once(taker))
}

/// Whether an entry says that a successor came into force: all agreed to what becomes of each promise then.
fn is_succeeded(said: &Said<'_>) -> bool {
    matches!(&said.statement.body, Body::Flag(flag) if matches!(flag.cause, Cause::Ended { outcome: Ending::Succeeded, .. }))
}
