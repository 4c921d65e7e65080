//! What recurs and waits for the minister: put forward with its breaches, answered in a term, late when it is not (L37). It stands in
//! the life of the ministry of the ledger.

use serde::{Deserialize, Serialize};

use super::institution::Institution;
use super::moment::{Fact, Moment};
use crate::envelope::refusal::{Fault, Refusal, Rule, one_of};
use crate::envelope::statement::flag::{Cause, Flag};
use crate::envelope::statement::ministry::Agenda;
use crate::envelope::statement::recurrence::{AgendaAnswer, AgendaDecision, Recurring};
use crate::words::{Day, Hash, Instant, Slug};

/// In how many days the ministry answers.
pub const ANSWER_DAYS: u16 = 42;
/// At most this many that wait for an answer, so that nobody fills a life.
const MAX_WAITING: usize = 64;

/// Something that recurs, as it was put forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recurrence {
    /// SHA-256 of the payload that put it forward.
    pub hash: Hash,
    /// Who put it forward.
    pub by: Slug,
    /// What recurs.
    pub recurs: Recurring,
    /// Within how many months.
    pub months: u32,
    /// The breaches, by their receipts.
    pub breaches: Vec<ShownBreach>,
    /// Where it was put forward.
    pub put_forward: Fact,
    /// The instant at which the term of the ministry ends.
    pub answer_by: Instant,
    /// The entry that flagged that it did not answer in its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Fact>,
    /// What it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AgendaGiven>,
}

/// A breach in another ledger, as its flag says it there and the text shows whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownBreach {
    /// The ledger.
    pub origin: String,
    /// The entry of its flag there.
    pub entry: u64,
    /// The agreement there.
    pub agreement: Slug,
    /// The obligation in it.
    pub obligation: Slug,
    /// Its due date.
    pub due: Day,
    /// The instant from which on it was breached.
    pub breached: Instant,
    /// Who was to do it, by its id there; the one to whom the breach is attributed, where that is another.
    pub party: Slug,
}

/// What the ministry does with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgendaGiven {
    /// On the agenda or not.
    pub decision: AgendaDecision,
    /// Where and when it is discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agenda: Option<Agenda>,
    /// Hash of the reason.
    pub reason: Hash,
    /// Where it was given.
    pub given: Fact,
}

impl ShownBreach {
    /// Whether it is of the same due date of the same obligation.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        (&self.origin, &self.agreement, &self.obligation, self.due) == (&other.origin, &other.agreement, &other.obligation, other.due)
    }
}

/// Whether these are the same, as far as breaches go: a breach is of one party, by whichever of its identifiers.
fn is_same_subject(one: &Recurring, other: &Recurring) -> bool {
    one == other || matches!((one, other), (Recurring::Party { .. }, Recurring::Party { .. }))
}

impl Institution {
    /// Puts it before the ministry. A breach counts once for what recurs: whoever waits for an answer, or had one, brings others.
    pub fn receive(&mut self, recurrence: Recurrence) -> Result<(), Refusal> {
        let before = |shown: &ShownBreach| {
            let same = self.recurrences.iter().filter(|earlier| is_same_subject(&earlier.recurs, &recurrence.recurs));
            same.flat_map(|earlier| earlier.breaches.iter().map(move |breach| (earlier, breach)))
                .find_map(|(earlier, breach)| breach.is_of_the_same(shown).then_some(earlier.put_forward.entry))
        };
        let again = recurrence.breaches.iter().enumerate().filter_map(|(i, shown)| {
            let detail = format!("entry {} put it forward for the same", before(shown)?);
            let accepted = "breaches that were not put forward for this before".to_owned();
            Some(Fault { pointer: format!("/body/breaches/{i}"), rule: Rule::AlreadyGiven, detail, accepted })
        });
        if let Some(refusal) = Refusal::from_faults(again.collect()) {
            return Err(refusal);
        }
        if self.recurrences.iter().filter(|item| item.answer.is_none()).count() >= MAX_WAITING {
            let detail = format!("{MAX_WAITING} proposals wait for an answer");
            return Err(Refusal::at("/type", Rule::TooLarge, detail, "another once one of them is answered"));
        }
        self.recurrences.push(recurrence);
        Ok(())
    }

    /// The ministry's answer; after its term too.
    pub fn answer_recurrence(&mut self, body: &AgendaAnswer, moment: Moment) -> Result<(), Refusal> {
        let waiting = one_of(self.recurrences.iter().filter(|item| item.answer.is_none()).map(|item| &item.hash), "nothing waits");
        let Some(item) = self.recurrences.iter_mut().find(|item| item.hash == body.to) else {
            return Err(Refusal::at("/body/to", Rule::UnknownOffer, format!("{} was not put forward", body.to), waiting));
        };
        if let Some(given) = &item.answer {
            let detail = format!("entry {} answered it", given.given.entry);
            return Err(Refusal::at("/body/to", Rule::AlreadyGiven, detail, "one that waits for an answer"));
        }
        let (decision, agenda, reason) = (body.decision, body.agenda.clone(), body.reason.hash);
        item.answer = Some(AgendaGiven { decision, agenda, reason, given: moment });
        Ok(())
    }

