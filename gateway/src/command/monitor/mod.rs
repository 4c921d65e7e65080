//! `convenant monitor`: follow a ledger, compare what it shows with what it showed and with what others saw of it, and keep
//! the proof where they differ.

mod finding;
mod hook;
mod recorded;
mod state;
mod succession;
mod tree;
mod watch;
mod word;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use ledger::audit::Auditor;
use ledger::log::note::{KeyKind, VerifierKey};
use ledger::log::split::SplitView;
use ledger::words::{Instant, Slug};

use super::audit::rights::Rights;
use super::terminal::shown_json;
use super::token::ReadsAs;
use super::{Exit, Terminal, shown};
use crate::client::{Client, Error};
use crate::clock::SystemClock;
use finding::Finding;
use state::State;
use succession::Succession;
use watch::{Unsteady, Watch};
pub(in crate::command) use word::{Shown, WitnessAt, Words};

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  nothing is wrong; or, with --check, the file convicts the log
  1  something is wrong; each finding is printed, and its proof is in the state directory
  2  used wrongly: no such ledger there, no key of a log, a token that is refused, a state that is damaged
  3  the gateway cannot be reached, or did not answer as it should

Without --once it goes on: once it has looked, it ends by a signal only, and says what is wrong as soon as it sees it.
Records that are withheld from the public are counted in the tree and not judged, unless --key and --as may read them;
what is then found is told and kept in the state directory in the clear.";

/// Follow a ledger, and keep the proof when it shows two histories, fewer entries, or what the rules do not allow
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Monitor {
    /// Address of the gateway, such as https://convenant.example.nl
    #[arg(long, env = "CONVENANT_URL", required_unless_present = "check")]
    url: Option<String>,
    /// Name of the ledger at that gateway
    #[arg(long, value_name = "NAME", required_unless_present = "check")]
    ledger: Option<String>,
    /// The ledger's vkey, from elsewhere than this gateway
    #[arg(long)]
    vkey: VerifierKey,
    /// Directory for what it remembers, and for proofs
    #[arg(long, value_name = "DIRECTORY", default_value = "convenant-monitor")]
    state: PathBuf,
    /// A witness that is asked what it cosigned: its vkey, `=`, its URL; may be given several times
    #[arg(long = "witness", value_name = "VKEY=URL", value_parser = witness)]
    witnesses: Vec<WitnessAt>,
    /// A receipt or checkpoint that you kept: the ledger must still be of that history; may be given several times
    #[arg(long = "receipt", value_name = "FILE")]
    kept: Vec<PathBuf>,
    #[command(flatten)]
    reads_as: ReadsAs,
    /// Also tell new statements that concern this institution
    #[arg(long = "institution", id = "concerned", value_name = "ID")]
    concerned: Option<Slug>,
    /// Command to run on each new finding (through sh), with the finding as JSON on its standard input
    #[arg(long, value_name = "COMMAND")]
    on_finding: Option<String>,
    /// Print each finding as one line of JSON
    #[arg(long)]
    json: bool,
    /// Look once, and stop
    #[arg(long)]
    once: bool,
    /// Seconds from one look to the next
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    interval: u32,
    /// What was due by this instant must be in the log; now when not given: 2026-03-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<Instant>,
    /// Check a .split.json file instead: does it show that the log with this vkey signed two histories?
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

impl Monitor {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        anyhow::ensure!(self.vkey.kind() == KeyKind::Note, "{} is not the key of a log (an Ed25519 key of type 0x01)", self.vkey);
        if let Some(file) = &self.check {
            // Two histories may be signed by two keys: those that this monitor was led to.
            let known = self.state.exists().then(|| State::open(&self.state, &self.vkey)?.0.succession(&self.vkey)).transpose()?;
            return check(file, &known.unwrap_or_else(|| Succession::new(self.vkey.clone())).keys(), terminal);
        }
        let (url, ledger) = (self.url.as_deref().unwrap_or_default(), self.ledger.clone().unwrap_or_default());
        // The vkey came from elsewhere, and so does the origin in it: no gateway has a token made for another.
        let reader = self.reads_as.key(self.vkey.name(), terminal)?;
        let (mut state, tree) = State::open(&self.state, &self.vkey)?;
        let mut watch = Watch {
            client: Client::new(url)?.reading_as(reader),
            ledger,
            key: self.vkey.clone(),
            succession: state.succession(&self.vkey)?,
            witnesses: self.witnesses.clone(),
            kept: self.kept.clone(),
            institution: self.concerned.clone(),
            tree,
            auditor: None,
            rights: Rights::default(),
        };
        let mut has_looked = false;
        loop {
            match self.look(&mut watch, &mut state, terminal) {
                Ok(exit) if self.once => return Ok(exit),
                Ok(_) => has_looked = true,
                Err(error) if !self.once && may_pass(&error, has_looked) => terminal.note(&shown(&format!("{error:#}; going on")))?,
                Err(error) => return no_look(error, terminal),
            }
            std::thread::sleep(Duration::from_secs(self.interval.into()));
        }
    }

    /// One look: tell what is new, then keep how far it is.
    fn look(&self, watch: &mut Watch, state: &mut State, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let now = self.as_of.unwrap_or_else(|| SystemClock::default().now());
        let look = watch.look(Some(now))?;
        let wrong = look.findings.iter().filter(|finding| finding.is_wrong()).count();
        for mut finding in look.findings {
            let is_new = state.keep(&mut finding)?;
            // Looking once, it says all that is wrong; following, only what is new.
            if is_new || (self.once && finding.is_wrong()) {
                self.tell(&finding, terminal)?;
            }
            if is_new {
                self.hook(&finding, terminal)?;
                state.told(&finding, self.vkey.name())?;
            }
        }
        if look.has_new_keys {
            // Before the tree, which may be signed by one of them.
            state.keep_succession(&watch.succession)?;
        }
        if let (Some(from), Some(tree)) = (look.grown_from, &watch.tree) {
            state.advance(tree, from)?;
        }
        if self.once {
            let size = watch.tree.as_ref().map_or(0, tree::Tree::size);
            let unread = watch.auditor.as_ref().map_or(0, Auditor::unread);
            let unread = if unread == 0 { String::new() } else { format!("{unread} of them withheld and not read, ") };
            let wrong = if wrong == 0 { "nothing wrong".to_owned() } else { format!("{wrong} findings") };
            terminal.note(&shown(&format!("monitor of {}: {size} entries, {unread}{wrong}", watch.ledger)))?;
        }
        Ok(if wrong == 0 { Exit::Done } else { Exit::Refused })
    }

    fn tell(&self, finding: &Finding, terminal: &mut Terminal) -> anyhow::Result<()> {
        if self.json {
            terminal.line(&shown_json(&finding.to_json(self.vkey.name()).to_string()))?;
            return Ok(());
        }
        terminal.line(&shown(&format!("{}: {}", finding.code(), finding.sentence())))?;
        for file in &finding.files {
            terminal.line(&shown(&format!("  {}", file.display())))?;
        }
        Ok(())
    }

    /// A command that fails is told, and the finding is as it is.
    fn hook(&self, finding: &Finding, terminal: &mut Terminal) -> anyhow::Result<()> {
        let Some(command) = &self.on_finding else { return Ok(()) };
        if let Err(error) = hook::run(command, &finding.to_json(self.vkey.name())) {
            terminal.note(&shown(&format!("{error:#}")))?;
        }
        Ok(())
    }
}

