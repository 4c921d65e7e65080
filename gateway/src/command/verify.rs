//! `convenant verify`: check receipts and case files offline, and say in plain words what they prove.

mod case;
mod receipt;
mod trust;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ledger::log::note::VerifierKey;
use serde_json::{Value, json};

use super::sign::read_bounded;
use super::terminal::shown_json;
use super::{Exit, Terminal, shown};
use trust::Trust;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  everything in every file holds
  1  something does not hold, or is not what it says; each fault is named
  2  used wrongly, or a file that cannot be read

Nothing is asked of any network. A receipt proves what its log's key signed: whoever holds that key can show others
another history, unless witnesses signed too. A policy (--policy) says which, and how many are enough.";

/// Check receipts and case files offline: who signed what, when it was accepted, in which log, seen by which witnesses
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Verify {
    /// The files: receipts (.tlog-proof) and case files (.zip); - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which logs and witnesses are trusted, and how many witnesses are enough (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The vkey of a log, from elsewhere than its gateway; may be given more than once
    #[arg(long)]
    vkey: Vec<VerifierKey>,
    /// The trust document of a ledger (`convenant read trust --json`): the later keys of the log that a given one leads to count too
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Public key of a signer, as a JWK, to check the signature in a receipt; may be given more than once
    #[arg(long, value_name = "FILE")]
    jwk: Vec<PathBuf>,
    /// The entry that a proof is about, where the proof carries no record: those of other logs
    #[arg(long, value_name = "FILE")]
    leaf: Option<PathBuf>,
    /// Print what is proven as JSON
    #[arg(long)]
    json: bool,
}

/// What became of one file.
struct Outcome {
    /// What is shown, line by line: a word for it, and the words themselves.
    lines: Vec<(&'static str, String)>,
    /// What does not hold; empty when all of it does.
    faults: Vec<String>,
    /// The same for programs.
    json: Value,
}

impl Outcome {
    /// Nothing is proven.
    fn refused(fault: impl ToString) -> Self {
        Self { lines: Vec::new(), faults: vec![fault.to_string()], json: json!({}) }
    }
}

impl Verify {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let trust = Trust::read(&self.vkey, self.policy.as_deref(), &self.trust, &self.jwk)?;
        let leaf = self.leaf.as_deref().map(|file| read_bounded(file, MAX_FILE)).transpose()?;
        let files = self.files.iter().map(|file| Ok((file.as_path(), read_bounded(file, MAX_FILE)?)));
        let files = files.collect::<anyhow::Result<Vec<_>>>()?;
        // A case file has the vkey in it; whether that is the right one, the outcome asks.
        let known = trust.knows_a_log() || files.iter().all(|(_, bytes)| case::is_case_file(bytes));
        anyhow::ensure!(known, "a receipt is checked with the vkey of its log: --vkey, or a --policy that names it");
        let mut sound = true;
        let mut all = Vec::new();
        for (file, bytes) in files {
            let outcome = match case::is_case_file(&bytes) {
                true => case::check(&bytes, &trust),
                false => receipt::check(&bytes, leaf.as_deref(), &trust),
            };
            sound &= outcome.faults.is_empty();
            if self.json {
                all.push(to_json(file, &outcome));
            } else {
                show(file, &outcome, terminal)?;
            }
        }
        if self.json {
            terminal.line(&shown_json(&json!({ "holds": sound, "files": all }).to_string()))?;
        }
        Ok(if sound { Exit::Done } else { Exit::Refused })
    }
}

fn show(file: &Path, outcome: &Outcome, terminal: &mut Terminal) -> anyhow::Result<()> {
    let verdict = if outcome.faults.is_empty() { "holds" } else { "DOES NOT HOLD" };
    terminal.line(&format!("{}: {verdict}", shown(&file.display().to_string())))?;
    for fault in &outcome.faults {
        terminal.line(&format!("  wrong      {}", shown(fault)))?;
    }
    for (word, text) in &outcome.lines {
        terminal.line(&format!("  {word:<10} {}", shown(text)))?;
    }
    Ok(())
}

fn to_json(file: &Path, outcome: &Outcome) -> Value {
    let mut value = outcome.json.clone();
    value["file"] = file.display().to_string().into();
    value["holds"] = outcome.faults.is_empty().into();
    value["faults"] = json!(outcome.faults);
    value
}

/// A public key from a file with a JWK.
fn read_jwk(file: &Path) -> anyhow::Result<ledger::envelope::PublicKey> {
    use ledger::envelope::json::Json;
    let bytes = read_bounded(file, 64 * 1024)?;
    let json = Json::parse(&bytes).map_err(|fault| anyhow::anyhow!("{} is no JSON: {}", file.display(), fault.detail))?;
    ledger::envelope::PublicKey::from_jwk(&json, "").with_context(|| format!("{} holds no public key", file.display()))
}

#[cfg(test)]
mod tests;
