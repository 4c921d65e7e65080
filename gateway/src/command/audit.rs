//! `convenant audit`: judge a whole ledger again from what its gateway serves, and name what is wrong.

pub(super) mod fetch;
pub(super) mod rights;

use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ledger::audit::{Auditor, Finding, Paper, Report, Served, audit_pages};
use ledger::book::succession::follow;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::words::Instant;
use serde_json::{Value, json};

use super::refused::show_problem;
use super::terminal::shown_json;
use super::token::ReadsAs;
use super::{Exit, Terminal, shown};
use crate::client::{self, Client, Gone};
use fetch::Pages;

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  clean: every entry is what the rules and the signed checkpoint say; of records that are withheld from you, which
     the last line counts, only that they stand in the tree. With --key and --as you read what your institution may read
  1  findings; each names its entry
  2  used wrongly: no such ledger there, or no key of a log
  3  the gateway cannot be reached, or did not answer as it should

Whoever holds the log's key can write the whole log anew, and an audit that knows only that key does not see it.
Compare the checkpoint with one that you kept, or verify a receipt that you kept.";

/// Check a whole ledger: signatures, rules, flags, and the tree that was signed
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Audit {
    /// Address of the gateway, such as https://convenant.example.nl
    #[arg(long, env = "CONVENANT_URL")]
    url: String,
    /// Name of the ledger at that gateway
    #[arg(long, value_name = "NAME")]
    ledger: String,
    /// The ledger's vkey, from elsewhere than this gateway
    #[arg(long, required_unless_present = "vkey_file", conflicts_with = "vkey_file")]
    vkey: Option<VerifierKey>,
    /// File that holds the vkey
    #[arg(long, value_name = "FILE")]
    vkey_file: Option<PathBuf>,
    #[command(flatten)]
    reads_as: ReadsAs,
    /// Also miss what was due by this instant, less two seconds, and is not in the log: 2026-03-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<Instant>,
    /// Also fetch every attachment and compare it with its hash; what was erased must be gone
    #[arg(long)]
    attachments: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let vkey = self.key()?;
        // The vkey came from elsewhere, and so does the origin in it.
        let reader = self.reads_as.key(vkey.name(), terminal)?;
        let client = Client::new(&self.url)?.reading_as(reader);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let shape = "{bar:40} {pos}/{len} entries, {per_sec}, {eta} left";
        bar.set_style(ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar()));
        let how = How { as_of: self.as_of, attachments: self.attachments };
        let outcome = audit_with(&client, &self.ledger, vkey, how, |entries, size| {
            bar.set_length(size);
            bar.set_position(entries);
        });
        bar.finish_and_clear();
        let (report, papers) = match outcome {
            Ok(outcome) => outcome,
            Err(error) => return no_report(error, terminal),
        };
        let last = format!("audit of {}: {report}", shown(&self.ledger));
        if self.json {
            terminal.line(&shown_json(&to_json(&self.ledger, &report, &papers).to_string()))?;
            terminal.note(&last)?;
        } else {
            for finding in &report.findings {
                terminal.line(&shown(&finding.to_string()))?;
            }
            for (from, versions) in report.versions.iter().filter(|(from, _)| *from > 0) {
                terminal.line(&shown(&format!("from entry {from} on it goes by {versions}")))?;
            }
            for went_on in &report.went_on {
                terminal.line(&shown(&super::went_on::sentence(went_on)))?;
            }
            let left = report.found - report.findings.len() as u64;
            if left > 0 {
                terminal.line(&format!("and {left} more"))?;
            }
            for Paper { hash, entry, erased } in &papers {
                if let Some((by, ground)) = erased {
                    terminal.line(&format!("entry {entry}: its attachment {hash} was erased by entry {by}, ground {ground}"))?;
                }
            }
            if self.attachments {
                let erased = papers.iter().filter(|paper| paper.erased.is_some()).count();
                terminal.line(&format!("attachments: {}, of which {erased} erased", papers.len()))?;
            }
            terminal.line(&last)?;
        }
        Ok(if report.is_clean() { Exit::Done } else { Exit::Refused })
    }

    fn key(&self) -> anyhow::Result<VerifierKey> {
        match (&self.vkey, &self.vkey_file) {
            (Some(vkey), _) => Ok(vkey.clone()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
                text.trim().parse().with_context(|| format!("{} holds no vkey", file.display()))
            }
            (None, None) => anyhow::bail!("an audit needs the ledger's vkey"),
        }
    }
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    text.parse()
}

/// A ledger that is not there is no finding, but a wrong question.
fn no_report(error: anyhow::Error, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let Some(client::Error::Refused(problem)) = error.downcast_ref() else { return Err(error) };
    terminal.note("the gateway refuses:")?;
    show_problem(problem, terminal)?;
    Ok(Exit::Usage)
}

