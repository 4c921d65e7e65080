//! Lists as of now: which parts of lives fit a filter, by index, page by page.

use ledger::lives::Reader;
use ledger::words::{CbsCode, CbsKind, Instant};

use super::db::{Query, Row, query, query_as};
use super::keep::{Store, StoreFault};
use super::rows::{instant, number};
use super::sight::{By, push_sight};

/// Which parts: all conditions hold together.
#[derive(Debug, Clone)]
pub struct Search {
    /// For whom: nothing is found that is withheld from it.
    pub reader: Reader,
    /// What kind of part.
    pub part: &'static str,
    /// Of this life only.
    pub subject: Option<String>,
    /// Of agreements whose places and this one have ground in common.
    pub area: Option<CbsCode>,
    /// Of agreements with this theme.
    pub theme: Option<&'static str>,
    /// Of agreements that bring along this umbrella agreement, by [`Umbrella::name`].
    ///
    /// [`Umbrella::name`]: ledger::envelope::statement::umbrella::Umbrella::name
    pub umbrella: Option<String>,
    /// Of agreements with this party.
    pub member: Option<String>,
    /// About this party: the debtor, the one that leaves; one of those whom a case is against.
    pub party: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Only open or only final ones.
    pub is_open: Option<bool>,
    /// Obstacles: in a regulation with this BWB id.
    pub bwb: Option<String>,
    /// Due at or after this instant; of a head, the end of its text.
    pub due_from: Option<Instant>,
    /// Due before this instant.
    pub due_until: Option<Instant>,
    /// After this place in the list.
    pub after: Option<Place>,
    /// At most this many.
    pub limit: u32,
}

/// A place in a list: by subject and key, or by due instant first where a search names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When it is due, where the list is in that order.
    pub due_at: Option<Instant>,
    /// The life.
    pub subject: String,
    /// Which one of its kind.
    pub key: String,
}

/// A part that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The life.
    pub subject: String,
    /// Which one of its kind.
    pub key: String,
    /// Whether rules still need it.
    pub is_open: bool,
    /// The entry that changed it last.
    pub entry: u64,
    /// When it is late, or a term on it ends.
    pub due_at: Option<Instant>,
    /// As JSON.
    pub body: String,
}

impl Search {
    /// Whether the list is in the order of due instants. Agreements are not: theirs stands with the text.
    pub fn is_by_due(&self) -> bool {
        self.part != "head" && (self.due_from.is_some() || self.due_until.is_some())
    }

