//! Talks about a text that not all have signed, stuck on points (L52).
//!
//! The terms here are of the rules and not of the text, which nobody is bound by yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::moment::{Fact, Moment};
use super::offer::{Offer, OfferKind, OfferResult};
use super::talks::TALKS_END;
use crate::envelope::refusal::{Fault, Refusal, Rule, one_of};
use crate::envelope::shape::List;
use crate::envelope::statement::flag::{Cause, Names};
use crate::envelope::statement::impasse::{Impasse, ImpassePosition, ImpasseStep, NextStep, Point, Points};
use crate::words::{Day, Hash, Instant, Slug, Term};

/// The term to give a position on a point, and to agree to a step, in days.
pub const POSITION_DAYS: u16 = 14;
/// At most this many points in an impasse.
pub const MAX_POINTS: usize = 40;
/// How long mediation may last, in months from the day on which it is offered.
pub const MEDIATION_MONTHS: u32 = 6;

/// An impasse: the last one, open or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadlock {
    /// Who said so.
    pub by: Slug,
    /// Where.
    pub since: Fact,
    /// What divides the parties.
    pub points: Vec<PointAtIssue>,
    /// The mediation that all agreed to last.
    pub mediation: Option<Mediated>,
    /// How it ended.
    pub over: Option<Over>,
}

/// A point that divides the parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PointAtIssue {
    /// Its id and what it is.
    pub point: Point,
    /// Who named it.
    pub by: Slug,
    /// Where.
    pub since: Fact,
    /// From when on a position is late.
    pub until: Instant,
    /// Where each party gave its position last.
    pub positions: BTreeMap<Slug, Fact>,
    /// The entry that says that some gave none in time.
    pub silent: Option<Fact>,
}

/// Mediation that all agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mediated {
    /// Who mediates.
    pub mediator: String,
    /// The last day of it.
    pub until: Day,
    /// The last consent.
    pub agreed: Fact,
}

/// How an impasse ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Over {
    /// How.
    pub how: ImpasseEnd,
    /// Where.
    pub at: Fact,
}

/// How an impasse can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImpasseEnd {
    /// All agreed that it is.
    Overcome,
    /// All signed the text.
    Signed,
    /// The minister ruled.
    Ruled,
    /// The text left the table, and no statute keeps the talks open.
    OffTable,
}

impl ImpasseEnd {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Overcome, Self::Signed, Self::Ruled, Self::OffTable];

    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Overcome => "overcome",
            Self::Signed => "signed",
            Self::Ruled => "ruled",
            Self::OffTable => "off-table",
        }
    }
}

impl Head {
    /// The impasse that is open.
    pub fn stuck(&self) -> Option<&Deadlock> {
        self.impasse.as_ref().filter(|impasse| impasse.over.is_none())
    }
}

impl PointAtIssue {
    /// Which of these gave no position.
    pub(super) fn lacks(&self, parties: &BTreeSet<Slug>) -> BTreeSet<Slug> {
        parties.iter().filter(|party| !self.positions.contains_key(*party)).cloned().collect()
    }
}

impl Agreement {
    /// Another text came in the place of the one that the talks were stuck on: a step that was for that one waits for nobody, and
    /// who is invited now has a term for the points as well.
    pub(super) fn go_on_with_another(&mut self, invites: bool, moment: Moment) {
        self.overtake_steps(moment);
        if invites && self.head.stuck().is_some() {
            let until = self.rules.deadline(moment.at, Term::Days(POSITION_DAYS), true);
            self.stuck_mut(|stuck| {
                stuck.points.iter_mut().for_each(|point| (point.until, point.silent) = (point.until.max(until), None));
            });
        }
    }

    /// A party says that the talks are stuck, and on what.
    pub fn declare_impasse(&mut self, by: &Slug, body: &Impasse, moment: Moment) -> Result<(), Refusal> {
        self.can_be_stuck(moment)?;
        self.bound_party(by)?;
        self.check_version(&body.version, "/body/version")?;
        if let Some(ruled) = self.head.talks.as_ref().and_then(|talks| talks.dispute.as_ref()?.ruled) {
            let detail = format!("the minister ruled in entry {}", ruled.entry);
            return Err(Refusal::at("/body/agreement", Rule::StatuteUnfit, detail, "a text that follows from the ruling, and signatures"));
        }
        if let Some(stuck) = self.head.stuck() {
            let detail = format!("there is an impasse since entry {}", stuck.since.entry);
            return Err(Refusal::at("/body/agreement", Rule::AlreadyGiven, detail, "an impasse-position, which can add points"));
        }
        let points = self.points_at_issue(&[], &body.points, "/body/points", by, moment)?;
        self.head_mut().impasse = Some(Deadlock { by: by.clone(), since: moment, points, mediation: None, over: None });
        Ok(())
    }

