//! Ways out: notice with a plan, hearings and votes, an end by all, with a successor or without.

use std::collections::BTreeMap;

use ledger::envelope::Type;
use ledger::lives::Agreement;
use ledger::lives::offer::OfferKind;
use ledger::lives::withdrawal::LeaveStage;
use ledger::words::{Hash, Slug};

use super::{Life, Seen, pairs};

impl<D: Seen> Life<D> {
    /// A plan for these obligations, each with one of the dispositions.
    fn plan(&mut self, obligations: &[Slug], dispositions: &[&str]) -> Vec<(String, String)> {
        let all = self.dice.one(dispositions);
        let mut plan: Vec<(String, String)> = Vec::new();
        for id in obligations {
            let how = if self.chance(4) { self.dice.one(dispositions) } else { all };
            plan.push((id.to_string(), how.to_owned()));
        }
        if self.anyhow && self.chance(2) {
            plan.pop();
        }
        plan
    }

    pub(super) fn withdrawal(&mut self, at: &Agreement) -> bool {
        let can = at.head.state.is_running().then(|| at.bound().filter(|who| !at.leaves.contains_key(who)).cloned().collect::<Vec<_>>());
        let Some(by) = self.who(can.unwrap_or_default()) else { return false };
        let others: Vec<Slug> = at.bound().filter(|who| **who != by).cloned().collect();
        let to = self.pick(others).map_or_else(|| "release".to_owned(), |to| format!("hand-over:{to}"));
        let plan = self.plan(&at.unmet(&by), &["release", "unresolved", &to, "release"]);
        let months = u32::from(at.text.notice_months());
        let date = self.today().plus_months(months).plus_days(if self.anyhow { -5 } else { self.dice.roll(10) as i64 + 1 });
        let answer = self.by(&by).withdraw(&date.to_string(), &pairs(&plan));
        self.said(Type::Withdrawal, answer);
        if self.was_accepted() && !self.chance(3) {
            self.settle(at, &by, &plan);
        }
        true
    }

    /// What a plan says is offered, and mostly agreed to.
    fn settle(&mut self, at: &Agreement, by: &Slug, plan: &[(String, String)]) {
        for (obligation, how) in plan {
            self.town.unusual.name = Some("last".to_owned());
            match how.split_once(':') {
                Some((_, to)) => {
                    let anew = self.fresh("over");
                    let answer = self.by(by).hand_over(obligation, to, &anew);
                    self.said(Type::Handover, answer);
                }
                None if how == "release" => {
                    let answer = self.by(by).release(obligation, &[]);
                    self.said(Type::Release, answer);
                }
                None => continue,
            }
            self.town.agreement = at.head.id.to_string();
            self.chorus();
        }
    }

    pub(super) fn withdrawal_answer(&mut self, at: &Agreement) -> bool {
        let waits = at.leaves.values().filter(|leave| leave.stage == LeaveStage::Running && leave.silence.is_none());
        let asked = waits.flat_map(|leave| {
            let others = at.bound().filter(|who| **who != leave.party && !leave.answers.contains_key(who));
            others.map(|who| (leave.party.clone(), who.clone())).collect::<Vec<_>>()
        });
        let asked: Vec<(Slug, Slug)> = asked.collect();
        let (owner, ministry) = (self.owner(), self.ministry());
        let Some((party, who)) = self.open(asked, (owner, ministry)) else { return false };
        let Some(by) = self.who([who]) else { return false };
        let (answer, reason) = if self.chance(3) { ("objection", !self.chance(5)) } else { ("consent", false) };
        let answer = self.by(&by).answer_withdrawal(party.as_str(), answer, reason);
        self.said(Type::WithdrawalAnswer, answer)
    }

    pub(super) fn withdrawal_revocation(&mut self, at: &Agreement) -> bool {
        let running = at.leaves.values().filter(|leave| leave.stage == LeaveStage::Running).map(|leave| leave.party.clone());
        let running: Vec<Slug> = running.collect();
        let Some(by) = self.who(running) else { return false };
        let answer = self.by(&by).revoke_withdrawal();
        self.said(Type::WithdrawalRevocation, answer)
    }

