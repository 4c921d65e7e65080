//! `convenant erase`: sign that an attachment is to be erased, from the receipt of the entry that it was filed with.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::builder::PossibleValuesParser;
use ledger::envelope::statement::erasure::ErasureGround;
use ledger::envelope::statement::flag::Subject;
use ledger::envelope::{Parsed, Type};
use ledger::log::receipt::Receipt;
use ledger::log::record::Record;
use ledger::words::Hash;
use serde_json::json;

use super::sign::{Signer, read_bounded, sign_and_write};
use super::{Exit, Terminal};

/// The largest receipt that is read.
const MAX_RECEIPT: u64 = 1_048_576;

/// Sign that an attachment is to be erased; `submit` sends it. What it names is destroyed, and does not come back
#[derive(Debug, clap::Args)]
pub struct Erase {
    #[command(flatten)]
    signer: Signer,
    /// The institution that signs: who filed the attachment, or the owner of the ledger
    #[arg(long, value_name = "INSTITUTION")]
    by: String,
    /// The receipt of the entry that it was filed with (ENTRY.tlog-proof)
    #[arg(long, value_name = "FILE")]
    receipt: PathBuf,
    /// The hash of the attachment, where that entry names several
    #[arg(long, value_name = "HASH")]
    attachment: Option<Hash>,
    /// On what legal ground
    #[arg(long, value_parser = PossibleValuesParser::new(ErasureGround::ALL.iter().map(|ground| ground.code())))]
    ground: String,
    /// Where that ground is found: a category of the selection list, the number of a decision. No personal data
    #[arg(long, value_name = "TEXT")]
    basis: String,
}

impl Erase {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let bytes = read_bounded(&self.receipt, MAX_RECEIPT)?;
        let receipt = Receipt::parse(&bytes).with_context(|| format!("{} is no receipt", self.receipt.display()))?;
        let record = receipt.proof().extra.as_deref().and_then(|extra| extra.get(32..)).context("the receipt carries no record")?;
        let filed = Parsed::parse(Record::parse(record)?.jws)?;
        let body = &filed.statement().body;
        let Some(Subject::Agreement(agreement)) = body.subject() else { bail!("a {} has no attachments", body.kind().code()) };
        let named: Vec<Hash> = body.attachments().iter().map(|attachment| attachment.hash).collect();
        let attachment = match (self.attachment, named.as_slice()) {
            (Some(hash), named) if named.contains(&hash) => hash,
            (None, [hash]) => *hash,
            (_, named) => {
                let named: Vec<_> = named.iter().map(Hash::to_string).collect();
                bail!("name one with --attachment; this entry has: {}", named.join(", "))
            }
        };
        let text = String::from_utf8(bytes).context("a receipt is text")?;
        let body = json!({
            "agreement": agreement, "entry": receipt.proof().index, "attachment": attachment, "ground": self.ground, "basis": self.basis,
            "receipt": text.trim_end_matches('\n'),
        });
        let key = self.signer.read_key(terminal)?;
        let payload = self.signer.payload(Type::AttachmentErasure.code(), &self.by, body)?;
        sign_and_write(&key, &payload, &[], &[], terminal)
    }
}
