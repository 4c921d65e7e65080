//! Content beside the log, for an auditor that is asked to look at it: what entries name, and what they erase.

use std::collections::{BTreeMap, HashMap};

use super::finding::Finding;
use crate::envelope::statement::erasure::ErasureGround;
use crate::envelope::{Body, Statement};
use crate::words::Hash;

/// An attachment that an entry names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// SHA-256 of salt and content.
    pub hash: Hash,
    /// The entry that named it first.
    pub entry: u64,
    /// The entry that erases it, and the ground.
    pub erased: Option<(u64, ErasureGround)>,
}

/// What an auditor got when it asked for an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// Salt and content with this hash.
    Content(Hash),
    /// Nothing.
    Nothing,
}

/// What of it is in a log, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Papers {
    named: BTreeMap<Hash, u64>,
    erased: HashMap<Hash, (u64, ErasureGround)>,
}

impl Papers {
    /// Takes a statement that stands.
    pub(super) fn note(&mut self, entry: u64, statement: &Statement) {
        for attachment in statement.body.attachments() {
            self.named.entry(attachment.hash).or_insert(entry);
        }
        // One that names another entry than the first does not excuse that the first one's content is gone.
        if let Body::AttachmentErasure(body) = &statement.body
            && self.named.get(&body.attachment) == Some(&u64::from(body.entry.0))
        {
            self.erased.entry(body.attachment).or_insert((entry, body.ground));
        }
    }

    /// All of it, in the order of the entries.
    pub(super) fn all(&self) -> Vec<Paper> {
        let paper = |(hash, entry): (&Hash, &u64)| Paper { hash: *hash, entry: *entry, erased: self.erased.get(hash).copied() };
        let mut papers: Vec<Paper> = self.named.iter().map(paper).collect();
        papers.sort_by_key(|paper| paper.entry);
        papers
    }
}

/// What is wrong with an attachment, if anything is.
pub(super) fn judge(paper: &Paper, served: Served) -> Option<Finding> {
    let Paper { hash, entry: index, erased } = *paper;
    match (served, erased) {
        (Served::Content(found), None) if found == hash => None,
        (Served::Nothing, Some(_)) => None,
        (Served::Content(_), None) => Some(Finding::AttachmentChanged { index, hash }),
        (Served::Content(_), Some((index, _))) => Some(Finding::NotErased { index, hash }),
        (Served::Nothing, None) => Some(Finding::AttachmentMissing { index, hash }),
    }
}