    /// That not all have signed, and that the text is on the table or a statute keeps the talks open: for a year after their term.
    pub(super) fn can_be_stuck(&self, moment: Moment) -> Result<(), Refusal> {
        let accepted = "a proposal that not all have signed";
        match (&self.head.state, &self.head.talks) {
            (State::Proposed, _) => Ok(()),
            (State::Lapsed { .. } | State::Declined(_) | State::Retracted(_), Some(talks)) => {
                let last = self.rules.deadline(talks.until.plus_millis(-1), TALKS_END, true);
                let late = || Refusal::at("/body/agreement", Rule::TooLate, "these talks are over", format!("before {last}"));
                if moment.at < last { Ok(()) } else { Err(late()) }
            }
            (State::Lapsed { .. } | State::Declined(_) | State::Retracted(_), None) => Err(self.wrong_state(accepted)),
            (State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } | State::Ended { .. }, _) => {
                Err(self.wrong_state(accepted))
            }
        }
    }

    /// Points by this party, after those that are there.
    fn points_at_issue(
        &self,
        there: &[PointAtIssue],
        points: &Points,
        at: &str,
        by: &Slug,
        moment: Moment,
    ) -> Result<Vec<PointAtIssue>, Refusal> {
        let until = self.rules.deadline(moment.at, Term::Days(POSITION_DAYS), true);
        let twice =
            |i: usize, id: &Slug| there.iter().any(|known| known.point.id == *id) || points[..i].iter().any(|point| point.id == *id);
        if let Some((i, point)) = points.iter().enumerate().find(|(i, point)| twice(*i, &point.id)) {
            let detail = format!("there is a point {} already", point.id);
            return Err(Refusal::at(format!("{at}/{i}/id"), Rule::ImpasseUnfit, detail, "an id that is free"));
        }
        if there.len() + points.len() > MAX_POINTS {
            return Err(Refusal::at(at, Rule::TooLarge, format!("with these it has more than {MAX_POINTS} points"), "fewer points"));
        }
        let at_issue = |point: &Point| {
            let (positions, silent) = (BTreeMap::new(), None);
            PointAtIssue { point: point.clone(), by: by.clone(), since: moment, until, positions, silent }
        };
        Ok(points.iter().map(at_issue).collect())
    }

    pub(super) fn open_impasse(&self) -> Result<&Deadlock, Refusal> {
        let over = || match &self.head.impasse {
            Some(Deadlock { over: Some(over), .. }) => format!("the impasse is over since entry {} ({})", over.at.entry, over.how.code()),
            Some(_) | None => "there is no impasse".to_owned(),
        };
        self.head.stuck().ok_or_else(|| Refusal::at("/body/agreement", Rule::ImpasseUnfit, over(), "an impasse that is open"))
    }

    /// A party gives its position on points.
    pub fn take_impasse_position(&mut self, by: &Slug, body: &ImpassePosition, moment: Moment) -> Result<(), Refusal> {
        let stuck = self.open_impasse()?;
        self.bound_party(by)?;
        let mut points = stuck.points.clone();
        if let Some(adds) = &body.adds {
            self.can_add_points(moment)?;
            points.extend(self.points_at_issue(&stuck.points, adds, "/body/adds", by, moment)?);
        }
        let known = || one_of(points.iter().map(|point| &point.point.id), "no point: none was named");
        let mut faults = Vec::new();
        for (i, given) in body.positions.iter().enumerate() {
            let mut fault = |detail: String, accepted: String| {
                faults.push(Fault { pointer: format!("/body/positions/{i}/point"), rule: Rule::ImpasseUnfit, detail, accepted });
            };
            if !points.iter().any(|point| point.point.id == given.point) {
                fault(format!("{} is not a point of the impasse", given.point), known());
            } else if body.positions[..i].iter().any(|earlier| earlier.point == given.point) {
                fault(format!("{} occurs twice", given.point), "each point once".into());
            }
        }
        // Who names a point says where it stands on it.
        for (i, point) in body.adds.iter().flat_map(|adds| adds.iter()).enumerate() {
            if !body.positions.iter().any(|given| given.point == point.id) {
                let (pointer, detail) = (format!("/body/adds/{i}"), format!("no position on {}", point.id));
                faults.push(Fault { pointer, rule: Rule::ImpasseUnfit, detail, accepted: "a position on each point that is added".into() });
            }
        }
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal);
        }
        for point in points.iter_mut().filter(|point| body.positions.iter().any(|given| given.point == point.point.id)) {
            point.positions.insert(by.clone(), moment);
        }
        self.stuck_mut(|stuck| stuck.points = points);
        Ok(())
    }

    fn stuck_mut(&mut self, change: impl FnOnce(&mut Deadlock)) {
        if let Some(stuck) = &mut self.head_mut().impasse {
            change(stuck);
        }
    }

    /// A step out of the impasse is put to the other parties.
    pub fn step_out(&mut self, by: &Slug, body: &ImpasseStep, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.open_impasse()?;
        self.bound_party(by)?;
        if let NextStep::Mediation { until, .. } = &body.step {
            let today = Day::of(moment.at);
            let last = today.plus_months(MEDIATION_MONTHS);
            if *until <= today || *until > last {
                let detail = format!("mediation until {until}");
                return Err(Refusal::at("/body/step/until", Rule::ImpasseUnfit, detail, format!("a day after {today}, up to {last}")));
            }
        }
        let needs = self.bound().cloned().collect();
        self.offer_or_apply(OfferKind::ImpasseStep(body.clone()), hash, by, needs, moment)
    }

    /// All agreed to the step. An impasse that ended meanwhile needs none.
    pub(super) fn carry_out_step(&mut self, body: &ImpasseStep, moment: Moment) -> Result<(), Refusal> {
        self.open_impasse()?;
        match &body.step {
            NextStep::Mediation { until, .. } if *until < Day::of(moment.at) => {
                let detail = format!("mediation until {until} is over");
                return Err(Refusal::at("/body/to", Rule::ImpasseUnfit, detail, "another step"));
            }
            NextStep::Mediation { mediator, until } => {
                let mediation = Mediated { mediator: mediator.to_string(), until: *until, agreed: moment };
                self.stuck_mut(|stuck| stuck.mediation = Some(mediation));
            }
            NextStep::Overcome {} => self.end_impasse(ImpasseEnd::Overcome, moment),
        }
        Ok(())
    }

    /// The impasse is over, if there is one, and no step out of it waits for anybody.
    pub(super) fn end_impasse(&mut self, how: ImpasseEnd, moment: Moment) {
        if self.head.stuck().is_none() {
            return;
        }
        match how {
            ImpasseEnd::Overcome | ImpasseEnd::Signed => self.take_dispute_back(moment),
            ImpasseEnd::Ruled | ImpasseEnd::OffTable => {}
        }
        self.stuck_mut(|stuck| stuck.over = Some(Over { how, at: moment }));
        self.overtake_steps(moment);
    }

    fn overtake_steps(&mut self, moment: Moment) {
        let is_step = |offer: &&Arc<Offer>| offer.is_open() && matches!(offer.kind, OfferKind::ImpasseStep(_));
        for hash in self.offers.values().filter(is_step).map(|offer| offer.hash).collect::<Vec<_>>() {
            self.offer_mut(&hash).result = Some(OfferResult::Overtaken { at: moment });
        }
    }

    /// The text left the table unsigned.
    pub(super) fn leave_table(&mut self, moment: Moment) {
        if self.text.statute.is_none() {
            self.end_impasse(ImpasseEnd::OffTable, moment);
        }
    }

    /// When positions are late, of whom, and on which points.
    fn silent_points(&self) -> Option<(Instant, BTreeSet<Slug>, Vec<Slug>)> {
        let (stuck, parties) = (self.head.stuck()?, self.bound().cloned().collect());
        let lacking = || stuck.points.iter().filter(|point| point.silent.is_none() && !point.lacks(&parties).is_empty());
        let until = lacking().map(|point| point.until).min()?;
        let late: Vec<&PointAtIssue> = lacking().filter(|point| point.until == until).collect();
        let silent = late.iter().flat_map(|point| point.lacks(&parties)).collect();
        Some((until, silent, late.iter().map(|point| point.point.id.clone()).collect()))
    }

    /// The points on which positions are lacking, of whom, and the first end of a term that runs for one; `None` when all are there.
    pub fn lacking_positions(&self) -> Option<(Vec<Slug>, BTreeSet<Slug>, Option<Instant>)> {
        let (stuck, parties) = (self.head.stuck()?, self.bound().cloned().collect());
        let lacking: Vec<&PointAtIssue> = stuck.points.iter().filter(|point| !point.lacks(&parties).is_empty()).collect();
        let until = lacking.iter().filter(|point| point.silent.is_none()).map(|point| point.until).min();
        let who = lacking.iter().flat_map(|point| point.lacks(&parties)).collect();
        (!lacking.is_empty()).then(|| (lacking.iter().map(|point| point.point.id.clone()).collect(), who, until))
    }

    /// What the clock causes in an impasse next.
    pub(super) fn next_of_impasse(&self) -> Option<(Instant, Cause)> {
        let (until, silent, points) = self.silent_points()?;
        let (agreement, silent, points) = (self.head.id.clone(), List(silent.into_iter().collect()), List(points));
        Some((until, Cause::ImpasseUnanswered { agreement, silent, points }))
    }

    pub(super) fn positions_late(&mut self, points: &Names, moment: Moment) {
        self.stuck_mut(|stuck| {
            let late = stuck.points.iter_mut().filter(|point| points.contains(&point.point.id));
            late.for_each(|point| point.silent = Some(moment));
        });
    }
}
