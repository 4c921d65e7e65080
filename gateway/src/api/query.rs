//! Parameters of reads: each key is declared once, with what it takes; unknown ones are refused, and all faults told at once.

use axum::http::StatusCode;
use ledger::words::{Day, Instant, Slug};
use serde_json::{Value, json};

use super::Problem;
use crate::listing::{Filter, Paging};

/// The largest page.
pub(super) const MAX_PAGE: u32 = 1_000;
/// How many come on a page when nothing is asked.
const PAGE: u32 = 100;

/// A key that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// JSON Schema of its value, as JSON.
    pub(super) schema: &'static str,
    /// What it takes.
    pub(super) accepted: &'static str,
}

macro_rules! keys {
    ($( $name:ident = $word:literal, $schema:literal, $accepted:literal; )*) => { $(
        pub(super) const $name: Key = Key { name: $word, schema: $schema, accepted: $accepted };
    )* };
}

keys! {
    AS_OF = "asOf", r#"{"type":"string","format":"date-time"}"#, "an instant that has come, as RFC 3339 with any offset; now when not given";
    CURSOR = "cursor", r#"{"type":"string"}"#, "the `next` of an earlier answer to the same question";
    LIMIT = "limit", r#"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#, "a number from 1 to 1000; 100 when not given";
    FROM = "from", r#"{"type":"integer","minimum":0,"default":0}"#, "the index of an entry; 0 when not given";
    MANY = "limit", r#"{"type":"integer","minimum":1,"maximum":1000,"default":1000}"#, "a number from 1 to 1000; 1000 when not given";
    COSIGNED = "cosigned", r#"{"type":"boolean","default":false}"#, "true for the newest checkpoint that enough witnesses cosigned; false, as when not given, for the newest";
    AGREEMENT = "agreement", r#"{"type":"string","maxLength":64}"#, "the id of an agreement";
    NEIGHBOURHOOD = "neighbourhood", r#"{"type":"string","pattern":"^(GM\\d{4}|WK\\d{4}[0-9A-Z]{2}|BU\\d{4}[0-9A-Z]{4})$"}"#, "a CBS code such as BU05991080, WK059910 or GM0599; what holds in it, in a part of it, or in what it is a part of";
    PARTY = "party", r#"{"type":"string","maxLength":64}"#, "the id of an institution: of agreements a party; else the one who owes, reported, offered, leaves, or is meant by a case";
    MEMBER = "member", r#"{"type":"string","maxLength":64}"#, "the id of an institution that is a party to the agreement";
    THEME = "theme", r#"{"type":"string","enum":["housing","safety","physical-design","welfare","integration","education","social-infrastructure"]}"#, "one of: housing, safety, physical-design, welfare, integration, education, social-infrastructure";
    UMBRELLA = "umbrella", r#"{"type":"string","maxLength":320}"#, "an umbrella agreement that the text brings along: the origin of its ledger, a slash, and its id there";
    MINISTRY = "ministry", r#"{"type":"string","maxLength":64}"#, "the id of the ministry that answers for the rule";
    BWB = "bwb", r#"{"type":"string","pattern":"^BWB[RVW]\\d{7}$"}"#, "the BWB id of a regulation, such as BWBR0005181";
    STATE = "state", r#"{"type":"string"}"#, "open, final, or one of the words for where it stands";
    DUE_FROM = "dueFrom", r#"{"type":"string","format":"date"}"#, "a date: due, or with a term that ends, on this day or later; agreements: with this last day or a later one";
    DUE_UNTIL = "dueUntil", r#"{"type":"string","format":"date"}"#, "a date: due, or with a term that ends, on this day or earlier";
    WHO = "who", r#"{"type":"string","maxLength":64}"#, "the id of an institution that must act";
    DEBTOR = "debtor", r#"{"type":"string","maxLength":64}"#, "the id of the institution that owes";
    OBLIGATION = "obligation", r#"{"type":"string","maxLength":64}"#, "the id of an obligation of the agreement";
    BREACH = "breach", r#"{"type":"string","pattern":"^[^/]+/\\d{4}-\\d{2}-\\d{2}$"}"#, "an obligation and the due date that was missed, such as ID/2006-05-01";
    CASE = "case", r#"{"type":"integer","minimum":1}"#, "the number of a case of the agreement";
    SEARCH = "search", r#"{"type":"string","maxLength":120}"#, "a part of a name, or the beginning of a CBS code";
    AFTER = "after", r#"{"type":"string"}"#, "the cursor of the last event that was read; from the first event when not given";
    WAIT = "wait", r#"{"type":"integer","minimum":0,"maximum":20,"default":0}"#, "seconds to wait for an event when there is none: a number from 0 to 20";
}

