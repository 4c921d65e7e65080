//! The witnesses of one ledger, and how many of them make a checkpoint one that a receipt may claim.

use std::path::{Path, PathBuf};

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::policy::{Policy, PolicyFault};

/// The witnesses of a ledger, each with its submission prefix, and the policy that says how many are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    witnesses: Vec<(VerifierKey, String)>,
    policy: Policy,
}

/// Why a file of witnesses cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PanelFault {
    /// The file.
    #[error("the policy {file} cannot be read: {error}", file = .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// What is in it.
    #[error("{file}: {fault}", file = .file.display())]
    Policy {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        fault: PolicyFault,
    },
    /// A witness without a URL, or with one that is none.
    #[error("{file}: witness {witness} has no address to be asked at; accepted: witness NAME VKEY https://...", file = .file.display())]
    Address {
        /// Which file.
        file: PathBuf,
        /// The name of its key.
        witness: String,
    },
    /// What cannot be published as text.
    #[error("{file}: names are to be UTF-8, since the policy is published", file = .file.display())]
    Utf8 {
        /// Which file.
        file: PathBuf,
    },
    /// No witness at all.
    #[error("{file}: there is no witness in it", file = .file.display())]
    Empty {
        /// Which file.
        file: PathBuf,
    },
}

impl Panel {
    /// Reads a policy file (tlog-policy) whose witnesses are to be asked: each needs its submission prefix.
    pub fn read(file: &Path) -> Result<Self, PanelFault> {
        let bytes = std::fs::read(file).map_err(|error| PanelFault::File { file: file.to_owned(), error })?;
        Self::parse(file, &bytes)
    }

    /// Reads the text of a policy; the file is for what is said of it.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, PanelFault> {
        std::str::from_utf8(bytes).map_err(|_| PanelFault::Utf8 { file: file.to_owned() })?;
        let policy = Policy::parse(bytes).map_err(|fault| PanelFault::Policy { file: file.to_owned(), fault })?;
        let witnesses = policy.witnesses().iter().map(|witness| {
            let url = witness.url.clone().filter(|url| is_address(url));
            let missing = || PanelFault::Address { file: file.to_owned(), witness: witness.key.name().to_owned() };
            Ok((witness.key.clone(), url.ok_or_else(missing)?))
        });
        let witnesses: Vec<_> = witnesses.collect::<Result<_, PanelFault>>()?;
        if witnesses.is_empty() { Err(PanelFault::Empty { file: file.to_owned() }) } else { Ok(Self { witnesses, policy }) }
    }

    /// Whether it is for the ledger with these keys: it lists one of them, or no ledger at all.
    pub fn is_for(&self, log: &[VerifierKey]) -> bool {
        self.policy.logs().is_empty() || self.policy.logs().iter().any(|line| log.contains(&line.key))
    }

    /// The witnesses, each with its submission prefix.
    pub fn witnesses(&self) -> &[(VerifierKey, String)] {
        &self.witnesses
    }

    /// The policy by which enough of them is told.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether the log and enough witnesses signed a note. What is stored is verified anew: a row is no signature.
    pub fn is_enough(&self, note: &Note, log: &[VerifierKey]) -> bool {
        Checkpoint::open_any(note, log, &self.policy.witness_keys()).is_ok_and(|(_, signed)| {
            let signed: Vec<VerifierKey> = signed.into_iter().map(|by| by.key).collect();
            !signed.is_empty() && self.policy.is_met(&signed)
        })
    }
}

/// Whether a URL can be a submission prefix: a scheme, a host, at most a path.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) && !url.contains(['?', '#', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::log::note::{Cosigner, NoteSigner};

    #[test]
    fn a_policy_whose_witnesses_cannot_be_asked_is_refused_with_the_witness() {
        let (log, other) = (NoteSigner::from_seed("l.example", &[1; 32]).unwrap(), NoteSigner::from_seed("o.example", &[2; 32]).unwrap());
        let witness = Cosigner::from_seed("w.example", &[3; 32]).unwrap();
        let (log, other, vkey) = (log.verifier().clone(), other.verifier().clone(), witness.verifier());
        let read = |text: &str| Panel::parse(Path::new("p"), text.as_bytes());
        let panel = read(&format!("log {log}\nwitness w {vkey} https://w.example/prefix\nquorum w\n")).unwrap();
        assert!(panel.is_for(&[other.clone(), log.clone()]) && !panel.is_for(std::slice::from_ref(&other)));
        assert!(read(&format!("witness w {vkey} http://w.example\nquorum w\n")).unwrap().is_for(&[other]));
        for url in ["", "w.example", "https://", "ftp://w.example", "https://w.example?x", "https://a@w.example"] {
            let fault = read(&format!("witness w {vkey} {url}\nquorum w\n")).unwrap_err();
            assert!(fault.to_string().contains("witness w.example has no address"), "{fault}");
        }
        assert!(matches!(read("quorum none\n"), Err(PanelFault::Empty { .. })));
        assert!(matches!(read("quorum w\n"), Err(PanelFault::Policy { .. })));
        assert!(matches!(Panel::parse(Path::new("p"), b"# \xe9\nquorum none\n"), Err(PanelFault::Utf8 { .. })));
        assert!(matches!(Panel::read(Path::new("/nowhere")), Err(PanelFault::File { .. })));
    }
}
