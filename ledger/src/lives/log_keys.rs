//! The keys that sign the checkpoints of a log: one at a time, and two while one takes over from the other.

use serde::{Deserialize, Serialize};

use super::moment::Fact;
use crate::log::note::{KeyFault, VerifierKey};
use crate::words::Instant;

/// A later key of the log, as the owner announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogKey {
    /// The key, as a vkey.
    pub log_key: String,
    /// The entry that names it.
    pub since: Fact,
    /// The key before it signs checkpoints whose last entry was accepted before this instant.
    pub old_signs_until: Instant,
}

/// Every key that a log ever had, and which of them sign when: a function of the log alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    first: VerifierKey,
    later: Vec<Later>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Later {
    key: VerifierKey,
    named: u64,
    old_signs_until: Instant,
}

/// One key of a log, and for which entries it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// The key.
    pub key: &'a VerifierKey,
    /// The entry that names it: it signs every checkpoint that holds this one, until it does not.
    pub from: u64,
    /// It signs checkpoints whose last entry was accepted before this instant; `None` while no other key takes over.
    pub until: Option<Instant>,
}

impl LogKeys {
    /// The key that the genesis names, and those that the owner announced, in the order of the log.
    pub fn of(first: &str, later: &[LogKey]) -> Result<Self, KeyFault> {
        let later = later
            .iter()
            .map(|named| Ok(Later { key: named.log_key.parse()?, named: named.since.entry, old_signs_until: named.old_signs_until }));
        Ok(Self { first: first.parse()?, later: later.collect::<Result<_, KeyFault>>()? })
    }

    /// The key that the genesis names: what the log is known by.
    pub fn first(&self) -> &VerifierKey {
        &self.first
    }

    /// The newest key.
    pub fn current(&self) -> &VerifierKey {
        self.later.last().map_or(&self.first, |later| &later.key)
    }

    /// Every key with its span, oldest first.
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let named = std::iter::once((&self.first, 0)).chain(self.later.iter().map(|later| (&later.key, later.named)));
        let until = self.later.iter().map(|later| Some(later.old_signs_until)).chain(std::iter::once(None));
        named.zip(until).map(|((key, from), until)| Span { key, from, until })
    }

    /// Every key, oldest first.
    pub fn all(&self) -> Vec<VerifierKey> {
        self.spans().map(|span| span.key.clone()).collect()
    }

    /// The keys that sign a checkpoint of so many entries, of which the last was accepted at an instant, oldest first.
    pub fn signing(&self, size: u64, last: Instant) -> Vec<&VerifierKey> {
        let named = self.later.iter().take_while(|later| later.named < size).count();
        let newest = if named == 0 { &self.first } else { &self.later[named - 1].key };
        let before = self.later[..named].last().filter(|newest| last < newest.old_signs_until);
        let before = before.map(|_| if named == 1 { &self.first } else { &self.later[named - 2].key });
        before.into_iter().chain(std::iter::once(newest)).collect()
    }

    /// Whether the last key before the newest signs still, for what is accepted at an instant.
    pub fn overlap(&self, at: Instant) -> Option<Instant> {
        self.later.last().map(|later| later.old_signs_until).filter(|until| at < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lives::Moment;
    use crate::log::note::NoteSigner;

    #[test]
    fn two_keys_sign_from_the_entry_on_and_until_the_instant() {
        let key = |seed| NoteSigner::from_seed("l.example/gm1", &[seed; 32]).unwrap().verifier().clone();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let later = |seed, entry, since, until| LogKey {
            log_key: key(seed).to_string(),
            since: Moment { entry, at: at(since) },
            old_signs_until: at(until),
        };
        let (a, b, c) = (key(1), key(2), key(3));
        let later =
            [later(2, 5, "2006-03-01T00:00:00Z", "2006-04-01T00:00:00Z"), later(3, 9, "2006-05-01T00:00:00Z", "2006-06-01T00:00:00Z")];
        let keys = LogKeys::of(&a.to_string(), &later).unwrap();
        for (size, last, expected) in [
            (0, "2006-01-01T00:00:00Z", vec![&a]),
            (5, "2006-03-01T00:00:00Z", vec![&a]),
            (6, "2006-03-01T00:00:00Z", vec![&a, &b]),
            (7, "2006-03-31T23:59:59.999Z", vec![&a, &b]),
            (7, "2006-04-01T00:00:00Z", vec![&b]),
            (9, "2006-05-01T00:00:00Z", vec![&b]),
            (10, "2006-05-01T00:00:00Z", vec![&b, &c]),
            (10, "2006-06-01T00:00:00Z", vec![&c]),
        ] {
            assert_eq!(keys.signing(size, at(last)), expected, "{size} {last}");
        }
        assert_eq!((keys.first(), keys.current(), keys.all()), (&a, &c, vec![a.clone(), b.clone(), c.clone()]));
        assert_eq!(keys.overlap(at("2006-05-31T00:00:00Z")), Some(at("2006-06-01T00:00:00Z")));
        assert_eq!(keys.overlap(at("2006-06-01T00:00:00Z")), None);
        let spans: Vec<(u64, Option<Instant>)> = keys.spans().map(|span| (span.from, span.until)).collect();
        assert_eq!(spans, [(0, Some(at("2006-04-01T00:00:00Z"))), (5, Some(at("2006-06-01T00:00:00Z"))), (9, None)]);
        assert!(LogKeys::of("no vkey", &[]).is_err());
    }
}
