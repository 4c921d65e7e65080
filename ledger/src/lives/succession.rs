//! Succession of agreements (L13): a text names its predecessors, and theirs is told once it is signed. All parties of a predecessor may
//! end it with that, and say of each obligation what becomes of it; where they do not, it runs to its last day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::moment::{Fact, Moment};
use super::obligation::{Clause, Course, Standing};
use super::offer::{Offer, OfferKind, OfferResult};
use super::plan;
use crate::envelope::Body;
use crate::envelope::statement::dissolution::{Dissolution, Remainder, RemainderItem, SuccessorText};
use crate::envelope::statement::flag::{Ending, InstanceRef};
use crate::words::{Day, Hash, Instant, Slug};

/// What comes after an agreement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Succession {
    /// The successors that all their parties have signed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub successors: BTreeMap<Slug, Successor>,
    /// From when on it is flagged that there is none; `None` where the rules of its first day asked for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_by: Option<Instant>,
    /// The entry that says that there was none by then; it stays when one is signed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacking: Option<Fact>,
}

/// A successor that all its parties have signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Successor {
    /// The version that was signed.
    pub version: Hash,
    /// The last signature.
    pub signed: Fact,
    /// From when on it is in force.
    pub in_force_from: Instant,
}

impl Succession {
    /// Whether nothing is known of what comes after.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Head {
    /// Since when it is on record that its end is near and nothing comes after it; `None` once a successor is signed, and when it
    /// has ended.
    pub fn lacks_successor(&self) -> Option<Fact> {
        self.succession.lacking.filter(|_| self.state.is_running() && self.succession.successors.is_empty())
    }
}

impl Agreement {
    /// It is in force from this day: by when it must have a successor. One that lasts less than twice the term, by half its time.
    pub(super) fn expect_successor(&mut self, from: Day) {
        let Some(end) = self.text.period.end_date.filter(|_| self.rules.expects_successor()) else { return };
        let half = from.plus_days(end.days_since(from) / 2);
        let last = end.plus_days(-self.text.successor_days()).max(half);
        self.head_mut().succession.expected_by = Some(last.end());
    }

    /// When its end is so near that a successor is lacking.
    pub(super) fn lacks_successor_at(&self) -> Option<Instant> {
        let Succession { successors, expected_by, lacking } = &self.head.succession;
        expected_by.filter(|_| lacking.is_none() && successors.is_empty() && self.head.state.is_running())
    }

    /// What others must be told once all have signed this: its predecessors, and what they are to keep of it.
    pub fn announces(&self) -> Option<(&[Slug], Successor)> {
        let State::Signed { signed } = self.head.state else { return None };
        let successor = Successor { version: self.head.version, signed, in_force_from: self.in_force_at()? };
        Some((self.text.predecessors.as_deref()?, successor))
    }

    /// A successor was signed. An end that was offered with another version of it can no longer come.
    pub fn note_successor(&mut self, id: &Slug, successor: Successor, by: &Slug, moment: Moment) {
        let version = successor.version;
        let other = |offer: &&Offer| named(offer).is_some_and(|named| named.agreement == *id && named.version != version);
        let void: Vec<Hash> =
            self.offers.values().map(AsRef::as_ref).filter(|offer| offer.is_open()).filter(other).map(|o| o.hash).collect();
        for hash in void {
            self.offer_mut(&hash).result = Some(OfferResult::Superseded { by: by.clone(), version, at: moment });
        }
        self.head_mut().succession.successors.insert(id.clone(), successor);
    }

    /// The first end to which all have consented and whose successor is signed, and from when on that is in force.
    pub(super) fn next_succession(&self) -> Option<(Instant, Hash)> {
        self.head.state.is_running().then_some(())?;
        let at = |offer: &Offer| {
            let named = named(offer).filter(|_| offer.is_waiting())?;
            let successor = self.head.succession.successors.get(&named.agreement)?;
            offer.consents.values().map(|consent| consent.at).chain([successor.in_force_from]).max()
        };
        self.offers.values().filter_map(|offer| Some((at(offer)?, offer.hash))).min()
    }

