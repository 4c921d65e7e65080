//! The auditor: folds kept entries from nothing, and finds a flag that is missing, false or out of place.

use std::collections::{BTreeMap, BTreeSet};

use ledger::book::{Book, Change, LifeKey, Stop, Verdict, found};
use ledger::envelope::statement::flag::Flag;
use ledger::envelope::{Body, Parsed, PublicKey, Refusal, Verified};
use ledger::lives::parts::{Part, PartChange, PartId};
use ledger::lives::{Agreement, Institution, Moment};
use ledger::words::{Hash, Instant, Slug};

use crate::door::Entry;

/// Why a log does not follow from its own rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Corruption {
    /// An entry that would have been refused.
    Refused {
        /// Its index.
        entry: u64,
        /// Why.
        refusal: Refusal,
    },
    /// The clock had caused something that is not in the log.
    MissingFlag {
        /// Index of the entry before which it belongs.
        before: u64,
        /// What the clock had caused.
        flag: Box<Flag>,
    },
    /// An entry that was in the log already.
    Twice {
        /// Index of the second one.
        entry: u64,
    },
    /// An instant before that of the entry before.
    BackInTime {
        /// Index of the later entry.
        entry: u64,
    },
    /// No entry at all, or a first one that is no genesis.
    NoGenesis,
}

/// A fold over entries, with what the shell would keep of them.
#[derive(Debug, Clone)]
pub struct Audit {
    book: Book,
    lives: BTreeSet<LifeKey>,
    kept: BTreeMap<(Slug, PartId), PartChange>,
    changes: Vec<Vec<Change>>,
    flags: Vec<(u64, Flag)>,
    names: BTreeMap<Hash, u64>,
    last: Instant,
    next: u64,
}

impl Audit {
    /// Reads the genesis.
    pub fn begin(genesis: &Entry) -> Result<Self, Corruption> {
        let moment = Moment { entry: 0, at: genesis.at };
        let refused = |refusal| Corruption::Refused { entry: 0, refusal };
        let parsed = Parsed::parse(&genesis.bytes).map_err(refused)?;
        let Body::Genesis(body) = &parsed.statement().body else {
            return Err(Corruption::NoGenesis);
        };
        let key = body.statement_key.clone();
        let verified = parsed.verify(&key).map_err(refused)?;
        let (ledger, institutions) = found(&verified, moment).map_err(refused)?;
        let lives = institutions.iter().map(|i| LifeKey::Institution(i.id.clone())).collect();
        let changes = vec![institutions.iter().cloned().map(|institution| Change::Institution(Box::new(institution))).collect()];
        let book = Book::complete(ledger, institutions);
        let (kept, flags, names) = (BTreeMap::new(), Vec::new(), BTreeMap::from([(verified.hash(), 0)]));
        Ok(Self { book, lives, kept, changes, flags, names, last: genesis.at, next: 1 })
    }

    /// Folds a whole log, and asks at the end that nothing was due by then.
    pub fn replay(entries: &[Entry], until: Instant) -> Result<Self, Corruption> {
        let (genesis, rest) = entries.split_first().ok_or(Corruption::NoGenesis)?;
        let mut audit = Self::begin(genesis)?;
        rest.iter().try_for_each(|entry| audit.fold(entry))?;
        match audit.due(until) {
            Some(flag) => Err(Corruption::MissingFlag { before: audit.next, flag: Box::new(flag) }),
            None => Ok(audit),
        }
    }

    /// Folds the next entry.
    pub fn fold(&mut self, entry: &Entry) -> Result<(), Corruption> {
        let refused = |refusal| Corruption::Refused { entry: self.next, refusal };
        let parsed = Parsed::parse(&entry.bytes).map_err(refused)?;
        let verified = self.verify(parsed).map_err(refused)?;
        self.fold_verified(&verified, entry.at)
    }

    /// The same, where somebody else has checked the signature.
    pub fn fold_verified(&mut self, verified: &Verified, at: Instant) -> Result<(), Corruption> {
        let number = self.next;
        if at < self.last {
            return Err(Corruption::BackInTime { entry: number });
        }
        let due = self.due(at);
        if let Some(due) = due.filter(|due| verified.statement().body != Body::Flag(due.clone())) {
            return Err(Corruption::MissingFlag { before: number, flag: Box::new(due) });
        }
        match self.judge(verified, at).map_err(|refusal| Corruption::Refused { entry: number, refusal })? {
            Verdict::Accept(accepted) => _ = self.keep(verified, *accepted, at),
            Verdict::Repeat { .. } => return Err(Corruption::Twice { entry: number }),
        }
        Ok(())
    }

