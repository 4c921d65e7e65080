//! One look at a ledger: what it shows now against what is known of it, by this monitor and by others.

use std::path::PathBuf;
use std::thread::available_parallelism;

use ledger::audit::{Auditor, Row, audit_pages};
use ledger::envelope::Parsed;
use ledger::envelope::statement::flag::Subject;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::leaf_hash;
use ledger::words::{Hash, Instant, Slug};

use super::finding::{Finding, What};
use super::recorded::Other;
use super::succession::Succession;
use super::tree::{Tree, Weight};
use super::word::{Shown, WitnessAt, Words};
use crate::client::{Client, Error};
use crate::command::audit::ATTEMPTS;
use crate::command::audit::fetch::Pages;
use crate::command::audit::rights::{self, Rights};

/// A ledger that is watched.
#[derive(Debug)]
pub(super) struct Watch {
    /// Asks its gateway.
    pub(super) client: Client,
    /// Its name there.
    pub(super) ledger: String,
    /// The key that it is known by.
    pub(super) key: VerifierKey,
    /// The keys that it had after that one.
    pub(super) succession: Succession,
    /// Witnesses that are asked what they cosigned.
    pub(super) witnesses: Vec<WitnessAt>,
    /// Receipts and checkpoints that somebody kept.
    pub(super) kept: Vec<PathBuf>,
    /// The institution that is told what concerns it.
    pub(super) institution: Option<Slug>,
    /// What is known of the log; `None` before the first good look.
    pub(super) tree: Option<Tree>,
    /// The audit up to there; `None` after a start, or when it must begin anew.
    pub(super) auditor: Option<Auditor>,
    /// What the reader could read when the audit read it.
    pub(super) rights: Rights,
}

/// What may be read changed each time while it was read: half of an agreement cannot be judged.
#[derive(Debug, thiserror::Error)]
#[error("what this institution may read changed each time while it was read")]
pub(super) struct Unsteady;

/// What a look came to.
#[derive(Debug)]
pub(super) struct Look {
    /// What there is to tell.
    pub(super) findings: Vec<Finding>,
    /// Where the tree that was kept ends, if it grew.
    pub(super) grown_from: Option<u64>,
    /// Whether the log announced a key that was not known.
    pub(super) has_new_keys: bool,
}

