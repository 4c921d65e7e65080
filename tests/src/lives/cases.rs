//! Cases: the debtor's answer, rulings, boards, and what passes between the municipality and the State.

use std::sync::Arc;

use ledger::envelope::Type;
use ledger::envelope::statement::escalation::{MinisterialAct, SupportKind};
use ledger::lives::Agreement;
use ledger::lives::escalation::{About, Case, CaseStage};
use ledger::words::Slug;
use serde_json::{Value, json};

use super::{Life, Seen, abroad};

/// Cases at a stage that fits, or none.
fn cases(at: &Agreement, fits: impl Fn(&Case) -> bool) -> Vec<Option<Arc<Case>>> {
    at.cases.values().filter(|case| fits(case)).cloned().map(Some).collect()
}

impl<D: Seen> Life<D> {
    fn case_at(&mut self, at: &Agreement, fits: impl Fn(&Case) -> bool) -> Option<(u32, Option<Arc<Case>>)> {
        let case = self.open(cases(at, fits), None)?;
        Some((case.as_ref().map_or(1, |case| case.number), case))
    }

    pub(super) fn breach_answer(&mut self, at: &Agreement) -> bool {
        let waits = |case: &Case| matches!(case.stage, CaseStage::Notice { .. }) && case.answer.is_none() && case.unanswered.is_none();
        let Some((number, case)) = self.case_at(at, waits) else { return false };
        let Some(by) = self.who(case.iter().flat_map(|case| case.against.clone())) else { return false };
        let reply = self.dice.one(&["acknowledged", "contested", "force-majeure"]);
        let answer = self.by(&by).answer_breach(number, reply);
        self.said(Type::BreachAnswer, answer)
    }

