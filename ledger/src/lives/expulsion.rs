//! Expulsion: the agreed majority puts a party out after it was heard. What it owes stays due, unless those it is owed to say otherwise.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::escalation::Closing;
use super::moment::{Fact, Moment};
use super::offer::{Offer, OfferKind, Quorum};
use super::plan;
use super::text::TermOf;
use super::withdrawal::LeaveStage;
use crate::envelope::refusal::{Fault, Refusal, Rule, one_of};
use crate::envelope::statement::expulsion::{Estate, EstateItem, Expulsion, ExpulsionClause, ExpulsionView, Majority};
use crate::envelope::statement::obligation::Handover;
use crate::words::{Hash, Instant, Slug};

/// The hearing of the one concerned: votes count once it gave its view, or was silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hearing {
    /// From when on it was silent.
    pub until: Instant,
    /// Where it gave its view.
    pub view: Option<Fact>,
    /// The entry that says that it was silent.
    pub silence: Option<Fact>,
}

impl Hearing {
    /// Whether it still runs.
    pub fn is_open(&self) -> bool {
        self.view.is_none() && self.silence.is_none()
    }
}

impl ExpulsionClause {
    /// How many votes it takes of so many others: two at least, so that no single one decides.
    fn votes(&self, others: usize) -> usize {
        let agreed = match self.majority {
            Majority::MoreThanHalf => others / 2 + 1,
            Majority::TwoThirds => (2 * others).div_ceil(3),
            Majority::ThreeQuarters => (3 * others).div_ceil(4),
            Majority::All => others,
        };
        agreed.max(2)
    }
}

impl Agreement {
    /// A party proposes to put another out; the hearing begins.
    pub fn expel(&mut self, by: &Slug, body: &Expulsion, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.in_force()?;
        self.bound_party(by)?;
        if *by == body.party {
            // It would be a way out without notice.
            return Err(Refusal::at("/by", Rule::ExpulsionUnfit, "nobody puts itself out", "a withdrawal"));
        }
        let count = self.check_expulsion(body, moment)?;
        let same =
            |offer: &&std::sync::Arc<Offer>| matches!(&offer.kind, OfferKind::Expulsion { body: other, .. } if other.party == body.party);
        if let Some(offer) = self.offers.values().filter(|offer| offer.is_open()).find(same) {
            let detail = format!("an expulsion of {} is open: {}", body.party, offer.hash);
            return Err(Refusal::at("/body/party", Rule::AlreadyGiven, detail, "its outcome first"));
        }
        let hearing = Hearing { until: self.term_ends(moment.at, TermOf::Hearing), view: None, silence: None };
        let (needs, quorum) = (self.bound_except(std::slice::from_ref(&body.party)), Quorum { with: self.signers(body), count });
        self.offer(OfferKind::Expulsion { body: Box::new(body.clone()), hearing }, hash, by, needs, Some(quorum), moment);
        Ok(())
    }

    /// Those whose word the plan takes, whatever the majority: whom a release is owed to, who decides on it, who takes over.
    fn signers(&self, body: &Expulsion) -> BTreeSet<Slug> {
        let mut signers = BTreeSet::new();
        for item in body.plan.iter() {
            match &item.disposition {
                Estate::Release {} => {
                    signers.extend(self.clauses.get(&item.obligation).map(|clause| self.creditors(clause)).unwrap_or_default());
                    signers.extend(self.deciders(std::slice::from_ref(&body.party)).0);
                }
                Estate::HandOver { to, .. } => _ = signers.insert(to.clone()),
                Estate::StaysDue {} => {}
            }
        }
        signers
    }

    /// How much of an offer is enough among those who are bound now; of an expulsion that changes with them.
    pub(super) fn quorum_now(&self, offer: &Offer) -> Option<Quorum> {
        match (&offer.kind, &self.text.expulsion) {
            (OfferKind::Expulsion { body, .. }, Some(clause)) => {
                let count = clause.votes(self.bound_except(std::slice::from_ref(&body.party)).len());
                Some(Quorum { with: self.signers(body), count })
            }
            _ => offer.quorum.clone(),
        }
    }

    /// That the text has it and the plan is whole; every fault of that at once. Gives how many votes it takes now.
    fn check_expulsion(&self, body: &Expulsion, moment: Moment) -> Result<usize, Refusal> {
        self.in_force()?;
        let unfit = |pointer: &str, detail: &str, accepted: &str| Err(Refusal::at(pointer, Rule::ExpulsionUnfit, detail, accepted));
        let Some(clause) = &self.text.expulsion else {
            return unfit("/body/agreement", "the text gives nobody the power to put a party out", "a text with that clause (expulsion)");
        };
        let others = self.bound_except(std::slice::from_ref(&body.party));
        if self.bound_party(&body.party).is_err() {
            let accepted = one_of(others, "nobody else is bound");
            return Err(Refusal::at("/body/party", Rule::NotAParty, format!("{} is not bound", body.party), accepted));
        }
        if others.len() < 2 {
            return unfit("/body/party", "one other party does not decide alone", "a dissolution");
        }
        let named = body.plan.iter().map(|item| &item.obligation);
        let line = |i: usize| self.estate_fault(body, &body.plan[i], moment);
        let mut faults: Vec<Fault> =
            plan::faults(&self.unmet(&body.party), named, body.party.as_str(), "release, hand-over or stays-due", line);
        let successor = |item: &EstateItem| match &item.disposition {
            Estate::HandOver { successor, .. } => Some(successor.clone()),
            Estate::Release {} | Estate::StaysDue {} => None,
        };
        let mut seen = BTreeSet::new();
        for (i, id) in body.plan.iter().enumerate().filter_map(|(i, item)| Some((i, successor(item)?))) {
            if !seen.insert(id.clone()) {
                let (pointer, detail) = (format!("/body/plan/{i}/disposition/successor"), format!("{id} occurs twice"));
                faults.push(Fault { pointer, rule: Rule::PlanUnfit, detail, accepted: "an id that is free".into() });
            }
        }
        Refusal::from_faults(faults).map_or(Ok(clause.votes(others.len())), Err)
    }

