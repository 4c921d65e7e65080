//! Talks: texts put on the table and answered, stuck, and brought before the minister.

use ledger::envelope::Type;
use ledger::lives::Agreement;
use ledger::lives::agreement::State;
use ledger::lives::escalation::{About, CaseStage};
use ledger::lives::impasse::Deadlock;
use serde_json::{Value, json};

use super::{AGREEMENTS, Life, Seen, texts_of};

/// The points of an impasse, as verbs take them.
fn points_of(stuck: Option<&Deadlock>) -> Vec<String> {
    stuck.iter().flat_map(|stuck| &stuck.points).map(|point| point.point.id.to_string()).collect()
}

impl<D: Seen> Life<D> {
    /// A new text, or one in the place of an agreement that is in force.
    pub(super) fn proposal(&mut self) -> bool {
        let count = self.town.door.audit().agreements().count();
        if count >= AGREEMENTS && !self.anyhow {
            return false;
        }
        let running: Vec<Agreement> =
            self.town.door.audit().agreements().filter(|agreement| agreement.head.state.is_running()).cloned().collect();
        let before = self.pick(running).filter(|_| self.chance(3));
        let id = if self.anyhow && self.chance(3) { "wijk-1".to_owned() } else { self.fresh("wijk") };
        let text = match &before {
            Some(before) => {
                let parties = texts_of(before.bound());
                let text = self.text_among(&id, &parties);
                text.map(|mut text| {
                    text["predecessors"] = json!([before.head.id]);
                    text["director"] = json!(before.text.director);
                    text
                })
            }
            None => self.text(&id),
        };
        let Some(text) = text else { return false };
        let parties: Vec<_> =
            text["parties"].as_array().into_iter().flatten().filter_map(|party| party["institution"].as_str()).map(super::slug).collect();
        // Anybody may propose; mostly one of the parties does.
        let by = if self.chance(8) { self.ministry() } else { parties[self.dice.roll(parties.len() as u64) as usize].clone() };
        self.town.agreement.clone_from(&id);
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).propose(text);
        self.said(Type::Proposal, answer);
        self.chorus();
        true
    }

    pub(super) fn counter_proposal(&mut self, at: &Agreement) -> bool {
        if at.head.state != State::Proposed && !self.anyhow {
            return false;
        }
        let mut parties = texts_of(at.head.parties.keys());
        let more = self.invitable().into_iter().map(|(who, _)| who.to_string()).filter(|who| !parties.contains(who)).collect::<Vec<_>>();
        parties.extend(self.pick(more).filter(|_| self.chance(4)));
        let Some(mut text) = self.text_among(at.head.id.as_str(), &parties) else { return false };
        let kept: Value = serde_json::to_value(&*at.text).unwrap_or_default();
        for fixed in ["withheldGround", "statute"] {
            match kept.get(fixed).filter(|value| !value.is_null()) {
                Some(value) => text[fixed] = value.clone(),
                None => _ = text.as_object_mut().and_then(|members| members.remove(fixed)),
            }
        }
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        let it = self.named(at.head.version);
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).counter(it, text);
        self.said(Type::CounterProposal, answer);
        self.chorus();
        true
    }

    pub(super) fn retraction(&mut self, at: &Agreement) -> bool {
        let open = (at.head.state == State::Proposed).then_some(());
        let Some(last) = at.head.versions.last() else { return false };
        if self.open(open, ()).is_none() {
            return false;
        }
        let Some(by) = self.who([last.by.clone()]) else { return false };
        let it = self.named(at.head.version);
        let answer = self.by(&by).take_back(it);
        self.said(Type::Retraction, answer)
    }

    pub(super) fn proposal_answer(&mut self, at: &Agreement) -> bool {
        let owed = at.head.still_owed().map(|_| ());
        if self.open(owed, ()).is_none() {
            return false;
        }
        let Some(by) = self.who([self.owner()]) else { return false };
        let it = self.named(at.head.version);
        let (answer, reason) = if self.chance(3) { ("refused", !self.chance(4)) } else { ("negotiating", false) };
        let answer = self.by(&by).answer_proposal(it, answer, reason);
        self.said(Type::ProposalAnswer, answer)
    }

    pub(super) fn impasse(&mut self, at: &Agreement) -> bool {
        let can = matches!(at.head.state, State::Proposed) && at.head.stuck().is_none();
        if self.open(can.then_some(()), ()).is_none() {
            return false;
        }
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        let it = self.named(at.head.version);
        let answer = self.by(&by).declare_impasse(it, "rent,homes");
        self.said(Type::Impasse, answer)
    }

    pub(super) fn impasse_position(&mut self, at: &Agreement) -> bool {
        let lacking = at.lacking_positions();
        let points = points_of(at.head.stuck());
        let who = lacking.into_iter().flat_map(|(_, who, _)| who);
        let (Some(by), Some(_)) = (self.who(who), self.open(at.head.stuck().map(|_| ()), ())) else { return false };
        let adds = self.chance(5).then(|| self.fresh("point"));
        let points = if points.is_empty() { "rent".to_owned() } else { points.join(",") };
        let answer = self.by(&by).take_stand(&points, adds.as_deref());
        self.said(Type::ImpassePosition, answer)
    }

    pub(super) fn impasse_step(&mut self, at: &Agreement) -> bool {
        if self.open(at.head.stuck().map(|_| ()), ()).is_none() {
            return false;
        }
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        let step = match self.dice.roll(3) {
            0 => json!({ "kind": "overcome" }),
            _ => json!({ "kind": "mediation", "mediator": "The housing board", "until": self.day(3, 90) }),
        };
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).step_out(step);
        self.said(Type::ImpasseStep, answer);
        self.chorus();
        true
    }

    pub(super) fn statutory_dispute(&mut self, at: &Agreement) -> bool {
        let now = self.now();
        let is_open =
            at.head.talks.as_ref().is_some_and(|talks| talks.dispute.is_none() && talks.until <= now) && at.head.stuck().is_some();
        if self.open(is_open.then_some(()), ()).is_none() {
            return false;
        }
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        let parties = texts_of(at.bound()).join(",");
        let points = points_of(at.head.stuck());
        if is_open {
            // Its own position first.
            let answer = self.by(&by).take_stand(&points.join(","), None);
            self.said(Type::ImpassePosition, answer);
        }
        let it = self.named(at.head.version);
        let answer = self.by(&by).put_to_minister(it, &parties);
        self.said(Type::StatutoryDispute, answer)
    }

    pub(super) fn dispute_ruling(&mut self, at: &Agreement) -> bool {
        let waits = |case: &&std::sync::Arc<ledger::lives::escalation::Case>| {
            case.about == About::StatutoryDispute && matches!(case.stage, CaseStage::Level3 { .. })
        };
        let cases: Vec<_> =
            at.cases.values().filter(waits).map(|case| (case.number, case.minister.as_ref().map(|m| m.accountable.clone()))).collect();
        let Some((case, accountable)) = self.open(cases, (1, None)) else { return false };
        let accountable = accountable.unwrap_or_else(|| self.ministry());
        let Some(by) = self.who([accountable]) else { return false };
        let points = points_of(at.head.impasse.as_ref());
        let points = if points.is_empty() { "rent".to_owned() } else { points.join(",") };
        let answer = self.by(&by).rule_on_dispute(case, &points);
        self.said(Type::DisputeRuling, answer)
    }
}
