//! `convenant key`: make a key, show one, and prove that one is held.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ledger::book::{PROOF_TYP, proof_payload};
use ledger::envelope::json::Json;
use ledger::envelope::{PublicKey, SigningKey, sign_compact};
use ledger::words::Slug;
use rand::TryRng as _;
use rand::rngs::SysRng;

use super::{Exit, Terminal};

/// A JWK takes some hundred bytes; a file that is larger is no key.
const MAX_KEY_FILE: u64 = 16 * 1024;

/// Make a key, show one, or prove that one is held
#[derive(Debug, clap::Args)]
pub struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make a new Ed25519 key: NAME.private.jwk (for its owner only) and NAME.public.jwk
    New {
        /// Directory for the two files; made if it is not there
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// How the files are called
        #[arg(long, default_value = "key")]
        name: Slug,
    },
    /// Show the thumbprint and the public half of a key file
    Show {
        /// A private or public JWK
        file: PathBuf,
    },
    /// Prove that the institution holds a key that it is going to add or to rotate to (a compact JWS)
    Proof {
        /// Origin of the ledger, such as convenant.example.nl/gm0796
        #[arg(long, value_name = "ORIGIN")]
        ledger: String,
        /// The institution that the key is for
        #[arg(long, value_name = "ID")]
        institution: Slug,
        /// The private JWK of the new key
        #[arg(long, value_name = "NEWKEY")]
        key: PathBuf,
    },
}

impl Key {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        match self.action {
            Action::New { out, name } => {
                let key = make(&out, &name)?;
                terminal
                    .note(&format!("wrote {name}.private.jwk (keep it secret, keep a copy) and {name}.public.jwk in {}", out.display()))?;
                terminal.line(&key.public().thumbprint().to_string())?;
            }
            Action::Show { file } => {
                let (key, private) = read_public(&file)?;
                terminal.note(if private { "a private key; this is its public half" } else { "a public key" })?;
                terminal.line(&key.thumbprint().to_string())?;
                terminal.line(&key.to_jwk().to_string())?;
            }
            Action::Proof { ledger, institution, key } => {
                let key = read_private(&key, terminal)?;
                let payload = proof_payload(&ledger, &institution, &key.public().thumbprint());
                terminal.note(&format!("proves to {ledger:?} that {institution} holds key {}", key.public().thumbprint()))?;
                terminal.line(&String::from_utf8(sign_compact(&key, PROOF_TYP, &payload))?)?;
            }
        }
        Ok(Exit::Done)
    }
}

/// Random bytes from the operating system.
pub(super) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
    Ok(bytes)
}

/// Makes a key and writes its two files; nothing that is there already is touched.
pub fn make(directory: &Path, name: &Slug) -> anyhow::Result<SigningKey> {
    fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let key = SigningKey::from_seed(&random()?);
    let (private, public) = (directory.join(format!("{name}.private.jwk")), directory.join(format!("{name}.public.jwk")));
    // Before the private half is written, so that a refusal leaves no key behind that nobody knows of.
    if public.try_exists()? {
        bail!("{} is there already; a key is never overwritten", public.display());
    }
    write_new(&private, &key.to_jwk(), true)?;
    write_new(&public, &key.public().to_jwk().to_string(), false)?;
    Ok(key)
}

fn write_new(path: &Path, text: &str, secret: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        // From the first byte on: a change of mode afterwards would leave a moment in which others could open it.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(path).with_context(|| {
        let there = path.exists();
        format!("{} {}", path.display(), if there { "is there already; a key is never overwritten" } else { "cannot be written" })
    })?;
    // To the disk before anything is registered with it: a key that is lost in a power cut takes 14 days to recover.
    file.write_all(format!("{text}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads a private JWK, and warns if others on this machine can read it as well.
pub(super) fn read_private(path: &Path, terminal: &mut Terminal) -> anyhow::Result<SigningKey> {
    let (jwk, others) = read_jwk(path)?;
    if others {
        terminal.note(&format!("warning: others can read {}; chmod 600 is what it needs", path.display()))?;
    }
    SigningKey::from_jwk(&jwk).map_err(|refusal| unfit(path, &refusal))
}

/// Reads the public half of a JWK, and whether the private half is in the file too.
pub(super) fn read_public(path: &Path) -> anyhow::Result<(PublicKey, bool)> {
    let (jwk, _) = read_jwk(path)?;
    let private = jwk.get("d").is_some();
    let key = if private { SigningKey::from_jwk(&jwk).map(|key| key.public()) } else { PublicKey::from_jwk(&jwk, "") };
    Ok((key.map_err(|refusal| unfit(path, &refusal))?, private))
}

/// As text: a key file that does not fit is a file in the way, not a statement that was refused.
fn unfit(path: &Path, refusal: &ledger::envelope::Refusal) -> anyhow::Error {
    anyhow::anyhow!("{}: {refusal}", path.display())
}

fn read_jwk(path: &Path) -> anyhow::Result<(Json, bool)> {
    let read = || -> io::Result<(Vec<u8>, bool)> {
        let file = File::open(path)?;
        #[cfg(unix)]
        let others = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0;
        #[cfg(not(unix))]
        let others = false;
        let mut bytes = Vec::new();
        file.take(MAX_KEY_FILE).read_to_end(&mut bytes)?;
        Ok((bytes, others))
    };
    let (bytes, others) = read().with_context(|| format!("{} cannot be read", path.display()))?;
    // No message repeats what is in the file: it may be a secret.
    let json = Json::parse(&bytes).map_err(|_| anyhow::anyhow!("{} is not a JWK: it is not JSON", path.display()))?;
    Ok((json, others))
}

#[cfg(test)]
mod tests;
