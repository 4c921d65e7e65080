//! The rules at work on a log: what each statement does at its place, and what the clock must have caused before it.

use std::collections::{HashMap, HashSet};

use super::finding::Finding;
use super::prepare::{Content, KnownKeys};
use crate::book::{Accepted, Agenda, Book, Change, Ledger, LifeKey, Stop, Verdict};
use crate::envelope::statement::flag::Flag;
use crate::envelope::statement::genesis::Versions;
use crate::envelope::{Body, Refusal, Rule, Statement, Verified};
use crate::lives::continuation::WentOn;
use crate::lives::log_keys::LogKeys;
use crate::lives::{Institution, Moment};
use crate::words::{Hash, Instant, Slug};

/// How far a flag that stands out of turn is looked for among what is due in its life.
const LOOK_AHEAD: usize = 1_000;

/// A book that holds all lives, the order in which flags must come, and the flags that did not.
#[derive(Debug)]
pub(super) struct Clockwork {
    book: Book,
    agenda: Agenda,
    keys: KnownKeys,
    /// Flags that are missing, by the hash of their JSON, and the entry before which they belong.
    missing: HashMap<Hash, u64>,
    /// A false flag stood at this instant, or the log went on from an older state: what was due then may still come after it.
    owed: Option<Instant>,
}

impl Clockwork {
    pub(super) fn new(ledger: Ledger, institutions: Vec<Institution>) -> Self {
        let mut keys = KnownKeys::default();
        keys.learn(ledger.statement_key.thumbprint(), &ledger.statement_key);
        let changes: Vec<Change> = institutions.iter().cloned().map(|institution| Change::Institution(Box::new(institution))).collect();
        let (book, agenda) = (Book::complete(ledger, institutions), Agenda::default());
        let mut clockwork = Self { book, agenda, keys, missing: HashMap::new(), owed: None };
        clockwork.note(&changes);
        clockwork
    }

    pub(super) fn known_keys(&self) -> KnownKeys {
        self.keys.clone()
    }

    /// The keys of the log, as far as it was fed; `None` where the one in the genesis cannot be read.
    pub(super) fn log_keys(&self) -> Option<LogKeys> {
        let ledger = self.book.ledger();
        ledger.log_keys(self.book.institution(&ledger.owner)?).ok()
    }

    /// Where the log went on from fewer entries than it had signed for, as far as it was fed.
    pub(super) fn went_on(&self) -> &[WentOn] {
        self.book.institution(&self.book.ledger().owner).map_or(&[], |owner| &owner.went_on)
    }

    /// The versions by which the log goes, each with its first entry, as far as it was fed.
    pub(super) fn versions(&self) -> Vec<(u64, Versions)> {
        let ledger = self.book.ledger();
        self.book.institution(&ledger.owner).map(|owner| ledger.versions_of(owner)).unwrap_or_default()
    }

    /// Takes one entry at its place; `last` is the instant of the entry before it.
    pub(super) fn take(&mut self, content: Content, moment: Moment, last: Instant, ids: &mut Ids) -> Vec<Finding> {
        if matches!(content, Content::Withheld) {
            // It may be a flag itself, before which nothing else must stand; the next entry that can be read tells.
            return Vec::new();
        }
        let flag = content.flag().cloned();
        let goes_on = content.parsed().is_some_and(|parsed| matches!(parsed.statement().body, Body::Continuation(_)));
        let mut findings = match &flag {
            // While the ledger was closed nothing could be written but this, which therefore comes before what was due.
            None if goes_on => {
                self.owed = Some(moment.at);
                Vec::new()
            }
            // Whoever adds a flag that does not follow has not thereby left out those that do: they may come next.
            Some(flag) if !self.comes(flag, moment, last) => {
                self.owed = Some(moment.at);
                Vec::new()
            }
            _ => self.catch_up(moment.at, moment.entry, last, flag.as_ref()),
        };
        let in_turn = flag.filter(|flag| self.expected(moment.at).is_some_and(|(_, expected)| expected == *flag));
        match self.judge(content, moment, ids) {
            Ok(accepted) => {
                let changes = self.book.record(*accepted);
                self.note(&changes);
                // One id for each statement is kept, but not by the book, which keeps them in full.
                self.book.forget_ids();
            }
            Err(finding) => {
                findings.push(*finding);
                // It is in its place, though it is not signed as it should be: its absence is no second finding.
                in_turn.map(|flag| self.assume(&flag, moment));
            }
        }
        findings
    }

