//! The umbrella agreement: Rotterdam asks that it be sharpened, the minister amends it in the national ledger, and the
//! local case gets the amendment's receipt.

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::{Value, json};

use super::super::cast::Paper;
use super::super::stage::Scene;
use super::streets::{ministry_answers, municipality_closes};
use super::{KOEPELS, WIJK};

pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    match day {
        "2007-05-09" => city_asks(scene),
        "2007-05-16" => ministry_amends(scene),
        "2007-05-23" => umbrellas_consent(scene),
        "2007-05-30" => {
            let amendment = reference(scene, amendment(scene)?)?;
            let act = json!({ "act": "sharpen-umbrella", "umbrella": amendment });
            ministry_answers(scene, WIJK, &act, "de minister heeft de koepelafspraak aangescherpt; het ontvangstbewijs is bijgevoegd")
        }
        "2007-06-06" => {
            which_refer_to_it(scene)?;
            municipality_closes(scene, WIJK, "De aangescherpte koepelafspraak is met de corporatie besproken.")
        }
        _ => Ok(()),
    }
}

/// The entry of the national ledger that proposed the umbrella agreement, as the API shows it.
pub(super) fn proposal(scene: &Scene<'_>) -> anyhow::Result<u64> {
    let head = scene.town(KOEPELS)?.read(&format!("agreements/{KOEPELS}"))?;
    head["versions"][0]["at"]["entry"].as_u64().with_context(|| format!("the entry of the proposal: {head}"))
}

/// The entry that proposed its amendment.
fn amendment(scene: &Scene<'_>) -> anyhow::Result<u64> {
    offer(scene)?["offered"]["entry"].as_u64().context("the entry of the amendment")
}

fn offer(scene: &Scene<'_>) -> anyhow::Result<Value> {
    let town = scene.town(KOEPELS)?;
    let offers = town.client()?.items(&town.name, &format!("offers?agreement={KOEPELS}"))?;
    let found = offers.iter().find(|offer| offer["kind"]["kind"] == "amendment");
    found.cloned().with_context(|| format!("an amendment: {offers:?}"))
}

/// How a local statement refers to an entry of the national ledger.
pub(super) fn reference(scene: &Scene<'_>, entry: u64) -> anyhow::Result<Value> {
    let national = scene.town(KOEPELS)?;
    let receipt = national.client()?.receipt(&national.name, entry)?;
    Ok(json!({ "origin": national.origin, "entry": entry, "agreement": KOEPELS, "receipt": receipt.trim_end() }))
}

fn city_asks(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (problem, tried) = (
        Paper::new("De koepelafspraak vraagt inspanning en noemt geen getal; daar kan de stad een corporatie niet aan houden."),
        Paper::new("De investering is pas na een doorbraak gedaan."),
    );
    let mut body = json!({ "kind": "sharpen-umbrella", "asked": "Maak van de inzet van de corporaties een resultaat met een getal." });
    body["umbrella"] = reference(scene, proposal(scene)?)?;
    (body["problem"], body["tried"]) = (problem.reference(), tried.reference());
    let text = "de gemeente vraagt de minister de koepelafspraak met de corporaties aan te scherpen";
    scene.says(WIJK, "municipality", Type::SupportRequest, &body, &[problem, tried], text).map(|_| ())
}

fn ministry_amends(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let town = scene.town(KOEPELS)?;
    let version = town.read(&format!("agreements/{KOEPELS}"))?["version"].clone();
    let mut sharper = town.deal(KOEPELS)?.obligation("woningaanbod")?.clone();
    sharper["strength"] = "result".into();
    sharper["target"] = json!({ "indicator": "verbeterde of nieuwe woningen in aandachtswijken", "value": "10000", "unit": "woningen" });
    let reason = Paper::new("Steden vragen om een afspraak waaraan zij hun corporaties kunnen houden.");
    let changes = json!([{ "kind": "obligation", "obligation": sharper }]);
    let body = json!({ "version": version, "changes": changes, "reason": reason.reference() });
    let text = "het ministerie stelt voor de afspraak met Aedes aan te scherpen: van inspanning naar resultaat";
    scene.says(KOEPELS, "ministry", Type::Amendment, &body, &[reason], text).map(|_| ())
}

fn umbrellas_consent(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let version = offer(scene)?["hash"].clone();
    for by in ["aedes", "vng"] {
        let text = format!("{} stemt in met de wijziging", scene.name(KOEPELS, by)?);
        scene.says(KOEPELS, by, Type::Consent, &json!({ "to": version }), &[], &text)?;
    }
    let result = offer(scene)?["result"]["result"].clone();
    anyhow::ensure!(result == "agreed", "the amendment is {result}");
    scene.line(KOEPELS, None, "de aangescherpte afspraak geldt")
}

/// The local promises that carry out the umbrella agreement, as the API shows the text.
fn which_refer_to_it(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let agreement = scene.town(WIJK)?.read(&format!("agreements/{WIJK}"))?;
    let obligations = agreement["text"]["obligations"].as_array().context("the text of the agreement")?;
    let refers = |it: &&Value| it["umbrella"]["agreement"] == KOEPELS;
    let clauses: Vec<&str> = obligations.iter().filter(refers).filter_map(|it| it["id"].as_str()).collect();
    anyhow::ensure!(!clauses.is_empty(), "no promise refers to {KOEPELS}");
    scene.line(WIJK, None, &format!("naar deze koepelafspraak verwijst: {}", clauses.join(", ")))
}
