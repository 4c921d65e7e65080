//! Yes and no to what was offered: one by one, or all who are asked at once.

use ledger::envelope::Type;
use ledger::lives::Agreement;
use ledger::lives::offer::{Offer, OfferKind};
use ledger::words::{Hash, Slug};

use super::{Life, Seen, slug};
use crate::door::Answer;

/// Whether votes count already.
fn is_heard(offer: &Offer) -> bool {
    match &offer.kind {
        OfferKind::Expulsion { hearing, .. } => !hearing.is_open(),
        _ => true,
    }
}

impl<D: Seen> Life<D> {
    /// What was offered last, if it was accepted, is mostly answered by all who are asked.
    pub(super) fn chorus(&mut self) {
        if !self.was_accepted() || self.chance(3) {
            return;
        }
        let Some(hash) = self.town.named.get("last").copied() else { return };
        self.all_answer(&slug(&self.town.agreement.clone()), hash, 30);
    }

    /// All who are asked answer; one in so many says no.
    pub(super) fn all_answer(&mut self, agreement: &Slug, hash: Hash, no: u64) {
        let asked = self.agreement(agreement).and_then(|agreement| agreement.offers.get(&hash).map(|offer| offer.waits_for()));
        for who in asked.into_iter().flatten() {
            let it = self.named(hash);
            let (kind, answer) = match self.dice.roll(no) {
                0 => (Type::Decline, self.by(&who).decline(it)),
                _ => (Type::Consent, self.by(&who).consent(it)),
            };
            let refused = matches!(answer, Answer::Refused(_));
            self.said(kind, answer);
            let still = self.agreement(agreement).is_some_and(|agreement| agreement.offers.get(&hash).is_some_and(|offer| offer.is_open()));
            if refused || !still {
                return;
            }
        }
    }

    /// An offer that waits, and one who is asked.
    fn waiting(&mut self, at: &Agreement) -> Option<(Hash, Slug)> {
        let waits = at.offers.values().filter(|offer| offer.is_open() && (is_heard(offer) || self.anyhow));
        let asked: Vec<(Hash, Slug)> = waits.flat_map(|offer| offer.waits_for().into_iter().map(|who| (offer.hash, who))).collect();
        let others = self.institutions();
        let other = self.pick(others)?;
        let (hash, who) = self.open(asked, (at.head.version, other))?;
        Some((hash, self.who([who])?))
    }

    pub(super) fn consent(&mut self, at: &Agreement) -> bool {
        let Some((hash, who)) = self.waiting(at) else { return false };
        if !self.anyhow && self.chance(2) {
            self.all_answer(&at.head.id, hash, 40);
            return true;
        }
        let it = self.named(hash);
        let answer = self.by(&who).consent(it);
        self.said(Type::Consent, answer)
    }

    pub(super) fn decline(&mut self, at: &Agreement) -> bool {
        let Some((hash, who)) = self.waiting(at) else { return false };
        let it = self.named(hash);
        let answer = self.by(&who).decline(it);
        self.said(Type::Decline, answer)
    }
}
