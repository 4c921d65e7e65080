//! Signed notes: a text, an empty line, and a line for each signature (C2SP signed-note).

mod key;
mod signer;

pub use key::{KeyFault, KeyId, KeyKind, VerifierKey};
pub use signer::{Cosigner, NoteSigner};

use std::fmt;

use thiserror::Error;

use super::text::{base64, is_name, is_printable, parse_base64};

/// The most signatures that are read. The specification asks for at least 16; more than this would be an attempt to
/// keep the reader busy.
pub const MAX_SIGNATURES: usize = 64;

/// A note: well formed, but **nothing in it is verified** until [`Note::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature: who, with which key, and the bytes (for a cosignature the time first).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

/// A signature that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The key that made it.
    pub key: VerifierKey,
    /// For a cosignature, when it was made, in seconds since 1970 by the cosigner's clock.
    pub time: Option<u64>,
}

impl Note {
    /// A note of a text and signatures made for it, at least one.
    pub fn new(text: impl Into<String>, signatures: Vec<Signature>) -> Result<Self, NoteFault> {
        let text = text.into();
        if !text.ends_with('\n') {
            return Err(NoteFault::Shape);
        }
        if !is_printable(&text) {
            return Err(NoteFault::ControlCharacter);
        }
        let mut note = Self { text, signatures: Vec::with_capacity(signatures.len()) };
        if signatures.is_empty() {
            return Err(NoteFault::Shape);
        }
        signatures.into_iter().try_for_each(|signature| note.add(signature))?;
        Ok(note)
    }

    /// Adds a signature. A second one of the same name and key id is refused: readers differ on which of them counts.
    pub fn add(&mut self, signature: Signature) -> Result<(), NoteFault> {
        if self.signatures.len() == MAX_SIGNATURES {
            return Err(NoteFault::TooManySignatures);
        }
        if self.signatures.iter().any(|other| other.id == signature.id && other.name == signature.name) {
            return Err(NoteFault::DuplicateSignature { name: signature.name });
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Reads a note; the last empty line divides text and signatures.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteFault> {
        let note = std::str::from_utf8(bytes).map_err(|_| NoteFault::Utf8)?;
        if !is_printable(note) {
            return Err(NoteFault::ControlCharacter);
        }
        let divide = note.rfind("\n\n").ok_or(NoteFault::Shape)?;
        let lines = note[divide + 2..].strip_suffix('\n').ok_or(NoteFault::Shape)?;
        let signatures = lines.split('\n').take(MAX_SIGNATURES + 1).map(Signature::parse);
        Self::new(&note[..=divide], signatures.collect::<Result<_, _>>()?)
    }

    /// The text with its final line feed, **unverified**: good for finding out which key to verify with.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, unverified.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Verifies with the keys that the caller trusts. Signatures by other keys are ignored; if one by a trusted key fails,
    /// or there is none at all, the note is refused. ML-DSA keys are not checked here yet, so theirs are ignored.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteFault> {
        let mut signed = Vec::new();
        for signature in &self.signatures {
            let mut known = keys.iter().filter(|key| key.can_verify() && key.made(signature));
            let Some(key) = known.next() else { continue };
            // Key ids are short: with two keys for one line, either could be meant.
            if known.any(|other| other != key) {
                return Err(NoteFault::AmbiguousKey { name: signature.name.clone() });
            }
            let time = key.verify(&self.text, &signature.bytes).map_err(|()| NoteFault::BadSignature { name: signature.name.clone() })?;
            signed.push(Signed { key: key.clone(), time });
        }
        if signed.is_empty() { Err(NoteFault::NoTrustedSignature) } else { Ok(signed) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    /// Reads one line, without its line feed: `— <name> <base64(key id || signature)>`. A witness answers with these.
    pub fn parse(line: &str) -> Result<Self, NoteFault> {
        let (name, encoded) = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(NoteFault::SignatureLine)?;
        if !is_name(name) {
            return Err(NoteFault::SignatureLine);
        }
        let bytes = parse_base64(encoded).ok_or(NoteFault::SignatureBase64)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(NoteFault::SignatureLine)?;
        if bytes.is_empty() {
            return Err(NoteFault::SignatureLine);
        }
        Ok(Self { name: name.to_owned(), id: KeyId(*id), bytes: bytes.to_vec() })
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that is said to have signed.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\u{2014} {} {}", self.name, base64(&[self.id.0.as_slice(), &self.bytes].concat()))
    }
}

/// Why a note is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteFault {
    /// It is not UTF-8.
    #[error("the note is not UTF-8")]
    Utf8,
    /// It has a control character other than line feed.
    #[error("the note has a control character")]
    ControlCharacter,
    /// It is not text, empty line, signature lines, each ending in a line feed.
    #[error("not a text, an empty line and signatures, each line ending in a line feed")]
    Shape,
    /// A signature line has another form, a name that is none, or no signature.
    #[error("a signature line is not an em dash, a key name and a signature")]
    SignatureLine,
    /// A signature is not in canonical base64.
    #[error("a signature is not in canonical base64")]
    SignatureBase64,
    /// There are more signatures than are read.
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// Two lines have the same name and key id.
    #[error("two signatures by the same key of {name}")]
    DuplicateSignature {
        /// The name on both lines.
        name: String,
    },
    /// The caller trusts two keys with this name and id.
    #[error("two trusted keys of {name} have the same id")]
    AmbiguousKey {
        /// The name of both keys.
        name: String,
    },
    /// The signature of a trusted key does not verify.
    #[error("the signature of {name} does not verify")]
    BadSignature {
        /// The name of the trusted key.
        name: String,
    },
    /// No trusted key signed.
    #[error("no trusted key has signed")]
    NoTrustedSignature,
}