    /// The first that the ministry does not answer in its term.
    pub(super) fn next_unanswered(&self) -> Option<Flag> {
        let waiting = self.recurrences.iter().filter(|item| item.answer.is_none() && item.late.is_none());
        let item = waiting.min_by_key(|item| item.answer_by)?;
        let cause = Cause::AgendaUnanswered { institution: self.id.clone(), proposal: item.hash };
        Some(Flag { due_at: item.answer_by, cause })
    }

    pub(super) fn note_unanswered(&mut self, proposal: &Hash, moment: Moment) {
        if let Some(item) = self.recurrences.iter_mut().find(|item| item.hash == *proposal) {
            item.late = Some(moment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::statement::agreement::Theme;

    fn moment(entry: u64) -> Moment {
        Fact { entry, at: "2006-06-01T09:00:00Z".parse().unwrap() }
    }

    /// The nth: breaches of its own.
    fn recurring(n: u64, theme: Theme) -> Recurrence {
        let breach = |due: &str| ShownBreach {
            origin: "example.nl/town".to_owned(),
            entry: n,
            agreement: format!("homes-{n}").parse().unwrap(),
            obligation: "help".parse().unwrap(),
            due: due.parse().unwrap(),
            breached: "2006-05-01T22:00:00Z".parse().unwrap(),
            party: "corporation".parse().unwrap(),
        };
        let breaches = ["2006-03-01", "2006-04-01", "2006-05-01"].map(breach).to_vec();
        let (hash, by, recurs) = (Hash::of(&[&n.to_be_bytes()]), "vng".parse().unwrap(), Recurring::Theme { theme });
        let answer_by = "2006-07-13T22:00:00Z".parse().unwrap();
        Recurrence { hash, by, recurs, months: 3, breaches, put_forward: moment(n), answer_by, late: None, answer: None }
    }

    #[test]
    fn so_many_wait_and_one_more_when_one_is_answered() {
        let mut ministry = Institution::new("ministry".parse().unwrap());
        for n in 0..64 {
            assert_eq!(ministry.receive(recurring(n, Theme::Housing)), Ok(()), "{n}");
        }
        assert_eq!(ministry.receive(recurring(64, Theme::Housing)).map_err(|refusal| refusal.rule()), Err(Rule::TooLarge));
        let (decision, agenda, reason) = (AgendaDecision::NotOnAgenda, None, Hash::of(&[b"reason"]));
        ministry.recurrences[7].answer = Some(AgendaGiven { decision, agenda, reason, given: moment(70) });
        assert_eq!(ministry.receive(recurring(64, Theme::Housing)), Ok(()));
    }

    #[test]
    fn a_breach_counts_once_for_what_recurs_and_again_for_something_else() {
        let mut ministry = Institution::new("ministry".parse().unwrap());
        assert_eq!(ministry.receive(recurring(1, Theme::Housing)), Ok(()));
        let mut others = recurring(2, Theme::Housing);
        others.breaches[2] = recurring(1, Theme::Housing).breaches[2].clone();
        let refusal = ministry.receive(others).unwrap_err();
        assert_eq!(
            (refusal.rule(), refusal.faults()[0].pointer.as_str(), refusal.faults().len()),
            (Rule::AlreadyGiven, "/body/breaches/2", 1)
        );
        assert_eq!(ministry.receive(recurring(1, Theme::Safety)), Ok(()));
    }

    /// A party has several identifiers, and its breaches are the same by each.
    #[test]
    fn another_identifier_of_a_party_makes_no_other_subject() {
        let by = |identifiers: serde_json::Value| {
            let identifiers = serde_json::from_value(identifiers).unwrap();
            Recurrence { recurs: Recurring::Party { identifiers }, ..recurring(1, Theme::Housing) }
        };
        let mut ministry = Institution::new("ministry".parse().unwrap());
        assert_eq!(ministry.receive(by(serde_json::json!({ "kvk": "12345678" }))), Ok(()));
        let again = ministry.receive(by(serde_json::json!({ "brin": "01AB" })));
        assert_eq!(again.map_err(|refusal| refusal.rule()), Err(Rule::AlreadyGiven));
    }

    #[test]
    fn the_earliest_that_waits_is_flagged_first_and_each_once() {
        let mut ministry = Institution::new("ministry".parse().unwrap());
        let mut early = recurring(1, Theme::Housing);
        early.answer_by = "2006-07-01T22:00:00Z".parse().unwrap();
        for item in [recurring(2, Theme::Housing), early] {
            ministry.receive(item).unwrap();
        }
        let mut flagged = Vec::new();
        while let Some(Flag { due_at, cause: Cause::AgendaUnanswered { proposal, .. } }) = ministry.next_unanswered() {
            ministry.note_unanswered(&proposal, moment(9));
            flagged.push((due_at.to_string(), proposal));
        }
        let expected = [
            ("2006-07-01T22:00:00.000Z", recurring(1, Theme::Housing).hash),
            ("2006-07-13T22:00:00.000Z", recurring(2, Theme::Housing).hash),
        ];
        assert_eq!(flagged, expected.map(|(at, hash)| (at.to_owned(), hash)));
    }
}
