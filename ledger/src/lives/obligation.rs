//! A promise and its due dates: opened one by one, reported, late, breached, cured, released, handed over.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::moment::{Fact, Moment};
use super::offer::OfferKind;
use super::parts::PartId;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::{Obligation, When};
use crate::envelope::statement::flag::Quiet;
use crate::envelope::statement::obligation::{Handover, Release};
use crate::words::{Day, Hash, Instant, Slug, due_end};

/// An obligation of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clause {
    /// What was signed; for one that was taken over, the same with the new debtor and id.
    pub text: Obligation,
    /// Who does it.
    pub debtor: Slug,
    /// Where it stands.
    pub course: Course,
    /// Misses in a row.
    pub misses: u32,
    /// The case that is open for it.
    pub case: Option<u32>,
    /// The obligation that it was taken over from.
    pub taken_over_from: Option<Slug>,
}

/// Where an obligation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "course", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Course {
    /// The agreement is not in force yet.
    Waiting,
    /// In force.
    Running {
        /// The due date that was opened last.
        last: Option<Day>,
        /// The due date that is opened next; `None` when there is none after `last`.
        next: Option<Day>,
    },
    /// Released by its creditors and the director.
    Released {
        /// The entry with which it was.
        at: Fact,
    },
    /// What was not yet due went to another party.
    HandedOver {
        /// The new obligation.
        to: Slug,
        /// The entry with which it was.
        at: Fact,
    },
}

impl Course {
    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running { .. } => "running",
            Self::Released { .. } => "released",
            Self::HandedOver { .. } => "handed-over",
        }
    }
}

/// One due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// The obligation.
    pub obligation: Slug,
    /// Who owes it; a handover opens a new obligation, so this stays.
    pub debtor: Slug,
    /// The due date, as the date or rhythm has it; it names the instance, also when it moves.
    pub due: Day,
    /// The first day of the period that it is about; no report comes before it.
    pub period_start: Day,
    /// From when on it is late.
    pub late_from: Instant,
    /// From when on it is breached.
    pub breached_from: Instant,
    /// Where it was opened.
    pub opened: Fact,
    /// Where it stands.
    pub standing: Standing,
    /// The report that waits to be settled.
    pub claim: Option<Hash>,
    /// When a report on it was turned down last.
    pub reopened: Option<Instant>,
    /// Every breach, never erased.
    pub breaches: Vec<Breach>,
    /// Every new date that it got.
    pub moves: Vec<Move>,
}

/// Where one due date stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Not late.
    Open,
    /// The due date has passed.
    Overdue {
        /// The entry that says so.
        since: Fact,
    },
    /// The grace has passed too.
    Breached {
        /// The entry that says so.
        since: Fact,
    },
    /// Done and accepted.
    Fulfilled {
        /// The entry that settled it.
        at: Fact,
        /// Whether it was late (within the grace).
        late: bool,
    },
    /// Done after a breach, and accepted.
    Cured {
        /// The entry that settled it.
        at: Fact,
    },
    /// Released by its creditors and the director.
    Released {
        /// The entry that settled it.
        at: Fact,
    },
    /// Taken over by another party.
    HandedOver {
        /// The entry that settled it.
        at: Fact,
    },
}

impl Standing {
    /// Whether nothing more can happen to it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Open | Self::Overdue { .. } | Self::Breached { .. } => false,
            Self::Fulfilled { .. } | Self::Cured { .. } | Self::Released { .. } | Self::HandedOver { .. } => true,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue { .. } => "overdue",
            Self::Breached { .. } => "breached",
            Self::Fulfilled { .. } => "fulfilled",
            Self::Cured { .. } => "cured",
            Self::Released { .. } => "released",
            Self::HandedOver { .. } => "handed-over",
        }
    }
}

/// A breach of one due date. The record stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breach {
    /// The entry that says so.
    pub since: Fact,
    /// The case that it opened or joined.
    pub case: u32,
    /// What settled it.
    pub settled: Option<Settlement>,
}

/// What settled a breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    /// How.
    pub how: Settled,
    /// The entry that shows it.
    pub at: Fact,
}

/// How a breach was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Done late, and accepted.
    Cured,
    /// Force majeure, or contested with good ground.
    Excused,
    /// A new date was agreed.
    NewDate,
    /// Released.
    Released,
}

/// A new date for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The new last day.
    pub to: Day,
    /// The entry that says so.
    pub at: Fact,
}

impl Clause {
    /// An obligation of a text that is not in force yet.
    pub fn new(text: Obligation, taken_over_from: Option<Slug>) -> Self {
        let debtor = text.debtor.clone();
        Self { text, debtor, course: Course::Waiting, misses: 0, case: None, taken_over_from }
    }
}

