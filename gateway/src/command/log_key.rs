//! `convenant log-key`: a new key for the log of a ledger, and what its owner signs to have it take over.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use ledger::log::note::{KeyKind, VerifierKey};
use ledger::log::possession::prove;
use ledger::words::Instant;
use serde_json::json;

use super::{Exit, Terminal};
use crate::keys::make_log_key;

/// Make a new key for the log of a ledger, and print what its owner is to sign
///
/// The key file (mode 0600) stands beside the old one, where the gateway looks for it. What is printed is the body of a
/// statement: the owner of the ledger signs and submits it (convenant sign --type log-key-rotation). From that entry on
/// both keys sign, and from --old-signs-until on the new one alone. Until then nothing changes.
#[derive(Debug, clap::Args)]
pub struct LogKey {
    /// Directory for the gateway's own keys
    #[arg(long, env = "CONVENANT_KEYS", default_value = "convenant-keys")]
    keys: PathBuf,
    /// The vkey of the ledger, for its origin
    #[arg(long)]
    vkey: VerifierKey,
    /// Until when the old key signs as well, at most 366 days after the statement is accepted: 2026-09-01T00:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    old_signs_until: Instant,
}

impl LogKey {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        ensure!(self.vkey.kind() == KeyKind::Note, "{} is not the key of a log (an Ed25519 key of type 0x01)", self.vkey);
        let origin = self.vkey.name();
        let ledger = origin.rsplit('/').next().unwrap_or(origin);
        let earlier = crate::keys::log_key(&self.keys, ledger);
        // Elsewhere the gateway would not find it, and the owner would sign for nothing.
        ensure!(earlier.try_exists()? || any_later(&self.keys, ledger)?, "{} has no key of {ledger}", self.keys.display());
        let (signer, path) = make_log_key(&self.keys, ledger, origin)?;
        terminal.note(&format!("wrote {}: keep it secret, keep a copy apart from the database", path.display()))?;
        terminal.note("the owner of the ledger signs this (sign --type log-key-rotation) and submits it:")?;
        let body = json!({ "logKey": signer.verifier().to_string(), "proof": prove(&signer), "oldSignsUntil": self.old_signs_until });
        terminal.line(&body.to_string())?;
        Ok(Exit::Done)
    }
}

/// Whether there is a later key of a ledger; the first may have been put away.
fn any_later(directory: &PathBuf, ledger: &str) -> anyhow::Result<bool> {
    let entries = std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let prefix = format!("{ledger}.log.");
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)))
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    text.parse()
}
