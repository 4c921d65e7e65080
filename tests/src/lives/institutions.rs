//! The ledger itself: who is let in, by which rules and keys it goes on, and what only its gateway says.

use ledger::envelope::Type;
use ledger::lives::Institution;
use ledger::log::checkpoint::Checkpoint;
use ledger::words::{Hash, Slug};
use serde_json::{Value, json};

use super::{DAY, Life, Seen, Setting};
use crate::elsewhere;
use crate::national::log_key as national_key;
use crate::town::{NATIONAL, ORIGIN, genesis_payload, kid, log_key, newest};

/// Ministries among which themes are divided.
const MINISTRIES: [&str; 2] = ["ministry", "education"];

impl<D: Seen> Life<D> {
    fn origin(&self) -> &'static str {
        if self.setting == Setting::National { NATIONAL } else { ORIGIN }
    }

    /// The gateway's key where that is known, else that of the owner.
    fn in_the_name_of_the_gateway(&mut self) {
        if self.town.door.keys_are_known() && self.chance(2) {
            (self.town.unusual.by, self.town.unusual.key) = (Some("gateway".to_owned()), Some("gateway".to_owned()));
        }
    }

    pub(super) fn second_genesis(&mut self) -> bool {
        let body = genesis_payload(self.origin(), self.now(), &newest())["body"].take();
        self.in_the_name_of_the_gateway();
        let owner = self.owner();
        self.say(&owner, Type::Genesis, body)
    }

    pub(super) fn false_flag(&mut self) -> bool {
        let agreement = self.town.agreement.clone();
        let agreements: Vec<String> = self.town.door.audit().agreements().map(|agreement| agreement.head.id.to_string()).collect();
        let agreement = self.pick(agreements).unwrap_or(agreement);
        let cause = match self.dice.roll(3) {
            0 => json!({ "kind": "in-force", "agreement": agreement }),
            1 => json!({ "kind": "overdue", "agreement": agreement, "obligation": "o0", "due": self.today() }),
            _ => json!({ "kind": "withdrawal-ended", "agreement": agreement, "party": "corporation", "outcome": "withdrawn", "open": [] }),
        };
        let body = json!({ "dueAt": self.now(), "cause": cause });
        self.in_the_name_of_the_gateway();
        let owner = self.owner();
        self.say(&owner, Type::Flag, body)
    }

    pub(super) fn registration(&mut self) -> bool {
        let name = self.fresh("stranger");
        self.keys.insert(kid(&name), name.clone());
        let kinds = ["other", "business", "healthcare", "school", "residents", "housing-corporation"];
        let kind = self.dice.one(&kinds);
        let answer = self.town.actor(&name).register(kind);
        self.said(Type::Registration, answer)
    }

    pub(super) fn admission(&mut self) -> bool {
        let waits = |institution: &Institution| {
            let candidate = institution.candidates.first()?;
            Some((institution.id.clone(), candidate.registration.key.thumbprint()))
        };
        let waiting: Vec<_> = self.town.door.audit().institutions().filter_map(waits).collect();
        let owner = self.owner();
        let Some((who, key)) = self.open(waiting, (owner.clone(), kid("nobody"))) else { return false };
        let Some(by) = self.who([owner]) else { return false };
        let key = self.keys.get(&key).cloned().unwrap_or_else(|| "nobody".to_owned());
        let answer = self.itself(&by).admit(who.as_str(), &key);
        self.said(Type::Admission, answer)
    }

    pub(super) fn routing(&mut self) -> bool {
        let Some(by) = self.who([self.ministry()]) else { return false };
        let (housing, safety) = (self.dice.one(&MINISTRIES), self.dice.one(&MINISTRIES));
        let answer = self.itself(&by).route(&[("housing", housing), ("safety", safety)]);
        self.said(Type::MinistryRouting, answer)
    }

    pub(super) fn ledger_acceptance(&mut self) -> bool {
        let keys: Vec<String> = match self.setting {
            Setting::Local => vec![national_key(true).verifier().to_string()],
            Setting::National => {
                elsewhere::ELSEWHERE.iter().map(|(_, origin)| elsewhere::log_key(origin, true).verifier().to_string()).collect()
            }
        };
        let owner = self.owner();
        let known: Vec<String> = self
            .town
            .door
            .audit()
            .book()
            .institution(&owner)
            .into_iter()
            .flat_map(|owner| &owner.accepted_ledgers)
            .map(|ledger| ledger.log_key.clone())
            .collect();
        let fresh = keys.iter().filter(|key| !known.contains(key)).cloned().collect::<Vec<_>>();
        let Some(key) = self.open(fresh, keys[0].clone()) else { return false };
        let Some(by) = self.who([owner]) else { return false };
        let answer = self.itself(&by).accept_ledger(&key);
        self.said(Type::LedgerAcceptance, answer)
    }

    pub(super) fn log_key_rotation(&mut self) -> bool {
        let Some(by) = self.who([self.owner()]) else { return false };
        let (name, origin) = (self.fresh("log-key"), self.origin());
        let until = self.now().plus_millis((1 + self.dice.roll(60) as i64) * DAY).to_string();
        let answer = self.itself(&by).rotate_log_key(origin, &name, &name, &until);
        self.said(Type::LogKeyRotation, answer)
    }

    pub(super) fn continuation(&mut self) -> bool {
        let Some(by) = self.who([self.owner()]) else { return false };
        let (left, origin) = (self.town.door.log().len() as u64, self.origin());
        let key = if self.town.door.keys_are_known() && !self.chance(5) { "genesis" } else { "a stranger" };
        let size = left + 1 + self.dice.roll(9);
        let note = Checkpoint::new(origin, size, Hash::of(&[&size.to_be_bytes()])).and_then(|lost| lost.sign(&log_key(origin, key)));
        let Ok(note) = note else { return false };
        let lost = note.to_string().trim_end_matches('\n').to_owned();
        self.say(&by, Type::Continuation, json!({ "size": left, "lost": [lost], "reason": "Brand in de machinekamer." }))
    }

    pub(super) fn rules_change(&mut self) -> bool {
        // A real ledger was founded by the versions of its program, which are not those of the twin.
        if !self.town.door.keys_are_known() {
            return false;
        }
        let Some(by) = self.who([self.owner()]) else { return false };
        let table = self.dice.one(&["atw-2026.1", "atw-2026.2"]);
        let rules = 1 + self.dice.roll(5) as u32;
        let answer = self.itself(&by).change_rules(rules, table, "2026a");
        self.said(Type::RulesChange, answer)
    }

    /// Of content beside the log: by the owner, or by who filed it and shows the receipt.
    pub(super) fn erasure(&mut self, agreement: &ledger::lives::Agreement) -> bool {
        // A store knows which entry filed some content first, and refuses what the rules cannot see.
        if !self.town.door.keys_are_known() {
            return false;
        }
        let filed = |(entry, kept): (usize, &crate::Entry)| {
            let parsed = ledger::envelope::Parsed::parse(&kept.bytes).ok()?;
            let statement = parsed.statement();
            let attachment = statement.body.attachments().first()?.hash;
            let subject = ledger::envelope::statement::flag::Subject::Agreement(agreement.head.id.clone());
            (statement.body.subject() == Some(subject)).then(|| (entry, attachment, statement.acts_for().clone()))
        };
        let log = self.town.door.log();
        let all: Vec<(usize, Hash, Slug)> = log.iter().enumerate().skip(1).rev().take(40).filter_map(filed).collect();
        let Some((entry, attachment, filer)) = self.open(all, (1, Hash::of(&[b"nothing"]), self.owner())) else { return false };
        let grounds = ["no-longer-needed", "objection", "retention-ended"];
        let mut body: Value = json!({ "agreement": agreement.head.id, "entry": entry, "attachment": attachment,
            "ground": self.dice.one(&grounds), "basis": "Selectielijst gemeenten 2020, 5.1" });
        let receipt = self.town.door.keys_are_known() && self.chance(2);
        if receipt {
            body["receipt"] = self.own_receipt(entry as u64).into();
        }
        let may = if receipt { vec![filer, self.owner()] } else { vec![self.owner()] };
        let Some(by) = self.who(may) else { return false };
        self.say(&by, Type::AttachmentErasure, body)
    }

    /// The receipt of an entry of this ledger, by the key that its genesis names.
    fn own_receipt(&self, entry: u64) -> String {
        elsewhere::receipt_by(&log_key(self.origin(), "genesis"), self.origin(), self.town.door.log(), entry)
    }
}
