//! Talks about a text that not all have signed: stuck on points (L52), and under a statute that gives them a term (domain 3).
//!
//! The terms here are of the rules and not of the text, which nobody is bound by yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::escalation::{About, CaseStage, Closing};
use super::moment::{Fact, Moment};
use super::offer::{Offer, OfferKind, OfferResult};
use super::text::TermOf;
use crate::envelope::refusal::{Fault, Refusal, Rule};
use crate::envelope::shape::List;
use crate::envelope::statement::flag::{Cause, Names};
use crate::envelope::statement::impasse::{
    DisputeRuling, Impasse, ImpassePosition, ImpasseStep, Point, Points, Statute, StatutoryDispute, WayOn,
};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Hash, Instant, Slug, Term};

/// The term to give a position on a point, and to agree to a step, in days.
pub const POSITION_DAYS: u16 = 14;
/// At most this many points in an impasse.
pub const MAX_POINTS: usize = 40;
/// How long mediation may last, in months from the day on which it is offered.
pub const MEDIATION_MONTHS: u32 = 6;

impl Statute {
    /// The term for talks, from the first version on.
    pub fn talks(self) -> Term {
        match self {
            Self::HousingAct44 => Term::Months(6),
        }
    }

    /// The kinds of party without which it is not made.
    pub fn parties(self) -> [Kind; 3] {
        match self {
            Self::HousingAct44 => [Kind::Municipality, Kind::HousingCorporation, Kind::Residents],
        }
    }

    /// The term in which the dispute is put to the minister, once that for talks has passed.
    pub fn dispute(self) -> Term {
        match self {
            Self::HousingAct44 => Term::Days(28),
        }
    }
}

/// Talks under a statute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Talks {
    /// From when on the term for an agreement has passed.
    pub until: Instant,
    /// The entry that says so.
    pub expired: Option<Fact>,
    /// From when on the dispute is put to the minister too late.
    pub dispute_until: Option<Instant>,
    /// The entry that says that nobody had put it there.
    pub missing: Option<Fact>,
    /// Who put it there, and the case that this opened.
    pub dispute: Option<PutToMinister>,
}

/// The dispute was put to the minister.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutToMinister {
    /// Who did.
    pub by: Slug,
    /// Where.
    pub at: Fact,
    /// The case.
    pub case: u32,
    /// The entry of the ruling.
    pub ruled: Option<Fact>,
    /// Where it was taken back: all agreed that the impasse is over, or signed.
    pub taken_back: Option<Fact>,
}

/// An impasse: the last one, open or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stuck {
    /// Who said so.
    pub by: Slug,
    /// Where.
    pub since: Fact,
    /// What divides the parties.
    pub points: Vec<Divided>,
    /// The mediation that all agreed to last.
    pub mediation: Option<Mediated>,
    /// How it ended.
    pub over: Option<Over>,
}

/// A point that divides the parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Divided {
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
    pub how: WayOver,
    /// Where.
    pub at: Fact,
}

/// How an impasse can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayOver {
    /// All agreed that it is.
    Overcome,
    /// All signed the text.
    Signed,
    /// The minister ruled.
    Ruled,
    /// The text left the table, and no statute keeps the talks open.
    OffTable,
}

impl WayOver {
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
    pub fn stuck(&self) -> Option<&Stuck> {
        self.impasse.as_ref().filter(|impasse| impasse.over.is_none())
    }

    /// The talks whose dispute waits to be put to the minister: their term has passed, and the text is on the table unsigned.
    pub fn dispute_to_submit(&self) -> Option<&Talks> {
        self.talks.as_ref().filter(|talks| talks.expired.is_some() && talks.dispute.is_none() && self.state == State::Proposed)
    }
}

impl Divided {
    /// Which of these gave no position.
    fn lacks(&self, parties: &BTreeSet<Slug>) -> BTreeSet<Slug> {
        parties.iter().filter(|party| !self.positions.contains_key(*party)).cloned().collect()
    }
}

impl Agreement {
    /// A text under a statute is put on the table: the term for talks runs from its first version on.
    pub(super) fn start_talks(&mut self, moment: Moment) {
        let Some(statute) = self.text.statute else { return };
        if self.head.talks.is_none() {
            let until = self.rules.deadline(moment.at, statute.talks(), true);
            self.head_mut().talks = Some(Talks { until, expired: None, dispute_until: None, missing: None, dispute: None });
        }
        // It does not lapse before the term to go to the minister: nobody gets round the statute by waiting for that.
        let until = self.head.talks.as_ref().map_or(moment.at, |talks| talks.until);
        self.keep_on_table(self.rules.deadline(until, statute.dispute(), true));
    }

