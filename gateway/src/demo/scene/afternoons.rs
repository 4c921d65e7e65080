//! Utrecht: care after school is kept every day; on one day it was not, which a school finds, and it is restored.

use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::TAWAZOUN;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-10-11" => found_closed(scene),
        "2006-10-18" => restored(scene),
        _ => Ok(()),
    }
}

fn found_closed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let account = Paper::new("De kinderen stonden dinsdag voor een dichte deur.");
    let body = json!({ "obligation": "opvang", "day": "2006-10-10", "account": account.reference() });
    let text = "de scholen stellen vast dat er op 2006-10-10 geen opvang was: een schending";
    scene.says(TAWAZOUN, "school", Type::Finding, &body, &[account], text).map(|_| ())
}

fn restored(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let days = scene.unreported(TAWAZOUN, "opvang")?.len();
    scene.report_all(TAWAZOUN, "opvang", &format!("de welzijnsinstelling herstelt de opvang; één melding over {days} dagen"))
}
