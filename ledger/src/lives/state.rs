//! The State's part: the municipality asks, the accountable ministry answers from its closed list, the municipality acts.

use std::collections::BTreeSet;

use super::agreement::Agreement;
use super::escalation::{About, Breakthrough, Case, CaseStage, Closing, Minister, Position, Requested, StateAnswer, Step};
use super::moment::Moment;
use super::text::TermOf;
use crate::envelope::refusal::{NOBODY_DECIDES, Refusal, Rule, list, one_of};
use crate::envelope::statement::agreement::Theme;
use crate::envelope::statement::escalation::{CaseClosure, MinisterialAct, MinistryAnswer, SupportRequest};
use crate::envelope::statement::flag::{Because, Rung};
use crate::envelope::statement::ministry::{Addressees, Route, StatePosition};
use crate::words::Slug;

impl Agreement {
    /// The municipality asks the State for help: at once to level 3, with what was tried (L38, L39).
    pub fn request_support(&mut self, by: &Slug, body: &SupportRequest, moment: Moment) -> Result<(), Refusal> {
        if self.head.stuck().is_none() {
            self.binding()?;
        }
        self.check_municipality(by)?;
        self.check_addressees(body.whom.as_ref())?;
        let stage = self.before_minister(true, moment);
        let number = match body.case.map(|number| number.0) {
            None => self.open_case(About::Support(body.kind), Vec::new(), stage, moment),
            Some(number) => {
                self.check_below_ministry(number)?;
                let case = self.case_mut(number);
                case.stage = stage;
                case.steps.push(Step { to: Rung::Level3, at: moment, because: Because::SentUp, silent: Vec::new() });
                number
            }
        };
        let partners = body.partners.iter().flat_map(|list| list.iter()).cloned().collect();
        let (kind, ground, obstacle) = (body.kind, body.ground, body.obstacle.clone());
        self.case_mut(number).request = Some(Requested { kind, at: moment, ground, obstacle, partners });
        Ok(())
    }

    fn check_below_ministry(&self, number: u32) -> Result<(), Refusal> {
        let case = self.case(number)?;
        if self.stays_local(case) {
            let detail = "what residents fail to do stays at level 1";
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a request without a case"));
        }
        if matches!(case.stage, CaseStage::Level3 { .. } | CaseStage::Answered { .. }) {
            return Err(Refusal::at("/body/case", Rule::CaseState, "the case has reached the ministry", "a case below level 3"));
        }
        Ok(())
    }

    pub(super) fn check_municipality(&self, by: &Slug) -> Result<(), Refusal> {
        match &self.head.municipality {
            Some(municipality) if municipality == by => Ok(()),
            Some(municipality) => {
                Err(Refusal::at("/by", Rule::MunicipalityOnly, format!("{by} is not the municipality"), municipality.to_string()))
            }
            None => {
                let accepted = "in the ledger of a municipality only";
                Err(Refusal::at("/by", Rule::MunicipalityOnly, "there is no municipality in this ledger", accepted))
            }
        }
    }

    /// Only who is bound here can be called to account here.
    fn check_addressees(&self, whom: Option<&Addressees>) -> Result<(), Refusal> {
        let stranger = whom.iter().flat_map(|list| list.iter().enumerate()).find(|(_, who)| self.bound_party(who).is_err());
        stranger.map_or(Ok(()), |(i, who)| {
            let accepted = one_of(self.bound(), "nobody is bound by it any more");
            Err(Refusal::at(format!("/body/whom/{i}"), Rule::NotAParty, format!("{who} is not bound by this agreement"), accepted))
        })
    }

    /// The ministry that answers for a case.
    pub(super) fn accountable<'a>(&'a self, case: &'a Case) -> &'a Slug {
        case.minister.as_ref().map_or(&self.head.ministry, |minister| &minister.accountable)
    }

