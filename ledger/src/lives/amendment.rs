//! Amendments of an agreement in force: judged as a whole text, consented to by all whom they touch, and only then in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::moment::{Fact, Moment};
use super::obligation::{Clause, Course, Move, Standing};
use super::offer::{OfferKind, Quorum};
use super::parts::PartId;
use crate::envelope::Body;
use crate::envelope::json::Json;
use crate::envelope::refusal::{Fault, Refusal, Rule, one_of};
use crate::envelope::shape::List;
use crate::envelope::statement::agreement::{Obligation, Proposal, When};
use crate::envelope::statement::amendment::{Amendment, Change};
use crate::envelope::statement::completeness;
use crate::envelope::statement::consultation::Consultation;
use crate::words::{Day, Hash, Slug};

/// As many as a proposal may have.
const MAX_OBLIGATIONS: usize = 200;
/// The same of reviews.
const MAX_REVIEWS: usize = 40;

/// An amendment that is in the text, or an accession: a newcomer with what it took on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amended {
    /// SHA-256 of its payload: the version from then on.
    pub version: Hash,
    /// The version before it.
    pub replaces: Hash,
    /// The last consent; the day of a newcomer.
    pub at: Fact,
    /// The consultation that it came from, if it says so (L17).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Consultation>,
    /// The review that it follows from, if it says so (L47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Slug>,
}

impl Agreement {
    /// A party proposes a change; in an umbrella agreement the ministry may as well, though it is no party (L44).
    pub fn amend(&mut self, by: &Slug, body: &Amendment, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.in_force()?;
        let sharpens = self.head.municipality.is_none() && *by == self.head.ministry;
        if !sharpens {
            self.bound_party(by)?;
        }
        self.check_amendment(body, moment)?;
        let (kind, needs) = (OfferKind::Amendment(Box::new(body.clone())), self.touched_by(body));
        match self.recall(body) {
            Some(quorum) => self.offer_by_quorum(kind, hash, by, needs, quorum, moment),
            None => self.offer_or_apply(kind, hash, by, needs, moment),
        }
    }

    /// Another director alone: the municipality and the partners decide (L16). The one that directs now is asked, and does not hold
    /// on to it by refusing; unless it is the municipality, whose role it is.
    fn recall(&self, body: &Amendment) -> Option<Quorum> {
        let [Change::Director { .. }] = body.changes.0.as_slice() else { return None };
        let sitting = &self.text.director;
        if self.head.municipality.as_ref() == Some(sitting) || self.bound_party(sitting).is_err() {
            return None;
        }
        let with = self.bound_except(std::slice::from_ref(sitting));
        (!with.is_empty()).then_some(Quorum { count: with.len(), with })
    }

    /// Whose consent it takes.
    pub(super) fn touched_by(&self, body: &Amendment) -> BTreeSet<Slug> {
        let [Change::Obligation { obligation }] = body.changes.0.as_slice() else { return self.bound().cloned().collect() };
        let Some(old) = self.clauses.get(&obligation.id) else { return self.bound().cloned().collect() };
        let new = Clause::new(obligation.clone(), None);
        let leaning = self.clauses.values().filter(|clause| {
            let trigger = match &clause.text.when {
                When::AfterEvent { trigger, .. } => trigger.obligation(),
                When::Date { .. } | When::Rhythm { .. } => None,
            };
            clause.text.prerequisites().chain(trigger).any(|first| self.stems_from(&obligation.id, first))
        });
        let debtor = std::slice::from_ref(&old.debtor);
        let bound = leaning.map(|clause| clause.debtor.clone()).filter(|who| self.bound_party(who).is_ok());
        bound.chain(debtor.iter().cloned()).chain(self.creditors(old)).chain(self.creditors(&new)).chain(self.deciders(debtor).0).collect()
    }

    /// That it fits the text as it is now, and that the text closes with it; every fault at once.
    fn check_amendment(&self, body: &Amendment, moment: Moment) -> Result<Proposal, Refusal> {
        self.in_force()?;
        self.check_in_force(&body.version)?;
        let mut faults: Vec<Fault> = self.review_fault(body).into_iter().collect();
        let mut text = (*self.text).clone();
        for (i, change) in body.changes.iter().enumerate() {
            let fault = self.change_fault(change, &body.changes[..i], moment);
            faults.extend(fault.map(|(rest, rule, detail, accepted)| {
                let inside = change.obligation().map_or("", |_| "/obligation");
                let pointer = format!("/body/changes/{i}{inside}{rest}");
                Fault { pointer, rule, detail, accepted }
            }));
            change_text(&mut text, change);
            if let Change::Period { reviews: Some(reviews), .. } = change {
                text.reviews = Some(List(self.reviews_with(reviews, Day::of(moment.at))));
            }
        }
        self.check_whole(&text, faults)?;
        Ok(text)
    }

