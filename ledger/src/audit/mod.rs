//! The whole-ledger check: every record judged again at its place by the code of the live path, and compared with
//! what the log signed.
//!
//! An [`Auditor`] is fed entry by entry and keeps what is open, not what was said: the lives, sixteen bytes for each
//! statement's id, and the right edge of the tree. What it finds is a [`Finding`] with the index of the entry. After a
//! finding it goes on as well as it can; a statement that does not stand has no effect, so that later findings may
//! follow from the first.
//!
//! A record that is withheld from the auditor counts in the tree and nowhere else. A statement changes the one agreement
//! that it is about, and those that this succeeds, which are public like it; what is withheld is withheld of an agreement
//! as a whole, so that what can be read is judged as if the rest were not there. What is lost: whether an entry that is
//! withheld is a flag, before which others that are due may be missing. What an audit cannot see: whoever holds the log's
//! key can rewrite the log as a whole. A witness, a kept checkpoint or a kept receipt shows that.

mod finding;
mod prepare;
mod clockwork;
mod leaves;
mod papers;
mod handover;
mod stream;

pub use finding::Finding;
pub use papers::{Paper, Served};
pub use prepare::{KnownKeys, Prepared, Row, prepare};
pub use stream::audit_pages;

use std::fmt;

use thiserror::Error;

use crate::book::found;
use crate::book::succession::Announced;
use crate::envelope::statement::genesis::Versions;
use crate::envelope::{Body, Refusal, Rule};
use crate::lives::continuation::WentOn;
use crate::lives::{Moment, Rules};
use crate::log::checkpoint::Checkpoint;
use crate::log::note::{KeyKind, Note, VerifierKey};
use crate::log::record::{Entry, Salt};
use crate::words::{Hash, Instant, Slug};
use clockwork::{Clockwork, Ids};
use handover::Handover;
use leaves::Leaves;
use papers::Papers;
use prepare::{Content, prepare_one};

/// At most this many findings are kept for the report; all are counted.
pub const KEPT: usize = 1_000;

/// How long the ledger's clock may take to write what is due, in milliseconds, before an audit as of now misses it.
const CLOCK_SLACK_MILLIS: i64 = 2_000;

/// Checks a ledger, entry by entry.
#[derive(Debug)]
pub struct Auditor {
    log: VerifierKey,
    /// What the rules have made of the log so far; `None` while there is no genesis to judge by.
    clockwork: Option<Clockwork>,
    ids: Ids,
    leaves: Leaves,
    /// How the log came from the key in its genesis to that of its checkpoint.
    handover: Handover,
    /// From here on it goes by rules that this program does not know: nothing later is judged.
    is_beyond: bool,
    /// Content beside the log, if it is to be looked at; it takes memory for each attachment.
    papers: Option<Papers>,
    next: u64,
    last: Instant,
    fed: u64,
    unread: u64,
    findings: Vec<Finding>,
    found: u64,
}

/// The key is not one with which a log signs checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not the key of a log (an Ed25519 key of type 0x01)")]
pub struct NotALogKey;

impl Auditor {
    /// An auditor that trusts this key and nothing else; it came from elsewhere than the ledger.
    pub fn new(log: VerifierKey) -> Result<Self, NotALogKey> {
        // Under the key of a witness, a cosignature would pass for the log's own signature.
        if log.kind() != KeyKind::Note {
            return Err(NotALogKey);
        }
        let last = Instant::from_millis(0).expect("1970 can be written");
        let (ids, leaves, findings, handover) = (Ids::default(), Leaves::default(), Vec::new(), Handover::default());
        let (clockwork, papers, is_beyond) = (None, None, false);
        Ok(Self { log, clockwork, ids, leaves, handover, is_beyond, papers, next: 0, last, fed: 0, unread: 0, findings, found: 0 })
    }

    /// The same, and it remembers which content beside the log entries name.
    pub fn with_attachments(self) -> Self {
        Self { papers: Some(Papers::default()), ..self }
    }

    /// Tells it which later keys of the log the given one vouches for (see [`crate::book::succession`]).
    pub fn follow(&mut self, announced: Vec<Announced>) {
        self.handover.announced = announced;
    }

