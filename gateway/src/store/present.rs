//! Lives as of now, many at once: whole agreements, what is open of them, what is coloured, what calls, where they hold.

use std::collections::BTreeMap;

use ledger::lives::Reader;
use ledger::words::CbsCode;

use super::db::{Query, Row, query};
use super::keep::{Store, StoreFault};
use super::lives::colour;
use super::rows::{PART_KINDS, number};
use super::sight::{By, push_sight};

/// A part as it stands now, with how far the rows are that it was read from.
#[derive(Debug, Clone)]
pub struct PresentRow {
    /// The life.
    pub subject: String,
    /// What kind of part.
    pub part: String,
    /// Which one of that kind.
    pub key: String,
    /// Whether rules still need it.
    pub is_open: bool,
    /// The entry that changed it last.
    pub entry: u64,
    /// As JSON.
    pub body: String,
    /// The rows hold what the entries before this one changed.
    pub settled: u64,
}

/// What a life must have to be looked at.
#[derive(Debug, Clone)]
pub struct Subjects {
    /// By whom: none is found that is withheld from it.
    pub reader: Reader,
    /// After this one.
    pub after: Option<String>,
    /// Holding in this area.
    pub area: Option<CbsCode>,
    /// With this party.
    pub member: Option<String>,
    /// With something that calls for attention.
    pub calls: bool,
    /// At most this many.
    pub limit: u32,
}

/// How many obligations have which colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All that are counted.
    pub all: u64,
    /// Of those, orange.
    pub orange: u64,
    /// Of those, red.
    pub red: u64,
}

/// What is counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// For whom: nothing is counted that is withheld from it.
    pub reader: Reader,
    /// Of agreements that hold in this area.
    pub area: Option<CbsCode>,
    /// Obligations of this debtor; agreements of this party.
    pub party: Option<String>,
}

impl Store {
    /// Every part of one life, final ones too.
    pub async fn whole(&self, ledger: i64, subject: &str) -> Result<Vec<PresentRow>, StoreFault> {
        let sql = "SELECT subject, part, key, is_open, entry, body, \
                   (SELECT entry FROM progress WHERE ledger = $1) AS settled FROM life \
                   WHERE ledger = $1 AND part {in $3} AND subject = $2";
        let kinds: Vec<String> = PART_KINDS.into_iter().map(str::to_owned).collect();
        let rows = query(sql).bind(ledger).bind(subject).bind(kinds).fetch_all(&self.derived.readers).await?;
        rows.iter().map(present).collect()
    }

    /// What is open of these lives, by life.
    pub async fn open_parts(&self, ledger: i64, subjects: &[String]) -> Result<BTreeMap<String, Vec<PresentRow>>, StoreFault> {
        let sql = "SELECT subject, part, key, is_open, entry, body, \
                   (SELECT entry FROM progress WHERE ledger = $1) AS settled FROM life \
                   WHERE ledger = $1 AND is_open = 1 AND part NOT IN ('breach', 'obstacle') AND subject {in $2}";
        let mut lives: BTreeMap<String, Vec<PresentRow>> = BTreeMap::new();
        for row in &query(sql).bind(ledger).bind(subjects.to_vec()).fetch_all(&self.derived.readers).await? {
            let row = present(row)?;
            lives.entry(row.subject.clone()).or_default().push(row);
        }
        Ok(lives)
    }

    /// Agreements that fit, in the order of their names.
    pub async fn agreements(&self, ledger: i64, wanted: &Subjects) -> Result<Vec<String>, StoreFault> {
        let mut sql = query("SELECT DISTINCT subject FROM life WHERE ledger = ");
        sql.push_bind(ledger);
        sql.push(if wanted.calls { " AND calls = 1" } else { " AND part = 'head'" });
        if let Some(area) = &wanted.area {
            super::search::push_area(&mut sql, ledger, area);
        }
        if let Some(member) = &wanted.member {
            super::search::push_facet(&mut sql, ledger, "party", member);
        }
        push_sight(&mut sql, ledger, &wanted.reader, By::Row("life"));
        sql.push(" AND subject > ").push_bind(wanted.after.clone().unwrap_or_default());
        sql.push(" ORDER BY subject LIMIT ").push_bind(i64::from(wanted.limit));
        let rows = sql.fetch_all(&self.derived.readers).await?;
        rows.iter().map(|row| Ok(row.try_get("subject")?)).collect()
    }

