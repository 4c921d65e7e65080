//! Which entries of an agreement belong to an obligation, a breach or a case.
//!
//! Only what is about something else alone is left out: texts, consents to them, suspensions, withdrawals, a dissolution and all that
//! names no obligation and no case concern every obligation, and stay in.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::Body;
use ledger::envelope::statement::flag::Cause;
use ledger::lives::escalation::About;
use ledger::words::{Day, Hash, Slug};
use serde_json::Value;

use super::scope::Scope;
use super::statements::Item;

/// What the log has made of cases: facts that never change once they are there.
#[derive(Debug, Default)]
pub(super) struct CaseFacts {
    /// What each case is about, by number.
    pub(super) about: BTreeMap<u32, About>,
    /// The case that an entry opened or joined.
    pub(super) of_entry: BTreeMap<u64, u32>,
}

/// What a statement is about. Nothing at all: about the agreement as a whole.
#[derive(Debug, Clone, Default)]
struct Topic {
    obligations: BTreeSet<(Slug, Option<Day>)>,
    cases: BTreeSet<u32>,
}

/// The entries that belong to a scope.
pub(super) fn select(scope: &Scope, items: &[Item], facts: &CaseFacts) -> BTreeSet<u64> {
    let mut reader = Reader { facts, by_hash: BTreeMap::new(), by_entry: BTreeMap::new() };
    let topics: Vec<(u64, Topic)> = items.iter().map(|item| (item.entry, reader.read(item))).collect();
    let asked = Asked::of(scope, &topics, &reader);
    topics.iter().filter(|(_, topic)| asked.has(topic)).map(|(entry, _)| *entry).collect()
}

/// Reads statements in the order of the log, since they refer to earlier ones by hash or entry.
struct Reader<'a> {
    facts: &'a CaseFacts,
    by_hash: BTreeMap<Hash, Topic>,
    by_entry: BTreeMap<u64, Topic>,
}

impl Reader<'_> {
    fn read(&mut self, item: &Item) -> Topic {
        let mut topic = Topic::default();
        if !is_general(item.body()) {
            self.walk(&item.body().to_json(), &mut topic);
            topic.cases.extend(self.facts.of_entry.get(&item.entry));
        }
        if let Body::Annulment(body) = item.body() {
            topic.join(self.by_entry.get(&u64::from(body.entry.0)));
        }
        self.by_hash.insert(item.parsed.hash(), topic.clone());
        self.by_entry.insert(item.entry, topic.clone());
        topic
    }

    fn walk(&self, value: &Value, topic: &mut Topic) {
        match value {
            Value::Object(members) => {
                // A successor is the obligation that a handover makes.
                for obligation in ["obligation", "successor"].into_iter().filter_map(|name| members.get(name)).filter_map(parse::<Slug>) {
                    let listed = members.get("instances").and_then(Value::as_array).into_iter().flatten();
                    let single = ["due", "day"].into_iter().filter_map(|name| members.get(name));
                    let dues: Vec<Day> = listed.chain(single).filter_map(parse::<Day>).collect();
                    topic.obligations.extend(dues.iter().map(|due| (obligation.clone(), Some(*due))));
                    if dues.is_empty() {
                        topic.obligations.insert((obligation, None));
                    }
                }
                let case = members.get("case").and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
                topic.cases.extend(case);
                members.values().for_each(|member| self.walk(member, topic));
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, topic)),
            // A hash of an earlier statement: what is said of that one is about the same.
            Value::String(_) => topic.join(parse::<Hash>(value).and_then(|hash| self.by_hash.get(&hash))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The obligation of a case, if it is about one.
    fn obligation_of(&self, case: u32) -> Option<Slug> {
        match self.facts.about.get(&case)? {
            About::Obligation(id) => Some(id.clone()),
            About::Report(hash) => self.by_hash.get(hash)?.obligations.first().map(|(id, _)| id.clone()),
            About::Withdrawal(_) | About::Support(_) | About::StatutoryDispute => None,
        }
    }
}

fn parse<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// Texts and acts that concern every obligation, whichever they name.
fn is_general(body: &Body) -> bool {
    match body {
        Body::Proposal(_)
        | Body::CounterProposal(_)
        | Body::Amendment(_)
        | Body::Withdrawal(_)
        | Body::Dissolution(_)
        | Body::Accession(_)
        | Body::Expulsion(_) => true,
        Body::Flag(flag) => {
            matches!(
                flag.cause,
                Cause::Ended { .. }
                    | Cause::Acceded { .. }
                    | Cause::ExpulsionUnanswered { .. }
                    | Cause::WithdrawalEnded { .. }
                    | Cause::MandateLapsed { .. }
                    | Cause::GoneQuiet { .. }
            )
        }
        _ => false,
    }
}

impl Topic {
    fn join(&mut self, other: Option<&Topic>) {
        if let Some(other) = other {
            self.obligations.extend(other.obligations.iter().cloned());
            self.cases.extend(&other.cases);
        }
    }
}

/// What a scope comes to.
struct Asked {
    /// `None`: everything.
    obligation: Option<Option<Slug>>,
    /// Of that obligation, these due dates only; `None`: all of them.
    dues: Option<BTreeSet<Day>>,
    cases: BTreeSet<u32>,
}

impl Asked {
    fn of(scope: &Scope, topics: &[(u64, Topic)], reader: &Reader<'_>) -> Self {
        let numbers = || reader.facts.about.keys().copied();
        match scope {
            Scope::Agreement => Self { obligation: None, dues: None, cases: BTreeSet::new() },
            Scope::Obligation(id) => {
                let cases = numbers().filter(|case| reader.obligation_of(*case).as_ref() == Some(id)).collect();
                Self { obligation: Some(Some(id.clone())), dues: None, cases }
            }
            Scope::Breach(id, due) => {
                let breach = (id.clone(), Some(*due));
                let with = topics.iter().filter(|(_, topic)| topic.obligations.contains(&breach));
                // A report of that due date names it too, and no case.
                let cases = with.flat_map(|(_, topic)| topic.cases.iter().copied()).collect();
                Self { obligation: Some(Some(id.clone())), dues: Some(BTreeSet::from([*due])), cases }
            }
            Scope::Case(number) => {
                // Of a duty with a rhythm, the due dates that were breached: not years of reports that were in time.
                let of = topics.iter().filter(|(_, topic)| topic.cases.contains(number)).flat_map(|(_, topic)| &topic.obligations);
                let dues = of.filter_map(|(_, due)| *due).collect();
                Self { obligation: Some(reader.obligation_of(*number)), dues: Some(dues), cases: BTreeSet::from([*number]) }
            }
        }
    }

    fn has(&self, topic: &Topic) -> bool {
        let Some(obligation) = &self.obligation else { return true };
        if topic.obligations.is_empty() && topic.cases.is_empty() {
            return true;
        }
        // What names a case belongs to that case, and to no other one of the same obligation.
        if !topic.cases.is_empty() {
            return topic.cases.iter().any(|case| self.cases.contains(case));
        }
        let is_due = |due: &Option<Day>| match (&self.dues, due) {
            (Some(dues), Some(due)) => dues.contains(due),
            (None, _) | (_, None) => true,
        };
        topic.obligations.iter().any(|(id, due)| Some(id) == obligation.as_ref() && is_due(due))
    }
}
