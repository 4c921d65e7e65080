//! `convenant recurrence`: what is breached again and again in one or more ledgers, and the body of an agenda-proposal over it (L37).

mod found;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use ledger::envelope::statement::agreement::{Instrument, Nature, Theme};
use ledger::envelope::statement::recurrence::Recurring;
use serde_json::{Value, json};

use super::{Exit, Terminal, shown};
use found::{Breach, Reading};

/// Find what is breached again and again, and write the body of an agenda-proposal over it
#[derive(Debug, clap::Args)]
pub struct Recurrence {
    /// Address of a ledger, such as https://convenant.example.nl/gm0599; again for each other one
    #[arg(long = "ledger", value_name = "URL", required = true)]
    ledgers: Vec<String>,
    #[command(flatten)]
    what: What,
    /// At least so many breaches
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(3..=40))]
    times: u32,
    /// Within so many months
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=60))]
    months: u32,
    /// Write the body of an agenda-proposal, with its receipts, to this file, for `sign --type agenda-proposal`
    #[arg(long, value_name = "FILE", requires = "What")]
    out: Option<PathBuf>,
}

/// One thing that may recur; everything that does when none is named.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct What {
    /// An institution, by one public identifier: kvk=12345678, or oin, rsin, brin, cbs
    #[arg(long, value_name = "KIND=NUMBER", value_parser = party)]
    party: Option<Recurring>,
    /// Promises in agreements about a theme
    #[arg(long, value_parser = PossibleValuesParser::new(Theme::ALL.iter().map(|theme| theme.code())))]
    theme: Option<String>,
    /// Promises of one nature
    #[arg(long, value_parser = PossibleValuesParser::new(Nature::ALL.iter().map(|nature| nature.code())))]
    nature: Option<String>,
    /// Promises by one kind of instrument
    #[arg(long, value_parser = PossibleValuesParser::new(Instrument::ALL.iter().map(|instrument| instrument.code())))]
    instrument: Option<String>,
}

impl What {
    fn named(&self) -> Option<Recurring> {
        let theme = Theme::ALL.iter().find(|theme| self.theme.as_deref() == Some(theme.code()));
        let nature = Nature::ALL.iter().find(|nature| self.nature.as_deref() == Some(nature.code()));
        let instrument = Instrument::ALL.iter().find(|instrument| self.instrument.as_deref() == Some(instrument.code()));
        let party = self.party.clone();
        party
            .or(theme.map(|theme| Recurring::Theme { theme: *theme }))
            .or(nature.map(|nature| Recurring::Nature { nature: *nature }))
            .or(instrument.map(|instrument| Recurring::Instrument { instrument: *instrument }))
    }
}

/// `kvk=12345678` as the party with that identifier.
fn party(text: &str) -> Result<Recurring, String> {
    let accepted = "accepted: oin=, rsin=, kvk=, brin= or cbs= with a number of that kind";
    let (kind, number) = text.split_once('=').ok_or(accepted)?;
    if !["oin", "rsin", "kvk", "brin", "cbs"].contains(&kind) {
        return Err(accepted.to_owned());
    }
    serde_json::from_value(json!({ "kind": "party", "identifiers": { kind: number } })).map_err(|_| accepted.to_owned())
}

impl Recurrence {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let reading = Reading::of(&self.ledgers)?;
        let named = self.what.named();
        let wanted = named.clone().map_or_else(|| reading.all(), |one| vec![one]);
        let mut count = 0;
        for recurs in &wanted {
            let breaches = reading.latest(recurs, self.months);
            if breaches.len() < self.times as usize {
                continue;
            }
            count += 1;
            show(recurs, &breaches, self.months, terminal)?;
        }
        if count == 0 {
            terminal.line(&format!("nothing was breached {} times within {} months", self.times, self.months))?;
            return Ok(Exit::Done);
        }
        if let (Some(file), Some(recurs)) = (&self.out, &named) {
            let body = reading.proposal(recurs, self.times, self.months)?;
            let opened = OpenOptions::new().write(true).create_new(true).open(file);
            let written = opened.and_then(|mut file| file.write_all(format!("{body}\n").as_bytes()));
            written.with_context(|| format!("{} cannot be written", file.display()))?;
            let shown = body["breaches"].as_array().map_or(0, Vec::len);
            terminal.note(&format!("wrote an agenda-proposal over {shown} breaches to {}", file.display()))?;
        }
        Ok(Exit::Done)
    }
}

/// The body of an agenda-proposal over what recurs in these ledgers, with receipts; `None` where it does not.
pub fn proposal(ledgers: &[String], recurs: &Recurring, times: u32, months: u32) -> anyhow::Result<Option<Value>> {
    let reading = Reading::of(ledgers)?;
    if reading.latest(recurs, months).len() < times as usize {
        return Ok(None);
    }
    reading.proposal(recurs, times, months).map(Some)
}

fn show(recurs: &Recurring, breaches: &[Breach], months: u32, terminal: &mut Terminal) -> anyhow::Result<()> {
    let what = match recurs {
        Recurring::Party { identifiers } => {
            let given = serde_json::to_value(identifiers)?;
            let given = given.as_object().into_iter().flatten().filter_map(|(kind, number)| Some(format!("{kind}={}", number.as_str()?)));
            format!("party {}", given.collect::<Vec<_>>().join(" "))
        }
        Recurring::Theme { theme } => format!("theme {theme}"),
        Recurring::Nature { nature } => format!("nature {nature}"),
        Recurring::Instrument { instrument } => format!("instrument {instrument}"),
    };
    let (Some(first), Some(last)) = (breaches.first(), breaches.last()) else { bail!("nothing recurs") };
    let (from, to) = (first.shown.due, last.shown.due);
    terminal.line(&shown(&format!("{what}: {} breaches within {months} months, due {from} to {to}", breaches.len())))?;
    for Breach { shown: one, .. } in breaches {
        let place = format!("entry {} of {}", one.entry, one.origin);
        terminal.line(&shown(&format!("  {}  {} of {} by {}, {place}", one.due, one.obligation, one.agreement, one.party)))?;
    }
    Ok(())
}
