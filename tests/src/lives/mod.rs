//! Whole lives: acts of every type by every institution, drawn from what stands open and now and then from what does not, while
//! the clock runs. In memory they are watched entry by entry ([`watch`]), and on a real store a twin follows them.

use std::collections::BTreeMap;

use ledger::envelope::{Kid, Type};
use ledger::lives::agreement::{Agreement, State};
use ledger::words::{Day, Hash, Instant, Slug};
use serde_json::Value;

pub use draw::LEANINGS;

use crate::audit::Audit;
use crate::dice::Dice;
use crate::door::{Answer, Door, Entry};
use crate::memory::Memory;
use crate::town::{Actor, KINDS, NATIONAL_KINDS, Town, kid};

pub mod abroad;
pub mod bend;
mod hands;
mod draw;
mod institutions;
mod keys;
mod mandates;
mod texts;
mod talks;
mod offers;
mod promises;
mod cases;
mod change;
mod out;
mod umbrellas;
pub mod coverage;
pub mod watch;

/// At most so many agreements in a life.
const AGREEMENTS: usize = 6;
/// Draws for one act, of which the first that has something open is said.
const DRAWS: usize = 24;
const DAY: i64 = 24 * 3_600_000;

/// A door behind which one sees what the rules have made of its log: acts are drawn from that.
pub trait Seen: Door {
    /// The state.
    fn audit(&self) -> &Audit;
    /// The log.
    fn log(&self) -> &[Entry];
    /// Whether the gateway's keys are those of the town, so that a test can sign in its name and show its receipts.
    fn keys_are_known(&self) -> bool;
}

impl Seen for Memory {
    fn audit(&self) -> &Audit {
        self.audit()
    }

    fn log(&self) -> &[Entry] {
        self.log()
    }

    fn keys_are_known(&self) -> bool {
        true
    }
}

/// Which ledger a life is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// That of a municipality.
    Local,
    /// That of the umbrella agreements.
    National,
}

/// An act that was said, to be told when something is wrong.
#[derive(Debug, Clone)]
pub struct Told {
    /// By the ledger's clock.
    pub at: Instant,
    /// What was drawn.
    pub kind: Type,
    /// The bytes.
    pub sent: Vec<u8>,
    /// The answer.
    pub answer: Answer,
}

/// A ledger with those who live in it, and the dice that move them.
#[derive(Debug, Clone)]
pub struct Life<D> {
    /// The ledger and its institutions.
    pub town: Town<D>,
    /// What all of it follows from.
    pub dice: Dice,
    /// Which ledger it is.
    pub setting: Setting,
    /// What was said, in order.
    pub told: Vec<Told>,
    /// What it leans to: types that it draws every other time, so that what takes several steps comes to pass in some lives.
    pub leaning: &'static [Type],
    /// Whether this act may be about what is not open, by whoever.
    anyhow: bool,
    /// Counts what gets a fresh name.
    made: u64,
    /// The keys that were ever made, by thumbprint.
    keys: BTreeMap<Kid, String>,
}

impl<D: Seen> Life<D> {
    /// Begins in a town.
    pub fn new(town: Town<D>, setting: Setting, seed: u64) -> Self {
        let names = KINDS.iter().chain(&NATIONAL_KINDS).map(|(who, _)| (kid(who), (*who).to_owned()));
        Self { town, dice: Dice(seed), setting, told: Vec::new(), leaning: &[], anyhow: false, made: 0, keys: names.collect() }
    }

    /// What comes before the first act: a national ledger that is accepted, and a text or two that are mostly signed.
    pub fn settle_in(&mut self) {
        for _ in 0..1 + self.dice.roll(3) {
            self.ledger_acceptance();
        }
        for _ in 0..1 + self.dice.roll(2) {
            self.proposal();
        }
        self.pass(&[3, 14, 14, 30]);
        self.told.clear();
    }

    /// Talks under a statute that are stuck until its term has passed: rarely does a life last so long by itself.
    pub fn get_stuck(&mut self) {
        let parties = ["municipality", "corporation", "residents"].map(str::to_owned);
        let Some(mut text) = self.text_among("homes", &parties) else { return };
        text["statute"] = "housing-act-44".into();
        self.town.agreement = "homes".to_owned();
        self.town.unusual.name = Some("homes".to_owned());
        self.by(&slug("corporation")).propose(text);
        self.by(&slug("residents")).declare_impasse("homes", "rent,homes");
        self.pass(&[185, 190, 200]);
    }

    /// One act, with what others say to it at once.
    pub fn act(&mut self) {
        self.anyhow = self.dice.roll(7) == 0;
        for _ in 0..DRAWS {
            let kind = if self.anyhow { self.pick(Type::ALL.to_vec()).unwrap_or(Type::Report) } else { self.likely() };
            if self.anyhow {
                self.make_unusual();
            }
            if self.draw(kind) {
                break;
            }
        }
        self.anyhow = false;
        self.town.unusual = crate::town::Unusual::default();
    }

    /// Time passes; gives whether the gateway was awake.
    pub fn pass(&mut self, pauses: &[i64]) -> bool {
        let days = pauses[self.dice.roll(pauses.len() as u64) as usize];
        let awake = days == 0 || self.dice.roll(8) > 0;
        let to = self.now().plus_millis(days * DAY + self.dice.roll(3_600) as i64 * 1_000);
        self.town.door.advance(to, awake);
        awake
    }