    /// At the end of a log: what a false flag left open, and everything that was due by an instant.
    pub(super) fn close(&mut self, size: u64, last: Instant, by: Option<Instant>) -> Vec<Finding> {
        let by = self.owed.into_iter().chain(by).max();
        by.map(|at| self.catch_up(at, size, last, None)).unwrap_or_default()
    }

    /// The flag that must stand next, if anything was due by an instant.
    pub(super) fn first_due(&self, by: Instant) -> Option<Flag> {
        self.expected(by).map(|(_, flag)| flag)
    }

    /// Whether an institution is a party to an agreement.
    pub(super) fn is_party(&self, agreement: &Slug, institution: &Slug) -> bool {
        self.book.agreement(agreement).is_some_and(|agreement| agreement.head.parties.contains_key(institution))
    }

    /// Everything due by an instant is assumed, and missing, up to the flag that is present.
    fn catch_up(&mut self, at: Instant, entry: u64, last: Instant, present: Option<&Flag>) -> Vec<Finding> {
        self.owed = None;
        let mut findings = Vec::new();
        while let Some((life, flag)) = self.expected(at) {
            if present == Some(&flag) {
                break;
            }
            self.missing.insert(hash(&flag), entry);
            findings.push(Finding::MissingFlag { index: entry, flag: Box::new(flag.clone()) });
            if !self.assume(&flag, place(&flag, entry, last)) {
                self.agenda.set(life, None);
            }
        }
        findings
    }

    /// What must stand next in the log, if anything was due by an instant.
    fn expected(&self, at: Instant) -> Option<(LifeKey, Flag)> {
        let (_, life) = self.agenda.first(at)?;
        Some((life.clone(), self.book.next_flag(life)?))
    }

