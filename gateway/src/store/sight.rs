//! What a reader does not see, in the words of the database: the agreements that are withheld from it. Who may read one
//! is decided by the rules and stands in its row; here is where lists ask.

use std::collections::BTreeSet;

use ledger::lives::Reader;
use ledger::lives::withheld::Withheld;
use ledger::words::Slug;

use super::db::{Query, query, query_scalar};
use super::keep::{Store, StoreFault};
use super::lives::WITHHELD;
use super::rows::{EntryRow, StoredEntry, signed};

/// Conditions on `life.subject` or `facet.subject`, by how the list is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Page by page: a look-up for each row that is found.
    Row(&'static str),
    /// Counted as a whole: what is withheld is gathered once.
    Whole,
}

/// Adds the condition that a reader may read what is found. The index holds only what is withheld, so that it costs
/// little where little is; it is named, since the planner would go by a larger one that fits as well.
pub(super) fn push_sight(sql: &mut Query<'_>, ledger: i64, reader: &Reader, by: By) {
    match by {
        By::Row(table) => {
            sql.push(" AND NOT EXISTS (SELECT 1 FROM life AS hidden {INDEXED BY life_withheld|} WHERE hidden.ledger = ").push_bind(ledger);
            sql.push(" AND hidden.subject = ").push(table).push(".subject");
        }
        By::Whole => {
            sql.push(" AND subject NOT IN (SELECT hidden.subject FROM life AS hidden {INDEXED BY life_withheld|} WHERE hidden.ledger = ")
                .push_bind(ledger);
        }
    }
    push_hidden(sql, reader);
    sql.push(")");
}

/// The rest of the condition on a row `hidden` that tells that an agreement is withheld.
fn push_hidden(sql: &mut Query<'_>, reader: &Reader) {
    // Spelled out, since the index is a partial one.
    sql.push(" AND hidden.part = 'withheld'");
    if let Reader::Institution(who) = reader {
        sql.push(" AND NOT EXISTS (SELECT 1 FROM {json_each(hidden.body, '$.readers')|json_array_elements_text(hidden.body::json -> 'readers') AS value} WHERE value = ").push_bind(who.to_string()).push(")");
    }
}

/// An agreement that is withheld, as the list of them has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldRow {
    /// The agreement.
    pub agreement: Slug,
    /// Since when, on which ground, and who may read it.
    pub withheld: Withheld,
}

impl Store {
    /// Which of these lives are withheld from a reader.
    pub async fn hidden(&self, ledger: i64, subjects: &BTreeSet<&str>, reader: &Reader) -> Result<BTreeSet<String>, StoreFault> {
        if subjects.is_empty() {
            return Ok(BTreeSet::new());
        }
        let list: Vec<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
        let mut sql = query("SELECT hidden.subject FROM life AS hidden {INDEXED BY life_withheld|} WHERE hidden.ledger = ");
        sql.push_bind(ledger).push(" AND hidden.subject").push_in(list);
        push_hidden(&mut sql, reader);
        Ok(sql.read_as::<(String,)>().fetch_all(&self.derived.readers).await?.into_iter().map(|(subject,)| subject).collect())
    }

    /// Which of these agreements have derived rows, and so one that says so if they are withheld.
    pub async fn known(&self, ledger: i64, subjects: &BTreeSet<&str>) -> Result<BTreeSet<String>, StoreFault> {
        if subjects.is_empty() {
            return Ok(BTreeSet::new());
        }
        let list: Vec<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
        let sql = "SELECT subject FROM life WHERE ledger = $1 AND part = 'head' AND subject {in $2}";
        Ok(query_scalar(sql).bind(ledger).bind(list).fetch_all(&self.derived.readers).await?.into_iter().collect())
    }

    /// The agreements that are withheld, in the order in which they were proposed: those after an entry, at most `limit`.
    pub async fn withheld(&self, ledger: i64, after: Option<u64>, limit: u32) -> Result<Vec<WithheldRow>, StoreFault> {
        let sql = "SELECT subject, body FROM life {INDEXED BY life_withheld|} WHERE ledger = $1 AND part = 'withheld' AND {body ->> '$.since.entry'|CAST(body::json -> 'since' ->> 'entry' AS BIGINT)} > $2 \
                   ORDER BY {body ->> '$.since.entry'|CAST(body::json -> 'since' ->> 'entry' AS BIGINT)} LIMIT $3";
        let query = query(sql).bind(ledger).bind(after.map_or(-1, signed)).bind(i64::from(limit));
        let rows = query.fetch_all(&self.derived.readers).await?;
        rows.iter()
            .map(|row| {
                let (subject, body): (String, String) = (row.try_get("subject")?, row.try_get("body")?);
                let damaged = || StoreFault::Damaged(format!("life {subject} {WITHHELD}"));
                let agreement = subject.strip_prefix("agreement/").and_then(|id| id.parse().ok()).ok_or_else(damaged)?;
                Ok(WithheldRow { agreement, withheld: withheld_of(&subject, &body)? })
            })
            .collect()
    }

    /// Entries from an index on, at most `limit`, as they are stored, each with the life that it is about.
    pub async fn entries_about(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<(StoredEntry, String)>, StoreFault> {
        let sql = format!("SELECT {}, subject FROM record WHERE ledger = $1 AND entry >= $2 ORDER BY entry LIMIT $3", EntryRow::COLUMNS);
        let query = query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit));
        let rows = query.fetch_all(&self.log.readers).await?;
        rows.iter().map(|row| Ok((StoredEntry::read(row)?, row.try_get("subject")?))).collect()
    }

    /// The life that an entry is about.
    pub async fn subject(&self, ledger: i64, entry: u64) -> Result<Option<String>, StoreFault> {
        let sql = "SELECT subject FROM record WHERE ledger = $1 AND entry = $2";
        Ok(query_scalar(sql).bind(ledger).bind(signed(entry)).fetch_optional(&self.log.readers).await?)
    }
}

/// What a row says that tells that an agreement is withheld.
pub fn withheld_of(subject: &str, body: &str) -> Result<Withheld, StoreFault> {
    serde_json::from_str(body).map_err(|error| StoreFault::Damaged(format!("life {subject} {WITHHELD}: {error}")))
}
