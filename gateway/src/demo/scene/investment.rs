//! Rotterdam: the corporation does not invest, the municipality asks the State for a breakthrough, and the minister forces it.

use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::WIJK;
use super::streets::{ministry_answers, municipality_closes};

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2007-02-28" => half_of_it(scene),
        "2007-03-14" => asks_the_state(scene),
        "2007-04-11" => {
            let act = json!({ "act": "force-breakthrough", "partners": ["police"] });
            ministry_answers(scene, WIJK, &act, "de minister forceert een doorbraak: de politie moet een standpunt innemen")
        }
        "2007-04-18" => partner_takes_position(scene),
        "2007-04-25" => municipality_closes(scene, WIJK, "De politie en de corporatie zijn weer met elkaar in gesprek."),
        "2007-05-02" => after_all(scene),
        _ => Ok(()),
    }
}

fn half_of_it(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let paper = Paper::new("Verantwoording: 1,8 miljoen euro.");
    let evidence = json!([{ "form": "attached", "kind": "verslag", "attachment": paper.reference() }]);
    let body = json!({ "obligation": "investering", "instances": ["2007-03-01"], "value": "1800000", "evidence": evidence });
    scene.is_refused(WIJK, "corporation", Type::Report, &body, &[paper], "de wooncorporatie meldt een investering van 1,8 miljoen")
}

fn asks_the_state(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(WIJK, "notice")?;
    let (problem, tried) = (Paper::new("De investering blijft uit."), Paper::new("Twee gesprekken met de bestuurder van de corporatie."));
    let mut body = json!({ "case": case, "kind": "breakthrough", "partners": ["police"], "ground": "opposition" });
    (body["problem"], body["tried"]) = (problem.reference(), tried.reference());
    let text = format!("zaak {case}: de gemeente vraagt het rijk om een doorbraak, en zegt wat zij zelf probeerde");
    scene.says(WIJK, "municipality", Type::SupportRequest, &body, &[problem, tried], &text).map(|_| ())
}

fn partner_takes_position(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let case = scene.case_at(WIJK, "answered")?;
    let reason = Paper::new("De politie maakt capaciteit vrij zodra de woningen worden opgeknapt.");
    let body = json!({ "case": case, "stance": "cooperates", "reason": reason.reference() });
    let text = format!("zaak {case}: de politie tekent haar standpunt: zij werkt mee");
    scene.says(WIJK, "police", Type::StatePosition, &body, &[reason], &text).map(|_| ())
}

fn after_all(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.report_all(WIJK, "investering", "de wooncorporatie investeert alsnog 2,5 miljoen")
}
