//! The gateway's own two keys of a ledger, in files that only its operator can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::envelope::SigningKey;
use ledger::log::note::NoteSigner;
use rand::RngExt;

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
}

/// Makes both keys of a new ledger; an existing file is never overwritten.
pub fn make_keys(directory: &Path, ledger: &str, origin: &str) -> Result<GatewayKeys, KeyFault> {
    let file = |path: PathBuf| move |error| KeyFault::File { path, error };
    std::fs::create_dir_all(directory).map_err(file(directory.to_owned()))?;
    for path in paths(directory, ledger) {
        let seed: [u8; 32] = rand::rng().random();
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(file(path.clone()))?;
        writeln!(out, "{}", STANDARD.encode(seed)).and_then(|()| out.sync_all()).map_err(file(path.clone()))?;
    }
    read_keys(directory, ledger, origin)
}

/// Reads both keys of a ledger.
pub fn read_keys(directory: &Path, ledger: &str, origin: &str) -> Result<GatewayKeys, KeyFault> {
    let [log, statements] = paths(directory, ledger);
    let signer = NoteSigner::from_seed(origin, &seed(&log)?).map_err(|_| KeyFault::Origin(origin.to_owned()))?;
    Ok(GatewayKeys { log: Arc::new(signer), statements: Arc::new(SigningKey::from_seed(&seed(&statements)?)) })
}

fn paths(directory: &Path, ledger: &str) -> [PathBuf; 2] {
    [directory.join(format!("{ledger}.log.key")), directory.join(format!("{ledger}.statements.key"))]
}

fn seed(path: &Path) -> Result<[u8; 32], KeyFault> {
    let text = std::fs::read_to_string(path).map_err(|error| KeyFault::File { path: path.to_owned(), error })?;
    let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyFault::Content(path.to_owned()))?;
    bytes.try_into().map_err(|_| KeyFault::Content(path.to_owned()))
}
