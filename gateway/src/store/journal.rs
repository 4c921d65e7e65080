//! What an entry changed, as one text beside it: written with the log, so that derived rows can follow later.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ledger::book::Change;
use ledger::envelope::Kid;
use ledger::words::{Instant, Slug};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::keep::StoreFault;
use super::lives::{LifeRow, life_row};
use super::rows::{part_kind, subject_of};

/// What one entry changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// The entry.
    pub entry: u64,
    /// The lives that it changed.
    pub lives: Vec<LifeChange>,
    /// The keys that belong to an institution from here on.
    pub keys: Vec<(Kid, Slug)>,
}

impl EntryChange {
    /// How many rows it changes: the measure of the memory that it takes.
    pub fn extent(&self) -> usize {
        1 + self.lives.iter().map(|life| life.rows.len()).sum::<usize>()
    }
}

/// What an entry changed of one life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeChange {
    /// The life, such as `agreement/ID`.
    pub subject: String,
    /// When the clock next changes it; `None` when nothing is due.
    pub due: Option<Instant>,
    /// Its parts that changed.
    pub rows: Vec<LifeRow>,
}

/// As it is written: a list of `[subject, due, [[part, key, open, state, party, due, [obligation, colour, calls, moved], body]]]`,
/// and one of `[kid, institution]`.
#[derive(Deserialize)]
struct ChangeJson<'a> {
    #[serde(borrow)]
    lives: Vec<(String, Option<i64>, Vec<RowJson<'a>>)>,
    keys: Vec<(Kid, Slug)>,
}

type RowJson<'a> = (&'a str, String, bool, String, String, Option<i64>, (String, u8, bool, bool), &'a RawValue);

impl EntryChange {
    /// What the book says that an entry changed.
    pub fn new(entry: u64, changes: &[Change]) -> Self {
        let mut change = Self { entry, lives: Vec::with_capacity(changes.len()), keys: Vec::new() };
        for one in changes {
            if let Some(subject) = one.life().and_then(|life| subject_of(&life)) {
                change.lives.push(LifeChange { subject, due: one.due(), rows: life_row(one, entry) });
            }
            if let Change::Key(kid, owner) = one {
                change.keys.push((*kid, owner.clone()));
            }
        }
        change
    }

    /// As text. The bodies are JSON already and go in as they are.
    pub fn to_text(&self) -> String {
        let size: usize = self.lives.iter().flat_map(|life| &life.rows).map(|row| row.body.len() + row.key.len() + 96).sum();
        let mut text = String::with_capacity(size + 64);
        text.push_str("{\"lives\":[");
        for (i, life) in self.lives.iter().enumerate() {
            text.push_str(if i == 0 { "[" } else { ",[" });
            push_json(&mut text, &life.subject);
            text.push(',');
            push_json(&mut text, &life.due.map(Instant::millis));
            text.push_str(",[");
            for (j, row) in life.rows.iter().enumerate() {
                text.push_str(if j == 0 { "[" } else { ",[" });
                for word in [row.part, &row.key] {
                    push_json(&mut text, word);
                    text.push(',');
                }
                push_json(&mut text, &row.is_open);
                for word in [&*row.state, row.party.as_str()] {
                    text.push(',');
                    push_json(&mut text, word);
                }
                text.push(',');
                push_json(&mut text, &row.due_at.map(Instant::millis));
                text.push(',');
                push_json(&mut text, &(&row.obligation, row.colour, row.calls, row.moved));
                text.push(',');
                text.push_str(&row.body);
                text.push(']');
            }
            text.push_str("]]");
        }
        text.push_str("],\"keys\":");
        push_json(&mut text, &self.keys);
        text.push('}');
        text
    }

    /// Reads what was written.
    pub fn parse(entry: u64, text: &str) -> Result<Self, StoreFault> {
        let damaged = |what: String| StoreFault::Damaged(format!("change {entry}: {what}"));
        let json: ChangeJson<'_> = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        let mut lives = Vec::with_capacity(json.lives.len());
        for (subject, due, rows) in json.lives {
            let rows = rows.into_iter().map(|row| life(entry, subject.clone(), row)).collect::<Result<_, _>>().map_err(damaged)?;
            lives.push(LifeChange { subject, due: instant(due).map_err(damaged)?, rows });
        }
        Ok(Self { entry, lives, keys: json.keys })
    }
}

/// Adds the rows of one life that an entry wrote, where no later entry wrote them: entries come newest first.
pub(super) fn newest_rows(
    entry: u64,
    text: &str,
    subject: &str,
    newest: &mut BTreeMap<(&'static str, String), LifeRow>,
) -> Result<(), StoreFault> {
    let damaged = |what: String| StoreFault::Damaged(format!("change {entry}: {what}"));
    let json: ChangeJson<'_> = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    for row in json.lives.into_iter().filter(|(of, ..)| of == subject).flat_map(|(.., rows)| rows) {
        let part = part_kind(row.0).ok_or_else(|| damaged(format!("unknown part {:?}", row.0)))?;
        if let Entry::Vacant(place) = newest.entry((part, row.1.clone())) {
            place.insert(life(entry, subject.to_owned(), row).map_err(damaged)?);
        }
    }
    Ok(())
}

fn life(entry: u64, subject: String, row: RowJson<'_>) -> Result<LifeRow, String> {
    let (part, key, is_open, state, party, due_at, (obligation, colour, calls, moved), body) = row;
    let part = part_kind(part).ok_or_else(|| format!("unknown part {part:?}"))?;
    let (state, due_at, body) = (state.into(), instant(due_at)?, body.get().to_owned());
    Ok(LifeRow { subject, part, key, is_open, entry, state, party, due_at, obligation, colour, calls, moved, body })
}

fn instant(millis: Option<i64>) -> Result<Option<Instant>, String> {
    millis.map(|millis| Instant::from_millis(millis).ok_or_else(|| format!("{millis} is no instant"))).transpose()
}

fn push_json<T: serde::Serialize + ?Sized>(text: &mut String, value: &T) {
    text.push_str(&serde_json::to_string(value).expect("plain values are JSON"));
}
