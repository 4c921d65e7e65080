//! Every type of statement with every kind of error: missing, unknown, malformed and contradictory members, the wrong party, state,
//! mandate and time, and saying it again. What follows from the schema is made here; the rows in `tests/tables/types` know the rest.

use ledger::envelope::Type;

mod row;
mod scene;
mod court;
mod trial;
mod forms;
mod parties;
mod rows;

use row::row_of;
use scene::Scene;
use trial::Trial;

/// Tries one type; gives what went wrong, and how much was tried.
fn tried(kind: Type) -> (Vec<String>, usize) {
    let scene = match Scene::of(kind, row_of(kind)) {
        Ok(scene) => scene,
        Err(error) => return (vec![format!("{} | its scene | {error}", kind.code())], 0),
    };
    let mut trial = Trial { scene, wrong: Vec::new(), tried: 0 };
    trial.envelope();
    trial.forms();
    trial.parties();
    trial.mandates();
    trial.instants();
    trial.changes();
    trial.states();
    trial.again();
    (trial.wrong, trial.tried)
}

/// The part of the list that a test takes, so that they run beside one another; or the one that the variable `TYPE` names.
fn every(part: usize) {
    let only = std::env::var("TYPE").ok();
    let chosen = |(i, kind): &(usize, &Type)| i % PARTS == part && only.as_ref().is_none_or(|only| kind.code() == only);
    let mut wrong = Vec::new();
    for (_, kind) in Type::ALL.iter().enumerate().filter(chosen) {
        let (found, tried) = tried(*kind);
        wrong.extend(found);
        if tried < 40 {
            wrong.push(format!("{} | only {tried} faults were tried", kind.code()));
        }
    }
    assert!(wrong.is_empty(), "type | fault | what came\n{}", wrong.join("\n"));
}

const PARTS: usize = 4;

#[test]
fn each_type_refuses_every_kind_of_error_0() {
    every(0);
}

#[test]
fn each_type_refuses_every_kind_of_error_1() {
    every(1);
}

#[test]
fn each_type_refuses_every_kind_of_error_2() {
    every(2);
}

#[test]
fn each_type_refuses_every_kind_of_error_3() {
    every(3);
}
