//! `convenant restore`: puts a backup back, unless the log has signed for more than is in it.

use std::path::PathBuf;

use ledger::lives::continuation::WentOn;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};

use super::monitor::{Shown, WitnessAt, Words, witness};
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
receipt, or what witnesses cosigned; of each ledger in the backup something. Take the newest backup that is of all of that.

Only where every newer copy is gone: with --go-on-from-older a backup of less is put back, closed. The gateway shows it and takes
nothing until the owner of the ledger has recorded the loss, in the log and for ever (convenant go-on).";

/// At most this many checkpoints of what is lost are put on record.
const MOST_LOST: usize = 16;
/// A checkpoint of more characters is kept without what witnesses signed on it.
const LONGEST: usize = 8_000;

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
    /// Put back a backup that is of less than what is shown, closed: every newer copy is gone, and the owner of the ledger will
    /// record that
    #[arg(long)]
    go_on_from_older: bool,
}

/// What came of the comparison with everything that was shown.
#[derive(Default)]
struct Compared {
    /// What is wrong, whatever the operator wants.
    faults: Vec<String>,
    /// What is missing.
    older: Vec<String>,
    /// Checkpoints of more entries, by the place of their ledger among the restored ones.
    lost: Vec<(usize, Vec<Shown>)>,
    /// Whose word it is at least of.
    shown_by: Vec<String>,
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
        let compared = match runtime.block_on(self.compare(&restored)) {
            Ok(compared) => compared,
            Err(error) => {
                runtime.block_on(restored.discard())?;
                return Err(error);
            }
        };
        let refused = !compared.faults.is_empty() || (!compared.older.is_empty() && !self.go_on_from_older);
        if refused {
            runtime.block_on(restored.discard())?;
            for fault in compared.faults.iter().chain(&compared.older) {
                terminal.line(&format!("refused: {}", shown(fault)))?;
            }
            return Ok(Exit::Refused);
        }
        if let Err(error) = runtime.block_on(close(&restored, &compared.lost)) {
            runtime.block_on(restored.discard())?;
            return Err(error);
        }
        self.tell(&restored, &compared, terminal)?;
        runtime.block_on(restored.keep())?;
        Ok(Exit::Done)
    }

    fn tell(&self, restored: &Restored, compared: &Compared, terminal: &mut Terminal) -> anyhow::Result<()> {
        for (row, size, _) in &restored.ledgers {
            terminal.line(&format!("ledger {}: {size} entries, judged anew", row.name))?;
        }
        for by in &compared.shown_by {
            terminal.line(&format!("of at least what is shown by {}", shown(by)))?;
        }
        for missing in &compared.older {
            terminal.line(&shown(missing))?;
        }
        for (at, _) in &compared.lost {
            let name = &restored.ledgers[*at].0.name;
            terminal.line(&format!("ledger {name} is closed: it takes nothing until its owner has recorded the loss"))?;
            terminal.note(&format!(
                "next: convenant go-on --database {} --ledger {name} --reason TEXT > body.json; the owner signs that",
                self.database.display()
            ))?;
        }
        Ok(())
    }

    /// Compares with everything that was shown.
    async fn compare(&self, restored: &Restored) -> anyhow::Result<Compared> {
        let mut compared = Compared::default();
        let mut unused: Vec<&PathBuf> = self.kept.iter().collect();
        for (at, (row, size, keys)) in restored.ledgers.iter().enumerate() {
            let (mut words, keys) = (Words::default(), keys.all());
            self.witnesses.iter().for_each(|witness| words.ask(witness, &keys));
            for file in &self.kept {
                if is_of(file, &keys[0])? {
                    words.read(file, &keys)?;
                    unused.retain(|other| *other != file);
                }
            }
            words.unfold();
            if words.shown.is_empty() && !self.nothing_was_signed_since {
                compared.faults.push(format!(
                    "ledger {}: nothing was shown of it: neither a checkpoint, nor a receipt, nor what a witness cosigned",
                    row.name
                ));
            }
            let went_on = restored.went_on(row).await?;
            compared.faults.extend(words.findings.iter().map(|finding| format!("ledger {}: {}", row.name, finding.sentence())));
            let mut lost = Vec::new();
            for word in words.shown {
                let (by, signed) = (&word.by, word.checkpoint.size());
                match weigh(restored, row, *size, &went_on, &word.checkpoint).await? {
                    Weight::Held => compared.shown_by.push(format!("{by}: {signed} entries of {}", row.name)),
                    Weight::Recorded(entry) => {
                        compared.shown_by.push(format!("{by}: {signed} entries of {}, which entry {entry} records as lost", row.name));
                    }
                    Weight::Other => compared
                        .faults
                        .push(format!("ledger {}: it is of another history than the tree of {signed} entries, which {by} shows", row.name)),
                    Weight::More => {
                        compared.older.push(format!(
                            "ledger {}: entries {size} to {} are missing: the log signed a tree of {signed}, which {by} shows",
                            row.name,
                            signed - 1
                        ));
                        lost.push(word);
                    }
                }
            }
            if !lost.is_empty() {
                compared.lost.push((at, lost));
            }
        }
        compared.faults.extend(unused.iter().map(|file| format!("{} is of no ledger in this backup", file.display())));
        Ok(compared)
    }
}

