//! A minister's statement never changes a local agreement (L36): its text, its parties and what they owe are what they were. Only the
//! case that reached the State tells what the State did.

use std::sync::Arc;

use ledger::envelope::Body;
use ledger::envelope::statement::institution::Kind;
use ledger::lives::Agreement;
use ledger::lives::agreement::Head;
use ledger::lives::escalation::Case;
use ledger::lives::offer::{Offer, OfferKind};
use ledger::words::Slug;

use super::Said;
use crate::audit::Audit;
use crate::lives::Setting;

/// That it changed nothing but what the State may, where a ministry signed that is no party.
pub(super) fn check(setting: Setting, audit: &Audit, before: Option<&Agreement>, after: &Agreement, said: &Said<'_>) -> Result<(), String> {
    let Some(before) = before else { return Ok(()) };
    let (by, id) = (&said.statement.by, &after.head.id);
    let is_party = before.head.parties.contains_key(by);
    if setting != Setting::Local || !is_ministry(audit, by) || is_party {
        return Ok(());
    }
    let wrong = |what: &str| Err(format!("{by} changed {what} of {id}"));
    // Whoever proposed a text takes it back, as long as nobody is bound by it.
    let taken_back = matches!(said.statement.body, Body::Retraction(_)) && !before.head.state.is_signed();
    match () {
        () if before.text != after.text => wrong("the text"),
        () if before.clauses != after.clauses => wrong("the obligations"),
        () if before.instances != after.instances => wrong("what is due"),
        () if before.claims != after.claims => wrong("the reports"),
        () if before.leaves != after.leaves => wrong("the withdrawals"),
        () if before.head.parties != after.head.parties => wrong("the parties"),
        () if !taken_back && before.head.state != after.head.state => wrong("the state"),
        () if !taken_back && local(&before.head, said) != local(&after.head, said) => wrong("the head"),
        () if !taken_back && before.head.state.is_signed() && !same_offers(before, after, by) => wrong("the offers"),
        () if before.cases.len() != after.cases.len() && !matches!(said.statement.body, Body::DisputeRuling(_)) => wrong("the cases"),
        () => cases(before, after).map_or(Ok(()), |case| wrong(&format!("case {case}"))),
    }
}

/// Whether what is offered is what it was, beside a request of its own to join: of others' agreements only another ministry than that
/// of the ledger can ask that, and it changes nothing until they let it in.
fn same_offers(before: &Agreement, after: &Agreement, by: &Slug) -> bool {
    let own = |offer: &Offer| matches!(offer.kind, OfferKind::Accession { .. }) && offer.by == *by;
    let mut new = after.offers.iter().filter(|(hash, _)| !before.offers.contains_key(*hash));
    new.all(|(_, offer)| own(offer)) && before.offers.iter().all(|(hash, offer)| after.offers.get(hash) == Some(offer))
}

fn is_ministry(audit: &Audit, who: &Slug) -> bool {
    let admitted = audit.book().institution(who).and_then(|institution| institution.admitted.as_ref());
    admitted.is_some_and(|admitted| admitted.kind == Kind::Ministry)
}

/// A head without what a ministry may say: that an umbrella agreement changes, and its ruling in a dispute that was put to it.
fn local(head: &Arc<Head>, said: &Said<'_>) -> Head {
    let mut head = Head::clone(head);
    if matches!(said.statement.body, Body::UmbrellaChange(_)) {
        head.umbrella_changes.clear();
    }
    if matches!(said.statement.body, Body::DisputeRuling(_)) {
        (head.talks, head.impasse) = (None, None);
    }
    head
}

/// A case of which more changed than what the State does in it.
fn cases(before: &Agreement, after: &Agreement) -> Option<u32> {
    let plain = |case: &Arc<Case>| {
        let mut case = Case::clone(case);
        (case.minister, case.breakthrough, case.state_answer) = (None, None, None);
        case.hands = Default::default();
        case
    };
    let differs = |(number, then): (&u32, &Arc<Case>)| {
        let now = after.cases.get(number)?;
        let (then, mut now) = (plain(then), plain(now));
        now.stage.clone_from(&then.stage);
        (then != now).then_some(*number)
    };
    before.cases.iter().find_map(differs)
}
