//! Rotterdam: two parties leave, one with a plan that is carried out, one without, and that one stays bound.

use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::WIJK;

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2006-10-11" => without_plan(scene),
        "2006-10-18" => with_plan(scene),
        "2006-10-25" => unresolved(scene),
        "2006-11-01" => others_answer(scene),
        _ => Ok(()),
    }
}

fn without_plan(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De subsidie is gestopt.");
    let body = json!({ "effectiveDate": "2007-04-18", "reason": reason.reference(), "plan": [] });
    scene.is_refused(WIJK, "welfare", Type::Withdrawal, &body, &[reason], "de welzijnsinstelling zegt op zonder plan")
}

fn with_plan(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De subsidie is gestopt; de school neemt de begeleiding over.");
    let plan = json!([{ "obligation": "jongeren", "disposition": { "kind": "hand-over", "to": "school" } }]);
    let body = json!({ "effectiveDate": "2007-04-18", "reason": reason.reference(), "plan": plan });
    scene.says(WIJK, "welfare", Type::Withdrawal, &body, &[reason], "de welzijnsinstelling zegt op, met een plan")?;
    let reason = Paper::new("De school kent deze jongeren.");
    let body = json!({ "obligation": "jongeren", "to": "school", "successor": "jongeren-school", "reason": reason.reference() });
    let text = "de welzijnsinstelling biedt haar afspraak aan de school aan";
    let offer = scene.says(WIJK, "welfare", Type::Handover, &body, &[reason], text)?;
    scene.says(WIJK, "school", Type::Consent, &json!({ "to": offer }), &[], "de school neemt de afspraak over").map(|_| ())
}

fn unresolved(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let reason = Paper::new("De capaciteit is elders nodig.");
    let plan = json!([{ "obligation": "wijkagent", "disposition": { "kind": "unresolved" } }]);
    let body = json!({ "effectiveDate": "2007-05-02", "reason": reason.reference(), "plan": plan });
    scene.says(WIJK, "police", Type::Withdrawal, &body, &[reason], "de politie zegt op, zonder iets te regelen").map(|_| ())
}

fn others_answer(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    for by in ["municipality", "corporation", "school"] {
        let name = scene.name(WIJK, by)?;
        let (body, text) =
            (json!({ "party": "welfare", "answer": "consent" }), format!("{name}: akkoord met het vertrek van de welzijnsinstelling"));
        scene.says(WIJK, by, Type::WithdrawalAnswer, &body, &[], &text)?;
        let reason = Paper::new("Zonder wijkagent is de aanpak niet sluitend.");
        let body = json!({ "party": "police", "answer": "objection", "reason": reason.reference() });
        let text = format!("{name}: bezwaar tegen het vertrek van de politie");
        scene.says(WIJK, by, Type::WithdrawalAnswer, &body, &[reason], &text)?;
    }
    Ok(())
}
