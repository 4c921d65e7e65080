//! The small pieces of text that notes, checkpoints and proofs are made of, each readable in one way only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::words::Hash;

/// The longest origin and key name, in bytes: ML-DSA cosignatures give it one byte of length (tlog-cosignature).
pub(super) const MAX_NAME: usize = 255;

/// Standard base64 with padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads what [`base64`] writes. `None` for missing padding, white space, another alphabet, and stray trailing
/// bits: with those, one signature could be written in several ways.
pub(super) fn parse_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads a hash in base64.
pub(super) fn parse_hash(text: &str) -> Option<Hash> {
    parse_base64(text)?.try_into().ok().map(Hash)
}

/// Reads a decimal number as it is written: digits only, no leading zero, no sign, at most 2^64 - 1.
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

/// Whether a text has no ASCII control character but line feed (signed-note, "Format").
pub(super) fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte >= 0x20 || byte == b'\n')
}

/// Whether a text can be the name of a key: not empty, at most 255 bytes, no Unicode space, control character or `+`.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !text.is_empty() && text.len() <= MAX_NAME && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(parse_decimal("0"), Some(0));
        assert_eq!(parse_decimal("18446744073709551615"), Some(u64::MAX));
        for text in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "18446744073709551616", "\u{0661}"] {
            assert_eq!(parse_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(parse_base64("AQ=="), Some(vec![1]));
        // Trailing bits, missing and extra padding, the URL alphabet, white space.
        for text in ["AR==", "AQ", "AQ=", "AQ===", "-_8=", "A Q=", "AQ==\n", " AQ=="] {
            assert_eq!(parse_base64(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_hold_no_space_plus_or_control() {
        assert!(is_name("convenant.example.nl/gm0796"));
        assert!(is_name(&"a".repeat(255)));
        for text in ["", "a b", "a\u{a0}b", "a\u{2028}b", "a+b", "a\nb", "a\u{7f}b", &"a".repeat(256)] {
            assert!(!is_name(text), "{text:?}");
        }
    }
}
