//! A stretch of the log, re-hashed and judged again: on a thread where that holds up nobody.

use std::collections::BTreeMap;

use ledger::book::Book;
use ledger::envelope::statement::agreement::Attachment;
use ledger::envelope::statement::erasure::AttachmentErasure;
use ledger::envelope::{Body, Parsed};
use ledger::lives::log_keys::LogKeys;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::record::Entry;
use ledger::log::tree::{Appended, Frontier};
use ledger::words::{Hash, Instant};

use super::damage::Damage;
use crate::sequencer::{Edge, about, replay};
use crate::store::{Consequence, StoreFault, WholeRow};

/// What the log has come to, entry by entry.
pub(super) struct Reading {
    origin: String,
    /// The keys of the log, as far as the entries before the next one name them.
    keys: LogKeys,
    /// The entry that named the last key, as long as no checkpoint that holds it was seen.
    unannounced: Option<u64>,
    /// The next entry.
    pub(super) next: u64,
    pub(super) edge: Edge,
    pub(super) last_accepted: Option<Instant>,
    /// Everything that is open after the entries before the next one.
    pub(super) book: Option<Book>,
}

/// What a stretch says of other rows.
#[derive(Default)]
pub(super) struct Said {
    pub(super) damage: Vec<Damage>,
    pub(super) consequences: Vec<Consequence>,
    /// The tiles that it makes full: level, number, hashes.
    pub(super) tiles: Vec<(u8, u64, Vec<u8>)>,
    /// Content beside the log that entries name: hash, entry, media type, bytes.
    pub(super) named: Vec<(Hash, u64, String, u64)>,
    /// What entries erase: hash, entry.
    pub(super) erased: Vec<(Hash, u64)>,
}

impl Reading {
    pub(super) fn new(origin: String, keys: LogKeys) -> Self {
        Self { origin, keys, unannounced: None, next: 0, edge: Edge::new(Frontier::empty(), Vec::new()), last_accepted: None, book: None }
    }

    /// Reads the next entries, with the checkpoints that were signed among them. After damage it must not go on.
    pub(super) fn read(&mut self, rows: Vec<Result<WholeRow, StoreFault>>, checkpoints: &BTreeMap<u64, Vec<u8>>) -> Said {
        let (mut said, mut leaves, mut running) = (Said::default(), Vec::with_capacity(rows.len()), self.edge.frontier.clone());
        for row in rows {
            match row.map_err(|fault| fault.to_string()).and_then(|row| self.one(&row, &mut said)) {
                Ok(leaf) => {
                    leaves.push(leaf);
                    running.append(leaf);
                }
                Err(what) => said.damage.push(Damage::of_log(what)),
            }
            if !said.damage.is_empty() {
                return said;
            }
            if let Some(note) = checkpoints.get(&self.next)
                && let Err(what) = self.checkpoint(note, &running)
            {
                said.damage.push(Damage::of_log(what));
                return said;
            }
        }
        let (edge, tiles) = self.edge.after(&Appended::new(&self.edge.frontier, &leaves));
        (self.edge, said.tiles) = (edge, tiles);
        // Ids are compared with the rows that hold them: memory stays that of what is open.
        let next = self.next;
        self.book.iter_mut().for_each(|book| book.forget_ids_before(next));
        said
    }

