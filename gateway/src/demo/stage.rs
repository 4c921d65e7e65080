//! Where the story plays: the ledgers with their institutions, the clock, and the ways in which something is said and told.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use ledger::envelope::Type;
use ledger::words::{Day, Hash, Instant};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::cast::{Letter, Paper};
use super::letter::arrangements;
use super::narrator::{Tally, flags, tell as line};
use super::town::{Due, Town};
use crate::clock::StepClock;
use crate::command::Terminal;
use crate::found::found_ledger;
use crate::host::Host;
use crate::store::Store;

/// Where the story plays.
pub struct Scene<'a> {
    /// Where the lines go.
    pub terminal: &'a mut Terminal,
    /// The runtime on which the gateway runs.
    pub runtime: &'a Runtime,
    /// The hands of its clock.
    pub clock: StepClock,
    pub(super) towns: Vec<Town>,
    pub(super) tally: Tally,
    /// What was said and is referred to later, by a name.
    pub(super) said: BTreeMap<&'static str, Hash>,
}

impl<'a> Scene<'a> {
    /// Makes the institutions with their keys, and every ledger from the registrations of its owner and the ministry.
    pub fn set(terminal: &'a mut Terminal, runtime: &'a Runtime, folder: &Path, store: &Store, start: Instant) -> anyhow::Result<Self> {
        let institutions = folder.join("institutions");
        let (mut towns, mut number): (Vec<Town>, u32) = (Vec::new(), 10);
        for (letter, completion) in arrangements()? {
            let place = match towns.iter().position(|town| town.name == letter.ledger) {
                Some(place) => place,
                None => {
                    towns.push(Town::new(&institutions, &letter.ledger, letter.ledger == "nl")?);
                    towns.len() - 1
                }
            };
            number = towns[place].add(&institutions, &letter, &completion, number)?;
        }
        for town in &towns {
            runtime.block_on(found_ledger(store, &folder.join("gateway-keys"), &town.founding(start)?, start))?;
        }
        Ok(Self { terminal, runtime, clock: StepClock::at(start), towns, tally: Tally::default(), said: BTreeMap::new() })
    }

    pub(super) fn now(&self) -> Instant {
        crate::clock::Clock::Step(self.clock.clone()).now()
    }

    pub(super) fn today(&self) -> Day {
        Day::of(self.now())
    }

    /// The ledger that an arrangement is in.
    pub(super) fn town(&self, agreement: &str) -> anyhow::Result<&Town> {
        let town = self.towns.iter().find(|town| town.deals.iter().any(|deal| deal.id == agreement));
        town.with_context(|| format!("no ledger has {agreement}"))
    }

    /// The same, to add an arrangement to it.
    pub(super) fn town_mut(&mut self, agreement: &str) -> anyhow::Result<&mut Town> {
        let town = self.towns.iter_mut().find(|town| town.deals.iter().any(|deal| deal.id == agreement));
        town.with_context(|| format!("no ledger has {agreement}"))
    }

    /// Tells one line about an arrangement.
    pub(super) fn line(&mut self, agreement: &str, entry: Option<u64>, text: &str) -> anyhow::Result<()> {
        let (now, town) = (self.now(), self.town(agreement)?);
        let (name, text) = (town.name.clone(), town.labelled(agreement, text));
        line(self.terminal, now, &name, entry, &text)
    }

    /// The public name of an institution in the ledger of an arrangement.
    pub(super) fn name(&self, agreement: &str, id: &str) -> anyhow::Result<String> {
        Ok(self.town(agreement)?.actor(id)?.name.clone())
    }

    /// An institution says something about an arrangement that must be accepted; one line tells it.
    pub(super) fn says(&mut self, of: &str, by: &str, kind: Type, rest: &Value, papers: &[Paper], text: &str) -> anyhow::Result<Hash> {
        let (entry, hash) = self.town(of)?.say(by, self.now(), kind, &body(of, rest), papers)?;
        self.line(of, Some(entry), text)?;
        Ok(hash)
    }

    /// An institution says something that is refused; one line tells by which rule, and what would be accepted.
    pub(super) fn is_refused(&mut self, of: &str, by: &str, kind: Type, rest: &Value, papers: &[Paper], text: &str) -> anyhow::Result<()> {
        let problem = self.town(of)?.try_to(by, self.now(), kind, &body(of, rest), papers)?;
        self.line(of, None, &format!("{text}: geweigerd ({}). {}", problem.rule, problem.title_nl))?;
        for fault in problem.faults.iter().take(4) {
            self.line(of, None, &format!("    {} {}", fault.pointer, fault.detail))?;
        }
        Ok(())
    }

