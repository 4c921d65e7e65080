//! Derived rows: what the log has changed since they were written last, many entries in one transaction.
//!
//! Nothing here is truth. Each transaction moves `progress` with the rows, so a crash leaves them at some entry, and
//! the changes beside the log bring them on from there. That is also how they follow the log from day to day.

use std::collections::BTreeMap;

use ledger::envelope::Kid;
use ledger::envelope::statement::agreement::Proposal;
use ledger::lives::parts::{FORMAT, PartId};
use ledger::words::{Hash, Instant, Slug, StatementId};
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::chunks::in_chunks;
use super::journal::EntryChange;
use super::keep::{Store, StoreFault, given_back};
use super::lives::LifeRow;
use super::rows::{hash, number, signed};

/// A statement under the id that its author gave it.
#[derive(Debug, Clone)]
pub struct StatementRow {
    /// Who signed it.
    pub author: Slug,
    /// Its id.
    pub id: StatementId,
    /// Its entry.
    pub entry: u64,
    /// SHA-256 of its payload.
    pub payload_hash: Hash,
}

/// What follows from an entry.
#[derive(Debug, Clone)]
pub struct Consequence {
    /// The statement in it.
    pub statement: StatementRow,
    /// Its 40 bytes.
    pub leaf: Vec<u8>,
    /// What it changed.
    pub change: EntryChange,
}

/// What the derived rows lack.
#[derive(Debug, Clone, Default)]
pub struct Unsettled {
    /// How many entries.
    pub entries: u64,
    /// The 40 bytes of the last of them.
    leaf: Vec<u8>,
    statements: Vec<StatementRow>,
    history: Vec<(String, u64)>,
    lives: BTreeMap<(String, &'static str, String), LifeRow>,
    dues: BTreeMap<String, Option<Instant>>,
    keys: Vec<(Kid, Slug)>,
}

/// How far the derived rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// They hold what the entries before this one changed.
    At(u64),
    /// They are of another format, or half rebuilt: the log must be read from its start.
    Rebuild,
}

impl Unsettled {
    /// Takes in what an entry changed.
    pub fn add(&mut self, consequence: Consequence) {
        let Consequence { statement, leaf, change } = consequence;
        self.entries += 1;
        self.leaf = leaf;
        self.statements.push(statement);
        for life in change.lives {
            self.history.push((life.subject.clone(), change.entry));
            self.dues.insert(life.subject, life.due);
            for mut row in life.rows {
                let place = (row.subject.clone(), row.part, row.key.clone());
                row.moved |= self.lives.get(&place).is_some_and(|before| before.moved);
                self.lives.insert(place, row);
            }
        }
        self.keys.extend(change.keys);
    }
}

impl Store {
    /// How far the derived rows are. Rows of another format or another log, or half rebuilt, must be made anew.
    pub async fn progress(&self, ledger: i64) -> Result<Progress, StoreFault> {
        let sql = "SELECT entry, leaf, format, is_rebuilding FROM progress WHERE ledger = $1";
        let row = sqlx::query(sql).bind(ledger).fetch_optional(&self.derived.readers).await?;
        let Some(row) = row else { return Ok(Progress::Rebuild) };
        let (entry, leaf): (i64, Vec<u8>) = (row.try_get("entry")?, row.try_get("leaf")?);
        let (format, rebuilding): (i64, i64) = (row.try_get("format")?, row.try_get("is_rebuilding")?);
        let sql = "SELECT leaf FROM record WHERE ledger = $1 AND entry = $2";
        let logged: Option<Vec<u8>> = sqlx::query_scalar(sql).bind(ledger).bind(entry - 1).fetch_optional(&self.log.readers).await?;
        let fits = format == i64::from(FORMAT) && rebuilding == 0 && logged.as_ref() == Some(&leaf);
        Ok(if fits { Progress::At(number(entry, "progress")?) } else { Progress::Rebuild })
    }

    /// Writes derived rows up to an entry. `is_rebuilding`: more must follow before they may be read.
    pub async fn settle(&self, ledger: i64, upto: u64, unsettled: &Unsettled, is_rebuilding: bool) -> Result<(), StoreFault> {
        let mut connection = self.derived.writer.acquire().await?;
        let outcome = write(&mut connection, ledger, upto, unsettled, is_rebuilding).await;
        given_back(connection, outcome).await
    }

