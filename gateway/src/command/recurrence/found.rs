//! What ledgers say of breaches, and which of these come again and again.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use ledger::book::recurrence::shown_breach;
use ledger::book::sources::{Source, Sources};
use ledger::envelope::statement::agreement::{Instrument, Nature, Theme};
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::statement::recurrence::Recurring;
use ledger::envelope::{Body, MAX_JWS, Parsed};
use ledger::lives::recurrence::ShownBreach;
use ledger::words::Day;
use serde_json::{Value, json};

use super::super::audit::fetch::Pages;
use crate::client::Client;

/// The most breaches that an agenda-proposal holds.
const MOST: usize = 40;
/// The most sources.
const MOST_SOURCES: usize = 160;
/// The largest body: a JWS holds its payload in base64url, and the payload some more.
const MOST_BYTES: usize = MAX_JWS / 4 * 3 - 2048;

/// A breach, and the entries of its ledger by which it shows.
pub(super) struct Breach {
    pub(super) shown: ShownBreach,
    used: BTreeSet<u64>,
}

/// A ledger that is read.
struct Place {
    client: Client,
    name: String,
    origin: String,
}

/// Ledgers as anybody reads them: what is withheld is not there. Nothing is verified here: whoever takes the proposal does that.
pub(super) struct Reading {
    places: Vec<Place>,
    flags: Vec<Source>,
    sources: Sources,
}

impl Reading {
    /// Reads each of these ledgers from its beginning.
    pub(super) fn of(addresses: &[String]) -> anyhow::Result<Self> {
        let (mut places, mut flags, mut sources) = (Vec::<Place>::new(), Vec::new(), Vec::new());
        for address in addresses {
            let split = address.trim_end_matches('/').rsplit_once('/');
            let (base, name) = split.with_context(|| format!("{address} is no address of a ledger"))?;
            let client = Client::new(base)?;
            let size = client.records(name, 0, 1)?.size;
            let mut origin = None;
            for page in Pages::between(&client, name, 0, size) {
                for row in page?.into_iter().filter(|row| !row.withheld) {
                    let Ok(parsed) = Parsed::parse(&row.jws) else { continue };
                    let at = parsed.statement().ledger.to_string();
                    if *origin.get_or_insert_with(|| at.clone()) != at {
                        bail!("entry {} of {address} is of {at}", row.entry);
                    }
                    let source = Source { pointer: String::new(), origin: at, entry: row.entry, parsed };
                    match &source.parsed.statement().body {
                        Body::Flag(flag) if matches!(flag.cause, Cause::Breached { .. }) => flags.push(source),
                        Body::Flag(_) => {}
                        _ => sources.push(source),
                    }
                }
            }
            let origin = origin.with_context(|| format!("{address} holds nothing"))?;
            if places.iter().any(|place| place.origin == origin) {
                bail!("{origin} is named twice");
            }
            places.push(Place { client, name: name.to_owned(), origin });
        }
        // What says nothing about promises and institutions is left out.
        Ok(Self { places, flags, sources: Sources::of(sources, &mut Vec::new()) })
    }

    /// All that may recur: each theme, nature and instrument, and each institution by each of its identifiers.
    pub(super) fn all(&self) -> Vec<Recurring> {
        let themes = Theme::ALL.iter().map(|theme| Recurring::Theme { theme: *theme });
        let natures = Nature::ALL.iter().map(|nature| Recurring::Nature { nature: *nature });
        let instruments = Instrument::ALL.iter().map(|instrument| Recurring::Instrument { instrument: *instrument });
        let parties = self.sources.identifiers().into_iter().map(|identifiers| Recurring::Party { identifiers });
        parties.chain(themes).chain(natures).chain(instruments).collect()
    }

    /// The most breaches that lie within so many months of each other, the latest of equal ones; in the order of their instants.
    pub(super) fn latest(&self, recurs: &Recurring, months: u32) -> Vec<Breach> {
        let mut all: Vec<Breach> = Vec::new();
        for flag in &self.flags {
            let Ok((shown, used)) = shown_breach(flag, &self.sources, recurs) else { continue };
            if !all.iter().any(|earlier| earlier.shown.is_of_the_same(&shown)) {
                all.push(Breach { shown, used });
            }
        }
        all.sort_by_key(|breach| breach.shown.breached);
        let day = |breach: &Breach| Day::of(breach.shown.breached);
        let window = |first: usize| {
            let end = day(&all[first]).plus_months(months);
            first + all[first..].iter().take_while(|breach| day(breach) <= end).count()
        };
        let Some((from, to)) = (0..all.len()).map(|first| (first, window(first))).max_by_key(|(first, end)| (end - first, *first)) else {
            return Vec::new();
        };
        all.truncate(to);
        all.split_off(from)
    }

    /// The body of an agenda-proposal: the latest of them, as many as it holds.
    pub(super) fn proposal(&self, recurs: &Recurring, times: u32, months: u32) -> anyhow::Result<Value> {
        let breaches = self.latest(recurs, months);
        let mut from = breaches.len().saturating_sub(MOST);
        while breaches.len() - from >= times as usize {
            if self.sources_of(&breaches[from..]).len() <= MOST_SOURCES {
                let body = self.body(recurs, months, &breaches[from..])?;
                if body.to_string().len() <= MOST_BYTES {
                    return Ok(body);
                }
            }
            from += 1;
        }
        bail!("the texts and receipts of {times} breaches do not fit into one statement of {MAX_JWS} bytes");
    }

    fn sources_of<'a>(&self, breaches: &'a [Breach]) -> BTreeSet<(&'a str, u64)> {
        breaches.iter().flat_map(|breach| breach.used.iter().map(|entry| (breach.shown.origin.as_str(), *entry))).collect()
    }

    fn body(&self, recurs: &Recurring, months: u32, breaches: &[Breach]) -> anyhow::Result<Value> {
        let flags =
            breaches.iter().map(|breach| self.named(&breach.shown.origin, breach.shown.entry)).collect::<anyhow::Result<Vec<_>>>()?;
        let sources = self.sources_of(breaches).into_iter().map(|(origin, entry)| self.named(origin, entry));
        let sources = sources.collect::<anyhow::Result<Vec<_>>>()?;
        let mut recurs = serde_json::to_value(recurs)?;
        if let Some(given) = recurs.get_mut("identifiers").and_then(Value::as_object_mut) {
            given.retain(|_, number| !number.is_null());
        }
        Ok(json!({ "recurs": recurs, "months": months, "breaches": flags, "sources": sources }))
    }

    /// An entry with its receipt.
    fn named(&self, origin: &str, entry: u64) -> anyhow::Result<Value> {
        let place = self.places.iter().find(|place| place.origin == origin).context("a ledger that was not read")?;
        let receipt = place.client.receipt(&place.name, entry)?;
        Ok(json!({ "origin": origin, "entry": entry, "receipt": receipt.trim_end() }))
    }
}