    /// The content beside the log that the entries so far name; none for an auditor that was not asked to look at it.
    pub fn attachments(&self) -> Vec<Paper> {
        self.papers.as_ref().map(Papers::all).unwrap_or_default()
    }

    /// Judges what was got when one of these was asked for.
    pub fn saw(&mut self, paper: &Paper, served: Served) -> Option<Finding> {
        let finding = papers::judge(paper, served);
        self.keep(finding.into_iter().collect()).pop()
    }

    /// The log, by its origin.
    pub fn origin(&self) -> &str {
        self.log.name()
    }

    /// The versions of the rules by which the log goes, each with its first entry, as far as it was judged.
    pub fn versions(&self) -> Vec<(u64, Versions)> {
        self.clockwork.as_ref().map(Clockwork::versions).unwrap_or_default()
    }

    /// How many entries were fed.
    pub fn entries(&self) -> u64 {
        self.fed
    }

    /// Of how many of them the record was withheld from this auditor.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// The keys that are known so far, for [`prepare`].
    pub fn known_keys(&self) -> KnownKeys {
        self.clockwork.as_ref().map(Clockwork::known_keys).unwrap_or_default()
    }

    /// Where the log went on from fewer entries than it had signed for, as far as it was fed: entries that stand, so that they are no
    /// findings.
    pub fn went_on(&self) -> &[WentOn] {
        self.clockwork.as_ref().map_or(&[], Clockwork::went_on)
    }

    /// Checks one entry, and gives what is wrong at it. `leaf` is the published entry, of 40 bytes.
    pub fn feed(&mut self, entry: u64, accepted_at: Instant, salt: &Salt, jws: &[u8], leaf: Option<&[u8]>) -> Vec<Finding> {
        let row = Row { entry, accepted_at, salt: *salt, jws: jws.to_vec(), leaf: leaf.map(<[u8]>::to_vec), withheld: false };
        let prepared = prepare_one(row, self.log.name(), &self.known_keys());
        self.feed_prepared(prepared)
    }

    /// Checks one entry whose signature was checked ahead.
    pub fn feed_prepared(&mut self, prepared: Prepared) -> Vec<Finding> {
        self.fed += 1;
        self.unread += u64::from(matches!(prepared.content, Content::Withheld));
        let mut findings = Vec::new();
        let index = prepared.entry;
        if index != self.next {
            findings.push(Finding::OutOfPlace { index: self.next, found: index });
            self.leaves.interrupt();
            if index < self.next {
                return self.keep(findings);
            }
        }
        self.next = index.saturating_add(1);
        let (at, leaf_fits) = (prepared.instant(self.last), prepared.leaf_fits());
        self.leaves.append(&prepared);
        if !leaf_fits {
            findings.push(Finding::LeafMismatch { index });
        }
        let last = std::mem::replace(&mut self.last, at);
        if at < last {
            findings.push(Finding::ClockBack { index, accepted_at: at, previous: last });
        }
        let moment = Moment { entry: index, at };
        let rotates = prepared.content.parsed().is_some_and(|parsed| matches!(parsed.statement().body, Body::LogKeyRotation(_)));
        let leaf = prepared.computed.as_ref().map(Entry::leaf_hash);
        let said = self.papers.as_ref().and_then(|_| prepared.content.parsed()).map(|parsed| parsed.statement().clone());
        match &mut self.clockwork {
            Some(_) if self.is_beyond => {}
            Some(clockwork) => findings.extend(clockwork.take(prepared.content, moment, last, &mut self.ids)),
            None if index == 0 => findings.extend(self.begin(prepared.content, moment)),
            None => findings.extend(prepared.content.unreadable(index)),
        }
        self.is_beyond |= findings.iter().any(|finding| matches!(finding, Finding::UnknownVersions { .. }));
        // A statement that does not stand files nothing and erases nothing.
        let stands = !findings.iter().any(|finding| finding.index() == index && finding.refusal().is_some());
        if let (true, Some(clockwork)) = (rotates && stands && !self.is_beyond, &self.clockwork) {
            self.handover.take(index, leaf, clockwork.log_keys(), &self.log);
        }
        if let (Some(papers), Some(said)) = (&mut self.papers, said.filter(|_| stands)) {
            papers.note(index, &said);
        }
        self.keep(findings)
    }