/// A statement in short: entry, type, who signed, what it is about.
type Statement = (u64, &'static str, Slug, Option<Subject>);

/// What was read of the records on their way to the audit.
#[derive(Default)]
struct Seen {
    leaves: Vec<Hash>,
    /// The new ones.
    statements: Vec<Statement>,
}

impl Watch {
    /// Looks once. Fails when the gateway does not answer; whatever is wrong with the ledger is a finding.
    pub(super) fn look(&mut self, now: Option<Instant>) -> anyhow::Result<Look> {
        // What others have seen comes first: the ledger, asked later, must have at least that.
        let mut words = Words::default();
        // By an announcement nothing is lost: what others show may be signed by a key that is new here.
        let (has_new_keys, fault) = match self.succession.learn(self.client.announcements(&self.ledger)?) {
            Ok(learnt) => (learnt, None),
            Err(fault) => (false, Some(fault.to_string())),
        };
        words.findings.extend(fault.map(|fault| What::Unsound { by: "a key that the ledger announces".to_owned(), fault }.into()));
        let keys = self.succession.keys();
        self.witnesses.iter().for_each(|witness| words.ask(witness, &keys));
        for path in &self.kept {
            words.read(path, &keys)?;
        }
        let before = self.tree.as_ref().map(Tree::size);
        let mut findings = std::mem::take(&mut words.findings);
        let text = self.client.checkpoint(&self.ledger)?;
        let opened = Note::parse(text.as_bytes()).map_err(|fault| fault.to_string());
        let opened = opened.and_then(|note| Ok((Checkpoint::open_any(&note, &keys, &[]).map_err(|fault| fault.to_string())?.0, note)));
        match opened {
            Err(fault) => findings.push(What::Unsound { by: "the checkpoint that the ledger shows".to_owned(), fault }.into()),
            Ok((checkpoint, note)) => {
                let own = Shown { by: "the ledger itself".to_owned(), note, checkpoint };
                let other = self.take(&own, &mut findings, now)?;
                findings.extend(words.shown.iter().filter_map(|other| self.compare(other, &own)));
                findings = self.with_what_is_recorded(findings, other);
            }
        }
        let grown = self.tree.as_ref().map(Tree::size) > before;
        Ok(Look { findings, grown_from: grown.then_some(before.unwrap_or(0)), has_new_keys })
    }

    /// What somebody else showed: of another history, of more than the ledger shows, or nothing to tell.
    fn compare(&self, other: &Shown, own: &Shown) -> Option<Finding> {
        let split = self.tree.as_ref().and_then(|tree| weigh(tree, other));
        // What a witness refused may be what somebody made up to look like more; only the log can have signed it, though.
        split.or_else(|| (other.checkpoint.size() > own.checkpoint.size()).then(|| fewer(own, &other.note, &other.checkpoint, &other.by)))
    }

    /// Takes the checkpoint that the ledger shows: the tree grows to it, or it is weighed like that of anybody else. Gives the log that
    /// is shown where that is another than the one that is known.
    fn take(&mut self, own: &Shown, findings: &mut Vec<Finding>, now: Option<Instant>) -> anyhow::Result<Option<Other>> {
        if let Some(tree) = self.tree.as_ref().filter(|tree| tree.size() > own.checkpoint.size()) {
            let Some(split) = weigh(tree, own) else {
                findings.push(fewer(own, tree.note(), tree.checkpoint(), "this monitor"));
                return Ok(None);
            };
            findings.push(split);
            // Whether it records that is in its entries; what else is in them is for whoever begins anew.
            self.auditor = None;
            let (served, _) = self.read(own, &mut Vec::new(), now)?;
            return Ok(self.other(served));
        }
        let (served, statements) = self.read(own, findings, now)?;
        let split = match (&self.tree, &served) {
            (Some(tree), Some(served)) => {
                weigh(served, &Shown { by: own.by.clone(), note: tree.note().clone(), checkpoint: tree.checkpoint().clone() })
            }
            // Its records do not lead to what it signs; of one size, the two checkpoints convict it all the same.
            (Some(tree), None) => weigh(tree, own),
            (None, _) => None,
        };
        let is_split = split.is_some();
        findings.extend(split);
        match served {
            Some(served) if !is_split => {
                findings.extend(self.news(&statements, self.tree.as_ref().map_or(0, Tree::size)));
                self.tree = Some(served);
            }
            // Nothing of it is taken over, and the next look begins anew.
            served => return Ok(self.other(served)),
        }
        Ok(None)
    }

    /// Audits what is new. Where an agreement came to be readable or is no longer, what was read of it before and what comes
    /// now do not belong together: the audit begins anew, and what was found meanwhile counts for nothing.
    fn read(&mut self, own: &Shown, findings: &mut Vec<Finding>, now: Option<Instant>) -> anyhow::Result<(Option<Tree>, Vec<Statement>)> {
        for _ in 0..ATTEMPTS {
            let before = rights::of(&self.client, &self.ledger)?;
            if !before.hold_since(&self.rights, self.tree.as_ref().map_or(0, Tree::size)) {
                self.auditor = None;
            }
            let mut found = Vec::new();
            let outcome = self.audit(own, &mut found, now)?;
            let holds = rights::of(&self.client, &self.ledger)?.hold_since(&before, own.checkpoint.size());
            self.rights = before;
            if holds {
                findings.extend(found);
                return Ok(outcome);
            }
            self.auditor = None;
        }
        Err(Unsteady.into())
    }

    /// Feeds the audit with what it has not seen. Where the new records do not lead to the root, all are read anew: the ledger
    /// may show others now than it did. Gives the tree, if the records are those that were signed.
    fn audit(&mut self, own: &Shown, findings: &mut Vec<Finding>, now: Option<Instant>) -> Result<(Option<Tree>, Vec<Statement>), Error> {
        let size = own.checkpoint.size();
        let (note, checkpoint) = (|| own.note.clone(), || own.checkpoint.clone());
        if let (Some(mut auditor), Some(tree)) = (self.auditor.take(), &self.tree) {
            let mut seen = Seen::default();
            auditor.follow(self.succession.announced());
            self.feed(&mut auditor, tree.size(), size, &mut seen)?;
            if let Some(grown) = tree.grown(&seen.leaves, note(), checkpoint()) {
                self.tell(auditor, own, findings, now);
                return Ok((Some(grown), seen.statements));
            }
        }
        let mut auditor = Auditor::new(self.key.clone()).expect("the key of a log was asked for");
        auditor.follow(self.succession.announced());
        let mut seen = Seen::default();
        self.feed(&mut auditor, 0, size, &mut seen)?;
        self.tell(auditor, own, findings, now);
        Ok((Tree::new(seen.leaves, note(), checkpoint()), seen.statements))
    }

    fn tell(&mut self, mut auditor: Auditor, own: &Shown, findings: &mut Vec<Finding>, now: Option<Instant>) {
        let found = auditor.take_findings().into_iter().chain(auditor.stands(own.note.to_string().as_bytes(), now));
        findings.extend(found.map(|finding| What::Audit(Box::new(finding)).into()));
        self.auditor = Some(auditor);
    }

    fn feed(&self, auditor: &mut Auditor, from: u64, size: u64, seen: &mut Seen) -> Result<(), Error> {
        let known = self.tree.as_ref().map_or(0, Tree::size);
        let origin = self.key.name();
        let pages = Pages::between(&self.client, &self.ledger, from, size).map(|page| {
            page.inspect(|rows| {
                rows.iter().for_each(|row| seen.note(row, origin, self.institution.is_some() && row.entry >= known));
            })
        });
        let threads = available_parallelism().map_or(1, usize::from);
        audit_pages(auditor, pages, threads, |_| ())
    }

    /// The new statements that concern the institution: it said them, they are about it, or about an agreement of its own.
    fn news(&self, statements: &[Statement], first: u64) -> Vec<Finding> {
        let (Some(institution), Some(auditor)) = (&self.institution, &self.auditor) else { return Vec::new() };
        let concerns = |by: &Slug, subject: &Option<Subject>| {
            by == institution
                || match subject {
                    Some(Subject::Institution(id)) => id == institution,
                    Some(Subject::Agreement(id)) => auditor.is_party(id, institution),
                    None => false,
                }
        };
        let new = statements.iter().filter(|(entry, _, by, subject)| *entry >= first && concerns(by, subject));
        let told = new.map(|(entry, kind, by, subject)| {
            let subject = match subject {
                Some(Subject::Agreement(id)) => format!("agreement/{id}"),
                Some(Subject::Institution(id)) => format!("institution/{id}"),
                None => format!("institution/{by}"),
            };
            What::Statement { entry: *entry, kind, by: by.to_string(), subject }.into()
        });
        told.collect()
    }
}

impl Seen {
    fn note(&mut self, row: &Row, origin: &str, read: bool) {
        let computed = || Entry::new(row.accepted_at, &row.salt, &record_bytes(origin, row.entry, row.accepted_at, &row.jws));
        // What is published is what the tree is made of; that it fits the record is for the audit to say.
        self.leaves.push(row.leaf.as_deref().map_or_else(|| computed().leaf_hash(), leaf_hash));
        if let Some(parsed) = read.then(|| Parsed::parse(&row.jws).ok()).flatten() {
            let statement = parsed.statement();
            self.statements.push((row.entry, statement.body.kind().code(), statement.by.clone(), statement.body.subject()));
        }
    }
}

fn weigh(tree: &Tree, shown: &Shown) -> Option<Finding> {
    match tree.weigh(&shown.note, &shown.checkpoint) {
        Weight::Other(split) => Some(What::SplitView { by: shown.by.clone(), split }.into()),
        Weight::Same | Weight::More => None,
    }
}

fn fewer(own: &Shown, note: &Note, checkpoint: &Checkpoint, by: &str) -> Finding {
    What::Fewer {
        by: by.to_owned(),
        shown: own.checkpoint.size(),
        shown_note: own.note.to_string(),
        signed: checkpoint.size(),
        signed_note: note.to_string(),
    }
    .into()
}