/// The parameters of a request, by the keys that its route takes.
pub(super) struct Given {
    values: Vec<(Key, String)>,
    faults: Vec<Value>,
}

impl Given {
    /// Reads what was given. Faults are kept until [`Given::done`], so that all are told at once.
    pub(super) fn read(pairs: Vec<(String, String)>, known: &[Key]) -> Self {
        let mut given = Self { values: Vec::new(), faults: Vec::new() };
        for (name, value) in pairs {
            match known.iter().find(|key| key.name == name) {
                None => {
                    let names: Vec<&str> = known.iter().map(|key| key.name).collect();
                    let accepted = if names.is_empty() { "no parameters".to_owned() } else { format!("one of: {}", names.join(", ")) };
                    given.faults.push(json!({ "parameter": name, "accepted": accepted }));
                }
                Some(key) if given.values.iter().any(|(other, _)| other == key) => {
                    given.faults.push(json!({ "parameter": name, "accepted": "once" }));
                }
                Some(key) => given.values.push((*key, value)),
            }
        }
        given
    }

    /// The value of a key, if it was given and fits.
    pub(super) fn take<T>(&mut self, key: Key, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.values.iter().find(|(of, _)| *of == key).map(|(_, value)| value.clone())?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(key);
        }
        value
    }

    /// A key whose value does not fit.
    pub(super) fn fault(&mut self, key: Key) {
        self.faults.push(json!({ "parameter": key.name, "accepted": key.accepted }));
    }

    /// The same, with what would be accepted here.
    pub(super) fn fault_saying(&mut self, key: Key, accepted: String) {
        self.faults.push(json!({ "parameter": key.name, "accepted": accepted }));
    }

    pub(super) fn parsed<T: std::str::FromStr>(&mut self, key: Key) -> Option<T> {
        self.take(key, |text| text.parse().ok())
    }

    /// The instant that is asked for.
    pub(super) fn as_of(&mut self) -> Option<Instant> {
        // A plus that was not percent-encoded comes in as a space, and nothing else in an instant is one.
        self.take(AS_OF, |text| text.replace(' ', "+").parse().ok())
    }

    /// The page that is asked for.
    pub(super) fn paging(&mut self) -> Paging {
        let limit = self.limit();
        Paging::after(self.take(CURSOR, |text| Some(text.to_owned())), limit)
    }

    pub(super) fn limit(&mut self) -> u32 {
        self.take(LIMIT, |text| text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit))).unwrap_or(PAGE)
    }

    /// The conditions that lists have in common.
    pub(super) fn filter(&mut self) -> Filter {
        let (from, until): (Option<Day>, Option<Day>) = (self.parsed(DUE_FROM), self.parsed(DUE_UNTIL));
        Filter {
            agreement: self.parsed(AGREEMENT),
            neighbourhood: self.parsed(NEIGHBOURHOOD),
            party: self.parsed(PARTY),
            member: self.parsed(MEMBER),
            theme: self
                .take(THEME, |text| ledger::envelope::statement::agreement::Theme::ALL.iter().copied().find(|theme| theme.code() == text)),
            umbrella: self
                .take(UMBRELLA, |name| name.rsplit_once('/').and_then(|(_, id)| id.parse::<Slug>().ok()).map(|_| name.to_owned())),
            state: None,
            is_open: None,
            bwb: None,
            // What is due on a day is late from its end on.
            due_from: from.map(Day::end),
            due_until: until.map(|day| day.end().plus_millis(1)),
        }
    }

    /// That all of it fitted, or everything that did not.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.faults.iter().filter_map(|fault| fault["parameter"].as_str()).collect();
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, "Invalid parameter", format!("what does not fit: {}", names.join(", ")));
        problem.body["faults"] = self.faults.into();
        Err(problem)
    }
}
