//! The keys that sign the checkpoints of one ledger, as far as their files are here.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use ledger::log::note::{NoteSigner, VerifierKey};

use crate::keys::{KeyFault, later_log_key, log_key, seed};

/// Which of them sign is said by the log; this finds them, and keeps in memory those that it found. Cheap to clone.
#[derive(Clone)]
pub struct LogSigners(Arc<Parts>);

struct Parts {
    directory: PathBuf,
    ledger: String,
    held: RwLock<Vec<Arc<NoteSigner>>>,
}

impl LogSigners {
    /// The keys of a ledger in a directory; none is read yet.
    pub fn new(directory: &Path, ledger: &str) -> Self {
        Self(Arc::new(Parts { directory: directory.to_owned(), ledger: ledger.to_owned(), held: RwLock::default() }))
    }

    /// The signer of a key: from memory, or from its file.
    pub fn signer(&self, key: &VerifierKey) -> Result<Arc<NoteSigner>, KeyFault> {
        let Parts { directory, ledger, held } = &*self.0;
        let is_it = |signer: &Arc<NoteSigner>| signer.verifier() == key;
        if let Some(signer) = held.read().ok().and_then(|held| held.iter().find(|signer| is_it(signer)).cloned()) {
            return Ok(signer);
        }
        let files = [later_log_key(directory, ledger, key.id()), log_key(directory, ledger)];
        for file in &files {
            let seed = match seed(file) {
                Err(KeyFault::File { error, .. }) if error.kind() == ErrorKind::NotFound => continue,
                read => read?,
            };
            let signer = NoteSigner::from_seed(key.name(), &seed).map(Arc::new).map_err(|_| KeyFault::Origin(key.name().to_owned()))?;
            if is_it(&signer) {
                if let Ok(mut held) = held.write() {
                    held.push(signer.clone());
                }
                return Ok(signer);
            }
        }
        Err(KeyFault::NotHere { vkey: key.to_string(), ledger: ledger.clone(), files })
    }

    /// The signers of these keys, in their order; refused where one is missing.
    pub fn signers(&self, keys: &[&VerifierKey]) -> Result<Vec<Arc<NoteSigner>>, KeyFault> {
        keys.iter().map(|key| self.signer(key)).collect()
    }
}
