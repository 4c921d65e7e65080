//! `convenant sign`: check a statement, show what it says, sign it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::builder::PossibleValuesParser;
use ledger::envelope::json::Json;
use ledger::envelope::{Fault, MAX_JWS, Parsed, Refusal, SigningKey, Statement, Type, sign_flattened};
use serde_json::{Value, json};

use super::attach::Attach;
use super::key::{random, read_private};
use super::prose::{prose, scalar};
use super::{Exit, Terminal, shown};
use crate::client::{AttachmentSent, Message};
use crate::clock::SystemClock;

/// Check a statement, show what it says, and sign it
#[derive(Debug, clap::Args)]
pub struct Sign {
    #[command(flatten)]
    signer: Signer,
    /// The institution that signs
    #[arg(long, value_name = "INSTITUTION")]
    by: String,
    /// The institution in whose name: one whose mandate covers the act, or one that went over into the signer
    #[arg(long, value_name = "INSTITUTION")]
    on_behalf_of: Option<String>,
    /// What kind of statement it is
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(Type::ALL.iter().map(|kind| kind.code())))]
    kind: String,
    /// Attach a file, with `;type=MEDIA/TYPE` behind it if its name does not tell; the output becomes an envelope
    #[arg(long, value_name = "POINTER=FILE")]
    attach: Vec<Attach>,
    /// Put what is attached into files of this directory, each with its salt, for `submit --attachments`; of any size
    #[arg(long, value_name = "DIR", requires = "attach")]
    attachments: Option<PathBuf>,
    /// The body as JSON; `-` reads standard input
    body: PathBuf,
}

/// With which key, for which ledger, under which id and when: what all tools that sign ask for.
#[derive(Debug, clap::Args)]
pub(super) struct Signer {
    /// The private JWK to sign with
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Origin of the ledger that it is for, such as convenant.example.nl/gm0796
    #[arg(long, value_name = "ORIGIN")]
    ledger: String,
    /// Id of the statement, unique for the institution [default: 128 random bits]
    #[arg(long)]
    id: Option<String>,
    /// When it is signed, as RFC 3339 [default: now]
    #[arg(long, value_name = "INSTANT")]
    signed_at: Option<String>,
}

impl Sign {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        // A body that is larger than a whole statement may be would be refused anyway.
        let bytes = read_bounded(&self.body, MAX_JWS as u64)?;
        let body = read_body(&bytes)?;
        let key = self.signer.read_key(terminal)?;
        let mut payload = self.signer.payload(&self.kind, &self.by, body)?;
        if let Some(party) = &self.on_behalf_of {
            payload["onBehalfOf"] = party.as_str().into();
        }
        let attachments = Attach::fill_in_all(&self.attach, &mut payload, self.attachments.as_deref())?;
        let described: Vec<_> = self.attach.iter().map(Attach::describe).collect();
        sign_and_write(&key, &payload, &attachments, &described, terminal)
    }
}

impl Signer {
    /// For what another tool asked.
    pub(super) fn new(key: PathBuf, ledger: String, id: Option<String>, signed_at: Option<String>) -> Self {
        Self { key, ledger, id, signed_at }
    }

    /// The key to sign with.
    pub(super) fn read_key(&self, terminal: &mut Terminal) -> anyhow::Result<SigningKey> {
        read_private(&self.key, terminal)
    }

    /// The payload, unchecked: what was typed goes in as it is, so that all faults are found and shown together.
    pub(super) fn payload(&self, kind: &str, by: &str, body: Value) -> anyhow::Result<Value> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => random_id(random()?),
        };
        let signed_at = self.signed_at.clone().unwrap_or_else(|| SystemClock::default().now().to_string());
        Ok(json!({ "type": kind, "ledger": self.ledger, "id": id, "signedAt": signed_at, "by": by, "body": body }))
    }
}

/// The form of a random UUID (RFC 9562 s5.4), which registers and logs elsewhere know to keep.
fn random_id(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Strictly: of two members with one name, a lenient reader would sign the last and lose the first.
fn read_body(bytes: &[u8]) -> anyhow::Result<Value> {
    let strict = Json::parse(bytes);
    let refused = |fault: Fault| Refusal::at(format!("/body{}", fault.pointer), fault.rule, fault.detail, fault.accepted);
    strict.map_err(refused)?;
    serde_json::from_slice(bytes).context("the body cannot be read")
}

/// Checks, shows, signs, checks again what came out, and writes it.
pub(super) fn sign_and_write(
    key: &SigningKey,
    payload: &Value,
    attachments: &[AttachmentSent],
    described: &[String],
    terminal: &mut Terminal,
) -> anyhow::Result<Exit> {
    sign_told(key, payload, &prose(&payload["body"], 4), (attachments, described), terminal)
}

/// The same, where what it says is told otherwise.
pub(super) fn sign_told(
    key: &SigningKey,
    payload: &Value,
    told: &str,
    (attachments, described): (&[AttachmentSent], &[String]),
    terminal: &mut Terminal,
) -> anyhow::Result<Exit> {
    let bytes = payload.to_string().into_bytes();
    let statement = Statement::from_payload(&bytes)?;
    let kind = statement.body.kind();
    terminal.note(&format!("{} ({})", kind.dutch(), kind.code()))?;
    let terms = [("for ledger", "ledger"), ("signed by", "by"), ("in name of", "onBehalfOf"), ("id", "id"), ("signed at", "signedAt")];
    for (word, member) in terms.into_iter().filter(|(_, member)| payload.get(member).is_some()) {
        terminal.note(&format!("  {word:<11} {}", scalar(&payload[member]).unwrap_or_default()))?;
    }
    terminal.note(&format!("  {:<11} {}", "with key", key.public().thumbprint()))?;
    terminal.note("  it says:")?;
    terminal.note(told.trim_end())?;
    for attachment in described {
        terminal.note(&format!("  attached    {}", shown(attachment)))?;
    }
    let jws = sign_flattened(key, kind.typ(), &bytes);
    // What goes out is what the ledger's own reader takes: its size, its header, its signature.
    Parsed::parse(&jws)?.verify(&key.public())?;
    let message = if attachments.is_empty() { Message::flattened(&jws) } else { Message::envelope(&jws, attachments) };
    terminal.bytes(&[message.bytes(), b"\n"].concat())?;
    Ok(Exit::Done)
}

/// Reads a file, or standard input for `-`, up to a size.
pub(super) fn read_bounded(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let read = || -> io::Result<Vec<u8>> {
        let source: Box<dyn Read> = if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
        let mut bytes = Vec::new();
        source.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().with_context(|| format!("{} cannot be read", path.display()))?;
    anyhow::ensure!(bytes.len() as u64 <= most, "{} is larger than {most} bytes", path.display());
    Ok(bytes)
}

#[cfg(test)]
mod tests;
