//! What recurs, put forward for the minister's agenda: that receipts of other ledgers show it, and who answers (L37).

use std::collections::BTreeSet;

use super::desk::Book;
use super::receipts::Elsewhere;
use super::sources::{Source, Sources};
use super::verdict::{Life, Stop};
use crate::envelope::refusal::one_of;
use crate::envelope::statement::flag::Cause;
use crate::envelope::statement::genesis::Level;
use crate::envelope::statement::recurrence::{AgendaAnswer, AgendaProposal, OtherEntry, Recurring};
use crate::envelope::{Body, Fault, Refusal, Rule};
use crate::lives::recurrence::{ANSWER_DAYS, Recurrence, ShownBreach};
use crate::lives::{Institution, Moment};
use crate::words::{Day, Hash, Slug, Term};

impl Book {
    /// Something that recurs is put before the ministry of this ledger, by whoever is admitted here.
    pub(super) fn put_forward(&self, by: &Slug, body: &AgendaProposal, hash: Hash, moment: Moment) -> Result<Life, Stop> {
        let mut ministry = self.ministry_with_agenda()?;
        let mut faults = Vec::new();
        let flags = self.read_all(&body.breaches, "/body/breaches", &mut faults)?;
        let sources = Sources::of(self.read_all(&body.sources, "/body/sources", &mut faults)?, &mut faults);
        let breaches: Vec<(String, ShownBreach)> = flags
            .iter()
            .filter_map(|flag| match shown_breach(flag, &sources, &body.recurs) {
                Ok((breach, _)) => Some((flag.pointer.clone(), breach)),
                Err(found) => {
                    faults.extend(found);
                    None
                }
            })
            .collect();
        faults.extend(twice(&breaches));
        faults.extend(apart(&breaches, body.months.0));
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal.into());
        }
        let breaches = breaches.into_iter().map(|(_, breach)| breach).collect();
        let answer_by = self.rules(moment)?.deadline(moment.at, Term::Days(ANSWER_DAYS), true);
        let (by, recurs, months) = (by.clone(), body.recurs.clone(), body.months.0);
        ministry.receive(Recurrence { hash, by, recurs, months, breaches, put_forward: moment, answer_by, late: None, answer: None })?;
        Ok(Life::Institution(Box::new(ministry)))
    }

    /// The ministry of this ledger answers.
    pub(super) fn answer_agenda(&self, by: &Slug, body: &AgendaAnswer, moment: Moment) -> Result<Life, Stop> {
        let mut ministry = self.ministry_with_agenda()?;
        if *by != ministry.id {
            let detail = format!("{by} is not the ministry of this ledger");
            return Err(Refusal::at("/by", Rule::MinistryOnly, detail, ministry.id.to_string()).into());
        }
        ministry.answer_recurrence(body, moment)?;
        Ok(Life::Institution(Box::new(ministry)))
    }

    fn ministry_with_agenda(&self) -> Result<Institution, Stop> {
        if self.ledger().level != Level::National {
            let detail = format!("{} is the ledger of a municipality", self.ledger().origin);
            return Err(Refusal::at("/type", Rule::NationalOnly, detail, "the national ledger, over receipts of this one").into());
        }
        Ok(self.known_institution(&self.ledger().ministry, "/ledger")?.clone())
    }

    /// What the receipts of a list show; each fault is noted, and what has one is left out.
    fn read_all(&self, list: &[OtherEntry], at: &str, faults: &mut Vec<Fault>) -> Result<Vec<Source>, Stop> {
        let mut all = Vec::new();
        for (i, named) in list.iter().enumerate() {
            let (pointer, origin, entry) = (format!("{at}/{i}"), named.origin.to_string(), named.entry.0);
            match self.shown(&Elsewhere { origin: &origin, entry, receipt: named.receipt.as_str(), pointer: &pointer }) {
                Ok(parsed) => all.push(Source { pointer, origin, entry: entry.into(), parsed }),
                Err(Stop::Refused(refusal)) => faults.extend(refusal.faults().iter().cloned()),
                Err(need) => return Err(need),
            }
        }
        Ok(all)
    }
}

/// The breach that a flag shows, and the sources by which; or all that is wrong with it.
pub fn shown_breach(flag: &Source, sources: &Sources, recurs: &Recurring) -> Result<(ShownBreach, BTreeSet<u64>), Vec<Fault>> {
    let Body::Flag(said) = &flag.parsed.statement().body else {
        return Err(vec![flag.unfit(&format!("this is a {}", flag.parsed.statement().body.kind().code()), "a flag of a breach")]);
    };
    let Cause::Breached { agreement, obligation, due, attributed_to, .. } = &said.cause else {
        return Err(vec![flag.unfit(&format!("this flag is {}", said.cause.code()), "a flag of a breach")]);
    };
    let mut used = BTreeSet::new();
    let (promise, themes) = (sources.promise(flag, agreement, obligation, &mut used), sources.themes(flag, agreement, &mut used));
    let (promise, themes) = match (promise, themes) {
        (Ok(promise), Ok(themes)) => (promise, themes),
        (promise, themes) => return Err(promise.err().into_iter().chain(themes.err()).collect()),
    };
    let party = attributed_to.as_ref().unwrap_or(&promise.debtor);
    match recurs {
        Recurring::Party { identifiers } => sources.check_identity(flag, party, identifiers, &mut used),
        Recurring::Theme { theme } if themes.contains(theme) => Ok(()),
        Recurring::Theme { theme } => Err(flag.unfit(&format!("{agreement} is not about {theme}"), &one_of(themes, "a text with themes"))),
        Recurring::Nature { nature } if promise.nature == *nature => Ok(()),
        Recurring::Nature { .. } => Err(flag.unfit(&format!("{obligation} is of another nature"), promise.nature.code())),
        Recurring::Instrument { instrument } if promise.instrument == Some(*instrument) => Ok(()),
        Recurring::Instrument { .. } => {
            let is = promise.instrument.map_or("a text that names its instrument", |instrument| instrument.code());
            Err(flag.unfit(&format!("{obligation} is of another instrument"), is))
        }
    }
    .map_err(|fault| vec![fault])?;
    let (origin, entry, breached) = (flag.origin.clone(), flag.entry, said.due_at);
    let (agreement, obligation, due, party) = (agreement.clone(), obligation.clone(), *due, party.clone());
    Ok((ShownBreach { origin, entry, agreement, obligation, due, breached, party }, used))
}

/// A due date counts once.
fn twice(breaches: &[(String, ShownBreach)]) -> Vec<Fault> {
    let again = |(i, (pointer, breach)): (usize, &(String, ShownBreach))| {
        let (first, _) = breaches[..i].iter().find(|(_, earlier)| earlier.is_of_the_same(breach))?;
        let detail = format!("this is the same due date as {first}");
        Some(Fault { pointer: pointer.clone(), rule: Rule::RecurrenceUnfit, detail, accepted: "each due date once".to_owned() })
    };
    breaches.iter().enumerate().filter_map(again).collect()
}

/// That no two lie more than so many months apart, by the instants from which on they were breached.
fn apart(breaches: &[(String, ShownBreach)], months: u32) -> Option<Fault> {
    let days = breaches.iter().map(|(_, breach)| Day::of(breach.breached));
    let (first, last) = (days.clone().min()?, days.max()?);
    let end = first.plus_months(months);
    let (pointer, detail) = ("/body/months".to_owned(), format!("the breaches are of {first} to {last}"));
    let accepted = format!("breaches up to {end}, or more months");
    (last > end).then_some(Fault { pointer, rule: Rule::RecurrenceUnfit, detail, accepted })
}
