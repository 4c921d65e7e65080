//! By which rules something is judged: those in force at its place in the log. Here stands each change of them, and since
//! which version it holds.
//!
//! A version bears on what an entry does, never on what it finds: an instant, once it stands in a life, stays as it was computed.
//! So nothing that waits ([`next_flag`](super::Agreement::next_flag), attention, colours) asks for the rules, and a change of them
//! moves nothing that parties rely on (`docs/decisions/0123-rules-of-their-time.md`).

use serde::{Deserialize, Serialize};

use super::moment::Fact;
use crate::envelope::refusal::list;
use crate::envelope::statement::genesis::Versions;
use crate::words::{Calendar, Instant, Term, deadline, with_two_working_days};

/// The newest version of the rules that this program knows. Version 1 is the first.
pub const RULES_VERSION: u32 = 4;

/// The rules in force at a place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    version: u32,
    calendar: Calendar,
}

/// From an entry on, other versions hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesSince {
    /// The versions.
    pub versions: Versions,
    /// The entry that names them; they hold for each later one.
    pub since: Fact,
}

impl Rules {
    /// Before anything was changed.
    pub const FIRST: Self = Self { version: 1, calendar: Calendar::ALL[0] };

    /// What these versions mean; `None` where this program does not know one of them. That of the time-zone data is recorded and
    /// not compared (`docs/decisions/0030-calendar-versions.md`).
    pub fn of(versions: &Versions) -> Option<Self> {
        let version = versions.rules.0;
        let calendar = Calendar::of(versions.holidays.as_str())?;
        (version <= RULES_VERSION).then_some(Self { version, calendar })
    }

    /// What this program knows, in words.
    pub fn known() -> String {
        let tables = list(Calendar::ALL.iter().map(|calendar| calendar.version()));
        format!("rules up to version {RULES_VERSION}, holidays of {tables}")
    }

    /// Whether these do not go back behind others.
    pub fn follow(self, others: Self) -> bool {
        self.version >= others.version && self.calendar >= others.calendar
    }

    /// The table of holidays.
    pub fn calendar(self) -> Calendar {
        self.calendar
    }

    /// The instant at which a term that runs from here has ended. Since version 2, where days move to working days, a term of three
    /// days or more has two of them (art. 2 Atw); before, one over Easter or Christmas could end before anybody was at work.
    pub fn deadline(self, from: Instant, term: Term, working_day_rule: bool) -> Instant {
        let end = deadline(from, term, working_day_rule, self.calendar);
        if working_day_rule && self.version >= 2 { end.max(with_two_working_days(from, term, self.calendar)) } else { end }
    }

    /// Since version 2: whether a proposal by another puts the municipality under a term to answer (L03).
    pub fn municipality_owes_answer(self) -> bool {
        self.version >= 2
    }

    /// Since version 3: whether an agreement that comes into force is to have a successor before it ends (L13).
    pub fn expects_successor(self) -> bool {
        self.version >= 3
    }

    /// Since version 4: whether it is watched that a party which signs by a mandate still has one (L02).
    pub fn watches_mandates(self) -> bool {
        self.version >= 4
    }

    /// Since version 4: whether an answer about a changed umbrella agreement is still owed when another has taken the promise over (L44).
    pub fn follows_handovers(self) -> bool {
        self.version >= 4
    }
}

/// What a version of the rules brought, in words: for whoever takes it up.
pub fn news(version: u32) -> &'static [&'static str] {
    match version {
        2 => &[
            "a term of three days or more has two working days, where days move to working days (art. 2 Algemene termijnenwet)",
            "a proposal by another than the municipality is answered by it in its term, or flagged (L03)",
        ],
        3 => &["an agreement that comes into force is flagged when its end comes near and no successor is signed (L13)"],
        4 => &[
            "a party that signs by a mandate is asked to answer when no mandate covers the agreement any more, and flagged when it does not (L02)",
            "an answer about a changed umbrella agreement stays owed where another takes the promise over (L44)",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(rules: u32, holidays: &str) -> Versions {
        let json = serde_json::json!({ "rules": rules, "timeZoneData": "2026a", "holidays": holidays });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_not_known_is_none_and_versions_are_in_order() {
        assert_eq!(Rules::of(&versions(1, "atw-2026.1")), Some(Rules::FIRST));
        assert_eq!(Rules::of(&versions(RULES_VERSION + 1, "atw-2026.1")), None);
        assert_eq!(Rules::of(&versions(1, "atw-2026.9")), None);
        let rules = |rules, holidays| Rules::of(&versions(rules, holidays)).unwrap();
        let (a, b, c) = (rules(1, "atw-2026.2"), rules(2, "atw-2026.1"), rules(2, "atw-2026.2"));
        for (later, earlier, follows) in [(a, Rules::FIRST, true), (a, b, false), (b, a, false), (c, a, true), (c, b, true), (c, c, true)] {
            assert_eq!(later.follow(earlier), follows, "{later:?} {earlier:?}");
        }
    }

    /// Whoever takes a version up is told what it brings.
    #[test]
    fn each_version_after_the_first_says_what_it_brought() {
        assert!(news(1).is_empty() && news(RULES_VERSION + 1).is_empty());
        for version in 2..=RULES_VERSION {
            assert!(!news(version).is_empty(), "version {version}");
        }
    }

    #[test]
    fn a_term_over_easter_has_two_working_days_since_version_2() {
        let from = "2006-04-13T10:00:00Z".parse().unwrap();
        let ends = |rules: u32, moves| Rules::of(&versions(rules, "atw-2026.2")).unwrap().deadline(from, Term::Days(4), moves).to_string();
        assert_eq!(ends(1, true), "2006-04-18T22:00:00.000Z");
        assert_eq!(ends(2, true), "2006-04-19T22:00:00.000Z");
        assert_eq!(ends(2, false), "2006-04-17T22:00:00.000Z");
    }
}