    /// Whether a case has reached the State and nobody is accountable for it yet.
    pub fn awaits_routing(&self) -> bool {
        self.cases.values().any(|case| unrouted(case))
    }

    /// Gives each case that has reached the State its accountable ministry: that of the obstacle that it names, else that of
    /// the first theme of the agreement, of a dispute that of its statute; the ministries of its other themes are listed with it (L49).
    pub fn route_cases(&mut self, routes: &[Route], moment: Moment) {
        let of_theme = |theme| routes.iter().find(|route| route.theme == theme).map_or(&self.head.ministry, |route| &route.ministry);
        let of_themes: Vec<Slug> = self.text.themes.iter().map(|theme| of_theme(*theme).clone()).collect();
        let of_statute = of_theme(Theme::Housing).clone();
        let waiting: Vec<u32> = self.cases.values().filter(|case| unrouted(case)).map(|case| case.number).collect();
        for number in waiting {
            let dispute = self.cases[&number].about == About::StatutoryDispute;
            let obstacle = self.cases[&number].request.as_ref().and_then(|request| request.obstacle.as_ref());
            let accountable =
                obstacle.map(|obstacle| &obstacle.ministry).or(dispute.then_some(&of_statute)).unwrap_or(&of_themes[0]).clone();
            let with =
                of_themes.iter().filter(|ministry| **ministry != accountable).cloned().collect::<BTreeSet<_>>().into_iter().collect();
            self.case_mut(number).minister = Some(Minister { accountable, with, since: moment, referred_by: Vec::new() });
        }
    }

