//! Numbers that Dutch registers give to organisations.
//!
//! They are attributes with a date, never keys: one organisation can hold several, and they change.

use std::str::FromStr;

kept_as_text! {
    /// A legal entity's number in the trade register: 9 digits that pass the 11-test.
    Rsin
}
kept_as_text! {
    /// A registration in the trade register (Kamer van Koophandel): 8 digits, without a check.
    Kvk
}
kept_as_text! {
    /// An educational institution in the register of the ministry (BRIN): 4 digits or capitals.
    Brin
}
kept_as_text! {
    /// Organisatie-identificatienummer: 20 characters, of which the first 8 name the register that the number
    /// comes from. The number may hold capitals, as that of a school does.
    ///
    /// Source: Logius, OIN-Stelsel, chapter Data Architectuur.
    Oin
}
kept_as_text! {
    /// A regulation in the Basiswettenbestand: `BWBR`, `BWBV` (treaties) or `BWBW`, and 7 digits.
    Bwb
}
/// The register that an [`Oin`] takes its number from, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OinKind {
    /// 00000001: an RSIN.
    Rsin,
    /// 00000002: a fiscal number, for parts of the State outside the trade register.
    Fiscal,
    /// 00000003: a registration in the trade register.
    Kvk,
    /// 00000004: a part of an organisation, or a service (SubOIN).
    Sub,
    /// 00000006: issued by Logius itself.
    Logius,
    /// 00000007: a school.
    Brin,
    /// 00000008: a foreign organisation.
    Foreign,
    /// 00000009: a provider of care.
    CareProvider,
    /// 00000010: known to the tax service only (TRR).
    TaxService,
    /// 00000011: an insurer of care.
    CareInsurer,
    /// 00000099: for tests.
    Test,
}

/// The prefixes that Logius lists; 00000005 is unassigned.
const PREFIXES: [(&str, OinKind); 11] = [
    ("00000001", OinKind::Rsin),
    ("00000002", OinKind::Fiscal),
    ("00000003", OinKind::Kvk),
    ("00000004", OinKind::Sub),
    ("00000006", OinKind::Logius),
    ("00000007", OinKind::Brin),
    ("00000008", OinKind::Foreign),
    ("00000009", OinKind::CareProvider),
    ("00000010", OinKind::TaxService),
    ("00000011", OinKind::CareInsurer),
    ("00000099", OinKind::Test),
];

impl Oin {
    /// The register that the number comes from.
    pub fn kind(&self) -> OinKind {
        let known = PREFIXES.iter().find(|(prefix, _)| self.as_str().starts_with(prefix));
        known.expect("checked when it was read").1
    }

    /// The RSIN in it, if it is made from one.
    pub fn rsin(&self) -> Option<Rsin> {
        (self.kind() == OinKind::Rsin).then(|| Rsin(self.as_str()[8..17].into()))
    }

    /// The registration in the trade register in it, if it is made from one.
    pub fn kvk(&self) -> Option<Kvk> {
        (self.kind() == OinKind::Kvk).then(|| Kvk(self.as_str()[8..16].into()))
    }
}

pub(super) fn all_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

pub(super) fn digits_or_capitals(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

/// The 11-test: weights 9 to 2, then -1. A number of zeros alone would pass, and is nobody's.
fn passes_11_test(text: &str) -> bool {
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    let digits = text.bytes().map(|c| i32::from(c) - i32::from(b'0'));
    let sum: i32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    text.len() == 9 && all_digits(text) && sum % 11 == 0 && text != "000000000"
}

impl FromStr for Rsin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "an RSIN: 9 digits that pass the 11-test";
        passes_11_test(text).then(|| Self(text.into())).ok_or(wrong)
    }
}

impl FromStr for Kvk {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        (text.len() == 8 && all_digits(text)).then(|| Self(text.into())).ok_or("a KvK number: 8 digits")
    }
}

