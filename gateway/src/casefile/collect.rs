//! Collects a case file from the store: which entries, their receipts under the last checkpoint, what stands beside the log.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::{Body, Parsed, sign_compact};
use ledger::lives::escalation::Case;
use ledger::log::note::Note;
use ledger::log::receipt::Receipt;
use ledger::log::record::Entry;
use ledger::words::Slug;

use super::container;
use super::files::{files, seal_payload};
use super::selection::{CaseFacts, select};
use super::statements::Item;
use super::{Bundle, Content, MAX_BYTES, MAX_ENTRIES, SEAL, SEAL_TYP, SUMS, Scope, made_by};
use crate::host::Host;
use crate::listing::{AgreementView, ListingFault};
use crate::reading::{Opened, Sight, Unseen};
use crate::receipts::first_receipt_of;
use crate::sequencer::LedgerHandle;
use crate::store::{EntryRow, Store, StoreFault};

/// Why there is no case file.
#[derive(Debug, thiserror::Error)]
pub enum CollectFault {
    /// It would hold more than is put into one file.
    #[error("{0}, more than is put into one file; ask for an obligation, a breach or a case")]
    TooLarge(String),
    /// The ledger cannot be read now.
    #[error(transparent)]
    Listing(#[from] ListingFault),
}

impl From<Unseen> for CollectFault {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Unavailable(unavailable) => Self::Listing(unavailable.into()),
            Unseen::Store(fault) => fault.into(),
        }
    }
}

impl From<StoreFault> for CollectFault {
    fn from(fault: StoreFault) -> Self {
        Self::Listing(fault.into())
    }
}

/// The bytes of a case file under the last checkpoint; `None` if the ledger has nothing of the kind. The same log and
/// checkpoint give the same bytes, as long as no content beside the log is erased.
pub async fn collect(
    host: &Host,
    ledger: &LedgerHandle,
    sight: &Sight,
    agreement: &Slug,
    scope: &Scope,
) -> Result<Option<Vec<u8>>, CollectFault> {
    // Waits until what is due is written, so that the checkpoint covers it. Whoever may read the agreement may read all that
    // is about it; the keys of institutions are public.
    let listing = sight.listing(None).await?;
    let id = ledger.row.id;
    let Some((size, note)) = host.store.checkpoint(id).await? else { return Ok(None) };
    ledger.settled().await.map_err(ListingFault::from)?;
    let Some(view) = listing.agreement(agreement).await? else { return Ok(None) };
    let facts = facts(&view, size);
    if !is_there(scope, &view, &facts) {
        return Ok(None);
    }
    let limit = u32::try_from(MAX_ENTRIES + 1).expect("a small number");
    let history = host.store.history(id, &format!("agreement/{agreement}"), None, size, Some(limit)).await?;
    let all = read(&host.store, id, &history).await?;
    let items: Vec<Item> = all.iter().map(|(_, item)| item.clone()).collect();
    let chosen = select(scope, &items, &facts);
    let about = all.into_iter().filter(|(_, item)| chosen.contains(&item.entry));
    let rows = with_keys(&host.store, id, size, about.collect()).await?;
    let note = Note::parse(note.as_bytes()).map_err(|fault| StoreFault::Damaged(format!("checkpoint {size}: {fault}")))?;
    let bundle = bundle(host, ledger, sight, (agreement.clone(), scope.clone()), &rows, (size, note)).await?;
    let (key, origin) = (ledger.keys.statements.clone(), ledger.row.facts.origin.clone());
    let zip = tokio::task::spawn_blocking(move || {
        let mut files = files(&bundle).map_err(StoreFault::Damaged)?;
        files.insert(SEAL.into(), sign_compact(&key, SEAL_TYP, &seal_payload(&bundle, &origin, size, &files[SUMS])));
        Ok::<_, StoreFault>(container::write(&files))
    });
    let zip = zip.await.map_err(|error| StoreFault::Damaged(format!("a case file could not be written: {error}")))??;
    if zip.len() > MAX_BYTES { Err(CollectFault::TooLarge(format!("{} bytes", zip.len()))) } else { Ok(Some(zip)) }
}

type Row = (EntryRow, Item);

/// What never changes about cases once it is in the log.
fn facts(view: &AgreementView, size: u64) -> CaseFacts {
    let cases = || view.cases.values().map(|case| &case.value).filter(|case| case.opened.entry < size);
    let about = cases().map(|case: &std::sync::Arc<Case>| (case.number, case.about.clone())).collect();
    let opened = cases().map(|case| (case.opened.entry, case.number));
    let breaches = view.instances.values().flat_map(|instance| &instance.value.breaches);
    let joined = breaches.map(|breach| (breach.since.entry, breach.case)).filter(|(entry, _)| *entry < size);
    CaseFacts { about, of_entry: opened.chain(joined).collect() }
}

fn is_there(scope: &Scope, view: &AgreementView, facts: &CaseFacts) -> bool {
    match scope {
        Scope::Agreement => true,
        Scope::Obligation(id) => view.clauses.contains_key(id),
        Scope::Breach(id, due) => {
            let instance = view.instances.get(&(id.clone(), *due));
            instance.is_some_and(|instance| instance.value.breaches.iter().any(|breach| facts.of_entry.contains_key(&breach.since.entry)))
        }
        Scope::Case(number) => facts.about.contains_key(number),
    }
}

