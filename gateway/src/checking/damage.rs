//! What a self-check finds: a place, what is wrong there, and what mends it.

use std::fmt;

use crate::store::StoreFault;

/// At most so much is kept of a round.
const KEPT: usize = 100;

/// What makes damage whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// A backup: it is truth that is damaged.
    Backup,
    /// `convenant rebuild`: it follows from the log.
    Rebuild,
}

/// Something that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Entry or row, and what is wrong there: `record 7: ...`, `life agreement/a head : ...`.
    pub what: String,
    /// What mends it.
    pub mend: Mend,
}

impl Damage {
    /// Of the log, or of content beside it.
    pub(super) fn of_log(what: String) -> Self {
        Self { what, mend: Mend::Backup }
    }

    /// Of what follows from the log.
    pub(super) fn of_derived(what: String) -> Self {
        Self { what, mend: Mend::Rebuild }
    }

    /// The place says which: roots of tiles and changes stand beside the log, and follow from it.
    pub(super) fn of_stored(what: String) -> Self {
        let follows = ["tile_root ", "change ", "life ", "due ", "statement ", "history ", "facet ", "signer_key ", "progress"];
        if follows.iter().any(|place| what.starts_with(place)) { Self::of_derived(what) } else { Self::of_log(what) }
    }
}

/// With the advice for whoever runs it.
impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.mend {
            Mend::Backup => "run `convenant audit`, and restore a backup",
            Mend::Rebuild => "`convenant rebuild` makes it anew from the log",
        };
        write!(f, "{} ({advice})", self.what)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<Damage>);

impl Found {
    pub(super) fn add(&mut self, damage: Damage) {
        if self.0.len() < KEPT {
            self.0.push(damage);
        }
    }

    pub(super) fn extend(&mut self, damage: impl IntoIterator<Item = Damage>) {
        damage.into_iter().for_each(|one| self.add(one));
    }

    pub(super) fn is_log_damaged(&self) -> bool {
        self.0.iter().any(|damage| damage.mend == Mend::Backup)
    }

    pub(super) fn into_damage(self) -> Vec<Damage> {
        self.0
    }
}

/// A fault that says that what is stored is damaged is damage; another one means that it cannot be read now.
pub(super) fn or_damage<T>(outcome: Result<T, StoreFault>, found: &mut Found) -> Result<Option<T>, StoreFault> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(StoreFault::Damaged(what)) => {
            found.add(Damage::of_stored(what));
            Ok(None)
        }
        Err(StoreFault::Database(error)) if is_malformed(&error) => {
            found.add(Damage::of_log(format!("the database file: {error}")));
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// SQLITE_CORRUPT (11) and SQLITE_NOTADB (26) with their extended codes, and a column that is not of its type.
fn is_malformed(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
        other => {
            let code = other.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
            code.is_some_and(|code| [11, 26].contains(&(code & 0xff)))
        }
    }
}
