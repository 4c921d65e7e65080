//! The story, from 15 February 2006 to 4 July 2007, week by week.

use std::path::Path;

use ledger::words::Day;

use super::scene::{ending, opening, routine, turn};
use super::stage::Scene;
use crate::host::Host;

/// What the demo came to.
#[derive(Debug)]
pub struct Outcome {
    pub(super) statements: u64,
    pub(super) in_force: usize,
    pub(super) breaches: usize,
    pub(super) escalations: usize,
    pub(super) tampered: u64,
    pub(super) ledger: String,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { statements, in_force, breaches, escalations, tampered, ledger } = self;
        write!(
            f,
            "demo: {statements} statements, {in_force} agreements in force, {breaches} breaches, {escalations} escalations, \
             tampering detected at entry {tampered} of {ledger}"
        )
    }
}

/// Tells the whole story against a running gateway, and ends with the audit.
pub fn tell(mut scene: Scene<'_>, host: &Host, url: &str, database: &Path) -> anyhow::Result<Outcome> {
    for town in &mut scene.towns {
        town.connect(url)?;
    }
    opening::play(&mut scene)?;
    let (mut day, last): (Day, Day) = (parse("2006-03-01")?, parse("2007-07-04")?);
    while day <= last {
        // Each Wednesday at nine in the morning, the last day of the weekly duties.
        scene.advance(host, day.start().plus_millis(9 * 3_600_000))?;
        routine::play(&mut scene, day)?;
        turn(&mut scene, &day.to_string())?;
        day = day.plus_days(7);
    }
    ending::play(scene, database)
}

fn parse(day: &str) -> anyhow::Result<Day> {
    day.parse().map_err(|_| anyhow::anyhow!("{day} is no day"))
}
