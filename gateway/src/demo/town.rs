//! A municipality's ledger as its institutions use it: over HTTP, with nothing but what the API answers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use ledger::envelope::Type;
use ledger::log::note::VerifierKey;
use ledger::words::{Day, Hash, Instant};
use serde_json::{Value, json};

use super::cast::{Actor, Letter, Paper};
use super::letter::{Arrangement, arrangement};
use crate::client::{Answer, Client, Message, Problem};

/// At most so many statements in one request.
const BATCH: usize = 200;

/// A ledger, its institutions, and the way to reach it.
pub(super) struct Town {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) letter: Arrangement,
    pub(super) actors: BTreeMap<String, Actor>,
    pub(super) told: u64,
    pub(super) vkey: Option<VerifierKey>,
    client: Option<Client>,
}

impl Town {
    /// The institutions of an arrangement and the ministry, with fresh keys.
    pub(super) fn new(folder: &Path, id: &str, first_number: u32) -> anyhow::Result<Self> {
        let letter = arrangement(id)?;
        let mut actors = BTreeMap::new();
        for (party, number) in letter.parties.iter().zip(first_number..) {
            actors.insert(party.id.clone(), Actor::new(folder, &letter.ledger, &party.id, &party.kind, &party.name, number)?);
        }
        let ministry = Actor::new(folder, &letter.ledger, "ministry", "ministry", "Ministerie van BZK", 1)?;
        actors.insert("ministry".into(), ministry);
        let (name, origin) = (letter.ledger.clone(), format!("convenant.example.nl/{}", letter.ledger));
        Ok(Self { name, origin, letter, actors, told: 0, vkey: None, client: None })
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

    /// Signs as an institution.
    pub(super) fn sign(&self, by: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> anyhow::Result<Letter> {
        Ok(self.actor(by)?.sign(&self.origin, at, kind, body, papers))
    }

    /// Says something that must be accepted; gives its entry and the hash by which others refer to it.
    pub(super) fn say(&self, by: &str, at: Instant, kind: Type, body: &Value, papers: &[Paper]) -> anyhow::Result<(u64, Hash)> {
        let letter = self.sign(by, at, kind, body, papers)?;
        match self.submit(&letter.message)? {
            Answer::Accepted(acceptance) => Ok((acceptance.entry, letter.hash)),
            Answer::Refused(problem) => bail!("{by} {}: {} {}", kind.code(), problem.rule, problem.detail),
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

    /// Says several things, all of which must be accepted.
    pub(super) fn say_all(&self, letters: Vec<Letter>) -> anyhow::Result<()> {
        for chunk in letters.chunks(BATCH) {
            let messages: Vec<Message> = chunk.iter().map(|letter| letter.message.clone()).collect();
            for answer in self.client()?.submit(&self.name, &Message::batch(&messages)?)? {
                if let Answer::Refused(problem) = answer {
                    bail!("{}: {} {}", self.name, problem.rule, problem.detail);
                }
            }
        }
        Ok(())
    }

    /// The due dates that are open, as the API shows them.
    pub(super) fn open_instances(&self) -> anyhow::Result<Vec<Due>> {
        let items = self.client()?.items(&self.name, "instances?state=open")?;
        let due = |item: &Value| {
            let text = |name: &str| item[name].as_str().map(str::to_owned);
            let day = |name: &str| text(name)?.parse::<Day>().ok();
            Some(Due {
                obligation: text("obligation")?,
                due: day("due")?,
                period_start: day("periodStart")?,
                claimed: !item["claim"].is_null(),
            })
        };
        items.iter().map(|item| due(item).context("a due date")).collect()
    }

    /// Everyone but the owner and the ministry registers, and the owner admits them.
    pub(super) fn admit_everyone(&self, at: Instant) -> anyhow::Result<usize> {
        let mut letters = Vec::new();
        for (id, actor) in self.actors.iter().filter(|(id, _)| *id != "municipality" && *id != "ministry") {
            letters.push(self.sign(id, at, Type::Registration, &actor.registration()?, &[])?);
            letters.push(self.sign("municipality", at, Type::Admission, &json!({ "institution": id, "key": actor.kid() }), &[])?);
        }
        let count = letters.len() / 2;
        self.say_all(letters)?;
        Ok(count)
    }

    /// The municipality proposes the text, and each party signs exactly that.
    pub(super) fn agree(&self, at: Instant, text: &Value, analysis: Paper) -> anyhow::Result<(u64, usize)> {
        let (entry, version) = self.say("municipality", at, Type::Proposal, text, &[analysis])?;
        let body = json!({ "agreement": self.letter.id, "to": version });
        let consents = self.letter.parties.iter().map(|party| self.sign(&party.id, at, Type::Consent, &body, &[]));
        let consents = consents.collect::<anyhow::Result<Vec<_>>>()?;
        let count = consents.len();
        self.say_all(consents)?;
        Ok((entry, count))
    }
}

/// An open due date.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) obligation: String,
    pub(super) due: Day,
    pub(super) period_start: Day,
    pub(super) claimed: bool,
}