    /// Checks the signature with the key that the ledger knows.
    pub fn verify(&self, parsed: Parsed) -> Result<Verified, Refusal> {
        let key: PublicKey = self.book.key_of(&parsed).map_err(known)?;
        parsed.verify(&key)
    }

    /// Judges as the next entry.
    pub fn judge(&self, verified: &Verified, at: Instant) -> Result<Verdict, Refusal> {
        self.book.judge(verified, Moment { entry: self.next, at }).map_err(known)
    }

    /// Records what was judged.
    pub fn keep(&mut self, verified: &Verified, accepted: ledger::book::Accepted, at: Instant) -> u64 {
        let number = self.next;
        (self.last, self.next) = (at, number + 1);
        self.names.insert(verified.hash(), number);
        if let Body::Flag(flag) = &verified.statement().body {
            self.flags.push((number, flag.clone()));
        }
        let changes = self.book.record(accepted);
        for change in &changes {
            match change {
                Change::Institution(institution) => _ = self.lives.insert(LifeKey::Institution(institution.id.clone())),
                Change::Agreement { id, parts, .. } => {
                    self.lives.insert(LifeKey::Agreement(id.clone()));
                    self.kept.extend(parts.iter().map(|part| ((id.clone(), part.id.clone()), part.clone())));
                }
                Change::Key(..) => {}
            }
        }
        self.changes.push(changes);
        number
    }

    /// What the clock must have caused by an instant, and no entry says: as the ledger would if it took an entry now.
    /// Gives what changed; nothing of it is an entry.
    pub fn assume_until(&mut self, at: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some(flag) = self.due(at) {
            let moment = Moment { entry: self.next, at };
            changes.extend(self.book.cause(&flag, moment).map_err(known).unwrap_or_else(|refusal| panic!("{flag:?}: {refusal}")));
        }
        changes
    }

    /// The flag that is due first over all lives, at or before an instant.
    pub fn due(&self, at: Instant) -> Option<Flag> {
        // Looked up anew each time, so that it does not lean on the agenda that the gateway uses.
        let flags = self.lives.iter().filter_map(|life| Some((self.book.next_flag(life)?, life)));
        flags.filter(|(flag, _)| flag.due_at <= at).min_by_key(|(flag, life)| (flag.due_at, *life)).map(|(flag, _)| flag)
    }

    /// The state.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Number of the next entry.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// What each entry changed.
    pub fn changes(&self) -> &[Vec<Change>] {
        &self.changes
    }

    /// Flags, with the number of their entry.
    pub fn flags(&self) -> &[(u64, Flag)] {
        &self.flags
    }

    /// Every institution.
    pub fn institutions(&self) -> impl Iterator<Item = &Institution> {
        self.lives.iter().filter_map(|key| if let LifeKey::Institution(id) = key { self.book.institution(id) } else { None })
    }

    /// Every agreement.
    pub fn agreements(&self) -> impl Iterator<Item = &Agreement> {
        self.lives.iter().filter_map(|key| if let LifeKey::Agreement(id) = key { self.book.agreement(id) } else { None })
    }

    /// A part as it was kept last, final ones included.
    pub fn part(&self, agreement: &Slug, id: &PartId) -> Option<&Part> {
        self.kept.get(&(agreement.clone(), id.clone())).map(|change| &change.part)
    }

    /// Parts of an agreement that were kept last.
    pub fn parts(&self, agreement: &Slug) -> impl Iterator<Item = &PartChange> + Clone {
        self.kept.iter().filter(move |((id, _), _)| id == agreement).map(|(_, change)| change)
    }

    /// The agreement as the shell would put it together again from the open parts that it kept, via JSON.
    pub fn restored(&self, id: &Slug) -> Option<Agreement> {
        let part = |name: &PartId| self.part(id, name).map(through_json);
        let (Some(Part::Head(head)), Some(Part::Text(text))) = (part(&PartId::Head), part(&PartId::Text)) else { return None };
        let mut agreement = Agreement::of((*head).clone(), (*text).clone());
        for change in self.parts(id).filter(|change| change.open && !matches!(change.id, PartId::Head | PartId::Text)) {
            agreement.restore(through_json(&change.part))?;
        }
        Some(agreement)
    }
}

fn through_json(part: &Part) -> Part {
    let text = serde_json::to_string(part).expect("parts are plain JSON");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("a part does not read back: {error}: {text}"))
}

fn known(stop: Stop) -> Refusal {
    match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Need(key) => panic!("a complete book asks for {key:?}"),
    }
}