    /// Only the keys are sorted, where an index does not give the order; what is found is fetched by row.
    fn sql(&self, before: &'static str, ledger: i64) -> Query<'static> {
        let order = if self.is_by_due() { " ORDER BY due_at, subject, key" } else { " ORDER BY subject, key" };
        let mut sql = query(before);
        sql.push("SELECT subject, key, is_open, entry, due_at, body FROM life WHERE {rowid IN (SELECT life.rowid|ctid = ANY(ARRAY(SELECT life.ctid} FROM life");
        self.push_conditions(&mut sql, ledger);
        sql.push(order).push(" LIMIT ").push_bind(i64::from(self.limit)).push("{)|))}").push(order);
        sql
    }

    fn push_conditions(&self, sql: &mut Query<'_>, ledger: i64) {
        sql.push(" WHERE life.ledger = ").push_bind(ledger).push(" AND part = ").push_bind(self.part);
        if let Some(subject) = &self.subject {
            sql.push(" AND subject = ").push_bind(subject.clone());
        }
        if let Some(area) = &self.area {
            push_area(sql, ledger, area);
        }
        if let Some(member) = &self.member {
            push_facet(sql, ledger, "party", member);
        }
        if let Some(umbrella) = &self.umbrella {
            push_facet(sql, ledger, "umbrella", umbrella);
        }
        if let Some(theme) = self.theme {
            // Most agreements share a few themes, so that the list is walked rather than the theme.
            sql.push(" AND EXISTS (SELECT 1 FROM facet WHERE facet.ledger = life.ledger AND facet.subject = life.subject AND ");
            sql.push("kind = 'theme' AND value = ").push_bind(theme).push(")");
        }
        if let Some(party) = &self.party {
            if self.part == "case" {
                sql.push(" AND EXISTS (SELECT 1 FROM {json_each(life.body, '$.against')|json_array_elements_text(life.body::json -> 'against') AS value} WHERE value = ").push_bind(party.clone()).push(")");
            } else {
                sql.push(" AND party = ").push_bind(party.clone());
            }
        }
        if let Some(state) = &self.state {
            sql.push(" AND state = ").push_bind(state.clone());
        }
        if let Some(is_open) = self.is_open {
            sql.push(" AND is_open = ").push_bind(i64::from(is_open));
        }
        if let Some(bwb) = &self.bwb {
            // Few cases name an obstacle, so that those are walked.
            sql.push(" AND {json_extract(life.body, '$.request.obstacle.rule.bwb')|life.body::json -> 'request' -> 'obstacle' -> 'rule' ->> 'bwb'} = ");
            sql.push_bind(bwb.clone());
        }
        self.push_due(sql, ledger);
        push_sight(sql, ledger, &self.reader, By::Row("life"));
        match &self.after {
            Some(Place { due_at: Some(due), subject, key }) if self.is_by_due() => {
                sql.push(" AND (due_at, subject, key) > (").push_bind(due.millis()).push(", ").push_bind(subject.clone());
                sql.push(", ").push_bind(key.clone()).push(")");
            }
            Some(Place { subject, key, .. }) => {
                sql.push(" AND (subject, key) > (").push_bind(subject.clone()).push(", ").push_bind(key.clone()).push(")");
            }
            None => {}
        }
    }

    fn push_due(&self, sql: &mut Query<'_>, ledger: i64) {
        let of_text = self.part == "head" && (self.due_from.is_some() || self.due_until.is_some());
        if of_text {
            sql.push(" AND subject IN (SELECT subject FROM life WHERE part = 'text' AND ledger = ").push_bind(ledger);
        }
        if let Some(from) = self.due_from {
            sql.push(" AND due_at >= ").push_bind(from.millis());
        }
        if let Some(until) = self.due_until {
            sql.push(" AND due_at < ").push_bind(until.millis());
        }
        if of_text {
            sql.push(")");
        }
    }
}

pub(super) fn push_facet(sql: &mut Query<'_>, ledger: i64, kind: &'static str, value: &str) {
    sql.push(" AND subject IN (SELECT subject FROM facet WHERE kind = ").push_bind(kind);
    sql.push(" AND value = ").push_bind(value.to_owned()).push(" AND ledger = ").push_bind(ledger).push(")");
}

/// Agreements that hold in an area: in it as a whole, in a part of it, or in something that it is a part of.
pub(super) fn push_area(sql: &mut Query<'_>, ledger: i64, area: &CbsCode) {
    sql.push(" AND subject IN (SELECT subject FROM facet WHERE kind = 'neighbourhood' AND ledger = ")
        .push_bind(ledger)
        .push(" AND (value IN (");
    sql.push_all(covering(area)).push(")");
    for (from, until) in within(area) {
        sql.push(" OR value >= ").push_bind(from).push(" AND value < ").push_bind(until);
    }
    sql.push("))");
}

/// The codes of an area and of what it is a part of.
fn covering(area: &CbsCode) -> Vec<String> {
    let mut codes = vec![area.to_string(), area.municipality().to_string()];
    if area.kind() == CbsKind::Neighbourhood {
        codes.push(format!("WK{}", &area.as_str()[2..8]));
    }
    codes
}

/// The ranges of codes of what is within an area: their texts begin with its number.
fn within(area: &CbsCode) -> Vec<(String, String)> {
    let number = &area.as_str()[2..];
    // `[` is the first character after the capitals, the last that a code may hold.
    let range = |kind: &str| (format!("{kind}{number}"), format!("{kind}{number}["));
    match area.kind() {
        CbsKind::Municipality => vec![range("WK"), range("BU")],
        CbsKind::District => vec![range("BU")],
        CbsKind::Neighbourhood => Vec::new(),
    }
}

/// Whether two areas have ground in common, by the same rule.
pub fn overlap(one: &CbsCode, other: &CbsCode) -> bool {
    one.holds(other) || other.holds(one)
}

impl Store {
    /// Agreements of whatever ledger that bring along this umbrella agreement and are not withheld: number of the ledger, and the
    /// life; at most so many.
    pub async fn under(&self, umbrella: &str, limit: u32) -> Result<Vec<(i64, String)>, StoreFault> {
        let sql = "SELECT ledger, subject FROM facet WHERE kind = 'umbrella' AND value = $1 AND NOT EXISTS (SELECT 1 FROM life AS hidden \
                   WHERE hidden.ledger = facet.ledger AND hidden.subject = facet.subject AND hidden.part = 'withheld') \
                   ORDER BY ledger, subject LIMIT $2";
        Ok(query_as(sql).bind(umbrella).bind(i64::from(limit)).fetch_all(&self.derived.readers).await?)
    }

