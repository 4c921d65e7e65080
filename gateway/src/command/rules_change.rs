//! `convenant rules-change`: what a ledger's owner signs to take up newer versions of the rules, with what that changes in words.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use ledger::envelope::Type;
use ledger::envelope::shape::Count;
use ledger::envelope::statement::genesis::Versions;
use ledger::lives::Rules;
use ledger::lives::rules::news;
use ledger::words::Text;
use serde_json::json;

use super::sign::{Signer, sign_told};
use super::{Exit, Terminal, shown};
use crate::client::Client;
use crate::found::newest_versions;

/// Show what newer versions of the rules change in a ledger, and write or sign its owner's statement that takes them up
///
/// What is printed is the body of a statement; with --sign it is the signed statement, for `submit`. The versions hold from the
/// entry after it on. What stands in an agreement, due dates and terms that run among it, stays as it was computed.
#[derive(Debug, clap::Args)]
pub struct RulesChange {
    /// Address of the ledger, such as https://convenant.example.nl/gm0599
    #[arg(long, value_name = "URL")]
    ledger: String,
    /// Version of the rules to take up [default: the newest that this program knows]
    #[arg(long, value_name = "NUMBER")]
    rules: Option<u32>,
    /// Table of holidays to take up [default: the newest that this program knows]
    #[arg(long, value_name = "VERSION")]
    holidays: Option<Text<1, 40>>,
    /// Version of the time-zone data to record [default: that of this program, or what is in force where that is newer]
    #[arg(long, value_name = "VERSION")]
    time_zone_data: Option<Text<1, 40>>,
    /// Sign it
    #[arg(long, requires = "key")]
    sign: bool,
    /// The private JWK of the owner to sign with
    #[arg(long, value_name = "FILE", requires = "sign")]
    key: Option<PathBuf>,
    /// Id of the statement, unique for the institution [default: 128 random bits]
    #[arg(long, requires = "sign")]
    id: Option<String>,
    /// When it is signed, as RFC 3339 [default: now]
    #[arg(long, value_name = "INSTANT", requires = "sign")]
    signed_at: Option<String>,
}

impl RulesChange {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let what = || format!("{} is no address of a ledger", self.ledger);
        let (base, name) = self.ledger.trim_end_matches('/').rsplit_once('/').with_context(what)?;
        let ledger = Client::new(base)?.ledger(name)?;
        let said = |member: &str| ledger[member].as_str().map(str::to_owned).with_context(|| format!("{} tells no {member}", self.ledger));
        let (origin, owner) = (said("origin")?, said("owner")?);
        let now: Versions = serde_json::from_value(ledger["versions"].clone()).with_context(|| format!("{origin} tells no versions"))?;
        let next = self.wanted(&now);
        check(&now, &next)?;
        for line in told(&now, &next) {
            terminal.note(&shown(&line))?;
        }
        let body = json!({ "versions": next });
        let Some(key) = self.key.filter(|_| self.sign) else {
            terminal.note(&format!("{owner}, the owner of {origin}, signs this (sign --type rules-change) and submits it:"))?;
            terminal.line(&body.to_string())?;
            return Ok(Exit::Done);
        };
        let signer = Signer::new(key, origin, self.id, self.signed_at);
        let key = signer.read_key(terminal)?;
        let payload = signer.payload(Type::RulesChange.code(), &owner, body)?;
        let told: String = told(&now, &next).iter().map(|line| format!("    {line}\n")).collect();
        sign_told(&key, &payload, &told, (&[], &[]), terminal)
    }

    fn wanted(&self, now: &Versions) -> Versions {
        let newest = newest_versions();
        // A program whose time-zone data is older than what was recorded takes nothing back.
        let own = newest.time_zone_data.as_str() >= now.time_zone_data.as_str();
        let zones = if own { &newest.time_zone_data } else { &now.time_zone_data };
        Versions {
            rules: self.rules.map_or(newest.rules, Count),
            time_zone_data: self.time_zone_data.clone().unwrap_or_else(|| zones.clone()),
            holidays: self.holidays.clone().unwrap_or(newest.holidays),
        }
    }
}

/// What the ledger would refuse is not written.
fn check(now: &Versions, next: &Versions) -> anyhow::Result<()> {
    let rules = Rules::of(next).with_context(|| format!("this program does not know {next}; it knows {}", Rules::known()))?;
    let before =
        Rules::of(now).with_context(|| format!("this program does not know {now}, which is in force; it knows {}", Rules::known()))?;
    let older = !rules.follow(before) || next.time_zone_data.as_str() < now.time_zone_data.as_str();
    ensure!(!older, "{next} are older in part than those in force: {now}");
    ensure!(next != now, "these versions are in force already: {now}");
    Ok(())
}

/// What changes, a line each.
fn told(now: &Versions, next: &Versions) -> Vec<String> {
    let mut lines = Vec::new();
    let kept = |what: &str, version: &str| format!("{what}: {version}, as now");
    if next.rules == now.rules {
        lines.push(kept("rules", &now.rules.0.to_string()));
    } else {
        lines.push(format!("rules: {} instead of {}; from then on", next.rules.0, now.rules.0));
        lines.extend((now.rules.0 + 1..=next.rules.0).flat_map(news).map(|new| format!("  - {new}")));
    }
    match next.holidays == now.holidays {
        true => lines.push(kept("holidays", now.holidays.as_str())),
        false => lines.push(format!(
            "holidays: the table {} instead of {}; a due date or term that is computed from then on goes by it",
            next.holidays, now.holidays
        )),
    }
    match next.time_zone_data == now.time_zone_data {
        true => lines.push(kept("time zones", now.time_zone_data.as_str())),
        false => {
            lines.push(format!(
                "time zones: {} instead of {}; it is recorded, and decides nothing",
                next.time_zone_data, now.time_zone_data
            ));
        }
    }
    lines.push("what stands stays: due dates that are open and terms that run keep their instant, and no flag moves".to_owned());
    lines.push("it holds from the entry after this statement on, and cannot be taken back".to_owned());
    lines
}
