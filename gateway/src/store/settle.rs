//! Derived rows: what the log has changed since they were written last, many entries in one transaction.
//!
//! Nothing here is truth. Each transaction moves `progress` with the rows, so a crash leaves them at some entry, and
//! the changes beside the log bring them on from there. That is also how they follow the log from day to day.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledger::envelope::Kid;
use ledger::envelope::statement::agreement::Proposal;
use ledger::lives::parts::{FORMAT, PartId};
use ledger::words::{Hash, Instant, Slug, StatementId};

use super::db::{Column, Connection, insert, query, query_scalar};
use super::journal::EntryChange;
use super::keep::{Store, StoreFault};
use super::lives::{LifeRow, OBSTACLE};
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
        let row = query(sql).bind(ledger).fetch_optional(&self.derived.readers).await?;
        let Some(row) = row else { return Ok(Progress::Rebuild) };
        let (entry, leaf): (i64, Vec<u8>) = (row.try_get("entry")?, row.try_get("leaf")?);
        let (format, rebuilding): (i64, i64) = (row.try_get("format")?, row.try_get("is_rebuilding")?);
        let sql = "SELECT leaf FROM record WHERE ledger = $1 AND entry = $2";
        let logged: Option<Vec<u8>> = query_scalar(sql).bind(ledger).bind(entry - 1).fetch_optional(&self.log.readers).await?;
        let fits = format == i64::from(FORMAT) && rebuilding == 0 && logged.as_ref() == Some(&leaf);
        Ok(if fits { Progress::At(number(entry, "progress")?) } else { Progress::Rebuild })
    }

    /// Writes derived rows up to an entry, and says up to which they are whole then: further, or not as far, where another
    /// gateway has written meanwhile. `is_rebuilding`: more must follow before they may be read.
    pub async fn settle(&self, ledger: i64, upto: u64, unsettled: &Unsettled, is_rebuilding: bool) -> Result<u64, StoreFault> {
        // A crash anywhere in here leaves the rows as they were, with their progress.
        let mut tx = self.derived.writer.begin().await?;
        if self.is_shared() && !is_rebuilding {
            let sql = "SELECT entry FROM progress WHERE ledger = $1{| FOR UPDATE}";
            let held: Option<i64> = query_scalar(sql).bind(ledger).fetch_optional(&mut tx).await?;
            let held = number(held.unwrap_or(0), "progress")?;
            if held + unsettled.entries != upto {
                return Ok(held);
            }
        }
        write(&mut tx, ledger, upto, unsettled, is_rebuilding).await?;
        tx.commit().await?;
        Ok(upto)
    }

    /// Up to which entry the derived rows are whole; 0 where there are none.
    pub async fn settled_entry(&self, ledger: i64) -> Result<u64, StoreFault> {
        let sql = "SELECT entry FROM progress WHERE ledger = $1 AND is_rebuilding = 0";
        let held: Option<i64> = query_scalar(sql).bind(ledger).fetch_optional(&self.derived.readers).await?;
        number(held.unwrap_or(0), "progress")
    }

    /// What the entries from one on have changed, at most `limit` of them.
    pub async fn unsettled(&self, ledger: i64, from: u64, limit: u32) -> Result<Unsettled, StoreFault> {
        let mut unsettled = Unsettled::default();
        self.consequences(ledger, from, limit).await?.into_iter().for_each(|consequence| unsettled.add(consequence));
        Ok(unsettled)
    }

    /// What follows from the entries from one on, at most `limit` of them, in their order.
    pub async fn consequences(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<Consequence>, StoreFault> {
        let sql = "SELECT record.entry, author, statement, payload_hash, leaf, body FROM record LEFT JOIN change \
                   ON change.ledger = record.ledger AND change.entry = record.entry \
                   WHERE record.ledger = $1 AND record.entry >= $2 ORDER BY record.entry LIMIT $3";
        let rows = query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit)).fetch_all(&self.log.readers).await?;
        rows.iter()
            .map(|row| {
                let entry = number(row.try_get("entry")?, "record")?;
                let place = format!("record {entry}");
                let damaged = || StoreFault::Damaged(format!("{place}: its author or id"));
                let (author, id): (String, String) = (row.try_get("author")?, row.try_get("statement")?);
                let (author, id) = (author.parse().map_err(|_| damaged())?, id.parse().map_err(|_| damaged())?);
                let payload_hash = hash(row.try_get("payload_hash")?, &place)?;
                let body: Option<String> = row.try_get("body")?;
                let body =
                    body.ok_or_else(|| StoreFault::Damaged(format!("change {entry} is missing; the derived rows must be rebuilt")))?;
                let (statement, change) = (StatementRow { author, id, entry, payload_hash }, EntryChange::parse(entry, &body)?);
                Ok(Consequence { statement, leaf: row.try_get("leaf")?, change })
            })
            .collect()
    }

    /// Drops all that is derived from the log of a ledger. Until it is rebuilt, nothing may be read or judged.
    pub async fn drop_derived(&self, ledger: i64) -> Result<(), StoreFault> {
        let mut tx = self.derived.writer.begin().await?;
        for sql in [
            "DELETE FROM progress WHERE ledger = $1",
            "DELETE FROM statement WHERE ledger = $1",
            "DELETE FROM history WHERE ledger = $1",
            "DELETE FROM life WHERE ledger = $1",
            "DELETE FROM facet WHERE ledger = $1",
            "DELETE FROM due WHERE ledger = $1",
            "DELETE FROM signer_key WHERE ledger = $1",
        ] {
            query(sql).bind(ledger).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Writes anew what entries have changed, in place of what stood beside them.
    pub async fn write_changes(&self, ledger: i64, changes: &[EntryChange]) -> Result<(), StoreFault> {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Ok(()) };
        let mut tx = self.log.writer.begin().await?;
        let sql = "DELETE FROM change WHERE ledger = $1 AND entry BETWEEN $2 AND $3";
        query(sql).bind(ledger).bind(signed(first.entry)).bind(signed(last.entry)).execute(&mut tx).await?;
        super::commit::insert_changes(&mut tx, ledger, changes).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn write(tx: &mut Connection, ledger: i64, upto: u64, unsettled: &Unsettled, is_rebuilding: bool) -> Result<(), StoreFault> {
    let moved = "INSERT INTO progress (ledger, entry, leaf, format, is_rebuilding) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ledger) \
                     DO UPDATE SET entry = excluded.entry, leaf = excluded.leaf, format = excluded.format, \
                     is_rebuilding = excluded.is_rebuilding";
    let query = query(moved).bind(ledger).bind(signed(upto)).bind(&unsettled.leaf).bind(i64::from(FORMAT));
    query.bind(i64::from(is_rebuilding)).execute(&mut *tx).await?;
    // In the order of their keys, so that neighbours are written together.
    let mut statements: Vec<&StatementRow> = unsettled.statements.iter().collect();
    statements.sort_by(|one, other| (&one.author, &one.id).cmp(&(&other.author, &other.id)));
    insert_statements(tx, ledger, &statements).await?;
    let mut history: Vec<&(String, u64)> = unsettled.history.iter().collect();
    history.sort();
    insert_history(tx, ledger, &history).await?;
    let (moved, others): (Vec<&LifeRow>, Vec<&LifeRow>) = unsettled.lives.values().partition(|row| row.moved);
    upsert_lives(tx, ledger, &moved, MOVED).await?;
    // An index that is not touched costs no page: these rows stay where they are in every list.
    upsert_lives(tx, ledger, &others, "").await?;
    move_parties(tx, ledger, &moved).await?;
    for row in unsettled.lives.values().filter(|row| row.part == PartId::Text.kind()) {
        replace_facets(tx, ledger, row).await?;
    }
    upsert_dues(tx, ledger, &unsettled.dues).await?;
    insert_keys(tx, ledger, &unsettled.keys).await
}

async fn insert_statements(tx: &mut Connection, ledger: i64, statements: &[&StatementRow]) -> Result<(), StoreFault> {
    let columns = [Column::Int("ledger"), Column::Text("author"), Column::Text("id"), Column::Int("entry"), Column::Bytes("payload_hash")];
    Ok(insert(
        tx,
        "statement",
        &columns,
        statements,
        |statement, row| {
            row.int(ledger).text(statement.author.as_str()).text(statement.id.as_str());
            row.int(signed(statement.entry)).bytes(statement.payload_hash.0.as_slice());
        },
        "",
    )
    .await?)
}

async fn insert_history(tx: &mut Connection, ledger: i64, history: &[&(String, u64)]) -> Result<(), StoreFault> {
    let columns = [Column::Int("ledger"), Column::Text("subject"), Column::Int("entry")];
    Ok(insert(
        tx,
        "history",
        &columns,
        history,
        |(subject, entry), row| {
            row.int(ledger).text(subject).int(signed(*entry));
        },
        "",
    )
    .await?)
}

/// What of a row an index holds, but for whom it is about.
const MOVED: &str = ", is_open = excluded.is_open, state = excluded.state, due_at = excluded.due_at, colour = excluded.colour, \
                     calls = excluded.calls";

async fn upsert_lives(tx: &mut Connection, ledger: i64, lives: &[&LifeRow], further: &'static str) -> Result<(), StoreFault> {
    let columns = [
        Column::Int("ledger"),
        Column::Text("subject"),
        Column::Text("part"),
        Column::Text("key"),
        Column::Int("is_open"),
        Column::Int("entry"),
        Column::Text("state"),
        Column::Text("party"),
        Column::Int("due_at"),
        Column::Text("obligation"),
        Column::Int("colour"),
        Column::Int("calls"),
        Column::Text("body"),
    ];
    let conflict = " ON CONFLICT (ledger, part, subject, key) DO UPDATE SET entry = excluded.entry, body = excluded.body";
    Ok(insert(
        tx,
        "life",
        &columns,
        lives,
        |life, row| {
            row.int(ledger).text(&life.subject).text(life.part).text(&life.key).int(i64::from(life.is_open)).int(signed(life.entry));
            row.text(&*life.state).text(&life.party).int(life.due_at.map(Instant::millis)).text(&life.obligation);
            row.int(i64::from(life.colour)).int(i64::from(life.calls)).text(&life.body);
        },
        &format!("{conflict}{further}"),
    )
    .await?)
}

/// Whom a part is about changes seldom, and only of these kinds.
async fn move_parties(tx: &mut Connection, ledger: i64, lives: &[&LifeRow]) -> Result<(), StoreFault> {
    for row in lives.iter().filter(|row| [PartId::Head.kind(), PartId::Text.kind(), "case", OBSTACLE].contains(&row.part)) {
        let sql = "UPDATE life SET party = $5 WHERE ledger = $1 AND subject = $2 AND part = $3 AND key = $4 AND party <> $5";
        let query = query(sql).bind(ledger).bind(&row.subject).bind(row.part).bind(&row.key).bind(&row.party);
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// What an agreement can be found by follows from its text.
pub(super) fn facets_of(row: &LifeRow) -> Result<Vec<(&'static str, String)>, StoreFault> {
    let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {} text: {error}", row.subject));
    let text: Proposal = serde_json::from_str(&row.body).map_err(damaged)?;
    let mut facets: Vec<(&str, String)> = text.neighbourhoods.iter().map(|place| ("neighbourhood", place.code.to_string())).collect();
    facets.extend(text.neighbourhoods.iter().map(|place| ("place", format!("{}\n{}", place.code, storable(place.name.as_str())))));
    facets.extend(text.parties.iter().map(|party| ("party", party.institution.to_string())));
    facets.extend(text.themes.iter().map(|theme| ("theme", theme.code().to_owned())));
    facets.extend(text.umbrellas.iter().flat_map(|umbrellas| umbrellas.iter()).map(|umbrella| ("umbrella", umbrella.name())));
    facets.sort();
    facets.dedup();
    Ok(facets)
}

/// A text column of PostgreSQL holds no NUL; a name that has one is found by the rest of it.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

async fn replace_facets(tx: &mut Connection, ledger: i64, row: &LifeRow) -> Result<(), StoreFault> {
    let facets = facets_of(row)?;
    query("DELETE FROM facet WHERE ledger = $1 AND subject = $2").bind(ledger).bind(&row.subject).execute(&mut *tx).await?;
    let columns = [Column::Int("ledger"), Column::Text("subject"), Column::Text("kind"), Column::Text("value")];
    Ok(insert(
        tx,
        "facet",
        &columns,
        &facets,
        |(kind, value), values| {
            values.int(ledger).text(&row.subject).text(*kind).text(value);
        },
        "",
    )
    .await?)
}

async fn upsert_dues(tx: &mut Connection, ledger: i64, dues: &BTreeMap<String, Option<Instant>>) -> Result<(), StoreFault> {
    let (set, cleared): (Vec<_>, Vec<_>) = dues.iter().partition(|(_, due)| due.is_some());
    let columns = [Column::Int("ledger"), Column::Text("subject"), Column::Int("due_at")];
    // A row that stays as it is costs no page.
    let conflict = " ON CONFLICT (ledger, subject) DO UPDATE SET due_at = excluded.due_at WHERE due.due_at <> excluded.due_at";
    insert(
        tx,
        "due",
        &columns,
        &set,
        |(subject, due), row| {
            row.int(ledger).text(*subject).int(due.map(Instant::millis));
        },
        conflict,
    )
    .await?;
    if !cleared.is_empty() {
        let cleared: Vec<String> = cleared.into_iter().map(|(subject, _)| subject.clone()).collect();
        query("DELETE FROM due WHERE ledger = $1 AND subject {in $2}").bind(ledger).bind(cleared).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_keys(tx: &mut Connection, ledger: i64, keys: &[(Kid, Slug)]) -> Result<(), StoreFault> {
    for (kid, institution) in keys {
        query("INSERT INTO signer_key (ledger, kid, institution) VALUES ($1, $2, $3) ON CONFLICT (ledger, kid) DO NOTHING")
            .bind(ledger)
            .bind(kid.to_string())
            .bind(institution.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
