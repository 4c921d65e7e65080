//! What comes out of judging: an acceptance with what it does, a repeat, a refusal, or what must be fetched first.

use super::shelf::LifeKey;
use crate::envelope::{Kid, Refusal};
use crate::lives::parts::PartChange;
use crate::lives::withheld::Withheld;
use crate::lives::{Agreement, Institution, Moment};
use crate::words::{Hash, Instant, Slug, StatementId};

/// Why a statement was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It does not fit; the party is told.
    Refused(Refusal),
    /// This must be fetched before it can be judged.
    Need(LifeKey),
}

impl Stop {
    /// The same, where what does not fit was said elsewhere, and this place names it.
    pub(super) fn at(self, pointer: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.at_place(pointer)),
            Self::Need(key) => Self::Need(key),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<LifeKey> for Stop {
    fn from(key: LifeKey) -> Self {
        Self::Need(key)
    }
}

/// What became of a statement that may stand.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is new and fits.
    Accept(Box<Accepted>),
    /// The same payload was accepted before: the first receipt answers it.
    Repeat {
        /// Index of the entry.
        entry: u64,
    },
}

/// A statement that fits, with what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub(super) by: Slug,
    pub(super) id: StatementId,
    pub(super) hash: Hash,
    pub(super) moment: Moment,
    pub(super) lives: Vec<Life>,
    pub(super) key: Option<(Kid, Slug)>,
}

/// A life after a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Life {
    Institution(Box<Institution>),
    Agreement(Box<Agreement>),
}

/// What the shell keeps after an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An institution.
    Institution(Box<Institution>),
    /// Parts of an agreement, and the instant at which the clock next changes it.
    Agreement {
        /// The agreement.
        id: Slug,
        /// Its parts that changed.
        parts: Vec<PartChange>,
        /// When the clock next causes something; `None` when nothing will.
        due: Option<Instant>,
        /// On which ground it is withheld, and who may read it; `None` when it is public.
        withheld: Option<Withheld>,
    },
    /// A key that belongs to an institution from here on.
    Key(Kid, Slug),
}

impl Change {
    /// The life that changed; `None` for a key.
    pub fn life(&self) -> Option<LifeKey> {
        match self {
            Self::Institution(institution) => Some(LifeKey::Institution(institution.id.clone())),
            Self::Agreement { id, .. } => Some(LifeKey::Agreement(id.clone())),
            Self::Key(..) => None,
        }
    }

    /// When the clock next changes this life.
    pub fn due(&self) -> Option<Instant> {
        match self {
            Self::Institution(institution) => institution.next_flag().map(|flag| flag.due_at),
            Self::Agreement { due, .. } => *due,
            Self::Key(..) => None,
        }
    }
}
