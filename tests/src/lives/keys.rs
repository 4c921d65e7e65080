//! Keys: added, put in the place of others, revoked, lost and recovered.

use ledger::envelope::Type;
use ledger::lives::institution::Admitted;
use ledger::words::Slug;

use super::{DAY, Life, Seen, slug};
use crate::town::kid;

impl<D: Seen> Life<D> {
    /// A name for a key that nobody has.
    fn fresh_key(&mut self, who: &Slug) -> String {
        let name = self.fresh(&format!("{who}-key"));
        self.keys.insert(kid(&name), name.clone());
        name
    }

    /// Those who are admitted, and for whom something holds.
    fn admitted(&self, holds: impl Fn(&Admitted) -> bool) -> Vec<Slug> {
        let all = self.town.door.audit().institutions().filter(|institution| institution.successor().is_none());
        all.filter(|institution| institution.admitted.as_ref().is_some_and(&holds)).map(|institution| institution.id.clone()).collect()
    }

    pub(super) fn key_addition(&mut self) -> bool {
        let Some(who) = self.who(self.admitted(|_| true)) else { return false };
        let key = self.fresh_key(&who);
        let until = self.now().plus_millis((20 + self.dice.roll(200) as i64) * DAY).to_string();
        let until = self.chance(3).then_some(until);
        let answer = self.itself(&who).add_key(&key, until.as_deref(), None);
        self.said(Type::KeyAddition, answer)
    }

    pub(super) fn key_rotation(&mut self) -> bool {
        let Some(who) = self.who(self.admitted(|_| true)) else { return false };
        let Some(old) = self.key_of(&who) else { return false };
        let key = self.fresh_key(&who);
        // One that ends soon: whoever forgets it has no key any more.
        let until = self.now().plus_millis((5 + self.dice.roll(60) as i64) * DAY).to_string();
        let until = self.chance(3).then_some(until);
        let answer = self.itself(&who).add_key(&key, until.as_deref(), Some(&old));
        self.said(Type::KeyRotation, answer)
    }

    pub(super) fn key_revocation(&mut self) -> bool {
        let now = self.now();
        let several = |admitted: &Admitted| admitted.keys.iter().filter(|key| key.is_valid(now)).count() > 1;
        let Some(who) = self.who(self.admitted(several)) else { return false };
        let Some(key) = self.key_of(&who) else { return false };
        let answer = self.itself(&who).revoke_key(&key);
        self.said(Type::KeyRevocation, answer)
    }

    pub(super) fn recovery_request(&mut self) -> bool {
        let now = self.now();
        // Mostly who has none left; sometimes somebody in its name, which it can object to.
        let mut may = self.admitted(|admitted| admitted.no_valid_key.is_some() && !admitted.keys.iter().any(|key| key.is_valid(now)));
        if may.is_empty() && self.chance(4) {
            may = self.admitted(|_| true);
        }
        let Some(who) = self.who(may) else { return false };
        let key = self.fresh_key(&who);
        let answer = self.town.actor(who.as_str()).request_recovery(&key);
        self.said(Type::RecoveryRequest, answer)
    }

    pub(super) fn recovery_vouch(&mut self) -> bool {
        let Some(of) = self.who(self.admitted(|admitted| admitted.recovery.is_some())) else { return false };
        let (owner, ministry) = (self.owner(), self.ministry());
        let authority = if of == owner { ministry } else { owner };
        let recovery = self.town.door.audit().book().institution(&of).and_then(|one| one.admitted.as_ref()?.recovery.clone());
        let key = recovery.as_ref().and_then(|recovery| self.keys.get(&recovery.kid()).cloned()).unwrap_or_else(|| "no key".to_owned());
        let needs_authority = recovery.as_ref().is_none_or(|recovery| recovery.authority.is_none());
        let answer = if needs_authority && self.chance(2) {
            self.itself(&authority).vouch(of.as_str(), &key, None)
        } else {
            let shared: Vec<(Slug, Slug)> = self.town.door.audit().agreements().flat_map(partners(&of)).collect();
            let Some((agreement, partner)) = self.open(shared, (slug("homes"), authority)) else { return false };
            self.itself(&partner).vouch(of.as_str(), &key, Some(agreement.as_str()))
        };
        self.said(Type::RecoveryVouch, answer)
    }

    pub(super) fn recovery_objection(&mut self) -> bool {
        let now = self.now();
        let may = |admitted: &Admitted| admitted.recovery.is_some() && admitted.keys.iter().any(|key| key.is_valid(now));
        let Some(who) = self.who(self.admitted(may)) else { return false };
        let recovery = self.town.door.audit().book().institution(&who).and_then(|one| one.admitted.as_ref()?.recovery.clone());
        let key = recovery.and_then(|recovery| self.keys.get(&recovery.kid()).cloned()).unwrap_or_else(|| "no key".to_owned());
        let answer = self.itself(&who).object_to_recovery(&key);
        self.said(Type::RecoveryObjection, answer)
    }
}

/// Those that an agreement binds together with this one.
fn partners(of: &Slug) -> impl Fn(&ledger::lives::Agreement) -> Vec<(Slug, Slug)> + use<'_> {
    move |agreement| {
        let is_bound = agreement.bound_party(of).is_ok() && agreement.binding().is_ok();
        let others = agreement.bound().filter(|who| *who != of && is_bound);
        others.map(|who| (agreement.head.id.clone(), who.clone())).collect()
    }
}
