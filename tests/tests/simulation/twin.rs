//! A real gateway and the rules alone, side by side: both are told the same, and what they say and hold must be the same.

use std::collections::{BTreeMap, BTreeSet};

use gateway::sequencer::Unavailable;
use gateway::store::EntryRow;
use harness::audit::Audit;
use harness::derived::folded;
use harness::dice::Dice;
use harness::faults::{Fault, Step};
use harness::lives::Seen;
use harness::memory::Memory;
use harness::replayed::{Replay, compare, compare_lists, open};
use harness::town::ORIGIN;
use harness::{Answer, Attachment, Door, Entry};
use ledger::audit::{Auditor, Finding};
use ledger::envelope::{Parsed, SigningKey};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;
use ledger::log::receipt::{Receipt, VerifiedReceipt};
use ledger::log::tree::Frontier;
use ledger::words::{Hash, Instant};
use serde_json::Value;

use crate::site::{Sent, Site, Told};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Instants of the past at which reads are compared, at most.
const LOOKS: usize = 12;

/// What happened, so that none of it is true of nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) crashes: u64,
    /// Crashes after which a statement stood that nobody had been told of.
    pub(crate) untold: u64,
    pub(crate) faults: u64,
    pub(crate) jumps: u64,
    pub(crate) sleeps: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { accepted, refused, crashes, untold, faults, jumps, sleeps } = other;
        let pairs = [
            (&mut self.accepted, accepted),
            (&mut self.refused, refused),
            (&mut self.crashes, crashes),
            (&mut self.untold, untold),
            (&mut self.faults, faults),
            (&mut self.jumps, jumps),
            (&mut self.sleeps, sleeps),
        ];
        pairs.into_iter().for_each(|(sum, one)| *sum += one);
    }
}

/// Both, and what was acknowledged.
pub(crate) struct Twin {
    pub(crate) rules: Memory,
    pub(crate) site: Site,
    pub(crate) tally: Tally,
    dice: Dice,
    /// What was acknowledged: the statement, and its receipt, verified.
    kept: Vec<(Sent, VerifiedReceipt)>,
    /// What was read of the log, and the roots of its trees.
    seen: Vec<EntryRow>,
    frontier: Frontier,
    roots: Vec<Hash>,
    used: BTreeSet<(String, String)>,
}

impl Twin {
    pub(crate) fn new(rules: Memory, site: Site, seed: u64) -> Self {
        let frontier = Frontier::empty();
        let roots = vec![frontier.root()];
        let (kept, seen, used) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { rules, site, tally: Tally::default(), dice: Dice(seed), kept, seen, frontier, roots, used }
    }

    /// Keeps a receipt, which must verify by itself.
    fn keep(&mut self, sent: &Sent, answer: &Answer, receipt: Option<&str>) {
        let (Answer::Accepted(entry) | Answer::Repeat(entry)) = answer else { return };
        let receipt = Receipt::parse(receipt.expect("an acknowledgement has a receipt").as_bytes()).unwrap();
        let verified = receipt.verify_any(&self.site.log_keys()).unwrap();
        assert_eq!((verified.index, &verified.jws), (*entry, &sent.statement));
        self.kept.push((sent.clone(), verified));
    }

    /// Brings statements in. They are sent again until there is an answer, whatever happens to the gateway meanwhile.
    pub(crate) fn volley(&mut self, sent: &[Sent]) -> Vec<Answer> {
        self.check_stored(Some(self.rules.log().len()));
        let expected: Vec<Answer> = sent.iter().map(|one| self.rules.submit(&one.statement, &one.attachments)).collect();
        // In company of statements that were acknowledged long ago, sent again by somebody who forgot.
        let mut all = sent.to_vec();
        let old = self.dice.roll(3).min(self.kept.len() as u64);
        let old: Vec<(Sent, u64)> = (0..old)
            .map(|_| {
                let (sent, receipt) = &self.kept[self.dice.roll(self.kept.len() as u64) as usize];
                (sent.clone(), receipt.index)
            })
            .collect();
        all.extend(old.iter().map(|(sent, _)| sent.clone()));
        match self.dice.roll(16) {
            0 => self.crash(&all),
            1 => self.fail_a_step(&all),
            2 => self.jump(&all),
            _ => {}
        }
        let told = self.site.submit(&all);
        for (sent, (answer, receipt)) in all.iter().zip(&told) {
            self.keep(sent, answer, receipt.as_deref());
        }
        for (expected, (answer, _)) in expected.iter().zip(&told) {
            self.compare(expected, answer);
        }
        for ((_, entry), (answer, _)) in old.iter().zip(&told[sent.len()..]) {
            assert_eq!(*answer, Answer::Repeat(*entry), "sent again, it has the entry that it had");
        }
        expected
    }

