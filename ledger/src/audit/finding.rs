//! What can be wrong with a ledger: a closed list, each with the index of the entry.

use std::fmt;

use crate::envelope::Refusal;
use crate::envelope::statement::flag::{Flag, Subject};
use crate::envelope::statement::genesis::Versions;
use crate::lives::Rules;
use crate::log::checkpoint::CheckpointFault;
use crate::words::{Hash, Instant, Slug, StatementId};

/// Something that is wrong with a ledger. The `index` is that of the entry; for the log as a whole, its size.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Entry 0 is no valid genesis. Nothing after it could be judged.
    NoGenesis {
        /// Always 0.
        index: u64,
        /// Why it is none.
        refusal: Refusal,
    },
    /// The genesis names another log, or another key, than the one that was given.
    OtherLedger {
        /// Always 0.
        index: u64,
        /// The origin in the genesis.
        origin: String,
        /// The vkey in the genesis.
        log_key: String,
    },
    /// From here on the ledger goes by rules or a table of holidays that this program does not know: nothing after it was judged,
    /// only the tree was checked. Not the ledger is wrong, but the auditor's choice of program.
    UnknownVersions {
        /// The entry that names them: 0 for the genesis.
        index: u64,
        /// The versions.
        versions: Versions,
    },
    /// Where this entry belongs stands another: entries are missing, repeated or out of order.
    OutOfPlace {
        /// The entry that should have come.
        index: u64,
        /// The one that came.
        found: u64,
    },
    /// The published entry does not commit to this record, salt and instant.
    LeafMismatch {
        /// The entry.
        index: u64,
    },
    /// It was accepted before the entry before it, or before 1970.
    ClockBack {
        /// The entry.
        index: u64,
        /// When it was accepted.
        accepted_at: Instant,
        /// When the entry before it was.
        previous: Instant,
    },
    /// The record holds no statement.
    Unreadable {
        /// The entry.
        index: u64,
        /// Why not.
        refusal: Refusal,
    },
    /// The signature does not hold, or the key is not registered at this place.
    BadSignature {
        /// The entry.
        index: u64,
        /// Why not.
        refusal: Refusal,
    },
    /// The statement should have been refused.
    Refused {
        /// The entry.
        index: u64,
        /// By which rule.
        refusal: Refusal,
    },
    /// An earlier entry has the same id by the same institution.
    UsedId {
        /// The entry.
        index: u64,
        /// The institution.
        by: Slug,
        /// The id.
        id: StatementId,
    },
    /// What the clock had caused before this entry was accepted is not in the log before it.
    MissingFlag {
        /// The entry before which it is missing; the size of the log when it is missing at the end.
        index: u64,
        /// The flag.
        flag: Box<Flag>,
    },
    /// A flag that was missing at its place stands here.
    MovedFlag {
        /// The entry.
        index: u64,
        /// The flag.
        flag: Box<Flag>,
        /// The entry before which it belongs.
        before: u64,
    },
    /// A flag that does not follow from the ledger.
    FalseFlag {
        /// The entry.
        index: u64,
        /// The flag.
        flag: Box<Flag>,
        /// What would have followed.
        refusal: Refusal,
    },
    /// Content that an entry names is not served, and no entry erases it.
    AttachmentMissing {
        /// The entry that named it first.
        index: u64,
        /// SHA-256 of salt and content.
        hash: Hash,
    },
    /// What is served as content of an entry is something else.
    AttachmentChanged {
        /// The entry that named it first.
        index: u64,
        /// SHA-256 of salt and content, as the entry names it.
        hash: Hash,
    },
    /// Content that an entry erases is served still.
    NotErased {
        /// The entry that erases it.
        index: u64,
        /// SHA-256 of salt and content.
        hash: Hash,
    },
    /// The owner announces another key of the log here, and nothing that the key before it signed shows it: whoever knows
    /// only that key cannot tell whether the log went on or somebody else began.
    KeyNotHandedOver {
        /// The entry.
        index: u64,
        /// The new key, as a vkey.
        log_key: String,
    },
    /// The checkpoint cannot be read, or this log's key did not sign it.
    CheckpointRefused {
        /// The size of the log as it was read.
        index: u64,
        /// Why.
        fault: CheckpointFault,
    },
    /// The checkpoint is of another number of entries.
    OtherSize {
        /// The size of the log as it was read.
        index: u64,
        /// The size that was signed.
        signed: u64,
    },
    /// The checkpoint is of other entries.
    OtherRoot {
        /// The size of the log.
        index: u64,
        /// The root that was signed.
        signed: Hash,
        /// The root over the records as they were read.
        computed: Hash,
    },
}

