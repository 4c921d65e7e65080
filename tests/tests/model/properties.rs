//! What must hold in every state, and what must be possible in some.

use stateright::{Model, Property};

use super::protocol::Protocol;
use super::rules::{Act, DUES, STATEMENTS, Verdict, due, place};
use super::world::{Client, Step, World};

pub(crate) const NO_FORK: &str = "no two released checkpoints contradict each other";
pub(crate) const NOTHING_LOST: &str = "what was acknowledged is that very entry";
pub(crate) const NONE_DOUBLED: &str = "no statement is in the log twice";
pub(crate) const NO_FLAG_DOUBLED: &str = "no flag is in the log twice";
pub(crate) const FLAGS_IN_PLACE: &str = "each flag stands before what was accepted once it was due, and says what was so";
pub(crate) const TIME_RUNS: &str = "the instants of the log never go back";
pub(crate) const REFUSALS_HOLD: &str = "nobody is refused for other words that are not in the log";
pub(crate) const REFUSALS_ARE_FRESH: &str = "nobody is refused for lack of what had been acknowledged";
pub(crate) const NOBODY_WAITS: &str = "where nothing more can happen, everybody is answered and everything due is flagged";

type Of = Property<Protocol>;

/// All of them.
pub(crate) fn all() -> Vec<Of> {
    [must_hold(), must_be_possible()].into_iter().flatten().collect()
}

fn must_hold() -> Vec<Of> {
    vec![
        Of::always(NO_FORK, |_, world| !world.is_forked),
        Of::always(NOTHING_LOST, |_, world| {
            let kept = |(statement, client): (usize, &Client)| match client {
                Client::Acknowledged { entry, .. } => world.log.get(*entry).is_some_and(|entry| entry.act == Act::Statement(statement)),
                Client::Out | Client::Waiting(_) | Client::Refused | Client::Lacking => true,
            };
            world.clients.iter().enumerate().all(kept)
        }),
        Of::always(NONE_DOUBLED, |_, world| {
            (0..STATEMENTS.len()).all(|id| at_most_one(world, |act| matches!(act, Act::Statement(of) if STATEMENTS[of].0 == id)))
        }),
        Of::always(NO_FLAG_DOUBLED, |_, world| (0..DUES).all(|due| at_most_one(world, |act| act == Act::Flag(due)))),
        Of::always(FLAGS_IN_PLACE, |_, world| {
            world.log.iter().enumerate().all(|(index, entry)| match (entry.act, due(&world.log[..index], entry.at)) {
                (Act::Flag(flag), due) => due == Some(flag),
                (Act::Statement(_), due) => due.is_none(),
            })
        }),
        Of::always(TIME_RUNS, |_, world| world.log.is_sorted_by_key(|entry| entry.at)),
        Of::always(REFUSALS_HOLD, |_, world| {
            let others = |id: usize| (0..STATEMENTS.len()).filter(move |other| *other != id && STATEMENTS[*other].0 == STATEMENTS[id].0);
            let holds = |id: usize| others(id).any(|other| place(&world.log, other).is_some());
            world.clients.iter().enumerate().all(|(id, client)| *client != Client::Refused || holds(id))
        }),
        Of::always(REFUSALS_ARE_FRESH, |_, world| !world.is_wronged),
        Of::always(NOBODY_WAITS, |protocol, world| {
            let mut events = Vec::new();
            protocol.actions(world, &mut events);
            !events.is_empty() || is_over(protocol, world)
        }),
    ]
}

fn at_most_one(world: &World, is_it: impl Fn(Act) -> bool) -> bool {
    world.log.iter().filter(|entry| is_it(entry.act)).count() <= 1
}

/// Everybody is answered, and nothing is due by anybody's clock.
fn is_over(protocol: &Protocol, world: &World) -> bool {
    let answered = |client: &Client| match client {
        Client::Acknowledged { .. } | Client::Refused => true,
        // What it builds on is refused for good.
        Client::Lacking => world.clients[0] == Client::Refused,
        Client::Out | Client::Waiting(_) => false,
    };
    let is_flagged = |at: usize| due(&world.log, protocol.now(world, at)).is_none();
    world.clients.iter().all(answered) && (0..protocol.gateways).all(is_flagged)
}

fn must_be_possible() -> Vec<Of> {
    vec![
        Of::sometimes("everything is acknowledged", |_, world| {
            world.clients.iter().take(2).all(|client| matches!(client, Client::Acknowledged { .. }))
        }),
        Of::sometimes("an acknowledgement that was lost is given again", |_, world| {
            world.clients.iter().any(|client| matches!(client, Client::Acknowledged { repeat: true, .. }))
        }),
        Of::sometimes("a batch is judged while another is on its way", |_, world| {
            world.gateways.iter().any(|gateway| gateway.flight.is_some() && !gateway.open.entries.is_empty())
        }),
        Of::sometimes("two gateways write for the same place", |_, world| {
            let flights = || world.gateways.iter().filter_map(|gateway| gateway.flight.as_ref());
            flights().filter(|flight| flight.step != Step::Durable && flight.expected == world.log.len()).count() > 1
        }),
        Of::sometimes("a commit takes effect after its gateway has read the log without it", |_, world| {
            let reads = |expected| world.gateways.iter().all(|gateway| gateway.memory.as_ref().is_some_and(|log| log.len() == expected));
            world.orphan.as_ref().is_some_and(|orphan| orphan.is_sent && reads(orphan.expected))
        }),
        Of::sometimes("a repeat is judged before what it repeats is durable", |_, world| {
            let repeats = |verdict| matches!(verdict, Verdict::Repeat(entry) if entry >= world.log.len());
            world.gateways.iter().any(|gateway| gateway.open.answers.iter().any(|(_, verdict)| repeats(*verdict)))
        }),
    ]
}
