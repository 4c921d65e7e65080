//! A model of the commit protocol: several gateways on one database, with crashes, broken connections and retries.
//!
//! Every reachable state of a small world is looked at. `docs/commit-protocol.md` tells the protocol; what is in which file:
//! `rules` the ledger, `world` a state, `protocol` the steps, `events` which of them can come next, `properties` what must hold, `flaw` ways to get it wrong.
//! `CONVENANT_MODEL_GATEWAYS`, `CONVENANT_MODEL_STATEMENTS` and `CONVENANT_MODEL_MISHAPS` make the world larger.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where; figures are shown")]

mod events;
mod flaw;
mod properties;
mod protocol;
mod rules;
mod world;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use stateright::{Checker, HasDiscoveries, Model};

use flaw::Flaw;
use properties::*;
use protocol::Protocol;
use world::World;

fn set(name: &str, otherwise: u8) -> u8 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a small number, not {value:?}")))
}

fn sound() -> Protocol {
    let [gateways, statements] = [("CONVENANT_MODEL_GATEWAYS", 2), ("CONVENANT_MODEL_STATEMENTS", 2)].map(|(name, size)| set(name, size));
    let mishaps = set("CONVENANT_MODEL_MISHAPS", 1);
    Protocol { gateways: gateways.into(), statements: statements.into(), mishaps, last_instant: 2, flaw: None }
}

#[test]
fn the_protocol_holds_in_every_state_that_can_be_reached() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = sound().checker().threads(threads).spawn_bfs().join();
    checker.assert_properties();
    println!("{:?}: {} states, {} steps deep", sound(), checker.unique_state_count(), checker.max_depth());
}

/// A world in which a mistake shows, and the property that it breaks.
fn broken(flaw: Flaw) -> (&'static str, Protocol) {
    let small = Protocol { gateways: 2, statements: 2, mishaps: 0, last_instant: 2, flaw: Some(flaw) };
    match flaw {
        Flaw::NoComparison => (NO_FORK, small),
        Flaw::ReleaseBeforeCommit => (NO_FORK, Protocol { mishaps: 1, ..small }),
        Flaw::AnswerBeforeCommit => (NOTHING_LOST, small),
        Flaw::AnswerFromOverlay => (REFUSALS_HOLD, Protocol { statements: 3, mishaps: 1, ..small }),
        Flaw::UnconfirmedRefusal => (REFUSALS_ARE_FRESH, small),
        Flaw::NoLookUp => (NONE_DOUBLED, Protocol { mishaps: 1, ..small }),
        Flaw::Rebase => (NO_FLAG_DOUBLED, small),
        Flaw::StatementsFirst => (FLAGS_IN_PLACE, small),
        Flaw::OwnClock => (TIME_RUNS, small),
        Flaw::ForgetWaiting => (NOBODY_WAITS, small),
        Flaw::KeepMemory => unreachable!("it breaks no state, but goes round in circles"),
    }
}

#[test]
fn each_mistake_is_found() {
    let flaws = [
        Flaw::NoComparison,
        Flaw::ReleaseBeforeCommit,
        Flaw::AnswerBeforeCommit,
        Flaw::AnswerFromOverlay,
        Flaw::UnconfirmedRefusal,
        Flaw::NoLookUp,
        Flaw::Rebase,
        Flaw::StatementsFirst,
        Flaw::OwnClock,
        Flaw::ForgetWaiting,
    ];
    for flaw in flaws {
        let (property, protocol) = broken(flaw);
        let checker = protocol.checker().finish_when(HasDiscoveries::AnyOf([property].into())).spawn_bfs().join();
        let path = checker.discovery(property).unwrap_or_else(|| panic!("{flaw:?} is not seen to break: {property}"));
        println!("{flaw:?} breaks \"{property}\" after {} steps", path.into_actions().len());
    }
}

/// What a state is known by.
fn print_of(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

/// Whether a state can be reached again from itself: then something could go on for ever. A depth-first search.
fn goes_round(protocol: &Protocol) -> bool {
    // Whether a state is on the way to where the search is (true) or done with.
    let mut seen: HashMap<u64, bool> = HashMap::new();
    let mut way: Vec<(World, Vec<World>)> = Vec::new();
    for state in protocol.init_states() {
        let next = protocol.next_states(&state);
        seen.insert(print_of(&state), true);
        way.push((state, next));
    }
    while let Some((state, next)) = way.last_mut() {
        let Some(further) = next.pop() else {
            seen.insert(print_of(state), false);
            way.pop();
            continue;
        };
        match seen.get(&print_of(&further)) {
            Some(true) => return true,
            Some(false) => {}
            None => {
                seen.insert(print_of(&further), true);
                let next = protocol.next_states(&further);
                way.push((further, next));
            }
        }
    }
    false
}

/// With that, and with an answer for everybody wherever nothing more can happen, everybody is answered on every way.
#[test]
fn nothing_goes_on_for_ever() {
    assert!(!goes_round(&sound()), "two gateways could hold each other up for ever");
    let stubborn = Protocol { flaw: Some(Flaw::KeepMemory), mishaps: 0, ..sound() };
    assert!(goes_round(&stubborn), "a gateway that does not read the log anew is not seen to go round in circles");
}
