//! What everyone does every week: who keeps its word reports in the last week of each period.

use ledger::words::Day;

use super::super::stage::Scene;
use super::super::town::Due;
use super::{BUURTVADERS, CONSULTATIE, KOPPEL, TAWAZOUN, WIJK, ZORG};

/// At most so many rounds in a week: a report on one day of a daily duty opens the next.
const ROUNDS: usize = 10;

/// Who does not do what was promised: the arrangement, the obligation, the first and the last day on which it does nothing.
const NEGLECTED: [(&str, &str, &str, &str); 10] = [
    (WIJK, "buurtregisseur", "2006-05-24", "2006-10-04"),
    (WIJK, "investering", "2007-01-01", "2007-12-31"),
    (KOPPEL, "opbouwwerker-koppel", "2006-11-01", "2006-11-22"),
    (KOPPEL, "werkoverleg", "2006-05-10", "2006-05-10"),
    (BUURTVADERS, "begeleiding-betaald", "2007-02-21", "2007-04-11"),
    (BUURTVADERS, "begeleiding", "2007-03-21", "2007-04-11"),
    (BUURTVADERS, "activiteiten", "2007-02-21", "2007-12-31"),
    (CONSULTATIE, "enquete", "2006-09-06", "2006-11-22"),
    (TAWAZOUN, "opvang", "2006-10-11", "2006-10-18"),
    (ZORG, "politie-deelname", "2006-10-25", "2006-11-22"),
];

/// Everyone reports, in every ledger; what is not accepted by silence is accepted by a creditor.
pub(in super::super) fn play(scene: &mut Scene<'_>, today: Day) -> anyhow::Result<()> {
    for place in 0..scene.towns.len() {
        for _ in 0..ROUNDS {
            let town = &scene.towns[place];
            let mut letters = Vec::new();
            for due in town.open_instances()? {
                if is_time(scene, &due, today)? && !is_neglected(&due, today) {
                    letters.extend(scene.report(&[&due])?);
                }
            }
            let is_done = letters.is_empty();
            _ = town.say_all(letters)?;
            if is_done {
                break;
            }
        }
    }
    Ok(())
}

fn is_time(scene: &Scene<'_>, due: &Due, today: Day) -> anyhow::Result<bool> {
    if due.claimed || due.period_start > today {
        return Ok(false);
    }
    // What is kept throughout is told once the period has ended.
    let maintained = scene.town(&due.agreement)?.duty(due)?.maintained;
    Ok(if maintained { due.due < today } else { due.due.days_since(today) < 7 })
}

fn is_neglected(due: &Due, today: Day) -> bool {
    let today = today.to_string();
    let is_now = |from: &str, until: &str| (from..=until).contains(&today.as_str());
    NEGLECTED
        .iter()
        .any(|(agreement, obligation, from, until)| due.agreement == *agreement && due.obligation == *obligation && is_now(from, until))
}
