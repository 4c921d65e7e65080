//! The keys of a log, read from the entries that name them: so they are known where nothing else of a ledger can be read.

use ledger::envelope::{Body, Parsed};
use ledger::lives::Moment;
use ledger::lives::log_keys::{LogKey, LogKeys};

use super::db::query;
use super::keep::{LedgerRow, Store, StoreFault};
use super::rows::{EntryRow, signed};

impl Store {
    /// The keys of a log of so many entries: that of its genesis, and those that its owner announced.
    pub async fn log_keys(&self, row: &LedgerRow, size: u64) -> Result<LogKeys, StoreFault> {
        let columns = EntryRow::COLUMNS;
        // An index of its own finds them (migrations/sqlite/0011): there are few among many.
        let sql = format!("SELECT {columns} FROM record WHERE ledger = $1 AND kind = 'log-key-rotation' AND entry < $2 ORDER BY entry");
        let rows = query(sql).bind(row.id).bind(signed(size)).fetch_all(&self.log.readers).await?;
        let later = rows.iter().map(|row| EntryRow::read(row).and_then(|row| named(&row))).collect::<Result<Vec<_>, _>>()?;
        let unread = |fault| StoreFault::Damaged(format!("ledger {}: a key of its log: {fault}", row.name));
        LogKeys::of(&row.facts.log_key, &later).map_err(unread)
    }
}

/// The key that an entry names.
fn named(row: &EntryRow) -> Result<LogKey, StoreFault> {
    let damaged = |what: String| StoreFault::Damaged(format!("record {}: {what}", row.entry));
    let parsed = Parsed::parse(&row.jws).map_err(|refusal| damaged(refusal.to_string()))?;
    match &parsed.statement().body {
        Body::LogKeyRotation(body) => Ok(LogKey {
            log_key: body.log_key.to_string(),
            since: Moment { entry: row.entry, at: row.accepted_at },
            old_signs_until: body.old_signs_until,
        }),
        _ => Err(damaged("it is not looked up by what it says (log-key-rotation)".to_owned())),
    }
}