/// Whether a failure may be over at the next look. A refusal of the first look is a wrong question; later on a ledger that
/// was there is put back, or a key is registered again, and whoever refuses is watched all the more.
fn may_pass(error: &anyhow::Error, has_looked: bool) -> bool {
    match error.downcast_ref() {
        Some(Error::Unreachable { .. } | Error::Unexpected { .. }) => true,
        Some(Error::Refused(_)) => has_looked,
        Some(_) => false,
        None => error.is::<Unsteady>(),
    }
}

/// A ledger that is not there is no finding, but a wrong question.
fn no_look(error: anyhow::Error, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let Some(Error::Refused(problem)) = error.downcast_ref() else { return Err(error) };
    terminal.note("the gateway refuses:")?;
    super::refused::show_problem(problem, terminal)?;
    Ok(Exit::Usage)
}

/// Whether a file shows that the log signed two histories.
fn check(file: &Path, logs: &[VerifierKey], terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let split: SplitView = serde_json::from_slice(&bytes).with_context(|| format!("{} is no split view", file.display()))?;
    match split.verify_any(logs) {
        Ok((smaller, larger)) => {
            terminal.line(&shown(&format!(
                "{} signed two histories: a tree of {} entries with root {}, and one of {} entries with root {}, which does not begin with it",
                logs[0].name(),
                smaller.size(),
                smaller.root(),
                larger.size(),
                larger.root()
            )))?;
            Ok(Exit::Done)
        }
        Err(fault) => {
            terminal.line(&shown(&format!("this shows nothing: {fault}")))?;
            Ok(Exit::Refused)
        }
    }
}

pub(in crate::command) fn witness(text: &str) -> Result<WitnessAt, String> {
    // Base64 may end in `=`: the URL is what begins with its scheme.
    let place = text.find("=http").ok_or("accepted: VKEY=URL, with a URL that begins with https:// or http://")?;
    let key: VerifierKey = text[..place].parse().map_err(|fault| format!("{fault}"))?;
    if key.kind() != KeyKind::Cosignature {
        return Err("this is not the key of a witness (an Ed25519 key of type 0x04)".into());
    }
    Ok(WitnessAt { key, url: text[place + 1..].to_owned() })
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    text.parse()
}
