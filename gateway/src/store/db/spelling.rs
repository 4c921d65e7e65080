//! Where the two databases must be told in other words.

use std::borrow::Cow;

/// Which database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, 15 or newer.
    Postgres,
}

impl Dialect {
    /// The text for this database: of `{ONE|OTHER}` it keeps the one before the bar for SQLite, the one after it for PostgreSQL.
    /// `{in $N}` asks for membership of a bound list. Within braces stands neither another brace nor `||`.
    pub(super) fn spell(self, text: &str) -> Cow<'_, str> {
        let Some(first) = text.find('{') else { return Cow::Borrowed(text) };
        let mut spelled = String::with_capacity(text.len() + 32);
        let (before, mut rest) = text.split_at(first);
        spelled.push_str(before);
        while let Some((choice, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            match (choice.strip_prefix("in "), choice.split_once('|'), self) {
                (Some(list), _, Self::Sqlite) => spelled.extend(["IN (SELECT value FROM json_each(", list, "))"]),
                (Some(list), _, Self::Postgres) => spelled.extend(["= ANY(", list, ")"]),
                (None, Some((one, _)), Self::Sqlite) => spelled.push_str(one),
                (None, Some((_, other)), Self::Postgres) => spelled.push_str(other),
                (None, None, _) => unreachable!("{choice:?} is no choice"),
            }
            let (plain, next) = after.split_at(after.find('{').unwrap_or(after.len()));
            spelled.push_str(plain);
            rest = next;
        }
        Cow::Owned(spelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_is_told_in_its_own_words() {
        let text = "SELECT {CAST(note AS BLOB)|convert_to(note, 'UTF8')} FROM life {INDEXED BY life_debtor|}WHERE subject {in $2} LIMIT $3";
        assert_eq!(
            Dialect::Sqlite.spell(text),
            "SELECT CAST(note AS BLOB) FROM life INDEXED BY life_debtorWHERE subject IN (SELECT value FROM json_each($2)) LIMIT $3"
        );
        assert_eq!(Dialect::Postgres.spell(text), "SELECT convert_to(note, 'UTF8') FROM life WHERE subject = ANY($2) LIMIT $3");
        assert!(matches!(Dialect::Postgres.spell("SELECT 'a' || $1"), Cow::Borrowed(_)));
    }
}
