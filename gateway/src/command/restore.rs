//! `convenant restore`: puts a backup back, unless the log has signed for more than is in it.

use std::path::PathBuf;

use ledger::log::note::VerifierKey;

use super::monitor::{WitnessAt, Words, witness};
use super::{Exit, Terminal, shown};
use crate::backup::{BackupFault, Restored, restore};
use crate::clock::SystemClock;
use crate::store::{LedgerRow, StoreFault};

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  the database is there, whole, and of at least what was shown
  1  refused: the backup is not whole, or of less than what the log has signed for; nothing was left
  2  used wrongly, or files in the way

A log that goes on from an older state shows two histories: whoever holds a receipt of what is missing can prove it, and
witnesses refuse it. So what was signed for must be shown: the last checkpoint that a monitor or you yourself kept, any
receipt, or what witnesses cosigned; of each ledger in the backup something. Take the newest backup that is of all of that.";

/// Put a backup back, unless the log has signed for more than is in it
///
/// Every entry is judged anew and hashed into the tree that was signed for, every attachment has its hash, and what follows
/// from the log is made anew. Only then the database has its name. The keys of the gateway are put back apart.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[command(group = clap::ArgGroup::new("shown").required(true).multiple(true))]
pub struct Restore {
    /// The folder that `convenant backup` made
    folder: PathBuf,
    /// The SQLite database file to make
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    database: PathBuf,
    /// A checkpoint or receipt that somebody kept; may be given several times
    #[arg(long = "kept", value_name = "FILE", group = "shown")]
    kept: Vec<PathBuf>,
    /// A witness that is asked what it cosigned: its vkey, `=`, its URL; may be given several times
    #[arg(long = "witness", value_name = "VKEY=URL", value_parser = witness, group = "shown")]
    witnesses: Vec<WitnessAt>,
    /// Nobody holds a checkpoint or a receipt of a later state: what the log has signed for since the backup is not known
    #[arg(long, group = "shown")]
    nothing_was_signed_since: bool,
}

impl Restore {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let restored = match runtime.block_on(restore(&self.folder, &self.database, SystemClock::default().now())) {
            Ok(restored) => restored,
            Err(fault @ (BackupFault::Damaged(_) | BackupFault::Store(StoreFault::Damaged(_)))) => {
                terminal.line(&format!("refused: {}", shown(&fault.to_string())))?;
                return Ok(Exit::Refused);
            }
            Err(fault) => return Err(fault.into()),
        };
        let (faults, shown_by) = match runtime.block_on(self.compare(&restored)) {
            Ok(compared) => compared,
            Err(error) => {
                runtime.block_on(restored.discard())?;
                return Err(error);
            }
        };
        if !faults.is_empty() {
            runtime.block_on(restored.discard())?;
            for fault in &faults {
                terminal.line(&format!("refused: {}", shown(fault)))?;
            }
            return Ok(Exit::Refused);
        }
        for (row, size, _) in &restored.ledgers {
            terminal.line(&format!("ledger {}: {size} entries, judged anew", row.name))?;
        }
        for by in shown_by {
            terminal.line(&format!("of at least what is shown by {}", shown(&by)))?;
        }
        runtime.block_on(restored.keep())?;
        Ok(Exit::Done)
    }

    /// Compares with everything that was shown: what is wrong, and whose word it is at least of.
    async fn compare(&self, restored: &Restored) -> anyhow::Result<(Vec<String>, Vec<String>)> {
        let (mut faults, mut shown_by) = (Vec::new(), Vec::new());
        let mut unused: Vec<&PathBuf> = self.kept.iter().collect();
        for (row, size, keys) in &restored.ledgers {
            let (mut words, keys) = (Words::default(), keys.all());
            self.witnesses.iter().for_each(|witness| words.ask(witness, &keys));
            for file in &self.kept {
                if is_of(file, &keys[0])? {
                    words.read(file, &keys)?;
                    unused.retain(|other| *other != file);
                }
            }
            if words.shown.is_empty() && !self.nothing_was_signed_since {
                faults.push(format!(
                    "ledger {}: nothing was shown of it: neither a checkpoint, nor a receipt, nor what a witness cosigned",
                    row.name
                ));
            }
            faults.extend(words.findings.iter().map(|finding| format!("ledger {}: {}", row.name, finding.sentence())));
            for word in &words.shown {
                match fault(restored, row, *size, word.checkpoint.size(), &word.checkpoint.root()).await? {
                    Some(what) => faults.push(format!("ledger {}: {what}, which {} shows", row.name, word.by)),
                    None => shown_by.push(format!("{}: {} entries of {}", word.by, word.checkpoint.size(), row.name)),
                }
            }
        }
        faults.extend(unused.iter().map(|file| format!("{} is of no ledger in this backup", file.display())));
        Ok((faults, shown_by))
    }
}

/// What is wrong with a ledger, if its log signed this tree.
async fn fault(restored: &Restored, row: &LedgerRow, size: u64, signed: u64, root: &ledger::words::Hash) -> anyhow::Result<Option<String>> {
    Ok(match signed {
        0 => None,
        signed if signed > size => Some(format!("entries {size} to {} are missing: the log signed a tree of {signed}", signed - 1)),
        signed if restored.root(row, signed).await? != *root => Some(format!("it is of another history than the tree of {signed} entries")),
        _ => None,
    })
}

/// Whether a file that somebody kept is of the log with this key: its origin stands in it as the first line of a checkpoint.
fn is_of(file: &PathBuf, key: &VerifierKey) -> anyhow::Result<bool> {
    use anyhow::Context as _;
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.lines().any(|line| line == key.name()))
}