    /// A statement may stand already where a crash kept its sender from hearing so.
    fn compare(&mut self, expected: &Answer, answer: &Answer) {
        match (expected, answer) {
            (Answer::Accepted(entry), Answer::Accepted(found) | Answer::Repeat(found)) => {
                assert_eq!(entry, found);
                self.tally.accepted += 1;
                self.tally.untold += u64::from(matches!(answer, Answer::Repeat(_)));
            }
            (Answer::Refused(expected), Answer::Refused(found)) => {
                // Whose key it is a gateway looks up among all keys, and the rules among those of the signer: either says that this one may not sign.
                let whose = |said: &harness::door::Said| ["unknown-key", "not-admitted"].contains(&said.code.as_str());
                let code = |said: &harness::door::Said| {
                    if whose(said) { ("no key of the signer".to_owned(), String::new()) } else { (said.code.clone(), said.pointer.clone()) }
                };
                let codes = |said: &[harness::door::Said]| said.iter().map(code).collect::<Vec<_>>();
                assert_eq!(codes(expected), codes(found));
                self.tally.refused += 1;
            }
            (expected, found) => assert_eq!(expected, found),
        }
    }

    fn crash(&mut self, sent: &[Sent]) {
        // From before the queue to after the answer.
        let moment = self.dice.roll(3_000);
        let told = self.site.crash_while(sent, moment);
        // After a long silence an operator is asked for, whoever was to blame for it.
        let is_long = self.now().millis() - self.last_accepted().millis() >= 14 * DAY;
        self.site.start(is_long).unwrap_or_else(|fault| panic!("after a crash: {fault}"));
        for (sent, told) in sent.iter().zip(told.into_iter().flatten()) {
            if let Ok((answer, receipt)) = told {
                self.keep(sent, &answer, receipt.as_deref());
            }
        }
        self.tally.crashes += 1;
        // The rules have the answers already; the log may or may not have the last batch.
        self.check_stored(None);
    }

    /// The instant of the last entry that was read.
    fn last_accepted(&self) -> Instant {
        self.seen.last().expect("the log was read").accepted_at
    }

    /// One step of the commit fails, for as long as it takes for somebody to be told so.
    fn fail_a_step(&mut self, sent: &[Sent]) {
        let step = Step::ALL[self.dice.roll(Step::ALL.len() as u64) as usize];
        let fault = self.site.wait(Fault::inject_at(&self.site.home, step));
        let before = self.site.size();
        let told = self.site.bring(sent);
        if told.contains(&Err(Unavailable::Failing)) {
            assert_eq!(self.site.size(), before, "a step failed, and something stands");
            self.tally.faults += 1;
        }
        self.site.wait(fault.mend());
        self.check_stored(None);
    }

    /// The clock jumps: nothing is taken, nothing is flagged, until it is right again. Sometimes there is a crash meanwhile.
    fn jump(&mut self, sent: &[Sent]) {
        let by = if self.dice.roll(2) == 0 { -HOUR } else { DAY };
        let Some((known, _)) = self.kept.first().cloned() else { return };
        // A gateway measures a jump from what it read last: this makes it read its clock.
        self.site.submit(&[known]);
        self.site.clock.jump(by);
        // One that has just started knows only that time does not run back behind its log.
        if by < 0 && self.last_accepted() == self.now() && self.dice.roll(2) == 0 {
            self.site.crash_while(sent, 0);
            self.site.start(false).unwrap_or_else(|fault| panic!("with a clock that is wrong: {fault}"));
        }
        let told = self.site.bring(sent);
        // What is no statement is refused before anybody looks at a clock.
        let is_stopped = |told: &Told| matches!(told, Err(Unavailable::Clock(_)) | Ok((Answer::Refused(_), None)));
        assert!(told.iter().all(is_stopped), "by {by} ms: {told:?}");
        self.site.clock.jump(-by);
        self.tally.jumps += 1;
    }