    /// That a text as a whole closes, where nothing else is wrong with what is added to it.
    pub(super) fn check_whole(&self, text: &Proposal, mut faults: Vec<Fault>) -> Result<(), Refusal> {
        if text.reviews.as_ref().is_some_and(|reviews| reviews.len() > MAX_REVIEWS) {
            let (detail, accepted) = ("there would be more than 40 reviews".into(), "at most 40".into());
            faults.push(Fault { pointer: "/body".into(), rule: Rule::TooLarge, detail, accepted });
        }
        if text.obligations.len() > MAX_OBLIGATIONS {
            let (detail, accepted) = ("there would be more than 200 obligations".into(), "at most 200".into());
            faults.push(Fault { pointer: "/body".into(), rule: Rule::TooLarge, detail, accepted });
        }
        if faults.is_empty() {
            // Gaps are told by their place in the whole new text.
            let json = Json::parse(Body::from(text.clone()).to_json().to_string().as_bytes()).expect("written just before");
            faults.extend(completeness::gaps(&json));
        }
        Refusal::from_faults(faults).map_or(Ok(()), Err)
    }

    fn change_fault(&self, change: &Change, before: &[Change], moment: Moment) -> Option<(&'static str, Rule, String, String)> {
        let twice = |id: &Slug| before.iter().filter_map(Change::obligation).any(|earlier| earlier.id == *id);
        match change {
            Change::Period { .. } if before.iter().any(|earlier| matches!(earlier, Change::Period { .. })) => {
                Some(("", Rule::Incomplete, "the period changes twice".into(), "one change of it".into()))
            }
            Change::Period { end_date, reviews } => self.period_fault(*end_date, reviews.as_deref(), moment),
            Change::Director { party } => self.bound_party(party).err().map(|_| {
                ("/party", Rule::NotAParty, format!("{party} is not bound"), one_of(self.bound(), "nobody is bound by it any more"))
            }),
            Change::Addition { obligation } | Change::Obligation { obligation } if twice(&obligation.id) => {
                Some(("/id", Rule::Incomplete, format!("{} occurs twice", obligation.id), "each obligation once".into()))
            }
            Change::Addition { obligation } => self.addition_fault(obligation, moment),
            Change::Obligation { obligation } => self.replacement_fault(obligation, moment),
        }
    }

    fn addition_fault(&self, new: &Obligation, moment: Moment) -> Option<(&'static str, Rule, String, String)> {
        if self.bound_party(&new.debtor).is_err() {
            return Some(("/debtor", Rule::NotAParty, format!("{} is not bound", new.debtor), "a debtor that is bound".into()));
        }
        self.new_obligation_fault(new, moment)
    }

    /// That an obligation can be added under its id, with a date that has not come.
    pub(super) fn new_obligation_fault(&self, new: &Obligation, moment: Moment) -> Option<(&'static str, Rule, String, String)> {
        if self.clauses.contains_key(&new.id) {
            return Some(("/id", Rule::InstanceState, format!("{} is an obligation already", new.id), "an id that is free".into()));
        }
        past_date(new, moment)
    }

    fn replacement_fault(&self, new: &Obligation, moment: Moment) -> Option<(&'static str, Rule, String, String)> {
        let unfit = |rest, detail: String, accepted: &str| Some((rest, Rule::InstanceState, detail, accepted.to_owned()));
        let Some(old) = self.clauses.get(&new.id).filter(|_| !self.is_finally_met(&new.id)) else {
            return unfit("/id", format!("nothing of {} is due any more", new.id), "an obligation that binds, or an addition");
        };
        if old.taken_over_from.is_some() || matches!(old.course, Course::HandedOver { .. }) {
            return unfit("/id", format!("{} was handed over", new.id), "a release of it and an addition");
        }
        let same_course = match (&old.text.when, &new.when) {
            (When::Date { .. }, When::Date { .. }) | (When::Rhythm { .. }, When::Rhythm { .. }) => true,
            (When::AfterEvent { .. }, When::AfterEvent { .. }) => {
                matches!(old.course, Course::Conditional { .. }) || old.text.when == new.when
            }
            (When::Date { .. } | When::Rhythm { .. } | When::AfterEvent { .. }, _) => false,
        };
        match () {
            () if old.debtor != new.debtor => unfit("/debtor", format!("{} is the debtor", old.debtor), "a handover"),
            () if old.text.is_maintained() != new.is_maintained() => {
                unfit("/mode", "what is kept throughout is not reached once".into(), "the same mode, or a release and an addition")
            }
            () if !same_course => unfit("/when", "it falls due in another way".into(), "the same way, or a release and an addition"),
            () if old.text.when != new.when => past_date(new, moment),
            () => None,
        }
    }

