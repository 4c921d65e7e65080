//! The protocol: what each step does.

use super::flaw::Flaw;
use super::rules::{Entry, Log, Verdict, drain, judge};
use super::world::{Client, Flight, Gateway, Job, Orphan, Step, World};

/// A size of world, and the protocol with at most one mistake in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Protocol {
    pub(crate) gateways: usize,
    pub(crate) statements: usize,
    /// Crashes, broken connections, and clients that do not wait any longer, together.
    pub(crate) mishaps: u8,
    /// Where the clock stops. Gateway 1 is an instant behind the others.
    pub(crate) last_instant: u8,
    pub(crate) flaw: Option<Flaw>,
}

impl Protocol {
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// What a gateway's clock shows.
    pub(crate) fn now(&self, world: &World, at: usize) -> u8 {
        if at == 1 { world.clock.saturating_sub(1) } else { world.clock }
    }

    /// Judges everything in the queue, and before it what the clock has caused.
    pub(crate) fn judge_all(&self, world: &mut World, at: usize) {
        let now = self.now(world, at);
        let gateway = &mut world.gateways[at];
        let log = gateway.memory.as_mut().expect("it was read");
        let before = log.len();
        let reached = log.last().map_or(0, |entry| entry.at);
        let instant = if self.has(Flaw::OwnClock) { now } else { now.max(reached) };
        let mut answers = Vec::new();
        let drains = !self.has(Flaw::StatementsFirst);
        if drains || gateway.queue.is_empty() {
            drain(log, instant);
        }
        for job in std::mem::take(&mut gateway.queue) {
            answers.push((job, judge(log, instant, job.statement, !self.has(Flaw::NoLookUp))));
            if drains {
                drain(log, instant);
            }
        }
        gateway.open.entries.extend_from_slice(&log[before..]);
        for (job, verdict) in answers {
            if self.has(Flaw::AnswerFromOverlay) && !matches!(verdict, Verdict::Taken(_)) {
                world.answer(job, verdict);
            } else {
                world.gateways[at].open.answers.push((job, verdict));
            }
        }
    }

    /// Hands the next batch to the database, if none is in flight.
    pub(crate) fn depart(&self, world: &mut World, at: usize) {
        let gateway = &mut world.gateways[at];
        if gateway.flight.is_some() || gateway.open.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut gateway.open);
        let expected = gateway.memory.as_ref().expect("it was judged on it").len() - batch.entries.len();
        // With nothing to write, a look at the head tells whether what it was judged on is what is there.
        let is_told = batch.entries.is_empty() && self.has(Flaw::UnconfirmedRefusal);
        gateway.flight = Some(Flight { batch, expected, step: Step::Begun });
        if is_told {
            self.land(world, at);
        } else if self.has(Flaw::AnswerBeforeCommit) {
            let answers = gateway.flight.as_mut().map(|flight| std::mem::take(&mut flight.batch.answers));
            world.answer_all(answers.unwrap_or_default());
        }
    }

    /// The head is compared: with what is there, the transaction holds its row; else somebody else has written.
    pub(crate) fn compare(&self, world: &mut World, at: usize) {
        let size = world.log.len();
        let flight = world.gateways[at].flight.as_mut().expect("a transaction has begun");
        if flight.expected == size || self.has(Flaw::NoComparison) {
            flight.step = Step::Holding;
            if flight.batch.entries.is_empty() {
                self.land(world, at);
            }
        } else if self.has(Flaw::Rebase) {
            Self::rebase(&mut world.gateways[at], &world.log);
        } else {
            self.moved(world, at);
        }
    }

    /// A mistake: what was judged is put after a log that it was not judged on.
    fn rebase(gateway: &mut Gateway, log: &Log) {
        let flight = gateway.flight.as_mut().expect("a transaction has begun");
        for (_, verdict) in flight.batch.answers.iter_mut().chain(&mut gateway.open.answers) {
            if let Verdict::Taken(entry) = verdict {
                *entry = *entry + log.len() - flight.expected;
            }
        }
        flight.expected = log.len();
        gateway.memory = Some([&log[..], &flight.batch.entries[..], &gateway.open.entries[..]].concat());
    }

    /// Nobody was told anything: whoever waits is told to send again, and what is remembered is read anew.
    fn moved(&self, world: &mut World, at: usize) {
        let gateway = &mut world.gateways[at];
        let flight = gateway.flight.take().expect("a transaction has begun");
        let open = std::mem::take(&mut gateway.open);
        if self.has(Flaw::KeepMemory) {
            gateway.memory.as_mut().expect("it was judged on it").truncate(flight.expected);
        } else {
            gateway.memory = None;
        }
        if !self.has(Flaw::ForgetWaiting) {
            flight.batch.answers.iter().chain(&open.answers).for_each(|(job, _)| world.send_away(*job));
        }
    }

    /// The gateway learns that its transaction is durable, answers, and hands over the next one.
    pub(crate) fn land(&self, world: &mut World, at: usize) {
        let gateway = &mut world.gateways[at];
        let flight = gateway.flight.take().expect("a transaction is through");
        world.answer_all(flight.batch.answers);
        self.depart(world, at);
    }

    /// The transaction leaves its gateway; where it holds the head's row, the database goes on holding it for a while.
    fn orphan(world: &mut World, flight: &Flight) {
        if matches!(flight.step, Step::Holding | Step::Sent) {
            let entries = flight.batch.entries.clone();
            world.orphan = Some(Orphan { entries, expected: flight.expected, is_sent: flight.step == Step::Sent });
        }
    }

    /// Everything that was in memory is gone; who waited has no answer.
    pub(crate) fn crash(world: &mut World, at: usize) {
        let mut gone = std::mem::take(&mut world.gateways[at]);
        gone.jobs().for_each(|job| world.send_away(*job));
        gone.flight.iter().for_each(|flight| Self::orphan(world, flight));
    }

    /// The gateway does not know what became of its commit: whoever waits in it is told to send again.
    pub(crate) fn broken(world: &mut World, at: usize) {
        let gateway = &mut world.gateways[at];
        let flight = gateway.flight.take().expect("a transaction has begun");
        let open = std::mem::take(&mut gateway.open);
        gateway.memory = None;
        flight.batch.answers.iter().chain(&open.answers).for_each(|(job, _)| world.send_away(*job));
        Self::orphan(world, &flight);
    }

    pub(crate) fn send(world: &mut World, client: usize, to: usize) {
        let is_entitled = client == 1 && matches!(world.clients[0], Client::Acknowledged { .. });
        world.clients[client] = Client::Waiting(to);
        world.gateways[to].queue.push(Job { statement: client, is_deaf: false, is_entitled });
    }

    pub(crate) fn give_up(world: &mut World, client: usize) {
        if let Client::Waiting(at) = world.clients[client] {
            world.gateways[at].jobs().filter(|job| job.statement == client).for_each(|job| job.is_deaf = true);
        }
        world.clients[client] = Client::Out;
    }

    /// A transaction takes effect, whole.
    pub(crate) fn take_effect(world: &mut World, expected: usize, entries: &[Entry]) {
        world.log.truncate(expected);
        world.log.extend_from_slice(entries);
        let log: Log = world.log.clone();
        world.release(&log);
    }
}
