//! The Hague: both parties suspend, no due date passes, and when the agreement resumes the due date has moved.

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::CONSULTATIE;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-09-06" => suspend(scene),
        "2006-11-01" => moved(scene),
        "2006-11-22" => scene.report_all(CONSULTATIE, "enquete", "BOOG meldt de uitkomst van de enquête"),
        _ => Ok(()),
    }
}

fn suspend(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De wijk wordt opgebroken; in die weken is niemand te bereiken.");
    let body = json!({ "ground": "all-parties", "until": "2006-10-31", "reason": reason.reference() });
    let offer =
        scene.says(CONSULTATIE, "welfare", Type::Suspension, &body, &[reason], "BOOG stelt voor op te schorten tot en met 2006-10-31")?;
    let text = "de gemeente stemt in: de overeenkomst is opgeschort";
    scene.says(CONSULTATIE, "municipality", Type::Consent, &json!({ "to": offer }), &[], text).map(|_| ())
}

/// The due date that stood still, with its old and its new day, as the API shows it.
fn moved(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let town = scene.town(CONSULTATIE)?;
    let instances = town.client()?.items(&town.name, &format!("instances?state=open&agreement={CONSULTATIE}"))?;
    let due = instances.iter().find(|due| due["obligation"] == "enquete").context("the survey is due")?;
    let last = due["moves"].as_array().and_then(|moves| moves.last()).with_context(|| format!("it has moved: {due}"))?;
    let (from, to) = (last["from"].as_str().context("an old day")?, last["to"].as_str().context("a new day")?);
    let text = format!("de termijn van de enquête is verschoven van {from} naar {to}");
    scene.line(CONSULTATIE, None, &text)
}