    /// A report on due dates of one obligation, and its acceptance where silence does not count.
    pub(super) fn report(&self, dues: &[&Due]) -> anyhow::Result<Vec<Letter>> {
        let first = dues.first().context("a due date to report on")?;
        let (town, days) = (self.town(&first.agreement)?, dues.iter().map(|due| due.due).collect::<Vec<_>>());
        let duty = town.duty(first)?;
        let paper = Paper::new(&format!("{} over {}.", duty.evidence, days.iter().map(Day::to_string).collect::<Vec<_>>().join(", ")));
        let evidence = json!([{ "form": "attached", "kind": "verslag", "attachment": paper.reference() }]);
        let mut report = json!({ "agreement": first.agreement, "obligation": first.obligation, "instances": days, "evidence": evidence });
        if let Some(target) = duty.target {
            report["value"] = target.into();
        }
        let report = town.sign(&duty.debtor, self.now(), Type::Report, &report, &[paper])?;
        let acceptance = json!({ "agreement": first.agreement, "report": report.hash });
        let acceptance = (!duty.tacit).then(|| town.sign(&duty.acceptor, self.now(), Type::Acceptance, &acceptance, &[])).transpose()?;
        Ok([Some(report), acceptance].into_iter().flatten().collect())
    }

    /// The due dates of an obligation whose period has begun and on which no report waits, as the API shows them.
    pub(super) fn unreported(&self, agreement: &str, obligation: &str) -> anyhow::Result<Vec<Due>> {
        let (today, mut open) = (self.today(), self.town(agreement)?.open_instances()?);
        open.retain(|due| due.agreement == agreement && due.obligation == obligation && !due.claimed && due.period_start <= today);
        Ok(open)
    }

    /// One report on all that is behind with an obligation; one line tells it, with what has become of the due dates.
    pub(super) fn report_all(&mut self, agreement: &str, obligation: &str, text: &str) -> anyhow::Result<()> {
        let dues = self.unreported(agreement, obligation)?;
        let letters = self.report(&dues.iter().collect::<Vec<_>>()).with_context(|| format!("{agreement} {obligation}"))?;
        let town = self.town(agreement)?;
        let entries = town.say_all(letters)?;
        let instances = town.client()?.items(&town.name, &format!("agreements/{agreement}/instances?limit=1000"))?;
        let is_reported = |item: &Value| item["obligation"] == obligation && dues.iter().any(|due| item["due"] == due.due.to_string());
        let standings: Vec<&str> =
            instances.iter().filter(|item| is_reported(item)).filter_map(|item| item["standing"]["standing"].as_str()).collect();
        let outcome = match () {
            () if !standings.iter().all(|standing| ["cured", "fulfilled"].contains(standing)) => "de melding wacht op bevestiging",
            () if standings.contains(&"cured") => "bevestigd en hersteld; de schending blijft op het record",
            () => "bevestigd en nagekomen",
        };
        self.line(agreement, entries.first().copied(), &format!("{text}: {outcome}"))
    }

    /// The open case of an arrangement at this stage, as the API shows it.
    pub(super) fn case_at(&self, agreement: &str, stage: &str) -> anyhow::Result<u64> {
        let town = self.town(agreement)?;
        let cases = town.client()?.items(&town.name, &format!("cases?state=open&agreement={agreement}"))?;
        let found = cases.iter().find(|case| case["stage"]["stage"] == stage).and_then(|case| case["number"].as_u64());
        found.with_context(|| format!("no case of {agreement} is at {stage}: {cases:?}"))
    }

    /// Steps the clock, stopping at each instant at which something falls due: the gateway logs that by itself,
    /// and we read it back.
    pub(super) fn advance(&mut self, host: &Host, to: Instant) -> anyhow::Result<()> {
        while let Some(due) = self.settled(host)?.filter(|due| *due <= to) {
            self.clock.set(due);
        }
        self.clock.set(to);
        self.settled(host)?;
        self.read_flags()
    }

    /// Tells what the clock caused in all ledgers, in the order in which it happened.
    pub(super) fn read_flags(&mut self) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        for town in &mut self.towns {
            lines.extend(flags(town, &mut self.tally)?);
        }
        lines.sort_by_key(|line| line.at);
        lines.iter().try_for_each(|flag| line(self.terminal, flag.at, &flag.ledger, Some(flag.entry), &flag.text))
    }

    /// Waits until everything that is due now is in the logs; gives the instant at which the next thing is.
    fn settled(&self, host: &Host) -> anyhow::Result<Option<Instant>> {
        let now = self.now();
        let mut next = None::<Instant>;
        for town in &self.towns {
            let handle = host.ledger(&town.name).context("the ledger is served")?;
            let due = self.runtime.block_on(async {
                loop {
                    handle.settled().await?;
                    match host.store.earliest_due(handle.row.id).await? {
                        Some(due) if due <= now => tokio::time::sleep(std::time::Duration::from_micros(500)).await,
                        due => return anyhow::Ok(due),
                    }
                }
            })?;
            next = next.into_iter().chain(due).min();
        }
        Ok(next)
    }
}

/// A body about an arrangement.
pub(super) fn body(agreement: &str, rest: &Value) -> Value {
    let mut body = rest.clone();
    body["agreement"] = agreement.into();
    body
}
