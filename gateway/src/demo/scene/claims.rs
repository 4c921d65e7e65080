//! 's-Hertogenbosch, the pair of community officer and community worker: a disputed report, and a party that goes quiet.

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::KOPPEL;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-05-10" => dispute(scene),
        "2006-05-17" => stand_by_it(scene),
        "2006-05-24" => rule(scene),
        "2006-11-22" => scene.report_all(KOPPEL, "opbouwwerker-koppel", "de welzijnsinstelling meldt zich weer, over alle gemiste weken"),
        _ => Ok(()),
    }
}

fn dispute(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let dues = scene.unreported(KOPPEL, "werkoverleg")?;
    let report = scene.report(&[dues.first().context("a due date of the meeting")?])?.swap_remove(0);
    let hash = report.hash;
    scene.town(KOPPEL)?.say_all(vec![report])?;
    scene.said.insert("werkoverleg", hash);
    let reason = Paper::new("Het verslag noemt de signalen van vorige week niet.");
    let body = json!({ "report": hash, "reason": reason.reference() });
    scene.says(KOPPEL, "police", Type::Dispute, &body, &[reason], "de politie betwist het verslag van het werkoverleg").map(|_| ())
}

fn stand_by_it(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De signalen staan in de bijlage bij het verslag.");
    let body = json!({ "report": scene.said["werkoverleg"], "answer": "maintained", "reason": reason.reference() });
    scene.says(KOPPEL, "welfare", Type::DisputeAnswer, &body, &[reason], "de welzijnsinstelling blijft bij haar melding").map(|_| ())
}

fn rule(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De bijlage is volledig; de afspraak is nagekomen.");
    let body = json!({ "report": scene.said["werkoverleg"], "finding": "fulfilled", "reason": reason.reference() });
    scene.says(KOPPEL, "municipality", Type::ReportRuling, &body, &[reason], "de regisseur oordeelt: nagekomen").map(|_| ())
}