impl Finding {
    /// The entry; for the log as a whole, its size.
    pub fn index(&self) -> u64 {
        match self {
            Self::NoGenesis { index, .. } | Self::OtherLedger { index, .. } | Self::OutOfPlace { index, .. } => *index,
            Self::UnknownVersions { index, .. } | Self::KeyNotHandedOver { index, .. } => *index,
            Self::LeafMismatch { index } | Self::ClockBack { index, .. } | Self::Unreadable { index, .. } => *index,
            Self::BadSignature { index, .. } | Self::Refused { index, .. } | Self::UsedId { index, .. } => *index,
            Self::MissingFlag { index, .. } | Self::MovedFlag { index, .. } | Self::FalseFlag { index, .. } => *index,
            Self::AttachmentMissing { index, .. } | Self::AttachmentChanged { index, .. } | Self::NotErased { index, .. } => *index,
            Self::CheckpointRefused { index, .. } | Self::OtherSize { index, .. } | Self::OtherRoot { index, .. } => *index,
        }
    }

    /// The word for it in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoGenesis { .. } => "no-genesis",
            Self::OtherLedger { .. } => "other-ledger",
            Self::UnknownVersions { .. } => "unknown-versions",
            Self::OutOfPlace { .. } => "out-of-place",
            Self::LeafMismatch { .. } => "leaf-mismatch",
            Self::ClockBack { .. } => "clock-back",
            Self::Unreadable { .. } => "unreadable",
            Self::BadSignature { .. } => "bad-signature",
            Self::Refused { .. } => "refused",
            Self::UsedId { .. } => "used-id",
            Self::MissingFlag { .. } => "missing-flag",
            Self::MovedFlag { .. } => "moved-flag",
            Self::FalseFlag { .. } => "false-flag",
            Self::AttachmentMissing { .. } => "attachment-missing",
            Self::AttachmentChanged { .. } => "attachment-changed",
            Self::NotErased { .. } => "not-erased",
            Self::KeyNotHandedOver { .. } => "key-not-handed-over",
            Self::CheckpointRefused { .. } => "checkpoint-refused",
            Self::OtherSize { .. } => "other-size",
            Self::OtherRoot { .. } => "other-root",
        }
    }

    /// What the rules said, where they refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::NoGenesis { refusal, .. } | Self::Unreadable { refusal, .. } | Self::BadSignature { refusal, .. } => Some(refusal),
            Self::Refused { refusal, .. } | Self::FalseFlag { refusal, .. } => Some(refusal),
            Self::OtherLedger { .. } | Self::OutOfPlace { .. } | Self::LeafMismatch { .. } | Self::ClockBack { .. } => None,
            Self::UnknownVersions { .. } | Self::KeyNotHandedOver { .. } => None,
            Self::UsedId { .. } | Self::MissingFlag { .. } | Self::MovedFlag { .. } => None,
            Self::AttachmentMissing { .. } | Self::AttachmentChanged { .. } | Self::NotErased { .. } => None,
            Self::CheckpointRefused { .. } | Self::OtherSize { .. } | Self::OtherRoot { .. } => None,
        }
    }

    /// The flag that it is about, if any.
    pub fn flag(&self) -> Option<&Flag> {
        match self {
            Self::MissingFlag { flag, .. } | Self::MovedFlag { flag, .. } | Self::FalseFlag { flag, .. } => Some(flag),
            Self::NoGenesis { .. } | Self::OtherLedger { .. } | Self::OutOfPlace { .. } | Self::LeafMismatch { .. } => None,
            Self::UnknownVersions { .. } | Self::KeyNotHandedOver { .. } => None,
            Self::ClockBack { .. } | Self::Unreadable { .. } | Self::BadSignature { .. } | Self::Refused { .. } => None,
            Self::AttachmentMissing { .. } | Self::AttachmentChanged { .. } | Self::NotErased { .. } => None,
            Self::UsedId { .. } | Self::CheckpointRefused { .. } | Self::OtherSize { .. } | Self::OtherRoot { .. } => None,
        }
    }
}

