//! Acting for others: mandates, and institutions that go over into others.

use ledger::envelope::Type;
use ledger::envelope::statement::institution::Kind;
use ledger::envelope::statement::mandate::MandatedAct;
use ledger::lives::Institution;
use ledger::lives::mandate::{Given, Standing};
use ledger::words::{Hash, Slug};

use super::{Life, Seen, refs};

impl<D: Seen> Life<D> {
    /// Those who act themselves, ministries aside.
    fn partners(&self) -> Vec<Slug> {
        let is_partner = |institution: &&Institution| {
            let kind = institution.admitted.as_ref().map(|admitted| admitted.kind);
            kind.is_some_and(|kind| kind != Kind::Ministry) && institution.successor().is_none()
        };
        self.town.door.audit().institutions().filter(is_partner).map(|institution| institution.id.clone()).collect()
    }

    /// Mandates that hold: whose, and which.
    fn held(&self) -> Vec<(Slug, Given)> {
        let now = self.now();
        let of = |institution: &Institution| {
            let holds = institution.mandates.iter().filter(|given| institution.mandate_standing(given, now) == Standing::Holds);
            holds.map(|given| (institution.id.clone(), given.clone())).collect::<Vec<_>>()
        };
        self.town.door.audit().institutions().flat_map(of).collect()
    }

    pub(super) fn mandate(&mut self) -> bool {
        let held: Vec<(Slug, Given)> = self.held().into_iter().filter(|(_, given)| given.mandate.may_pass_on == Some(true)).collect();
        if let Some((principal, given)) = self.pick(held).filter(|_| self.dice.roll(2) == 0) {
            return self.pass_on(&principal, &given);
        }
        let Some(principal) = self.who(self.partners()) else { return false };
        let Some(holder) = self.who(self.partners().into_iter().filter(|who| *who != principal)) else { return false };
        let acts: Vec<&str> = MandatedAct::ALL.iter().map(|act| act.code()).collect();
        let some: Vec<&str> = (0..6).map(|_| self.dice.one(&acts)).collect();
        let mut some = if self.chance(2) { acts } else { some };
        some.sort_unstable();
        some.dedup();
        let mut terms = vec![format!("acts={}", some.join(","))];
        if self.chance(3) {
            terms.push(format!("until={}", self.day(20, 300)));
        }
        if self.chance(3) {
            terms.push("may-pass-on".to_owned());
        }
        if self.chance(6) {
            terms.push("amount=1000".to_owned());
        }
        if self.chance(6) {
            terms.push("themes=housing,safety".to_owned());
        }
        let Ok(answer) = self.itself(&principal).mandate(holder.as_str(), &refs(&terms)) else { return false };
        self.said(Type::Mandate, answer)
    }

    fn pass_on(&mut self, principal: &Slug, given: &Given) -> bool {
        let partners = self.partners().into_iter().filter(|who| *who != given.mandate.holder && who != principal);
        let Some(to) = self.pick(partners) else { return false };
        let acts: Vec<&str> = given.mandate.acts.iter().map(|act| act.code()).collect();
        let terms = [format!("acts={}", self.dice.one(&acts)), format!("of={principal}"), format!("under={}", self.named(given.hash))];
        let Ok(answer) = self.itself(&given.mandate.holder).mandate(to.as_str(), &refs(&terms)) else { return false };
        self.said(Type::Mandate, answer)
    }

    pub(super) fn mandate_revocation(&mut self) -> bool {
        let nothing = self.partners().first().map(|who| (who.clone(), Hash::of(&[b"nothing"]), who.clone()));
        let Some(nothing) = nothing else { return false };
        let held: Vec<(Slug, Hash, Slug)> = self.held().into_iter().map(|(of, given)| (of, given.hash, given.mandate.holder)).collect();
        let Some((principal, mandate, holder)) = self.open(held, nothing) else { return false };
        let who = if self.chance(4) { holder } else { principal.clone() };
        let it = self.named(mandate);
        let answer = self.by(&who).end_mandate(it, principal.as_str());
        self.said(Type::MandateRevocation, answer)
    }

    pub(super) fn institution_succession(&mut self) -> bool {
        let (owner, ministry) = (self.owner(), self.ministry());
        let partners: Vec<Slug> = self.partners().into_iter().filter(|who| *who != owner && *who != ministry).collect();
        // Enough stay to live on.
        let Some(who) = self.who(partners.clone()).filter(|_| partners.len() > 3 || self.anyhow) else { return false };
        let Some(into) = self.who(partners.into_iter().filter(|other| *other != who)) else { return false };
        let kind = self.dice.one(&["merger", "split", "takeover"]);
        let date = self.day(-30, 1).to_string();
        let answer = self.itself(&who).go_over(who.as_str(), into.as_str(), kind, &date);
        self.said(Type::InstitutionSuccession, answer)
    }

    pub(super) fn succession_acceptance(&mut self) -> bool {
        let waits = |institution: &Institution| {
            let succession = institution.succession.as_ref().filter(|succession| succession.accepted.is_none())?;
            Some((institution.id.clone(), succession.successor.clone(), succession.hash))
        };
        let waiting: Vec<_> = self.town.door.audit().institutions().filter_map(waits).collect();
        let nothing = (self.owner(), self.owner(), Hash::of(&[b"nothing"]));
        let Some((of, by, hash)) = self.open(waiting, nothing) else { return false };
        let it = self.named(hash);
        let answer = self.itself(&by).take_place(of.as_str(), it);
        self.said(Type::SuccessionAcceptance, answer)
    }
}
