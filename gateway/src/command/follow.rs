//! `convenant follow`: print what happens in a ledger as it happens, and remember how far that is.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use backon::{BackoffBuilder as _, ExponentialBuilder};

use super::terminal::shown_json;
use super::token::ReadsAs;
use super::{Exit, Terminal, shown};
use crate::client::{Client, Error, Patience};
use crate::events::Event;

/// Seconds that the gateway is asked to wait when there is nothing new.
const WAIT_SECONDS: u32 = 20;
/// How long there is a pause at most before the next attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Print what happens in a ledger as it happens
#[derive(Debug, clap::Args)]
pub struct Follow {
    /// Address of the gateway, such as https://convenant.example.nl
    #[arg(long, env = "CONVENANT_URL")]
    url: String,
    /// Name of the ledger at that gateway
    #[arg(long, value_name = "NAME")]
    ledger: String,
    #[command(flatten)]
    reads_as: ReadsAs,
    /// Origin of the ledger, with --key; that of its address when not given
    #[arg(long, requires = "key")]
    origin: Option<String>,
    /// Begin after this entry, whatever the cursor file says
    #[arg(long, value_name = "ENTRY")]
    after: Option<u64>,
    /// File that keeps the last entry that was printed; NAME.cursor in this folder when not given
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// Print each event as one line of JSON (CloudEvents)
    #[arg(long)]
    json: bool,
    /// Print what there is, and stop
    #[arg(long)]
    once: bool,
}

impl Follow {
    /// Runs the subcommand: until it is interrupted, or refused.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        self.run_pausing(terminal, longer_each_time)
    }

    fn run_pausing<P: Iterator<Item = Duration>>(self, terminal: &mut Terminal, pauses: impl Fn() -> P) -> anyhow::Result<Exit> {
        // One attempt: it pauses by itself, longer each time, and does not give up.
        let client = Client::with_patience(&self.url, Patience { attempts: if self.once { 4 } else { 1 }, ..Patience::default() })?;
        let client = client.reading_as(self.reads_as.key_for(&self.url, &self.ledger, self.origin.as_deref(), terminal)?);
        let file = self.cursor.clone().unwrap_or_else(|| PathBuf::from(format!("{}.cursor", self.ledger)));
        let mut last = match self.after {
            Some(after) => Some(after),
            None => read_cursor(&file)?,
        };
        let mut pause = pauses();
        loop {
            let wait = if self.once { 0 } else { WAIT_SECONDS };
            let events = match client.events(&self.ledger, last, wait) {
                Ok(events) => events,
                Err(error @ (Error::Unreachable { .. } | Error::Unexpected { status: 500.., .. })) if !self.once => {
                    let pause = pause.next().unwrap_or(LONGEST_PAUSE);
                    terminal.note(&shown(&format!("{error}; trying again in {} seconds", pause.as_secs().max(1))))?;
                    std::thread::sleep(pause);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            pause = pauses();
            if events.is_empty() && self.once {
                return Ok(Exit::Done);
            }
            for event in &events {
                last = Some(self.print(event, last, terminal)?);
                write_cursor(&file, last.unwrap_or(0))?;
            }
        }
    }

    /// Prints an event, which must be the one after the last.
    fn print(&self, event: &Event, last: Option<u64>, terminal: &mut Terminal) -> anyhow::Result<u64> {
        let entry = event.data.entry;
        if entry != last.map_or(0, |last| last + 1) {
            bail!("the gateway skips: event {entry} comes after {}", last.map_or("none".to_owned(), |last| last.to_string()));
        }
        if self.json {
            terminal.line(&shown_json(&serde_json::to_string(event)?))?;
        } else {
            let kind = event.kind.trim_start_matches("nl.convenant.").trim_end_matches(".v1");
            let (subject, by) = (event.subject.as_deref().unwrap_or("-"), event.data.by.as_ref().map_or("-", |by| by.as_str()));
            terminal.line(&shown(&format!("{}  {entry:>6}  {kind:<24}  {subject:<40}  {by}", event.time)))?;
        }
        Ok(entry)
    }
}

fn longer_each_time() -> backon::ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
        .build()
}

fn read_cursor(file: &Path) -> anyhow::Result<Option<u64>> {
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let entry =
                text.trim().parse().with_context(|| format!("{} holds no entry number; --after ENTRY sets it anew", file.display()))?;
            Ok(Some(entry))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// In one step, so that a crash leaves the old number or the new one. What was printed last may be printed again after a
/// crash; nothing is skipped.
fn write_cursor(file: &Path, entry: u64) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(fresh, "{entry}")?;
        fresh.persist(file).map_err(|error| error.error)
    };
    write().map(|_| ()).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests;