    /// What the entries from one on have changed, at most `limit` of them.
    pub async fn unsettled(&self, ledger: i64, from: u64, limit: u32) -> Result<Unsettled, StoreFault> {
        let sql = "SELECT record.entry, author, statement, payload_hash, leaf, body FROM record LEFT JOIN change \
                   ON change.ledger = record.ledger AND change.entry = record.entry \
                   WHERE record.ledger = $1 AND record.entry >= $2 ORDER BY record.entry LIMIT $3";
        let rows = sqlx::query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit)).fetch_all(&self.log.readers).await?;
        let mut unsettled = Unsettled::default();
        for row in rows {
            let entry = number(row.try_get("entry")?, "record")?;
            let place = format!("record {entry}");
            let damaged = || StoreFault::Damaged(format!("{place}: its author or id"));
            let (author, id): (String, String) = (row.try_get("author")?, row.try_get("statement")?);
            let (author, id) = (author.parse().map_err(|_| damaged())?, id.parse().map_err(|_| damaged())?);
            let payload_hash = hash(row.try_get("payload_hash")?, &place)?;
            let body: Option<String> = row.try_get("body")?;
            let body = body.ok_or_else(|| StoreFault::Damaged(format!("change {entry} is missing; the derived rows must be rebuilt")))?;
            let (statement, change) = (StatementRow { author, id, entry, payload_hash }, EntryChange::parse(entry, &body)?);
            unsettled.add(Consequence { statement, leaf: row.try_get("leaf")?, change });
        }
        Ok(unsettled)
    }

    /// Drops all that is derived from the log of a ledger. Until it is rebuilt, nothing may be read or judged.
    pub async fn drop_derived(&self, ledger: i64) -> Result<(), StoreFault> {
        let mut tx = self.derived.writer.begin_with("BEGIN IMMEDIATE").await?;
        for sql in [
            "DELETE FROM progress WHERE ledger = $1",
            "DELETE FROM statement WHERE ledger = $1",
            "DELETE FROM history WHERE ledger = $1",
            "DELETE FROM life WHERE ledger = $1",
            "DELETE FROM facet WHERE ledger = $1",
            "DELETE FROM due WHERE ledger = $1",
            "DELETE FROM signer_key WHERE ledger = $1",
        ] {
            sqlx::query(sql).bind(ledger).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Writes anew what entries have changed, in place of what stood beside them.
    pub async fn write_changes(&self, ledger: i64, changes: &[EntryChange]) -> Result<(), StoreFault> {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Ok(()) };
        let mut tx = self.log.writer.begin_with("BEGIN IMMEDIATE").await?;
        let sql = "DELETE FROM change WHERE ledger = $1 AND entry BETWEEN $2 AND $3";
        sqlx::query(sql).bind(ledger).bind(signed(first.entry)).bind(signed(last.entry)).execute(&mut *tx).await?;
        super::commit::insert_changes(&mut tx, ledger, changes).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn write(
    connection: &mut SqliteConnection,
    ledger: i64,
    upto: u64,
    unsettled: &Unsettled,
    is_rebuilding: bool,
) -> Result<(), StoreFault> {
    // A crash anywhere in here leaves the rows as they were, with their progress.
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let moved = "INSERT INTO progress (ledger, entry, leaf, format, is_rebuilding) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ledger) \
                     DO UPDATE SET entry = excluded.entry, leaf = excluded.leaf, format = excluded.format, \
                     is_rebuilding = excluded.is_rebuilding";
    let query = sqlx::query(moved).bind(ledger).bind(signed(upto)).bind(&unsettled.leaf).bind(i64::from(FORMAT));
    query.bind(i64::from(is_rebuilding)).execute(&mut *tx).await?;
    // In the order of their keys, so that neighbours are written together.
    let mut statements: Vec<&StatementRow> = unsettled.statements.iter().collect();
    statements.sort_by(|one, other| (&one.author, &one.id).cmp(&(&other.author, &other.id)));
    insert_statements(&mut tx, ledger, &statements).await?;
    let mut history: Vec<&(String, u64)> = unsettled.history.iter().collect();
    history.sort();
    insert_history(&mut tx, ledger, &history).await?;
    let (moved, others): (Vec<&LifeRow>, Vec<&LifeRow>) = unsettled.lives.values().partition(|row| row.moved);
    upsert_lives(&mut tx, ledger, &moved, MOVED).await?;
    // An index that is not touched costs no page: these rows stay where they are in every list.
    upsert_lives(&mut tx, ledger, &others, "").await?;
    move_parties(&mut tx, ledger, &moved).await?;
    for row in unsettled.lives.values().filter(|row| row.part == PartId::Text.kind()) {
        replace_facets(&mut tx, ledger, row).await?;
    }
    upsert_dues(&mut tx, ledger, &unsettled.dues).await?;
    insert_keys(&mut tx, ledger, &unsettled.keys).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert_statements(tx: &mut SqliteConnection, ledger: i64, statements: &[&StatementRow]) -> Result<(), StoreFault> {
    for chunk in in_chunks(statements) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO statement (ledger, author, id, entry, payload_hash) ");
        insert.push_values(chunk, |mut row, statement| {
            row.push_bind(ledger)
                .push_bind(statement.author.as_str())
                .push_bind(statement.id.as_str())
                .push_bind(signed(statement.entry))
                .push_bind(statement.payload_hash.0.to_vec());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_history(tx: &mut SqliteConnection, ledger: i64, history: &[&(String, u64)]) -> Result<(), StoreFault> {
    for chunk in in_chunks(history) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO history (ledger, subject, entry) ");
        insert.push_values(chunk, |mut row, (subject, entry)| {
            row.push_bind(ledger).push_bind(subject.as_str()).push_bind(signed(*entry));
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// What of a row an index holds, but for whom it is about.
const MOVED: &str = ", is_open = excluded.is_open, state = excluded.state, due_at = excluded.due_at, colour = excluded.colour, \
                     calls = excluded.calls";

async fn upsert_lives(tx: &mut SqliteConnection, ledger: i64, lives: &[&LifeRow], further: &'static str) -> Result<(), StoreFault> {
    for chunk in in_chunks(lives) {
        let mut upsert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO life (ledger, subject, part, key, is_open, entry, state, party, due_at, obligation, colour, calls, body) ",
        );
        upsert.push_values(chunk, |mut row, life| {
            row.push_bind(ledger)
                .push_bind(&life.subject)
                .push_bind(life.part)
                .push_bind(&life.key)
                .push_bind(i64::from(life.is_open))
                .push_bind(signed(life.entry))
                .push_bind(&*life.state)
                .push_bind(&life.party)
                .push_bind(life.due_at.map(Instant::millis))
                .push_bind(&life.obligation)
                .push_bind(i64::from(life.colour))
                .push_bind(i64::from(life.calls))
                .push_bind(&life.body);
        });
        upsert.push(" ON CONFLICT (ledger, part, subject, key) DO UPDATE SET entry = excluded.entry, body = excluded.body").push(further);
        upsert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Whom a part is about changes seldom, and only of these kinds.
async fn move_parties(tx: &mut SqliteConnection, ledger: i64, lives: &[&LifeRow]) -> Result<(), StoreFault> {
    for row in lives.iter().filter(|row| [PartId::Head.kind(), PartId::Text.kind(), "case"].contains(&row.part)) {
        let sql = "UPDATE life SET party = $5 WHERE ledger = $1 AND subject = $2 AND part = $3 AND key = $4 AND party <> $5";
        let query = sqlx::query(sql).bind(ledger).bind(&row.subject).bind(row.part).bind(&row.key).bind(&row.party);
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// What an agreement can be found by follows from its text.
pub(super) fn facets_of(row: &LifeRow) -> Result<Vec<(&'static str, String)>, StoreFault> {
    let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {} text: {error}", row.subject));
    let text: Proposal = serde_json::from_str(&row.body).map_err(damaged)?;
    let mut facets: Vec<(&str, String)> = text.neighbourhoods.iter().map(|place| ("neighbourhood", place.code.to_string())).collect();
    facets.extend(text.neighbourhoods.iter().map(|place| ("place", format!("{}\n{}", place.code, place.name))));
    facets.extend(text.parties.iter().map(|party| ("party", party.institution.to_string())));
    facets.extend(text.themes.iter().map(|theme| ("theme", theme.code().to_owned())));
    facets.sort();
    facets.dedup();
    Ok(facets)
}

async fn replace_facets(tx: &mut SqliteConnection, ledger: i64, row: &LifeRow) -> Result<(), StoreFault> {
    let facets = facets_of(row)?;
    sqlx::query("DELETE FROM facet WHERE ledger = $1 AND subject = $2").bind(ledger).bind(&row.subject).execute(&mut *tx).await?;
    for chunk in in_chunks(&facets) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO facet (ledger, subject, kind, value) ");
        insert.push_values(chunk, |mut values, (kind, value)| {
            values.push_bind(ledger).push_bind(&row.subject).push_bind(*kind).push_bind(value);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn upsert_dues(tx: &mut SqliteConnection, ledger: i64, dues: &BTreeMap<String, Option<Instant>>) -> Result<(), StoreFault> {
    let (set, cleared): (Vec<_>, Vec<_>) = dues.iter().partition(|(_, due)| due.is_some());
    for chunk in in_chunks(&set) {
        let mut upsert = QueryBuilder::<Sqlite>::new("INSERT INTO due (ledger, subject, due_at) ");
        upsert.push_values(chunk, |mut row, (subject, due)| {
            row.push_bind(ledger).push_bind(subject.as_str()).push_bind(due.map(Instant::millis));
        });
        // A row that stays as it is costs no page.
        upsert.push(" ON CONFLICT (ledger, subject) DO UPDATE SET due_at = excluded.due_at WHERE due_at <> excluded.due_at");
        upsert.build().execute(&mut *tx).await?;
    }
    for chunk in in_chunks(&cleared) {
        let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM due WHERE ledger = ");
        delete.push_bind(ledger).push(" AND subject IN (");
        let mut subjects = delete.separated(", ");
        chunk.iter().for_each(|(subject, _)| _ = subjects.push_bind(subject.as_str()));
        delete.push(")").build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_keys(tx: &mut SqliteConnection, ledger: i64, keys: &[(Kid, Slug)]) -> Result<(), StoreFault> {
    for (kid, institution) in keys {
        sqlx::query("INSERT INTO signer_key (ledger, kid, institution) VALUES ($1, $2, $3) ON CONFLICT (ledger, kid) DO NOTHING")
            .bind(ledger)
            .bind(kid.to_string())
            .bind(institution.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