    /// The due dates that are still open after an end with a successor.
    pub(super) fn left_by_succession(&self, hash: Hash) -> Vec<InstanceRef> {
        let offer = &self.offers[&hash];
        let at = self.next_succession().map_or(offer.offered.at, |(at, _)| at);
        let mut after = self.clone();
        after.succeeded(at, Moment { entry: 0, at });
        let mut left = after.open_instances();
        left.retain(|open| !after.instances[&(open.obligation.clone(), open.due)].standing.is_final());
        left
    }

    /// The successor is in force, from an instant that the entry which says so may come after: each line of the plan that fitted then
    /// is carried out, and what no line is about stays due.
    pub(super) fn succeeded(&mut self, at: Instant, moment: Moment) {
        let Some((_, hash)) = self.next_succession() else { return };
        let (by, kind) = (self.offers[&hash].by.clone(), self.offers[&hash].kind.clone());
        let OfferKind::Dissolution(body) = kind else { return };
        self.offer_mut(&hash).result = Some(OfferResult::Agreed { at: moment });
        // What stood still falls due again first: what goes over is what has not passed by its new date.
        self.resume_on(Day::of(at), moment);
        for item in body.plan.iter() {
            self.carry_out_line(&body, item, at, moment);
        }
        self.end(Ending::Succeeded, at, moment);
        self.supersede_waiting(hash, &by, moment);
    }

    /// Its last day has passed first: an end with a successor that was agreed can no longer come.
    pub(super) fn void_successions(&mut self, moment: Moment) {
        let waiting = self.offers.values().filter(|offer| offer.is_waiting());
        let waiting: Vec<_> = waiting.filter_map(|offer| Some((offer.hash, offer.by.clone(), named(offer)?.version))).collect();
        for (hash, by, version) in waiting {
            self.offer_mut(&hash).result = Some(OfferResult::Superseded { by, version, at: moment });
        }
    }

    fn carry_out_line(&mut self, body: &Dissolution, item: &RemainderItem, at: Instant, moment: Moment) {
        let RemainderItem { obligation, disposition, continues_as } = item;
        match (disposition, &body.successor, continues_as) {
            (Remainder::Release, ..) => {
                // Met or released since: nothing is left to release.
                _ = self.carry_out_release(&plan::release(&body.agreement, obligation, &body.reason), moment);
            }
            (Remainder::Continues, Some(successor), Some(to)) if self.has_to_come(obligation, at) => {
                for due in self.pending(obligation, at) {
                    self.instance_mut(obligation, due).standing = Standing::HandedOver { at: moment };
                }
                let agreement = Some(successor.agreement.clone());
                self.clause_mut(obligation).course = Course::HandedOver { to: to.clone(), agreement, at: moment };
            }
            (Remainder::StaysDue | Remainder::Continues, ..) => {}
        }
    }

    /// The end with a successor that a statement offers, or that its consent makes certain.
    pub fn ends_with_successor(&self, body: &Body) -> Option<Dissolution> {
        let body = match body {
            Body::Dissolution(body) => body,
            Body::Consent(consent) => match &self.offers.get(&consent.to).filter(|offer| offer.is_waiting())?.kind {
                OfferKind::Dissolution(body) => body,
                _ => return None,
            },
            _ => return None,
        };
        body.successor.is_some().then(|| Dissolution::clone(body))
    }

    /// Whether an obligation still binds, or will: something of it is to come, or not finally met.
    pub fn binds(&self, id: &Slug) -> bool {
        let stands = |clause: &Clause| matches!(clause.course, Course::Waiting | Course::Conditional { .. }) || !self.is_finally_met(id);
        self.clauses.get(id).is_some_and(|clause| stands(clause)) && !self.is_handed_over(id)
    }

    /// Whether what was still to come of an obligation has gone elsewhere.
    pub(super) fn is_handed_over(&self, id: &Slug) -> bool {
        self.clauses.get(id).is_some_and(|clause| matches!(clause.course, Course::HandedOver { .. } | Course::Released { .. }))
    }
}

/// The successor with which an offer ends the agreement.
fn named(offer: &Offer) -> Option<&SuccessorText> {
    match &offer.kind {
        OfferKind::Dissolution(body) => body.successor.as_ref(),
        _ => None,
    }
}
