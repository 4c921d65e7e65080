//! Receipts: a proof with its record and salt, in one text that verifies offline.

use ledger::log::note::Note;
use ledger::log::receipt::Receipt;
use ledger::words::Instant;

use crate::host::Host;
use crate::sequencer::{Granted, LedgerHandle};
use crate::store::{Store, StoreFault};

impl Granted {
    /// The text of the receipt.
    pub fn receipt(&self) -> Result<String, StoreFault> {
        let note = Note::parse(self.checkpoint.as_bytes()).map_err(|fault| StoreFault::Damaged(format!("checkpoint: {fault}")))?;
        encode(self.entry, &self.salt, &self.record, self.proof.clone(), note)
    }
}

fn encode(entry: u64, salt: &[u8; 32], record: &[u8], proof: Vec<ledger::words::Hash>, note: Note) -> Result<String, StoreFault> {
    let receipt =
        Receipt::new(salt, record, proof, note).map_err(|fault| StoreFault::Damaged(format!("receipt of entry {entry}: {fault}")))?;
    Ok(receipt.encode())
}

/// The receipt of an entry under the last checkpoint, with its instant of acceptance; `None` if there is no such entry.
pub async fn receipt_of(store: &Store, ledger: &LedgerHandle, entry: u64) -> Result<Option<(Instant, String)>, StoreFault> {
    let Some((size, note)) = store.checkpoint(ledger.row.id).await?.filter(|(size, _)| entry < *size) else { return Ok(None) };
    let note = Note::parse(note.as_bytes()).map_err(|fault| StoreFault::Damaged(format!("checkpoint {size}: {fault}")))?;
    receipt_under(store, ledger, entry, size, note).await.map(Some)
}

/// The receipt of an entry under the newest checkpoint that enough witnesses cosigned; `None` if that does not have it yet.
pub async fn cosigned_receipt_of(host: &Host, ledger: &LedgerHandle, entry: u64) -> Result<Option<String>, StoreFault> {
    let Some(cosigned) = host.cosigned(ledger, entry).await? else { return Ok(None) };
    receipt_under(&host.store, ledger, entry, cosigned.size, cosigned.note).await.map(|(_, text)| Some(text))
}

/// The receipt of an entry under the first checkpoint that holds it: where that names a key of the log, the key before it has
/// signed there.
pub async fn first_receipt_of(store: &Store, ledger: &LedgerHandle, entry: u64) -> Result<String, StoreFault> {
    let damaged = |what: String| StoreFault::Damaged(format!("the first checkpoint with entry {entry} {what}"));
    let found = store.first_checkpoint_with(ledger.row.id, entry).await?;
    let (size, note) = found.ok_or_else(|| damaged("is missing".to_owned()))?;
    let note = Note::parse(note.as_bytes()).map_err(|fault| damaged(format!("cannot be read: {fault}")))?;
    Ok(receipt_under(store, ledger, entry, size, note).await?.1)
}

async fn receipt_under(store: &Store, ledger: &LedgerHandle, entry: u64, size: u64, note: Note) -> Result<(Instant, String), StoreFault> {
    let id = ledger.row.id;
    let missing = || StoreFault::Damaged(format!("record {entry} is missing"));
    let row = store.entries(id, entry, 1).await?.into_iter().next().filter(|row| row.entry == entry).ok_or_else(missing)?;
    let proof = store.inclusion_proof(id, entry, size).await?;
    let text = encode(entry, &row.salt, &row.record(&ledger.row.facts.origin), proof, note)?;
    Ok((row.accepted_at, text))
}
