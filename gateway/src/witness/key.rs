//! The key of a witness, in a file that only its owner reads; made on the first run.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::log::note::{Cosigner, KeyFault};
use rand::TryRng as _;
use rand::rngs::SysRng;

/// What a file with a private note key begins with, in programs that use them.
const PREFIX: &str = "PRIVATE+KEY+";
/// Type of an Ed25519 cosignature key (tlog-cosignature).
const KIND: u8 = 0x04;

/// Why the key of a witness cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WitnessKeyFault {
    /// The file.
    #[error("key file {path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// What is in it.
    #[error("key file {0}: not PRIVATE+KEY+<name>+<key id>+<base64 of type 0x04 and 32 bytes>")]
    Content(PathBuf),
    /// Others may read it.
    #[error("key file {path} has mode {mode:o}, so that others may read it; chmod 600 is what it needs")]
    Mode {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is the key of a witness with another name.
    #[error("key file {path} is that of {found}; a witness keeps its name, and another witness has another key")]
    OtherName {
        /// Which file.
        path: PathBuf,
        /// The name in it.
        found: String,
    },
    /// There is no key yet, and no name to make one with.
    #[error("there is no key file {0} yet; --name NAME makes one, such as --name witness.example.nl")]
    NoName(PathBuf),
    /// The name cannot name a key.
    #[error("{name:?} cannot name a key: {fault}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        fault: KeyFault,
    },
    /// The operating system.
    #[error("the operating system gave no random numbers")]
    Random,
}

/// The key in a file, which is made with this name when it is not there. Whether it was made.
pub fn open_key(path: &Path, name: Option<&str>) -> Result<(Cosigner, bool), WitnessKeyFault> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(path, &text, name).map(|key| (key, false)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = name.ok_or_else(|| WitnessKeyFault::NoName(path.to_owned()))?;
            make(path, name).map(|key| (key, true))
        }
        Err(error) => Err(WitnessKeyFault::File { path: path.to_owned(), error }),
    }
}

fn make(path: &Path, name: &str) -> Result<Cosigner, WitnessKeyFault> {
    let mut seed = [0; 32];
    SysRng.try_fill_bytes(&mut seed).map_err(|_| WitnessKeyFault::Random)?;
    let key = Cosigner::from_seed(name, &seed).map_err(|fault| WitnessKeyFault::Name { name: name.to_owned(), fault })?;
    let text = format!("{PREFIX}{name}+{}+{}\n", key.verifier().id(), STANDARD.encode([&[KIND], seed.as_slice()].concat()));
    let file = |error| WitnessKeyFault::File { path: path.to_owned(), error };
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(file)?;
    // On disk before anybody is told the vkey.
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(file)?;
    Ok(key)
}

fn read(path: &Path, text: &str, name: Option<&str>) -> Result<Cosigner, WitnessKeyFault> {
    let content = || WitnessKeyFault::Content(path.to_owned());
    let mode =
        std::fs::metadata(path).map_err(|error| WitnessKeyFault::File { path: path.to_owned(), error })?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(WitnessKeyFault::Mode { path: path.to_owned(), mode });
    }
    let mut parts = text.trim_end().strip_prefix(PREFIX).ok_or_else(content)?.splitn(3, '+');
    let (Some(found), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else { return Err(content()) };
    if name.is_some_and(|name| name != found) {
        return Err(WitnessKeyFault::OtherName { path: path.to_owned(), found: found.to_owned() });
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| content())?;
    let seed = bytes.strip_prefix(&[KIND]).and_then(|seed| <[u8; 32]>::try_from(seed).ok()).ok_or_else(content)?;
    let key = Cosigner::from_seed(found, &seed).map_err(|_| content())?;
    if key.verifier().id().to_string() == id { Ok(key) } else { Err(content()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_only_and_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.key");
        assert!(matches!(open_key(&path, None), Err(WitnessKeyFault::NoName(_))));
        assert!(matches!(open_key(&path, Some("a b")), Err(WitnessKeyFault::Name { .. })));
        let (made, new) = open_key(&path, Some("witness.example.nl")).unwrap();
        assert!(new);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for name in [None, Some("witness.example.nl")] {
            let (read, new) = open_key(&path, name).unwrap();
            assert!(!new && read.verifier() == made.verifier());
        }
        assert!(matches!(open_key(&path, Some("other.example.nl")), Err(WitnessKeyFault::OtherName { .. })));
        let text = std::fs::read_to_string(&path).unwrap();
        for wrong in [text.replace("witness.", "wytness."), text.replace(PREFIX, ""), "nonsense".into(), String::new()] {
            std::fs::write(&path, wrong).unwrap();
            assert!(matches!(open_key(&path, None), Err(WitnessKeyFault::Content(_))));
        }
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(open_key(&path, None), Err(WitnessKeyFault::Mode { mode: 0o640, .. })));
    }
}
