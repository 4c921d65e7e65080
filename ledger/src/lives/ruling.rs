//! What is said in a case below the minister: the debtor's answer, the ruling, the outcome of the boards.

use std::collections::BTreeSet;

use super::agreement::Agreement;
use super::escalation::{About, Answered, Case, CaseStage, Closing};
use super::moment::Moment;
use super::obligation::{Instance, Settled};
use super::offer::OfferKind;
use super::text::TermOf;
use crate::envelope::refusal::{NOBODY_DECIDES, Refusal, Rule, one_of};
use crate::envelope::statement::escalation::{BoardOutcome, BreachAnswer, BreachReply, CaseFinding, CaseRuling, Outcome};
use crate::envelope::statement::flag::{Because, Rung};
use crate::words::{Day, Hash, Slug, Term};

impl Agreement {
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
            return Err(Refusal::at("/body/case", Rule::AlreadyGiven, "the notice was answered", "one answer to a notice: it stands"));
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
        let case = self.check_ruling(body, moment).map_err(|refusal| self.beside_ministry(by, refusal))?;
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
        let rule = match () {
            () if self.concerned(case).contains(by) => Rule::OwnObligation,
            () if *by == self.head.ministry => Rule::MinistryMayNot,
            () => Rule::NotYoursToDecide,
        };
        Err(Refusal::at("/by", rule, format!("{by} does not decide in this case"), one_of(deciders, NOBODY_DECIDES)))
    }

    /// A ministry that rules where nothing is to be decided is told both: first that it may not at all.
    fn beside_ministry(&self, by: &Slug, refusal: Refusal) -> Refusal {
        let outside = *by == self.head.ministry && self.bound_party(by).is_err();
        let may_not = || Refusal::at("/by", Rule::MinistryMayNot, format!("{by} does not decide in a case of others"), "a ministry-answer");
        if outside { may_not().and(&refusal) } else { refusal }
    }

    fn case_creditors(&self, case: &Case) -> BTreeSet<Slug> {
        match &case.about {
            About::Obligation(id) => {
                let joined = self.unsettled_in(case.number).map(|instance| &instance.obligation);
                [id].into_iter().chain(joined).flat_map(|id| self.creditors(&self.clauses[id])).collect()
            }
            About::Withdrawal(_) | About::Report(_) | About::Support(_) | About::StatutoryDispute => BTreeSet::new(),
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
            // It is at level 3 from the first, where nobody here rules.
            About::StatutoryDispute => return Ok(()),
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
        // What failed because of another's lapse gets the term to cure on top: it can start only when that is there.
        let after = Term::Days(self.text.days(TermOf::Cure)).ends(date, self.rules.calendar());
        let own = |instance: &Instance| instance.unsettled().is_none_or(|breach| breach.attributed.is_none());
        let dues: Vec<(Slug, Day, Day)> = self
            .unsettled_in(number)
            .map(|instance| (instance.obligation.clone(), instance.due, if own(instance) { date } else { after }))
            .collect();
        for (id, due, to) in dues {
            self.move_due(&id, due, to, settled, moment);
        }
        self.close_case(number, closing, moment);
    }

    /// The director signs the outcome of the board consultation; the debtor, and creditors of a new date, consent.
    pub fn board_outcome(&mut self, by: &Slug, body: &BoardOutcome, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        let case = self.check_outcome(body, moment).map_err(|refusal| self.beside_ministry(by, refusal))?;
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
        case.against.iter().filter(|who| self.owing_party(who).is_ok()).cloned().collect()
    }

    fn check_outcome(&self, body: &BoardOutcome, moment: Moment) -> Result<&Case, Refusal> {
        let case = self.case(body.case.0)?;
        if !matches!(case.stage, CaseStage::Level2 { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "an outcome at level 2, within its term"));
        }
        if matches!(body.outcome, Outcome::Up {}) && self.is_of_ministry(case) {
            let detail = "what the ministry itself fails to do stays with the boards";
            return Err(Refusal::at("/body/outcome", Rule::CaseState, detail, "settled, or a new date"));
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