    /// The accountable ministry gives its reasoned answer. It changes nothing in the agreement (L36).
    pub fn answer_by_ministry(&mut self, by: &Slug, body: &MinistryAnswer, moment: Moment) -> Result<(), Refusal> {
        let case = self.case_of_ministry(by, body.case.0)?;
        if !matches!(case.stage, CaseStage::Level3 { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a case that has reached level 3"));
        }
        if case.about == About::StatutoryDispute && body.act != MinisterialAct::Refer {
            let detail = "the statute asks for a ruling on each point";
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a dispute-ruling, or refer"));
        }
        self.check_addressees(body.whom.as_ref())?;
        if let (MinisterialAct::Refer, Some(to)) = (body.act, &body.refer_to) {
            return self.refer(body.case.0, by, to, moment);
        }
        let mut from = moment.at;
        if let (MinisterialAct::ForceBreakthrough, Some(partners)) = (body.act, &body.partners) {
            // The municipality can act once the positions are there, so its term follows theirs.
            from = self.term_ends(moment.at, TermOf::Positions).plus_millis(-1);
            let (until, positions) = (from.plus_millis(1), partners.iter().map(|partner| (partner.clone(), None)).collect());
            self.case_mut(body.case.0).breakthrough = Some(Breakthrough { until, positions, missing: None });
        }
        let until = self.term_ends(from, TermOf::FollowUp);
        let (act, rule, measure) = (body.act, body.rule.clone(), body.measure.clone());
        let answer = StateAnswer { act, at: moment, rule, measure, takes_effect: body.takes_effect };
        let case = self.case_mut(body.case.0);
        (case.stage, case.state_answer) = (CaseStage::Answered { act, at: moment, until, missing: None }, Some(answer));
        Ok(())
    }

    /// The case for which this ministry answers; whoever is no ministry learns no more than that.
    pub(super) fn case_of_ministry(&self, by: &Slug, number: u32) -> Result<&Case, Refusal> {
        let case = self.case(number);
        self.check_ministry(by, case.as_ref().map_or(&self.head.ministry, |case| self.accountable(case)))?;
        case
    }

    fn check_ministry(&self, by: &Slug, accountable: &Slug) -> Result<(), Refusal> {
        if by == accountable {
            return Ok(());
        }
        Err(Refusal::at("/by", Rule::MinistryOnly, format!("{by} is not the accountable ministry"), accountable.to_string()))
    }

    /// Another ministry answers in its place, within a term of its own. No ministry gets a case back: it is not parked.
    fn refer(&mut self, number: u32, by: &Slug, to: &Slug, moment: Moment) -> Result<(), Refusal> {
        let minister = self.case(number)?.minister.clone();
        let mut minister =
            minister.unwrap_or(Minister { accountable: by.clone(), with: Vec::new(), since: moment, referred_by: Vec::new() });
        if to == by || minister.referred_by.contains(to) {
            let accepted = "a ministry that has not had this case, or another act";
            return Err(Refusal::at("/body/referTo", Rule::CaseState, format!("{to} has had this case"), accepted));
        }
        minister.referred_by.push(by.clone());
        minister.with.retain(|ministry| ministry != to);
        (minister.accountable, minister.since) = (to.clone(), moment);
        let until = self.term_ends(moment.at, TermOf::Ministry);
        let case = self.case_mut(number);
        case.minister = Some(minister);
        if let CaseStage::Level3 { until: term, late, .. } = &mut case.stage {
            (*term, *late) = (until, None);
        }
        Ok(())
    }

    /// A State partner that must take a position signs it; late is better than never (L42).
    pub fn take_position(&mut self, by: &Slug, body: &StatePosition, moment: Moment) -> Result<(), Refusal> {
        let case = self.case(body.case.0)?;
        let Some(breakthrough) = &case.breakthrough else {
            return Err(Refusal::at(
                "/body/case",
                Rule::CaseState,
                "no positions are asked for in this case",
                "a case with a breakthrough",
            ));
        };
        match breakthrough.positions.get(by) {
            None => {
                let accepted = one_of(breakthrough.positions.keys(), "nobody is asked");
                Err(Refusal::at("/by", Rule::NotAsked, format!("{by} was not asked for a position"), accepted))
            }
            Some(Some(_)) => {
                let accepted = "one position in a case: it stands";
                Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has taken its position"), accepted))
            }
            Some(None) => {
                let position = Position { stance: body.stance, at: moment };
                if let Some(breakthrough) = &mut self.case_mut(body.case.0).breakthrough {
                    breakthrough.positions.insert(by.clone(), Some(position));
                }
                Ok(())
            }
        }
    }

    /// Who says what was done with the ministry's answer: the municipality; in a national ledger whoever decides in the case.
    pub(super) fn followers_up(&self, case: &Case) -> BTreeSet<Slug> {
        match &self.head.municipality {
            Some(municipality) => BTreeSet::from([municipality.clone()]),
            None => self.case_deciders(case).0,
        }
    }

    /// The municipality says what it did with the answer; that closes the case.
    pub fn close_by_municipality(&mut self, by: &Slug, body: &CaseClosure, moment: Moment) -> Result<(), Refusal> {
        if self.head.municipality.is_some() {
            self.check_municipality(by)?;
        }
        let case = self.case(body.case.0)?;
        let who = self.followers_up(case);
        if !who.contains(by) {
            let accepted = one_of(who, NOBODY_DECIDES);
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not close this case"), accepted));
        }
        if !matches!(case.stage, CaseStage::Answered { .. }) {
            let detail = format!("the case is at {}", case.stage.code());
            return Err(Refusal::at("/body/case", Rule::CaseState, detail, "a case that the ministry has answered"));
        }
        if let Some(waiting) = case.breakthrough.as_ref().filter(|it| it.missing.is_none() && !it.silent().is_empty()) {
            let silent = list(waiting.silent());
            let accepted = format!("once they are there, or from {}", waiting.until);
            return Err(Refusal::at("/body/case", Rule::TooEarly, format!("positions are awaited of: {silent}"), accepted));
        }
        self.close_case(body.case.0, Closing::FollowedUp, moment);
        Ok(())
    }
}

fn unrouted(case: &Case) -> bool {
    case.minister.is_none() && matches!(case.stage, CaseStage::Level3 { .. })
}
