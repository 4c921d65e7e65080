//! Text that people wrote, and the names and references that programs made.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text of `MIN` to `MAX` characters (Unicode scalar values): not blank, no white space around it, no control
/// characters but the line feed. Kept as it was written, not normalised: a signature covers these bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(Arc<str>);

/// Why a text is not a [`Text`]; says what would be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Too short, or too long.
    #[error("a text of {min} to {max} characters")]
    Length {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// Blank, or white space at either end.
    #[error("a text that begins and ends with a character that is not white space")]
    Edge,
    /// A control character.
    #[error("a text without control characters other than the line feed")]
    Control,
}

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// The text, exactly as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> FromStr for Text<MIN, MAX> {
    type Err = TextFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Looking one beyond the most is enough, however long the text is.
        if !(MIN..=MAX).contains(&text.chars().take(MAX.saturating_add(1)).count()) {
            return Err(TextFault::Length { min: MIN, max: MAX });
        }
        if text.is_empty() || text.trim().len() != text.len() {
            return Err(TextFault::Edge);
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(TextFault::Control);
        }
        Ok(Self(text.into()))
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.0)
    }
}

impl<const MIN: usize, const MAX: usize> Serialize for Text<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

kept_as_text! {
    /// A short name for addresses: 1 to 64 of `a-z`, `0-9` and single hyphens between them.
    Slug
}
kept_as_text! {
    /// The name that its sender gave a statement: 1 to 64 of the characters that RFC 3986 calls unreserved.
    StatementId
}
kept_as_text! {
    /// A reference to a document elsewhere: `https://` or `urn:`, then 1 to 500 printable ASCII characters
    /// other than the space, `<`, `>` and `"`. Kept as text, and never fetched.
    Url
}

impl FromStr for Slug {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let fits = text.len() <= 64 && text.split('-').all(letters);
        fits.then(|| Self(text.into())).ok_or("1 to 64 of a-z, 0-9 and single hyphens between them")
    }
}

impl FromStr for StatementId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._~-".contains(&c);
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(text.into())).ok_or("1 to 64 of A-Z, a-z, 0-9 and . _ ~ -")
    }
}

impl FromStr for Url {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("urn:")).unwrap_or_default();
        let allowed = |c: u8| c.is_ascii_graphic() && !b"<>\"".contains(&c);
        let fits = (1..=500).contains(&rest.len()) && rest.bytes().all(allowed);
        let wrong = "https:// or urn: and 1 to 500 printable ASCII characters, without spaces, <, > or \"";
        fits.then(|| Self(text.into())).ok_or(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Title = Text<3, 10>;

    #[test]
    fn a_text_is_counted_in_characters_and_kept() {
        let title: Title = "één\nbuurt".parse().unwrap();
        assert_eq!(serde_json::to_string(&title).unwrap(), "\"één\\nbuurt\"");
        assert!("de krachtige buurt".parse::<Title>().unwrap_err().to_string().contains("3 to 10 characters"));
        assert_eq!("éé".parse::<Title>(), Err(TextFault::Length { min: 3, max: 10 }));
        for text in ["   ", " abc", "abc\n", "\u{a0}abc", "abc\u{2003}"] {
            assert_eq!(text.parse::<Title>(), Err(TextFault::Edge), "{text:?}");
        }
        for text in ["a\tbc", "a\r\nbc", "a\0bc", "a\u{7f}bc", "a\u{85}bc"] {
            assert_eq!(text.parse::<Title>(), Err(TextFault::Control), "{text:?}");
        }
        assert_eq!("".parse::<Text<0, 3>>(), Err(TextFault::Edge));
        assert!(serde_json::from_str::<Title>("\"ab\"").is_err());
    }

    #[test]
    fn names_have_their_characters_only() {
        let (longest, long) = ("a".repeat(64), "a".repeat(65));
        for text in ["a", "oude-westen", "buurt-7", &longest] {
            assert_eq!(text.parse::<Slug>().unwrap().to_string(), text);
        }
        for text in ["", "-", "-a", "a-", "a--b", "A", "a_b", "é", &long] {
            assert!(text.parse::<Slug>().is_err(), "{text}");
        }
        assert!("A.b_c~d-1".parse::<StatementId>().is_ok() && longest.parse::<StatementId>().is_ok());
        for text in ["", "a b", "a/b", "é", &long] {
            assert!(text.parse::<StatementId>().is_err(), "{text}");
        }
    }

    #[test]
    fn references_are_https_or_urn() {
        let (longest, long) = ("https://".to_owned() + &"a".repeat(500), "urn:".to_owned() + &"a".repeat(501));
        for text in ["https://example.nl/a?b=c#d", "urn:nld:oin:00000001822477348000:systeem:x", &longest] {
            assert_eq!(text.parse::<Url>().unwrap().as_str(), text);
        }
        for text in ["", "https://", "http://example.nl", "HTTPS://a", "urn:a b", "https://é", "urn:<a>", "urn:\"", "javascript:1", &long]
        {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_reads_back(text in "\\PC{0,12}|[ \\n\\ta-c\u{80}-\u{a0}]{0,6}|[a-c-]{0,8}") {
            if let Ok(word) = text.parse::<Title>() {
                prop_assert_eq!(word.to_string(), text.clone());
                prop_assert_eq!(serde_json::from_str::<Title>(&serde_json::to_string(&word).unwrap()).unwrap(), word);
            }
            if let Ok(word) = text.parse::<Slug>() {
                prop_assert_eq!(word.to_string(), text);
            }
        }
    }
}