    /// Stops, and starts at a later instant, by the word of an operator that the clock is right.
    fn sleep(&mut self, to: Instant) {
        self.site.stop();
        self.site.clock.set(to);
        self.site.start(true).unwrap_or_else(|fault| panic!("after a sleep: {fault}"));
        self.site.wait_for(self.rules.log().len() as u64);
        self.tally.sleeps += 1;
    }

    /// What is stored is whole, holds what was acknowledged, and is what the rules hold: `whole`, or the beginning of it.
    pub(crate) fn check_stored(&mut self, whole: Option<usize>) {
        let known = self.seen.len();
        let rows = self.site.rows(if whole.is_some() { known as u64 } else { 0 });
        let new = match whole {
            Some(_) => rows,
            None => {
                assert!(rows.len() >= known && rows[..known] == self.seen, "what was read before has changed");
                rows[known..].to_vec()
            }
        };
        for row in &new {
            let parsed = Parsed::parse(&row.jws).unwrap();
            let statement = parsed.statement();
            assert!(self.used.insert((statement.by.to_string(), statement.id.to_string())), "entry {}: a statement twice", row.entry);
            self.frontier.append(row.leaf_at(self.frontier.size(), ORIGIN).expect("a sound record"));
            self.roots.push(self.frontier.root());
            assert_eq!(said(row.accepted_at, &row.jws, row.entry), self.told_to_rules(row.entry), "entry {}", row.entry);
        }
        self.seen.extend(new);
        assert!(whole.is_none_or(|whole| self.seen.len() == whole), "{} entries, not {whole:?}", self.seen.len());
        let note = Note::parse(self.site.checkpoint().as_bytes()).unwrap();
        let (checkpoint, _) = Checkpoint::open_any(&note, &self.site.log_keys(), &[]).unwrap();
        assert_eq!((checkpoint.size(), checkpoint.root()), (self.seen.len() as u64, self.frontier.root()));
        // The last checkpoint is over every leaf; a receipt that is of one of its earlier trees is proven by it.
        for (sent, receipt) in &self.kept {
            let row = &self.seen[receipt.index as usize];
            assert_eq!((&row.jws, row.accepted_at), (&sent.statement, receipt.accepted_at), "entry {} was acknowledged", row.entry);
            assert_eq!(self.roots[receipt.checkpoint.size() as usize], receipt.checkpoint.root(), "a fork");
            assert_eq!(row.leaf_at(receipt.index, ORIGIN), Some(receipt.leaf));
        }
    }

    fn told_to_rules(&self, entry: u64) -> (Instant, Value) {
        let Entry { at, bytes } = self.rules.log().get(entry as usize).unwrap_or_else(|| panic!("entry {entry} is too many"));
        said(*at, bytes, entry)
    }

    /// At the end: audits by the ledger and by the harness, from nothing; the state is what follows from the log.
    pub(crate) fn check_whole(&mut self) -> u64 {
        self.check_stored(Some(self.rules.log().len()));
        assert_eq!(self.site.damage(), Vec::<String>::new());
        let now = self.now();
        let mut auditor = Auditor::new(self.site.vkey.clone()).unwrap();
        for row in &self.seen {
            auditor.feed(row.entry, row.accepted_at, &row.salt, &row.jws, Some(&row.leaf));
        }
        let report = auditor.finish(self.site.checkpoint().as_bytes(), Some(now));
        // The receipts by which one key of the log hands over to the next are fetched by who audits over HTTP.
        let found = report.findings.iter().find(|finding| !matches!(finding, Finding::KeyNotHandedOver { .. }));
        assert!(found.is_none(), "{report}: {:?}", report.findings);
        let entries: Vec<Entry> = self.seen.iter().map(|row| Entry { at: row.accepted_at, bytes: row.jws.clone() }).collect();
        let replayed = Audit::replay(&entries, now).unwrap_or_else(|corruption| panic!("{corruption:?}"));
        assert_eq!(replayed.flags(), self.rules.audit().flags(), "flags are a function of the log and the instants");
        assert_eq!(self.site.lives(), folded(&replayed), "the stored lives are those that follow from the log");
        self.check_reads(&entries);
        self.seen.len() as u64
    }

