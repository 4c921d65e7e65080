//! Whom to trust, as the person who verifies says it: logs, witnesses and how many of them, keys of signers.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use ledger::envelope::{Kid, PublicKey};
use ledger::log::note::{KeyKind, Note, Signed, VerifierKey};
use ledger::log::policy::{MAX_BYTES, Policy};
use ledger::words::Instant;
use serde_json::{Value, json};

use super::read_jwk;
use crate::command::led::led_by;
use crate::command::sign::read_bounded;

/// Whom to trust.
pub(super) struct Trust {
    logs: Vec<VerifierKey>,
    policy: Option<Policy>,
    keys: Vec<PublicKey>,
}

impl Trust {
    /// From the command line. The logs are those given and those of the policy, and the later keys that documents lead to.
    pub(super) fn read(vkeys: &[VerifierKey], policy: Option<&Path>, documents: &[PathBuf], jwks: &[PathBuf]) -> anyhow::Result<Self> {
        let policy = policy.map(|file| {
            let bytes = read_bounded(file, MAX_BYTES as u64)?;
            Policy::parse(&bytes).with_context(|| format!("{} is no policy", file.display()))
        });
        let policy = policy.transpose()?;
        let named = policy.iter().flat_map(|policy| policy.logs()).map(|log| log.key.clone());
        let mut logs: Vec<VerifierKey> = vkeys.iter().cloned().chain(named).collect();
        for log in &logs {
            // Under the key of a witness, a cosignature would pass for the log's own signature.
            ensure!(log.kind() != KeyKind::Cosignature, "{log} is the key of a witness; a log's is an Ed25519 key of type 0x01");
        }
        let led = documents.iter().map(|document| led_by(document, &logs)).collect::<anyhow::Result<Vec<_>>>()?;
        logs.extend(led.into_iter().flatten());
        let keys = jwks.iter().map(|file| read_jwk(file)).collect::<anyhow::Result<_>>()?;
        Ok(Self { logs, policy, keys })
    }

    /// Whether any log is trusted.
    pub(super) fn knows_a_log(&self) -> bool {
        !self.logs.is_empty()
    }

    /// The keys of the log that a checkpoint is of; at least one.
    pub(super) fn logs_of(&self, note: &Note) -> Result<Vec<&VerifierKey>, String> {
        let origin = note.text().lines().next().unwrap_or_default();
        let named: Vec<&VerifierKey> = self.logs.iter().filter(|log| log.name() == origin).collect();
        if named.is_empty() {
            let known: Vec<&str> = self.logs.iter().map(VerifierKey::name).collect();
            return Err(format!("it is of the log {origin}, and only these are trusted: {}", known.join(", ")));
        }
        Ok(named)
    }

    /// Among those, the one that signed; the first where none did.
    pub(super) fn log_of(&self, note: &Note) -> Result<&VerifierKey, String> {
        let named = self.logs_of(note)?;
        let signed = |log: &&VerifierKey| note.signatures().iter().any(|by| by.name() == log.name() && by.id() == log.id());
        Ok(named.iter().copied().find(signed).unwrap_or(named[0]))
    }

    /// The keys of the witnesses of the policy.
    pub(super) fn witnesses(&self) -> Vec<VerifierKey> {
        self.policy.as_ref().map(Policy::witness_keys).unwrap_or_default()
    }

    /// Whether the witnesses that signed are enough.
    pub(super) fn check_quorum(&self, signed: &[Signed]) -> Result<(), String> {
        let keys: Vec<VerifierKey> = signed.iter().map(|by| by.key.clone()).collect();
        match &self.policy {
            Some(policy) if !policy.is_met(&keys) => {
                let names: Vec<&str> = keys.iter().map(VerifierKey::name).collect();
                let who = if names.is_empty() { "none did".to_owned() } else { format!("only {} did", names.join(", ")) };
                Err(format!("the policy asks for more witnesses than signed: {who}"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Who saw the tree, in words.
    pub(super) fn say_witnesses(&self, signed: &[Signed]) -> String {
        if self.policy.is_none() {
            return "not looked for, since no policy was given: whoever holds the log's key can show others another history".into();
        }
        let seen = |by: &Signed| format!("{} on {}", by.key.name(), instant(by).map(|at| at.to_string()).unwrap_or_default());
        let who = if signed.is_empty() { "none".to_owned() } else { signed.iter().map(seen).collect::<Vec<_>>().join("; ") };
        format!("{who}; as many as the policy asks for")
    }

    /// The same for programs.
    pub(super) fn witnesses_json(signed: &[Signed]) -> Value {
        signed.iter().map(|by| json!({ "name": by.key.name(), "vkey": by.key.to_string(), "at": instant(by) })).collect()
    }

    /// A key of a signer that was given, by its thumbprint.
    pub(super) fn key(&self, kid: &Kid) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.thumbprint() == *kid)
    }
}

/// When a witness signed, by its own clock.
fn instant(by: &Signed) -> Option<Instant> {
    by.time.and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000)).and_then(Instant::from_millis)
}
