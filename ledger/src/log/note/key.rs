//! Keys that notes are verified with, written as vkeys: `<name>+<hex of key id>+<base64 of type and public key>`.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;
use thiserror::Error;

use super::Signature;
use crate::log::text::{base64, is_name, parse_base64};
use crate::words::Hash;

/// The first four bytes of SHA-256(name || 0x0A || type || public key). Short: it finds a key, it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    pub(super) fn of(name: &str, kind: KeyKind, public_key: &[u8]) -> Self {
        let hash = Hash::of(&[name.as_bytes(), b"\n", &[kind.code()], public_key]);
        Self(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What a key signs, and how. One key never serves two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the text of the note. The log's own signature.
    Note,
    /// 0x04: Ed25519 over a time and the text. A witness.
    Cosignature,
    /// 0x06: ML-DSA-44 over a time and the tree. Known by name, so that such keys can be kept; not verified yet.
    MlDsaCosignature,
}

impl KeyKind {
    fn code(self) -> u8 {
        match self {
            Self::Note => 0x01,
            Self::Cosignature => 0x04,
            Self::MlDsaCosignature => 0x06,
        }
    }

    fn public_key_length(self) -> usize {
        match self {
            Self::Note | Self::Cosignature => 32,
            Self::MlDsaCosignature => 1312,
        }
    }
}

/// A key that can be trusted by name: that of a log or of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: KeyKind,
    public_key: Vec<u8>,
}

impl VerifierKey {
    /// A key from its parts; refused if the name is none, or the bytes are no public key of this kind that is safe to use.
    pub fn new(name: &str, kind: KeyKind, public_key: &[u8]) -> Result<Self, KeyFault> {
        if !is_name(name) {
            return Err(KeyFault::Name);
        }
        if public_key.len() != kind.public_key_length() {
            return Err(KeyFault::PublicKey);
        }
        let key = Self { name: name.to_owned(), id: KeyId::of(name, kind, public_key), kind, public_key: public_key.to_vec() };
        // Under a key of small order, one signature fits many texts.
        if key.can_verify() && key.ed25519().is_none_or(|point| point.is_weak()) {
            return Err(KeyFault::PublicKey);
        }
        Ok(key)
    }

    /// The name: for a log its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs, and how.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The bytes of the public key. Two vkeys with the same ones are one key, whatever they are called.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    pub(super) fn can_verify(&self) -> bool {
        matches!(self.kind, KeyKind::Note | KeyKind::Cosignature)
    }

    /// Whether a signature says that this key made it, by name and id; that it did is for a check to say.
    pub fn made(&self, signature: &Signature) -> bool {
        signature.id == self.id && signature.name == self.name
    }

    /// Verifies the bytes of a signature over a note's text; gives the time of a cosignature.
    pub(super) fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, ()> {
        let (time, message, signature) = match self.kind {
            KeyKind::Note => (None, text.to_owned(), signature),
            KeyKind::Cosignature => {
                let (time, signature) = signature.split_first_chunk().ok_or(())?;
                let time = u64::from_be_bytes(*time);
                // tlog-cosignature: the time does not exceed 2^63 - 1.
                i64::try_from(time).map_err(|_| ())?;
                (Some(time), format!("cosignature/v1\ntime {time}\n{text}"), signature)
            }
            KeyKind::MlDsaCosignature => return Err(()),
        };
        let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| ())?;
        let key = self.ed25519().ok_or(())?;
        key.verify_strict(message.as_bytes(), &signature).map_err(|_| ())?;
        Ok(time)
    }

    fn ed25519(&self) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(self.public_key.as_slice().try_into().ok()?).ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, self.id, base64(&[&[self.kind.code()], self.public_key.as_slice()].concat()))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        // Base64 may hold a `+`, a name may not: split from the left.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyFault::Shape);
        };
        let bytes = parse_base64(encoded).ok_or(KeyFault::Base64)?;
        let (&code, public_key) = bytes.split_first().ok_or(KeyFault::PublicKey)?;
        let kinds = [KeyKind::Note, KeyKind::Cosignature, KeyKind::MlDsaCosignature];
        let kind = kinds.into_iter().find(|kind| kind.code() == code).ok_or(KeyFault::Kind(code))?;
        let key = Self::new(name, kind, public_key)?;
        if key.id.to_string() == id { Ok(key) } else { Err(KeyFault::Id) }
    }
}

/// Why a text is no vkey.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyFault {
    /// It does not have three parts.
    #[error("a vkey is <name>+<key id>+<key>")]
    Shape,
    /// The name is empty, longer than 255 bytes, or has a space, a `+` or a control character.
    #[error("the name of the key is empty, too long, or has a space or a +")]
    Name,
    /// The key is not in canonical base64.
    #[error("the key is not in canonical base64")]
    Base64,
    /// A type of signature that this program does not know.
    #[error("keys of type {0:#04x} are not known")]
    Kind(u8),
    /// The public key has the wrong length, is no point of the curve, or is of small order.
    #[error("the public key is not usable")]
    PublicKey,
    /// The key id is not eight lower-case hexadecimal digits, or not that of this name and key.
    #[error("the key id does not belong to this name and key")]
    Id,
}
