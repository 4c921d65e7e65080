//! What the clock causes in an agreement: the flag that is due first, and what it does.

use super::agreement::Agreement;
use super::escalation::{About, CaseStage};
use super::moment::Moment;
use super::obligation::Standing;
use super::offer::OfferKind;
use super::report::Stage;
use super::rules::Rules;
use super::text::TermOf;
use super::withdrawal::Silence;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::shape::{Count, List};
use crate::envelope::statement::flag::{Cause, Ending, Flag, Leaving, Names, Quiet};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Instant, Slug};

/// Keeps the flag that is due first; of those due at the same instant, the one that was looked at first.
pub(super) struct Earliest(Option<Flag>);

impl Earliest {
    pub(super) fn see(&mut self, due_at: Option<Instant>, cause: impl FnOnce() -> Cause) {
        if let Some(due_at) = due_at.filter(|at| self.0.as_ref().is_none_or(|flag| *at < flag.due_at)) {
            self.0 = Some(Flag { due_at, cause: cause() });
        }
    }
}

impl Agreement {
    /// The flag that is due first. The order in which parts are looked at is the order of flags that
    /// are due at the same instant, so it is part of the rules.
    pub fn next_flag(&self) -> Option<Flag> {
        let mut first = Earliest(None);
        first.see(self.in_force_at(), || Cause::InForce { agreement: self.id() });
        first.see(self.resumes_at(), || Cause::Resumed { agreement: self.id() });
        first.see(self.silent_at(), || {
            let silent = self.head.municipality.iter().cloned().collect();
            Cause::ProposalUnanswered { agreement: self.id(), silent: names(silent) }
        });
        for next in [self.next_of_impasse(), self.next_of_talks()].into_iter().flatten() {
            first.see(Some(next.0), || next.1);
        }
        self.see_offers(&mut first);
        self.see_instances(&mut first);
        self.see_conditions(&mut first);
        self.see_quiet(&mut first);
        self.see_leaning(&mut first);
        self.see_claims(&mut first);
        self.see_cases(&mut first);
        self.see_leaves(&mut first);
        let review = self.next_review();
        first.see(review.map(|(late_from, ..)| late_from), || {
            let (_, review, due) = review.expect("there is one");
            let silent = self.deciders(&[]).0.into_iter().collect();
            Cause::ReviewOverdue { agreement: self.id(), review: review.clone(), due, silent: names(silent) }
        });
        let umbrella = self.silent_on_umbrella();
        first.see(umbrella.map(|(until, _)| until), || {
            let (_, change) = umbrella.expect("there is one");
            let silent = names(self.deciders(&[]).0.into_iter().collect());
            let entry = Count(u32::try_from(change.entry).expect("it was read from such a number"));
            let (umbrella, origin) = (change.umbrella.clone(), change.origin.clone());
            Cause::UmbrellaUnanswered { agreement: self.id(), umbrella, origin, entry, silent }
        });
        if let Some(last_day) = self.text.period.end_date {
            first.see(self.lacks_successor_at(), || Cause::EndsWithoutSuccessor { agreement: self.id(), last_day });
        }
        let succession = self.next_succession();
        first.see(succession.map(|(at, _)| at), || {
            let open = self.left_by_succession(succession.expect("there is one").1);
            Cause::Ended { agreement: self.id(), outcome: Ending::Succeeded, open: List(open) }
        });
        first.see(self.ends_at(), || {
            let open = self.open_instances();
            let outcome = if open.is_empty() { Ending::Completed } else { Ending::Expired };
            Cause::Ended { agreement: self.id(), outcome, open: List(open) }
        });
        first.0
    }

    fn id(&self) -> Slug {
        self.head.id.clone()
    }

    fn see_offers(&self, first: &mut Earliest) {
        for offer in self.offers.values() {
            let silent = || names(offer.waits_for().into_iter().collect());
            first.see((offer.is_open() && !offer.is_agreed()).then_some(offer.until), || Cause::OfferLapsed {
                agreement: self.id(),
                offer: offer.hash,
                silent: silent(),
            });
            if let OfferKind::Expulsion { body, hearing } = &offer.kind {
                first.see((offer.is_open() && hearing.is_open()).then_some(hearing.until), || Cause::ExpulsionUnanswered {
                    agreement: self.id(),
                    party: body.party.clone(),
                    offer: offer.hash,
                });
            }
            first.see(self.accedes_at(offer), || Cause::Acceded { agreement: self.id(), party: offer.by.clone(), offer: offer.hash });
        }
    }

    fn see_instances(&self, first: &mut Earliest) {
        for instance in self.instances.values().filter(|instance| !self.stands_still(instance)) {
            let (agreement, obligation, due) = (|| self.id(), || instance.obligation.clone(), instance.due);
            first.see(instance.next_miss(), || match instance.standing {
                Standing::Overdue { .. } => {
                    let cause = self.attribution(&instance.obligation);
                    let about = cause.as_ref().map_or(&instance.obligation, |cause| &cause.obligation);
                    let case = Count(self.clauses[about].case.unwrap_or(self.next_case()));
                    let attributed_to = cause.map(|cause| cause.to);
                    Cause::Breached { agreement: agreement(), obligation: obligation(), due, case, attributed_to }
                }
                _ => Cause::Overdue { agreement: agreement(), obligation: obligation(), due },
            });
        }
    }

