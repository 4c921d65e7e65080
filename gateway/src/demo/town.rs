//! A ledger as its institutions use it: over HTTP, with nothing but what the API answers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use ledger::envelope::Type;
use ledger::envelope::statement::genesis::Level;
use ledger::log::note::VerifierKey;
use ledger::words::{Day, Hash, Instant};
use serde_json::{Value, json};

use super::cast::{Actor, Letter, Paper};
use super::deal::{Deal, Duty};
use super::letter::{Arrangement, Completion};
use crate::client::{Answer, Client, Message, Problem};
use crate::found::NewLedger;

/// At most so many statements in one request.
const BATCH: usize = 200;
/// The ministry, in every ledger.
const MINISTRY: &str = "ministry";

/// A ledger, its institutions, its arrangements, and the way to reach it.
pub(super) struct Town {
    pub(super) name: String,
    pub(super) origin: String,
    /// The institution whose ledger it is: the municipality, or the ministry.
    pub(super) owner: &'static str,
    pub(super) deals: Vec<Deal>,
    pub(super) actors: BTreeMap<String, Actor>,
    pub(super) told: u64,
    pub(super) vkey: Option<VerifierKey>,
    client: Option<Client>,
}

impl Town {
    /// A ledger with the ministry, and nobody else yet.
    pub(super) fn new(folder: &Path, name: &str, is_national: bool) -> anyhow::Result<Self> {
        let ministry = Actor::new(folder, name, MINISTRY, "ministry", "Ministerie van BZK", 1)?;
        Ok(Self {
            name: name.to_owned(),
            origin: format!("convenant.example.nl/{name}"),
            owner: if is_national { MINISTRY } else { "municipality" },
            deals: Vec::new(),
            actors: BTreeMap::from([(MINISTRY.to_owned(), ministry)]),
            told: 0,
            vkey: None,
            client: None,
        })
    }

    /// An arrangement more; its institutions get fresh keys, and numbers from here on. Gives the next number.
    pub(super) fn add(&mut self, folder: &Path, letter: &Arrangement, completion: &Completion, mut number: u32) -> anyhow::Result<u32> {
        for party in letter.parties.iter().filter(|party| !self.actors.contains_key(&party.id)).collect::<Vec<_>>() {
            self.actors.insert(party.id.clone(), Actor::new(folder, &self.name, &party.id, &party.kind, &party.name, number)?);
            number += 1;
        }
        self.deals.push(Deal::new(letter, completion));
        Ok(number)
    }

    /// What its genesis is made of: the registrations that owner and ministry sign themselves.
    pub(super) fn founding(&self, at: Instant) -> anyhow::Result<NewLedger> {
        let is_national = self.owner == MINISTRY;
        let ministry = if is_national { None } else { Some(self.actor(MINISTRY)?.registers(&self.origin, at)?) };
        Ok(NewLedger {
            origin: self.origin.clone(),
            level: if is_national { Level::National } else { Level::Local },
            owner: self.actor(self.owner)?.registers(&self.origin, at)?,
            ministry,
        })
    }

    /// From here on the ledger is reached at this address.
    pub(super) fn connect(&mut self, url: &str) -> anyhow::Result<()> {
        let client = Client::new(url)?;
        let vkey = client.ledger(&self.name)?["logKey"].as_str().context("a vkey")?.parse()?;
        (self.client, self.vkey) = (Some(client), Some(vkey));
        Ok(())
    }

    pub(super) fn client(&self) -> anyhow::Result<&Client> {
        self.client.as_ref().context("the ledger is served")
    }

    pub(super) fn actor(&self, id: &str) -> anyhow::Result<&Actor> {
        self.actors.get(id).with_context(|| format!("no institution {id}"))
    }

    pub(super) fn deal(&self, agreement: &str) -> anyhow::Result<&Deal> {
        self.deals.iter().find(|deal| deal.id == agreement).with_context(|| format!("no arrangement {agreement}"))
    }

    /// A line about an arrangement, which is named where the ledger has several.
    pub(super) fn labelled(&self, agreement: &str, text: &str) -> String {
        let several = self.deals.len() > 1;
        let label = self.deals.iter().find(|deal| several && deal.id == agreement).map(|deal| format!("{}: ", deal.label));
        format!("{}{text}", label.unwrap_or_default())
    }

