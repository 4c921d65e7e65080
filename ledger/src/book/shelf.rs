//! The lives that a book has at hand. The auditor's book has all; the gateway's has what was asked for.

use std::collections::HashMap;

use crate::envelope::kid::Kid;
use crate::envelope::statement::flag::Subject;
use crate::lives::{Agreement, Institution};
use crate::words::{Hash, Slug, StatementId};

/// The name of something that a statement touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LifeKey {
    /// An agreement.
    Agreement(Slug),
    /// An institution.
    Institution(Slug),
    /// Whose key this is.
    Key(Kid),
    /// Whether this institution used this statement id.
    Id(Slug, StatementId),
}

impl LifeKey {
    /// The life that a statement is about.
    pub fn of(subject: Subject) -> Self {
        match subject {
            Subject::Agreement(id) => Self::Agreement(id),
            Subject::Institution(id) => Self::Institution(id),
        }
    }
}

/// The first use of a statement id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prior {
    /// Index of the entry.
    pub entry: u64,
    /// SHA-256 of its payload.
    pub hash: Hash,
}

/// What is at hand; `None` as a value means that it is known not to exist.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    complete: bool,
    pub(super) institutions: HashMap<Slug, Option<Institution>>,
    pub(super) agreements: HashMap<Slug, Option<Agreement>>,
    /// How many parts those have, all together.
    pub(super) parts: usize,
    pub(super) keys: HashMap<Kid, Option<Slug>>,
    pub(super) ids: HashMap<(Slug, StatementId), Option<Prior>>,
}

impl Shelf {
    /// A shelf on which what is not there does not exist.
    pub(super) fn complete() -> Self {
        Self { complete: true, ..Self::default() }
    }

    pub(super) fn put_agreement(&mut self, id: Slug, agreement: Option<Agreement>) {
        self.parts += agreement.as_ref().map_or(0, Agreement::extent);
        let before = self.agreements.insert(id, agreement).flatten();
        self.parts -= before.as_ref().map_or(0, Agreement::extent);
    }

    /// What is under a key: `Err` when it must be fetched first.
    fn look<K, V>(&self, found: Option<&'_ Option<V>>, key: impl FnOnce() -> K) -> Result<(), K> {
        if found.is_none() && !self.complete { Err(key()) } else { Ok(()) }
    }

    pub(super) fn institution(&self, id: &Slug) -> Result<Option<&Institution>, LifeKey> {
        let found = self.institutions.get(id);
        self.look(found, || LifeKey::Institution(id.clone()))?;
        Ok(found.and_then(Option::as_ref))
    }

    pub(super) fn agreement(&self, id: &Slug) -> Result<Option<&Agreement>, LifeKey> {
        let found = self.agreements.get(id);
        self.look(found, || LifeKey::Agreement(id.clone()))?;
        Ok(found.and_then(Option::as_ref))
    }

    pub(super) fn key(&self, kid: &Kid) -> Result<Option<&Slug>, LifeKey> {
        let found = self.keys.get(kid);
        self.look(found, || LifeKey::Key(*kid))?;
        Ok(found.and_then(Option::as_ref))
    }

    pub(super) fn prior(&self, by: &Slug, id: &StatementId) -> Result<Option<Prior>, LifeKey> {
        let found = self.ids.get(&(by.clone(), id.clone()));
        self.look(found, || LifeKey::Id(by.clone(), id.clone()))?;
        Ok(found.copied().flatten())
    }
}