impl FromStr for Bwb {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = ["BWBR", "BWBV", "BWBW"].iter().find_map(|prefix| text.strip_prefix(prefix));
        let fits = digits.is_some_and(|digits| digits.len() == 7 && all_digits(digits));
        fits.then(|| Self(text.into())).ok_or("a BWB id: BWBR, BWBV or BWBW and 7 digits, such as BWBR0005181")
    }
}

impl FromStr for Brin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() == 4 && digits_or_capitals(text);
        fits.then(|| Self(text.into())).ok_or("a BRIN: 4 digits or capitals, such as 21PK")
    }
}

impl FromStr for Oin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "an OIN: 20 digits or capitals, of which the first 8 are a prefix that Logius lists";
        if text.len() != 20 || !digits_or_capitals(text) {
            return Err(WRONG);
        }
        let (prefix, number) = text.split_at(8);
        let kind = PREFIXES.iter().find(|known| known.0 == prefix).ok_or(WRONG)?.1;
        match kind {
            OinKind::Rsin if !passes_11_test(&number[..9]) || !all_digits(number) => {
                Err("an OIN: after prefix 00000001 comes an RSIN (9 digits that pass the 11-test), then 3 digits")
            }
            OinKind::Kvk if !all_digits(number) => Err("an OIN: after prefix 00000003 come 12 digits"),
            // What follows the number should be zeros, but older ones in use end otherwise (…345001).
            _ => Ok(Self(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reads<T: FromStr + ToString>(text: &str) -> bool {
        text.parse::<T>().is_ok_and(|word| word.to_string() == text)
    }

    #[test]
    fn codes_of_the_registers_are_read() {
        assert!(reads::<Rsin>("822477348") && reads::<Kvk>("27124701") && reads::<Brin>("21PK"));
        assert!(reads::<Bwb>("BWBR0005181") && !reads::<Bwb>("BWBR005181") && !reads::<Bwb>("BWBX0005181"));
        assert!(!reads::<Rsin>("822477349") && !reads::<Rsin>("000000000") && !reads::<Rsin>("82247734"));
        assert!(!reads::<Kvk>("2712470") && !reads::<Kvk>("2712470A") && !reads::<Brin>("21pk") && !reads::<Brin>("21PK00"));
        assert_eq!(serde_json::from_str::<Kvk>("\"27124701\"").unwrap().as_str(), "27124701");
        assert!(serde_json::from_str::<Kvk>("27124701").is_err());
    }

    #[test]
    fn an_oin_is_read_by_its_prefix() {
        let oin: Oin = "00000001822477348000".parse().unwrap();
        assert_eq!((oin.kind(), oin.rsin()), (OinKind::Rsin, "822477348".parse().ok()));
        let oin: Oin = "00000003271247010000".parse().unwrap();
        assert_eq!((oin.kvk(), oin.rsin()), ("27124701".parse().ok(), None));
        assert!(reads::<Oin>("00000004003214345001") && reads::<Oin>("0000000721PK00000000") && reads::<Oin>("00000099TEST00000001"));
        for text in ["00000001822477349000", "00000005822477348000", "0000000182247734800", "00000003A71247010000", "00000099test00000001"]
        {
            assert!(!reads::<Oin>(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_11_test_catches_each_wrong_digit(number in 0u32..100_000_000, at in 0usize..9, other in b'0'..=b'9') {
            let digits = format!("{number:08}");
            let sum: u32 = digits.bytes().zip((2..=9).rev()).map(|(c, weight)| u32::from(c - b'0') * weight).sum();
            prop_assume!(sum % 11 != 10 && number != 0);
            let rsin = format!("{digits}{}", sum % 11);
            prop_assert!(reads::<Rsin>(&rsin));
            let mut wrong = rsin.clone().into_bytes();
            wrong[at] = other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(reads::<Rsin>(&wrong), wrong == rsin);
        }

        #[test]
        fn no_text_makes_a_code_panic(text in ".{0,24}") {
            let _ = (text.parse::<Oin>(), text.parse::<Rsin>(), text.parse::<Brin>());
        }
    }
}