    pub(super) fn case_ruling(&mut self, at: &Agreement) -> bool {
        let waits = |case: &Case| match &case.stage {
            CaseStage::Notice { ruling_until, .. } => ruling_until.is_some(),
            CaseStage::Level1 { .. } | CaseStage::LastChance { .. } => true,
            CaseStage::Level2 { .. } | CaseStage::Level3 { .. } | CaseStage::Answered { .. } | CaseStage::Closed { .. } => false,
        };
        let Some((number, case)) = self.case_at(at, waits) else { return false };
        let stage = case.as_ref().map(|case| &case.stage);
        let last_chance = matches!(stage, Some(CaseStage::LastChance { .. }));
        let deciders = case.as_ref().map(|case| at.case_deciders(case).0).unwrap_or_default();
        let may: Vec<Slug> = if last_chance { vec![self.owner()] } else { deciders.into_iter().collect() };
        let Some(by) = self.who(may) else { return false };
        let finding = if matches!(stage, Some(CaseStage::Notice { .. })) {
            self.dice.one(&["upheld", "excused"])
        } else {
            self.dice.one(&["settled", "new-date", "up"])
        };
        let date = self.day(5, 90).to_string();
        let date = ["excused", "new-date"].contains(&finding).then_some(date.as_str());
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).rule_on_case(number, finding, date);
        self.said(Type::CaseRuling, answer);
        self.chorus();
        true
    }

    pub(super) fn board_outcome(&mut self, at: &Agreement) -> bool {
        let Some((number, case)) = self.case_at(at, |case| matches!(case.stage, CaseStage::Level2 { .. })) else { return false };
        let deciders = case.map(|case| at.case_deciders(&case).0).unwrap_or_default();
        let Some(by) = self.who(deciders) else { return false };
        let outcome = self.dice.one(&["settled", "new-date", "up", "up"]);
        let date = self.day(5, 90).to_string();
        let date = (outcome == "new-date").then_some(date.as_str());
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).board_outcome(number, outcome, date);
        self.said(Type::BoardOutcome, answer);
        self.chorus();
        true
    }

    /// What a kind of request, or a ministerial act, needs besides.
    fn needs(&mut self, needs: &[&str], at: &Agreement) -> Value {
        let (mut details, bound) = (json!({}), at.bound().cloned().collect::<Vec<_>>());
        let rule = json!({ "bwb": "BWBR0005181", "article": "44" });
        for name in needs {
            details[*name] = match *name {
                "partners" => json!(["police"]),
                "whom" => json!(self.pick(bound.clone()).into_iter().collect::<Vec<_>>()),
                "obstacle" => {
                    let (effect, change) = ("Plans wait for years", "Let the city decide itself");
                    json!({ "rule": rule, "effect": effect, "change": change, "ministry": self.dice.one(&["ministry", "education"]) })
                }
                "umbrella" => abroad::care(),
                "agenda" => json!({ "meeting": "The consultation with the cities", "day": self.day(1, 60) }),
                "instrument" => json!("The specific grant"),
                "rule" => rule.clone(),
                "takesEffect" => json!(self.day(1, 60)),
                "referTo" => json!(self.dice.one(&["ministry", "education"])),
                _ => json!("That it is made possible here"),
            };
        }
        details
    }

    pub(super) fn support_request(&mut self, at: &Agreement) -> bool {
        let can = at.binding().is_ok() || at.head.stuck().is_some();
        if self.open(can.then_some(()), ()).is_none() {
            return false;
        }
        let below = |case: &Case| !matches!(case.stage, CaseStage::Level3 { .. } | CaseStage::Answered { .. });
        let case = self.pick(cases(at, below)).flatten().filter(|_| self.chance(2)).map(|case| case.number);
        let Some(by) = self.who([self.owner()]) else { return false };
        let kind = SupportKind::ALL[self.dice.roll(SupportKind::ALL.len() as u64) as usize];
        let details = self.needs(ledger::envelope::statement::needs::needs_of_request(kind), at);
        let answer = self.by(&by).request_support(case, kind.code(), details);
        self.said(Type::SupportRequest, answer)
    }

    pub(super) fn ministry_answer(&mut self, at: &Agreement) -> bool {
        let Some((number, case)) = self.case_at(at, |case| matches!(case.stage, CaseStage::Level3 { .. })) else { return false };
        let accountable = case.as_ref().and_then(|case| case.minister.as_ref()).map(|minister| minister.accountable.clone());
        let Some(by) = self.who([accountable.unwrap_or_else(|| self.ministry())]) else { return false };
        let disputed = case.is_some_and(|case| case.about == About::StatutoryDispute);
        let all = MinisterialAct::ALL;
        let act = if disputed { MinisterialAct::Refer } else { all[self.dice.roll(all.len() as u64) as usize] };
        let act = if self.chance(4) { MinisterialAct::ForceBreakthrough } else { act };
        let details = self.needs(ledger::envelope::statement::needs::needs_of_act(act), at);
        let answer = self.by(&by).answer_as_ministry(number, act.code(), details);
        self.said(Type::MinistryAnswer, answer)
    }

    pub(super) fn state_position(&mut self, at: &Agreement) -> bool {
        let silent = |case: &Arc<Case>| {
            let silent = case.breakthrough.as_ref().map(|breakthrough| breakthrough.silent()).unwrap_or_default();
            silent.into_iter().map(|partner| (case.number, partner)).collect::<Vec<_>>()
        };
        let open: Vec<(u32, Slug)> = at.cases.values().flat_map(silent).collect();
        let Some((number, partner)) = self.open(open, (1, self.ministry())) else { return false };
        let Some(by) = self.who([partner]) else { return false };
        let stance = self.dice.one(&["cooperates", "on-conditions", "refuses"]);
        let answer = self.by(&by).take_position(number, stance);
        self.said(Type::StatePosition, answer)
    }

    pub(super) fn case_closure(&mut self, at: &Agreement) -> bool {
        let Some((number, _)) = self.case_at(at, |case| matches!(case.stage, CaseStage::Answered { .. })) else { return false };
        let others: Vec<Slug> = at.bound().cloned().collect();
        let owner = self.owner();
        let may = if others.contains(&owner) { vec![owner] } else { others };
        let Some(by) = self.who(may) else { return false };
        let answer = self.by(&by).close_case(number);
        self.said(Type::CaseClosure, answer)
    }
}
