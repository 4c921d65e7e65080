//! What an agreement comes after (L13): that its text may say so, that an end with a successor fits the successor, and that
//! predecessors are told once it is signed.

use std::collections::BTreeSet;

use super::desk::Book;
use super::verdict::{Life, Stop};
use crate::envelope::refusal::one_of;
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::dissolution::{Dissolution, SuccessorText};
use crate::envelope::{Fault, Refusal, Rule};
use crate::lives::agreement::State;
use crate::lives::{Agreement, Moment};
use crate::words::Slug;

impl Book {
    /// That what a text succeeds is in force or has ended, is an agreement of the same parties by and large, and public like the text;
    /// every fault at once.
    pub(super) fn check_predecessors(&self, by: &Slug, text: &Proposal, at: &str, moment: Moment) -> Result<(), Stop> {
        let mut faults = Vec::new();
        for (i, id) in text.predecessors.iter().flat_map(|list| list.iter()).enumerate() {
            let pointer = format!("{at}/predecessors/{i}");
            let mut fault = |rule, detail: String, accepted: &str| {
                faults.push(Fault { pointer: pointer.clone(), rule, detail, accepted: accepted.into() });
            };
            let predecessor = match self.readable_agreement(id, by, moment) {
                Ok(predecessor) => predecessor,
                Err(Stop::Refused(_)) => {
                    fault(Rule::UnknownAgreement, format!("{id} is not an agreement in this ledger"), "its id");
                    continue;
                }
                Err(need) => return Err(need),
            };
            match &predecessor.head.state {
                State::InForce { .. } | State::Suspended { .. } | State::Ended { .. } => {}
                state => fault(Rule::AgreementState, format!("{id} is {}", state.code()), "an agreement that is in force or has ended"),
            }
            // Else whoever reads the one would be told of the other, and could recompute neither without it.
            if text.withheld_ground.is_some() || predecessor.text.withheld_ground.is_some() {
                fault(Rule::Withheld, format!("{id} or this text is withheld from the public"), "public agreements, before and after");
            }
            if !is_of_its_parties(text, &predecessor) {
                let detail = format!("{id} is an agreement of others");
                fault(Rule::SuccessorUnfit, detail, "a text with its director and more than half of those that it binds among the parties");
            }
        }
        Refusal::from_faults(faults).map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// That an agreement can end with the successor that its parties name, and that what continues is an obligation there.
    pub(super) fn check_successor(&self, by: &Slug, body: &Dissolution, ending: &Agreement, moment: Moment) -> Result<(), Stop> {
        let Some(named) = &body.successor else { return Ok(()) };
        let at = "/body/successor";
        let successor = self.readable_agreement(&named.agreement, by, moment).map_err(|stop| match stop {
            Stop::Refused(_) => {
                let detail = format!("{} is not an agreement in this ledger", named.agreement);
                Refusal::at(format!("{at}/agreement"), Rule::UnknownAgreement, detail, "its id").into()
            }
            need => need,
        })?;
        let refuse = |pointer: &str, rule, detail: String, accepted: String| {
            Err(Stop::Refused(Refusal::at(format!("{at}{pointer}"), rule, detail, accepted)))
        };
        let (id, text) = (&ending.head.id, &successor.text);
        if !text.predecessors.iter().any(|list| list.contains(id)) {
            let detail = format!("the text of {} does not say that it succeeds {id}", named.agreement);
            return refuse("/agreement", Rule::SuccessorUnfit, detail, "an agreement that names it among its predecessors".into());
        }
        let signed = ending.head.succession.successors.get(&named.agreement).map(|signed| signed.version);
        let version = match &successor.head.state {
            State::Proposed => successor.head.version,
            State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } => signed.unwrap_or(successor.head.version),
            state => {
                let detail = format!("{} is {}", named.agreement, state.code());
                return refuse("/agreement", Rule::AgreementState, detail, "one that is proposed, signed or in force".into());
            }
        };
        if named.version != version {
            return refuse("/version", Rule::SupersededVersion, format!("{} is not its version", named.version), version.to_string());
        }
        // One without a last day runs until its successor is in force, whenever that begins.
        let after = ending.text.period.end_date.map(|last| last.plus_days(1));
        if let Some(after) = after.filter(|after| text.period.start_date > *after) {
            let detail = format!("{} begins on {}, after {id} has ended", named.agreement, text.period.start_date);
            return refuse("/agreement", Rule::SuccessorUnfit, detail, format!("one that begins by {after}"));
        }
        self.check_continued(body, named, &successor)
    }

    fn check_continued(&self, body: &Dissolution, named: &SuccessorText, successor: &Agreement) -> Result<(), Stop> {
        // By its text, and while it is in force by what still binds there.
        let ids = successor.text.obligations.iter().map(|obligation| &obligation.id).chain(successor.clauses.keys());
        let binding: BTreeSet<&Slug> = ids.filter(|id| !successor.clauses.contains_key(*id) || successor.binds(id)).collect();
        let gone = |id: &&Slug| !binding.contains(*id);
        let unfit = body.plan.iter().enumerate().filter_map(|(i, item)| Some((i, item.continues_as.as_ref().filter(gone)?)));
        let faults = unfit.map(|(i, id)| Fault {
            pointer: format!("/body/plan/{i}/continuesAs"),
            rule: Rule::PlanUnfit,
            detail: format!("{id} is no obligation that binds in {}", named.agreement),
            accepted: one_of(&binding, "nothing binds there: a plan without continuesAs"),
        });
        Refusal::from_faults(faults.collect()).map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// The predecessors of an agreement that all its parties have just signed, each with that on record.
    pub(super) fn told_predecessors(&self, by: &Slug, signed: &Agreement, moment: Moment) -> Result<Vec<Life>, Stop> {
        let Some((predecessors, successor)) = signed.announces().filter(|(_, successor)| successor.signed == moment) else {
            return Ok(Vec::new());
        };
        let told = BTreeSet::from_iter(predecessors).into_iter().map(|id| {
            let mut predecessor = self.known_agreement(id, moment)?;
            predecessor.note_successor(&signed.head.id, successor.clone(), by, moment);
            predecessor.after_entry(moment);
            Ok(Life::Agreement(Box::new(predecessor)))
        });
        told.collect()
    }
}

/// Whether those who made an agreement make this text: its director, while bound, and more than half of those that it binds.
fn is_of_its_parties(text: &Proposal, predecessor: &Agreement) -> bool {
    let takes_part = |who: &Slug| text.parties.iter().any(|party| party.institution == *who);
    let director = &predecessor.text.director;
    let bound: Vec<&Slug> = predecessor.bound().collect();
    let directs = !bound.contains(&director) || takes_part(director);
    directs && 2 * bound.iter().filter(|who| takes_part(who)).count() > bound.len()
}
