//! What changes an agreement that runs: amendments, newcomers, standing still, reviews.

use ledger::envelope::Type;
use ledger::envelope::statement::without_nulls;
use ledger::lives::Agreement;
use ledger::lives::agreement::State;
use ledger::lives::obligation::Course;
use ledger::lives::review::ReviewStanding;
use ledger::words::Slug;
use serde_json::{Value, json};

use super::{Life, Seen};

impl<D: Seen> Life<D> {
    fn runs(&mut self, at: &Agreement) -> bool {
        self.open(at.head.state.is_running().then_some(()), ()).is_some()
    }

    pub(super) fn amendment(&mut self, at: &Agreement) -> bool {
        let held = at.head.reviews.iter().find(|(_, review)| review.held.as_ref().is_some_and(|held| held.outcome.code() != "continue"));
        let review = held.map(|(id, _)| id.to_string()).filter(|_| self.chance(2));
        let Some(by) = self.who(at.bound().cloned()).filter(|_| self.runs(at)) else { return false };
        let Some(debtor) = self.pick(at.bound().cloned().collect::<Vec<_>>()) else { return false };
        let change = match self.dice.roll(5) {
            _ if review.is_some() => json!({ "kind": "addition", "obligation": self.addition(&debtor, true) }),
            0 => json!({ "kind": "director", "party": debtor }),
            3 if self.chance(2) => json!({ "kind": "period", "endDate": self.day(20, 300) }),
            3 => json!({ "kind": "period", "reviews": [{ "id": self.fresh("turn"), "kind": "midterm", "rule": "FREQ=MONTHLY" }] }),
            1 | 2 => self.softened(at).unwrap_or_else(|| json!({ "kind": "director", "party": debtor })),
            _ => json!({ "kind": "addition", "obligation": self.addition(&debtor, false) }),
        };
        let it = self.named(at.head.version);
        self.town.unusual.name = Some("last".to_owned());
        let actor = self.by(&by);
        let answer = match review {
            Some(review) => actor.amend_by_review(it, vec![change], &review),
            None => actor.amend(it, vec![change]),
        };
        self.said(Type::Amendment, answer);
        self.chorus();
        true
    }

    fn addition(&mut self, debtor: &Slug, result: bool) -> Value {
        let id = self.fresh("more");
        self.promise(&id, debtor.as_str(), result)
    }

    /// A promise that stands, with a later date or another grace.
    fn softened(&mut self, at: &Agreement) -> Option<Value> {
        let can = at.clauses.values().filter(|clause| {
            let stands = matches!(clause.course, Course::Running { .. } | Course::Conditional { .. });
            stands && clause.taken_over_from.is_none() && !at.is_finally_met(&clause.text.id)
        });
        let clause = self.pick(can.cloned().collect::<Vec<_>>())?;
        let mut obligation = serde_json::to_value(&*clause.text).ok()?;
        without_nulls(&mut obligation);
        if obligation["when"]["kind"] == "date" {
            obligation["when"]["date"] = json!(self.day(10, 200));
        } else {
            obligation["graceWorkingDays"] = json!(self.dice.roll(9));
        }
        Some(json!({ "kind": "obligation", "obligation": obligation }))
    }

    pub(super) fn accession(&mut self, at: &Agreement) -> bool {
        let can = self.invitable().into_iter().map(|(who, _)| who).filter(|who| at.bound_party(who).is_err());
        let can: Vec<Slug> = can.collect();
        let Some(by) = self.who(can).filter(|_| self.runs(at)) else { return false };
        let obligation = self.addition(&by, false);
        let it = self.named(at.head.version);
        let day = self.day(0, 20).to_string();
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.itself(&by).accede(it, &day, vec![obligation]);
        self.said(Type::Accession, answer);
        self.chorus();
        true
    }

    pub(super) fn suspension(&mut self, at: &Agreement) -> bool {
        let Some(by) = self.who(at.bound().cloned()).filter(|_| self.runs(at)) else { return false };
        let holder = at.text.suspension.as_ref().map(|power| power.holder.clone());
        let by_power = holder.is_some() && self.chance(2);
        let by = holder.filter(|_| by_power).unwrap_or(by);
        let from = at.pause().map_or_else(|| self.today(), |pause| pause.until);
        let until = from.plus_days(1 + self.dice.roll(25) as i64).to_string();
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).suspend(&until, if by_power { "power" } else { "all-parties" });
        self.said(Type::Suspension, answer);
        self.chorus();
        true
    }

    pub(super) fn resumption(&mut self, at: &Agreement) -> bool {
        if self.open(at.pause().map(|_| ()), ()).is_none() {
            return false;
        }
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).resume();
        self.said(Type::Resumption, answer);
        self.chorus();
        true
    }

    pub(super) fn review(&mut self, at: &Agreement) -> bool {
        let Some(first) = first_day(at) else { return false };
        let today = self.today();
        let scheduled: Vec<_> = at.text.reviews.iter().flat_map(|list| list.iter()).cloned().collect();
        // Which review, its turn where it recurs, and the first day on which it can be held.
        let mut all = Vec::new();
        for review in &scheduled {
            let turns = at.head.reviews.get(&review.id).and_then(|recorded| recorded.turns.as_ref());
            if let Some(date) = review.date {
                let before = scheduled.iter().filter_map(|other| other.date).filter(|other| *other < date).max();
                let waits = matches!(at.head.review_standing(review), ReviewStanding::ToCome | ReviewStanding::Overdue);
                let is_near = waits && date.plus_days(-20) <= today;
                all.push((review.id.clone(), None, before.map_or(first, |before| before.plus_days(1)), is_near));
            }
            for turn in turns.into_iter().flat_map(|turns| [turns.overdue, turns.coming]).flatten() {
                all.push((review.id.clone(), Some(turn.due.to_string()), turn.from, turn.from <= today));
            }
        }
        let open: Vec<_> = all.iter().filter(|(.., is_near)| *is_near).cloned().map(Some).collect();
        let Some((id, turn, earliest, _)) = self.open(open, all.first().cloned()).flatten() else { return false };
        let day = self.pick([today, earliest.min(today)]).unwrap_or(today).to_string();
        let Some(by) = self.who(at.deciders(&[]).0) else { return false };
        let outcome = self.dice.one(&["continue", "amend", "add-result-obligations"]);
        let answer = self.by(&by).record_review(id.as_str(), turn.as_deref(), &day, outcome);
        self.said(Type::Review, answer)
    }
}

fn first_day(at: &Agreement) -> Option<ledger::words::Day> {
    match &at.head.state {
        State::InForce { from, .. } | State::Suspended { from, .. } | State::Ended { from, .. } => Some(*from),
        State::Proposed | State::Signed { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => None,
    }
}
