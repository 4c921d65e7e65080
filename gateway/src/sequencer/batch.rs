//! One batch on the book: at its instant, first what the clock has caused, then each submission on what came before.

use ledger::book::{Agenda, Book, LifeKey, Stop, Verdict};
use ledger::envelope::statement::flag::Flag;
use ledger::envelope::{Body, GATEWAY, Parsed, Refusal, Rule, Statement, Verified, sign_compact};
use ledger::lives::Moment;
use ledger::words::Instant;

use super::beside::{erasable, fitting, held};
use super::closed::{Closed, names_what_is_lost};
use super::reader::Reader;
use super::{Checked, GatewayKeys, Submission};
use crate::store::{EntryChange, NewAttachment, StoreFault, subject_of};

/// A statement that was accepted in this batch, with what it changed.
pub(super) struct Taken {
    pub(super) moment: Moment,
    pub(super) parsed: Parsed,
    pub(super) change: EntryChange,
}

/// What became of one submission, before the commit.
pub(super) enum Judged {
    /// It gets this index.
    Taken(u64),
    /// It is an entry already.
    Repeat(u64),
    /// It does not fit, at this instant.
    Refused(Refusal, Instant),
}

/// What a batch adds, and what is due after it.
pub(super) struct Batch<'a> {
    book: &'a mut Book,
    agenda: &'a mut Agenda,
    reader: Reader<'a>,
    keys: &'a GatewayKeys,
    at: Instant,
    next: u64,
    rows: BatchRows,
    /// Where the ledger is closed, what for.
    closed: Option<&'a Closed>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        book: &'a mut Book,
        agenda: &'a mut Agenda,
        reader: Reader<'a>,
        keys: &'a GatewayKeys,
        at: Instant,
        next: u64,
    ) -> Self {
        Self { book, agenda, reader, keys, at, next, rows: BatchRows::default(), closed: None }
    }

    /// The same for a ledger that was put back with fewer entries than its log had signed for.
    pub(super) fn of_closed(self, closed: Option<&'a Closed>) -> Self {
        Self { closed, ..self }
    }

    /// Logs what the clock has caused up to the batch's instant, in order: at most so many, and none
    /// after `until`.
    pub(super) async fn drain(&mut self, until: Option<&(Instant, LifeKey)>, most: usize) -> Result<(), StoreFault> {
        while let Some(first) = self.agenda.first(self.at) {
            if until.is_some_and(|until| first > until) || self.rows.taken.len() >= most {
                break;
            }
            let life = first.1.clone();
            if !self.book.has(&life) {
                self.reader.fetch(std::slice::from_ref(&life), self.book).await?;
            }
            let unfit = |what: String| StoreFault::Damaged(format!("{}: {what}", subject_of(&life).unwrap_or_default()));
            let flag = self.book.next_flag(&life).ok_or_else(|| unfit("nothing is due, and the index says so".into()))?;
            let verified = self.sign(flag).map_err(|refusal| unfit(refusal.to_string()))?;
            match self.judge(&verified).await? {
                Ok(Verdict::Accept(accepted)) => self.record(*accepted, verified),
                Ok(Verdict::Repeat { entry }) => return Err(unfit(format!("the flag is entry {entry} already"))),
                Err(refusal) => return Err(unfit(refusal.to_string())),
            }
        }
        Ok(())
    }

    fn sign(&self, flag: Flag) -> Result<Verified, Refusal> {
        let place = || Refusal::new(Rule::FlagUnfit, "the gateway's statement cannot be made", "");
        let statement = Statement {
            ledger: self.book.ledger().origin.parse().map_err(|_| place())?,
            id: format!("flag-{}", self.next).parse().map_err(|_| place())?,
            signed_at: self.at,
            by: GATEWAY.parse().map_err(|_| place())?,
            on_behalf_of: None,
            body: Body::from(flag),
        };
        let jws = sign_compact(&self.keys.statements, statement.body.kind().typ(), &statement.to_payload());
        Parsed::parse(&jws)?.verify(&self.keys.statements.public())
    }

    async fn judge(&mut self, verified: &Verified) -> Result<Result<Verdict, Refusal>, StoreFault> {
        let moment = Moment { entry: self.next, at: self.at };
        loop {
            match self.book.judge(verified, moment) {
                Ok(verdict) => return Ok(Ok(verdict)),
                Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
                Err(Stop::Need(key)) => self.reader.fetch(&[key], self.book).await?,
            }
        }
    }

    /// Judges a submission on what the ones before it left.
    pub(super) async fn take(&mut self, submission: Submission) -> Result<Judged, StoreFault> {
        let Submission { statement, attachments } = submission;
        let verified = match self.verified(statement).await? {
            Ok(verified) => verified,
            Err(refusal) => return Ok(Judged::Refused(refusal, self.at)),
        };
        let accepted = match self.judge(&verified).await? {
            Ok(Verdict::Accept(accepted)) => *accepted,
            Ok(Verdict::Repeat { entry }) => return Ok(Judged::Repeat(entry)),
            Err(refusal) => return Ok(Judged::Refused(refusal, self.at)),
        };
        let Reader { store, ledger, .. } = self.reader;
        let fits = match fitting(&verified, attachments, self.next, store, ledger).await? {
            Ok(kept) => erasable(&verified, store, ledger).await?.map(|()| kept),
            Err(refusal) => Err(refusal),
        };
        match fits.and_then(|kept| held(&verified, &self.keys.log).and_then(|()| names_what_is_lost(&verified, self.closed)).map(|()| kept))
        {
            Ok(kept) => self.rows.attachments.extend(kept),
            Err(refusal) => return Ok(Judged::Refused(refusal, self.at)),
        }
        let entry = self.next;
        self.record(accepted, verified);
        Ok(Judged::Taken(entry))
    }

    /// A signature whose key was unknown before the queue is checked here, on the overlay.
    async fn verified(&mut self, statement: Checked) -> Result<Result<Verified, Refusal>, StoreFault> {
        let parsed = match statement {
            Checked::Verified(verified) => return Ok(Ok(*verified)),
            Checked::Pending(parsed) => *parsed,
        };
        loop {
            match self.book.key_of(&parsed) {
                Ok(key) => return Ok(parsed.verify(&key)),
                Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
                Err(Stop::Need(key)) => self.reader.fetch(&[key], self.book).await?,
            }
        }
    }

    fn record(&mut self, accepted: ledger::book::Accepted, verified: Verified) {
        let changes = self.book.record(accepted);
        self.agenda.note(&changes);
        let change = EntryChange::new(self.next, &changes);
        self.rows.taken.push(Taken { moment: Moment { entry: self.next, at: self.at }, parsed: verified.into_parsed(), change });
        self.next += 1;
    }

    pub(super) fn into_rows(self) -> BatchRows {
        self.rows
    }
}

/// What a batch writes.
#[derive(Default)]
pub(super) struct BatchRows {
    pub(super) taken: Vec<Taken>,
    pub(super) attachments: Vec<NewAttachment>,
}

impl BatchRows {
    /// Adds what was judged on these.
    pub(super) fn extend(&mut self, rows: Self) {
        self.taken.extend(rows.taken);
        self.attachments.extend(rows.attachments);
    }
}
