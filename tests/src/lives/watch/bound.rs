//! Nobody is out without a recorded way out (L01): who signed is bound, until a notice has run with its plan settled, a majority has put
//! it out after a hearing, or all have ended the agreement; and whoever is out of it still stands in it.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::Body;
use ledger::envelope::statement::expulsion::Majority;
use ledger::envelope::statement::flag::{Cause, Ending, Leaving};
use ledger::lives::Agreement;
use ledger::lives::agreement::State;
use ledger::words::{Day, Hash, Slug};

use super::Said;
use super::owed::is_met;
use super::words::{Heard, Words};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Days to be heard in where the text names none.
const DEFAULT_HEARING: i64 = 28;

/// Who is bound by an agreement.
#[derive(Debug, Clone, Default)]
pub struct Circle {
    /// Those who take part.
    pub(super) bound: BTreeSet<Slug>,
    /// Those who were put out; what stays due binds them.
    pub(super) expelled: BTreeSet<Slug>,
}

/// Who is bound by which agreement.
#[derive(Debug, Clone, Default)]
pub struct Bound {
    circles: BTreeMap<Slug, Circle>,
    /// How many got out, by which way; and ends.
    pub(super) ways_out: BTreeMap<&'static str, u64>,
}

impl Bound {
    /// Follows an agreement through an entry; what the entry does to its circle must be what it says.
    pub(super) fn check(
        &mut self,
        before: Option<&Agreement>,
        after: &Agreement,
        said: &Said<'_>,
        words: &Words,
    ) -> Result<&Circle, String> {
        let id = &after.head.id;
        if let Some(lost) = before.iter().flat_map(|before| before.head.parties.keys()).find(|who| !after.head.parties.contains_key(*who)) {
            return Err(format!("{lost} no longer stands in {id}"));
        }
        let was_signed = before.is_some_and(|before| before.head.state.is_signed());
        if was_signed && !after.head.state.is_signed() {
            return Err(format!("{id} was signed, and is {}", after.head.state.code()));
        }
        let circle = self.circles.entry(id.clone()).or_default();
        if !after.head.state.is_signed() {
            return Ok(circle);
        }
        if !was_signed {
            circle.bound = after.text.parties.iter().map(|party| party.institution.clone()).collect();
            words.all_said_yes(&after.head.version, circle.bound.iter()).map_err(|how| format!("{id} is signed {how}"))?;
        }
        let way = step(circle, before, after, said, words)?;
        let now: BTreeSet<Slug> = taking_part(after).collect();
        if let Some(out) = circle.bound.difference(&now).next() {
            return Err(format!("{out} is out of {id} without a recorded way out"));
        }
        if let Some(new) = now.difference(&circle.bound).next() {
            return Err(format!("{new} is bound by {id} and did not sign"));
        }
        let end = check_end(circle, before, after, said, words)?;
        way.into_iter().chain(end).for_each(|way| *self.ways_out.entry(way).or_default() += 1);
        Ok(circle)
    }
}

/// Those who take part as the agreement has it.
fn taking_part(agreement: &Agreement) -> impl Iterator<Item = Slug> {
    agreement.head.parties.iter().filter(|(_, party)| party.withdrawn.is_none() && party.expelled.is_none()).map(|(who, _)| who.clone())
}

/// What an entry does to the circle, by what it says; gives the way by which somebody got out.
fn step(
    circle: &mut Circle,
    before: Option<&Agreement>,
    after: &Agreement,
    said: &Said<'_>,
    words: &Words,
) -> Result<Option<&'static str>, String> {
    if let Body::Flag(flag) = &said.statement.body {
        return match &flag.cause {
            Cause::Acceded { party, offer, .. } => {
                if !circle.bound.iter().any(|who| words.said_yes(offer, who)) {
                    return Err(format!("{party} was let in by nobody"));
                }
                circle.expelled.remove(party);
                circle.bound.insert(party.clone());
                Ok(None)
            }
            Cause::WithdrawalEnded { party, outcome: Leaving::Withdrawn, .. } => {
                check_withdrawn(party, before.unwrap_or(after), said, words).map_err(|how| format!("{party} has withdrawn {how}"))?;
                circle.bound.remove(party);
                Ok(Some("withdrawal"))
            }
            _ => Ok(None),
        };
    }
    let Some((hash, Body::Expulsion(body))) = words.carried_out(said).map(|(hash, offered)| (hash, &offered.body)) else { return Ok(None) };
    let out = after.head.parties.get(&body.party).is_some_and(|party| party.expelled.is_some_and(|fact| fact.entry == said.number));
    if !out {
        return Ok(None);
    }
    circle.bound.remove(&body.party);
    check_expelled(&hash, circle, after, said, words).map_err(|how| format!("{} was put out {how}", body.party))?;
    circle.expelled.insert(body.party.clone());
    Ok(Some("expulsion"))
}

