//! By whose hand an institution acts: its own, that of the one that it went over into, or that of a holder of its mandate.

use ledger::lives::Institution;
use ledger::lives::mandate::Standing;
use ledger::words::Slug;

use super::{Life, Seen};

impl<D: Seen> Life<D> {
    /// Who signs for an institution now.
    pub(super) fn hand_of(&mut self, who: &Slug) -> Slug {
        let now = self.now();
        let book = self.town.door.audit().book();
        let mut last = who.clone();
        while let Some(successor) = book.institution(&last).and_then(Institution::successor) {
            last = successor.clone();
        }
        if last != *who {
            return last;
        }
        let Some(institution) = book.institution(who) else { return last };
        let holds = institution.mandates.iter().filter(|given| institution.mandate_standing(given, now) == Standing::Holds);
        let holders: Vec<Slug> = holds.map(|given| given.mandate.holder.clone()).collect();
        if holders.is_empty() || !self.chance(3) { last } else { self.pick(holders).unwrap_or(last) }
    }

    /// A key of an institution that is valid now, by its name.
    pub(super) fn key_of(&mut self, who: &Slug) -> Option<String> {
        let now = self.now();
        let institution = self.town.door.audit().book().institution(who)?;
        let valid = institution.admitted.iter().flat_map(|admitted| &admitted.keys).filter(|key| key.is_valid(now));
        let valid: Vec<_> = valid.map(|key| key.kid).collect();
        let kid = self.pick(valid)?;
        self.keys.get(&kid).cloned()
    }
}
