//! The ladder: a case is opened, goes up by itself where an answer is missing, and is closed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agreement::{Agreement, Deciders};
use super::escalation::{About, Case, CaseStage, Closing, Step};
use super::interest::Hands;
use super::moment::Moment;
use super::obligation::Instance;
use super::parts::PartId;
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule, one_of};
use crate::envelope::statement::flag::{Because, Rung};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Hash, Instant, Slug};

impl Agreement {
    /// The open case of an obligation, or a new one: this entry is the notice to the debtor.
    pub(super) fn case_for_breach(&mut self, id: &Slug, moment: Moment) -> u32 {
        let clause = &self.clauses[id];
        if let Some(case) = clause.case {
            return case;
        }
        let debtor = clause.debtor.clone();
        self.open_case(About::Obligation(id.clone()), vec![debtor], self.notice(moment), moment)
    }

    /// The number that the next case gets.
    pub(super) fn next_case(&self) -> u32 {
        self.head.last_case + 1
    }

    pub(super) fn notice(&self, moment: Moment) -> CaseStage {
        CaseStage::Notice {
            answer_until: self.term_ends(moment.at, TermOf::BreachAnswer),
            cure_until: self.term_ends(moment.at, TermOf::Cure),
            ruling_until: None,
        }
    }

    pub(super) fn open_case(&mut self, about: About, against: Vec<Slug>, stage: CaseStage, moment: Moment) -> u32 {
        let number = self.next_case();
        self.head_mut().last_case = number;
        let case = Case {
            number,
            about,
            against,
            opened: moment,
            stage,
            answer: None,
            unanswered: None,
            steps: Vec::new(),
            resumed: None,
            request: None,
            minister: None,
            breakthrough: None,
            state_answer: None,
            hands: Hands::new(),
        };
        self.touched.insert(PartId::Case(number));
        self.cases.insert(number, Arc::new(case));
        number
    }

    pub(super) fn case_mut(&mut self, number: u32) -> &mut Case {
        self.touched.insert(PartId::Case(number));
        Arc::make_mut(self.cases.get_mut(&number).expect("looked up by the caller"))
    }

    pub(super) fn case(&self, number: u32) -> Result<&Case, Refusal> {
        self.cases.get(&number).map(Arc::as_ref).ok_or_else(|| {
            let accepted = one_of(self.cases.keys(), "no case is open");
            Refusal::at("/body/case", Rule::UnknownCase, format!("{number} is not an open case of {}", self.head.id), accepted)
        })
    }

