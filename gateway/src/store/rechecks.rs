//! What a self-check reads of the derived rows: page by page, each page as of one moment.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::Kid;
use ledger::words::Slug;

use super::checks::column;
use super::db::{Connection, Row, query, query_as, query_scalar};
use super::keep::{Store, StoreFault};
use super::lives::LifeRow;
use super::rows::{number, signed};
use super::settle::{StatementRow, facets_of};

/// At most so many rows are asked for at a time: SQLite binds 32,766 values.
const MOST: usize = 5_000;

/// Kind of part, subject, key: the order in which lives are stored.
pub type LifePlace = (String, String, String);

/// Some lives as they are stored at one moment.
#[derive(Debug)]
pub struct LifePage {
    /// The derived rows hold what the entries before this one changed.
    pub progress: u64,
    /// Each row, or what is wrong with it; with it the place.
    pub rows: Vec<(LifePlace, Result<LifeRow, StoreFault>)>,
    /// Of texts among them whose facets are not those of the text: the subject.
    pub unfit_facets: Vec<String>,
}

/// A life, the last entry that changed it, and when it is due, in milliseconds.
pub type DueFact = (String, i64, Option<i64>);

impl Store {
    /// What of these statements is not stored as it must be: each by its place.
    pub async fn wrong_statements(&self, ledger: i64, expected: &[StatementRow]) -> Result<Vec<String>, StoreFault> {
        let mut rows: Vec<(String, String, i64, Vec<u8>)> = Vec::with_capacity(expected.len());
        for chunk in expected.chunks(MOST) {
            let mut query = query("SELECT author, id, entry, payload_hash FROM statement WHERE ledger = ");
            query.push_bind(ledger).push(" AND (author, id) IN ");
            query.push_tuples(chunk, |one| [one.author.as_str().into(), one.id.as_str().into()]);
            rows.extend(query.read_as::<(String, String, i64, Vec<u8>)>().fetch_all(&self.derived.readers).await?);
        }
        let stored: BTreeMap<_, _> = rows.iter().map(|(author, id, entry, hash)| ((&**author, &**id), (*entry, &**hash))).collect();
        let fits = |one: &&StatementRow| {
            stored.get(&(one.author.as_str(), one.id.as_str())) == Some(&(signed(one.entry), one.payload_hash.0.as_slice()))
        };
        let wrong = expected.iter().filter(|one| !fits(one));
        Ok(wrong.map(|one| format!("statement {} {}: it is not that of entry {}", one.author, one.id, one.entry)).collect())
    }

    /// Which of these (life, entry) do not stand in the history.
    pub async fn missing_history(&self, ledger: i64, expected: &[(String, u64)]) -> Result<Vec<String>, StoreFault> {
        let mut rows: Vec<(String, i64)> = Vec::with_capacity(expected.len());
        for chunk in expected.chunks(MOST) {
            let mut query = query("SELECT subject, entry FROM history WHERE ledger = ");
            query.push_bind(ledger).push(" AND (subject, entry) IN ");
            query.push_tuples(chunk, |(subject, entry)| [subject.into(), signed(*entry).into()]);
            rows.extend(query.read_as::<(String, i64)>().fetch_all(&self.derived.readers).await?);
        }
        let stored: BTreeSet<(&str, i64)> = rows.iter().map(|(subject, entry)| (&**subject, *entry)).collect();
        let missing = expected.iter().filter(|(subject, entry)| !stored.contains(&(&**subject, signed(*entry))));
        Ok(missing.map(|(subject, entry)| format!("history {subject} {entry}: it is missing")).collect())
    }

    /// Which of these parts of lives are missing, or are older than the entry that changed them.
    pub async fn older_lives(&self, ledger: i64, expected: &BTreeMap<LifePlace, u64>) -> Result<Vec<String>, StoreFault> {
        let mut stored: BTreeMap<LifePlace, i64> = BTreeMap::new();
        let places: Vec<&LifePlace> = expected.keys().collect();
        for chunk in places.chunks(MOST) {
            let mut query = query("SELECT part, subject, key, entry FROM life WHERE ledger = ");
            query.push_bind(ledger).push(" AND (part, subject, key) IN ");
            query.push_tuples(chunk, |(part, subject, key)| [part.into(), subject.into(), key.into()]);
            let rows: Vec<(String, String, String, i64)> = query.read_as().fetch_all(&self.derived.readers).await?;
            stored.extend(rows.into_iter().map(|(part, subject, key, entry)| ((part, subject, key), entry)));
        }
        let wrong = expected.iter().filter(|(place, entry)| stored.get(*place).is_none_or(|stored| *stored < signed(**entry)));
        let told = |(place @ (part, subject, key), entry): (&LifePlace, &u64)| {
            let what = if stored.contains_key(place) { "an earlier entry's" } else { "missing" };
            format!("life {subject} {part} {key}: it is {what}, and entry {entry} changed it")
        };
        Ok(wrong.map(told).collect())
    }