    /// Entry 0: without a genesis there is nothing to judge the rest by.
    fn begin(&mut self, content: Content, moment: Moment) -> Vec<Finding> {
        let no_genesis = |refusal| vec![Finding::NoGenesis { index: 0, refusal }];
        // A genesis brings its key along; `found` asks that it is the gateway's, and that it signed.
        let verified = match content {
            Content::Withheld => Err(Refusal::at("/type", Rule::GatewayOnly, "the first entry is withheld", "a genesis, which is public")),
            Content::Unreadable(refusal) => Err(refusal),
            Content::Verified(verified) => Ok(*verified),
            Content::Pending(parsed) => match parsed.own_key().cloned() {
                Some(key) => parsed.verify(&key),
                None => Err(Refusal::at("/type", Rule::GatewayOnly, "the first entry is no genesis", "a genesis")),
            },
        };
        let verified = match verified {
            Ok(verified) => verified,
            Err(refusal) => return no_genesis(refusal),
        };
        let (ledger, institutions) = match found(&verified, moment) {
            Ok(founded) => founded,
            Err(refusal) => return no_genesis(refusal),
        };
        let (origin, log_key) = (ledger.origin.clone(), ledger.log_key.clone());
        let versions = ledger.versions.clone();
        self.ids.use_up(verified.statement());
        self.clockwork = Some(Clockwork::new(ledger, institutions));
        let own = origin == self.log.name() && log_key == self.log.to_string();
        let is_named_later = origin == self.log.name();
        let other_ledger = (!own).then_some(Finding::OtherLedger { index: 0, origin, log_key });
        let unknown = Rules::of(&versions).is_none().then_some(Finding::UnknownVersions { index: 0, versions });
        // A later entry may name the given key: only the end shows that none does.
        let at_once = if is_named_later { self.handover.waits_for(other_ledger) } else { other_ledger };
        at_once.into_iter().chain(unknown).collect()
    }

    fn keep(&mut self, findings: Vec<Finding>) -> Vec<Finding> {
        self.found += findings.len() as u64;
        let room = KEPT.saturating_sub(self.findings.len());
        self.findings.extend(findings.iter().take(room).cloned());
        findings
    }

    /// What was found since this was asked last, in the order of the log; at most [`KEPT`]. For whoever follows a log.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// What is wrong with the log as far as it was fed, beside what was found at its entries: as [`Auditor::finish`] tells,
    /// but only the first flag that is missing, and more can be fed afterwards.
    pub fn stands(&self, checkpoint: &[u8], as_of: Option<Instant>) -> Vec<Finding> {
        let by = as_of.map(|at| at.plus_millis(-CLOCK_SLACK_MILLIS));
        let missing = by.filter(|_| !self.is_beyond).and_then(|by| self.clockwork.as_ref()?.first_due(by));
        let missing = missing.map(|flag| Finding::MissingFlag { index: self.next, flag: Box::new(flag) });
        let signed = match self.compare(checkpoint) {
            Ok((_, finding)) => finding,
            Err(finding) => self.known_key(finding),
        };
        missing.into_iter().chain(self.handed_over(checkpoint)).chain(signed).collect()
    }

    /// Whether an institution is a party to an agreement, as far as the log was fed.
    pub fn is_party(&self, agreement: &Slug, institution: &Slug) -> bool {
        self.clockwork.as_ref().is_some_and(|clockwork| clockwork.is_party(agreement, institution))
    }

    /// Compares what was fed with the log's checkpoint, as it was served. As of an instant: everything that was due
    /// two seconds before it must be in the log.
    pub fn finish(mut self, checkpoint: &[u8], as_of: Option<Instant>) -> Report {
        let (next, last) = (self.next, self.last);
        let by = as_of.map(|at| at.plus_millis(-CLOCK_SLACK_MILLIS));
        let clockwork = self.clockwork.as_mut().filter(|_| !self.is_beyond);
        let missing = clockwork.map(|clockwork| clockwork.close(next, last, by)).unwrap_or_default();
        self.keep(missing);
        if self.clockwork.is_none() && !self.findings.iter().any(|finding| matches!(finding, Finding::NoGenesis { .. })) {
            let refusal = Refusal::new(Rule::GatewayOnly, "there is no first entry", "a genesis");
            self.keep(vec![Finding::NoGenesis { index: 0, refusal }]);
        }
        let handover = self.handed_over(checkpoint);
        self.keep(handover);
        let signed = self.compare(checkpoint);
        let (checkpoint, finding) = match signed {
            Ok((checkpoint, finding)) => (Some(checkpoint), finding),
            Err(finding) => (None, self.known_key(finding)),
        };
        self.keep(finding.into_iter().collect());
        let (origin, root, went_on) = (self.log.name().to_owned(), self.leaves.root(), self.went_on().to_vec());
        let (entries, unread, versions, found) = (self.fed, self.unread, self.versions(), self.found);
        Report { origin, entries, unread, root, checkpoint, versions, went_on, findings: self.findings, found }
    }