    /// The version on the table lapses four weeks after this at the earliest.
    fn keep_on_table(&mut self, from: Instant) {
        let (until, version) = (self.rules.deadline(from, Term::Days(28), true), self.head.version);
        if self.offers.get(&version).is_some_and(|offer| offer.until < until) {
            self.offer_mut(&version).until = until;
        }
    }

    /// A party says that the talks are stuck, and on what.
    pub fn declare_impasse(&mut self, by: &Slug, body: &Impasse, moment: Moment) -> Result<(), Refusal> {
        self.can_be_stuck()?;
        self.bound_party(by)?;
        self.check_version(&body.version, "/body/version")?;
        if let Some(stuck) = self.head.stuck() {
            let detail = format!("there is an impasse since entry {}", stuck.since.entry);
            return Err(Refusal::at("/body/agreement", Rule::AlreadyGiven, detail, "an impasse-position, which can add points"));
        }
        let points = self.divided(&[], &body.points, "/body/points", by, moment)?;
        self.head_mut().impasse = Some(Stuck { by: by.clone(), since: moment, points, mediation: None, over: None });
        Ok(())
    }

    /// That not all have signed, and that the text is on the table or a statute keeps the talks open.
    fn can_be_stuck(&self) -> Result<(), Refusal> {
        let accepted = "a proposal that not all have signed";
        match &self.head.state {
            State::Proposed => Ok(()),
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) if self.text.statute.is_some() => Ok(()),
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => Err(self.wrong_state(accepted)),
            State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } | State::Ended { .. } => Err(self.wrong_state(accepted)),
        }
    }

    /// Points by this party, after those that are there.
    fn divided(&self, there: &[Divided], points: &Points, at: &str, by: &Slug, moment: Moment) -> Result<Vec<Divided>, Refusal> {
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
        let divided = |point: &Point| {
            let (positions, silent) = (BTreeMap::new(), None);
            Divided { point: point.clone(), by: by.clone(), since: moment, until, positions, silent }
        };
        Ok(points.iter().map(divided).collect())
    }

    fn open_impasse(&self) -> Result<&Stuck, Refusal> {
        let over = || match &self.head.impasse {
            Some(Stuck { over: Some(over), .. }) => format!("the impasse is over since entry {} ({})", over.at.entry, over.how.code()),
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
            points.extend(self.divided(&stuck.points, adds, "/body/adds", by, moment)?);
        }
        let known = || points.iter().map(|point| point.point.id.to_string()).collect::<Vec<_>>().join(", ");
        let mut faults = Vec::new();
        for (i, given) in body.positions.iter().enumerate() {
            let mut fault = |detail: String, accepted: String| {
                faults.push(Fault { pointer: format!("/body/positions/{i}/point"), rule: Rule::ImpasseUnfit, detail, accepted });
            };
            if !points.iter().any(|point| point.point.id == given.point) {
                fault(format!("{} is not a point of the impasse", given.point), format!("one of: {}", known()));
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

    fn stuck_mut(&mut self, change: impl FnOnce(&mut Stuck)) {
        if let Some(stuck) = &mut self.head_mut().impasse {
            change(stuck);
        }
    }

    /// A step out of the impasse is put to the other parties.
    pub fn step_out(&mut self, by: &Slug, body: &ImpasseStep, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.open_impasse()?;
        self.bound_party(by)?;
        if let WayOn::Mediation { until, .. } = &body.step {
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
            WayOn::Mediation { mediator, until } => {
                let mediation = Mediated { mediator: mediator.to_string(), until: *until, agreed: moment };
                self.stuck_mut(|stuck| stuck.mediation = Some(mediation));
            }
            WayOn::Overcome {} => self.end_impasse(WayOver::Overcome, moment),
        }
        Ok(())
    }

    /// The impasse is over, if there is one, and no step out of it waits for anybody.
    pub(super) fn end_impasse(&mut self, how: WayOver, moment: Moment) {
        if self.head.stuck().is_none() {
            return;
        }
        match how {
            WayOver::Overcome | WayOver::Signed => self.take_dispute_back(moment),
            WayOver::Ruled | WayOver::OffTable => {}
        }
        self.stuck_mut(|stuck| stuck.over = Some(Over { how, at: moment }));
        let is_step = |offer: &&Arc<Offer>| offer.is_open() && matches!(offer.kind, OfferKind::ImpasseStep(_));
        for hash in self.offers.values().filter(is_step).map(|offer| offer.hash).collect::<Vec<_>>() {
            self.offer_mut(&hash).result = Some(OfferResult::Overtaken { at: moment });
        }
    }

    /// What the minister was to rule on is there no more.
    fn take_dispute_back(&mut self, moment: Moment) {
        let waits = |dispute: &&mut PutToMinister| dispute.ruled.is_none() && dispute.taken_back.is_none();
        let dispute = self.head_mut().talks.as_mut().and_then(|talks| talks.dispute.as_mut()).filter(waits);
        let case = dispute.map(|dispute| {
            dispute.taken_back = Some(moment);
            dispute.case
        });
        if let Some(case) = case {
            self.close_case(case, Closing::TakenBack, moment);
        }
    }

    /// The text left the table unsigned.
    pub(super) fn leave_table(&mut self, moment: Moment) {
        if self.text.statute.is_none() {
            self.end_impasse(WayOver::OffTable, moment);
        }
    }

    /// When positions are late, of whom, and on which points.
    fn silent_points(&self) -> Option<(Instant, BTreeSet<Slug>, Vec<Slug>)> {
        let (stuck, parties) = (self.head.stuck()?, self.bound().cloned().collect());
        let lacking = || stuck.points.iter().filter(|point| point.silent.is_none() && !point.lacks(&parties).is_empty());
        let until = lacking().map(|point| point.until).min()?;
        let late: Vec<&Divided> = lacking().filter(|point| point.until == until).collect();
        let silent = late.iter().flat_map(|point| point.lacks(&parties)).collect();
        Some((until, silent, late.iter().map(|point| point.point.id.clone()).collect()))
    }

    /// The points on which positions are lacking, of whom, and the first end of a term that runs for one; `None` when all are there.
    pub fn lacking_positions(&self) -> Option<(Vec<Slug>, BTreeSet<Slug>, Option<Instant>)> {
        let (stuck, parties) = (self.head.stuck()?, self.bound().cloned().collect());
        let lacking: Vec<&Divided> = stuck.points.iter().filter(|point| !point.lacks(&parties).is_empty()).collect();
        let until = lacking.iter().filter(|point| point.silent.is_none()).map(|point| point.until).min();
        let who = lacking.iter().flat_map(|point| point.lacks(&parties)).collect();
        (!lacking.is_empty()).then(|| (lacking.iter().map(|point| point.point.id.clone()).collect(), who, until))
    }

    /// What the clock causes in talks next.
    pub(super) fn next_of_talks(&self) -> Option<(Instant, Cause)> {
        let id = || self.head.id.clone();
        let silent = self.silent_points().map(|(until, silent, points)| {
            let (silent, points) = (List(silent.into_iter().collect()), List(points));
            (until, Cause::ImpasseUnanswered { agreement: id(), silent, points })
        });
        let talks = self.head.talks.as_ref().filter(|talks| self.head.state == State::Proposed && talks.dispute.is_none());
        let expires = talks.filter(|talks| talks.expired.is_none()).map(|talks| {
            let unsigned: Names =
                List(self.offers.get(&self.head.version).map(|offer| offer.waits_for()).unwrap_or_default().into_iter().collect());
            (talks.until, Cause::TalksExpired { agreement: id(), unsigned })
        });
        let missing = talks
            .filter(|talks| talks.missing.is_none())
            .and_then(|talks| talks.dispute_until)
            .map(|until| (until, Cause::DisputeMissing { agreement: id(), silent: List(self.bound().cloned().collect()) }));
        silent.into_iter().chain(expires).chain(missing).min_by_key(|(at, _)| *at)
    }

    pub(super) fn positions_late(&mut self, points: &Names, moment: Moment) {
        self.stuck_mut(|stuck| {
            let late = stuck.points.iter_mut().filter(|point| points.iter().any(|id| *id == point.point.id));
            late.for_each(|point| point.silent = Some(moment));
        });
    }

    /// The term for talks has passed: from here on runs that to go to the minister.
    pub(super) fn talks_expired(&mut self, moment: Moment) {
        let Some(statute) = self.text.statute else { return };
        let until = self.rules.deadline(moment.at, statute.dispute(), true);
        if let Some(talks) = &mut self.head_mut().talks {
            (talks.expired, talks.dispute_until) = (Some(moment), Some(until));
        }
        self.keep_on_table(until);
    }

    pub(super) fn dispute_missing(&mut self, moment: Moment) {
        if let Some(talks) = &mut self.head_mut().talks {
            talks.missing = Some(moment);
        }
    }

    /// A party puts the dispute to the minister: a case at level 3 at once.
    pub fn put_to_minister(&mut self, by: &Slug, body: &StatutoryDispute, moment: Moment) -> Result<(), Refusal> {
        self.can_be_stuck()?;
        let Some(talks) = &self.head.talks else {
            let accepted = "a proposal that names a statute; else the municipality asks for help (support-request)";
            return Err(Refusal::at("/body/agreement", Rule::StatuteUnfit, "no statute lets its parties go to the minister", accepted));
        };
        self.bound_party(by)?;
        self.check_version(&body.version, "/body/version")?;
        if let Some(dispute) = talks.dispute.as_ref().filter(|dispute| dispute.taken_back.is_none()) {
            let detail = format!("{} put it there in entry {}: case {}", dispute.by, dispute.at.entry, dispute.case);
            return Err(Refusal::at("/body/agreement", Rule::AlreadyGiven, detail, "its ruling"));
        }
        if moment.at < talks.until {
            let detail = "the term for talks has not passed";
            return Err(Refusal::at("/body/agreement", Rule::TooEarly, detail, format!("from {}", talks.until)));
        }
        self.check_points_of(by, moment)?;
        self.check_addresses(body)?;
        let stage = CaseStage::Level3 { until: self.term_ends(moment.at, TermOf::Ministry), asked: true, late: None };
        let until = stage.until().unwrap_or(moment.at);
        let case = self.open_case(About::StatutoryDispute, Vec::new(), stage, moment);
        if let Some(talks) = &mut self.head_mut().talks {
            talks.dispute = Some(PutToMinister { by: by.clone(), at: moment, case, ruled: None, taken_back: None });
        }
        self.keep_on_table(until);
        Ok(())
    }

    /// That the points are there, that this party gave its position on each, and that the others did or had their term.
    fn check_points_of(&self, by: &Slug, moment: Moment) -> Result<(), Refusal> {
        let stuck = self.open_impasse()?;
        let own: Vec<&str> =
            stuck.points.iter().filter(|point| !point.positions.contains_key(by)).map(|point| point.point.id.as_str()).collect();
        if !own.is_empty() {
            let detail = format!("{by} gave no position on: {}", own.join(", "));
            return Err(Refusal::at("/by", Rule::ImpasseUnfit, detail, "an impasse-position on each point first"));
        }
        let parties = self.bound().cloned().collect();
        let waits = stuck.points.iter().filter(|point| moment.at < point.until && !point.lacks(&parties).is_empty());
        match waits.map(|point| point.until).max() {
            None => Ok(()),
            Some(until) => {
                let detail = "the term for positions of others has not passed";
                Err(Refusal::at("/body/agreement", Rule::TooEarly, detail, format!("once all are there, or from {until}")))
            }
        }
    }

    fn check_addresses(&self, body: &StatutoryDispute) -> Result<(), Refusal> {
        let fault = |pointer: String, detail: String, accepted: String| Fault { pointer, rule: Rule::StatuteUnfit, detail, accepted };
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (i, address) in body.addresses.iter().enumerate() {
            let who = &address.institution;
            if self.bound_party(who).is_err() || !seen.insert(who) {
                let detail = format!("{who} is no party, or occurs twice");
                faults.push(fault(format!("/body/addresses/{i}/institution"), detail, "each party once".into()));
            }
        }
        let missing = self.bound().filter(|party| !seen.contains(party)).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !missing.is_empty() {
            faults.push(fault("/body/addresses".into(), format!("no address of: {missing}"), "an address of each party".into()));
        }
        Refusal::from_faults(faults).map_or(Ok(()), Err)
    }

    /// The accountable minister rules on every point. The text stays as it is: to sign what follows from it is for the parties.
    pub fn rule_on_dispute(&mut self, by: &Slug, body: &DisputeRuling, moment: Moment) -> Result<(), Refusal> {
        let Ok(case) = self.case(body.case.0) else {
            self.check_ministry(by, &self.head.ministry)?;
            return self.case(body.case.0).map(|_| ());
        };
        self.check_ministry(by, self.accountable(case))?;
        if case.about != About::StatutoryDispute {
            let accepted = "the case of a dispute under a statute; else a ministry-answer";
            return Err(Refusal::at("/body/case", Rule::CaseState, format!("case {} is no such dispute", body.case.0), accepted));
        }
        let points: Vec<&Slug> = self.head.impasse.iter().flat_map(|stuck| &stuck.points).map(|point| &point.point.id).collect();
        let given = |id: &Slug| body.rulings.iter().filter(|ruling| ruling.point == *id).count();
        let strange = body.rulings.iter().position(|ruling| !points.contains(&&ruling.point));
        let once = points.iter().all(|id| given(id) == 1);
        if let Some(pointer) = strange.map(|i| format!("/body/rulings/{i}/point")).or_else(|| (!once).then(|| "/body/rulings".to_owned())) {
            let accepted = format!("each of these once: {}", points.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            return Err(Refusal::at(pointer, Rule::ImpasseUnfit, "these are not the points of the dispute", accepted));
        }
        self.close_case(body.case.0, Closing::Ruled, moment);
        if let Some(dispute) = self.head_mut().talks.as_mut().and_then(|talks| talks.dispute.as_mut()) {
            dispute.ruled = Some(moment);
        }
        self.end_impasse(WayOver::Ruled, moment);
        self.keep_on_table(self.rules.deadline(moment.at, Term::Days(28), true));
        Ok(())
    }
}
