//! `convenant audit`: judge a whole ledger again from what its gateway serves, and name what is wrong.

pub(super) mod fetch;
mod rights;

use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ledger::audit::{Auditor, Finding, Report, audit_pages};
use ledger::log::note::VerifierKey;
use ledger::words::Instant;
use serde_json::{Value, json};

use super::refused::show_problem;
use super::terminal::shown_json;
use super::token::ReadsAs;
use super::{Exit, Terminal, shown};
use crate::client::{self, Client};
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
        let outcome = audit_ledger(&client, &self.ledger, vkey, self.as_of, |entries, size| {
            bar.set_length(size);
            bar.set_position(entries);
        });
        bar.finish_and_clear();
        let report = match outcome {
            Ok(report) => report,
            Err(error) => return no_report(error, terminal),
        };
        let last = format!("audit of {}: {report}", shown(&self.ledger));
        if self.json {
            terminal.line(&shown_json(&to_json(&self.ledger, &report).to_string()))?;
            terminal.note(&last)?;
        } else {
            for finding in &report.findings {
                terminal.line(&shown(&finding.to_string()))?;
            }
            let left = report.found - report.findings.len() as u64;
            if left > 0 {
                terminal.line(&format!("and {left} more"))?;
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
const ATTEMPTS: u32 = 3;

/// Audits a ledger up to the checkpoint that its gateway serves now, trusting this vkey and nothing else.
///
/// `progress` is told how many entries have been judged, and of how many. Fails with a [`client::Error`] when the
/// gateway does not answer, and when the key is not that of a log; whatever is wrong with the ledger is in the report.
pub fn audit_ledger(
    client: &Client,
    ledger: &str,
    vkey: VerifierKey,
    as_of: Option<Instant>,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<Report> {
    let threads = available_parallelism().map_or(1, usize::from);
    for _ in 0..ATTEMPTS {
        let mut auditor = Auditor::new(vkey.clone())?;
        let before = rights::of(client, ledger)?;
        // Before the records, so that what is accepted meanwhile stays out of it.
        let checkpoint = client.checkpoint(ledger)?;
        let pages = Pages::new(client, ledger, &checkpoint)?;
        let size = pages.size();
        audit_pages(&mut auditor, pages, threads, |entries| progress(entries, size))?;
        if rights::of(client, ledger)?.hold_since(&before, size) {
            return Ok(auditor.finish(checkpoint.as_bytes(), as_of));
        }
    }
    anyhow::bail!("what this institution may read changed each time while it was read; try again")
}

/// The report, for programs.
fn to_json(ledger: &str, report: &Report) -> Value {
    let checkpoint = report.checkpoint.as_ref().map(|checkpoint| json!({ "size": checkpoint.size(), "root": checkpoint.root() }));
    let finding = |finding: &Finding| {
        json!({
            "index": finding.index(), "code": finding.code(), "sentence": finding.to_string(),
            "rule": finding.refusal().map(|refusal| refusal.rule().code()), "flag": finding.flag(),
        })
    };
    json!({
        "ledger": ledger, "origin": report.origin, "entries": report.entries, "unread": report.unread, "root": report.root, "checkpoint": checkpoint,
        "clean": report.is_clean(), "found": report.found, "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
