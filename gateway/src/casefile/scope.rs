//! How much of an agreement a case file is about.

use std::fmt;
use std::str::FromStr;

use ledger::words::{Day, Slug};

/// How much of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Agreement,
    /// One obligation, with its cases.
    Obligation(Slug),
    /// One due date of an obligation that was missed, or one day on which it was not kept, with its case.
    Breach(Slug, Day),
    /// One case, by number.
    Case(u32),
}

impl Scope {
    /// A breach as it is asked for: `OBLIGATION/2006-05-01`.
    pub fn breach(text: &str) -> Option<Self> {
        let (obligation, due) = text.rsplit_once('/')?;
        Some(Self::Breach(obligation.parse().ok()?, due.parse().ok()?))
    }

    /// For the name of a file: letters, digits and hyphens.
    pub fn slug(&self) -> String {
        self.to_string().replace([' ', '/'], "-")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agreement => f.write_str("agreement"),
            Self::Obligation(id) => write!(f, "obligation {id}"),
            Self::Breach(id, due) => write!(f, "breach {id}/{due}"),
            Self::Case(number) => write!(f, "case {number}"),
        }
    }
}

impl FromStr for Scope {
    type Err = &'static str;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scope = match text.split_once(' ') {
            None if text == "agreement" => Some(Self::Agreement),
            Some(("obligation", id)) => id.parse().ok().map(Self::Obligation),
            Some(("breach", breach)) => Self::breach(breach),
            Some(("case", number)) => number.parse().ok().map(Self::Case),
            None | Some(_) => None,
        };
        scope.filter(|scope| scope.to_string() == text).ok_or("agreement, obligation ID, breach ID/DATE or case NUMBER")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_one_spelling() {
        for text in ["agreement", "obligation homes", "breach homes/2006-05-01", "case 3"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in
            ["", "agreement x", "obligation", "obligation A", "breach homes", "breach homes/2006-5-1", "case 03", "case x", "other 1"]
        {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        assert_eq!("breach homes/2006-05-01".parse::<Scope>().unwrap().slug(), "breach-homes-2006-05-01");
    }
}