    /// The next act is not an ordinary one, in one way.
    fn make_unusual(&mut self) {
        let others = self.institutions();
        let other = self.pick(others).map(|who| who.to_string());
        let unusual = &mut self.town.unusual;
        *unusual = crate::town::Unusual::default();
        match self.dice.roll(12) {
            0 => unusual.by = other,
            1 => unusual.key = Some("a stranger".to_owned()),
            2 => unusual.id = other.map(|other| format!("{other}-1")),
            3 => unusual.on_behalf_of = other,
            4 => unusual.signed_at = Some(self.town.door.now().plus_millis(DAY)),
            5..=7 => unusual.bent = Some(self.dice.roll(u64::MAX)),
            _ => {}
        }
    }

    /// Keeps what was said.
    fn said(&mut self, kind: Type, answer: Answer) -> bool {
        let (at, sent) = (self.now(), self.town.sent.clone());
        self.told.push(Told { at, kind, sent, answer });
        true
    }

    /// Whether the last act was accepted.
    fn was_accepted(&self) -> bool {
        self.told.last().is_some_and(|told| matches!(told.answer, Answer::Accepted(_)))
    }

    fn now(&self) -> Instant {
        self.town.door.now()
    }

    fn today(&self) -> Day {
        Day::of(self.now())
    }

    /// A day from now.
    fn day(&mut self, from: i64, to: i64) -> Day {
        self.today().plus_days(from + self.dice.roll((to - from) as u64) as i64)
    }

    /// A name that nothing has.
    fn fresh(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{}", self.made)
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.dice.roll(one_in) == 0
    }

    /// One of these.
    fn pick<T>(&mut self, of: impl IntoIterator<Item = T>) -> Option<T> {
        let mut of: Vec<T> = of.into_iter().collect();
        if of.is_empty() {
            return None;
        }
        let at = self.dice.roll(of.len() as u64) as usize;
        Some(of.swap_remove(at))
    }

    /// One of these, or now and then another where that may be; nothing where nothing is open and it must be.
    fn open<T>(&mut self, of: impl IntoIterator<Item = T>, other: T) -> Option<T> {
        let picked = self.pick(of);
        match picked {
            Some(_) if self.anyhow && self.chance(3) => Some(other),
            Some(picked) => Some(picked),
            None => self.anyhow.then_some(other),
        }
    }

    /// One of these who may; now and then another institution where that may be.
    fn who(&mut self, may: impl IntoIterator<Item = Slug>) -> Option<Slug> {
        let all = self.institutions();
        let other = self.pick(all)?;
        self.open(may, other)
    }

    /// A hash by the name under which verbs look for it.
    fn named(&mut self, hash: Hash) -> &'static str {
        self.town.named.insert("it".to_owned(), hash);
        "it"
    }

    /// An agreement that an act is about, mostly one that runs.
    fn at_hand(&mut self) -> Option<Agreement> {
        let weight = |state: &State| match state {
            State::InForce { .. } | State::Suspended { .. } => 6,
            State::Proposed => 3,
            State::Signed { .. } | State::Ended { .. } => 2,
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => 1,
        };
        let all: Vec<Agreement> = self.town.door.audit().agreements().cloned().collect();
        let sum: u64 = all.iter().map(|agreement| weight(&agreement.head.state)).sum();
        let mut roll = if sum == 0 { return None } else { self.dice.roll(sum) };
        let agreement = all.into_iter().find(|agreement| {
            let weight = weight(&agreement.head.state);
            let is_it = roll < weight;
            roll = roll.saturating_sub(weight);
            is_it
        })?;
        self.town.agreement = agreement.head.id.to_string();
        Some(agreement)
    }

    /// An agreement as it stands now.
    fn agreement(&self, id: &Slug) -> Option<Agreement> {
        self.town.door.audit().book().agreement(id).cloned()
    }

    /// Everybody who has registered.
    fn institutions(&self) -> Vec<Slug> {
        self.town.door.audit().institutions().map(|institution| institution.id.clone()).collect()
    }

    /// The one that owns the ledger, and the one that answers for the State in it.
    fn owner(&self) -> Slug {
        self.town.door.audit().book().ledger().owner.clone()
    }

    fn ministry(&self) -> Slug {
        self.town.door.audit().book().ledger().ministry.clone()
    }

    /// Whoever has this name, by whom acts for it now and with a key of that.
    fn by(&mut self, who: &Slug) -> Actor<'_, D> {
        let hand = self.hand_of(who);
        let key = self.key_of(&hand);
        let unusual = &mut self.town.unusual;
        if hand != *who && unusual.on_behalf_of.is_none() {
            unusual.on_behalf_of = Some(who.to_string());
        }
        if unusual.key.is_none() {
            unusual.key = key;
        }
        self.town.actor(hand.as_str())
    }

    /// Whoever has this name, itself.
    fn itself(&mut self, who: &Slug) -> Actor<'_, D> {
        let key = self.key_of(who);
        if self.town.unusual.key.is_none() {
            self.town.unusual.key = key;
        }
        self.town.actor(who.as_str())
    }

    /// Says a body that no verb is for.
    fn say(&mut self, who: &Slug, kind: Type, body: Value) -> bool {
        let answer = self.by(who).say(kind, body);
        self.said(kind, answer)
    }
}

/// A name as an id.
pub(crate) fn slug(name: &str) -> Slug {
    name.parse().unwrap_or_else(|_| panic!("{name} is no id"))
}

/// As words, for verbs.
fn texts_of<'a>(of: impl IntoIterator<Item = &'a Slug>) -> Vec<String> {
    of.into_iter().map(ToString::to_string).collect()
}

/// As words that are borrowed.
fn refs(of: &[String]) -> Vec<&str> {
    of.iter().map(String::as_str).collect()
}

/// As pairs of words that are borrowed.
fn pairs(of: &[(String, String)]) -> Vec<(&str, &str)> {
    of.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
}