    /// Whether this flag follows from the log at its place, be it not the first to come.
    fn comes(&self, flag: &Flag, moment: Moment, last: Instant) -> bool {
        if self.expected(moment.at).is_some_and(|(_, expected)| expected == *flag) {
            return true;
        }
        let life = LifeKey::of(flag.cause.subject());
        let mut book = Book::complete(self.book.ledger().clone(), Vec::new());
        match &life {
            LifeKey::Agreement(id) => {
                // Cases that reach the State are routed by the table of the ministry; the rules are those that the owner took up.
                let Ledger { ministry, owner, .. } = self.book.ledger();
                for id in [ministry, owner] {
                    book.put_institution(id.clone(), self.book.institution(id).cloned());
                }
                book.put_agreement(id.clone(), self.book.agreement(id).cloned());
            }
            LifeKey::Institution(id) => book.put_institution(id.clone(), self.book.institution(id).cloned()),
            LifeKey::Key(_) | LifeKey::Id(..) => return false,
        }
        for _ in 0..LOOK_AHEAD {
            match book.next_flag(&life).filter(|next| next.due_at <= moment.at) {
                Some(next) if next == *flag => return true,
                Some(next) if book.cause(&next, place(&next, moment.entry, last)).is_ok() => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    /// Goes on as if a flag stood in the log.
    fn assume(&mut self, flag: &Flag, moment: Moment) -> bool {
        let changes = self.book.cause(flag, moment);
        changes.map(|changes| self.note(&changes)).is_ok()
    }

    fn note(&mut self, changes: &[Change]) {
        self.agenda.note(changes);
        for change in changes {
            let Change::Institution(institution) = change else { continue };
            for candidate in &institution.candidates {
                self.keys.learn(candidate.registration.key.thumbprint(), &candidate.registration.key);
            }
            for key in institution.admitted.iter().flat_map(|admitted| &admitted.keys) {
                self.keys.learn(key.kid, &key.key);
            }
        }
    }

    fn judge(&self, content: Content, moment: Moment, ids: &mut Ids) -> Result<Box<Accepted>, Box<Finding>> {
        let index = moment.entry;
        let verified = self.verified(content, index)?;
        let statement = verified.statement();
        let used = || Finding::UsedId { index, by: statement.by.clone(), id: statement.id.clone() };
        if ids.has(statement) {
            return Err(Box::new(used()));
        }
        match self.book.judge(&verified, moment) {
            Ok(Verdict::Accept(accepted)) => {
                ids.use_up(statement);
                Ok(accepted)
            }
            Ok(Verdict::Repeat { .. }) => Err(Box::new(used())),
            Err(stop) => {
                let refusal = refusal(stop);
                Err(Box::new(match &statement.body {
                    Body::Flag(flag) => self.false_flag(flag.clone(), refusal, index),
                    Body::RulesChange(body) if refusal.rule() == Rule::UnknownVersions => {
                        Finding::UnknownVersions { index, versions: body.versions.clone() }
                    }
                    _ => Finding::Refused { index, refusal },
                }))
            }
        }
    }

    /// A flag that does not follow: one that was missing before, or a false one.
    fn false_flag(&self, flag: Flag, refusal: Refusal, index: u64) -> Finding {
        let before = self.missing.get(&hash(&flag)).filter(|_| refusal.rule() == Rule::FlagUnfit);
        match before {
            Some(before) => Finding::MovedFlag { index, flag: Box::new(flag), before: *before },
            None => Finding::FalseFlag { index, flag: Box::new(flag), refusal },
        }
    }

    /// The signature must hold under the key that the book has for the signer at this place.
    fn verified(&self, content: Content, index: u64) -> Result<Verified, Box<Finding>> {
        let bad = |refusal| Box::new(Finding::BadSignature { index, refusal });
        match content {
            Content::Withheld => unreachable!("take returns before it is judged"),
            Content::Unreadable(refusal) => Err(Box::new(Finding::Unreadable { index, refusal })),
            Content::Pending(parsed) => {
                let key = self.book.key_of(&parsed).map_err(|stop| bad(refusal(stop)))?;
                parsed.verify(&key).map_err(bad)
            }
            Content::Verified(verified) => {
                let key = self.book.key_of(&verified).map_err(|stop| bad(refusal(stop)))?;
                if key.thumbprint() == verified.received().header().kid {
                    return Ok(*verified);
                }
                // It holds, but under the key of another.
                (**verified).clone().verify(&key).map_err(bad)
            }
        }
    }
}

/// Where a missing flag is taken to stand: it was due between two entries, and the clock does not wait.
fn place(flag: &Flag, entry: u64, last: Instant) -> Moment {
    Moment { entry, at: flag.due_at.max(last) }
}

fn hash(flag: &Flag) -> Hash {
    Hash::of(&[Body::from(flag.clone()).to_json().to_string().as_bytes()])
}

fn refusal(stop: Stop) -> Refusal {
    match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Need(life) => unreachable!("a complete book has {life:?}"),
    }
}

/// The ids that statements have used: sixteen bytes of a hash for each. Two ids with the same would take 2^64 tries.
#[derive(Debug, Default)]
pub(super) struct Ids(HashSet<[u8; 16]>);

impl Ids {
    fn has(&self, statement: &Statement) -> bool {
        self.0.contains(&Self::short(statement))
    }

    pub(super) fn use_up(&mut self, statement: &Statement) {
        self.0.insert(Self::short(statement));
    }

    fn short(statement: &Statement) -> [u8; 16] {
        let hash = Hash::of(&[statement.by.as_str().as_bytes(), b"\n", statement.id.as_str().as_bytes()]);
        *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
    }
}
