//! Somebody who folds the log beside the ledger, entry by entry, and asks after each whether what must always hold still does.
//!
//! What it knows of who is bound, and of whose word was given, it takes from statements and not from the rules.

use std::collections::BTreeMap;

use ledger::book::Change;
use ledger::envelope::{Statement, Verified};
use ledger::lives::Agreement;
use ledger::words::{Hash, Instant, Slug};

use super::Setting;
use crate::audit::Audit;
use crate::memory::Memory;

pub mod bound;
pub mod owed;
pub mod state;
pub mod whole;
mod words;

use bound::Bound;
use words::Words;

/// An entry, as those who ask look at it.
pub(super) struct Said<'a> {
    number: u64,
    at: Instant,
    hash: Hash,
    statement: &'a Statement,
}

/// Somebody who watches a ledger.
#[derive(Debug, Clone)]
pub struct Watch {
    audit: Audit,
    setting: Setting,
    bound: Bound,
    words: Words,
    before: BTreeMap<Slug, Agreement>,
}

impl Watch {
    /// Begins with what stands already, which is looked at as well.
    pub fn begin(ledger: &Memory, setting: Setting) -> Result<Self, String> {
        let audit = Audit::begin(&ledger.log()[0]).map_err(|corruption| format!("{corruption:?}"))?;
        let mut watch = Self { audit, setting, bound: Bound::default(), words: Words::default(), before: BTreeMap::new() };
        watch.see(ledger)?;
        Ok(watch)
    }

    /// Looks at every entry that is new.
    pub fn see(&mut self, ledger: &Memory) -> Result<(), String> {
        let from = usize::try_from(self.audit.next()).map_err(|error| error.to_string())?;
        let new = ledger.log()[from..].iter().zip(&ledger.verified()[from - 1..]);
        new.into_iter().try_for_each(|(entry, verified)| self.entry(verified, entry.at))
    }

    fn entry(&mut self, verified: &Verified, at: Instant) -> Result<(), String> {
        let number = self.audit.next();
        self.audit.fold_verified(verified, at).map_err(|corruption| format!("step by step is not from scratch: {corruption:?}"))?;
        let said = Said { number, at, hash: verified.hash(), statement: verified.statement() };
        let changed: Vec<Slug> = self.audit.changes()[number as usize].iter().filter_map(changed).collect();
        let wrong = |what: String| format!("entry {number} ({} by {}): {what}", said.statement.body.kind().code(), said.statement.by);
        self.words.note(&said);
        for id in changed {
            let Some(after) = self.audit.book().agreement(&id).cloned() else { continue };
            let before = self.before.get(&id);
            state::check(self.setting, &self.audit, before, &after, &said).map_err(wrong)?;
            let circle = self.bound.check(before, &after, &said, &self.words).map_err(wrong)?;
            owed::check(&self.audit, (before, &after), circle, &said, &self.words).map_err(wrong)?;
            self.before.insert(id, after);
        }
        Ok(())
    }

    /// What it has made of the log.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Parties that are no longer bound, by how they got out; and ends.
    pub fn ways_out(&self) -> &BTreeMap<&'static str, u64> {
        &self.bound.ways_out
    }
}

fn changed(change: &Change) -> Option<Slug> {
    match change {
        Change::Agreement { id, .. } => Some(id.clone()),
        Change::Institution(_) | Change::Key(..) => None,
    }
}
