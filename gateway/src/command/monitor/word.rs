//! What others say of a ledger: checkpoints that a witness cosigned or refused, and those that somebody kept.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::log::split::SplitView;
use serde::Deserialize;
use ureq::Agent;

use super::finding::{Finding, What};
use crate::witness::origin_hash;

/// The most that one witness may take to answer.
const LIMIT: Duration = Duration::from_secs(10);
/// The largest answer that is read of a witness.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

/// A checkpoint that the log signed, and who showed it.
#[derive(Debug)]
pub(in crate::command) struct Shown {
    /// A witness or a file.
    pub(in crate::command) by: String,
    /// The note.
    pub(in crate::command) note: Note,
    /// What it says.
    pub(in crate::command) checkpoint: Checkpoint,
}

/// What was heard of others: checkpoints to be weighed, and what is already a finding.
#[derive(Debug, Default)]
pub(in crate::command) struct Words {
    /// Signed by the log, and by the witness that showed them as cosigned.
    pub(in crate::command) shown: Vec<Shown>,
    /// Evidence that is complete, and what could not be used.
    pub(in crate::command) findings: Vec<Finding>,
}

/// A witness that is asked what it cosigned.
#[derive(Debug, Clone)]
pub(in crate::command) struct WitnessAt {
    /// Its key.
    pub(in crate::command) key: VerifierKey,
    /// Its monitoring prefix.
    pub(in crate::command) url: String,
}

#[derive(Deserialize)]
struct Refused {
    refused: Vec<RefusedOne>,
}

#[derive(Deserialize)]
struct RefusedOne {
    offered: String,
    split: Option<SplitView>,
}

impl Words {
    /// Asks a witness for the last checkpoint that it cosigned for a log, and for those that it refused. `logs` are the keys of
    /// the log, at least one.
    pub(in crate::command) fn ask(&mut self, witness: &WitnessAt, logs: &[VerifierKey]) {
        let by = format!("witness {}", witness.key.name());
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(LIMIT)).build().new_agent();
        let prefix = format!("{}/{}", witness.url.trim_end_matches('/'), origin_hash(logs[0].name()));
        match get(&agent, &format!("{prefix}/checkpoint")) {
            Ok(Some(text)) => self.cosigned(&by, &text, &witness.key, logs),
            Ok(None) => {}
            Err(fault) => return self.findings.push(What::NoWord { by, fault }.into()),
        }
        // Not every witness tells what it refused; that one does not is no fault.
        if let Ok(Some(text)) = get(&agent, &format!("{prefix}/refused")) {
            self.refused(&by, &text, logs);
        }
    }

    fn cosigned(&mut self, by: &str, text: &str, key: &VerifierKey, logs: &[VerifierKey]) {
        let opened = Note::parse(text.as_bytes()).map_err(|fault| fault.to_string()).and_then(|note| {
            let (checkpoint, witnesses) = Checkpoint::open_any(&note, logs, std::slice::from_ref(key))
                .map_err(|fault| format!("what it shows as cosigned: {fault}"))?;
            if witnesses.is_empty() { Err("it did not cosign what it shows as cosigned".to_owned()) } else { Ok((note, checkpoint)) }
        });
        match opened {
            Ok((note, checkpoint)) => self.shown.push(Shown { by: by.to_owned(), note, checkpoint }),
            Err(fault) => self.findings.push(What::Unsound { by: by.to_owned(), fault }.into()),
        }
    }

    fn refused(&mut self, by: &str, text: &str, logs: &[VerifierKey]) {
        let Ok(Refused { refused }) = serde_json::from_str(text) else { return };
        for RefusedOne { offered, split } in refused {
            // Nothing is believed of a witness: evidence convicts by itself or not at all.
            match split.filter(|split| split.verify_any(logs).is_ok()) {
                Some(split) => self.findings.push(What::SplitView { by: by.to_owned(), split: Box::new(split) }.into()),
                None => {
                    let note = Note::parse(offered.as_bytes()).ok();
                    let opened = note.and_then(|note| Some((Checkpoint::open_any(&note, logs, &[]).ok()?.0, note)));
                    let shown = opened.map(|(checkpoint, note)| Shown { by: format!("refused by {by}"), note, checkpoint });
                    self.shown.extend(shown);
                }
            }
        }
    }

    /// Takes complete evidence apart into the two checkpoints, each of which is then weighed like any other.
    pub(in crate::command) fn unfold(&mut self) {
        for finding in std::mem::take(&mut self.findings) {
            match finding.split() {
                Some(split) => {
                    let read = |note: &Note| Some((note.clone(), Checkpoint::parse(note.text()).ok()?));
                    let shown = [&split.smaller, &split.larger].into_iter().filter_map(read);
                    self.shown.extend(shown.map(|(note, checkpoint)| Shown { by: "evidence of a witness".to_owned(), note, checkpoint }));
                }
                None => self.findings.push(finding),
            }
        }
    }

    /// A file that somebody kept: a receipt, or a checkpoint.
    pub(in crate::command) fn read(&mut self, path: &PathBuf, logs: &[VerifierKey]) -> anyhow::Result<()> {
        let by = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {by}"))?;
        let note = match Receipt::parse(&bytes) {
            Ok(receipt) => match receipt.verify_any(logs) {
                Ok(_) => receipt.proof().checkpoint.clone(),
                Err(fault) => return self.unusable(path, &fault),
            },
            Err(_) => match Note::parse(&bytes) {
                Ok(note) => note,
                Err(_) => anyhow::bail!("{by} is neither a receipt nor a checkpoint"),
            },
        };
        match Checkpoint::open_any(&note, logs, &[]) {
            Ok((checkpoint, _)) => self.shown.push(Shown { by, note, checkpoint }),
            Err(fault) => return self.unusable(path, &fault),
        }
        Ok(())
    }

    /// It is not the ledger that is wrong then, but somebody should look at it.
    fn unusable(&mut self, path: &Path, fault: &dyn std::fmt::Display) -> anyhow::Result<()> {
        self.findings.push(What::Unsound { by: path.display().to_string(), fault: fault.to_string() }.into());
        Ok(())
    }
}

/// The text at a URL; `None` for 404.
fn get(agent: &Agent, url: &str) -> Result<Option<String>, String> {
    let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
    match answer.status().as_u16() {
        200 => answer.body_mut().with_config().limit(MAX_ANSWER).read_to_string().map(Some).map_err(|error| error.to_string()),
        404 => Ok(None),
        status => Err(format!("status {status}")),
    }
}
