//! Rotterdam, the care team around the school: help is due once the school has seen a pupil, and the school directs.

use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::ZORG;

const SCHOOL: &str = "school-voortgezet";

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-09-13" => referral(scene),
        "2006-09-20" => scene.report_all(ZORG, "eerste-gesprek", "jeugdzorg meldt het eerste gesprek"),
        "2006-11-08" => police_contests(scene),
        "2006-11-15" => school_rules(scene),
        "2006-11-22" => scene.report_all(ZORG, "politie-deelname", "de politie doet weer mee"),
        _ => Ok(()),
    }
}

fn referral(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let account = Paper::new("Een leerling is aangemeld; namen staan hier niet.");
    let body = json!({ "event": "aanmelding", "happenedOn": "2006-09-12", "account": account.reference() });
    scene.says(ZORG, SCHOOL, Type::Event, &body, &[account], "de school legt een aanmelding vast; de termijn voor jeugdzorg begint")?;
    let due = scene.unreported(ZORG, "eerste-gesprek")?;
    due.iter().try_for_each(|due| scene.line(ZORG, None, &format!("het eerste gesprek is uiterlijk {}", due.due)))
}

fn police_contests(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(ZORG, "notice")?;
    let reason = Paper::new("De agent was er wel, maar stond niet op de lijst.");
    let body = json!({ "case": case, "answer": "contested", "reason": reason.reference() });
    scene.says(ZORG, "police", Type::BreachAnswer, &body, &[reason], &format!("zaak {case}: de politie betwist de schending")).map(|_| ())
}

fn school_rules(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(ZORG, "notice")?;
    let reason = Paper::new("De lijst is ter vergadering vastgesteld; er was niemand van de politie.");
    let body = json!({ "case": case, "finding": { "kind": "upheld" }, "reason": reason.reference() });
    let text = format!("zaak {case}: de school, regisseur, oordeelt dat de schending blijft staan");
    scene.says(ZORG, SCHOOL, Type::CaseRuling, &body, &[reason], &text).map(|_| ())
}
