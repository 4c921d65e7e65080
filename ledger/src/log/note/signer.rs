//! Keys that sign notes: that of a log, and that of a witness. The caller gives the seed; nothing is random here.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};

use super::{KeyFault, KeyKind, Signature, VerifierKey};

/// The key of a log: signs the text of a note (type 0x01). Its name is the log's origin. Wiped from memory when dropped.
pub struct NoteSigner(Key);

/// The key of a witness: signs a time and the text of a checkpoint (type 0x04). Wiped from memory when dropped.
pub struct Cosigner(Key);

struct Key {
    verifier: VerifierKey,
    key: SigningKey,
}

impl NoteSigner {
    /// From the 32 secret bytes of an Ed25519 key (RFC 8032).
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyFault> {
        Key::from_seed(name, KeyKind::Note, seed).map(Self)
    }

    /// The public side.
    pub fn verifier(&self) -> &VerifierKey {
        &self.0.verifier
    }

    /// Signs a note's text, which ends in a line feed. Whoever calls this for a checkpoint has made sure that the log never
    /// signed an inconsistent one.
    pub fn sign(&self, text: &str) -> Signature {
        self.0.signature(self.0.key.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

impl Cosigner {
    /// From the 32 secret bytes of an Ed25519 key (RFC 8032). Not those of a log's key, and not those of another witness:
    /// the message does not name the cosigner.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyFault> {
        Key::from_seed(name, KeyKind::Cosignature, seed).map(Self)
    }

    /// The public side.
    pub fn verifier(&self) -> &VerifierKey {
        &self.0.verifier
    }

    /// Signs a checkpoint's text at a time in seconds since 1970. Whoever calls this has checked, and persisted,
    /// that the checkpoint is consistent with the last one that it cosigned.
    ///
    /// # Panics
    /// If the time is not below 2^63: no verifier would take it.
    pub fn cosign(&self, text: &str, time: u64) -> Signature {
        assert!(time < 1 << 63, "tlog-cosignature: the time does not exceed 2^63 - 1");
        let message = ["cosignature/v1\ntime ", &time.to_string(), "\n", text].concat();
        let signature = self.0.key.sign(message.as_bytes()).to_bytes();
        self.0.signature([time.to_be_bytes().as_slice(), &signature].concat())
    }
}

impl Key {
    fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyFault> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, kind, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, key })
    }

    fn signature(&self, bytes: Vec<u8>) -> Signature {
        Signature { name: self.verifier.name().to_owned(), id: self.verifier.id(), bytes }
    }
}

// Secrets stay out of logs: only the public side is shown.
impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier())
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.verifier())
    }
}