    /// Signs as an institution.
    pub(super) fn sign(&self, by: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> anyhow::Result<Letter> {
        Ok(self.actor(by)?.sign(&self.origin, at, kind, body, papers))
    }

    /// Says something that must be accepted; gives its entry and the hash by which others refer to it.
    pub(super) fn say(&self, by: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> anyhow::Result<(u64, Hash)> {
        let letter = self.sign(by, at, kind, body, papers)?;
        match self.submit(&letter.message)? {
            Answer::Accepted(acceptance) => Ok((acceptance.entry, letter.hash)),
            Answer::Refused(problem) => bail!("{by} {}: {} {} {:?}", kind.code(), problem.rule, problem.detail, problem.faults),
        }
    }

    /// Says something that must be refused; gives the answer.
    pub(super) fn try_to(&self, by: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> anyhow::Result<Box<Problem>> {
        match self.submit(&self.sign(by, at, kind, body, papers)?.message)? {
            Answer::Refused(problem) => Ok(problem),
            Answer::Accepted(acceptance) => bail!("{by} {}: accepted as entry {}", kind.code(), acceptance.entry),
        }
    }

    fn submit(&self, message: &Message) -> anyhow::Result<Answer> {
        self.client()?.submit(&self.name, message)?.pop().context("an answer")
    }

    /// Says several things, all of which must be accepted; gives their entries.
    pub(super) fn say_all(&self, letters: Vec<Letter>) -> anyhow::Result<Vec<u64>> {
        let mut entries = Vec::with_capacity(letters.len());
        for chunk in letters.chunks(BATCH) {
            let messages: Vec<Message> = chunk.iter().map(|letter| letter.message.clone()).collect();
            for answer in self.client()?.submit(&self.name, &Message::batch(&messages)?)? {
                match answer {
                    Answer::Accepted(acceptance) => entries.push(acceptance.entry),
                    Answer::Refused(problem) => bail!("{}: {} {} {:?}", self.name, problem.rule, problem.detail, problem.faults),
                }
            }
        }
        Ok(entries)
    }

    /// Whatever stands at a path below the ledger, as JSON.
    pub(super) fn read(&self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.client()?.get(&self.name, path)?.1)?)
    }

    /// The due dates that are open, as the API shows them.
    pub(super) fn open_instances(&self) -> anyhow::Result<Vec<Due>> {
        let items = self.client()?.items(&self.name, "instances?state=open&limit=1000")?;
        items.iter().map(|item| Due::read(item).context("a due date")).collect()
    }

    /// What a report on a due date needs; who took an obligation over does what the first text says of it.
    pub(super) fn duty(&self, due: &Due) -> anyhow::Result<Duty> {
        let deal = self.deal(&due.agreement)?;
        let id = due.obligation.strip_suffix("-school").unwrap_or(&due.obligation);
        deal.duty(id, &due.debtor, self.owner)
    }

    /// Everyone but the owner and the ministry registers, and the owner admits them.
    pub(super) fn admit_everyone(&self, at: Instant) -> anyhow::Result<usize> {
        let mut letters = Vec::new();
        for (id, actor) in self.actors.iter().filter(|(id, _)| *id != self.owner && *id != MINISTRY) {
            letters.push(self.sign(id, at, Type::Registration, &actor.registration()?, &[])?);
            letters.push(self.sign(self.owner, at, Type::Admission, &json!({ "institution": id, "key": actor.kid() }), &[])?);
        }
        let count = letters.len() / 2;
        self.say_all(letters)?;
        Ok(count)
    }

    /// Each party signs exactly this version of a text.
    pub(super) fn all_consent(&self, at: Instant, agreement: &str, version: Hash) -> anyhow::Result<usize> {
        let body = json!({ "agreement": agreement, "to": version });
        let parties = self.deal(agreement)?.parties();
        let consents = parties.iter().map(|party| self.sign(party, at, Type::Consent, &body, &[]));
        self.say_all(consents.collect::<anyhow::Result<Vec<_>>>()?)?;
        Ok(parties.len())
    }
}

/// An open due date.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) agreement: String,
    pub(super) obligation: String,
    pub(super) debtor: String,
    pub(super) due: Day,
    pub(super) period_start: Day,
    pub(super) claimed: bool,
}

impl Due {
    fn read(item: &Value) -> Option<Self> {
        let text = |name: &str| item[name].as_str().map(str::to_owned);
        let day = |name: &str| text(name)?.parse::<Day>().ok();
        Some(Self {
            agreement: text("agreement")?,
            obligation: text("obligation")?,
            debtor: text("debtor")?,
            due: day("due")?,
            period_start: day("periodStart")?,
            claimed: !item["claim"].is_null(),
        })
    }
}