    fn see_conditions(&self, first: &mut Earliest) {
        for clause in self.clauses.values() {
            let obligation = || clause.text.id.clone();
            first.see(self.lapses_at(clause), || Cause::ConditionLapsed { agreement: self.id(), obligation: obligation() });
        }
    }

    fn see_quiet(&self, first: &mut Earliest) {
        for (party, standing) in &self.head.parties {
            let due = standing.quiet_due.as_ref();
            first.see(due.map(|due| due.at), || {
                let (cause, obligation) = due.map(|due| (due.cause, due.obligation.clone())).expect("there is one");
                Cause::GoneQuiet { agreement: self.id(), party: party.clone(), cause, obligation }
            });
        }
        if let Some(weakness) = self.new_weakness() {
            let since =
                self.head.parties.values().flat_map(|party| party.withdrawn.into_iter().chain(party.expelled)).map(|fact| fact.at).max();
            first.see(since, || Cause::UnderStrength { agreement: self.id(), weakness });
        }
    }

    fn see_claims(&self, first: &mut Earliest) {
        for claim in self.claims.values() {
            let (agreement, report) = (self.id(), claim.hash);
            first.see(claim.stage.until(), || {
                let clause = &self.clauses[&claim.obligation];
                match &claim.stage {
                    Stage::Awaiting { .. } if clause.text.is_tacit() => Cause::TacitlyAccepted { agreement, report },
                    Stage::Awaiting { .. } => {
                        Cause::ReportUnanswered { agreement, report, silent: names(self.creditors(clause).into_iter().collect()) }
                    }
                    Stage::Disputed { .. } => Cause::DisputeUnanswered { agreement, report, silent: names(vec![claim.by.clone()]) },
                    _ => {
                        let silent = self.deciders(std::slice::from_ref(&claim.by)).0;
                        Cause::RulingMissing {
                            agreement,
                            report,
                            silent: names(silent.into_iter().collect()),
                            case: Count(self.next_case()),
                        }
                    }
                }
            });
        }
    }

    fn see_cases(&self, first: &mut Earliest) {
        for case in self.cases.values() {
            let number = Count(case.number);
            first.see(self.answer_missing_at(case), || Cause::BreachUnanswered {
                agreement: self.id(),
                case: number,
                silent: names(case.against.clone()),
            });
            let step = self.next_step(case);
            first.see(step.map(|(at, ..)| at), || {
                let (_, to, because) = step.expect("there is one");
                Cause::CaseRaised { agreement: self.id(), case: number, to, because, silent: names(self.silent_in(case, because)) }
            });
            match &case.stage {
                CaseStage::Level3 { until, late: None, .. } => first.see(Some(*until), || Cause::MinistryLate {
                    agreement: self.id(),
                    case: number,
                    silent: names(vec![self.accountable(case).clone()]),
                }),
                CaseStage::Answered { until, missing: None, .. } => first.see(Some(*until), || {
                    let silent = self.followers_up(case).into_iter().collect();
                    Cause::FollowUpMissing { agreement: self.id(), case: number, silent: names(silent) }
                }),
                _ => {}
            }
            if let Some(breakthrough) = case.breakthrough.as_ref().filter(|it| it.missing.is_none() && !it.silent().is_empty()) {
                first.see(Some(breakthrough.until), || Cause::PositionsMissing {
                    agreement: self.id(),
                    case: number,
                    silent: names(breakthrough.silent()),
                });
            }
        }
    }

    fn see_leaves(&self, first: &mut Earliest) {
        for leave in self.leaves.values() {
            let party = || leave.party.clone();
            first.see(self.silence_at(leave), || Cause::WithdrawalUnanswered {
                agreement: self.id(),
                party: party(),
                silent: names(self.silent_on(leave)),
            });
            first.see(self.leaves_at(leave), || {
                let open = self.unmet(&leave.party);
                let (outcome, case) = match open.is_empty() {
                    true => (Leaving::Withdrawn, None),
                    false => (Leaving::Unresolved, Some(Count(self.next_case()))),
                };
                Cause::WithdrawalEnded { agreement: self.id(), party: party(), outcome, open: names(open), case }
            });
        }
    }