impl Instance {
    /// When the clock will call it late or breached; `None` while a report waits or when it is final.
    pub fn next_miss(&self) -> Option<Instant> {
        let since = |at: Instant| self.reopened.map_or(at, |reopened| at.max(reopened));
        if self.claim.is_some() {
            return None;
        }
        match self.standing {
            Standing::Open => Some(since(self.late_from)),
            Standing::Overdue { .. } => Some(since(self.breached_from)),
            Standing::Breached { .. } | Standing::Fulfilled { .. } | Standing::Cured { .. } => None,
            Standing::Released { .. } | Standing::HandedOver { .. } => None,
        }
    }

    fn settle_breach(&mut self, how: Settled, at: Moment) {
        for breach in self.breaches.iter_mut().filter(|breach| breach.settled.is_none()) {
            breach.settled = Some(Settlement { how, at });
        }
    }
}

impl Agreement {
    pub(super) fn clause(&self, id: &Slug) -> Result<&Arc<Clause>, Refusal> {
        self.clauses.get(id).ok_or_else(|| {
            let known = self.clauses.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Refusal::at(
                "/body/obligation",
                Rule::UnknownObligation,
                format!("{id} is not an obligation of {}", self.head.id),
                format!("one of: {known}"),
            )
        })
    }

    pub(super) fn clause_mut(&mut self, id: &Slug) -> &mut Clause {
        self.touched.insert(PartId::Clause(id.clone()));
        Arc::make_mut(self.clauses.get_mut(id).expect("looked up by the caller"))
    }

    pub(super) fn instance_mut(&mut self, id: &Slug, due: Day) -> &mut Instance {
        self.touched.insert(PartId::Instance(id.clone(), due));
        Arc::make_mut(self.instances.get_mut(&(id.clone(), due)).expect("looked up by the caller"))
    }

    /// The due dates of an obligation that are not final.
    pub fn open_dues(&self, id: &Slug) -> Vec<Day> {
        self.instances.keys().filter(|(clause, _)| clause == id).map(|(_, due)| *due).collect()
    }

    /// Whether nothing of an obligation is due now or later.
    pub fn is_finally_met(&self, id: &Slug) -> bool {
        let later =
            self.clauses.get(id).is_some_and(|clause| matches!(clause.course, Course::Waiting | Course::Running { next: Some(_), .. }));
        !later && !self.instances.iter().any(|((clause, _), instance)| clause == id && !instance.standing.is_final())
    }

    /// The agreement is in force from this day: the first due date opens.
    pub(super) fn start_clause(&mut self, id: &Slug, from: Day, moment: Moment) {
        let clause = &self.clauses[id];
        // None precedes entry into force, and the start date itself is not an occurrence.
        let first = match &clause.text.when {
            When::Date { date } => Some(*date),
            When::Rhythm { .. } => self.occurrence_after(clause, from.plus_days(-1).max(self.text.period.start_date)),
        };
        self.clause_mut(id).course = Course::Running { last: None, next: first };
        self.open_next(id, from, moment);
    }

    fn occurrence_after(&self, clause: &Clause, after: Day) -> Option<Day> {
        match &clause.text.when {
            When::Date { .. } => None,
            When::Rhythm { rule } => rule.next_after(self.text.period.start_date, self.text.period.end_date, after),
        }
    }

    fn open_next(&mut self, id: &Slug, period_start: Day, moment: Moment) {
        let clause = self.clauses[id].clone();
        let Course::Running { next: Some(due), .. } = clause.course else { return };
        let following = self.occurrence_after(&clause, due);
        self.clause_mut(id).course = Course::Running { last: Some(due), next: following };
        // A date that lies before entry into force is due on the first day.
        let last_day = due.max(period_start);
        let instance = Instance {
            obligation: id.clone(),
            debtor: clause.debtor.clone(),
            due,
            period_start,
            late_from: self.text.late_from(last_day),
            breached_from: self.breached_from(&clause, last_day),
            opened: moment,
            standing: Standing::Open,
            claim: None,
            reopened: None,
            breaches: Vec::new(),
            moves: Vec::new(),
        };
        self.touched.insert(PartId::Instance(id.clone(), due));
        self.instances.insert((id.clone(), due), Arc::new(instance));
    }

    fn breached_from(&self, clause: &Clause, last_day: Day) -> Instant {
        // The last millisecond of the day on which it is in time, so that grace counts from that day.
        let in_time = Day::of(self.text.late_from(last_day).plus_millis(-1));
        due_end(clause.text.grace().ends(in_time), false)
    }

