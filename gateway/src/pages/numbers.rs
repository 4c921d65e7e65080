//! Numbers as people write them: `12.500,50` in Dutch, `12,500.50` in English (CLDR).

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal as Digits;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::{Locale, locale};
use ledger::words::Decimal;

use super::words::Language;

/// Such as `12.500,50`: with as many places as the number was written with.
pub(super) fn decimal(language: Language, number: Decimal) -> String {
    let locale: Locale = match language {
        Language::Dutch => locale!("nl"),
        Language::English => locale!("en"),
    };
    let written = number.to_string();
    let Ok(digits) = written.parse::<Digits>() else { return written };
    DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default())
        .map_or(written, |formatter| formatter.format(&digits).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_marks() {
        let written = |language, number: &str| decimal(language, number.parse().unwrap());
        assert_eq!(written(Language::Dutch, "12500.50"), "12.500,50");
        assert_eq!(written(Language::English, "12500.50"), "12,500.50");
        assert_eq!(written(Language::Dutch, "1234567"), "1.234.567");
        assert_eq!(written(Language::Dutch, "0.5"), "0,5");
        assert_eq!(written(Language::Dutch, "2.50"), "2,50", "as it was written");
    }
}