    /// Everyone has consented: the text changes, and is a new version.
    pub(super) fn carry_out_amendment(&mut self, by: &Slug, body: &Amendment, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        let (text, from, old_end) = (self.check_amendment(body, moment)?, self.in_force()?, self.text.period.end_date);
        self.touched.insert(PartId::Text);
        self.text = Arc::new(text);
        for change in body.changes.iter() {
            match change {
                Change::Director { .. } | Change::Period { .. } => {}
                Change::Addition { obligation } => {
                    self.touched.insert(PartId::Clause(obligation.id.clone()));
                    self.clauses.insert(obligation.id.clone(), Arc::new(Clause::new(obligation.clone(), None)));
                    self.start_clause(&obligation.id, Day::of(moment.at), moment);
                }
                Change::Obligation { obligation } => self.replace_text(obligation, moment),
            }
        }
        if body.changes.iter().any(|change| matches!(change, Change::Period { .. })) {
            self.period_changed(from, old_end, moment);
        }
        self.new_version(hash, by, (body.consultation.clone(), body.review.clone()), moment);
        Ok(())
    }

    /// The text is another version from here on. Who was let into the one before, and whose day has not come, asks anew.
    pub(super) fn new_version(
        &mut self,
        hash: Hash,
        by: &Slug,
        (consultation, review): (Option<Consultation>, Option<Slug>),
        moment: Moment,
    ) {
        let head = self.head_mut();
        let replaces = std::mem::replace(&mut head.version, hash);
        head.amended.push(Amended { version: hash, replaces, at: moment, consultation, review });
        self.supersede_waiting(hash, by, moment);
    }

    /// What has fallen due, or was reported, stays as it was. A date that is still to come moves with the text; a rhythm goes
    /// on from the due date that was opened last.
    fn replace_text(&mut self, new: &Obligation, moment: Moment) {
        let id = &new.id;
        let changed = self.clauses[id].text.when != new.when;
        self.clause_mut(id).text = Arc::new(new.clone());
        if !changed {
            return;
        }
        match (&new.when, self.clauses[id].course.clone()) {
            (When::Date { date }, Course::Running { .. }) => {
                let pending = |due: &Day| {
                    let instance = &self.instances[&(id.clone(), *due)];
                    instance.standing == Standing::Open && instance.claim.is_none() && instance.late_from > moment.at
                };
                let dues: Vec<Day> = self.open_dues(id).into_iter().filter(pending).collect();
                for due in dues {
                    let last_day = self.last_day(&self.clauses[id], *date);
                    let (late_from, breached_from) = (self.late_from(last_day), self.breached_from(&self.clauses[id], last_day));
                    let instance = self.instance_mut(id, due);
                    (instance.late_from, instance.breached_from) = (late_from, breached_from);
                    let from = instance.last_day();
                    instance.moves.push(Move { from, to: *date, at: moment });
                }
            }
            (When::Rhythm { .. }, Course::Running { last, .. }) => {
                let clause = self.clauses[id].clone();
                let next = self.occurrence_after(&clause, last.unwrap_or(Day::of(moment.at)).max(Day::of(moment.at)));
                self.clause_mut(id).course = Course::Running { last, next };
            }
            (When::Date { .. } | When::Rhythm { .. } | When::AfterEvent { .. }, _) => {}
        }
    }
}

fn change_text(text: &mut Proposal, change: &Change) {
    match change {
        Change::Director { party } => text.director = party.clone(),
        Change::Period { end_date, .. } => text.period.end_date = *end_date,
        Change::Addition { obligation } => text.obligations.0.push(obligation.clone()),
        Change::Obligation { obligation } => {
            let old = text.obligations.0.iter_mut().find(|old| old.id == obligation.id);
            old.into_iter().for_each(|old| *old = obligation.clone());
        }
    }
}

fn past_date(new: &Obligation, moment: Moment) -> Option<(&'static str, Rule, String, String)> {
    let today = Day::of(moment.at);
    match &new.when {
        When::Date { date } if *date <= today => {
            Some(("/when/date", Rule::TooEarly, format!("{date} has come already"), format!("a date after {today}")))
        }
        When::Date { .. } | When::Rhythm { .. } | When::AfterEvent { .. } => None,
    }
}