    /// The newest due date is being dealt with, so the next one opens.
    pub(super) fn open_following(&mut self, id: &Slug, due: Day, moment: Moment) {
        if matches!(&self.clauses[id].course, Course::Running { last: Some(last), .. } if *last == due) {
            self.open_next(id, due.plus_days(1), moment);
        }
    }

    pub(super) fn overdue(&mut self, id: &Slug, due: Day, moment: Moment) {
        self.instance_mut(id, due).standing = Standing::Overdue { since: moment };
        self.open_following(id, due, moment);
    }

    /// The grace has passed: a breach, in the obligation's case; n misses in a row and the party has gone quiet.
    pub(super) fn breached(&mut self, id: &Slug, due: Day, due_at: Instant, moment: Moment) {
        let case = self.case_for_breach(id, moment);
        let instance = self.instance_mut(id, due);
        instance.standing = Standing::Breached { since: moment };
        instance.breaches.push(Breach { since: moment, case, settled: None });
        let unreported = instance.reopened.is_none();
        let clause = self.clause_mut(id);
        clause.case = Some(case);
        if unreported {
            clause.misses += 1;
        }
        let (misses, debtor) = (clause.misses, clause.debtor.clone());
        if misses >= self.text.gone_quiet_misses() {
            self.quiet_from(&debtor, due_at, Quiet::MissedReports, Some(id.clone()));
        }
    }

    /// A due date is settled; its breach too, and its case when that was the last one.
    pub(super) fn settle(&mut self, id: &Slug, due: Day, outcome: impl FnOnce(&Standing) -> (Standing, Settled), moment: Moment) {
        let instance = self.instance_mut(id, due);
        let (standing, how) = outcome(&instance.standing);
        instance.standing = standing;
        instance.claim = None;
        instance.settle_breach(how, moment);
        self.open_following(id, due, moment);
        self.close_if_settled(id, moment);
    }

    /// A new last day for a breached due date: its breach is settled, and it is open again.
    pub(super) fn move_due(&mut self, id: &Slug, due: Day, to: Day, how: Settled, moment: Moment) {
        let (late_from, breached_from) = (self.text.late_from(to), self.breached_from(&self.clauses[id], to));
        let instance = self.instance_mut(id, due);
        (instance.late_from, instance.breached_from) = (late_from, breached_from);
        instance.standing = Standing::Open;
        instance.reopened = None;
        instance.moves.push(Move { to, at: moment });
        instance.settle_breach(how, moment);
    }

    /// Offers a release: all creditors and the director must sign it.
    pub fn release(&mut self, by: &Slug, body: &Release, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.bound_party(by)?;
        let clause = self.clause(&body.obligation)?.clone();
        self.check_release(body)?;
        let mut needs = self.creditors(&clause);
        needs.extend(self.deciders(std::slice::from_ref(&clause.debtor)).0);
        self.offer_or_apply(OfferKind::Release(body.clone()), hash, by, needs, moment)
    }

    fn check_release(&self, body: &Release) -> Result<Vec<Day>, Refusal> {
        let open = self.open_dues(&body.obligation);
        let Some(asked) = &body.instances else {
            if self.is_finally_met(&body.obligation) {
                return Err(Refusal::at("/body/obligation", Rule::InstanceState, "nothing of it is due any more", ""));
            }
            return Ok(open);
        };
        if let Some(due) = asked.iter().find(|due| !open.contains(due)) {
            return Err(Refusal::at(
                "/body/instances",
                Rule::InstanceState,
                format!("{due} is not open"),
                format!("among: {}", days(&open)),
            ));
        }
        Ok(asked.to_vec())
    }

    pub(super) fn carry_out_release(&mut self, body: &Release, moment: Moment) -> Result<(), Refusal> {
        let dues = self.check_release(body)?;
        if body.instances.is_none() {
            self.clause_mut(&body.obligation).course = Course::Released { at: moment };
        }
        for due in dues {
            self.drop_claim_on(&body.obligation, due, moment);
            self.settle(&body.obligation, due, |_| (Standing::Released { at: moment }, Settled::Released), moment);
        }
        Ok(())
    }

    /// The debtor offers what is not yet due to another party.
    pub fn hand_over(&mut self, by: &Slug, body: &Handover, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.bound_party(by)?;
        self.check_handover(by, body, moment)?;
        self.offer_or_apply(OfferKind::Handover(body.clone()), hash, by, BTreeSet::from([body.to.clone()]), moment)
    }

