//! What the writer knows of the stored log; dropped when a commit fails, so that it is read anew.

use std::sync::Arc;

use ledger::book::{Book, LifeKey};
use ledger::envelope::statement::genesis::Versions;
use ledger::envelope::{Body, Parsed};
use ledger::lives::Rules;
use ledger::lives::log_keys::LogKeys;
use ledger::words::{Hash, Instant};

use super::batch::BatchRows;
use super::closed::Closed;
use super::edge::Edge;
use super::seal::{Sealed, prepare};
use super::settling;
use super::used::UsedIds;
use super::watch::{Health, HealthCell};
use crate::store::{EntryChange, HeadRow, LedgerRow, Progress, Store, StoreFault};

pub(super) struct State {
    pub(super) book: Book,
    /// The right edge of the tree after the last batch that was handed to the database.
    pub(super) edge: Edge,
    pub(super) last_accepted: Instant,
    /// Nothing becomes due before this instant.
    pub(super) next_due: Option<Instant>,
    pub(super) used: UsedIds,
    /// The keys of the log after what was judged.
    pub(super) log_keys: Arc<LogKeys>,
    /// Its log had signed for more: until that is recorded, nothing else is taken and nothing becomes due.
    pub(super) closed: Option<Closed>,
    /// The ids of entries before this one are not in the book any more.
    forgotten: u64,
    /// Of the entries before this one, others wrote some whose lives are not on the book: what is read from the derived rows
    /// must be read when they hold those.
    foreign: u64,
}

impl State {
    /// Reads the head of a log, when the derived rows are up to date with it.
    /// What was known of the ids that are used is gone on with, where `known` says up to which entry.
    pub(super) async fn load(store: &Store, row: &LedgerRow, known: Option<(UsedIds, u64)>) -> Result<Self, StoreFault> {
        let missing = || StoreFault::Damaged(format!("ledger {} has no genesis", row.name));
        let head = store.head(row.id).await?.ok_or_else(missing)?;
        let partial = store.edge(row.id, head.size).await?;
        let closed = Closed::of(store, row, head.size).await?;
        let next_due = if closed.is_some() { None } else { store.earliest_due(row.id).await? };
        let log_keys = Arc::new(store.log_keys(row, head.size).await?);
        let (book, edge) = (Book::of(row.facts.clone()), Edge::new(head.frontier, partial));
        let used = match known {
            Some((used, upto)) if upto <= head.size && !used.is_full(head.size) => {
                store.ids_from(row.id, upto).await?.iter().for_each(|(author, id)| used.note(author, id));
                used
            }
            Some(_) | None => UsedIds::of(store, row.id, head.size),
        };
        Ok(Self { book, edge, last_accepted: head.accepted_at, next_due, used, log_keys, closed, forgotten: 0, foreign: 0 })
    }

    /// Number of entries after the last batch that was handed to the database.
    pub(super) fn size(&self) -> u64 {
        self.edge.frontier.size()
    }

    /// Goes on from a later head, up to which others wrote.
    pub(super) fn stand_at(&mut self, head: HeadRow, partial: Vec<Vec<Hash>>, log_keys: LogKeys) {
        self.foreign = head.size;
        self.last_accepted = head.accepted_at;
        self.edge = Edge::new(head.frontier, partial);
        self.log_keys = Arc::new(log_keys);
    }

    /// Which entries the derived rows must hold before anything is read from them.
    pub(super) fn foreign(&self) -> u64 {
        self.foreign
    }