async fn read(store: &Store, ledger: i64, entries: &[u64]) -> Result<Vec<Row>, CollectFault> {
    if entries.len() > MAX_ENTRIES {
        return Err(CollectFault::TooLarge(format!("more than {MAX_ENTRIES} entries")));
    }
    let rows = store.entries_of(ledger, entries).await?;
    let item = |row: EntryRow| {
        let damaged = |refusal| StoreFault::Damaged(format!("record {}: {refusal}", row.entry));
        let leaf = Entry::parse(&row.leaf).map_err(|fault| StoreFault::Damaged(format!("record {}: {fault}", row.entry)))?.leaf_hash();
        let parsed = Parsed::parse(&row.jws).map_err(damaged)?;
        let item = Item { entry: row.entry, accepted_at: row.accepted_at, leaf, parsed };
        Ok((row, item))
    };
    let rows = rows.into_iter().map(item).collect::<Result<Vec<_>, StoreFault>>()?;
    let missing = || StoreFault::Damaged(format!("{} of {} records are missing", entries.len() - rows.len(), entries.len()));
    if rows.len() == entries.len() { Ok(rows) } else { Err(missing().into()) }
}

/// These entries, and all that tell whose keys they are signed with: the genesis, and the keys of every signer, of those who
/// admitted them, and so on. Of those in whose name others signed, the mandates come along.
async fn with_keys(store: &Store, ledger: i64, size: u64, about: Vec<Row>) -> Result<BTreeMap<u64, Row>, CollectFault> {
    let mut rows: BTreeMap<u64, Row> = about.into_iter().map(|row| (row.0.entry, row)).collect();
    let principals: BTreeSet<Slug> = rows.values().filter_map(|(_, item)| item.on_behalf_of().cloned()).collect();
    let genesis = read(store, ledger, &[0]).await?;
    rows.extend(genesis.into_iter().map(|row| (row.0.entry, row)));
    let mut known = BTreeSet::new();
    loop {
        let signers: BTreeSet<Slug> = rows.values().flat_map(|(_, item)| signers_of(item)).collect();
        let new: Vec<Slug> = signers.into_iter().filter(|signer| known.insert(signer.clone())).collect();
        if new.is_empty() {
            return Ok(rows);
        }
        for signer in new {
            let limit = u32::try_from(MAX_ENTRIES + 1).expect("a small number");
            let history = store.history(ledger, &format!("institution/{signer}"), None, size, Some(limit)).await?;
            let mandate = |body: &Body| matches!(body, Body::Mandate(_) | Body::MandateRevocation(_)) && principals.contains(&signer);
            let needed = read(store, ledger, &history).await?.into_iter();
            let needed = needed.filter(|(_, item)| item.is_about_keys() || mandate(item.body()));
            rows.extend(needed.map(|row| (row.0.entry, row)));
        }
        if rows.len() > MAX_ENTRIES {
            return Err(CollectFault::TooLarge(format!("more than {MAX_ENTRIES} entries")));
        }
    }
}

/// Who signed a statement, and who are the parties of a text: their names and keys belong in the file.
fn signers_of(item: &Item) -> Vec<Slug> {
    let parties = match item.body() {
        Body::Proposal(text) => text.parties.iter().map(|party| party.institution.clone()).collect(),
        Body::Genesis(genesis) => vec![genesis.owner.clone(), genesis.ministry.clone()],
        _ => Vec::new(),
    };
    let other = match item.body() {
        Body::Mandate(mandate) => Some(mandate.holder.clone()),
        Body::InstitutionSuccession(body) => Some(body.institution.clone()),
        Body::SuccessionAcceptance(body) => Some(body.institution.clone()),
        _ => None,
    };
    let statement = item.parsed.statement();
    parties.into_iter().chain([statement.by.clone()]).chain(statement.on_behalf_of.clone()).chain(other).collect()
}

async fn bundle(
    host: &Host,
    ledger: &LedgerHandle,
    sight: &Sight,
    (agreement, scope): (Slug, Scope),
    rows: &BTreeMap<u64, Row>,
    (size, note): (u64, Note),
) -> Result<Bundle, CollectFault> {
    let (id, facts) = (ledger.row.id, &ledger.row.facts);
    let (mut receipts, mut announcements, mut attachments, mut bytes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), 0);
    for (entry, (row, item)) in rows {
        if !row.is_sound(&facts.origin) {
            return Err(StoreFault::Damaged(format!("record {entry} is not the one that was signed for")).into());
        }
        let proof = host.store.inclusion_proof(id, *entry, size).await?;
        let receipt = Receipt::new(&row.salt, &row.record(&facts.origin), proof, note.clone());
        let receipt = receipt.map_err(|fault| StoreFault::Damaged(format!("receipt of entry {entry}: {fault}")))?.encode();
        // A receipt has the statement in base64, and the statement is there once more.
        bytes += receipt.len() + row.jws.len();
        receipts.insert(*entry, receipt);
        if matches!(item.body(), Body::LogKeyRotation(_)) {
            let announcement = first_receipt_of(&host.store, ledger, *entry).await?;
            bytes += announcement.len();
            announcements.insert(*entry, announcement);
        }
        for attachment in item.body().attachments() {
            let Some(Opened::Whole(kept)) = sight.content(&attachment.hash).await? else { continue };
            bytes = bytes.saturating_add(usize::try_from(kept.size).unwrap_or(usize::MAX));
            if bytes > MAX_BYTES {
                break;
            }
            let salt = kept.salt.to_vec();
            attachments.insert(attachment.hash, Content { salt, bytes: kept.whole().await? });
        }
        if bytes > MAX_BYTES {
            return Err(CollectFault::TooLarge(format!("more than {MAX_BYTES} bytes")));
        }
    }
    Ok(Bundle { agreement, scope, log_key: facts.log_key.clone(), made_by: made_by(), receipts, announcements, attachments })
}
