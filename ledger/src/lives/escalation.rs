//! A case: notice, answer, cure, and the three levels of the ladder. One case per clause.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Deciders};
use super::moment::{Fact, Moment};
use super::obligation::{Instance, Settled};
use super::offer::OfferKind;
use super::parts::PartId;
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::escalation::{
    BoardOutcome, BreachAnswer, BreachReply, CaseFinding, CaseRuling, MinisterialAct, Outcome, SupportKind,
};
use crate::envelope::statement::flag::{Because, Rung};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Hash, Instant, Slug};

/// A case of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Its number within the agreement.
    pub number: u32,
    /// What it is about.
    pub about: About,
    /// Whose word was not kept, or who was silent.
    pub against: Vec<Slug>,
    /// Where it was opened: this entry is the notice.
    pub opened: Fact,
    /// Where it stands.
    pub stage: CaseStage,
    /// What the debtor answered.
    pub answer: Option<Answered>,
    /// The entry that says that the debtor was silent.
    pub unanswered: Option<Fact>,
    /// Every step up, with its reason and who was silent.
    pub steps: Vec<Step>,
    /// When a report that held the case up was turned down; after that no report holds it up again.
    pub resumed: Option<Instant>,
}

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "camelCase")]
pub enum About {
    /// Breaches of an obligation.
    Obligation(Slug),
    /// A withdrawal whose plan was not settled on its effective date.
    Withdrawal(Slug),
    /// A report on which nobody ruled.
    Report(Hash),
    /// A municipality's request, without a breach.
    Support(SupportKind),
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum CaseStage {
    /// The debtor has had notice.
    Notice {
        /// From when on it was silent.
        answer_until: Instant,
        /// From when on it is in default.
        cure_until: Instant,
        /// From when on a ruling on its answer is missing; `None` when none is asked.
        ruling_until: Option<Instant>,
    },
    /// Before the director, or the municipality in its place.
    #[serde(rename = "level-1")]
    Level1 {
        /// From when on there was no decision.
        until: Instant,
    },
    /// Board consultation, or the umbrella.
    #[serde(rename = "level-2")]
    Level2 {
        /// From when on there was no outcome.
        until: Instant,
    },
    /// The municipality can still act or ask for help.
    LastChance {
        /// From when on it did not.
        until: Instant,
    },
    /// Before the minister.
    #[serde(rename = "level-3")]
    Level3 {
        /// From when on the ministry is late.
        until: Instant,
        /// Whether the city asked (rather than the ladder).
        asked: bool,
        /// The entry that says that the ministry is late.
        late: Option<Fact>,
    },
    /// The ministry answered; the municipality says what it does with that.
    Answered {
        /// What the minister does.
        act: MinisterialAct,
        /// Where it was answered.
        at: Fact,
        /// From when on the follow-up is missing.
        until: Instant,
        /// The entry that says that it is missing.
        missing: Option<Fact>,
    },
    /// Closed.
    Closed {
        /// How.
        how: Closing,
        /// Where.
        at: Fact,
    },
}

/// How a case was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// Each of its breaches is settled, or what it asked for was given.
    PutRight,
    /// Excused: force majeure, or contested with good ground.
    Excused,
    /// A new date was agreed.
    NewDate,
    /// Settled by the one who rules, with reasons.
    Settled,
    /// By the municipality, after the ministry's answer.
    FollowedUp,
    /// What it was about was taken back.
    TakenBack,
}

/// The debtor's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// What it said.
    pub answer: BreachReply,
    /// Where.
    pub at: Fact,
    /// The ruling that upheld the breach.
    pub upheld: Option<Fact>,
}

/// A step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Where it stands after it.
    pub to: Rung,
    /// The entry that says so.
    pub at: Fact,
    /// Why.
    pub because: Because,
    /// Who was silent.
    pub silent: Vec<Slug>,
}