/// A sentence that begins with the place.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckpointRefused { .. } | Self::OtherSize { .. } | Self::OtherRoot { .. } => {
                write!(f, "the log of {} entries: ", self.index())?
            }
            _ => write!(f, "entry {}: ", self.index())?,
        }
        match self {
            Self::NoGenesis { refusal, .. } => write!(f, "this is no valid genesis, so that nothing could be judged: {refusal}"),
            Self::OtherLedger { origin, log_key, .. } => {
                write!(f, "the genesis is that of {origin} with the key {log_key}, not that of the given key")
            }
            Self::UnknownVersions { versions, .. } => write!(
                f,
                "from here on the ledger goes by {versions}, and this program knows {}: the log needs a newer program, and nothing \
                 after this entry was judged",
                Rules::known()
            ),
            Self::OutOfPlace { found, .. } => write!(f, "in its place stands entry {found}"),
            Self::LeafMismatch { .. } => f.write_str("the published entry does not commit to this record, salt and instant"),
            Self::ClockBack { accepted_at, previous, .. } => {
                write!(f, "accepted at {accepted_at}, before {previous}, which came before it")
            }
            Self::Unreadable { refusal, .. } => write!(f, "the record holds no statement: {refusal}"),
            Self::BadSignature { refusal, .. } => write!(f, "the signature does not stand: {refusal}"),
            Self::Refused { refusal, .. } => write!(f, "the rules refuse this statement: {refusal}"),
            Self::UsedId { by, id, .. } => write!(f, "{by} has used the id {id} before"),
            Self::MissingFlag { flag, .. } => write!(f, "{}, due at {}, is missing before it", Named(flag), flag.due_at),
            Self::MovedFlag { flag, before, .. } => {
                write!(f, "{}, due at {}, stands here and belongs before entry {before}", Named(flag), flag.due_at)
            }
            Self::FalseFlag { flag, refusal, .. } => write!(f, "{}, due at {}, is false: {refusal}", Named(flag), flag.due_at),
            Self::AttachmentMissing { hash, .. } => write!(f, "its attachment {hash} is not there, and no entry erases it"),
            Self::AttachmentChanged { hash, .. } => write!(f, "what is served as its attachment {hash} is something else"),
            Self::NotErased { hash, .. } => write!(f, "it erases the attachment {hash}, which is served still"),
            Self::KeyNotHandedOver { log_key, .. } => {
                write!(f, "the key of the log becomes {log_key}, and no checkpoint that the key before it signed shows that")
            }
            Self::CheckpointRefused { fault, .. } => write!(f, "the checkpoint does not stand: {fault}"),
            Self::OtherSize { signed, .. } => write!(f, "the checkpoint is of {signed} entries"),
            Self::OtherRoot { signed, computed, .. } => write!(f, "the checkpoint signs the root {signed}, the records give {computed}"),
        }
    }
}

/// A flag in words.
struct Named<'a>(&'a Flag);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.0.cause.code();
        match self.0.cause.subject() {
            Subject::Agreement(id) => write!(f, "the flag {code} on agreement {id}"),
            Subject::Institution(id) => write!(f, "the flag {code} on institution {id}"),
        }
    }
}
