//! Haarlem: the municipality offers too few radios, and the bars answer with a text of their own, which all sign.

use ledger::envelope::Type;
use serde_json::{Value, json};

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::PORTOFOONS;

/// The doormen who get a radio in the first text; the letter has them all.
const TOO_FEW: &str = "12";

/// A proposal, a counter-proposal that makes the first signature void, and the signatures of all.
pub(super) fn negotiate(scene: &mut Scene<'_>, text: &Value, mut papers: Vec<Paper>) -> anyhow::Result<()> {
    let (now, mut scarce) = (scene.now(), text.clone());
    scarce["obligations"][0]["target"]["value"] = TOO_FEW.into();
    let (entry, first) = scene.town(PORTOFOONS)?.say("municipality", now, Type::Proposal, &scarce, &papers)?;
    scene.line(PORTOFOONS, Some(entry), &format!("voorstel van de gemeente: {TOO_FEW} portofoons"))?;
    let consent = json!({ "to": first });
    scene.says(PORTOFOONS, "municipality", Type::Consent, &consent, &[], "de gemeente ondertekent haar voorstel")?;
    let reason = Paper::new("Alle portiers staan aan de deur; allen hebben een portofoon nodig.");
    let body = json!({ "replaces": first, "text": text, "reason": reason.reference() });
    papers.push(reason);
    let (entry, second) = scene.town(PORTOFOONS)?.say("business", now, Type::CounterProposal, &body, &papers)?;
    let (name, all) = (scene.name(PORTOFOONS, "business")?, text["obligations"][0]["target"]["value"].as_str().unwrap_or_default());
    scene.line(PORTOFOONS, Some(entry), &format!("tegenvoorstel van {name}: {all} portofoons; eerdere handtekeningen zijn vervallen"))?;
    scene.is_refused(PORTOFOONS, "police", Type::Consent, &consent, &[], "de politie ondertekent de oude tekst")?;
    let signatures = scene.town(PORTOFOONS)?.all_consent(now, PORTOFOONS, second)?;
    scene.line(PORTOFOONS, None, &format!("{signatures} partijen ondertekenen precies de nieuwe tekst"))
}