/// How often an audit begins anew when what may be read changed meanwhile: half of an agreement cannot be judged.
pub(super) const ATTEMPTS: u32 = 3;

/// Audits a ledger up to the checkpoint that its gateway serves now, trusting this vkey and nothing else.
///
/// `progress` is told how many entries have been judged, and of how many. Fails with a [`client::Error`] when the
/// gateway does not answer, and when the key is not that of a log; whatever is wrong with the ledger is in the report.
pub fn audit_ledger(
    client: &Client,
    ledger: &str,
    vkey: VerifierKey,
    as_of: Option<Instant>,
    progress: impl FnMut(u64, u64),
) -> anyhow::Result<Report> {
    Ok(audit_with(client, ledger, vkey, How { as_of, attachments: false }, progress)?.0)
}

/// How thoroughly to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Miss what was due by this instant.
    pub as_of: Option<Instant>,
    /// Fetch every attachment.
    pub attachments: bool,
}

/// The same, and as thoroughly as is asked; also gives the attachments that it looked at.
pub fn audit_with(
    client: &Client,
    ledger: &str,
    vkey: VerifierKey,
    how: How,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<(Report, Vec<Paper>)> {
    let threads = available_parallelism().map_or(1, usize::from);
    for _ in 0..ATTEMPTS {
        let mut auditor = Auditor::new(vkey.clone())?;
        if how.attachments {
            auditor = auditor.with_attachments();
        }
        let before = rights::of(client, ledger)?;
        // Before the records, so that what is accepted meanwhile stays out of it.
        let checkpoint = client.checkpoint(ledger)?;
        if !is_signed_by(&checkpoint, &vkey) {
            // After the checkpoint, so that none that it needs is missing. What does not verify shows nothing, and is missed.
            auditor.follow(follow(&vkey, &client.announcements(ledger)?).unwrap_or_default());
        }
        let pages = Pages::new(client, ledger, &checkpoint)?;
        let size = pages.size();
        audit_pages(&mut auditor, pages, threads, |entries| progress(entries, size))?;
        let papers = look_at_attachments(client, ledger, &mut auditor, size)?;
        if rights::of(client, ledger)?.hold_since(&before, size) {
            return Ok((auditor.finish(checkpoint.as_bytes(), how.as_of), papers));
        }
    }
    anyhow::bail!("what this institution may read changed each time while it was read; try again")
}

fn is_signed_by(checkpoint: &str, vkey: &VerifierKey) -> bool {
    Note::parse(checkpoint.as_bytes()).is_ok_and(|note| Checkpoint::open(&note, vkey, &[]).is_ok())
}

fn look_at_attachments(client: &Client, ledger: &str, auditor: &mut Auditor, size: u64) -> anyhow::Result<Vec<Paper>> {
    let papers = auditor.attachments();
    for paper in &papers {
        let mut served = client.attachment_hash(ledger, &paper.hash)?;
        // What is gone may have been erased since the records were read: then a later entry says so.
        if let (None, Gone::Erased(by)) = (paper.erased, &served)
            && *by >= size
        {
            continue;
        }
        let served = match &mut served {
            Gone::Not(hash) => Served::Content(*hash),
            Gone::Erased(_) | Gone::Missing => Served::Nothing,
        };
        auditor.saw(paper, served);
    }
    Ok(papers)
}

/// The report, for programs.
fn to_json(ledger: &str, report: &Report, papers: &[Paper]) -> Value {
    let checkpoint = report.checkpoint.as_ref().map(|checkpoint| json!({ "size": checkpoint.size(), "root": checkpoint.root() }));
    let finding = |finding: &Finding| {
        json!({
            "index": finding.index(), "code": finding.code(), "sentence": finding.to_string(),
            "rule": finding.refusal().map(|refusal| refusal.rule().code()), "flag": finding.flag(),
        })
    };
    json!({
        "ledger": ledger, "origin": report.origin, "entries": report.entries, "unread": report.unread, "root": report.root, "checkpoint": checkpoint,
        "attachments": papers.iter().map(|paper| json!({
            "entry": paper.entry, "hash": paper.hash, "erasedBy": paper.erased.map(|(by, _)| by), "ground": paper.erased.map(|(_, ground)| ground),
        })).collect::<Vec<_>>(),
        "wentOn": report.went_on,
        "versions": report.versions.iter().map(|(from, versions)| json!({
            "from": from, "rules": versions.rules, "timeZoneData": versions.time_zone_data, "holidays": versions.holidays,
        })).collect::<Vec<_>>(),
        "clean": report.is_clean(), "found": report.found, "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
