//! Talks under a statute that gives them a term, and their parties a way to the minister (domain 3; Woningwet, article 44).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::escalation::{About, Closing};
use super::impasse::ImpasseEnd;
use super::moment::{Fact, Moment};
use super::text::TermOf;
use crate::envelope::refusal::{Fault, Refusal, Rule, list};
use crate::envelope::shape::List;
use crate::envelope::statement::flag::Cause;
use crate::envelope::statement::impasse::{DisputeRuling, Statute, StatutoryDispute};
use crate::envelope::statement::institution::Kind;
use crate::words::{Instant, Slug, Term};

/// How long after the term for talks those about a text that left the table can go on.
pub const TALKS_END: Term = Term::Months(12);
/// How long a text stays on the table, at least, after the last step that the statute gives its parties.
const STAYS_ON_TABLE: Term = Term::Days(28);

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

impl Head {
    /// The talks whose dispute waits to be put to the minister: their term has passed, and the text is on the table unsigned.
    pub fn dispute_to_submit(&self) -> Option<&Talks> {
        self.talks.as_ref().filter(|talks| talks.expired.is_some() && talks.dispute.is_none() && self.state == State::Proposed)
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
        let (until, known) = self.head.talks.as_ref().map_or((moment.at, None), |talks| (talks.until, talks.dispute_until));
        self.keep_on_table(known.unwrap_or_else(|| self.dispute_ends(statute, until)));
    }

    /// The end of the term to go to the minister: it runs from the last day of that for talks, whenever the entry comes that says so.
    fn dispute_ends(&self, statute: Statute, talks_until: Instant) -> Instant {
        self.rules.deadline(talks_until.plus_millis(-1), statute.dispute(), true)
    }

    /// The version on the table lapses so long after this at the earliest.
    fn keep_on_table(&mut self, from: Instant) {
        let (until, version) = (self.rules.deadline(from, STAYS_ON_TABLE, true), self.head.version);
        if self.offers.get(&version).is_some_and(|offer| offer.until < until) {
            self.offer_mut(&version).until = until;
        }
    }

    /// What goes to the minister is settled once the term for talks has passed: nobody holds the others up with one point more.
    pub(super) fn can_add_points(&self, moment: Moment) -> Result<(), Refusal> {
        let Some(talks) = self.head.talks.as_ref().filter(|talks| talks.until <= moment.at) else { return Ok(()) };
        let detail = format!("the term for talks ended at {}", talks.until);
        Err(Refusal::at("/body/adds", Rule::TooLate, detail, "positions on the points that were named"))
    }

    /// What the clock causes in talks under a statute next, while the text is on the table and nobody went to the minister.
    pub(super) fn next_of_talks(&self) -> Option<(Instant, Cause)> {
        let talks = self.head.talks.as_ref().filter(|talks| self.head.state == State::Proposed && talks.dispute.is_none())?;
        let agreement = self.head.id.clone();
        if talks.expired.is_none() {
            let unsigned = self.offers.get(&self.head.version).map(|offer| offer.waits_for()).unwrap_or_default();
            return Some((talks.until, Cause::TalksExpired { agreement, unsigned: List(unsigned.into_iter().collect()) }));
        }
        let until = talks.dispute_until.filter(|_| talks.missing.is_none())?;
        Some((until, Cause::DisputeMissing { agreement, silent: List(self.bound().cloned().collect()) }))
    }

    /// What the minister was to rule on is there no more.
    pub(super) fn take_dispute_back(&mut self, moment: Moment) {
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

    /// The term for talks has passed: from here on runs that to go to the minister.
    pub(super) fn talks_expired(&mut self, due_at: Instant, moment: Moment) {
        let Some(statute) = self.text.statute else { return };
        let until = self.dispute_ends(statute, due_at);
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
        self.can_be_stuck(moment)?;
        let Some(talks) = &self.head.talks else {
            let accepted = "a proposal that names a statute; else the municipality asks for help (support-request)";
            return Err(Refusal::at("/body/agreement", Rule::StatuteUnfit, "no statute lets its parties go to the minister", accepted));
        };
        self.bound_party(by)?;
        self.check_version(&body.version, "/body/version")?;
        if let Some(dispute) = talks.dispute.as_ref().filter(|dispute| dispute.taken_back.is_none()) {
            let detail = format!("{} put it there in entry {}: case {}", dispute.by, dispute.at.entry, dispute.case);
            let accepted = if dispute.ruled.is_some() { "a text that follows from the ruling, and signatures" } else { "its ruling" };
            return Err(Refusal::at("/body/agreement", Rule::AlreadyGiven, detail, accepted));
        }
        if moment.at < talks.until {
            let detail = "the term for talks has not passed";
            return Err(Refusal::at("/body/agreement", Rule::TooEarly, detail, format!("from {}", talks.until)));
        }
        self.check_points_of(by, moment)?;
        self.check_addresses(body)?;
        let stage = self.before_minister(true, moment);
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
        let own = list(stuck.points.iter().filter(|point| !point.positions.contains_key(by)).map(|point| &point.point.id));
        if !own.is_empty() {
            let detail = format!("{by} gave no position on: {own}");
            return Err(Refusal::at("/by", Rule::ImpasseUnfit, detail, "an impasse-position on each point first"));
        }
        let parties = self.bound().cloned().collect();
        // Nobody lets the term to go to the minister pass by naming points late.
        let last = self.head.talks.as_ref().and_then(|talks| talks.dispute_until);
        let waits = stuck.points.iter().filter(|point| moment.at < point.until && last.is_none_or(|last| point.until <= last));
        let waits = waits.filter(|point| !point.lacks(&parties).is_empty());
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
        let missing = list(self.bound().filter(|party| !seen.contains(party)));
        if !missing.is_empty() {
            faults.push(fault("/body/addresses".into(), format!("no address of: {missing}"), "an address of each party".into()));
        }
        Refusal::from_faults(faults).map_or(Ok(()), Err)
    }

    /// The accountable minister rules on every point. The text stays as it is: to sign what follows from it is for the parties.
    pub fn rule_on_dispute(&mut self, by: &Slug, body: &DisputeRuling, moment: Moment) -> Result<(), Refusal> {
        let case = self.case_of_ministry(by, body.case.0)?;
        if case.about != About::StatutoryDispute {
            let accepted = "the case of a dispute under a statute; else a ministry-answer";
            return Err(Refusal::at("/body/case", Rule::CaseState, format!("case {} is no such dispute", body.case.0), accepted));
        }
        let points: Vec<&Slug> = self.head.impasse.iter().flat_map(|stuck| &stuck.points).map(|point| &point.point.id).collect();
        let given = |id: &Slug| body.rulings.iter().filter(|ruling| ruling.point == *id).count();
        let strange = body.rulings.iter().position(|ruling| !points.contains(&&ruling.point));
        let once = points.iter().all(|id| given(id) == 1);
        if let Some(pointer) = strange.map(|i| format!("/body/rulings/{i}/point")).or_else(|| (!once).then(|| "/body/rulings".to_owned())) {
            let accepted = format!("each of these once: {}", list(points));
            return Err(Refusal::at(pointer, Rule::ImpasseUnfit, "these are not the points of the dispute", accepted));
        }
        self.close_case(body.case.0, Closing::Ruled, moment);
        if let Some(dispute) = self.head_mut().talks.as_mut().and_then(|talks| talks.dispute.as_mut()) {
            dispute.ruled = Some(moment);
        }
        self.end_impasse(ImpasseEnd::Ruled, moment);
        self.keep_on_table(self.term_ends(moment.at, TermOf::FollowUp));
        Ok(())
    }
}