    /// Applies the flag that `next_flag` gave, by the rules in force at its place.
    pub fn apply_flag(&mut self, flag: &Flag, (rules, moment): (Rules, Moment)) -> Result<(), Refusal> {
        self.rules = rules;
        match &flag.cause {
            Cause::InForce { .. } => self.enter_into_force(flag.due_at, moment),
            Cause::Resumed { .. } => self.resume_on(Day::of(flag.due_at), moment),
            Cause::OfferLapsed { offer, .. } => self.lapse_offer(offer, moment),
            Cause::Acceded { offer, .. } => self.accede(offer, moment)?,
            Cause::ExpulsionUnanswered { offer, .. } => {
                self.hearing_mut(offer).into_iter().for_each(|hearing| hearing.silence = Some(moment));
            }
            Cause::ProposalUnanswered { .. } => self.flag_silence(moment),
            Cause::ImpasseUnanswered { points, .. } => self.positions_late(points, moment),
            Cause::TalksExpired { .. } => self.talks_expired(flag.due_at, moment),
            Cause::DisputeMissing { .. } => self.dispute_missing(moment),
            Cause::ReviewOverdue { review, due, .. } => self.review_overdue(review, *due, moment),
            Cause::UmbrellaUnanswered { origin, entry, .. } => self.flag_umbrella_silence(origin, entry.0.into(), moment),
            Cause::EndsWithoutSuccessor { .. } => self.head_mut().succession.lacking = Some(moment),
            Cause::Ended { outcome: Ending::Succeeded, .. } => self.succeeded(flag.due_at, moment),
            Cause::Ended { outcome, .. } => {
                self.end(*outcome, flag.due_at, moment);
                self.void_successions(moment);
            }
            Cause::Overdue { obligation, due, .. } => self.overdue(obligation, *due, moment),
            Cause::Breached { obligation, due, .. } => self.breached(obligation, *due, flag.due_at, moment),
            Cause::ConditionLapsed { obligation, .. } => self.lapse_condition(obligation, moment),
            Cause::TacitlyAccepted { report, .. } => self.settle_claim(report, None, moment),
            Cause::ReportUnanswered { report, silent, .. } => {
                let until = self.term_ends(moment.at, TermOf::Ruling);
                self.claim_mut(report).stage = Stage::Unanswered { since: moment, silent: silent.to_vec(), until };
            }
            Cause::DisputeUnanswered { report, .. } => {
                if let Stage::Disputed { by, .. } = self.claims[report].stage.clone() {
                    self.send_for_ruling(report, by, moment);
                }
            }
            Cause::RulingMissing { report, silent, .. } => {
                let by = match &self.claims[report].stage {
                    Stage::ForRuling { by, .. } => Some(by.clone()),
                    _ => None,
                };
                // The director was silent, so the case starts where the boards meet; residents stay at level 1.
                let residents = silent.iter().all(|who| self.head.parties.get(who).is_some_and(|party| party.kind == Kind::Residents));
                let stage = if residents {
                    CaseStage::Level1 { until: self.term_ends(moment.at, TermOf::Level1) }
                } else {
                    CaseStage::Level2 { until: self.term_ends(moment.at, TermOf::Level2) }
                };
                let case = self.open_case(About::Report(*report), silent.to_vec(), stage, moment);
                self.claim_mut(report).stage = Stage::RulingMissing { by, since: moment, case };
            }
            Cause::BreachUnanswered { case, silent, .. } => {
                self.case_mut(case.0).unanswered = Some(moment);
                for party in silent.iter() {
                    self.quiet_from(party, flag.due_at, Quiet::UnansweredNotice, None);
                }
            }
            Cause::CaseRaised { case, to, because, silent, .. } => self.raise_case(case.0, *to, *because, silent.to_vec(), moment),
            Cause::MinistryLate { case, .. } => {
                if let CaseStage::Level3 { late, .. } = &mut self.case_mut(case.0).stage {
                    *late = Some(moment);
                }
            }
            Cause::FollowUpMissing { case, .. } => {
                if let CaseStage::Answered { missing, .. } = &mut self.case_mut(case.0).stage {
                    *missing = Some(moment);
                }
            }
            Cause::PositionsMissing { case, .. } => {
                if let Some(breakthrough) = &mut self.case_mut(case.0).breakthrough {
                    breakthrough.missing = Some(moment);
                }
            }
            Cause::MandateLapsed { party, .. } => self.mandate_lapsed(party, moment),
            Cause::GoneQuiet { party, cause: Quiet::NoValidMandate, .. } => self.lapse_unanswered(party, moment),
            Cause::GoneQuiet { party, .. } => self.gone_quiet(party, moment),
            Cause::WithdrawalUnanswered { party, silent, .. } => {
                self.leave_mut(party).silence = Some(Silence { silent: silent.to_vec(), at: moment });
            }
            Cause::WithdrawalEnded { party, outcome, .. } => self.end_leave(party, *outcome, moment),
            Cause::UnderStrength { weakness, .. } => _ = self.head_mut().weaknesses.insert(*weakness, moment),
            Cause::NoValidKey { .. } | Cause::RecoveryCompleted { .. } | Cause::AgendaUnanswered { .. } => {
                return Err(Refusal::new(Rule::FlagUnfit, "this flag is about an institution", "a flag that the agreement causes"));
            }
        }
        Ok(())
    }
}

fn names(names: Vec<Slug>) -> Names {
    List(names)
}