    /// One entry: what is stored must be what its own bytes say. Gives the hash of its leaf.
    fn one(&mut self, whole: &WholeRow, said: &mut Said) -> Result<Hash, String> {
        let (row, place) = (&whole.row, format!("record {}", whole.row.entry));
        if row.entry != self.next {
            return Err(format!("record {}: it is missing; record {} comes instead", self.next, row.entry));
        }
        if !row.is_sound(&self.origin) {
            return Err(format!("{place}: statement, salt and instant do not give its entry"));
        }
        let leaf = Entry::parse(&row.leaf).map_err(|fault| format!("{place}: {fault}"))?.leaf_hash();
        if self.last_accepted.is_some_and(|last| row.accepted_at < last) {
            return Err(format!("{place}: it was accepted before the entry before it"));
        }
        let parsed = Parsed::parse(&row.jws).map_err(|refusal| format!("{place}: {refusal}"))?;
        let statement = parsed.statement();
        let words = [statement.body.kind().code().to_owned(), statement.by.to_string(), statement.id.to_string(), about(statement)];
        if whole.words != words || whole.payload_hash != parsed.hash().0 {
            return Err(format!("{place}: it is not looked up by what it says ({})", whole.words.join(", ")));
        }
        if let Some(stored) = whole.on_behalf_of.as_ref().filter(|stored| *stored != statement.acts_for().as_str()) {
            return Err(format!(
                "{place}: it is kept as signed in the name of {stored}, and was signed in that of {}",
                statement.acts_for()
            ));
        }
        let consequence = replay(&mut self.book, row).map_err(|fault| fault.to_string())?;
        if whole.change.as_deref() != Some(consequence.change.to_text().as_str()) {
            let what = if whole.change.is_some() { "it is not what the entry changed" } else { "it is missing" };
            said.damage.push(Damage::of_derived(format!("change {}: {what}", row.entry)));
        }
        said.consequences.push(consequence);
        if matches!(statement.body, Body::LogKeyRotation(_)) {
            self.keys = self.named().ok_or_else(|| format!("{place}: the keys of the log cannot be read after it"))?;
            self.unannounced = Some(row.entry);
        }
        let attachment = |a: &Attachment| (a.hash, row.entry, a.media_type.to_string(), u64::from(a.size_bytes.0));
        said.named.extend(statement.body.attachments().into_iter().map(attachment));
        if let Body::AttachmentErasure(AttachmentErasure { attachment, .. }) = &statement.body {
            said.erased.push((*attachment, row.entry));
        }
        (self.next, self.last_accepted) = (row.entry + 1, Some(row.accepted_at));
        Ok(leaf)
    }

    /// The keys of the log, as its owner has announced them.
    fn named(&self) -> Option<LogKeys> {
        let book = self.book.as_ref()?;
        book.ledger().log_keys(book.institution(&book.ledger().owner)?).ok()
    }

    fn checkpoint(&mut self, note: &[u8], running: &Frontier) -> Result<(), String> {
        let size = running.size();
        let last = self.last_accepted.ok_or_else(|| format!("checkpoint {size}: there is no entry before it"))?;
        let signing = self.keys.signing(size, last);
        let checkpoint = opened(note, &signing).map_err(|fault| format!("checkpoint {size}: {fault}"))?;
        // Of all older checkpoints this kind is relied on: it shows the later key to whoever has the one before.
        if let Some(entry) = self.unannounced.take().filter(|_| signing.len() < 2) {
            let missing = format!("no checkpoint with entry {entry}, which names a key of the log, is signed by the key before it");
            return Err(format!("checkpoint {size}: {missing}: one before this is missing"));
        }
        if checkpoint.size() != size || checkpoint.root() != running.root() {
            return Err(format!("checkpoint {size}: it is not of the tree of the first {size} entries"));
        }
        Ok(())
    }
}

/// A checkpoint that every one of these keys signed, of which there is at least one, and no other.
pub(super) fn opened(note: &[u8], keys: &[&VerifierKey]) -> Result<Checkpoint, String> {
    let note = Note::parse(note).map_err(|fault| fault.to_string())?;
    if note.signatures().len() > keys.len() {
        return Err(format!("it has {} signatures, and the keys of the log that sign it are {}", note.signatures().len(), keys.len()));
    }
    let opened = keys.iter().map(|key| Checkpoint::open(&note, key, &[]).map_err(|fault| format!("{fault} ({key})")));
    opened.reduce(|first, next| first.and(next)).unwrap_or_else(|| Err("no key signs it".to_owned())).map(|(checkpoint, _)| checkpoint)
}