impl CaseStage {
    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// From when on the clock acts, unless somebody does before; `None` when it is closed.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Notice { cure_until, .. } => Some(*cure_until),
            Self::Level1 { until } | Self::Level2 { until } | Self::LastChance { until } => Some(*until),
            Self::Level3 { until, .. } | Self::Answered { until, .. } => Some(*until),
            Self::Closed { .. } => None,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Notice { .. } => "notice",
            Self::Level1 { .. } => "level-1",
            Self::Level2 { .. } => "level-2",
            Self::LastChance { .. } => "last-chance",
            Self::Level3 { .. } => "level-3",
            Self::Answered { .. } => "answered",
            Self::Closed { .. } => "closed",
        }
    }
}

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
        let (answer, unanswered, steps, resumed) = (None, None, Vec::new(), None);
        self.touched.insert(PartId::Case(number));
        self.cases.insert(number, Arc::new(Case { number, about, against, opened: moment, stage, answer, unanswered, steps, resumed }));
        number
    }

    pub(super) fn case_mut(&mut self, number: u32) -> &mut Case {
        self.touched.insert(PartId::Case(number));
        Arc::make_mut(self.cases.get_mut(&number).expect("looked up by the caller"))
    }

    pub(super) fn case(&self, number: u32) -> Result<&Case, Refusal> {
        self.cases.get(&number).map(Arc::as_ref).ok_or_else(|| {
            let open = self.cases.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let accepted = if open.is_empty() { "no case is open".to_owned() } else { format!("one of: {open}") };
            Refusal::at("/body/case", Rule::UnknownCase, format!("{number} is not an open case of {}", self.head.id), accepted)
        })
    }

    /// Who decides in a case.
    pub fn case_deciders(&self, case: &Case) -> Deciders {
        self.deciders(&case.against)
    }

    fn municipality_is_concerned(&self, case: &Case) -> bool {
        self.head
            .municipality
            .as_ref()
            .is_none_or(|municipality| case.against.contains(municipality) || self.bound_party(municipality).is_err())
    }

    /// Whether a promise of residents is concerned: they are partners, not suspects.
    pub(super) fn stays_local(&self, case: &Case) -> bool {
        let residents = |who: &Slug| self.head.parties.get(who).is_some_and(|party| party.kind == Kind::Residents);
        !case.against.is_empty() && case.against.iter().all(residents)
    }

    /// The due dates whose breach is of this case and is not settled. A case that was closed with a word leaves its
    /// breaches on record, and they do not keep the next case open.
    fn unsettled_in(&self, number: u32) -> impl Iterator<Item = &Arc<Instance>> {
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
        Some((case.resumed.map_or(until, |at| at.max(until)), to, because))
    }

    /// In default: after the cure term, and not before a ruling that upheld the breach.
    fn default_at(&self, case: &Case, cure_until: Instant) -> Instant {
        case.answer.as_ref().and_then(|answer| answer.upheld).map_or(cure_until, |upheld| cure_until.max(upheld.at))
    }

    fn after_notice(&self, case: &Case) -> Rung {
        // Level 1 is the director, or the municipality in its place; it is skipped where both are the debtor (L54).
        let rules = |who: &Slug| !case.against.contains(who) && self.bound_party(who).is_ok();
        let somebody = rules(&self.text.director) || self.head.municipality.as_ref().is_some_and(rules);
        if somebody { Rung::Level1 } else { self.after_level1(case) }
    }

    /// The director was silent, so the boards are next; what residents fail to do stays at level 1.
    fn after_no_ruling(&self, case: &Case) -> Rung {
        if self.stays_local(case) { Rung::Level1 } else { self.after_level1(case) }
    }

    fn after_level1(&self, _case: &Case) -> Rung {
        Rung::Level2
    }

    fn after_level2(&self, case: &Case) -> Rung {
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

    /// A breach was settled: the case closes when it was the last one.
    pub(super) fn close_if_settled(&mut self, id: &Slug, moment: Moment) {
        if let Some(case) = self.clauses[id].case.filter(|case| self.unsettled_in(*case).next().is_none()) {
            self.close_case(case, Closing::PutRight, moment);
        }
    }

    /// A report on these due dates was turned down: if it was about breaches of the case, the case goes on, and no
    /// further report holds it up.
    pub(super) fn resume_case(&mut self, id: &Slug, dues: &[Day], moment: Moment) {
        let case = self.clauses[id].case;
        if let Some(case) = case.filter(|case| self.unsettled_in(*case).any(|instance| dues.contains(&instance.due))) {
            self.case_mut(case).resumed = Some(moment.at);
        }
    }

    /// The ruling that a case asked for was given, or is no longer needed.
    pub(super) fn close_ruling_case(&mut self, report: &Hash, moment: Moment) {
        let case = self.cases.values().find(|case| case.about == About::Report(*report) && !case.stage.is_closed()).map(|case| case.number);
        if let Some(number) = case {
            self.close_case(number, Closing::PutRight, moment);
        }
    }

    /// The debtor answers the notice of a breach.
    pub fn answer_breach(&mut self, by: &Slug, body: &BreachAnswer, moment: Moment) -> Result<(), Refusal> {
        let case = self.case(body.case.0)?;
        if !case.against.contains(by) {
            return Err(Refusal::at("/by", Rule::NotTheDebtor, format!("this case is not about {by}"), "an answer by the debtor"));
        }
        let CaseStage::Notice { answer_until, cure_until, .. } = case.stage else {
            return Err(Refusal::at(
                "/body/case",
                Rule::TooLate,
                format!("the case is at {}", case.stage.code()),
                "an answer while the notice runs",
            ));
        };
        if case.unanswered.is_some() {
            return Err(Refusal::at("/body/case", Rule::TooLate, "the term to answer has passed", "a complete report, which still cures"));
        }
        if case.answer.is_some() {
            return Err(Refusal::at("/body/case", Rule::AlreadyGiven, "the notice was answered", ""));
        }
        if body.answer != BreachReply::Acknowledged && !matches!(case.about, About::Obligation(_)) {
            return Err(Refusal::at("/body/answer", Rule::CaseState, "only a breach of an obligation can be contested", "acknowledged"));
        }
        let ruling = self.term_ends(moment.at, TermOf::Ruling);
        let ruling_until = (body.answer != BreachReply::Acknowledged).then_some(ruling);
        let case = self.case_mut(body.case.0);
        case.answer = Some(Answered { answer: body.answer, at: moment, upheld: None });
        case.stage = CaseStage::Notice { answer_until, cure_until, ruling_until };
        self.heard(by, None);
        Ok(())
    }

    /// The director, or who acts in its place, rules on the answer or decides at level 1.
    pub fn rule_on_case(&mut self, by: &Slug, body: &CaseRuling, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        let case = self.check_ruling(body, moment)?;
        let last_chance = matches!(case.stage, CaseStage::LastChance { .. });
        let deciders = if last_chance { self.head.municipality.iter().cloned().collect() } else { self.case_deciders(case).0 };
        self.check_decider(by, case, &deciders)?;
        let needs = match &body.finding {
            CaseFinding::NewDate { .. } => deciders.into_iter().chain(self.case_creditors(case)).collect(),
            CaseFinding::Upheld {} | CaseFinding::Excused { .. } | CaseFinding::Settled {} | CaseFinding::Up {} => deciders,
        };
        self.offer_or_apply(OfferKind::CaseRuling(body.clone()), hash, by, needs, moment)
    }

    fn check_decider(&self, by: &Slug, case: &Case, deciders: &BTreeSet<Slug>) -> Result<(), Refusal> {
        if deciders.contains(by) {
            return Ok(());
        }
        let who = deciders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let rule = match () {
            () if case.against.contains(by) => Rule::OwnObligation,
            () if *by == self.head.ministry => Rule::MinistryMayNot,
            () => Rule::NotYoursToDecide,
        };
        Err(Refusal::at("/by", rule, format!("{by} does not decide in this case"), format!("one of: {who}")))
    }

    fn case_creditors(&self, case: &Case) -> BTreeSet<Slug> {
        match &case.about {
            About::Obligation(id) => self.creditors(&self.clauses[id]),
            About::Withdrawal(_) | About::Report(_) | About::Support(_) => BTreeSet::new(),
        }
    }

    fn check_ruling(&self, body: &CaseRuling, moment: Moment) -> Result<&Case, Refusal> {
        let case = self.case(body.case.0)?;
        let pending = matches!(case.stage, CaseStage::Notice { ruling_until: Some(_), .. });
        let deciding = matches!(case.stage, CaseStage::Level1 { .. } | CaseStage::LastChance { .. });
        let (fits, accepted) = match &body.finding {
            CaseFinding::Upheld {} | CaseFinding::Excused { .. } => {
                (pending, "a ruling on a contested breach or on force majeure, while its term runs")
            }
            CaseFinding::Settled {} | CaseFinding::Up {} | CaseFinding::NewDate { .. } => {
                (deciding, "a decision at level 1, or by the municipality at its last chance")
            }
        };
        if !fits {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/finding", Rule::NothingToDecide, detail, accepted));
        }
        if matches!(body.finding, CaseFinding::Up {}) && self.stays_local(case) {
            return Err(Refusal::at(
                "/body/finding",
                Rule::CaseState,
                "what residents fail to do stays at level 1",
                "settled, or a new date",
            ));
        }
        if let CaseFinding::Excused { date } | CaseFinding::NewDate { date } = &body.finding {
            self.check_new_date(case, *date, "/body/finding/date", moment)?;
        }
        self.check_settling(case, matches!(body.finding, CaseFinding::Settled {}), "/body/finding")?;
        Ok(case)
    }

    /// A withdrawal that is not settled, or a ruling that is missing, is not settled by a word: it must be done.
    fn check_settling(&self, case: &Case, settles: bool, pointer: &str) -> Result<(), Refusal> {
        let accepted = match case.about {
            About::Withdrawal(_) if settles => "the plan being settled (release, handover, fulfilment), or up",
            About::Report(_) if settles => "a report-ruling, or up",
            About::Obligation(_) | About::Support(_) | About::Withdrawal(_) | About::Report(_) => return Ok(()),
        };
        Err(Refusal::at(pointer, Rule::CaseState, "this case is about something that must still be done", accepted))
    }

    fn check_new_date(&self, case: &Case, date: Day, pointer: &str, moment: Moment) -> Result<(), Refusal> {
        if !matches!(case.about, About::Obligation(_)) {
            return Err(Refusal::at(pointer, Rule::CaseState, "only a breach of an obligation gets a new date", "another finding"));
        }
        if date <= Day::of(moment.at) {
            return Err(Refusal::at(
                pointer,
                Rule::TooEarly,
                format!("{date} has come already"),
                format!("a date after {}", Day::of(moment.at)),
            ));
        }
        Ok(())
    }

    pub(super) fn carry_out_case_ruling(&mut self, body: &CaseRuling, moment: Moment) -> Result<(), Refusal> {
        self.check_ruling(body, moment)?;
        let number = body.case.0;
        match &body.finding {
            CaseFinding::Upheld {} => self.uphold(number, moment),
            CaseFinding::Excused { date } => self.new_date(number, *date, (Settled::Excused, Closing::Excused), moment),
            CaseFinding::NewDate { date } => self.new_date(number, *date, (Settled::NewDate, Closing::NewDate), moment),
            CaseFinding::Settled {} => self.close_case(number, Closing::Settled, moment),
            CaseFinding::Up {} => self.send_up(number, moment),
        }
        Ok(())
    }

    fn uphold(&mut self, number: u32, moment: Moment) {
        let case = self.case_mut(number);
        if let Some(answer) = &mut case.answer {
            answer.upheld = Some(moment);
        }
        if let CaseStage::Notice { ruling_until, .. } = &mut case.stage {
            *ruling_until = None;
        }
    }

    fn send_up(&mut self, number: u32, moment: Moment) {
        let case = &self.cases[&number];
        let to = match case.stage {
            CaseStage::Level1 { .. } => self.after_level1(case),
            CaseStage::Level2 { .. } => self.after_level2(case),
            _ => Rung::Level3,
        };
        self.raise_case(number, to, Because::SentUp, Vec::new(), moment);
    }

    fn new_date(&mut self, number: u32, date: Day, (settled, closing): (Settled, Closing), moment: Moment) {
        if let About::Obligation(id) = self.cases[&number].about.clone() {
            let dues: Vec<Day> = self.unsettled_in(number).map(|instance| instance.due).collect();
            for due in dues {
                self.move_due(&id, due, date, settled, moment);
            }
        }
        self.close_case(number, closing, moment);
    }

    /// The director signs the outcome of the board consultation; the debtor, and creditors of a new date, consent.
    pub fn board_outcome(&mut self, by: &Slug, body: &BoardOutcome, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        let case = self.check_outcome(body, moment)?;
        let deciders = self.case_deciders(case).0;
        self.check_decider(by, case, &deciders)?;
        let needs = match &body.outcome {
            Outcome::Up {} => deciders,
            Outcome::Settled {} => deciders.into_iter().chain(self.bound_against(case)).collect(),
            Outcome::NewDate { .. } => deciders.into_iter().chain(self.bound_against(case)).chain(self.case_creditors(case)).collect(),
        };
        self.offer_or_apply(OfferKind::BoardOutcome(body.clone()), hash, by, needs, moment)
    }

    fn bound_against(&self, case: &Case) -> BTreeSet<Slug> {
        case.against.iter().filter(|who| self.bound_party(who).is_ok()).cloned().collect()
    }

    fn check_outcome(&self, body: &BoardOutcome, moment: Moment) -> Result<&Case, Refusal> {
        let case = self.case(body.case.0)?;
        if !matches!(case.stage, CaseStage::Level2 { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "an outcome at level 2, within its term"));
        }
        if let Outcome::NewDate { date } = &body.outcome {
            self.check_new_date(case, *date, "/body/outcome/date", moment)?;
        }
        self.check_settling(case, matches!(body.outcome, Outcome::Settled {}), "/body/outcome")?;
        Ok(case)
    }

    pub(super) fn carry_out_board_outcome(&mut self, body: &BoardOutcome, moment: Moment) -> Result<(), Refusal> {
        self.check_outcome(body, moment)?;
        match &body.outcome {
            Outcome::Settled {} => self.close_case(body.case.0, Closing::Settled, moment),
            Outcome::NewDate { date } => self.new_date(body.case.0, *date, (Settled::NewDate, Closing::NewDate), moment),
            Outcome::Up {} => self.send_up(body.case.0, moment),
        }
        Ok(())
    }
}
