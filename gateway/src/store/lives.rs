//! Lives as rows: written with the log, fetched when a statement touches them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::TryStreamExt;
use ledger::book::{Book, Change, LifeKey, Prior};
use ledger::lives::parts::{Part, PartChange, PartId};
use ledger::lives::withheld::Withheld;
use ledger::lives::{Agreement, Institution};
use ledger::words::{Instant, Slug};
use serde::de::DeserializeOwned;

use super::db::{Row, query, query_as, query_scalar};
use super::keep::{Store, StoreFault};
use super::rows::{hash, instant, life_of, number, part_kind, signed, subject_of};

/// A part of a life as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeRow {
    /// The life.
    pub subject: String,
    /// What kind of part.
    pub part: &'static str,
    /// Which one of that kind.
    pub key: String,
    /// Whether rules still need it.
    pub is_open: bool,
    /// The entry that changed it last.
    pub entry: u64,
    /// The word for where it stands; empty where a part has no states.
    pub state: Cow<'static, str>,
    /// Whom it is about: the debtor, the one that left, the one a case is against; empty where there is none.
    pub party: String,
    /// When it is late, or when a term on it ends; of a head, since when a party is quiet or it is under strength.
    pub due_at: Option<Instant>,
    /// The obligation that it belongs to; empty where it belongs to the whole.
    pub obligation: String,
    /// How bad it is: the rank of its colour.
    pub colour: u8,
    /// Whether it asks for somebody's attention.
    pub calls: bool,
    /// Whether lists must place it anew.
    pub moved: bool,
    /// As JSON.
    pub body: String,
}

impl LifeRow {
    /// Its life, its kind and which one of that kind.
    pub fn place(&self) -> (String, String, String) {
        (self.subject.clone(), self.part.to_owned(), self.key.clone())
    }

    /// A row as it is stored, which does not say whether it moved.
    pub(super) fn read(row: &Row) -> Result<Self, StoreFault> {
        let (subject, part): (String, String) = (row.try_get("subject")?, row.try_get("part")?);
        let part = part_kind(&part).ok_or_else(|| StoreFault::Damaged(format!("life {subject} has an unknown part {part:?}")))?;
        let (entry, due_at): (i64, Option<i64>) = (row.try_get("entry")?, row.try_get("due_at")?);
        let colour = colour(row.try_get("colour")?, &subject)?;
        Ok(Self {
            entry: number(entry, &subject)?,
            due_at: due_at.map(|millis| instant(millis, &subject)).transpose()?,
            subject,
            part,
            key: row.try_get("key")?,
            is_open: row.try_get::<i64>("is_open")? == 1,
            state: Cow::Owned(row.try_get("state")?),
            party: row.try_get("party")?,
            obligation: row.try_get("obligation")?,
            colour,
            calls: row.try_get::<i64>("calls")? == 1,
            moved: false,
            body: row.try_get("body")?,
        })
    }
}

/// The rank of a colour.
pub(super) fn colour(value: i64, subject: &str) -> Result<u8, StoreFault> {
    u8::try_from(value).map_err(|_| StoreFault::Damaged(format!("life {subject}: {value} is no colour")))
}

/// A due date that was breached is listed under this kind as well; rules do not read it.
pub(super) const BREACH: &str = "breach";

/// A case with a rule that is in the way is listed under this kind as well, with the ministry that answers for it (L40); rules
/// do not read it.
pub(super) const OBSTACLE: &str = "obstacle";

/// An agreement that is withheld has a row that says so, and who may read it; rules do not read it.
pub(super) const WITHHELD: &str = "withheld";

