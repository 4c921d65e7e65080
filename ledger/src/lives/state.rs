//! The State's part: the municipality asks, the ministry answers from its closed list, the municipality acts.

use super::agreement::Agreement;
use super::escalation::{About, CaseStage, Closing};
use super::moment::Moment;
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::escalation::{CaseClosure, MinistryAnswer, SupportKind, SupportRequest};
use crate::envelope::statement::flag::{Because, Rung};
use crate::words::Slug;

use super::escalation::Step;

impl Agreement {
    /// The municipality asks the State for help: at once to level 3, with what was tried (L38, L39).
    pub fn request_support(&mut self, by: &Slug, body: &SupportRequest, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.check_municipality(by)?;
        if body.kind == SupportKind::RemoveObstacle && body.rule.is_none() {
            return Err(Refusal::at(
                "/body/rule",
                Rule::MissingMember,
                "the rule that is in the way is not named",
                "the rule with its BWB id and article (L40)",
            ));
        }
        let Some(number) = body.case.map(|number| number.0) else {
            let stage = self.before_minister(true, moment);
            self.open_case(About::Support(body.kind), Vec::new(), stage, moment);
            return Ok(());
        };
        let case = self.case(number)?;
        if self.stays_local(case) {
            return Err(Refusal::at(
                "/body/case",
                Rule::CaseState,
                "what residents fail to do stays at level 1",
                "a request without a case",
            ));
        }
        if matches!(case.stage, CaseStage::Level3 { .. } | CaseStage::Answered { .. }) {
            return Err(Refusal::at("/body/case", Rule::CaseState, "the case has reached the ministry", "a case below level 3"));
        }
        let stage = self.before_minister(true, moment);
        let case = self.case_mut(number);
        case.stage = stage;
        case.steps.push(Step { to: Rung::Level3, at: moment, because: Because::SentUp, silent: Vec::new() });
        Ok(())
    }

    fn check_municipality(&self, by: &Slug) -> Result<(), Refusal> {
        match &self.head.municipality {
            Some(municipality) if municipality == by => Ok(()),
            Some(municipality) => {
                Err(Refusal::at("/by", Rule::MunicipalityOnly, format!("{by} is not the municipality"), municipality.to_string()))
            }
            None => Err(Refusal::at("/by", Rule::MunicipalityOnly, "there is no municipality in this ledger", "")),
        }
    }

    /// The ministry gives its reasoned answer. It changes nothing in the agreement (L36).
    pub fn answer_by_ministry(&mut self, by: &Slug, body: &MinistryAnswer, moment: Moment) -> Result<(), Refusal> {
        if *by != self.head.ministry {
            return Err(Refusal::at("/by", Rule::MinistryOnly, format!("{by} is not the ministry"), self.head.ministry.to_string()));
        }
        let case = self.case(body.case.0)?;
        if !matches!(case.stage, CaseStage::Level3 { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a case that has reached level 3"));
        }
        let until = self.term_ends(moment.at, TermOf::FollowUp);
        self.case_mut(body.case.0).stage = CaseStage::Answered { act: body.act, at: moment, until, missing: None };
        Ok(())
    }

    /// The municipality says what it did with the answer; that closes the case.
    pub fn close_by_municipality(&mut self, by: &Slug, body: &CaseClosure, moment: Moment) -> Result<(), Refusal> {
        self.check_municipality(by)?;
        let case = self.case(body.case.0)?;
        if !matches!(case.stage, CaseStage::Answered { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a case that the ministry has answered"));
        }
        self.close_case(body.case.0, Closing::FollowedUp, moment);
        Ok(())
    }
}