    /// The parts that fit, in the order of subject and key (or due instant, subject and key).
    pub async fn search(&self, ledger: i64, search: &Search) -> Result<Vec<Found>, StoreFault> {
        search.sql("", ledger).fetch_all(&self.derived.readers).await?.iter().map(found).collect()
    }
}

fn found(row: &Row) -> Result<Found, StoreFault> {
    let (subject, key): (String, String) = (row.try_get("subject")?, row.try_get("key")?);
    let (is_open, entry, due_at): (i64, i64, Option<i64>) = (row.try_get("is_open")?, row.try_get("entry")?, row.try_get("due_at")?);
    let due_at = due_at.map(|millis| instant(millis, &subject)).transpose()?;
    Ok(Found { entry: number(entry, &subject)?, subject, key, is_open: is_open == 1, due_at, body: row.try_get("body")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How SQLite goes about a search, in one line a step.
    async fn plan(store: &Store, search: &Search) -> Vec<String> {
        let rows = search.sql("EXPLAIN QUERY PLAN ", 1).fetch_all(&store.derived.readers).await.unwrap();
        rows.iter().map(|row| row.try_get("detail").unwrap()).collect()
    }

    fn of(part: &'static str, reader: Reader) -> Search {
        let (subject, area, theme, umbrella, member, party, state) = (None, None, None, None, None, None, None);
        let (is_open, bwb, due_from, due_until, after) = (None, None, None, None, None);
        Search { reader, part, subject, area, theme, umbrella, member, party, state, is_open, bwb, due_from, due_until, after, limit: 100 }
    }

    #[tokio::test]
    async fn every_search_is_an_index_look_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plan.sqlite"), true).await.unwrap();
        let of = |part| of(part, Reader::Public);
        let some = |text: &str| Some(text.to_owned());
        let at = |text: &str| text.parse::<Instant>().ok();
        for (search, index) in [
            (of("head"), "sqlite_autoindex_life_1"),
            (Search { subject: some("agreement/a"), ..of("instance") }, "sqlite_autoindex_life_1"),
            (Search { state: some("overdue"), ..of("instance") }, "life_state"),
            (Search { party: some("corporation"), ..of("obligation") }, "life_debtor"),
            (Search { party: some("corporation"), ..of("withdrawal") }, "life_party"),
            (Search { party: some("ministry"), bwb: some("BWBR0005181"), ..of("obstacle") }, "life_party"),
            (Search { due_from: at("2006-03-01T00:00:00Z"), due_until: at("2006-04-01T00:00:00Z"), ..of("instance") }, "life_due"),
            (Search { theme: Some("housing"), ..of("head") }, "sqlite_autoindex_life_1"),
            (Search { area: "GM0599".parse().ok(), ..of("obligation") }, "facet_value"),
            (Search { member: some("corporation"), ..of("head") }, "facet_value"),
        ] {
            for reader in [Reader::Public, Reader::Institution("corporation".parse().unwrap())] {
                let plan = plan(&store, &Search { reader, ..search.clone() }).await;
                assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
                // What is withheld is looked up where only that stands.
                assert!(plan.iter().any(|step| step.contains("SEARCH hidden USING") && step.contains("life_withheld")), "{plan:#?}");
            }
            let plan = plan(&store, &search).await;
            assert!(!plan.iter().any(|step| step.starts_with("SCAN life") || step.starts_with("SCAN facet")), "{plan:#?}");
        }
    }

    #[test]
    fn areas_have_ground_in_common_when_one_is_in_the_other() {
        let code = |text: &str| text.parse::<CbsCode>().unwrap();
        for (one, other, expected) in [
            ("GM0599", "BU05991080", true),
            ("WK059910", "BU05991080", true),
            ("WK059911", "BU05991080", false),
            ("GM0599", "WK059910", true),
            ("BU05991080", "BU05991081", false),
            ("GM0363", "BU05991080", false),
            ("GM0599", "GM0599", true),
        ] {
            assert_eq!((overlap(&code(one), &code(other)), overlap(&code(other), &code(one))), (expected, expected), "{one} {other}");
        }
    }
}