/// By its own notice, in its term, and with nothing left that it owes.
fn check_withdrawn(party: &Slug, before: &Agreement, said: &Said<'_>, words: &Words) -> Result<(), String> {
    let notice = words.notice(&before.head.id, party).ok_or("without a notice")?;
    let months = before.text.withdrawal.notice_months.map_or(6, |months| months.0);
    if notice.effective < Day::of(notice.given).plus_months(months) {
        return Err(format!("on {}, with notice at {}", notice.effective, notice.given));
    }
    if said.at < notice.effective.end() {
        return Err(format!("before the end of {}", notice.effective));
    }
    match before.clauses.values().find(|clause| clause.debtor == *party && !is_met(before, clause)) {
        Some(clause) => Err(format!("and still owes {}", clause.text.id)),
        None => Ok(()),
    }
}

/// After a hearing, by the majority that the text sets of those who are left.
fn check_expelled(offer: &Hash, others: &Circle, agreement: &Agreement, said: &Said<'_>, words: &Words) -> Result<(), String> {
    let clause = agreement.text.expulsion.as_ref().ok_or("though the text has no such clause")?;
    let offered = words.carried_out(said).map_or(said.at, |(_, offered)| offered.at);
    // Civil days, the first not counted; one of them may be an hour short.
    let term = clause.hearing_days.map_or(DEFAULT_HEARING, |days| i64::from(days.0)) * DAY - HOUR;
    match words.heard(offer) {
        Some(Heard::View) => {}
        Some(Heard::Silence(at)) if at >= offered.plus_millis(term) => {}
        Some(Heard::Silence(at)) => return Err(format!("at {at}, before it could be heard")),
        None => return Err("unheard".to_owned()),
    }
    let (votes, count) = (others.bound.iter().filter(|who| words.itself_said_yes(offer, who)).count(), others.bound.len());
    let enough = match clause.majority {
        Majority::MoreThanHalf => 2 * votes > count,
        Majority::TwoThirds => 3 * votes >= 2 * count,
        Majority::ThreeQuarters => 4 * votes >= 3 * count,
        Majority::All => votes == count,
    };
    if enough && votes >= 2 { Ok(()) } else { Err(format!("by {votes} of {count} votes")) }
}

/// An end comes on the last day, by all, or with a successor that all named and all its parties signed.
fn check_end(
    circle: &Circle,
    before: Option<&Agreement>,
    after: &Agreement,
    said: &Said<'_>,
    words: &Words,
) -> Result<Option<&'static str>, String> {
    let State::Ended { outcome, .. } = &after.head.state else { return Ok(None) };
    if before.is_some_and(|before| matches!(before.head.state, State::Ended { .. })) {
        return Ok(None);
    }
    let by_all = |hash: &Hash| match circle.bound.iter().find(|who| !words.itself_said_yes(hash, who)) {
        Some(who) => Err(format!("it ended without the word of {who}")),
        None => Ok(()),
    };
    match outcome {
        Ending::Completed | Ending::Expired => match after.text.period.end_date {
            Some(day) if said.at >= day.end() => Ok(Some("last day")),
            Some(day) => Err(format!("it ended before {day}")),
            None => Err("it ended, and it has no last day".to_owned()),
        },
        Ending::Dissolved => {
            let (hash, _) = words.carried_out(said).ok_or("it ended by nobody's word")?;
            by_all(&hash)?;
            Ok(Some("dissolution"))
        }
        Ending::Succeeded => {
            let ends = |body: &Body| matches!(body, Body::Dissolution(body) if body.agreement == after.head.id && body.successor.is_some());
            let mut offers = words.offers().filter(|(_, offered)| ends(&offered.body));
            let agreed = offers.any(|(hash, _)| by_all(hash).is_ok());
            if agreed { Ok(Some("successor")) } else { Err("it was succeeded without the word of all".to_owned()) }
        }
    }
}
