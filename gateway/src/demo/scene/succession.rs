//! Haarlem: the radios are handed out, and the parties put an agreement about what lasts in the place of the first one (L13).

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::json;

use super::super::cast::Paper;
use super::super::deal::Deal;
use super::super::stage::Scene;
use super::super::town::Town;
use super::PORTOFOONS;

const UITGAAN: &str = "veilig-uitgaan-haarlem";
/// What goes on in the new agreement, under the same names.
const LASTING: [&str; 2] = ["bereikbaar", "deurbeleid"];

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2007-05-30" => sign_successor(scene),
        "2007-06-06" => end_with_it(scene),
        _ => Ok(()),
    }
}

/// The new text says what it comes after, and all sign it.
fn sign_successor(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (now, before) = (scene.now(), scene.town(PORTOFOONS)?.deal(PORTOFOONS)?);
    let mut text = before.text.clone();
    text["agreement"] = UITGAAN.into();
    text["title"] = "Veilig uitgaan in Haarlem".into();
    text["predecessors"] = json!([PORTOFOONS]);
    text["period"] = json!({ "startDate": "2007-07-02", "endDate": "2011-06-30" });
    text["obligations"] = LASTING.iter().map(|id| before.obligation(id).cloned()).collect::<anyhow::Result<_>>()?;
    let papers = vec![Paper::new("Alle portiers hebben een portofoon. Wat blijft: de lijn naar de politie, en het deurbeleid.")];
    text["analysis"] = papers[0].reference();
    let (id, label) = (UITGAAN.to_owned(), "uitgaan".to_owned());
    let after = Deal { id, title: text["title"].as_str().context("a title")?.to_owned(), label, text: text.clone() };
    scene.town_mut(PORTOFOONS)?.deals.push(after);
    let town = scene.town(UITGAAN)?;
    let (entry, version) = town.say("municipality", now, Type::Proposal, &text, &papers)?;
    let signatures = town.all_consent(now, UITGAAN, version)?;
    let title = text["title"].as_str().context("a title")?;
    scene.line(UITGAAN, Some(entry), &format!("voorstel «{title}», opvolger van de portofoons; {signatures} partijen ondertekenen"))
}

/// The first agreement ends when the new one is in force, and what was promised goes on there.
fn end_with_it(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let town = scene.town(PORTOFOONS)?;
    let (version, successor) = (version_of(town, PORTOFOONS)?, version_of(town, UITGAAN)?);
    let reason = Paper::new("De portofoons zijn uitgereikt; wat blijft, staat in de nieuwe overeenkomst.");
    let plan = LASTING.map(|id| json!({ "obligation": id, "disposition": "continues", "continuesAs": id }));
    let successor = json!({ "agreement": UITGAAN, "version": successor });
    let body = json!({ "version": version, "successor": successor, "plan": plan, "reason": reason.reference() });
    let text = "de gemeente stelt voor: de overeenkomst eindigt als de nieuwe van kracht is, en wat blijft gaat daar verder";
    let offer = scene.says(PORTOFOONS, "municipality", Type::Dissolution, &body, &[reason], text)?;
    for by in ["police", "business"] {
        let name = scene.name(PORTOFOONS, by)?;
        scene.says(PORTOFOONS, by, Type::Consent, &json!({ "to": offer }), &[], &format!("{name} stemt daarmee in"))?;
    }
    Ok(())
}

/// The version that all signed, as the API shows it.
fn version_of(town: &Town, agreement: &str) -> anyhow::Result<String> {
    Ok(town.read(&format!("agreements/{agreement}"))?["version"].as_str().context("a version")?.to_owned())
}
