//! The audit of every ledger, the database that somebody edits, and the audit that names the entry.

use std::path::Path;

use anyhow::{Context as _, ensure};
use ledger::audit::Report;

use super::super::narrator::{Tally, tell as line};
use super::super::stage::Scene;
use super::super::story::Outcome;
use super::super::tamper::change_a_consent;
use super::super::town::Town;
use super::WIJK;
use crate::command::audit::audit_ledger;

/// Every audit is clean; after the edit one is not.
pub(in super::super) fn play(mut scene: Scene<'_>, database: &Path) -> anyhow::Result<Outcome> {
    scene.read_flags()?;
    for place in 0..scene.towns.len() {
        count_reports(&mut scene, place)?;
    }
    let mut statements = 0;
    for town in &scene.towns {
        let report = audit(&scene, town)?;
        ensure!(report.is_clean(), "the audit of {} is not clean: {:?}", town.name, report.findings.first().map(ToString::to_string));
        statements += report.entries;
        scene.terminal.line(&format!("audit of {}: {} entries, clean", town.name, report.entries))?;
    }
    let tampered = scene.runtime.block_on(change_a_consent(database, &scene.town(WIJK)?.name))?;
    scene.terminal.line("iemand wijzigt buiten de poort om één byte in het databasebestand")?;
    let (report, ledger) = (audit(&scene, scene.town(WIJK)?)?, scene.town(WIJK)?.name.clone());
    let found = report.findings.first().context("the audit finds nothing")?;
    ensure!(found.index() == tampered, "the audit names entry {}, not {tampered}", found.index());
    scene.terminal.line(&format!("audit of {ledger}: {found}"))?;
    let Tally { breaches, escalations, in_force, .. } = scene.tally;
    Ok(Outcome { statements, in_force, breaches, escalations, tampered, ledger })
}

/// How many reports there are in a ledger, and what became of them, as the API shows it.
fn count_reports(scene: &mut Scene<'_>, place: usize) -> anyhow::Result<()> {
    let (now, town) = (scene.now(), &scene.towns[place]);
    let reports = town.client()?.items(&town.name, "reports?limit=1000")?;
    let accepted: Vec<_> = reports.iter().filter(|report| report["stage"]["stage"] == "accepted").collect();
    let tacit = accepted.iter().filter(|report| report["stage"]["by"].is_null()).count();
    let text = format!("{} meldingen, waarvan {} bevestigd ({tacit} stilzwijgend)", reports.len(), accepted.len());
    line(scene.terminal, now, &town.name, None, &text)
}

fn audit(scene: &Scene<'_>, town: &Town) -> anyhow::Result<Report> {
    audit_ledger(town.client()?, &town.name, town.vkey.clone().context("a vkey")?, Some(scene.now()), |_, _| {})
}
