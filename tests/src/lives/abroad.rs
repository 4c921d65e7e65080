//! What happened in other ledgers before a life began: an umbrella agreement that changes, and breaches that recur. Told once.

use std::sync::LazyLock;

use ledger::words::Instant;
use serde_json::{Value, json};

use crate::door::{Answer, Door};
use crate::elsewhere::{ELSEWHERE, Elsewhere, agenda_proposal};
use crate::memory::Memory;
use crate::national::receipt;
use crate::story::tell;
use crate::texts::proposal;
use crate::town::Town;

/// A change of an umbrella agreement by its receipt, and a consent to it.
pub type Change = (Value, Option<Value>);

/// The umbrella agreement, in force, with its changes; all of it before 2006.
struct Nation {
    care: Value,
    changes: Vec<Change>,
}

static NATION: LazyLock<Nation> = LazyLock::new(|| {
    let at: Instant = "2005-01-03T09:00:00Z".parse().expect("an instant");
    let mut town = Town::national(at);
    let lines = |strength: &str| {
        let lines = ["parties vng mo-groep", "director vng", "period 2005-02-01 2009-12-31", "set /neighbourhoods []"];
        let own =
            [format!("obligation help by mo-groep {strength} every FREQ=MONTHLY"), "obligation count by vng effort on 2009-01-05".into()];
        proposal("care", &lines.iter().map(|line| (*line).to_owned()).chain(own).collect::<Vec<_>>()).expect("a text")
    };
    town.agreement = "care".to_owned();
    let said = |town: &mut Town<Memory>, name: &str, act: &dyn Fn(&mut Town<Memory>) -> Answer| {
        town.unusual.name = Some(name.to_owned());
        let answer = act(town);
        let Answer::Accepted(entry) = answer else { panic!("the national ledger said {answer:?}") };
        receipt(town, entry, &json!("care"), true)
    };
    let care = said(&mut town, "care", &|town| town.ministry().propose(lines("effort")));
    for who in ["vng", "mo-groep"] {
        said(&mut town, "signed", &|town| town.actor(who).consent("care"));
    }
    town.door.advance("2005-02-02T09:00:00Z".parse().expect("an instant"), true);
    let sharper = lines("result 10 homes")["obligations"][0].take();
    let change = json!({ "kind": "obligation", "obligation": sharper });
    let amended = said(&mut town, "am1", &|town| town.ministry().amend("care", vec![change.clone()]));
    said(&mut town, "signed", &|town| town.actor("vng").consent("am1"));
    let agreed = said(&mut town, "signed", &|town| town.actor("mo-groep").consent("am1"));
    let plan = [("help", "stays-due"), ("count", "release")];
    let dissolved = said(&mut town, "d1", &|town| town.actor("mo-groep").dissolve("am1", &plan));
    let ended = said(&mut town, "signed", &|town| town.actor("vng").consent("d1"));
    Nation { care, changes: vec![(amended, Some(agreed)), (dissolved, Some(ended))] }
});

/// The umbrella agreement, as a text refers to it.
pub fn care() -> Value {
    NATION.care.clone()
}

/// Its changes.
pub fn changes() -> &'static [Change] {
    &NATION.changes
}

/// What is breached again and again in two municipalities, as it is put forward; the last of them too few months apart.
pub fn recurrences() -> &'static [Value] {
    static BODIES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let at: Instant = "2006-01-02T09:00:00Z".parse().expect("an instant");
        let text = "text homes\n  parties municipality corporation welfare\n  obligation help by corporation effort every FREQ=MONTHLY\n  \
                    obligation plan by municipality effort every FREQ=MONTHLY\nin force: homes\nday 2006-06-10\n";
        let told = ELSEWHERE.map(|(name, origin)| {
            let story = tell(Town::beside(origin, at), text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, Elsewhere { origin, entries: story.town.door.log().to_vec() })
        });
        let ledger = |name: &str| told.iter().find(|(known, _)| *known == name).map(|(_, ledger)| ledger);
        let body = |what: &str, months: &str, clause: &str| {
            let breach = |name: &str, day: &str| format!("breach {name} {clause} {day}");
            let mut lines = vec![breach("north", "2006-04-01"), breach("north", "2006-05-01"), breach("south", "2006-06-01")];
            let debtor = if clause == "help" { "corporation" } else { "municipality" };
            for name in ["north", "south"] {
                lines.push(format!("source {name} proposal"));
                lines.push(format!("source {name} consent {debtor}"));
                if what.contains('=') && !what.starts_with("theme") {
                    lines.push(format!("source {name} registration corporation"));
                    lines.push(format!("source {name} admission corporation"));
                }
            }
            agenda_proposal(ledger, what, months, &lines).unwrap_or_else(|error| panic!("{what}: {error}"))
        };
        vec![body("kvk=12345678", "12", "help"), body("theme=housing", "12", "plan"), body("theme=housing", "1", "help")]
    });
    &BODIES
}