/// The rows that a change writes.
pub fn life_row(change: &Change, entry: u64) -> Vec<LifeRow> {
    match change {
        Change::Institution(institution) => {
            let body = serde_json::to_string(institution).expect("a life is plain JSON");
            let state = if institution.admitted.is_some() { "admitted" } else { "registered" };
            let (subject, party) = (format!("institution/{}", institution.id), institution.id.to_string());
            let (state, due_at) = (state.into(), None);
            let (part, key, obligation) = ("institution", String::new(), String::new());
            vec![LifeRow {
                subject,
                part,
                key,
                is_open: true,
                entry,
                state,
                party,
                due_at,
                obligation,
                colour: 0,
                calls: false,
                moved: true,
                body,
            }]
        }
        Change::Agreement { id, parts, withheld, .. } => {
            let subject = format!("agreement/{id}");
            let mut rows = Vec::with_capacity(parts.len());
            rows.extend(withheld.as_ref().map(|withheld| withheld_row(&subject, withheld, entry)));
            for change in parts {
                let row = part_row(&subject, change, entry);
                if let Part::Instance(instance) = &change.part
                    && !instance.breaches.is_empty()
                {
                    let is_open = instance.breaches.iter().any(|breach| breach.settled.is_none());
                    // The due date itself gives the colour and calls for attention.
                    rows.push(LifeRow { part: BREACH, is_open, colour: 0, calls: false, moved: true, ..row.clone() });
                }
                if let Part::Case(case) = &change.part
                    && let Some(line) = case.obstacle()
                {
                    let (state, party) = (line.standing.code().into(), line.ministry.to_string());
                    rows.push(LifeRow { part: OBSTACLE, state, party, colour: 0, calls: false, moved: true, ..row.clone() });
                }
                rows.push(row);
            }
            rows
        }
        Change::Key(..) => Vec::new(),
    }
}

/// Which says that the agreement is withheld, and from whom it is not.
fn withheld_row(subject: &str, withheld: &Withheld, entry: u64) -> LifeRow {
    let (subject, party, state) = (subject.to_owned(), withheld.director.to_string(), withheld.ground.code().into());
    let body = serde_json::to_string(withheld).expect("a life is plain JSON");
    let (part, key, obligation) = (WITHHELD, String::new(), String::new());
    LifeRow { subject, part, key, is_open: true, entry, state, party, due_at: None, obligation, colour: 0, calls: false, moved: true, body }
}

fn part_row(subject: &str, change: &PartChange, entry: u64) -> LifeRow {
    let (state, due_at) = (change.part.state(), change.part.due_at());
    let party = change.part.party().map(ToString::to_string).unwrap_or_default();
    let (subject, part, key) = (subject.to_owned(), change.id.kind(), change.id.to_string());
    let obligation = change.part.obligation().map(ToString::to_string).unwrap_or_default();
    let (colour, calls, body) = (change.part.colour().rank(), change.part.calls(), part_json(&change.part));
    let (state, is_open, moved) = (state.into(), change.open, change.moved);
    LifeRow { subject, part, key, is_open, entry, state, party, due_at, obligation, colour, calls, moved, body }
}

/// The value of a part as JSON, as it is stored.
pub fn part_json(part: &Part) -> String {
    let json = match part {
        Part::Head(head) => serde_json::to_string(head),
        Part::Text(text) => serde_json::to_string(text),
        Part::Clause(clause) => serde_json::to_string(clause),
        Part::Instance(instance) => serde_json::to_string(instance),
        Part::Claim(claim) => serde_json::to_string(claim),
        Part::Offer(offer) => serde_json::to_string(offer),
        Part::Case(case) => serde_json::to_string(case),
        Part::Leave(leave) => serde_json::to_string(leave),
    };
    json.expect("a part is plain JSON")
}

impl Store {
    /// Puts what statements touch on the book: lives, keys, ids; also that there is none.
    pub async fn fetch(&self, ledger: i64, keys: &[LifeKey], book: &mut Book) -> Result<(), StoreFault> {
        self.fetch_lives(ledger, keys, book).await?;
        self.fetch_ids(ledger, keys, book).await?;
        for key in keys {
            let LifeKey::Key(kid) = key else { continue };
            let sql = "SELECT institution FROM signer_key WHERE ledger = $1 AND kid = $2";
            let owner: Option<String> = query_scalar(sql).bind(ledger).bind(kid.to_string()).fetch_optional(&self.derived.readers).await?;
            let owner = owner.map(|owner| owner.parse().map_err(|_| StoreFault::Damaged(format!("signer_key {kid}"))));
            book.put_key(*kid, owner.transpose()?);
        }
        Ok(())
    }

