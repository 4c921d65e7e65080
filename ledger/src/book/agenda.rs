//! What is due when: the order in which the clock's entries stand in a log.

use std::collections::{BTreeSet, HashMap};

use super::shelf::LifeKey;
use super::verdict::Change;
use crate::words::Instant;

/// The next due instant of each life. Entries come in the order of their instant; of those due at the
/// same instant agreements come before institutions, each in the order of the bytes of their ids.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    of: HashMap<LifeKey, Instant>,
    order: BTreeSet<(Instant, LifeKey)>,
}

impl Agenda {
    /// The next due instant of a life from here on.
    pub fn set(&mut self, life: LifeKey, due: Option<Instant>) {
        let before = match due {
            Some(due) => self.of.insert(life.clone(), due),
            None => self.of.remove(&life),
        };
        if let Some(before) = before {
            self.order.remove(&(before, life.clone()));
        }
        if let Some(due) = due {
            self.order.insert((due, life));
        }
    }

    /// Takes over what changes say.
    pub fn note(&mut self, changes: &[Change]) {
        for change in changes {
            if let Some(life) = change.life() {
                self.set(life, change.due());
            }
        }
    }

    /// The life that is due first, at or before an instant.
    pub fn first(&self, at: Instant) -> Option<&(Instant, LifeKey)> {
        self.order.first().filter(|(due, _)| *due <= at)
    }

    /// The earliest due instant.
    pub fn earliest(&self) -> Option<Instant> {
        self.order.first().map(|(due, _)| *due)
    }
}
