//! `convenant attempt`: check, without any gateway, a refusal or an acknowledgement that a gateway signed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::book::found;
use ledger::envelope::{Attempt as Shown, MAX_JWS, Parsed, PublicKey};
use ledger::lives::Moment;
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;
use ledger::words::Hash;

use super::led::led_by;
use super::sign::read_bounded;
use super::{Exit, Terminal, shown};
use crate::intake::{Parcel, read_parcel};

/// The largest statement with its envelope that is read.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// For `--help` of this subcommand.
const EXIT_CODES: &str = "\
Exit codes:
  0  it holds: the gateway signed that it had received this, and when
  1  it proves nothing, or is of another statement
  2  used wrongly: a file cannot be read, or the receipt is not that of the genesis";

/// Check that a gateway signed for a statement that it refused, or could not record
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Attempt {
    /// The ledger's vkey, from elsewhere than its gateway
    #[arg(long)]
    vkey: VerifierKey,
    /// The ledger's trust document (`convenant read trust --json`), where a later key of the log signed that receipt
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The receipt of entry 0, which names the key that the gateway signs with
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// The statement that was sent: it must be the one that was signed for
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// The refusal or acknowledgement that was kept
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Attempt {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let led = self.trust.as_deref().map(|document| led_by(document, std::slice::from_ref(&self.vkey))).transpose()?;
        let logs: Vec<&VerifierKey> = std::iter::once(&self.vkey).chain(led.iter().flatten()).collect();
        let key = statement_key(&self.genesis, &logs)?;
        let jws = read_bounded(&self.file, MAX_JWS as u64)?;
        let attempt = match Shown::verify(&jws, self.vkey.name(), &key) {
            Ok(attempt) => attempt,
            Err(fault) => {
                terminal.note(&format!("it proves nothing: {}", shown(&fault.to_string())))?;
                return Ok(Exit::Refused);
            }
        };
        if let Some(file) = &self.statement
            && !digests(file)?.contains(&attempt.hash())
        {
            terminal.note(&format!("it was signed for something else than {}: {}", file.display(), attempt.hash()))?;
            return Ok(Exit::Refused);
        }
        terminal.line(&shown(&attempt.to_string()))?;
        Ok(Exit::Done)
    }
}

/// The key that the genesis names, which one of the log's keys has signed for.
fn statement_key(genesis: &Path, logs: &[&VerifierKey]) -> anyhow::Result<PublicKey> {
    let what = || format!("{} is not the receipt of entry 0", genesis.display());
    let receipt = Receipt::parse(&read_bounded(genesis, MAX_FILE)?).with_context(what)?;
    let shown = receipt.verify_any(logs.iter().copied()).with_context(what)?;
    let parsed = Parsed::parse(&shown.jws).with_context(what)?;
    let key = parsed.own_key().cloned().with_context(what)?;
    // It refuses every entry but the first. Whichever key of the log signed for it, it is the genesis of that log.
    let (ledger, _) = found(&parsed.verify(&key)?, Moment { entry: shown.index, at: shown.accepted_at }).with_context(what)?;
    Ok(ledger.statement_key)
}

/// What a gateway signs for when this is sent: the statement's own bytes, and the whole where it finds none.
fn digests(file: &Path) -> anyhow::Result<Vec<Hash>> {
    let bytes = read_bounded(file, MAX_FILE)?;
    let mut digests = vec![Hash::of(&[&bytes]), Hash::of(&[bytes.trim_ascii()])];
    match read_parcel(bytes.trim_ascii()) {
        Ok(Parcel::One(envelope)) => digests.push(Hash::of(&[&envelope.statement])),
        Ok(Parcel::Several(several)) => {
            digests.extend(several.iter().map(|one| one.as_ref().map_or_else(|unread| unread.digest, |it| Hash::of(&[&it.statement]))));
        }
        Err(_) => {}
    }
    Ok(digests)
}
