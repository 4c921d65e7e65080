//! From accepted statements to a signed checkpoint: records, entries, tree; read back before anything is signed.

use std::sync::Arc;

use ledger::envelope::{Body, Parsed, Statement};
use ledger::lives::Moment;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::NoteSigner;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::{Appended, Frontier};
use ledger::words::Hash;
use rand::RngExt;

use super::batch::{BatchRows, Taken};
use super::edge::Edge;
use crate::store::{Commit, Conflict, EntryRow, Erased, HeadRow, NewEntry, subject_of};

/// A batch that is ready to be committed.
pub(super) struct Sealed {
    pub(super) commit: Commit,
    pub(super) appended: Appended,
    /// The right edge that it builds on.
    pub(super) before: Frontier,
}

/// Makes the entries and hashes them onto the edge; gives the edge after them.
pub(super) fn prepare(origin: &str, edge: &Edge, rows: BatchRows) -> (Sealed, Edge) {
    let expected = edge.frontier.size();
    let erased = rows.taken.iter().filter_map(erased).collect();
    let (mut entries, mut changes, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
    for Taken { moment, parsed, change } in rows.taken {
        let (entry, leaf) = entry(origin, moment, &parsed);
        entries.push(entry);
        changes.push(change);
        leaves.push(leaf);
    }
    let appended = Appended::new(&edge.frontier, &leaves);
    let (after, tiles) = edge.after(&appended);
    let accepted_at = entries.last().expect("a batch that is committed has entries").row.accepted_at;
    let head = HeadRow { size: expected + leaves.len() as u64, accepted_at, frontier: appended.frontier().clone() };
    let commit = Commit { expected, head, entries, changes, tiles, attachments: rows.attachments, erased };
    (Sealed { commit, appended, before: edge.frontier.clone() }, after)
}

fn erased(taken: &Taken) -> Option<Erased> {
    match &taken.parsed.statement().body {
        Body::AttachmentErasure(body) => Some(Erased { hash: body.attachment, by: taken.moment.entry }),
        _ => None,
    }
}

fn entry(origin: &str, moment: Moment, parsed: &Parsed) -> (NewEntry, Hash) {
    let statement = parsed.statement();
    // A secret per record: without it nobody can tell from the public entry what the record says.
    let salt: [u8; 32] = rand::rng().random();
    let jws = parsed.received().raw().to_vec();
    let leaf = Entry::new(moment.at, &salt, &record_bytes(origin, moment.entry, moment.at, &jws));
    let subject = about(statement);
    let row = EntryRow { entry: moment.entry, accepted_at: moment.at, salt, leaf: leaf.as_bytes().to_vec(), jws };
    let (author, on_behalf_of, id) = (statement.by.clone(), statement.acts_for().clone(), statement.id.clone());
    let kind = statement.body.kind().code();
    let new = NewEntry { row, kind, author, on_behalf_of, statement: id, payload_hash: parsed.hash(), subject };
    (new, leaf.leaf_hash())
}

/// The life that a statement is looked up by.
pub(crate) fn about(statement: &Statement) -> String {
    match statement.body.subject() {
        Some(subject) => subject_of(&ledger::book::LifeKey::of(subject)).unwrap_or_default(),
        None => format!("institution/{}", statement.by),
    }
}

/// Hashes what was read back from the database onto the old edge, and signs only if it is what was written.
pub(super) fn seal(
    origin: &str,
    old: &Frontier,
    sealed: &Appended,
    stored: &[EntryRow],
    signers: &[Arc<NoteSigner>],
) -> Result<String, Conflict> {
    let mut frontier = old.clone();
    for row in stored {
        let leaf = row.leaf_at(frontier.size(), origin);
        frontier.append(leaf.ok_or_else(|| Conflict(format!("entry {}", frontier.size())))?);
    }
    if frontier.root() != sealed.root() || frontier.size() != sealed.frontier().size() {
        return Err(Conflict(format!("the root of {} entries", frontier.size())));
    }
    let checkpoint = Checkpoint::new(origin, frontier.size(), frontier.root()).map_err(|fault| Conflict(fault.to_string()))?;
    checkpoint.sign_by(signers).map(|note| note.to_string()).map_err(|fault| Conflict(fault.to_string()))
}
