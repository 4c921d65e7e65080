//! `convenant submit`: send signed statements in order, keep the receipts, show every refusal.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::envelope::Parsed;
use ledger::words::Hash;

use super::refused::show_problem;
use super::sign::read_bounded;
use super::{Exit, Terminal, shown};
use crate::client::{self, Acceptance, Answer, Client, Message, Problem, SaltedFile};

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
    /// Directory for receipts (ENTRY.tlog-proof), signed refusals and acknowledgements; made if it is not there. Without it,
    /// refusals and acknowledgements are kept beside the statement's file
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// Directory with the attachments that `sign --attachments` put there; they are uploaded beside the statements that name them
    #[arg(long, value_name = "DIR")]
    attachments: Option<PathBuf>,
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
        let beside = messages.iter().map(|message| self.beside(message)).collect::<anyhow::Result<Vec<_>>>()?;
        for (number, ((file, message), beside)) in self.files.iter().zip(&messages).zip(&beside).enumerate() {
            let mut acknowledgements = Vec::new();
            let delivered = client.deliver(&self.ledger, message, beside, &mut |signed| acknowledgements.push(signed.to_owned()));
            // Each of them: the first one shows the earliest instant.
            for signed in &acknowledgements {
                exit = worse(exit, self.keep_signed(file, "acknowledgement", signed, terminal)?);
            }
            let answers = match delivered {
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
                let signed = [("refusal", &problem.refusal), ("acknowledgement", &problem.acknowledgement)];
                signed
                    .into_iter()
                    .filter(|(_, signed)| !signed.is_empty())
                    .try_fold(exit, |exit, (what, signed)| Ok(worse(self.keep_signed(file, what, signed, terminal)?, exit)))
            }
        }
    }

    /// The files of what a single statement names, where there are such files.
    fn beside(&self, message: &Message) -> anyhow::Result<Vec<SaltedFile>> {
        let (Some(folder), Some(statement)) = (&self.attachments, message.statement()) else { return Ok(Vec::new()) };
        let parsed = Parsed::parse(statement)?;
        let mut files: Vec<SaltedFile> = Vec::new();
        for attachment in parsed.statement().body.attachments() {
            let (hash, path) = (attachment.hash, folder.join(SaltedFile::name(&attachment.hash)));
            anyhow::ensure!(path.is_file(), "the statement names {hash}, and {} is not there", path.display());
            if files.iter().all(|file| file.hash != hash) {
                files.push(SaltedFile { hash, path });
            }
        }
        Ok(files)
    }

    /// Keeps what the gateway signed where it recorded nothing: it proves that it was tried, and when. What it is called
    /// follows from its content, so one never stands in the way of another.
    fn keep_signed(&self, file: &Path, what: &str, signed: &str, terminal: &mut Terminal) -> io::Result<Exit> {
        let name = format!("{what}-{}.jws", &Hash::of(&[signed.as_bytes()]).to_string()[..16]);
        if self.receipts.is_some() || file == Path::new("-") {
            return self.keep(&name, signed, terminal);
        }
        keep_at(&file.with_added_extension(name), signed, terminal)
    }

    /// Writes what the gateway signed, if a directory was given. That it cannot be kept does not undo what it says,
    /// so it is told and the rest goes on.
    fn keep(&self, name: &str, text: &str, terminal: &mut Terminal) -> io::Result<Exit> {
        let Some(directory) = &self.receipts else { return Ok(Exit::Done) };
        keep_at(&directory.join(name), text, terminal)
    }
}

fn keep_at(path: &Path, text: &str, terminal: &mut Terminal) -> io::Result<Exit> {
    match write_once(path, text) {
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