    /// Takes note of what becomes due by these changes.
    pub(super) fn changed_by<'a>(&mut self, changes: impl Iterator<Item = &'a EntryChange>) {
        let dues = changes.flat_map(|change| &change.lives).filter_map(|life| life.due);
        self.next_due = dues.chain(self.next_due).min();
    }

    /// Takes note of what was judged at once, and not when it is durable: what it makes due comes before the statements
    /// of the next turn.
    pub(super) fn judged(&mut self, at: Instant, rows: &BatchRows) {
        self.changed_by(rows.taken.iter().map(|taken| &taken.change));
        for statement in rows.taken.iter().map(|taken| taken.parsed.statement()) {
            self.used.note(statement.by.as_str(), statement.id.as_str());
            self.last_accepted = at;
            if matches!(statement.body, Body::LogKeyRotation(_)) {
                let ledger = self.book.ledger();
                let owner = self.book.institution(&ledger.owner).expect("it signed the statement just now");
                self.log_keys = Arc::new(ledger.log_keys(owner).expect("each key was read when it was judged"));
            }
        }
    }

    /// What was lost is recorded: from here on it is as any other, and what is due by now comes first.
    pub(super) fn reopen(&mut self, at: Instant) {
        self.closed = None;
        self.next_due = Some(at);
    }

    /// An entry that names a key of the log waits for its commit, and at this instant the key before it signs no more.
    pub(super) fn must_announce_before(&self, at: Instant) -> bool {
        self.log_keys.spans().last().is_some_and(|span| span.from >= self.size()) && self.log_keys.overlap(at).is_none()
    }

    /// What statements touch and is not at hand. An id that is surely new needs no look-up.
    pub(super) fn lacking<'a>(&mut self, statements: impl Iterator<Item = &'a Parsed>) -> Vec<LifeKey> {
        let mut lacking = Vec::new();
        for key in statements.flat_map(Book::touches) {
            match key {
                key if self.book.has(&key) => {}
                LifeKey::Id(author, id) if self.used.is_new(&author, &id) => self.book.put_id(author, id, None),
                key => lacking.push(key),
            }
        }
        lacking.sort();
        lacking.dedup();
        lacking
    }

    /// Forgets the ids of entries before this one, which the derived rows hold.
    pub(super) fn forget_ids_before(&mut self, settled: u64) {
        if settled > self.forgotten {
            self.book.forget_ids_before(settled);
            self.forgotten = settled;
        }
    }

    /// Hashes a judged batch onto the edge.
    pub(super) fn advance(&mut self, origin: &str, rows: BatchRows) -> Sealed {
        let (sealed, edge) = prepare(origin, &self.edge, rows);
        self.edge = edge;
        sealed
    }
}

/// From where a ledger goes on.
pub(super) struct Standing {
    /// `None` where it is damaged.
    pub(super) state: Option<State>,
    /// The keys of the log, as far as they can be read.
    pub(super) log_keys: Arc<LogKeys>,
    /// Number of entries.
    pub(super) size: u64,
    /// The derived rows hold what the entries before this one changed.
    pub(super) from: u64,
}

/// That this program knows the rules by which a ledger goes. Else it must not even start with it.
fn by_known_rules(row: &LedgerRow, versions: &Versions) -> Result<(), StoreFault> {
    let newer = || StoreFault::Newer { ledger: row.name.clone(), versions: versions.clone() };
    Rules::of(versions).map(|_| ()).ok_or_else(newer)
}

/// Brings the derived rows up to date and reads the head. A damaged ledger is served as far as it can be read, and takes
/// no statement: it holds up none of its neighbours.
pub(super) async fn stand(store: &Store, row: &LedgerRow, health: &HealthCell) -> Result<Standing, StoreFault> {
    let begun = async {
        by_known_rules(row, &row.facts.versions)?;
        let from = settling::catch_up(store, row).await?;
        if let Some(owner) = store.institution(row.id, &row.facts.owner).await? {
            by_known_rules(row, row.facts.versions_at(&owner, u64::MAX))?;
        }
        let state = State::load(store, row, None).await?;
        if let Some(closed) = &state.closed {
            tracing::error!(ledger = %row.name, "the ledger is closed: {}", closed.closing());
            health.set(Health::Closed(closed.closing()));
        }
        Ok(Standing { size: state.size(), log_keys: state.log_keys.clone(), state: Some(state), from })
    };
    match begun.await {
        Err(StoreFault::Damaged(what)) => {
            tracing::error!(ledger = %row.name, error = %what, "what is stored is damaged; the ledger takes nothing");
            health.set(Health::Damaged(what));
            let size = store.head(row.id).await.ok().flatten().map_or(0, |head| head.size);
            // However many entries there are.
            let log_keys = match store.log_keys(row, u64::MAX).await {
                Ok(keys) => keys,
                Err(_) => {
                    LogKeys::of(&row.facts.log_key, &[]).map_err(|fault| StoreFault::Damaged(format!("ledger {}: {fault}", row.name)))?
                }
            };
            // Of which entries it is known who may read them: of none where the rows are not whole.
            let from = match store.progress(row.id).await {
                Ok(Progress::At(entry)) => entry.min(size),
                Ok(Progress::Rebuild) | Err(_) => 0,
            };
            Ok(Standing { state: None, log_keys: Arc::new(log_keys), size, from })
        }
        other => other,
    }
}