    /// How many obligations have which colour. Counted are those whose due dates come up, and those with an open due date
    /// in an agreement where none come up any more.
    pub async fn tally(&self, ledger: i64, of: &Counted) -> Result<Tally, StoreFault> {
        let mut sql = query("WITH running AS (SELECT subject FROM life WHERE part = 'head' AND ledger = ");
        sql.push_bind(ledger).push(" AND state IN (");
        sql.push_all(ledger::lives::agreement::State::RUNNING.iter().copied());
        sql.push(")), over AS (SELECT subject FROM life WHERE part = 'head' AND ledger = ").push_bind(ledger);
        sql.push(" AND subject NOT IN (SELECT subject FROM running)), counted AS (");
        for (i, which) in of.stretches().into_iter().enumerate() {
            sql.push(if i == 0 { "" } else { " UNION ALL " });
            sql.push("SELECT subject, key AS obligation FROM life ").push(of.index());
            sql.push(" WHERE part = 'obligation' AND ledger = ").push_bind(ledger);
            of.push(&mut sql, ledger);
            sql.push(" AND ").push(&which);
        }
        sql.push("), coloured AS (SELECT subject, obligation, MAX(colour) AS colour FROM life WHERE colour > 0 AND ledger = ");
        sql.push_bind(ledger).push(" GROUP BY subject, obligation) ");
        sql.push("SELECT COUNT(*) AS counted, COUNT(*) FILTER (WHERE colour = 1) AS orange, COUNT(*) FILTER (WHERE colour = 2) AS red ");
        sql.push("FROM counted LEFT JOIN coloured USING (subject, obligation)");
        let row = sql.fetch_one(&self.derived.readers).await?;
        let count = |name: &str| number(row.try_get(name)?, "life");
        Ok(Tally { all: count("counted")?, orange: count("orange")?, red: count("red")? })
    }

    /// The worst colour of each of these agreements that is not green: 1 or 2.
    pub async fn colours(&self, ledger: i64, subjects: &[String]) -> Result<BTreeMap<String, u8>, StoreFault> {
        let sql = "SELECT subject, MAX(colour) AS colour FROM life WHERE ledger = $1 AND colour > 0 \
                   AND subject {in $2} GROUP BY subject";
        let rows = query(sql).bind(ledger).bind(subjects.to_vec()).fetch_all(&self.derived.readers).await?;
        rows.iter()
            .map(|row| {
                let subject: String = row.try_get("subject")?;
                let worst = colour(row.try_get("colour")?, &subject)?;
                Ok((subject, worst))
            })
            .collect()
    }

    /// The texts of these agreements, as JSON.
    pub async fn texts(&self, ledger: i64, subjects: &[String]) -> Result<Vec<(String, String)>, StoreFault> {
        let sql = "SELECT subject, body FROM life WHERE ledger = $1 AND part = 'text' AND subject {in $2}";
        let rows = query(sql).bind(ledger).bind(subjects.to_vec()).fetch_all(&self.derived.readers).await?;
        rows.iter().map(|row| Ok((row.try_get("subject")?, row.try_get("body")?))).collect()
    }

    /// Every place where an agreement holds that a reader may read: its code and its name, and how many agreements say so.
    pub async fn places(&self, ledger: i64, reader: &Reader) -> Result<Vec<(String, u64)>, StoreFault> {
        let mut sql = query("SELECT value, COUNT(*) AS agreements FROM facet WHERE kind = 'place' AND ledger = ");
        sql.push_bind(ledger);
        push_sight(&mut sql, ledger, reader, By::Whole);
        sql.push(" GROUP BY value ORDER BY value");
        let rows = sql.fetch_all(&self.derived.readers).await?;
        rows.iter().map(|row| Ok((row.try_get("value")?, number(row.try_get("agreements")?, "facet")?))).collect()
    }
}

/// An obligation has an open due date. The keys of its due dates are its own key, a slash and a date.
const HAS_OPEN_DUE: &str = "EXISTS (SELECT 1 FROM life AS due WHERE due.ledger = life.ledger AND due.subject = life.subject \
                            AND due.part = 'instance' AND due.key >= life.key || '/' AND due.key < life.key || '0' AND due.is_open = 1)";

impl Counted {
    /// Conditions on obligations that are counted, none of which two fulfil. Those of one party are found by the party, in one
    /// go; among all, each state is a stretch of an index.
    fn stretches(&self) -> Vec<String> {
        match self.party {
            Some(_) => vec![format!("(state = 'running' AND subject IN (SELECT subject FROM running) OR {HAS_OPEN_DUE})")],
            None => vec![
                "state = 'running' AND subject IN (SELECT subject FROM running)".to_owned(),
                format!("state < 'running' AND {HAS_OPEN_DUE}"),
                format!("state > 'running' AND {HAS_OPEN_DUE}"),
                format!("state = 'running' AND subject IN (SELECT subject FROM over) AND {HAS_OPEN_DUE}"),
            ],
        }
    }

    /// The index of debtors is named, since the planner would go by a larger one that fits as well.
    fn index(&self) -> &'static str {
        if self.party.is_some() { "{INDEXED BY life_debtor|}" } else { "" }
    }

    fn push(&self, sql: &mut Query<'_>, ledger: i64) {
        if let Some(area) = &self.area {
            super::search::push_area(sql, ledger, area);
        }
        if let Some(party) = &self.party {
            sql.push(" AND party = ").push_bind(party.clone());
        }
        push_sight(sql, ledger, &self.reader, By::Whole);
    }
}

fn present(row: &Row) -> Result<PresentRow, StoreFault> {
    let subject: String = row.try_get("subject")?;
    let (is_open, entry): (i64, i64) = (row.try_get("is_open")?, row.try_get("entry")?);
    let settled: Option<i64> = row.try_get("settled")?;
    let (entry, settled) = (number(entry, &subject)?, number(settled.unwrap_or(0), "progress")?);
    Ok(PresentRow {
        subject,
        part: row.try_get("part")?,
        key: row.try_get("key")?,
        is_open: is_open == 1,
        entry,
        body: row.try_get("body")?,
        settled,
    })
}