    async fn fetch_ids(&self, ledger: i64, keys: &[LifeKey], book: &mut Book) -> Result<(), StoreFault> {
        let ids: Vec<_> = keys.iter().filter_map(|key| if let LifeKey::Id(by, id) = key { Some((by, id)) } else { None }).collect();
        for chunk in ids.chunks(5_000) {
            chunk.iter().for_each(|(by, id)| book.put_id((*by).clone(), (*id).clone(), None));
            let mut query = query("SELECT author, id, entry, payload_hash FROM statement WHERE ledger = ");
            query.push_bind(ledger).push(" AND (author, id) IN ");
            query.push_tuples(chunk, |(by, id)| [by.as_str().into(), id.as_str().into()]);
            for row in query.fetch_all(&self.derived.readers).await? {
                let (author, statement): (String, String) = (row.try_get("author")?, row.try_get("id")?);
                let place = format!("statement of {author} {statement}");
                let prior = Prior { entry: number(row.try_get("entry")?, &place)?, hash: hash(row.try_get("payload_hash")?, &place)? };
                let damaged = || StoreFault::Damaged(place.clone());
                book.put_id(author.parse().map_err(|_| damaged())?, statement.parse().map_err(|_| damaged())?, Some(prior));
            }
        }
        Ok(())
    }

    /// Calls with the author and the id of each statement, in no order.
    pub async fn each_id(&self, ledger: i64, mut note: impl FnMut(&str, &str)) -> Result<(), StoreFault> {
        let mut rows = query("SELECT author, id FROM statement WHERE ledger = $1").bind(ledger).fetch(&self.derived.readers);
        while let Some(row) = rows.try_next().await? {
            note(row.try_get("author")?, row.try_get("id")?);
        }
        Ok(())
    }

    /// The author and the id of each statement from an entry on.
    pub async fn ids_from(&self, ledger: i64, entry: u64) -> Result<Vec<(String, String)>, StoreFault> {
        let sql = "SELECT author, statement FROM record WHERE ledger = $1 AND entry >= $2";
        Ok(query_as(sql).bind(ledger).bind(signed(entry)).fetch_all(&self.log.readers).await?)
    }

    async fn fetch_lives(&self, ledger: i64, keys: &[LifeKey], book: &mut Book) -> Result<(), StoreFault> {
        let wanted: Vec<(String, &LifeKey)> = keys.iter().filter_map(|key| Some((subject_of(key)?, key))).collect();
        for chunk in wanted.chunks(5_000) {
            let subjects: Vec<String> = chunk.iter().map(|(subject, _)| subject.clone()).collect();
            let sql = "SELECT subject, part, key, body FROM life WHERE is_open = 1 AND ledger = $1 AND subject {in $2}";
            let rows = query(sql).bind(ledger).bind(subjects).fetch_all(&self.derived.readers).await?;
            let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
            for row in rows {
                found.entry(row.try_get("subject")?).or_default().push(row);
            }
            for (subject, key) in chunk {
                let rows = found.remove(subject).unwrap_or_default();
                match key {
                    LifeKey::Institution(id) => book.put_institution(id.clone(), institution(&rows)?),
                    LifeKey::Agreement(id) => book.put_agreement(id.clone(), agreement(id, &rows)?),
                    LifeKey::Key(_) | LifeKey::Id(..) => {}
                }
            }
        }
        Ok(())
    }

    /// The lives that are due first, at or before an instant, in the order of the agenda; at most `limit`.
    pub async fn due(&self, ledger: i64, at: Instant, limit: u32) -> Result<Vec<(Instant, LifeKey)>, StoreFault> {
        let sql = "SELECT subject, due_at FROM due WHERE ledger = $1 AND due_at <= $2 ORDER BY due_at, subject LIMIT $3";
        let rows = query(sql).bind(ledger).bind(at.millis()).bind(i64::from(limit)).fetch_all(&self.derived.readers).await?;
        rows.iter()
            .map(|row| {
                let subject: String = row.try_get("subject")?;
                Ok((instant(row.try_get("due_at")?, &subject)?, life_of(&subject)?))
            })
            .collect()
    }

