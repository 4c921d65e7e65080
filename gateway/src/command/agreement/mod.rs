//! `convenant agreement`: a draft from a template, a check that the text closes, and the proposal of it, signed.

mod draft;
mod templates;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::builder::PossibleValuesParser;
use ledger::envelope::{Refusal, Statement, Type};

use self::draft::Draft;
use super::attach::Attach;
use super::sign::{Signer, sign_told};
use super::{Exit, Terminal, shown};
use crate::pages::spell;

/// Draft the text of an agreement, check that it closes, and sign its proposal
#[derive(Debug, clap::Args)]
pub struct Agreement {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    New(New),
    Check(Check),
    Sign(Box<Propose>),
}

/// Write a draft with explanations (YAML) from a template
#[derive(Debug, clap::Args)]
struct New {
    /// What kind of agreement it is
    #[arg(long, value_parser = PossibleValuesParser::new(templates::NAMES))]
    template: String,
    /// Write it to this file, which must not exist, and not to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Say everything that a draft still lacks, without a ledger; exit code 1 while there is something
#[derive(Debug, clap::Args)]
struct Check {
    #[command(flatten)]
    draft: DraftFile,
}

/// Show in plain words what a draft says, and sign it as a proposal
#[derive(Debug, clap::Args)]
struct Propose {
    #[command(flatten)]
    signer: Signer,
    /// The institution that proposes it
    #[arg(long, value_name = "INSTITUTION")]
    by: String,
    /// Put what is attached into files of this directory, each with its salt, for `submit --attachments`; of any size
    #[arg(long, value_name = "DIR", requires = "attach")]
    attachments: Option<PathBuf>,
    #[command(flatten)]
    draft: DraftFile,
}

#[derive(Debug, clap::Args)]
struct DraftFile {
    /// Attach a file, such as /body/analysis=analyse.pdf
    #[arg(long, value_name = "POINTER=FILE")]
    attach: Vec<Attach>,
    /// The draft, in YAML or JSON; `-` reads standard input
    file: PathBuf,
}

impl Agreement {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        match self.command {
            Command::New(new) => new.run(terminal),
            Command::Check(check) => check.run(terminal),
            Command::Sign(propose) => propose.run(terminal),
        }
    }
}

impl New {
    fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let text = templates::text(&self.template).context("the template is one of the list")?;
        let Some(path) = self.out else {
            terminal.bytes(text.as_bytes())?;
            return Ok(Exit::Done);
        };
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("{} cannot be written", path.display()))?;
        terminal.note(&format!("{} is a draft: fill in what says {}", path.display(), draft::PLACEHOLDER))?;
        Ok(Exit::Done)
    }
}

impl Check {
    fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let draft = Draft::read(&self.draft.file)?;
        // What is checked is a proposal, by nobody in particular.
        let mut payload = serde_json::json!({ "type": Type::Proposal.code(), "ledger": "draft.example", "id": "draft",
            "signedAt": "2000-01-01T00:00:00Z", "by": "draft", "body": draft.body });
        Attach::fill_in_all(&self.draft.attach, &mut payload, None)?;
        match complete(&draft, &payload) {
            Ok(_) => {
                terminal.note("it closes: everything that a text must say is there. Whether its parties are admitted, the ledger says")?;
                Ok(Exit::Done)
            }
            Err(refusal) => {
                show(&draft, &refusal, terminal)?;
                Ok(Exit::Refused)
            }
        }
    }
}

impl Propose {
    fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let draft = Draft::read(&self.draft.file)?;
        let mut payload = self.signer.payload(Type::Proposal.code(), &self.by, draft.body.clone())?;
        let attachments = Attach::fill_in_all(&self.draft.attach, &mut payload, self.attachments.as_deref())?;
        if let Err(refusal) = complete(&draft, &payload) {
            show(&draft, &refusal, terminal)?;
            return Ok(Exit::Refused);
        }
        let key = self.signer.read_key(terminal)?;
        let described: Vec<_> = self.draft.attach.iter().map(Attach::describe).collect();
        let told = spell::lines(Type::Proposal, &payload["body"]);
        sign_told(&key, &payload, &told, (&attachments, &described), terminal)
    }
}

/// That the text is whole: nothing is left to fill in, its form is right, and it closes; every fault at once.
fn complete(draft: &Draft, payload: &serde_json::Value) -> Result<Statement, Refusal> {
    let open = draft.to_fill_in();
    let read = Statement::from_payload(payload.to_string().as_bytes());
    let found = read.as_ref().err().map(|refusal| refusal.faults().to_vec()).unwrap_or_default();
    // Of what is still to be filled in nothing more needs to be said.
    let rest = found.into_iter().filter(|fault| !open.iter().any(|open| open.pointer == fault.pointer));
    match Refusal::from_faults(open.iter().cloned().chain(rest).collect()) {
        Some(refusal) => Err(refusal),
        None => read,
    }
}

/// Each fault with the line of the draft that it is about.
fn show(draft: &Draft, refusal: &Refusal, terminal: &mut Terminal) -> anyhow::Result<()> {
    let count = refusal.faults().len();
    terminal.note(&format!(
        "{} {} before this can be signed:",
        count,
        if count == 1 { "thing is to be put right" } else { "things are to be put right" }
    ))?;
    let mut faults: Vec<_> = refusal.faults().iter().map(|fault| (draft.line_of(&fault.pointer), fault)).collect();
    faults.sort_by_key(|(line, _)| *line);
    for (line, fault) in faults {
        let place = fault.pointer.strip_prefix("/body").unwrap_or(&fault.pointer);
        let place = if place.is_empty() { "the text" } else { place };
        terminal.note(&format!("  line {line}, {}: {}", shown(place), shown(&fault.detail)))?;
        if !fault.accepted.is_empty() {
            terminal.note(&format!("    accepted: {}", shown(&fault.accepted)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
