//! 15 February 2006: institutions present themselves, and sign the texts.

use anyhow::Context as _;
use ledger::envelope::Type;
use serde_json::{Value, json};

use super::super::cast::Paper;
use super::super::narrator::tell as line;
use super::super::stage::Scene;
use super::doors::negotiate;
use super::umbrella::{proposal, reference};
use super::{KOEPELS, PORTOFOONS, WIJK};

/// Everyone is admitted, and every arrangement is proposed and signed: the national ones first, since a local one refers to them.
pub(in super::super) fn play(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let now = scene.now();
    for place in 0..scene.towns.len() {
        let (admitted, name) = (scene.towns[place].admit_everyone(now)?, scene.towns[place].name.clone());
        let owner = if scene.towns[place].owner == "ministry" { "het ministerie" } else { "de gemeente" };
        let present = match admitted {
            1 => format!("1 instelling meldt zich aan; {owner} laat haar toe"),
            _ => format!("{admitted} instellingen melden zich aan; {owner} laat hen toe"),
        };
        line(scene.terminal, now, &name, None, &present)?;
    }
    let mut agreements: Vec<String> = scene.towns.iter().flat_map(|town| town.deals.iter().map(|deal| deal.id.clone())).collect();
    agreements.sort_by_key(|id| scene.town(id).is_ok_and(|town| town.owner != "ministry"));
    for agreement in &agreements {
        agree(scene, agreement)?;
    }
    Ok(())
}

/// The owner proposes the text, and each party signs exactly that.
fn agree(scene: &mut Scene<'_>, agreement: &str) -> anyhow::Result<()> {
    let (now, town) = (scene.now(), scene.town(agreement)?);
    let (owner, deal) = (town.owner, town.deal(agreement)?);
    let (mut text, title) = (deal.text.clone(), deal.title.clone());
    let papers = vec![Paper::new("Analyse van de buurt: waar de problemen samenkomen, wie wat doet, en in welke volgorde.")];
    text["analysis"] = papers[0].reference();
    if agreement == PORTOFOONS {
        return negotiate(scene, &text, papers);
    }
    if agreement == WIJK {
        refer_to_umbrella(scene, &mut text, &papers)?;
        propose_with_gaps(scene, &text)?;
    }
    let (entry, version) = scene.town(agreement)?.say(owner, now, Type::Proposal, &text, &papers)?;
    let signatures = scene.town(agreement)?.all_consent(now, agreement, version)?;
    scene.line(agreement, Some(entry), &format!("voorstel «{title}»; {signatures} partijen ondertekenen precies deze tekst"))
}

/// The text brings the umbrella agreement along, with the receipt of the national ledger.
fn refer_to_umbrella(scene: &mut Scene<'_>, text: &mut Value, papers: &[Paper]) -> anyhow::Result<()> {
    let national = scene.town(KOEPELS)?;
    let (log_key, origin) = (national.vkey.as_ref().context("a vkey")?.to_string(), national.origin.clone());
    text["umbrellas"] = json!([reference(scene, proposal(scene)?)?]);
    scene.is_refused(WIJK, "municipality", Type::Proposal, text, papers, "een tekst die naar een koepelafspraak verwijst")?;
    let (accepted, _) = scene.town(WIJK)?.say("municipality", scene.now(), Type::LedgerAcceptance, &json!({ "logKey": log_key }), &[])?;
    scene.line(WIJK, Some(accepted), &format!("de gemeente erkent het landelijke grootboek {origin}"))
}

fn propose_with_gaps(scene: &mut Scene<'_>, text: &Value) -> anyhow::Result<()> {
    let mut gaps = text.clone();
    gaps["director"] = "wijkraad".into();
    gaps["obligations"][1]["debtor"] = "belegger".into();
    gaps["obligations"][1].as_object_mut().map(|obligation| obligation.remove("target"));
    gaps.as_object_mut().map(|text| text.remove("analysis"));
    scene.is_refused(WIJK, "municipality", Type::Proposal, &gaps, &[], "een voorstel met gaten")
}
