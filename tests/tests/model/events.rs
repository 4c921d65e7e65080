//! What can happen next in a world, and which step of the protocol it is.

use stateright::{Model, Property};

use super::flaw::Flaw;
use super::properties;
use super::protocol::Protocol;
use super::rules::{Log, due};
use super::world::{Batch, Client, Gateway, Orphan, Step, World};

/// What can happen. The first number is the gateway, but for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Tick,
    Send {
        client: usize,
        to: usize,
    },
    GiveUp {
        client: usize,
    },
    Crash(usize),
    Restart(usize),
    /// The connection to the database breaks in a transaction.
    Break(usize),
    Read(usize),
    Judge(usize),
    Compare(usize),
    Write(usize),
    Commit(usize),
    Land(usize),
    OrphanCommits,
    OrphanEnds,
}

impl Protocol {
    /// What a gateway can do by itself.
    fn moves_of(&self, world: &World, at: usize, events: &mut Vec<Event>) {
        let gateway = &world.gateways[at];
        if !gateway.is_up {
            return events.push(Event::Restart(at));
        }
        let now = self.now(world, at);
        let waits = |log: &Log| !gateway.queue.is_empty() || due(log, now).is_some();
        match &gateway.memory {
            None => events.push(Event::Read(at)),
            Some(log) if waits(log) => events.push(Event::Judge(at)),
            Some(_) => {}
        }
        match gateway.flight.as_ref().map(|flight| flight.step) {
            Some(Step::Begun) if !world.is_locked() => events.push(Event::Compare(at)),
            Some(Step::Holding) => events.push(Event::Write(at)),
            Some(Step::Sent) => events.push(Event::Commit(at)),
            Some(Step::Durable) => events.push(Event::Land(at)),
            Some(Step::Begun) | None => {}
        }
    }

    fn mishaps(world: &World, events: &mut Vec<Event>) {
        if world.mishaps == 0 {
            return;
        }
        for (at, gateway) in world.gateways.iter().enumerate().filter(|(_, gateway)| gateway.is_up) {
            // A gateway that nobody waits for and that remembers nothing has nothing to lose.
            if !gateway.queue.is_empty() || gateway.memory.is_some() {
                events.push(Event::Crash(at));
            }
            if gateway.flight.is_some() {
                events.push(Event::Break(at));
            }
        }
        let waiting = world.clients.iter().enumerate().filter(|(_, client)| matches!(client, Client::Waiting(_)));
        events.extend(waiting.map(|(client, _)| Event::GiveUp { client }));
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Event;

    fn init_states(&self) -> Vec<World> {
        let gateways = vec![Gateway { is_up: true, ..Gateway::default() }; self.gateways];
        vec![World {
            log: Log::new(),
            orphan: None,
            gateways,
            clients: vec![Client::Out; self.statements],
            clock: 0,
            mishaps: self.mishaps,
            released: Log::new(),
            is_forked: false,
            is_wronged: false,
        }]
    }

    fn actions(&self, world: &World, events: &mut Vec<Event>) {
        if world.clock < self.last_instant {
            events.push(Event::Tick);
        }
        for (client, state) in world.clients.iter().enumerate() {
            // Whoever lacked something sends again once that has been acknowledged.
            let is_there = matches!(world.clients[0], Client::Acknowledged { .. });
            if *state == Client::Out || *state == Client::Lacking && is_there {
                let up = (0..self.gateways).filter(|at| world.gateways[*at].is_up);
                events.extend(up.map(|to| Event::Send { client, to }));
            }
        }
        (0..self.gateways).for_each(|at| self.moves_of(world, at, events));
        if let Some(orphan) = &world.orphan {
            events.push(Event::OrphanEnds);
            if orphan.is_sent {
                events.push(Event::OrphanCommits);
            }
        }
        Self::mishaps(world, events);
    }

    fn next_state(&self, last: &World, event: Event) -> Option<World> {
        let mut world = last.clone();
        match event {
            Event::Tick => world.clock += 1,
            Event::Send { client, to } => Self::send(&mut world, client, to),
            Event::GiveUp { client } => Self::give_up(&mut world, client),
            Event::Crash(at) => Self::crash(&mut world, at),
            Event::Restart(at) => world.gateways[at].is_up = true,
            Event::Break(at) => Self::broken(&mut world, at),
            Event::Read(at) => world.gateways[at].memory = Some(last.log.clone()),
            Event::Judge(at) => {
                self.judge_all(&mut world, at);
                self.depart(&mut world, at);
            }
            Event::Compare(at) => self.compare(&mut world, at),
            Event::Write(at) => {
                let flight = world.gateways[at].flight.as_mut()?;
                flight.step = Step::Sent;
                if self.has(Flaw::ReleaseBeforeCommit) {
                    let tree = [&last.log[..], &flight.batch.entries[..]].concat();
                    world.release(&tree);
                }
            }
            Event::Commit(at) => {
                let flight = world.gateways[at].flight.as_mut()?;
                flight.step = Step::Durable;
                let Batch { entries, .. } = flight.batch.clone();
                let expected = flight.expected;
                Self::take_effect(&mut world, expected, &entries);
            }
            Event::Land(at) => self.land(&mut world, at),
            Event::OrphanCommits => {
                let Orphan { entries, expected, .. } = world.orphan.take()?;
                Self::take_effect(&mut world, expected, &entries);
            }
            Event::OrphanEnds => world.orphan = None,
        }
        if matches!(event, Event::Crash(_) | Event::Break(_) | Event::GiveUp { .. }) {
            world.mishaps -= 1;
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
