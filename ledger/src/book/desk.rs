//! A book: the lives at hand, what the shell puts there, and what it keeps after an entry.

use std::sync::Arc;

use super::founding::Ledger;
use super::shelf::{LifeKey, Prior, Shelf};
use super::verdict::{Accepted, Change, Life, Stop};
use crate::envelope::statement::flag::Flag;
use crate::envelope::{Body, GATEWAY, Kid, Parsed};
use crate::lives::{Agreement, Institution, Moment};
use crate::words::{Slug, StatementId};

/// The lives at hand, and the rules over them.
#[derive(Debug, Clone)]
pub struct Book {
    pub(super) ledger: Arc<Ledger>,
    pub(super) shelf: Shelf,
}

impl Book {
    /// A book that holds what the shell puts on it.
    pub fn of(ledger: Ledger) -> Self {
        Self { ledger: Arc::new(ledger), shelf: Shelf::default() }
    }

    /// A book that holds everything since the genesis: what it does not have does not exist.
    pub fn complete(ledger: Ledger, institutions: Vec<Institution>) -> Self {
        let mut book = Self { ledger: Arc::new(ledger), shelf: Shelf::complete() };
        institutions.into_iter().for_each(|institution| book.put_institution(institution.id.clone(), Some(institution)));
        book
    }

    /// What holds for the ledger as a whole.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Puts an institution on the book, or that there is none, with its keys.
    pub fn put_institution(&mut self, id: Slug, institution: Option<Institution>) {
        for key in institution.iter().flat_map(|i| &i.admitted).flat_map(|admitted| &admitted.keys) {
            self.shelf.keys.insert(key.kid, Some(id.clone()));
        }
        self.shelf.institutions.insert(id, institution);
    }

    /// Puts an agreement on the book, or that there is none.
    pub fn put_agreement(&mut self, id: Slug, agreement: Option<Agreement>) {
        self.shelf.put_agreement(id, agreement);
    }

    /// Puts on the book whose key this is.
    pub fn put_key(&mut self, kid: Kid, owner: Option<Slug>) {
        self.shelf.keys.insert(kid, owner);
    }

    /// Puts on the book whether an id was used.
    pub fn put_id(&mut self, by: Slug, id: StatementId, prior: Option<Prior>) {
        self.shelf.ids.insert((by, id), prior);
    }

    /// Forgets all ids: they are looked up anew.
    pub fn forget_ids(&mut self) {
        self.shelf.ids.clear();
    }

    /// Forgets the ids that no entry after this one used: those are looked up anew, the others are not written yet.
    pub fn forget_ids_before(&mut self, entry: u64) {
        self.shelf.ids.retain(|_, prior| prior.is_some_and(|prior| prior.entry >= entry));
    }

    /// Whether something is at hand.
    pub fn has(&self, key: &LifeKey) -> bool {
        match key {
            LifeKey::Institution(id) => self.shelf.institutions.contains_key(id),
            LifeKey::Agreement(id) => self.shelf.agreements.contains_key(id),
            LifeKey::Key(kid) => self.shelf.keys.contains_key(kid),
            LifeKey::Id(by, id) => self.shelf.ids.contains_key(&(by.clone(), id.clone())),
        }
    }

    /// An agreement at hand.
    pub fn agreement(&self, id: &Slug) -> Option<&Agreement> {
        self.shelf.agreements.get(id).and_then(Option::as_ref)
    }

    /// An institution at hand.
    pub fn institution(&self, id: &Slug) -> Option<&Institution> {
        self.shelf.institutions.get(id).and_then(Option::as_ref)
    }

    /// How many lives and parts of them are at hand: the measure of the memory that the book takes.
    pub fn extent(&self) -> usize {
        self.shelf.institutions.len() + self.shelf.agreements.len() + self.shelf.parts
    }

    /// What a statement surely touches, so that the shell can fetch it in one go.
    pub fn touches(statement: &Parsed) -> Vec<LifeKey> {
        let (by, id) = (&statement.statement().by, &statement.statement().id);
        let mut keys = vec![LifeKey::Id(by.clone(), id.clone())];
        if by.as_str() != GATEWAY {
            keys.push(LifeKey::Institution(by.clone()));
        }
        keys.extend(statement.statement().principal().cloned().map(LifeKey::Institution));
        keys.extend(statement.statement().body.subject().map(LifeKey::of));
        if let Body::Mandate(mandate) = &statement.statement().body {
            keys.push(LifeKey::Institution(mandate.holder.clone()));
            keys.extend(mandate.agreements.iter().flat_map(|list| list.iter()).cloned().map(LifeKey::Agreement));
        }
        if let Some(text) = statement.statement().body.text() {
            keys.extend(text.parties.iter().map(|party| LifeKey::Institution(party.institution.clone())));
        }
        keys
    }

    /// What the clock causes, whether or not an entry says so: an audit goes on as if a flag that is missing
    /// from the log stood in it. Refused like the flag itself.
    pub fn cause(&mut self, flag: &Flag, moment: Moment) -> Result<Vec<Change>, Stop> {
        let life = self.flag_life(flag, moment)?;
        Ok(self.keep(vec![life]))
    }

    /// Records what was judged, and gives what the shell keeps.
    pub fn record(&mut self, accepted: Accepted) -> Vec<Change> {
        let Accepted { by, id, hash, moment, lives, key } = accepted;
        self.shelf.ids.insert((by, id), Some(Prior { entry: moment.entry, hash }));
        let mut changes = Vec::new();
        if let Some((kid, owner)) = key {
            self.shelf.keys.insert(kid, Some(owner.clone()));
            changes.push(Change::Key(kid, owner));
        }
        changes.extend(self.keep(lives));
        changes
    }

    fn keep(&mut self, lives: Vec<Life>) -> Vec<Change> {
        let mut changes = Vec::new();
        for life in lives {
            match life {
                Life::Institution(institution) => {
                    changes.push(Change::Institution(institution.clone()));
                    self.put_institution(institution.id.clone(), Some(*institution));
                }
                Life::Agreement(mut agreement) => {
                    let parts = agreement.take_changes(self.agreement(&agreement.head.id));
                    let (id, due) = (agreement.head.id.clone(), agreement.next_flag().map(|flag| flag.due_at));
                    let withheld = agreement.withheld();
                    changes.push(Change::Agreement { id: id.clone(), parts, due, withheld });
                    self.put_agreement(id, Some(*agreement));
                }
            }
        }
        changes
    }

    /// What the clock causes next in a life at hand.
    pub fn next_flag(&self, life: &LifeKey) -> Option<Flag> {
        match life {
            LifeKey::Institution(id) => self.institution(id)?.next_flag(),
            LifeKey::Agreement(id) => self.agreement(id)?.next_flag(),
            LifeKey::Key(_) | LifeKey::Id(..) => None,
        }
    }
}