    /// Whose keys are stored, and how far the derived rows are at that moment.
    pub async fn owners(&self, ledger: i64) -> Result<(u64, Vec<(String, String)>), StoreFault> {
        let mut tx = self.derived.readers.begin_reading().await?;
        let progress = progress(&mut tx, ledger).await?;
        let sql = "SELECT {CAST(kid AS BLOB)|convert_to(kid, 'UTF8')}, {CAST(institution AS BLOB)|convert_to(institution, 'UTF8')} FROM signer_key WHERE ledger = $1";
        let rows: Vec<(Vec<u8>, Vec<u8>)> = query_as(sql).bind(ledger).fetch_all(&mut tx).await?;
        tx.commit().await?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((progress, rows.into_iter().map(|(kid, owner)| (text(kid), text(owner))).collect()))
    }

    /// Lives after a place, in the order in which they are stored, at most `limit`.
    pub async fn life_page(&self, ledger: i64, after: &LifePlace, limit: u32) -> Result<LifePage, StoreFault> {
        let mut tx = self.derived.readers.begin_reading().await?;
        let progress = progress(&mut tx, ledger).await?;
        let sql = "SELECT * FROM life WHERE ledger = $1 AND (part, subject, key) > ($2, $3, $4) ORDER BY part, subject, key LIMIT $5";
        let query = query(sql).bind(ledger).bind(&after.0).bind(&after.1).bind(&after.2).bind(i64::from(limit));
        let (mut rows, mut unfit_facets) = (Vec::new(), Vec::new());
        for row in query.fetch_all(&mut tx).await? {
            let word = |name: &str| column::<String>(&row, name, "life");
            let place = (word("part")?, word("subject")?, word("key")?);
            let life = readable(&row, &place);
            if let Ok(life) = &life
                && place.0 == "text"
            {
                let sql = "SELECT kind, value FROM facet WHERE ledger = $1 AND subject = $2";
                let stored: Vec<(String, String)> = query_as(sql).bind(ledger).bind(&place.1).fetch_all(&mut tx).await?;
                // A text that is none is found by comparing it with its entry.
                let expected = facets_of(life).unwrap_or_default().into_iter().map(|(kind, value)| (kind.to_owned(), value));
                if stored.into_iter().collect::<BTreeSet<_>>() != expected.collect() {
                    unfit_facets.push(place.1.clone());
                }
            }
            rows.push((place, life));
        }
        tx.commit().await?;
        Ok(LifePage { progress, rows, unfit_facets })
    }

    /// Lives after one, each with the last entry of its history and when it is due, at most `limit`.
    pub async fn due_facts(&self, ledger: i64, after: &str, limit: u32) -> Result<Vec<DueFact>, StoreFault> {
        let sql = "SELECT history.subject, MAX(history.entry), due.due_at FROM history LEFT JOIN due ON due.ledger = history.ledger \
                   AND due.subject = history.subject WHERE history.ledger = $1 AND history.subject > $2 \
                   GROUP BY history.subject, due.due_at ORDER BY history.subject LIMIT $3";
        Ok(query_as(sql).bind(ledger).bind(after).bind(i64::from(limit)).fetch_all(&self.derived.readers).await?)
    }

