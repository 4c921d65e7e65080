//! Rotterdam: nobody works in the street, and the breach climbs to the minister, who answers from the closed list.

use ledger::envelope::Type;
use serde_json::{Value, json};

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::WIJK;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-06-14" => acknowledge(scene),
        "2006-09-06" => ministry_oversteps(scene),
        "2006-09-20" => {
            let act = json!({ "act": "hold-to-account", "whom": ["corporation"] });
            ministry_answers(scene, WIJK, &act, "de minister heeft de partij aangesproken")
        }
        "2006-09-27" => municipality_closes(scene, WIJK, "Met de bestuurder van de corporatie is een datum voor herstel vastgelegd."),
        "2006-10-04" => scene.report_all(WIJK, "buurtregisseur", "de wooncorporatie meldt de achterstallige maanden"),
        "2007-02-28" => reviewed(scene),
        _ => Ok(()),
    }
}

/// The midterm review of 2007 (L47): the text goes on as it is.
fn reviewed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let found = Paper::new("Het werk in de straat is weer opgepakt; de afspraken blijven zoals zij zijn.");
    let body = json!({ "review": "tussentijds", "heldOn": "2007-02-26", "outcome": "continue", "findings": found.reference() });
    let text = "de gemeente legt de tussentijdse toets vast: ongewijzigd voortzetten";
    scene.says(WIJK, "municipality", Type::Review, &body, &[found], text).map(|_| ())
}

fn acknowledge(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(WIJK, "notice")?;
    let reason = Paper::new("De functie van buurtregisseur is niet bezet.");
    let body = json!({ "case": case, "answer": "acknowledged", "reason": reason.reference() });
    scene.says(WIJK, "corporation", Type::BreachAnswer, &body, &[reason], "de wooncorporatie erkent de schending").map(|_| ())
}

fn ministry_oversteps(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("Het ministerie wil de afspraak schrappen.");
    let body = json!({ "obligation": "buurtregisseur", "reason": reason.reference() });
    scene.is_refused(WIJK, "ministry", Type::Release, &body, &[reason], "het ministerie wil een afspraak schrappen")
}

/// The ministry's reasoned answer in the case of an arrangement that has reached it.
pub(super) fn ministry_answers(scene: &mut Scene<'_>, of: &str, act: &Value, text: &str) -> anyhow::Result<()> {
    let case = scene.case_at(of, "level-3")?;
    let reason = Paper::new("De minister heeft kennisgenomen van wat de gemeente eerst zelf heeft gedaan, en handelt als volgt.");
    let mut body = act.clone();
    (body["case"], body["reason"]) = (case.into(), reason.reference());
    scene.says(of, "ministry", Type::MinistryAnswer, &body, &[reason], &format!("zaak {case}: {text}")).map(|_| ())
}

/// What the municipality did with the answer; that closes the case.
pub(super) fn municipality_closes(scene: &mut Scene<'_>, of: &str, done: &str) -> anyhow::Result<()> {
    let case = scene.case_at(of, "answered")?;
    let done = Paper::new(done);
    let body = json!({ "case": case, "done": done.reference() });
    let text = format!("zaak {case}: de gemeente sluit af; de afspraak zelf blijft staan");
    scene.says(of, "municipality", Type::CaseClosure, &body, &[done], &text).map(|_| ())
}
