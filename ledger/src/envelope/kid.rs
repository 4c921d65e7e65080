//! The name of a key: its thumbprint.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::base64url;
use crate::words::Hash;

/// The name of a key: its RFC 7638 thumbprint (SHA-256), written as 43 characters of base64url. It follows from
/// the key, so that nobody can register one key under the name of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid([u8; 32]);

impl Kid {
    /// The name of the key whose required members hash to this (RFC 7638 s3).
    pub(super) fn new(thumbprint: Hash) -> Self {
        Self(thumbprint.0)
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kid({self})")
    }
}

impl FromStr for Kid {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        base64url::decode_array(text).map(Self).ok_or("43 characters of base64url (RFC 7638 thumbprint, SHA-256)")
    }
}

impl Serialize for Kid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_is_43_characters_of_clean_base64url() {
        let text = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        let kid: Kid = text.parse().unwrap();
        assert_eq!(serde_json::to_string(&kid).unwrap(), format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Kid>(&format!("{text:?}")).unwrap(), kid);
        for wrong in ["", "key-1", &text[1..], &format!("{text}="), &format!("{text}A"), &text.replace("4k", "4l")] {
            assert!(wrong.parse::<Kid>().is_err(), "{wrong}");
        }
    }
}