    /// Rows that belong to no life: due instants without a history, facets without a text. At most some of each.
    pub async fn orphans(&self, ledger: i64) -> Result<Vec<String>, StoreFault> {
        let due = "SELECT 'due ' || subject FROM due WHERE ledger = $1 AND NOT EXISTS \
                   (SELECT 1 FROM history WHERE history.ledger = due.ledger AND history.subject = due.subject) LIMIT 10";
        let facet = "SELECT 'facet ' || subject || ' ' || kind || ' ' || value FROM facet WHERE ledger = $1 AND NOT EXISTS \
                     (SELECT 1 FROM life WHERE life.ledger = facet.ledger AND part = 'text' AND life.subject = facet.subject) LIMIT 10";
        let mut found: Vec<String> = Vec::new();
        for sql in [due, facet] {
            let rows: Vec<String> = query_scalar(sql).bind(ledger).fetch_all(&self.derived.readers).await?;
            found.extend(rows.into_iter().map(|place| format!("{place}: it belongs to nothing")));
        }
        Ok(found)
    }

    /// How many statements and how many rows of history are of entries before one, or of none that the derived rows
    /// hold.
    pub async fn counted_rows(&self, ledger: i64, before: u64) -> Result<(u64, u64), StoreFault> {
        let sql = "WITH held(entry) AS (SELECT COALESCE((SELECT entry FROM progress WHERE ledger = $1), 0)) SELECT \
                   (SELECT COUNT(*) FROM statement, held WHERE ledger = $1 AND (statement.entry < $2 OR statement.entry >= held.entry)), \
                   (SELECT COUNT(*) FROM history, held WHERE ledger = $1 AND (history.entry < $2 OR history.entry >= held.entry))";
        let counts: (i64, i64) = query_as(sql).bind(ledger).bind(signed(before)).fetch_one(&self.derived.readers).await?;
        Ok((number(counts.0, "statement")?, number(counts.1, "history")?))
    }

    /// Statements after an (author, id), at most `limit`: author, id, entry.
    pub async fn statement_page(
        &self,
        ledger: i64,
        after: &(String, String),
        limit: u32,
    ) -> Result<Vec<(String, String, i64)>, StoreFault> {
        let sql = "SELECT author, id, entry FROM statement WHERE ledger = $1 AND (author, id) > ($2, $3) ORDER BY author, id LIMIT $4";
        let query = query_as(sql).bind(ledger).bind(&after.0).bind(&after.1).bind(i64::from(limit));
        Ok(query.fetch_all(&self.derived.readers).await?)
    }

    /// Rows of history after one, at most `limit`.
    pub async fn history_page(&self, ledger: i64, after: &(String, i64), limit: u32) -> Result<Vec<(String, i64)>, StoreFault> {
        let sql = "SELECT subject, entry FROM history WHERE ledger = $1 AND (subject, entry) > ($2, $3) ORDER BY subject, entry LIMIT $4";
        let query = query_as(sql).bind(ledger).bind(&after.0).bind(after.1).bind(i64::from(limit));
        Ok(query.fetch_all(&self.derived.readers).await?)
    }

    /// Whether this key is stored as that of this institution.
    pub async fn is_owner(&self, ledger: i64, kid: &Kid, owner: &Slug) -> Result<bool, StoreFault> {
        let sql = "SELECT CAST(1 AS BIGINT) FROM signer_key WHERE ledger = $1 AND kid = $2 AND institution = $3";
        let query = query_scalar::<i64>(sql).bind(ledger).bind(kid.to_string()).bind(owner.as_str());
        Ok(query.fetch_optional(&self.derived.readers).await?.is_some())
    }
}

async fn progress(tx: &mut Connection, ledger: i64) -> Result<u64, StoreFault> {
    let entry = query_scalar("SELECT entry FROM progress WHERE ledger = $1").bind(ledger).fetch_optional(tx).await?;
    number(entry.unwrap_or(0), "progress")
}

fn readable(row: &Row, (part, subject, key): &LifePlace) -> Result<LifeRow, StoreFault> {
    let place = || format!("life {subject} {part} {key}");
    // Numbers that are no truth values pass for such when they are read.
    for name in ["is_open", "calls"] {
        let value: i64 = row.try_get(name)?;
        if !(0..=1).contains(&value) {
            return Err(StoreFault::Damaged(format!("{}: {name} is {value}", place())));
        }
    }
    LifeRow::read(row).map_err(|fault| match fault {
        StoreFault::Database(error) => StoreFault::Damaged(format!("{}: {error}", place())),
        StoreFault::Damaged(what) => StoreFault::Damaged(format!("{}: {what}", place())),
        other => other,
    })
}