/// What a tree that the log signed is to a ledger that was put back.
enum Weight {
    /// It begins with that.
    Held,
    /// It does not, and an entry records that.
    Recorded(u64),
    /// It is of another history.
    Other,
    /// It is of more entries.
    More,
}

async fn weigh(restored: &Restored, row: &LedgerRow, size: u64, went_on: &[WentOn], signed: &Checkpoint) -> anyhow::Result<Weight> {
    let recorded =
        |tells: fn(&WentOn, &Checkpoint) -> bool| went_on.iter().find(|it| tells(it, signed)).map(|it| Weight::Recorded(it.since.entry));
    Ok(match signed.size() {
        0 => Weight::Held,
        // It may be of what was lost once, or of what is lost now: only what is named is known to be the former.
        more if more > size => recorded(WentOn::names).unwrap_or(Weight::More),
        less if restored.root(row, less).await? == signed.root() => Weight::Held,
        _ => recorded(WentOn::tells_of).unwrap_or(Weight::Other),
    })
}

/// Closes the ledgers of which something is lost, the largest trees on record first.
async fn close(restored: &Restored, lost: &[(usize, Vec<Shown>)]) -> anyhow::Result<()> {
    for (at, shown) in lost {
        let (row, size, keys) = &restored.ledgers[*at];
        let mut trees: Vec<&Shown> = Vec::new();
        let mut sorted: Vec<&Shown> = shown.iter().collect();
        sorted.sort_by_key(|shown| std::cmp::Reverse(shown.checkpoint.size()));
        for shown in sorted {
            if !trees.iter().any(|other| other.checkpoint == shown.checkpoint) {
                trees.push(shown);
            }
        }
        let notes: Vec<String> = trees.iter().take(MOST_LOST).map(|shown| short(&shown.note, &keys.all())).collect();
        restored.close(row, *size, &notes).await?;
    }
    Ok(())
}

/// A checkpoint as it is put on record: with what witnesses signed, unless that is too much.
fn short(note: &Note, keys: &[VerifierKey]) -> String {
    let whole = note.to_string();
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let by_log = note.signatures().iter().filter(|signature| keys.iter().any(|key| key.made(signature))).cloned().collect();
    Note::new(note.text(), by_log).map_or(whole, |note| note.to_string())
}

/// Whether a file that somebody kept is of the log with this key: its origin stands in it as the first line of a checkpoint.
fn is_of(file: &PathBuf, key: &VerifierKey) -> anyhow::Result<bool> {
    use anyhow::Context as _;
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.lines().any(|line| line == key.name()))
}