    /// A later key may be named in an entry that was not judged: then it is not known whether a checkpoint stands.
    fn known_key(&self, finding: Finding) -> Option<Finding> {
        (!self.is_beyond).then_some(finding)
    }

    /// What is wrong with how the log came from the given key to that of its checkpoint.
    fn handed_over(&self, note: &[u8]) -> Vec<Finding> {
        if self.is_beyond {
            return Vec::new();
        }
        let signed = Note::parse(note).is_ok_and(|note| Checkpoint::open(&note, &self.log, &[]).is_ok());
        self.handover.findings(signed)
    }

    fn compare(&self, note: &[u8]) -> Result<(Checkpoint, Option<Finding>), Finding> {
        let index = self.next;
        let refused = |fault| Finding::CheckpointRefused { index, fault };
        let note = Note::parse(note).map_err(|fault| refused(fault.into()))?;
        // By every key that signs now: whoever knows one of them relies on it.
        let keys = self.clockwork.as_ref().and_then(Clockwork::log_keys).filter(|_| self.handover.open.is_none());
        let keys = keys.as_ref().map_or_else(|| vec![&self.log], |keys| keys.signing(index, self.last));
        let opened = keys.into_iter().map(|key| Ok(Checkpoint::open(&note, key, &[]).map_err(refused)?.0));
        let checkpoint = opened.reduce(|first, next| first.and(next)).expect("a log has a key")?;
        let finding = if checkpoint.size() != index {
            Some(Finding::OtherSize { index, signed: checkpoint.size() })
        } else if !self.leaves.commit_to(checkpoint.root()) {
            Some(Finding::OtherRoot { index, signed: checkpoint.root(), computed: self.leaves.root() })
        } else {
            None
        };
        Ok((checkpoint, finding))
    }
}

/// What an audit came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The log.
    pub origin: String,
    /// How many entries there were.
    pub entries: u64,
    /// Of how many of them the record was withheld from this auditor. That they are in the tree was checked, what they say
    /// was not; nor could what they say be missed.
    pub unread: u64,
    /// The root of the tree over the records as they were read.
    pub root: Hash,
    /// The checkpoint, if the log's key signed it.
    pub checkpoint: Option<Checkpoint>,
    /// The versions of the rules by which it was judged, each with the first entry for which it holds, oldest first.
    pub versions: Vec<(u64, Versions)>,
    /// Where the log went on from fewer entries than it had signed for, as its owner recorded. That is within the rules, and everybody
    /// is to see it.
    pub went_on: Vec<WentOn>,
    /// What is wrong, in the order of the log; at most [`KEPT`].
    pub findings: Vec<Finding>,
    /// How many findings there were in all.
    pub found: u64,
}

impl Report {
    /// Whether nothing is wrong, as far as it could be read.
    pub fn is_clean(&self) -> bool {
        self.found == 0
    }
}

/// The last line of an audit, without the name of the ledger: `1234 entries, clean`, or
/// `1234 entries, 56 of them withheld and not read, the others clean`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |n: u64| if n == 1 { "" } else { "s" };
        let entries = if self.entries == 1 { "entry" } else { "entries" };
        write!(f, "{} {entries}, ", self.entries)?;
        if self.unread > 0 {
            write!(f, "{} of them withheld and not read, ", self.unread)?;
        }
        match self.found {
            0 if self.unread > 0 => f.write_str("the others clean"),
            0 => f.write_str("clean"),
            n => write!(f, "{n} finding{}", s(n)),
        }
    }
}
