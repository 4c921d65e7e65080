//! What a log had signed for when a backup with fewer entries was put back (docs/decisions/0114).

use super::db::{query, query_scalar};
use super::keep::{Store, StoreFault};
use super::rows::signed;

impl Store {
    /// The signed checkpoints of more entries that are known of, when a log has so many; none where nothing is missing.
    pub async fn abandoned(&self, ledger: i64, size: u64) -> Result<Vec<String>, StoreFault> {
        let sql = "SELECT note FROM abandoned WHERE ledger = $1 AND size = $2 ORDER BY number";
        Ok(query_scalar(sql).bind(ledger).bind(signed(size)).fetch_all(&self.log.readers).await?)
    }

    /// Takes note of signed checkpoints of more entries than a log has, beside those that are known: from the next start on it is
    /// closed until an entry names them.
    pub async fn abandon(&self, ledger: i64, size: u64, notes: &[String]) -> Result<(), StoreFault> {
        let mut tx = self.log.writer.begin().await?;
        let known = "SELECT COUNT(*) FROM abandoned WHERE ledger = $1 AND size = $2";
        let known: i64 = query_scalar(known).bind(ledger).bind(signed(size)).fetch_one(&mut tx).await?;
        for (note, number) in notes.iter().zip(known..) {
            let sql = "INSERT INTO abandoned (ledger, size, number, note) VALUES ($1, $2, $3, $4)";
            query(sql).bind(ledger).bind(signed(size)).bind(number).bind(note.as_str()).execute(&mut tx).await?;
        }
        Ok(tx.commit().await?)
    }
}
