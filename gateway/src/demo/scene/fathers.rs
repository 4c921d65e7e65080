//! 's-Hertogenbosch, the neighbourhood fathers: a financier lapses and the breach is its own, and what residents fail to do
//! stays with the director.

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::BUURTVADERS;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2007-03-07" => at_risk(scene),
        "2007-04-11" => financier_pays(scene),
        "2007-05-16" => not_to_the_minister(scene),
        "2007-06-20" => director_settles(scene),
        _ => Ok(()),
    }
}

/// Who leans on the money is at risk because of the financier, as the API shows it.
fn at_risk(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let town = scene.town(BUURTVADERS)?;
    let obligations = town.client()?.items(&town.name, &format!("obligations?agreement={BUURTVADERS}"))?;
    let mut lines = Vec::new();
    for obligation in &obligations {
        for risk in obligation["atRisk"].as_array().into_iter().flatten() {
            let (id, first) = (obligation["text"]["id"].as_str(), risk["obligation"].as_str());
            let because = risk["becauseOf"].as_str().context("because of whom")?;
            let name = scene.name(BUURTVADERS, because)?;
            lines.push(format!("{} loopt gevaar door {name}: {} is te laat", id.context("an id")?, first.context("an id")?));
        }
    }
    anyhow::ensure!(!lines.is_empty(), "nothing is at risk: {obligations:?}");
    lines.iter().try_for_each(|text| scene.line(BUURTVADERS, None, text))
}

fn financier_pays(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.report_all(BUURTVADERS, "begeleiding-betaald", "de gemeente betaalt alsnog")?;
    scene.report_all(BUURTVADERS, "begeleiding", "de welzijnsinstelling meldt de begeleiding die wachtte op het geld")
}

fn not_to_the_minister(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(BUURTVADERS, "level-1")?;
    let (problem, tried) = (Paper::new("Er was dit jaar geen voetbaltoernooi."), Paper::new("Een gesprek met de buurtvaders."));
    let mut body = json!({ "case": case, "kind": "hold-to-account", "whom": ["residents"] });
    (body["problem"], body["tried"]) = (problem.reference(), tried.reference());
    let text = format!("zaak {case}: de gemeente wil de buurtvaders door het rijk laten aanspreken");
    scene.is_refused(BUURTVADERS, "municipality", Type::SupportRequest, &body, &[problem, tried], &text)
}

fn director_settles(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(BUURTVADERS, "level-1")?;
    scene.line(BUURTVADERS, None, &format!("zaak {case} over de bewoners staat nog steeds op niveau 1"))?;
    let reason = Paper::new("Vrijwilligers; het toernooi is na de zomer, met hulp van de opbouwwerkers.");
    let body = json!({ "case": case, "finding": { "kind": "settled" }, "reason": reason.reference() });
    let text = format!("zaak {case}: de welzijnsinstelling, regisseur, doet de zaak af met redenen");
    scene.says(BUURTVADERS, "welfare", Type::CaseRuling, &body, &[reason], &text).map(|_| ())
}
