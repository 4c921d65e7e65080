//! Codes of municipalities, districts and neighbourhoods.

use std::str::FromStr;

use super::code::{all_digits, digits_or_capitals};

kept_as_text! {
    /// A municipality (`GM0363`), district (`WK036301`) or neighbourhood (`BU0363AA00`) as Statistics
    /// Netherlands (CBS) codes them. Codes change each year: keep the year beside it.
    CbsCode
}

/// What a [`CbsCode`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CbsKind {
    /// Gemeente, `GM` and 4 digits.
    Municipality,
    /// Wijk, `WK`, the 4 digits of the municipality and 2 digits or capitals.
    District,
    /// Buurt, `BU`, the 4 digits of the municipality and 4 digits or capitals.
    Neighbourhood,
}

impl CbsCode {
    /// What the code names.
    pub fn kind(&self) -> CbsKind {
        match &self.as_str()[..2] {
            "GM" => CbsKind::Municipality,
            "WK" => CbsKind::District,
            _ => CbsKind::Neighbourhood,
        }
    }

    /// The code of the municipality in which the area lies; its own for a municipality.
    pub fn municipality(&self) -> Self {
        Self(format!("GM{}", &self.as_str()[2..6]).into())
    }

    /// Whether an area is this one or lies in it, by their codes: a neighbourhood in its district and municipality.
    pub fn holds(&self, other: &Self) -> bool {
        self == other || (self.kind() < other.kind() && other.as_str()[2..].starts_with(&self.as_str()[2..]))
    }
}

impl FromStr for CbsCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a CBS code such as GM0363, WK036301 or BU03630000";
        let (kind, number) = text.split_at_checked(2).ok_or(WRONG)?;
        let len = match kind {
            "GM" => 4,
            "WK" => 6,
            "BU" => 8,
            _ => return Err(WRONG),
        };
        let fits = number.len() == len && digits_or_capitals(number) && all_digits(&number[..4]);
        fits.then(|| Self(text.into())).ok_or(WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_area_knows_its_municipality() {
        for (text, kind) in [("GM0363", CbsKind::Municipality), ("WK0363AA", CbsKind::District), ("BU0363AA00", CbsKind::Neighbourhood)] {
            let code: CbsCode = text.parse().unwrap();
            assert_eq!((code.kind(), code.municipality().as_str()), (kind, "GM0363"));
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{text}\""));
        }
        for text in ["", "G", "GM363", "GM03630", "WK0363", "BU0363aa00", "BU036A0000", "PV0027", "é0363"] {
            assert!(text.parse::<CbsCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_area_holds_itself_and_what_lies_in_it() {
        let holds = |one: &str, other: &str| one.parse::<CbsCode>().unwrap().holds(&other.parse().unwrap());
        assert!(holds("GM0363", "GM0363") && holds("GM0363", "WK036301") && holds("GM0363", "BU03630199"));
        assert!(holds("WK036301", "BU03630199") && holds("BU03630199", "BU03630199"));
        assert!(!holds("WK036301", "BU03630299") && !holds("GM0364", "BU03630199") && !holds("BU03630199", "WK036301"));
    }

    proptest! {
        #[test]
        fn every_neighbourhood_reads_back_and_no_text_panics(text in "BU[0-9]{4}[0-9A-Z]{4}", other in ".{0,12}") {
            let code: CbsCode = text.parse().unwrap();
            prop_assert_eq!(code.to_string(), text.clone());
            prop_assert_eq!(code.municipality().to_string(), format!("GM{}", &text[2..6]));
            let _ = other.parse::<CbsCode>();
        }
    }
}
