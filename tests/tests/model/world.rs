//! Everything there is at one moment: the database, the gateways with what they remember, and those who wait.

use super::rules::{Entry, Log, Verdict};

/// One who has a statement to bring in, and what it knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// It is not on its way: not sent yet, or told to send again, or the connection broke.
    Out,
    /// Sent to this gateway; no answer yet.
    Waiting(usize),
    /// Told that it is this entry. `repeat`: that it was so already.
    Acknowledged { entry: usize, repeat: bool },
    /// Told that other words stand under its id.
    Refused,
    /// Told that what it builds on is not there.
    Lacking,
}

/// A statement in a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    /// The statement, and the client that it is from.
    pub(crate) statement: usize,
    /// Nobody waits for this answer any more.
    pub(crate) is_deaf: bool,
    /// What it builds on had been acknowledged when it was sent.
    pub(crate) is_entitled: bool,
}

/// What was judged and is not durable yet, with those who wait for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    pub(crate) answers: Vec<(Job, Verdict)>,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.answers.is_empty()
    }
}

/// How far a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// It wants to compare and move the head.
    Begun,
    /// It has moved the head, and so holds its row.
    Holding,
    /// Entries are in, the checkpoint is signed, COMMIT is on its way.
    Sent,
    /// It is durable, and its gateway does not know yet.
    Durable,
}

/// A commit that runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Flight {
    pub(crate) batch: Batch,
    /// The size of the log that it builds on.
    pub(crate) expected: usize,
    pub(crate) step: Step,
}

/// A transaction that holds the head's row, and whose gateway is gone. The database has not noticed yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Orphan {
    pub(crate) entries: Vec<Entry>,
    pub(crate) expected: usize,
    /// COMMIT had been sent: it may still take effect.
    pub(crate) is_sent: bool,
}

/// A gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Gateway {
    pub(crate) is_up: bool,
    /// Statements that are not judged yet, in order.
    pub(crate) queue: Vec<Job>,
    /// The log as it takes it to be, with what it has judged; `None`: to be read.
    pub(crate) memory: Option<Log>,
    /// The next batch, which takes in what is judged until it can go.
    pub(crate) open: Batch,
    pub(crate) flight: Option<Flight>,
}

impl Gateway {
    /// Everything that it holds of a client's.
    pub(crate) fn jobs(&mut self) -> impl Iterator<Item = &mut Job> {
        let flying = self.flight.iter_mut().flat_map(|flight| &mut flight.batch.answers);
        let judged = self.open.answers.iter_mut().chain(flying).map(|(job, _)| job);
        self.queue.iter_mut().chain(judged)
    }
}

/// The world at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// What is durable.
    pub(crate) log: Log,
    pub(crate) orphan: Option<Orphan>,
    pub(crate) gateways: Vec<Gateway>,
    /// Client number so much brings in statement number so much.
    pub(crate) clients: Vec<Client>,
    pub(crate) clock: u8,
    /// So many mishaps may still happen.
    pub(crate) mishaps: u8,
    /// The largest tree that a released checkpoint speaks of.
    pub(crate) released: Log,
    /// Two released checkpoints contradict each other.
    pub(crate) is_forked: bool,
    /// Somebody was refused for lack of what had been acknowledged before.
    pub(crate) is_wronged: bool,
}

impl World {
    /// Somebody's transaction holds the row of the head.
    pub(crate) fn is_locked(&self) -> bool {
        let holds = |flight: &Flight| matches!(flight.step, Step::Holding | Step::Sent);
        self.orphan.is_some() || self.gateways.iter().filter_map(|gateway| gateway.flight.as_ref()).any(holds)
    }

    /// A checkpoint of this tree can be seen by everybody from now on.
    pub(crate) fn release(&mut self, tree: &[Entry]) {
        let shared = tree.len().min(self.released.len());
        self.is_forked |= tree[..shared] != self.released[..shared];
        if tree.len() > self.released.len() {
            self.released = tree.to_vec();
        }
    }

    /// Tells a client what became of its statement, if it still waits.
    pub(crate) fn answer(&mut self, job: Job, verdict: Verdict) {
        if job.is_deaf {
            return;
        }
        self.is_wronged |= verdict == Verdict::Lacking && job.is_entitled;
        self.clients[job.statement] = match verdict {
            Verdict::Taken(entry) => Client::Acknowledged { entry, repeat: false },
            Verdict::Repeat(entry) => Client::Acknowledged { entry, repeat: true },
            Verdict::IdTaken => Client::Refused,
            Verdict::Lacking => Client::Lacking,
        };
    }

    /// Tells everybody whose statement was judged what became of it.
    pub(crate) fn answer_all(&mut self, answers: Vec<(Job, Verdict)>) {
        answers.into_iter().for_each(|(job, verdict)| self.answer(job, verdict));
    }

    /// Tells a client to send again.
    pub(crate) fn send_away(&mut self, job: Job) {
        if !job.is_deaf {
            self.clients[job.statement] = Client::Out;
        }
    }
}
