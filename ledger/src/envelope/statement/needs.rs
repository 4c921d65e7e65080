//! What each kind of support request and each ministerial act needs, beyond what its form asks of all of them.

use super::Body;
use super::escalation::{MinisterialAct, MinistryAnswer, SupportKind, SupportRequest};
use super::institution::Identifiers;
use super::recurrence::{AgendaDecision, Recurring};
use crate::envelope::refusal::{Fault, Rule};

/// Members that belong to some kinds only, and whether they are given.
type Given = [(&'static str, bool)];

/// Every member that is missing for this kind, or that does not belong to it.
pub fn faults(body: &Body) -> Vec<Fault> {
    match body {
        Body::SupportRequest(body) => compare(body.kind.code(), needs_of_request(body.kind), &of_request(body)),
        Body::MinistryAnswer(body) => compare(body.act.code(), needs_of_act(body.act), &of_answer(body)),
        Body::AgendaAnswer(body) => compare(body.decision.code(), needs_of_decision(body.decision), &[("agenda", body.agenda.is_some())]),
        Body::AgendaProposal(body) => match &body.recurs {
            Recurring::Party { identifiers } => one_identifier(identifiers).into_iter().collect(),
            Recurring::Theme { .. } | Recurring::Nature { .. } | Recurring::Instrument { .. } => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Several could be those of several institutions.
fn one_identifier(given: &Identifiers) -> Option<Fault> {
    let count = given.clone().each().count();
    let (pointer, detail) = ("/body/recurs/identifiers".to_owned(), format!("{count} identifiers"));
    let accepted = "one of: oin, rsin, kvk, brin, cbs".to_owned();
    (count != 1).then_some(Fault { pointer, rule: Rule::ActUnfit, detail, accepted })
}

/// The members that an answer to what was put forward for the agenda needs (L37).
pub fn needs_of_decision(decision: AgendaDecision) -> &'static [&'static str] {
    match decision {
        AgendaDecision::PutOnAgenda => &["agenda"],
        AgendaDecision::NotOnAgenda => &[],
    }
}

/// The members that a kind of request needs (L39 to L44, L51).
pub fn needs_of_request(kind: SupportKind) -> &'static [&'static str] {
    match kind {
        SupportKind::Breakthrough => &["partners"],
        SupportKind::ExtraPowers | SupportKind::Bureaucracy => &["asked"],
        SupportKind::RemoveObstacle => &["obstacle"],
        SupportKind::TailorInstrument => &["instrument", "asked"],
        SupportKind::SharpenUmbrella => &["umbrella", "asked"],
        SupportKind::HoldToAccount => &["whom"],
    }
}

/// The members that a ministerial act needs (L36, L37, L40 to L44, L51).
pub fn needs_of_act(act: MinisterialAct) -> &'static [&'static str] {
    match act {
        MinisterialAct::HoldToAccount => &["whom"],
        MinisterialAct::PutOnAgenda => &["agenda"],
        MinisterialAct::SharpenUmbrella => &["umbrella"],
        MinisterialAct::ForceBreakthrough => &["partners"],
        MinisterialAct::GrantPowers | MinisterialAct::RemoveObstacle => &["rule", "measure", "takesEffect"],
        MinisterialAct::TailorInstrument => &["instrument", "measure", "takesEffect"],
        MinisterialAct::Refer => &["referTo"],
        MinisterialAct::NoAction => &[],
    }
}

fn of_request(body: &SupportRequest) -> [(&'static str, bool); 6] {
    [
        ("partners", body.partners.is_some()),
        ("asked", body.asked.is_some()),
        ("obstacle", body.obstacle.is_some()),
        ("instrument", body.instrument.is_some()),
        ("umbrella", body.umbrella.is_some()),
        ("whom", body.whom.is_some()),
    ]
}

fn of_answer(body: &MinistryAnswer) -> [(&'static str, bool); 9] {
    [
        ("whom", body.whom.is_some()),
        ("agenda", body.agenda.is_some()),
        ("umbrella", body.umbrella.is_some()),
        ("partners", body.partners.is_some()),
        ("rule", body.rule.is_some()),
        ("instrument", body.instrument.is_some()),
        ("measure", body.measure.is_some()),
        ("takesEffect", body.takes_effect.is_some()),
        ("referTo", body.refer_to.is_some()),
    ]
}

fn compare(kind: &str, needs: &[&str], given: &Given) -> Vec<Fault> {
    let accepted = if needs.is_empty() { format!("{kind} with reasons alone") } else { format!("{kind} with {}", needs.join(", ")) };
    let fault =
        |name: &str, detail: String| Fault { pointer: format!("/body/{name}"), rule: Rule::ActUnfit, detail, accepted: accepted.clone() };
    let unfit = |(name, given): &(&str, bool)| match (needs.contains(name), given) {
        (true, false) => Some(fault(name, format!("{kind} needs {name}"))),
        (false, true) => Some(fault(name, format!("{name} does not belong to {kind}"))),
        (true, true) | (false, false) => None,
    };
    given.iter().filter_map(unfit).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::envelope::Type;

    /// Each name in the tables is a member of the statement, so that no table asks for what cannot be given.
    #[test]
    fn every_need_is_a_member_of_its_statement() {
        let members = |kind: Type| kind.schema()["properties"]["body"]["properties"].as_object().unwrap().keys().cloned().collect();
        let (request, answer): (BTreeSet<String>, BTreeSet<String>) = (members(Type::SupportRequest), members(Type::MinistryAnswer));
        assert!(SupportKind::ALL.iter().flat_map(|kind| needs_of_request(*kind)).all(|name| request.contains(*name)));
        assert!(MinisterialAct::ALL.iter().flat_map(|act| needs_of_act(*act)).all(|name| answer.contains(*name)));
    }
}