    fn estate_fault(&self, body: &Expulsion, item: &EstateItem, moment: Moment) -> plan::Unfit {
        let fault = match &item.disposition {
            Estate::StaysDue {} => return None,
            Estate::Release {} => self.check_release(&plan::release(&body.agreement, &item.obligation, &body.reason)).err(),
            Estate::HandOver { to, successor } => self.check_handover(&body.party, &handover(body, item, to, successor), moment).err(),
        };
        fault.map(|refusal| (refusal.faults()[0].detail.clone(), "stays-due".into()))
    }

    /// The one concerned says what it thinks of it, in its term.
    pub fn give_view(&mut self, by: &Slug, body: &ExpulsionView, moment: Moment) -> Result<(), Refusal> {
        let Some((party, hearing)) = self.offers.get(&body.to).filter(|offer| offer.is_open()).and_then(|offer| match &offer.kind {
            OfferKind::Expulsion { body, hearing } => Some((body.party.clone(), hearing.clone())),
            _ => None,
        }) else {
            return Err(Refusal::at("/body/to", Rule::UnknownOffer, format!("{} is no open expulsion", body.to), "the hash of one"));
        };
        if *by != party {
            return Err(Refusal::at("/by", Rule::NotAsked, format!("{by} is not the one concerned"), format!("the view of {party}")));
        }
        if hearing.view.is_some() {
            return Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has given its view already"), "one view: it stands"));
        }
        if hearing.silence.is_some() {
            return Err(Refusal::new(Rule::TooLate, "the term to be heard has passed", format!("a view before {}", hearing.until)));
        }
        self.hearing_mut(&body.to).into_iter().for_each(|hearing| hearing.view = Some(moment));
        Ok(())
    }

    pub(super) fn hearing_mut(&mut self, offer: &Hash) -> Option<&mut Hearing> {
        match &mut self.offer_mut(offer).kind {
            OfferKind::Expulsion { hearing, .. } => Some(hearing),
            _ => None,
        }
    }

    /// The majority is in, and everyone whose word the plan takes: the party is out, and bound by what stays due.
    pub(super) fn carry_out_expulsion(&mut self, body: &Expulsion, hash: &Hash, moment: Moment) -> Result<(), Refusal> {
        let count = self.check_expulsion(body, moment)?;
        let voted = |who: &Slug| self.offers.get(hash).is_some_and(|offer| offer.consents.contains_key(who));
        // Another director since, or another to whom it is owed: the release takes the word of those who are there now.
        if let Some(missing) = self.signers(body).into_iter().find(|who| !voted(who)) {
            let detail = format!("the plan takes the word of {missing}");
            return Err(Refusal::at("/body/to", Rule::ExpulsionUnfit, detail, "its consent first, or another proposal"));
        }
        let votes = self.bound().filter(|who| voted(who)).count();
        if votes < count {
            let detail = format!("{votes} of those who voted are bound, and it takes {count}");
            return Err(Refusal::at("/body/to", Rule::ExpulsionUnfit, detail, "another proposal"));
        }
        for item in body.plan.iter() {
            match &item.disposition {
                Estate::Release {} => self.carry_out_release(&plan::release(&body.agreement, &item.obligation, &body.reason), moment)?,
                Estate::HandOver { to, successor } => self.carry_out_handover(&handover(body, item, to, successor), moment)?,
                Estate::StaysDue {} => {}
            }
        }
        if let Some(party) = self.head_mut().parties.get_mut(&body.party) {
            (party.expelled, party.quiet, party.quiet_due) = (Some(moment), None, None);
        }
        self.overtake_leave(&body.party, moment);
        Ok(())
    }

    /// Its withdrawal, if one was open, is overtaken: it is out, and what stays due binds it without a case of its own.
    fn overtake_leave(&mut self, party: &Slug, moment: Moment) {
        let Some(stage) = self.leaves.get(party).map(|leave| leave.stage.clone()) else { return };
        if let LeaveStage::Unresolved { case, .. } = stage
            && self.cases.contains_key(&case)
        {
            self.close_case(case, Closing::Settled, moment);
        }
        self.leave_mut(party).stage = LeaveStage::Overtaken { at: moment };
    }
}

fn handover(body: &Expulsion, item: &EstateItem, to: &Slug, successor: &Slug) -> Handover {
    let (agreement, obligation) = (body.agreement.clone(), item.obligation.clone());
    Handover { agreement, obligation, to: to.clone(), successor: successor.clone(), reason: body.reason.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_two_at_least_and_as_many_as_the_text_says() {
        let rows = [
            (Majority::MoreThanHalf, [2, 2, 2, 3, 3, 4]),
            (Majority::TwoThirds, [2, 2, 2, 3, 4, 4]),
            (Majority::ThreeQuarters, [2, 2, 3, 3, 4, 5]),
            (Majority::All, [2, 2, 3, 4, 5, 6]),
        ];
        for (majority, of_one_to_six) in rows {
            let clause = ExpulsionClause { majority, hearing_days: None };
            let votes: Vec<usize> = (1..=6).map(|others| clause.votes(others)).collect();
            assert_eq!(votes, of_one_to_six, "{majority:?}");
        }
    }
}