    fn check_handover(&self, by: &Slug, body: &Handover, moment: Moment) -> Result<(), Refusal> {
        let clause = self.clause(&body.obligation)?;
        if clause.debtor != *by {
            return Err(Refusal::at("/by", Rule::NotTheDebtor, format!("{} is the debtor", clause.debtor), "the debtor"));
        }
        if body.to == *by || self.bound_party(&body.to).is_err() {
            let others = self.bound_except(std::slice::from_ref(by)).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Refusal::at("/body/to", Rule::NotAParty, format!("{} cannot take it over", body.to), format!("one of: {others}")));
        }
        if self.clauses.contains_key(&body.successor) {
            return Err(Refusal::at(
                "/body/successor",
                Rule::InstanceState,
                format!("{} is an obligation already", body.successor),
                "an id that is free",
            ));
        }
        if !self.has_to_come(&body.obligation, moment) {
            return Err(Refusal::at(
                "/body/obligation",
                Rule::InstanceState,
                "nothing of it is still to come; what has fallen due stays with the debtor",
                "",
            ));
        }
        Ok(())
    }

    /// The open due dates that are neither late nor reported.
    fn pending(&self, id: &Slug, moment: Moment) -> Vec<Day> {
        let pending = |instance: &&Arc<Instance>| {
            let open = instance.standing == Standing::Open && instance.claim.is_none();
            instance.obligation == *id && open && instance.late_from > moment.at
        };
        self.instances.values().filter(pending).map(|instance| instance.due).collect()
    }

    /// Whether anything of an obligation is still to come.
    fn has_to_come(&self, id: &Slug, moment: Moment) -> bool {
        match self.clauses[id].course {
            Course::Running { next, .. } => next.is_some() || !self.pending(id, moment).is_empty(),
            Course::Waiting | Course::Released { .. } | Course::HandedOver { .. } => false,
        }
    }

    pub(super) fn carry_out_handover(&mut self, body: &Handover, moment: Moment) -> Result<(), Refusal> {
        let debtor = self.clause(&body.obligation)?.debtor.clone();
        self.check_handover(&debtor, body, moment)?;
        let old = self.clauses[&body.obligation].clone();
        let mut text = old.text.clone();
        (text.id, text.debtor) = (body.successor.clone(), body.to.clone());
        if let Some(creditors) = &mut text.creditors {
            creditors.0.retain(|creditor| *creditor != body.to);
        }
        text.creditors = text.creditors.filter(|creditors| !creditors.is_empty());
        let Course::Running { next, .. } = old.course else { return Ok(()) };
        // Every open date that is still to come goes along; when there is none, the next one opens with the new debtor.
        let pending = self.pending(&body.obligation, moment);
        let (dues, next) = match next.filter(|_| pending.is_empty()) {
            Some(next) => (vec![next], self.occurrence_after(&old, next)),
            None => (pending, next),
        };
        let mut taken = Clause::new(text, Some(body.obligation.clone()));
        taken.course = Course::Running { last: dues.last().copied(), next };
        self.touched.insert(PartId::Clause(body.successor.clone()));
        self.clauses.insert(body.successor.clone(), Arc::new(taken));
        for due in dues {
            self.take_over_instance(&body.obligation, &body.successor, due, moment);
        }
        self.clause_mut(&body.obligation).course = Course::HandedOver { to: body.successor.clone(), at: moment };
        Ok(())
    }

    /// The instance that is not yet due goes along; one that was not opened yet opens with the new debtor.
    fn take_over_instance(&mut self, old: &Slug, new: &Slug, due: Day, moment: Moment) {
        let clause = self.clauses[new].clone();
        let kept = self.instances.get(&(old.clone(), due)).cloned();
        if kept.is_some() {
            self.instance_mut(old, due).standing = Standing::HandedOver { at: moment };
        }
        let today = Day::of(moment.at);
        let (late_from, breached_from) = (self.text.late_from(due), self.breached_from(&clause, due));
        let fresh = Instance {
            obligation: new.clone(),
            debtor: clause.debtor.clone(),
            due,
            period_start: kept.as_ref().map_or(today, |instance| instance.period_start),
            late_from: kept.as_ref().map_or(late_from, |instance| instance.late_from),
            breached_from: kept.as_ref().map_or(breached_from, |instance| instance.breached_from),
            opened: moment,
            standing: Standing::Open,
            claim: None,
            reopened: None,
            breaches: Vec::new(),
            moves: kept.map(|instance| instance.moves.clone()).unwrap_or_default(),
        };
        self.touched.insert(PartId::Instance(new.clone(), due));
        self.instances.insert((new.clone(), due), Arc::new(fresh));
    }
}

/// Dates in words, for a refusal.
pub(super) fn days(days: &[Day]) -> String {
    if days.is_empty() { "none".into() } else { days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ") }
}
