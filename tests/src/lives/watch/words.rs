//! Whose word was given to what: consents by the hash that they name, hearings, notices, mandates and successions. From statements alone.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::Body;
use ledger::envelope::statement::flag::Cause;
use ledger::words::{Day, Hash, Instant, Slug};

use super::Said;

/// A notice that was given and not taken back.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) given: Instant,
    pub(super) effective: Day,
}

/// How the one that is to be put out was heard.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heard {
    /// It gave its view.
    View,
    /// It was silent, as a flag says.
    Silence(Instant),
}

/// What was offered.
#[derive(Debug, Clone)]
pub(super) struct Offered {
    pub(super) at: Instant,
    pub(super) body: Body,
}

/// Every word so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    offers: BTreeMap<Hash, Offered>,
    yes: BTreeMap<Hash, BTreeSet<Slug>>,
    /// Of those, who did not sign it, nor the one that it went over into.
    by_others: BTreeMap<Hash, BTreeSet<Slug>>,
    /// By its own view, or by the flag of its silence.
    heard: BTreeMap<Hash, Heard>,
    notices: BTreeMap<(Slug, Slug), Notice>,
    went_over: BTreeMap<Slug, Slug>,
}

impl Words {
    /// Takes note of an entry.
    pub(super) fn note(&mut self, said: &Said<'_>) {
        let statement = said.statement;
        let who = statement.acts_for();
        match &statement.body {
            Body::Consent(body) => self.say_yes(body.to, said),
            Body::ExpulsionView(body) => {
                let concerned = self.offers.get(&body.to).map(|offered| &offered.body);
                if matches!(concerned, Some(Body::Expulsion(body)) if body.party == *who) {
                    self.heard.insert(body.to, Heard::View);
                }
            }
            Body::Flag(flag) => {
                if let Cause::ExpulsionUnanswered { offer, .. } = &flag.cause {
                    self.heard.insert(*offer, Heard::Silence(said.at));
                }
            }
            Body::Withdrawal(body) => {
                let notice = Notice { given: said.at, effective: body.effective_date };
                self.notices.insert((body.agreement.clone(), who.clone()), notice);
            }
            Body::WithdrawalRevocation(body) => _ = self.notices.remove(&(body.agreement.clone(), who.clone())),
            Body::SuccessionAcceptance(body) => _ = self.went_over.insert(body.institution.clone(), statement.by.clone()),
            // A proposal to put a party out is no vote, and each party signs a text by a consent.
            Body::Expulsion(_) | Body::Proposal(_) | Body::CounterProposal(_) | Body::Accession(_) => self.offer(said),
            body if body.is_about_agreement() => {
                self.offer(said);
                self.say_yes(said.hash, said);
            }
            _ => {}
        }
    }

    fn offer(&mut self, said: &Said<'_>) {
        self.offers.insert(said.hash, Offered { at: said.at, body: said.statement.body.clone() });
    }

    fn say_yes(&mut self, to: Hash, said: &Said<'_>) {
        let who = said.statement.acts_for().clone();
        if !self.is_one(&who, &said.statement.by) {
            self.by_others.entry(to).or_default().insert(who.clone());
        }
        self.yes.entry(to).or_default().insert(who);
    }

    /// Whether one is the other, or went over into it.
    fn is_one(&self, who: &Slug, hand: &Slug) -> bool {
        let mut at = who;
        while at != hand {
            let Some(next) = self.went_over.get(at) else { return false };
            at = next;
        }
        true
    }

    /// The offer that an entry carries out: that which it consents to, or itself.
    pub(super) fn carried_out(&self, said: &Said<'_>) -> Option<(Hash, &Offered)> {
        let hash = if let Body::Consent(body) = &said.statement.body { body.to } else { said.hash };
        Some((hash, self.offers.get(&hash)?))
    }

    /// Everything that was offered.
    pub(super) fn offers(&self) -> impl Iterator<Item = (&Hash, &Offered)> {
        self.offers.iter()
    }

    /// That each of these said yes to an offer.
    pub(super) fn all_said_yes<'a>(&self, to: &Hash, mut who: impl Iterator<Item = &'a Slug>) -> Result<(), String> {
        match who.find(|who| !self.said_yes(to, who)) {
            Some(silent) => Err(format!("without the word of {silent}")),
            None => Ok(()),
        }
    }

    /// Whether somebody said yes to an offer.
    pub(super) fn said_yes(&self, to: &Hash, who: &Slug) -> bool {
        self.yes.get(to).is_some_and(|all| all.contains(who))
    }

    /// The same, itself or by the one that it went over into (L01: nobody speaks for another on a way out).
    pub(super) fn itself_said_yes(&self, to: &Hash, who: &Slug) -> bool {
        self.said_yes(to, who) && !self.by_others.get(to).is_some_and(|others| others.contains(who))
    }

    /// How the one that an expulsion is about was heard.
    pub(super) fn heard(&self, offer: &Hash) -> Option<Heard> {
        self.heard.get(offer).copied()
    }

    /// The notice of a party that stands.
    pub(super) fn notice(&self, agreement: &Slug, party: &Slug) -> Option<&Notice> {
        self.notices.get(&(agreement.clone(), party.clone()))
    }
}
