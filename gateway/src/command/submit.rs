//! `convenant submit`: send signed statements in order, keep the receipts, show every refusal.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::words::Hash;

use super::refused::show_problem;
use super::sign::read_bounded;
use super::{Exit, Terminal, shown};
use crate::client::{self, Acceptance, Answer, Client, Message, Problem};

/// The largest file that is read; a batch of statements with attachments fits, a mistake does not fill the memory.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Send signed statements in order; prints the entry number of each
#[derive(Debug, clap::Args)]
pub struct Submit {
    /// Address of the gateway, such as https://convenant.example.nl
    #[arg(long, env = "CONVENANT_URL")]
    url: String,
    /// Name of the ledger at that gateway
    #[arg(long, value_name = "NAME")]
    ledger: String,
    /// Directory for receipts (ENTRY.tlog-proof) and signed refusals; made if it is not there
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// Signed statements, envelopes or batches, each a request, sent in order; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Submit {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let client = Client::new(&self.url)?;
        self.send_all(&client, terminal)
    }

    /// Reads everything before anything is sent, so that a slip in the last file does not leave half of it sent.
    /// A refusal does not stop the others: each statement is judged by itself.
    fn send_all(&self, client: &Client, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let messages = self.files.iter().map(|file| read_message(file)).collect::<anyhow::Result<Vec<_>>>()?;
        if let Some(directory) = &self.receipts {
            fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        }
        let mut exit = Exit::Done;
        for (number, (file, message)) in self.files.iter().zip(&messages).enumerate() {
            let answers = match client.submit(&self.ledger, message) {
                Ok(answers) => answers,
                Err(client::Error::Refused(problem)) => vec![Answer::Refused(problem)],
                Err(error) => {
                    let unsent = messages.len() - number - 1;
                    let sentence =
                        format!("{} may or may not have arrived (sending it again is safe); {unsent} after it not sent", file.display());
                    return Err(anyhow::Error::from(error).context(sentence));
                }
            };
            for answer in &answers {
                exit = worse(exit, self.tell(file, answer, terminal)?);
            }
        }
        Ok(exit)
    }

    fn tell(&self, file: &Path, answer: &Answer, terminal: &mut Terminal) -> io::Result<Exit> {
        match answer {
            Answer::Accepted(acceptance) => {
                let Acceptance { entry, accepted_at, ledger, repeat, .. } = acceptance;
                terminal.line(&entry.to_string())?;
                let verb = if *repeat { "was accepted before, as" } else { "accepted as" };
                terminal.note(&format!("{}: {verb} entry {entry} of {} at {accepted_at}", file.display(), shown(ledger)))?;
                self.keep(&format!("{entry}.tlog-proof"), &acceptance.receipt, terminal)
            }
            Answer::Refused(problem) => {
                terminal.note(&format!("{}: refused", file.display()))?;
                show_problem(problem, terminal)?;
                let exit = if problem.status == 0 || Problem::is_refusal(problem.status) { Exit::Refused } else { Exit::Unreachable };
                if problem.refusal.is_empty() {
                    return Ok(exit);
                }
                let name = format!("refusal-{}.jws", &Hash::of(&[problem.refusal.as_bytes()]).to_string()[..16]);
                Ok(worse(self.keep(&name, &problem.refusal, terminal)?, exit))
            }
        }
    }

    /// Writes what the gateway signed, if a directory was given. That it cannot be kept does not undo what it says,
    /// so it is told and the rest goes on.
    fn keep(&self, name: &str, text: &str, terminal: &mut Terminal) -> io::Result<Exit> {
        let Some(directory) = &self.receipts else { return Ok(Exit::Done) };
        let path = directory.join(name);
        match write_once(&path, text) {
            Ok(()) => {
                terminal.note(&format!("  kept {}", path.display()))?;
                Ok(Exit::Done)
            }
            Err(error) => {
                terminal.note(&format!("  {} could not be kept: {error}", path.display()))?;
                Ok(Exit::Usage)
            }
        }
    }
}

fn read_message(file: &Path) -> anyhow::Result<Message> {
    Message::detect(&read_bounded(file, MAX_FILE)?).with_context(|| format!("{} cannot be sent", file.display()))
}

/// Writes beside its place and moves it there, so that a receipt is whole or absent. The same text may be there
/// already; another one stays, since it may be the receipt of another ledger.
fn write_once(path: &Path, text: &str) -> io::Result<()> {
    match fs::read(path) {
        Ok(there) if there == text.as_bytes() => return Ok(()),
        Ok(_) => return Err(io::Error::other("another file with this name is there; use a directory for each ledger")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let beside = path.with_added_extension("part");
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    fs::rename(&beside, path)
}

/// Of two endings, the one that asks for more attention: no gateway, a refusal, a file in the way, done.
fn worse(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Done => 0,
        Exit::Usage => 1,
        Exit::Refused => 2,
        Exit::Unreachable => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

#[cfg(test)]
mod tests;