    /// The earliest due instant of a ledger.
    pub async fn earliest_due(&self, ledger: i64) -> Result<Option<Instant>, StoreFault> {
        let sql = "SELECT due_at FROM due WHERE ledger = $1 ORDER BY due_at LIMIT 1";
        let millis: Option<i64> = query_scalar(sql).bind(ledger).fetch_optional(&self.derived.readers).await?;
        millis.map(|millis| instant(millis, "due")).transpose()
    }
}

/// A part from its kind and its JSON; `None` for a breach and an obstacle, which are a due date and a case once more, and for
/// what says that all of it is withheld.
pub fn part_of(subject: &str, kind: &str, key: &str, body: &str) -> Result<Option<Part>, StoreFault> {
    fn read<T: DeserializeOwned>(place: impl FnOnce() -> String, body: &str) -> Result<T, StoreFault> {
        serde_json::from_str(body).map_err(|error| StoreFault::Damaged(format!("{}: {error}", place())))
    }
    let place = || format!("life {subject} {kind} {key}");
    Ok(Some(match kind {
        "head" => Part::Head(read(place, body)?),
        "text" => Part::Text(read(place, body)?),
        "obligation" => Part::Clause(read(place, body)?),
        "instance" => Part::Instance(read(place, body)?),
        "report" => Part::Claim(read(place, body)?),
        "offer" => Part::Offer(read(place, body)?),
        "case" => Part::Case(read(place, body)?),
        "withdrawal" => Part::Leave(read(place, body)?),
        BREACH | OBSTACLE | WITHHELD => return Ok(None),
        other => return Err(StoreFault::Damaged(format!("life {subject} has an unknown part {other:?}"))),
    }))
}

fn parse(row: &Row) -> Result<Option<Part>, StoreFault> {
    let (subject, kind, key): (String, String, String) = (row.try_get("subject")?, row.try_get("part")?, row.try_get("key")?);
    part_of(&subject, &kind, &key, row.try_get("body")?)
}

fn institution(rows: &[Row]) -> Result<Option<Institution>, StoreFault> {
    rows.first()
        .map(|row| {
            let (subject, body): (String, String) = (row.try_get("subject")?, row.try_get("body")?);
            serde_json::from_str(&body).map_err(|error| StoreFault::Damaged(format!("life {subject}: {error}")))
        })
        .transpose()
}

fn agreement(id: &Slug, rows: &[Row]) -> Result<Option<Agreement>, StoreFault> {
    let parts = rows.iter().filter_map(|row| parse(row).transpose()).collect::<Result<Vec<_>, _>>()?;
    assemble(id, parts)
}

/// An agreement from its open parts, in any order; `None` when there are none.
pub fn assemble(id: &Slug, parts: Vec<Part>) -> Result<Option<Agreement>, StoreFault> {
    let (mut head, mut text, mut others) = (None, None, Vec::with_capacity(parts.len()));
    for part in parts {
        match part {
            Part::Head(one) => head = Some(one),
            Part::Text(one) => text = Some(one),
            other => others.push(other),
        }
    }
    let (head, text) = match (head, text) {
        (None, None) if others.is_empty() => return Ok(None),
        (Some(head), Some(text)) => (head, text),
        _ => return Err(StoreFault::Damaged(format!("life agreement/{id} lacks its {} or {}", PartId::Head.kind(), PartId::Text.kind()))),
    };
    let mut agreement = Agreement::of(Arc::unwrap_or_clone(head), Arc::unwrap_or_clone(text));
    for part in others {
        agreement.restore(part).ok_or_else(|| StoreFault::Damaged(format!("life agreement/{id}")))?;
    }
    Ok(Some(agreement))
}
