//! The gateway's own keys of a ledger, in files that only its operator can read.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::envelope::SigningKey;
use ledger::log::note::{KeyId, NoteSigner};
use rand::RngExt;

use crate::log_signers::LogSigners;
use crate::sequencer::GatewayKeys;

/// Why the keys could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file.
    #[error("key file {path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// What is in it.
    #[error("key file {0}: not 32 bytes in base64")]
    Content(PathBuf),
    /// The name of the log.
    #[error("the origin {0:?} cannot name a key")]
    Origin(String),
    /// The log says that a key signs, and it is in no file.
    #[error(
        "the log of ledger {ledger} is signed with {vkey}, which is neither in {} nor in {}; the gateway signs with no other: put its \
         key file back",
        .files[0].display(), .files[1].display()
    )]
    NotHere {
        /// The key.
        vkey: String,
        /// The ledger.
        ledger: String,
        /// Where it was looked for.
        files: [PathBuf; 2],
    },
}

/// Makes both keys of a new ledger, for its log and for the gateway's statements; an existing file is never overwritten.
pub fn make_keys(directory: &Path, ledger: &str, origin: &str) -> Result<(Arc<NoteSigner>, Arc<SigningKey>), KeyFault> {
    let (log, statements) = (log_key(directory, ledger), statement_key(directory, ledger));
    std::fs::create_dir_all(directory).map_err(|error| KeyFault::File { path: directory.to_owned(), error })?;
    let log = write_new(&log, rand::rng().random())?;
    let statements = write_new(&statements, rand::rng().random())?;
    Ok((Arc::new(signer(origin, &log)?), Arc::new(SigningKey::from_seed(&statements))))
}

/// Makes a later key of a ledger's log, in a file beside that of the earlier ones; gives it with that file.
pub fn make_log_key(directory: &Path, ledger: &str, origin: &str) -> Result<(NoteSigner, PathBuf), KeyFault> {
    let seed: [u8; 32] = rand::rng().random();
    let signer = signer(origin, &seed)?;
    let path = later_log_key(directory, ledger, signer.verifier().id());
    write_new(&path, seed)?;
    Ok((signer, path))
}

fn signer(origin: &str, seed: &[u8; 32]) -> Result<NoteSigner, KeyFault> {
    NoteSigner::from_seed(origin, seed).map_err(|_| KeyFault::Origin(origin.to_owned()))
}

/// On the disk, and so is its name: from then on the log may say that this key signs.
fn write_new(path: &Path, seed: [u8; 32]) -> Result<[u8; 32], KeyFault> {
    let write = || {
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(out, "{}", STANDARD.encode(seed))?;
        out.sync_all()?;
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(|error| KeyFault::File { path: path.to_owned(), error })?;
    Ok(seed)
}

/// Reads the statement key of a ledger; the keys of its log are found when the log says which of them sign.
pub fn read_keys(directory: &Path, ledger: &str) -> Result<GatewayKeys, KeyFault> {
    let statements = SigningKey::from_seed(&seed(&statement_key(directory, ledger))?);
    Ok(GatewayKeys { log: LogSigners::new(directory, ledger), statements: Arc::new(statements) })
}

/// The file of the log key that a ledger was founded with.
pub(crate) fn log_key(directory: &Path, ledger: &str) -> PathBuf {
    directory.join(format!("{ledger}.log.key"))
}

/// The file of a later log key.
pub(crate) fn later_log_key(directory: &Path, ledger: &str, id: KeyId) -> PathBuf {
    directory.join(format!("{ledger}.log.{id}.key"))
}

fn statement_key(directory: &Path, ledger: &str) -> PathBuf {
    directory.join(format!("{ledger}.statements.key"))
}

/// The 32 secret bytes in a key file.
pub(crate) fn seed(path: &Path) -> Result<[u8; 32], KeyFault> {
    let text = std::fs::read_to_string(path).map_err(|error| KeyFault::File { path: path.to_owned(), error })?;
    let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyFault::Content(path.to_owned()))?;
    bytes.try_into().map_err(|_| KeyFault::Content(path.to_owned()))
}