    /// Whom a case concerns: those that it is against, those whose breaches are in it though another's lapse caused them,
    /// and those that found one. None of them decides in it.
    pub(super) fn concerned(&self, case: &Case) -> Vec<Slug> {
        let debtors = self.unsettled_in(case.number).map(|instance| self.clauses[&instance.obligation].debtor.clone());
        let finders = self.unsettled_in(case.number).filter_map(|instance| instance.unsettled()?.found_by.clone());
        case.against.iter().cloned().chain(debtors).chain(finders).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Who decides in a case.
    pub fn case_deciders(&self, case: &Case) -> Deciders {
        self.deciders(&self.concerned(case))
    }

    fn municipality_is_concerned(&self, case: &Case) -> bool {
        self.head
            .municipality
            .as_ref()
            .is_none_or(|municipality| self.concerned(case).contains(municipality) || self.bound_party(municipality).is_err())
    }

    /// Whether a promise of residents is concerned: they are partners, not suspects.
    pub(super) fn stays_local(&self, case: &Case) -> bool {
        let residents = |who: &Slug| self.head.parties.get(who).is_some_and(|party| party.kind == Kind::Residents);
        !case.against.is_empty() && case.against.iter().all(residents)
    }

    /// Whether the ministry itself is concerned, as a party of an umbrella agreement: nobody is above it, so the boards keep it.
    pub(super) fn is_of_ministry(&self, case: &Case) -> bool {
        self.concerned(case).contains(&self.head.ministry)
    }

    /// The due dates whose breach is of this case and is not settled. A case that was closed with a word leaves its
    /// breaches on record, and they do not keep the next case open.
    pub(super) fn unsettled_in(&self, number: u32) -> impl Iterator<Item = &Arc<Instance>> {
        let unsettled =
            move |instance: &&Arc<Instance>| instance.breaches.iter().any(|breach| breach.case == number && breach.settled.is_none());
        self.instances.values().filter(unsettled)
    }

    /// Whether every breach of the case waits on a report that nobody has turned down yet.
    fn is_held_up(&self, case: &Case) -> bool {
        let mut breached = self.unsettled_in(case.number).peekable();
        case.resumed.is_none() && breached.peek().is_some() && breached.all(|instance| instance.claim.is_some())
    }

    /// When the debtor will have been silent; `None` when it answered or need not.
    pub(super) fn answer_missing_at(&self, case: &Case) -> Option<Instant> {
        match &case.stage {
            CaseStage::Notice { answer_until, .. } if case.answer.is_none() && case.unanswered.is_none() && !self.is_held_up(case) => {
                Some(case.resumed.map_or(*answer_until, |at| at.max(*answer_until)))
            }
            _ => None,
        }
    }

    /// When, whereto and why the case goes up by itself; `None` while it cannot.
    pub(super) fn next_step(&self, case: &Case) -> Option<(Instant, Rung, Because)> {
        if self.is_held_up(case) {
            return None;
        }
        let (until, to, because) = match &case.stage {
            CaseStage::Notice { ruling_until: Some(until), .. } => (*until, self.after_no_ruling(case), Because::NoRuling),
            CaseStage::Notice { cure_until, .. } => (self.default_at(case, *cure_until), self.after_notice(case), Because::NotCured),
            CaseStage::Level1 { until } => (*until, self.after_level1(case), Because::NoOutcome),
            CaseStage::Level2 { until } => (*until, self.after_level2(case), Because::NoOutcome),
            CaseStage::LastChance { until } => (*until, Rung::Level3, Because::NoAction),
            CaseStage::Level3 { .. } | CaseStage::Answered { .. } | CaseStage::Closed { .. } => return None,
        };
        let beyond_level1 = to != Rung::Level1;
        if beyond_level1 && self.stays_local(case) {
            return None;
        }
        if to == Rung::Level3 && self.is_of_ministry(case) {
            return None;
        }
        Some((case.resumed.map_or(until, |at| at.max(until)), to, because))
    }

    /// In default: after the cure term, and not before a ruling that upheld the breach.
    fn default_at(&self, case: &Case, cure_until: Instant) -> Instant {
        case.answer.as_ref().and_then(|answer| answer.upheld).map_or(cure_until, |upheld| cure_until.max(upheld.at))
    }

    fn after_notice(&self, case: &Case) -> Rung {
        // Level 1 is the director, or the municipality in its place; it is skipped where both are the debtor (L54).
        let concerned = self.concerned(case);
        let rules = |who: &Slug| !concerned.contains(who) && self.bound_party(who).is_ok();
        let somebody = rules(&self.text.director) || self.head.municipality.as_ref().is_some_and(rules);
        if somebody { Rung::Level1 } else { self.after_level1(case) }
    }

    /// The director was silent, so the boards are next; what residents fail to do stays at level 1.
    fn after_no_ruling(&self, case: &Case) -> Rung {
        if self.stays_local(case) { Rung::Level1 } else { self.after_level1(case) }
    }

    pub(super) fn after_level1(&self, _case: &Case) -> Rung {
        Rung::Level2
    }

    pub(super) fn after_level2(&self, case: &Case) -> Rung {
        if self.municipality_is_concerned(case) { Rung::Level3 } else { Rung::LastChance }
    }

    /// Who was silent when the case goes up for this reason.
    pub(super) fn silent_in(&self, case: &Case, because: Because) -> Vec<Slug> {
        match (&case.stage, because) {
            (_, Because::NotCured) => case.against.clone(),
            (CaseStage::LastChance { .. }, _) => self.head.municipality.iter().cloned().collect(),
            _ => self.case_deciders(case).0.into_iter().collect(),
        }
    }

    /// The case goes up.
    pub(super) fn raise_case(&mut self, number: u32, to: Rung, because: Because, silent: Vec<Slug>, moment: Moment) {
        let stage = match to {
            Rung::Level1 => CaseStage::Level1 { until: self.term_ends(moment.at, TermOf::Level1) },
            Rung::Level2 => CaseStage::Level2 { until: self.term_ends(moment.at, TermOf::Level2) },
            Rung::LastChance => CaseStage::LastChance { until: self.term_ends(moment.at, TermOf::LastChance) },
            Rung::Level3 => self.before_minister(false, moment),
        };
        let case = self.case_mut(number);
        case.stage = stage;
        case.steps.push(Step { to, at: moment, because, silent });
    }

    pub(super) fn before_minister(&self, asked: bool, moment: Moment) -> CaseStage {
        CaseStage::Level3 { until: self.term_ends(moment.at, TermOf::Ministry), asked, late: None }
    }

    /// Closes a case. Breaches that are not settled stay on record, and their obligation stays due.
    pub(super) fn close_case(&mut self, number: u32, how: Closing, moment: Moment) {
        let case = self.case_mut(number);
        if case.stage.is_closed() {
            return;
        }
        case.stage = CaseStage::Closed { how, at: moment };
        if let About::Obligation(id) = case.about.clone() {
            self.clause_mut(&id).case = None;
        }
    }

    /// A breach of the case was settled: the case closes when it was the last one.
    pub(super) fn close_if_settled(&mut self, number: u32, moment: Moment) {
        if self.cases.contains_key(&number) && self.unsettled_in(number).next().is_none() {
            self.close_case(number, Closing::PutRight, moment);
        }
    }

    /// A report on these due dates was turned down: the cases that their breaches are in go on, and no further report
    /// holds them up.
    pub(super) fn resume_cases(&mut self, id: &Slug, dues: &[Day], moment: Moment) {
        let breached = dues.iter().filter_map(|due| self.instances.get(&(id.clone(), *due))?.unsettled()).map(|breach| breach.case);
        for case in breached.collect::<BTreeSet<_>>() {
            if self.cases.get(&case).is_some_and(|case| !case.stage.is_closed()) {
                self.case_mut(case).resumed = Some(moment.at);
            }
        }
    }

    /// The ruling that a case asked for was given, or is no longer needed.
    pub(super) fn close_ruling_case(&mut self, report: &Hash, moment: Moment) {
        let case = self.cases.values().find(|case| case.about == About::Report(*report) && !case.stage.is_closed()).map(|case| case.number);
        if let Some(number) = case {
            self.close_case(number, Closing::PutRight, moment);
        }
    }
}