    /// What is read, as of instants of the past and now, is what folding the log until then gives.
    fn check_reads(&self, entries: &[Entry]) {
        let mut replay = Replay::begin(&entries[0]);
        let every = entries.len() / LOOKS + 1;
        let host = self.site.host();
        for (i, entry) in entries.iter().enumerate().skip(1) {
            replay.fold(entry);
            // A later entry of the same instant belongs to it as well.
            let last = entries.get(i + 1).is_none_or(|next| next.at > entry.at);
            if last && (i % every == 0 || i + 1 == entries.len()) {
                self.site.wait(async {
                    let (listing, replayed) = (open(host, Some(entry.at)).await, replay.at(entry.at));
                    compare(&listing, &replayed, "a simulated year").await;
                    compare_lists(&listing, &replayed, "a simulated year").await;
                });
            }
        }
        self.site.wait(async {
            let (listing, replayed) = (open(host, None).await, replay.at(self.now()));
            compare(&listing, &replayed, "a simulated year").await;
            compare_lists(&listing, &replayed, "a simulated year").await;
        });
    }

    /// What the log says, without salts, keys and signatures: what must be the same whenever this seed is run.
    pub(crate) fn said(&self) -> Vec<(Instant, Value)> {
        self.seen.iter().map(|row| said(row.accepted_at, &row.jws, row.entry)).collect()
    }

    /// How many entries there are of each type.
    pub(crate) fn kinds(&self) -> BTreeMap<&'static str, u64> {
        let mut kinds = BTreeMap::new();
        for row in &self.seen {
            *kinds.entry(Parsed::parse(&row.jws).unwrap().statement().body.kind().code()).or_default() += 1;
        }
        kinds
    }
}

/// When an entry was accepted, and what it says. A genesis names the keys of its gateway, which are drawn anew each time.
fn said(at: Instant, jws: &[u8], entry: u64) -> (Instant, Value) {
    let payload =
        if entry == 0 { Value::Null } else { serde_json::from_slice(&Parsed::parse(jws).unwrap().statement().to_payload()).unwrap() };
    (at, payload)
}

impl Seen for Twin {
    fn audit(&self) -> &Audit {
        self.rules.audit()
    }

    fn log(&self) -> &[Entry] {
        self.rules.log()
    }

    fn keys_are_known(&self) -> bool {
        false
    }
}

impl Door for Twin {
    fn now(&self) -> Instant {
        self.rules.now()
    }

    fn gateway_key(&self) -> SigningKey {
        self.rules.gateway_key()
    }

    fn hold_log_key(&mut self, seed: &[u8; 32]) {
        self.site.hold_log_key(seed);
    }

    fn submit(&mut self, statement: &[u8], attachments: &[Attachment]) -> Answer {
        self.volley(&[Sent { statement: statement.to_vec(), attachments: attachments.to_vec() }]).remove(0)
    }

    fn advance(&mut self, to: Instant, awake: bool) {
        let before = self.rules.log().len();
        self.rules.advance(to, awake);
        if !awake {
            return self.sleep(to);
        }
        // The gateway sees each instant at which something is due; nobody tells it what.
        let due: BTreeMap<Instant, usize> = self.rules.log()[before..].iter().map(|entry| entry.at).zip(before + 1..).collect();
        for (at, size) in due {
            self.site.clock.set(at);
            self.site.wait_for(size as u64);
        }
        self.site.clock.set(to);
    }

    fn entries(&self, from: usize) -> Vec<Entry> {
        self.site.rows(from as u64).into_iter().map(|row| Entry { at: row.accepted_at, bytes: row.jws }).collect()
    }
}
