//! Derived rows from the log alone: every entry judged again, in order, as an auditor does.

use ledger::book::{Book, Change, Stop, Verdict, found};
use ledger::envelope::{Body, Parsed, Refusal, Rule};
use ledger::lives::Moment;

use crate::found::founding_changes;
use crate::store::{Consequence, EntryChange, EntryRow, StatementRow, Store, StoreFault, Unsettled};

/// How many entries are read and written at a time.
const STEP: u32 = 1_000;

/// Drops everything that is derived from a ledger's log and makes it anew. Gives the number of entries.
///
/// A crash on the way leaves rows that say that they are half rebuilt: the next start begins again.
pub async fn rebuild(store: &Store, ledger: i64) -> Result<u64, StoreFault> {
    store.drop_derived(ledger).await?;
    store.mend_beside_log(ledger).await?;
    let size = store.head(ledger).await?.map_or(0, |head| head.size);
    let (mut next, mut book) = (0, None);
    loop {
        let rows = store.entries(ledger, next, STEP).await?;
        let Some(last) = rows.last().map(|row| row.entry) else { return Ok(next) };
        let (mut unsettled, mut changes) = (Unsettled::default(), Vec::with_capacity(rows.len()));
        for row in &rows {
            let consequence = replay(&mut book, row)?;
            changes.push(consequence.change.clone());
            unsettled.add(consequence);
        }
        store.write_changes(ledger, &changes).await?;
        next = last + 1;
        store.settle(ledger, next, &unsettled, next < size).await?;
    }
}

/// What to say of an entry that takes up rules which this program does not know.
fn newer(jws: &[u8]) -> Option<StoreFault> {
    let parsed = Parsed::parse(jws).ok()?;
    let Body::RulesChange(body) = &parsed.statement().body else { return None };
    Some(StoreFault::Newer { ledger: parsed.statement().ledger.to_string(), versions: body.versions.clone() })
}

/// Judges a stored entry as the next one on a book that holds everything before it. Gives what follows from it.
pub(crate) fn replay(book: &mut Option<Book>, row: &EntryRow) -> Result<Consequence, StoreFault> {
    let damaged = |what: String| StoreFault::Damaged(format!("record {}: {what}", row.entry));
    let refused = |refusal: Refusal| damaged(refusal.to_string());
    let stopped = |stop: Stop| match stop {
        Stop::Refused(refusal) if refusal.rule() == Rule::UnknownVersions => newer(&row.jws).unwrap_or_else(|| refused(refusal)),
        Stop::Refused(refusal) => refused(refusal),
        Stop::Need(key) => damaged(format!("{key:?} is not on a complete book")),
    };
    let parsed = Parsed::parse(&row.jws).map_err(refused)?;
    let moment = Moment { entry: row.entry, at: row.accepted_at };
    let (author, id) = (parsed.statement().by.clone(), parsed.statement().id.clone());
    let statement = StatementRow { author, id, entry: row.entry, payload_hash: parsed.hash() };
    let changes: Vec<Change> = match book {
        None => {
            let key = parsed.own_key().cloned().ok_or_else(|| damaged("it is no genesis".into()))?;
            let (facts, institutions) = found(&parsed.verify(&key).map_err(refused)?, moment).map_err(refused)?;
            *book = Some(Book::complete(facts, institutions.clone()));
            founding_changes(institutions)
        }
        Some(book) => {
            let key = book.key_of(&parsed).map_err(stopped)?;
            match book.judge(&parsed.verify(&key).map_err(refused)?, moment).map_err(stopped)? {
                Verdict::Accept(accepted) => book.record(*accepted),
                Verdict::Repeat { entry } => return Err(damaged(format!("it repeats entry {entry}"))),
            }
        }
    };
    Ok(Consequence { statement, leaf: row.leaf.clone(), change: EntryChange::new(row.entry, &changes) })
}
