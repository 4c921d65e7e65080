//! The first pass: the whole log, and for each entry the rows that must follow from it.

use std::collections::{BTreeMap, HashMap};

use ledger::envelope::Kid;
use ledger::lives::log_keys::LogKeys;
use ledger::words::Slug;

use super::damage::{Damage, Found};
use super::share::Share;
use super::slice::{Reading, Said};
use crate::clock::Stopwatch;
use crate::metrics;
use crate::store::{Consequence, HeadRow, LedgerRow, LifePlace, StatementRow, Store, StoreFault};

/// So many entries are read and judged at a time.
const STEP: u64 = 128;

/// What the log says that the derived rows must hold, where that cannot be asked of the rows one by one.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Entries that were compared with the derived rows.
    pub(super) entries: u64,
    /// How many rows of history they make.
    pub(super) history: u64,
    /// Whose key each is.
    pub(super) keys: HashMap<Kid, Slug>,
}

/// Reads the log from its first entry to the head that a round began with. The derived rows hold what the entries before
/// `derived` changed.
pub(super) async fn check(
    store: &Store,
    row: &LedgerRow,
    head: &HeadRow,
    derived: u64,
    share: Share,
    found: &mut Found,
) -> Result<Tally, StoreFault> {
    let mut tally = Tally::default();
    let keys = match LogKeys::of(&row.facts.log_key, &[]) {
        Ok(keys) if keys.first().name() == row.facts.origin => keys,
        Ok(_) | Err(_) => {
            found.add(Damage::of_log(format!("ledger {}: its log key is none of {}", row.name, row.facts.origin)));
            return Ok(tally);
        }
    };
    let mut reading = Reading::new(row.facts.origin.clone(), keys);
    while reading.next < head.size && !found.is_log_damaged() {
        let watch = Stopwatch::start();
        let from = reading.next;
        let limit = STEP.min(head.size - from);
        let rows = store.whole_rows(row.id, from, limit as u32).await?;
        if rows.is_empty() {
            found.add(Damage::of_log(format!("record {from}: it is missing")));
            break;
        }
        let checkpoints = store.checkpoints(row.id, from, from + limit).await?;
        let (back, said) = tokio::task::spawn_blocking(move || {
            let said = reading.read(rows, &checkpoints);
            (reading, said)
        })
        .await
        .map_err(|error| StoreFault::Damaged(format!("record {from} or one of the next {limit}: judging it panicked: {error}")))?;
        reading = back;
        let stopped = !said.damage.is_empty();
        compare(store, row.id, said, derived, &mut tally, found).await?;
        metrics::self_check_reached(&row.name, reading.next);
        if stopped {
            return Ok(tally);
        }
        share.rest(watch).await;
    }
    if reading.next == head.size {
        fits_head(&reading, row, head, found);
    }
    Ok(tally)
}

fn fits_head(reading: &Reading, row: &LedgerRow, head: &HeadRow, found: &mut Found) {
    if reading.edge.frontier != head.frontier || reading.last_accepted != Some(head.accepted_at) {
        found.add(Damage::of_log(format!("head: it is not that of the {} entries", head.size)));
    }
    let name = row.facts.origin.rsplit('/').next();
    if reading.book.as_ref().is_none_or(|book| *book.ledger() != row.facts) || name != Some(&row.name) {
        found.add(Damage::of_log(format!("ledger {}: it is not what its genesis says", row.name)));
    }
}

/// Compares what a stretch of the log says with the rows that hold it.
async fn compare(store: &Store, ledger: i64, said: Said, derived: u64, tally: &mut Tally, found: &mut Found) -> Result<(), StoreFault> {
    let Said { damage, mut consequences, tiles, named, erased } = said;
    found.extend(damage);
    for (level, tile, hashes) in tiles {
        found.extend(store.wrong_tile(ledger, level, tile, &hashes).await?.map(Damage::of_stored));
    }
    for (hash, entry, media_type, size_bytes) in named {
        let stored = store.attachment(ledger, &hash).await?;
        // The first one that names it is in the row: an earlier entry, or this one.
        let fits =
            stored.is_some_and(|row| row.entry < entry || (row.entry, row.media_type, row.size_bytes) == (entry, media_type, size_bytes));
        if !fits {
            found.add(Damage::of_log(format!("attachment_file {hash}: it is not what entry {entry} names")));
        }
    }
    for (hash, entry) in erased {
        if store.attachment(ledger, &hash).await?.and_then(|row| row.erased_by).is_none_or(|by| by > entry) {
            found.add(Damage::of_log(format!("attachment_file {hash}: it does not say that entry {entry} erased it")));
        }
    }
    consequences.retain(|consequence| consequence.statement.entry < derived);
    tally.entries += consequences.len() as u64;
    follow(store, ledger, consequences, tally, found).await
}

async fn follow(
    store: &Store,
    ledger: i64,
    consequences: Vec<Consequence>,
    tally: &mut Tally,
    found: &mut Found,
) -> Result<(), StoreFault> {
    let (mut history, mut lives) = (Vec::new(), BTreeMap::<LifePlace, u64>::new());
    for Consequence { change, .. } in &consequences {
        for life in &change.lives {
            history.push((life.subject.clone(), change.entry));
            lives.extend(life.rows.iter().map(|row| ((row.part.to_owned(), row.subject.clone(), row.key.clone()), row.entry)));
        }
        for (kid, owner) in &change.keys {
            if !store.is_owner(ledger, kid, owner).await? {
                found.add(Damage::of_derived(format!("signer_key {kid}: it is not that of {owner}")));
            }
            tally.keys.insert(*kid, owner.clone());
        }
    }
    tally.history += history.len() as u64;
    let statements: Vec<StatementRow> = consequences.into_iter().map(|consequence| consequence.statement).collect();
    let wrong = [
        store.wrong_statements(ledger, &statements).await?,
        store.missing_history(ledger, &history).await?,
        store.older_lives(ledger, &lives).await?,
    ];
    found.extend(wrong.into_iter().flatten().map(Damage::of_derived));
    Ok(())
}
