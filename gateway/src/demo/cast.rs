//! The institutions: each with its own key in its own directory, and nothing else that it could sign with.

use std::path::Path;

use anyhow::Context;
use ledger::envelope::{SigningKey, Type, sign_compact, sign_flattened};
use ledger::words::{Hash, Instant, Slug};
use rand::RngExt;
use serde_json::{Value, json};

use crate::client::{AttachmentSent, Message};
use crate::command::key::make;

/// An institution that signs for itself.
pub(super) struct Actor {
    pub(super) id: String,
    pub(super) name: String,
    kind: String,
    number: u32,
    /// CBS code, of a municipality.
    cbs: Option<String>,
    key: SigningKey,
}

/// Content that goes along with a statement.
pub(super) struct Paper {
    salt: [u8; 32],
    content: String,
}

impl Paper {
    /// A short text, as the institution wrote it.
    pub(super) fn new(content: &str) -> Self {
        Self { salt: rand::rng().random(), content: content.to_owned() }
    }

    /// How a statement refers to it.
    pub(super) fn reference(&self) -> Value {
        let hash = Hash::of(&[&self.salt, self.content.as_bytes()]);
        json!({ "hash": hash, "mediaType": "text/plain", "sizeBytes": self.content.len() })
    }
}

/// A signed statement on its way.
pub(super) struct Letter {
    pub(super) message: Message,
    pub(super) hash: Hash,
}

impl Actor {
    /// Makes the institution's key in its own directory.
    pub(super) fn new(folder: &Path, ledger: &str, id: &str, kind: &str, name: &str, number: u32) -> anyhow::Result<Self> {
        let directory = folder.join(ledger).join(id);
        std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let slug: Slug = id.parse().map_err(|_| anyhow::anyhow!("{id} is no id"))?;
        let key = make(&directory, &slug)?;
        // A municipality's ledger has the name of its code.
        let cbs = (kind == "municipality").then(|| ledger.to_uppercase());
        Ok(Self { id: id.into(), name: name.into(), kind: kind.into(), number, cbs, key })
    }

    /// Signs a statement with the institution's own key.
    pub(super) fn sign(&self, origin: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> Letter {
        let payload = self.payload(origin, at, kind, body);
        let jws = sign_flattened(&self.key, kind.typ(), &payload);
        let sent: Vec<_> = papers.iter().map(|paper| AttachmentSent::new(&paper.salt, "text/plain", paper.content.as_bytes())).collect();
        Letter { message: Message::envelope(&jws, &sent), hash: Hash::of(&[&payload]) }
    }

    fn payload(&self, origin: &str, at: Instant, kind: Type, body: &Value) -> Vec<u8> {
        let id: [u8; 16] = rand::rng().random();
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "type": kind.code(), "ledger": origin, "id": id, "signedAt": at, "by": self.id, "body": body }).to_string().into_bytes()
    }

    /// The body of its registration, with identifiers for tests.
    pub(super) fn registration(&self) -> anyhow::Result<Value> {
        let jwk: Value = serde_json::from_str(&self.key.public().to_jwk().to_string())?;
        // Prefix 00000099 of an OIN is reserved for tests.
        let mut identifiers = json!({ "oin": format!("00000099{:09}000", self.number) });
        if let Some(cbs) = &self.cbs {
            identifiers["cbs"] = cbs.as_str().into();
        }
        Ok(json!({ "institution": self.id, "name": self.name, "kind": self.kind, "identifiers": identifiers, "key": jwk }))
    }

    /// Its self-signed registration, as `init` takes it.
    pub(super) fn registers(&self, origin: &str, at: Instant) -> anyhow::Result<String> {
        let payload = self.payload(origin, at, Type::Registration, &self.registration()?);
        Ok(String::from_utf8(sign_compact(&self.key, Type::Registration.typ(), &payload))?)
    }

    /// Thumbprint of its key.
    pub(super) fn kid(&self) -> String {
        self.key.public().thumbprint().to_string()
    }
}
