//! Between local ledgers and the national one, by receipts: umbrella agreements that change, and what is put forward for the agenda.

use ledger::envelope::Type;
use ledger::lives::Agreement;
use ledger::words::{Hash, Slug};
use serde_json::json;

use super::{Life, Seen, abroad};

impl<D: Seen> Life<D> {
    pub(super) fn umbrella_change(&mut self, at: &Agreement) -> bool {
        let under = at.head.state.is_running() && at.clauses.values().any(|clause| clause.text.umbrella.is_some());
        if self.open(under.then_some(()), ()).is_none() {
            return false;
        }
        let mut may: Vec<Slug> = at.bound().cloned().collect();
        may.push(self.ministry());
        let Some(by) = self.who(may) else { return false };
        let known = |entry: u64| at.head.umbrella_changes.iter().any(|change| change.entry == entry && change.until.is_some());
        let changes = abroad::changes().iter().filter(|(change, _)| !known(change["entry"].as_u64().unwrap_or_default())).cloned();
        let Some((change, consent)) = self.open(changes.collect::<Vec<_>>(), abroad::changes()[0].clone()) else { return false };
        let consent = consent.filter(|_| !self.chance(3));
        let answer = self.by(&by).show_umbrella_change(change, consent);
        self.said(Type::UmbrellaChange, answer)
    }

    pub(super) fn umbrella_answer(&mut self, at: &Agreement) -> bool {
        let owed = at.head.owed_on_umbrellas().map(|change| json!({ "origin": change.origin, "entry": change.entry }));
        let owed: Vec<_> = owed.collect();
        let Some(change) = self.open(owed, abroad::changes()[0].0.clone()) else { return false };
        let Some(by) = self.who(at.deciders(&[]).0) else { return false };
        let reply = self.dice.one(&["adapt", "keep"]);
        let answer = self.by(&by).answer_umbrella(&change, reply);
        self.said(Type::UmbrellaAnswer, answer)
    }

    pub(super) fn agenda_proposal(&mut self) -> bool {
        let Some(by) = self.who(self.invitable().into_iter().map(|(who, _)| who)) else { return false };
        let bodies = abroad::recurrences();
        let body = bodies[self.dice.roll(bodies.len() as u64) as usize].clone();
        self.say(&by, Type::AgendaProposal, body)
    }

    pub(super) fn agenda_answer(&mut self) -> bool {
        let ministry = self.ministry();
        let put = self.town.door.audit().book().institution(&ministry).into_iter().flat_map(|ministry| &ministry.recurrences);
        let waiting: Vec<Hash> = put.filter(|recurrence| recurrence.answer.is_none()).map(|recurrence| recurrence.hash).collect();
        let Some(hash) = self.open(waiting, Hash::of(&[b"nothing"])) else { return false };
        let Some(by) = self.who([ministry]) else { return false };
        let it = self.named(hash);
        let day = self.day(1, 60).to_string();
        let (decision, day) = if self.chance(2) { ("put-on-agenda", Some(day.as_str())) } else { ("not-on-agenda", None) };
        let answer = self.itself(&by).answer_agenda(it, decision, day);
        self.said(Type::AgendaAnswer, answer)
    }
}
