//! What somebody holds of a ledger (checkpoints, receipts, the word of witnesses), against what a database has of it.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ledger::lives::continuation::WentOn;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};

use super::monitor::{Shown, WitnessAt, Words, witness};
use crate::store::{LedgerRow, Store};

/// At most this many checkpoints of what is lost are put on record: a `continuation` names no more.
pub(super) const MOST: usize = 16;
/// A checkpoint of more characters is put on record without what witnesses signed on it.
const LONGEST: usize = 8_000;

/// What is held of ledgers.
#[derive(Debug, Default, clap::Args)]
pub struct Held {
    /// A checkpoint or receipt that somebody kept; may be given several times
    #[arg(long = "kept", value_name = "FILE", group = "shown")]
    pub kept: Vec<PathBuf>,
    /// A witness that is asked what it cosigned: its vkey, `=`, its URL; may be given several times
    #[arg(long = "witness", value_name = "VKEY=URL", value_parser = witness, group = "shown")]
    witnesses: Vec<WitnessAt>,
}

/// What came of comparing one ledger with it.
#[derive(Default)]
pub(super) struct Compared {
    /// What is wrong, whatever anybody wants.
    pub(super) faults: Vec<String>,
    /// What is missing, in words.
    pub(super) older: Vec<String>,
    /// Signed checkpoints of more entries, the largest first, each tree once.
    pub(super) lost: Vec<String>,
    /// Whose word it is at least of.
    pub(super) shown_by: Vec<String>,
    /// Whether anything was shown of this ledger.
    pub(super) is_shown: bool,
}

/// What a tree that the log signed is to what there is of it.
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

impl Held {
    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.witnesses.is_empty()
    }

    /// Compares a ledger. Files that are of it are taken out of `unused`.
    pub(super) async fn compare(&self, store: &Store, row: &LedgerRow, unused: &mut Vec<&PathBuf>) -> anyhow::Result<Compared> {
        let (size, mut words) = (store.size(row.id).await?, Words::default());
        let keys = store.log_keys(row, size).await?.all();
        self.witnesses.iter().for_each(|witness| words.ask(witness, &keys));
        for file in &self.kept {
            if is_of(file, &keys[0])? {
                words.read(file, &keys)?;
                unused.retain(|other| *other != file);
            }
        }
        words.unfold();
        let owner = store.institution(row.id, &row.facts.owner).await?;
        let went_on = owner.map(|owner| owner.went_on).unwrap_or_default();
        let mut compared = Compared { is_shown: !words.shown.is_empty(), ..Compared::default() };
        compared.faults.extend(words.findings.iter().map(|finding| format!("ledger {}: {}", row.name, finding.sentence())));
        let (mut lost, name) = (Vec::new(), &row.name);
        for word in words.shown {
            let (by, signed) = (&word.by, word.checkpoint.size());
            match weigh(store, row, size, &went_on, &word.checkpoint).await? {
                Weight::Held => compared.shown_by.push(format!("{by}: {signed} entries of {name}")),
                Weight::Recorded(entry) => {
                    compared.shown_by.push(format!("{by}: {signed} entries of {name}, which entry {entry} records as lost"));
                }
                Weight::Other => {
                    let other = format!("ledger {name}: it is of another history than the tree of {signed} entries, which {by} shows");
                    compared.faults.push(other);
                }
                Weight::More => {
                    let missing = format!("entries {size} to {} are missing: the log signed a tree of {signed}", signed - 1);
                    compared.older.push(format!("ledger {name}: {missing}, which {by} shows"));
                    lost.push(word);
                }
            }
        }
        compared.lost = on_record(lost, &keys);
        Ok(compared)
    }
}

async fn weigh(store: &Store, row: &LedgerRow, size: u64, went_on: &[WentOn], signed: &Checkpoint) -> anyhow::Result<Weight> {
    let recorded =
        |tells: fn(&WentOn, &Checkpoint) -> bool| went_on.iter().find(|it| tells(it, signed)).map(|it| Weight::Recorded(it.since.entry));
    Ok(match signed.size() {
        0 => Weight::Held,
        // It may be of what was lost once, or of what is lost now: only what is named is known to be the former.
        more if more > size => recorded(WentOn::names).unwrap_or(Weight::More),
        less if store.root(row.id, less).await? == signed.root() => Weight::Held,
        _ => recorded(WentOn::tells_of).unwrap_or(Weight::Other),
    })
}

/// What is put on record of these: the largest trees, each once.
fn on_record(mut lost: Vec<Shown>, keys: &[VerifierKey]) -> Vec<String> {
    lost.sort_by_key(|shown| Reverse(shown.checkpoint.size()));
    let mut trees: Vec<&Shown> = Vec::new();
    for shown in &lost {
        if !trees.iter().any(|other| other.checkpoint == shown.checkpoint) {
            trees.push(shown);
        }
    }
    trees.into_iter().take(MOST).map(|shown| short(&shown.note, keys)).collect()
}

/// A checkpoint with what witnesses signed, unless that is too much.
fn short(note: &Note, keys: &[VerifierKey]) -> String {
    let whole = note.to_string();
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let by_log = note.signatures().iter().filter(|signature| keys.iter().any(|key| key.made(signature))).cloned().collect();
    Note::new(note.text(), by_log).map_or(whole, |note| note.to_string())
}

/// Whether a file that somebody kept is of the log with this key: its origin stands in it as the first line of a checkpoint.
fn is_of(file: &Path, key: &VerifierKey) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.lines().any(|line| line == key.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::log::note::{Cosigner, NoteSigner};
    use ledger::words::Hash;

    #[test]
    fn the_largest_trees_are_put_on_record_once_each_and_what_is_too_long_without_witnesses() {
        let signer = NoteSigner::from_seed("l.example/gm1", &[1; 32]).unwrap();
        let keys = [signer.verifier().clone()];
        let shown = |size: u64| {
            let checkpoint = Checkpoint::new("l.example/gm1", size, Hash([7; 32])).unwrap();
            Shown { by: "a file".to_owned(), note: checkpoint.sign(&signer).unwrap(), checkpoint }
        };
        let sizes = |notes: &[String]| notes.iter().map(|note| note.lines().nth(1).unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(sizes(&on_record([3, 9, 5, 9].map(shown).into(), &keys)), ["9", "5", "3"]);
        assert_eq!(on_record((1..40).map(shown).collect(), &keys).len(), MOST);
        let plain = shown(9).note;
        let mut witnessed = plain.clone();
        for number in 0..60 {
            let name = format!("{number}.{}.example", "w".repeat(80));
            witnessed.add(Cosigner::from_seed(&name, &[2; 32]).unwrap().cosign(plain.text(), 1)).unwrap();
        }
        assert!(witnessed.to_string().chars().count() > LONGEST);
        assert_eq!(short(&witnessed, &keys), plain.to_string());
        assert_eq!(short(&plain, &keys), plain.to_string());
    }
}
