//! What a monitor keeps of a ledger, in a directory: the last good checkpoint with its leaf hashes, what it told, and the
//! files that show what is wrong.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::log::split::SplitView;
use ledger::words::Hash;
use serde_json::Value;

use super::finding::{Finding, What};
use super::succession::Succession;
use super::tree::Tree;

const CHECKPOINT: &str = "checkpoint";
const ANNOUNCEMENTS: &str = "announcements.json";
const LEAVES: &str = "leaves";
const FINDINGS: &str = "findings.jsonl";
const EVIDENCE: &str = "evidence";

/// The directory of one ledger.
#[derive(Debug)]
pub(super) struct State {
    folder: PathBuf,
    told: HashSet<String>,
}

impl State {
    /// Opens the directory of a ledger below that of the monitor, which is made when it is missing. With it comes the tree
    /// that was kept, if any: checked anew, since a state that was altered would accuse the wrong one.
    pub(super) fn open(folder: &Path, log: &VerifierKey) -> anyhow::Result<(Self, Option<Tree>)> {
        let folder = folder.join(Hash::of(&[log.name().as_bytes()]).to_string());
        fs::create_dir_all(folder.join(EVIDENCE)).with_context(|| format!("{} cannot be made", folder.display()))?;
        let told = lines(&folder.join(FINDINGS))?;
        let told = told.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()?["name"].as_str().map(str::to_owned));
        let state = Self { told: told.collect(), folder };
        let tree = state.tree(&state.succession(log)?.keys())?;
        Ok((state, tree))
    }

    /// How the log came from the given key to those after it, as far as that was seen; checked anew.
    pub(super) fn succession(&self, log: &VerifierKey) -> anyhow::Result<Succession> {
        let damaged = || format!("the state in {} is damaged; move it away to begin anew", self.folder.display());
        let Some(bytes) = read(&self.folder.join(ANNOUNCEMENTS))? else { return Ok(Succession::new(log.clone())) };
        let texts: Vec<String> = serde_json::from_slice(&bytes).with_context(damaged)?;
        let receipts = texts.iter().map(|text| Receipt::parse(text.as_bytes())).collect::<Result<Vec<_>, _>>().with_context(damaged)?;
        let mut succession = Succession::new(log.clone());
        succession.learn(receipts).with_context(damaged)?;
        Ok(succession)
    }

    /// Keeps what announces later keys of the log.
    pub(super) fn keep_succession(&self, succession: &Succession) -> anyhow::Result<()> {
        let texts: Vec<String> = succession.receipts().iter().map(Receipt::encode).collect();
        whole(&self.folder.join(ANNOUNCEMENTS), serde_json::to_string(&texts)?.as_bytes())
    }

    fn tree(&self, logs: &[VerifierKey]) -> anyhow::Result<Option<Tree>> {
        let Some(text) = read(&self.folder.join(CHECKPOINT))? else { return Ok(None) };
        let damaged = || format!("the state in {} is damaged; move it away to begin anew", self.folder.display());
        let note = Note::parse(&text).with_context(damaged)?;
        let (checkpoint, _) = Checkpoint::open_any(&note, logs, &[]).with_context(damaged)?;
        let bytes = read(&self.folder.join(LEAVES))?.unwrap_or_default();
        let size = usize::try_from(checkpoint.size())?;
        // More leaves than the checkpoint has: a crash came between the two.
        let leaves: Vec<Hash> = bytes.as_chunks::<32>().0.iter().take(size).map(|leaf| Hash(*leaf)).collect();
        match Tree::new(leaves, note, checkpoint) {
            Some(tree) => Ok(Some(tree)),
            None => bail!(damaged()),
        }
    }

    /// Keeps a larger tree, which begins with the one that was kept.
    pub(super) fn advance(&self, tree: &Tree, from: u64) -> anyhow::Result<()> {
        let path = self.folder.join(LEAVES);
        let written = || format!("{} cannot be written", path.display());
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).with_context(written)?;
        file.set_len(from * 32).with_context(written)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).with_context(written)?;
        let new: Vec<u8> = tree.leaves()[usize::try_from(from)?..].iter().flat_map(|leaf| leaf.0).collect();
        file.write_all(&new).and_then(|()| file.sync_all()).with_context(written)?;
        // The leaves first: a crash in between leaves the old checkpoint with leaves too many.
        whole(&self.folder.join(CHECKPOINT), tree.note().to_string().as_bytes())
    }

    /// Writes the files that show a finding, and names them in it. Whether it has not been told yet.
    pub(super) fn keep(&self, finding: &mut Finding) -> anyhow::Result<bool> {
        let name = finding.name();
        let folder = self.folder.join(EVIDENCE);
        let what = match &finding.what {
            What::Recorded { what, .. } => what,
            what => what,
        };
        match what {
            What::SplitView { split, .. } => finding.files = evidence(&folder, &name, split)?,
            What::Fewer { shown_note, signed_note, .. } => {
                for (end, note) in [("shown.checkpoint", shown_note), ("signed.checkpoint", signed_note)] {
                    let path = folder.join(format!("{}-{end}", &name[..16]));
                    whole(&path, note.as_bytes())?;
                    finding.files.push(path);
                }
            }
            What::Recorded { .. } | What::WentOn(_) | What::Audit(_) => {}
            What::Unsound { .. } | What::NoWord { .. } | What::Statement { .. } => {}
        }
        Ok(!self.told.contains(&name))
    }

    /// Remembers that a finding was told; after the telling, so that a crash tells it twice rather than never.
    pub(super) fn told(&mut self, finding: &Finding, ledger: &str) -> anyhow::Result<()> {
        let path = self.folder.join(FINDINGS);
        let written = || format!("{} cannot be written", path.display());
        let mut file = OpenOptions::new().create(true).append(true).open(&path).with_context(written)?;
        writeln!(file, "{}", finding.to_json(ledger)).and_then(|()| file.sync_all()).with_context(written)?;
        self.told.insert(finding.name());
        Ok(())
    }
}

/// The two checkpoints as the log signed them, and the whole evidence in one file.
fn evidence(folder: &Path, name: &str, split: &SplitView) -> anyhow::Result<Vec<PathBuf>> {
    let short = &name[..16];
    let files = [
        (folder.join(format!("{short}-smaller.checkpoint")), split.smaller.to_string()),
        (folder.join(format!("{short}-larger.checkpoint")), split.larger.to_string()),
        (folder.join(format!("{short}.split.json")), format!("{:#}\n", serde_json::to_value(split)?)),
    ];
    for (path, text) in &files {
        whole(path, text.as_bytes())?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = read(path)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// In one step: a crash leaves the old file or the new one.
fn whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().context("a file in a folder")?;
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).with_context(|| format!("cannot write {}", path.display()))?;
    file.persist(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}