    pub(super) fn expulsion(&mut self, at: &Agreement) -> bool {
        let bound: Vec<Slug> = at.bound().cloned().collect();
        let can = at.head.state.is_running() && at.text.expulsion.is_some() && bound.len() > 2;
        if self.open(can.then_some(()), ()).is_none() {
            return false;
        }
        let Some(by) = self.who(bound.clone()) else { return false };
        let Some(party) = self.who(bound.iter().filter(|who| **who != by).cloned()) else { return false };
        let to = bound.iter().find(|who| **who != party).map_or_else(|| party.to_string(), ToString::to_string);
        let mut plan = self.plan(&at.unmet(&party), &["stays-due", "stays-due", "release", "hand-over"]);
        for (_, how) in plan.iter_mut().filter(|(_, how)| how == "hand-over") {
            *how = format!("hand-over:{to}:{}", self.fresh("over"));
        }
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).expel(party.as_str(), &pairs(&plan));
        self.said(Type::Expulsion, answer);
        if self.was_accepted() && self.chance(4) {
            // They try to vote before it was heard.
            let hash = self.town.named.get("last").copied();
            hash.into_iter().for_each(|hash| self.all_answer(&at.head.id, hash, u64::MAX));
        }
        true
    }

    pub(super) fn expulsion_view(&mut self, at: &Agreement) -> bool {
        let heard = at.offers.values().filter(|offer| offer.is_open()).filter_map(|offer| match &offer.kind {
            OfferKind::Expulsion { body, hearing } if hearing.is_open() => Some((offer.hash, body.party.clone())),
            _ => None,
        });
        let heard: Vec<(Hash, Slug)> = heard.collect();
        let Some((hash, party)) = self.open(heard, (Hash::of(&[b"nothing"]), self.owner())) else { return false };
        let Some(by) = self.who([party]) else { return false };
        let it = self.named(hash);
        let answer = self.by(&by).give_view(it);
        self.said(Type::ExpulsionView, answer)
    }

    pub(super) fn dissolution(&mut self, at: &Agreement) -> bool {
        let bound: Vec<Slug> = at.bound().cloned().collect();
        let can = at.head.state.is_running() && bound.len() > 1;
        let Some(by) = self.who(if can { bound } else { Vec::new() }) else { return false };
        let unmet: Vec<Slug> = at.clauses.keys().filter(|id| !at.is_finally_met(id)).cloned().collect();
        let after = |next: &&Agreement| next.text.predecessors.iter().any(|list| list.contains(&at.head.id));
        let successors: Vec<Agreement> = self.town.door.audit().agreements().filter(after).cloned().collect();
        let successor = self.pick(successors);
        if successor.is_none() && self.chance(2) && !self.anyhow {
            // Most agreements run to their last day.
            return false;
        }
        let it = self.named(at.head.version);
        let answer = match successor {
            None => {
                let plan = self.plan(&unmet, &["release", "stays-due"]);
                self.town.unusual.name = Some("last".to_owned());
                self.by(&by).dissolve(it, &pairs(&plan))
            }
            Some(next) => {
                let to = next.text.obligations.iter().next().map_or_else(|| "o0".to_owned(), |first| first.id.to_string());
                let plan = self.plan(&unmet, &["release", &format!("continues:{to}"), &format!("continues:{to}")]);
                let ids: BTreeMap<&str, Hash> = BTreeMap::from([(next.head.id.as_str(), next.head.version)]);
                self.town.named.extend(ids.into_iter().map(|(id, hash)| (id.to_owned(), hash)));
                self.town.unusual.name = Some("last".to_owned());
                self.by(&by).succeed(it, next.head.id.as_str(), &pairs(&plan))
            }
        };
        self.said(Type::Dissolution, answer);
        self.chorus();
        true
    }
}
