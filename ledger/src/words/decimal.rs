//! Amounts and indicator values: exact decimals, compared by value.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// An exact decimal of at most 16 digits before the point and 4 behind it, such as `12500.00` or `-0.5`. Its
/// unit is told beside it. Equal by value (`1.0` is `1.00`), but written as it was read.
#[derive(Clone, Copy)]
pub struct Decimal {
    /// The value in ten-thousandths.
    scaled: i128,
    /// Digits behind the point, 0 to 4; with no leading zeros allowed, that and the value give the text back.
    places: u8,
}

/// Ten to the number of places that are kept.
const SCALE: u128 = 10_000;

impl Decimal {
    /// A number of ten-thousandths, written with no places, two or four, as few as it takes.
    pub fn of_ten_thousandths(scaled: i128) -> Self {
        let places = match scaled {
            scaled if scaled % 10_000 == 0 => 0,
            scaled if scaled % 100 == 0 => 2,
            _ => 4,
        };
        Self { scaled, places }
    }

    /// So many percent of it, rounded down to a ten-thousandth: nobody falls short by a fraction of a cent.
    pub fn percent(self, percent: Self) -> Self {
        Self::of_ten_thousandths(self.scaled.saturating_mul(percent.scaled) / (100 * SCALE as i128))
    }

    /// The value in ten-thousandths.
    pub fn ten_thousandths(self) -> i128 {
        self.scaled
    }
}

impl FromStr for Decimal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a decimal such as 12500, 12500.00 or -0.5: up to 16 digits, a point and up to 4 more, no leading zeros";
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, part) = match digits.split_once('.') {
            Some((_, "")) => return Err(WRONG),
            Some(both) => both,
            None => (digits, ""),
        };
        let leads = whole.len() > 1 && whole.starts_with('0');
        let all_digits = whole.bytes().chain(part.bytes()).all(|c| c.is_ascii_digit());
        if !(1..=16).contains(&whole.len()) || leads || part.len() > 4 || !all_digits {
            return Err(WRONG);
        }
        let scaled: i128 = format!("{whole}{part:0<4}").parse().map_err(|_| WRONG)?;
        if negative && scaled == 0 {
            return Err("a decimal; zero has no sign");
        }
        let places = u8::try_from(part.len()).map_err(|_| WRONG)?;
        Ok(Self { scaled: if negative { -scaled } else { scaled }, places })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.scaled < 0 { "-" } else { "" };
        let (whole, part) = (self.scaled.unsigned_abs() / SCALE, self.scaled.unsigned_abs() % SCALE);
        let part = format!("{part:04}");
        match usize::from(self.places) {
            0 => write!(f, "{sign}{whole}"),
            places => write!(f, "{sign}{whole}.{}", &part[..places]),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.scaled == other.scaled
    }
}

impl Eq for Decimal {}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.scaled.cmp(&other.scaled)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scaled.hash(state);
    }
}

as_string!(Decimal);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn decimals_compare_by_value_and_keep_their_text() {
        assert_eq!(decimal("1.0"), decimal("1.00"));
        assert!(decimal("-0.5") < decimal("0") && decimal("9") < decimal("10.0001"));
        assert_eq!(decimal("-0.0500").to_string(), "-0.0500");
        assert_eq!(decimal("9999999999999999.9999").ten_thousandths(), 99_999_999_999_999_999_999);
        assert_eq!(serde_json::to_string(&decimal("12500.00")).unwrap(), "\"12500.00\"");
        assert!(serde_json::from_str::<Decimal>("12500").is_err());
    }

    #[test]
    fn other_ways_to_write_a_number_are_refused() {
        for text in
            ["", "-", ".5", "5.", "1.00000", "01", "00", "+1", "1,5", "1e3", "-0", "-0.00", "--1", "1.-5", " 1", "10000000000000000"]
        {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_reads_back(text in "-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,4})?") {
            let zero = text.bytes().all(|c| b"-0.".contains(&c));
            match text.parse::<Decimal>() {
                Ok(decimal) => prop_assert_eq!(decimal.to_string(), text),
                Err(_) => prop_assert!(zero && text.starts_with('-')),
            }
        }

        #[test]
        fn order_is_that_of_the_values(a in -9999i32..9999, b in -9999i32..9999) {
            let text = |n: i32| format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
            prop_assert_eq!(decimal(&text(a)).cmp(&decimal(&text(b))), a.cmp(&b));
        }
    }
}
