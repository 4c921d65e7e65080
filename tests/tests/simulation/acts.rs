//! What institutions do in a simulated town: drawn from what stands open, and now and then from what does not.

use harness::dice::Dice;
use harness::{Answer, Door, Town, texts};
use ledger::lives::agreement::Agreement;
use ledger::words::{Day, Hash, Slug};
use serde_json::{Value, json};

use crate::twin::Twin;

const PARTIES: [&str; 5] = ["corporation", "police", "welfare", "school", "residents"];
const RHYTHMS: [&str; 3] = ["FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=6"];
/// At most so many agreements.
const AGREEMENTS: usize = 6;

/// A town with the dice that move it.
pub(crate) struct Simulation {
    pub(crate) town: Town<Twin>,
    pub(crate) dice: Dice,
    agreements: usize,
}

/// What an act is about, as the rules know it.
struct Open {
    agreement: String,
    parties: Vec<String>,
    director: String,
    instances: Vec<(String, String, String)>,
    claims: Vec<Hash>,
    offers: Vec<Hash>,
    cases: Vec<(u32, Vec<String>)>,
    leaves: Vec<String>,
    obligations: Vec<(String, String)>,
    version: Hash,
}

impl Open {
    fn of(agreement: &Agreement) -> Self {
        let names = |slugs: &mut dyn Iterator<Item = &Slug>| slugs.map(Slug::to_string).collect::<Vec<_>>();
        let text: Value = serde_json::to_value(&*agreement.text).unwrap();
        let words = |pointer: &str| text.pointer(pointer).and_then(Value::as_str).unwrap_or("municipality").to_owned();
        let parties = text["parties"].as_array().into_iter().flatten().filter_map(|party| party["institution"].as_str());
        Self {
            agreement: agreement.head.id.to_string(),
            parties: parties.map(str::to_owned).collect(),
            director: words("/director"),
            instances: agreement.instances.values().map(|i| (i.obligation.to_string(), i.due.to_string(), i.debtor.to_string())).collect(),
            claims: agreement.claims.keys().copied().collect(),
            offers: agreement.offers.keys().copied().collect(),
            cases: agreement.cases.values().map(|case| (case.number, names(&mut case.against.iter()))).collect(),
            leaves: names(&mut agreement.leaves.keys()),
            obligations: agreement.instances.values().map(|i| (i.obligation.to_string(), i.debtor.to_string())).collect(),
            version: agreement.head.version,
        }
    }
}

impl Simulation {
    pub(crate) fn new(town: Town<Twin>, seed: u64) -> Self {
        Self { town, dice: Dice(seed), agreements: 0 }
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.dice.roll(of.len() as u64) as usize].clone())
    }

    fn day(&mut self, from: i64, to: i64) -> String {
        let days = from + self.dice.roll((to - from) as u64) as i64;
        Day::of(self.town.door.now()).plus_days(days).to_string()
    }

    /// A text with a few obligations of every sort, put to its parties, who mostly sign.
    pub(crate) fn propose(&mut self) {
        if self.agreements == AGREEMENTS {
            return;
        }
        self.agreements += 1;
        let id = format!("wijk-{}", self.agreements);
        let mut parties = vec!["municipality"];
        let first = self.dice.roll(PARTIES.len() as u64) as usize;
        let more = 1 + self.dice.roll(3) as usize;
        parties.extend(PARTIES.iter().cycle().skip(first).take(more));
        let (start, end) = (self.day(1, 20), self.day(500, 1_400));
        let mut lines = vec![format!("parties {}", parties.join(" ")), format!("period {start} {end}"), "director municipality".to_owned()];
        let count = 2 + self.dice.roll(4);
        for n in 0..count {
            let debtor = self.dice.one(&parties).to_owned();
            let line = match self.dice.roll(6) {
                0 => format!("on {}", self.day(30, 400)),
                1 => format!("on {} tacit grace 3", self.day(30, 400)),
                2 if n > 0 => format!("after fulfilment o0 within {} days", 5 + self.dice.roll(20)),
                3 => "after event unrest by municipality within 5 days".to_owned(),
                _ => format!("every {}", self.dice.one(&RHYTHMS)),
            };
            lines.push(format!("obligation o{n} by {debtor} effort {line}"));
        }
        let text = texts::proposal(&id, &lines).unwrap();
        self.town.agreement.clone_from(&id);
        self.town.unusual.name = Some(id.clone());
        if !matches!(self.town.municipality().propose(text), Answer::Accepted(_)) {
            return;
        }
        for party in parties {
            match self.dice.roll(20) {
                0 => self.town.actor(party).decline(&id),
                _ => self.town.actor(party).consent(&id),
            };
        }
    }

    /// One act about one of the agreements.
    pub(crate) fn act(&mut self) {
        let open: Vec<Open> = self.town.door.rules.audit().agreements().map(Open::of).collect();
        if open.is_empty() {
            return self.propose();
        }
        let at = self.dice.roll(open.len() as u64) as usize;
        let open = &open[at];
        self.town.agreement.clone_from(&open.agreement);
        let who = self.pick(&open.parties).unwrap();
        match self.dice.roll(24) {
            0 => self.propose(),
            1..=9 => self.report(open),
            10..=12 => self.judge_report(open, &who),
            13..=15 => self.answer_case(open),
            16 | 17 => self.answer_offer(open, &who),
            18 | 19 => self.offer(open, &who),
            20 => self.leave(open, &who),
            21 => {
                let today = self.day(0, 1);
                self.town.municipality().record_event("unrest", &today);
            }
            22 => self.stand_still(&who),
            _ => self.out_of_turn(open, &who),
        }
    }

    fn report(&mut self, open: &Open) {
        let Some((obligation, due, debtor)) = self.pick(&open.instances) else { return };
        let (name, evidence) =
            (format!("report-{}", self.town.door.rules.log().len()), self.dice.one(&["proof", "proof", "proof", "nothing"]));
        self.town.unusual.name = Some(name.clone());
        self.town.actor(&debtor).report(&obligation, &[&due], None, &[evidence]);
        if self.dice.roll(2) == 0 {
            // The others say yes at once.
            for party in open.parties.iter().filter(|party| **party != debtor) {
                self.town.actor(party).accept(&name);
            }
        }
    }

    /// An act about one of these, by its hash.
    fn named(&mut self, of: &[Hash]) -> &'static str {
        let hash = self.pick(of).unwrap_or_else(|| Hash::of(&[b"nothing"]));
        self.town.named.insert("it".to_owned(), hash);
        "it"
    }

    fn judge_report(&mut self, open: &Open, who: &str) {
        let it = self.named(&open.claims);
        let finding = self.dice.one(&["fulfilled", "not-fulfilled"]);
        match self.dice.roll(6) {
            0 | 1 => self.town.actor(who).accept(it),
            2 => self.town.actor(who).dispute(it),
            3 => self.town.actor(who).answer_dispute(it, self.dice.one(&["maintained", "conceded"])),
            4 => self.town.actor(who).retract(it),
            _ => self.town.actor(&open.director).rule_on_report(it, finding),
        };
    }

    fn answer_case(&mut self, open: &Open) {
        let Some((case, against)) = self.pick(&open.cases) else { return };
        let date = self.day(10, 100);
        let debtor = self.pick(&against).unwrap_or_else(|| "municipality".to_owned());
        match self.dice.roll(6) {
            0 | 1 => self.town.actor(&debtor).answer_breach(case, self.dice.one(&["acknowledged", "contested", "force-majeure"])),
            2 => self.town.actor(&open.director).rule_on_case(case, self.dice.one(&["settled", "excused", "new-date"]), Some(&date)),
            3 => self.town.municipality().board_outcome(case, self.dice.one(&["settled", "new-date"]), Some(&date)),
            4 => self.town.ministry().answer_as_ministry(case, "no-action", json!({})),
            _ => self.town.municipality().close_case(case),
        };
    }

    fn answer_offer(&mut self, open: &Open, who: &str) {
        let it = self.named(&open.offers);
        match self.dice.roll(5) {
            0 => self.town.actor(who).decline(it),
            1 => self.town.actor(who).take_back(it),
            _ => self.town.actor(who).consent(it),
        };
    }

    fn offer(&mut self, open: &Open, who: &str) {
        let Some((obligation, debtor)) = self.pick(&open.obligations) else { return };
        self.town.named.insert("version".to_owned(), open.version);
        let addition = json!({ "kind": "addition", "obligation": {
            "id": format!("more-{}", self.town.door.rules.log().len()), "debtor": who, "what": "Something more that can be verified",
            "strength": "effort", "when": { "kind": "date", "date": self.day(20, 300) }, "goals": ["liveable"],
            "evidence": [{ "kind": "proof", "title": "A proof of it" }] } });
        match self.dice.roll(3) {
            0 => self.town.actor(&debtor).release(&obligation, &[]),
            1 => self.town.actor(&debtor).hand_over(&obligation, who, "elsewhere"),
            _ => self.town.actor(who).amend("version", vec![addition]),
        };
    }

    fn leave(&mut self, open: &Open, who: &str) {
        if let Some(leaver) = self.pick(&open.leaves) {
            let (answer, reason) = if self.dice.roll(3) == 0 { ("objection", true) } else { ("consent", false) };
            match self.dice.roll(4) {
                0 => self.town.actor(&leaver).revoke_withdrawal(),
                _ => self.town.actor(who).answer_withdrawal(&leaver, answer, reason),
            };
            return;
        }
        let own = open.obligations.iter().filter(|(_, debtor)| debtor == who).map(|(id, _)| id.clone());
        let own: std::collections::BTreeSet<String> = own.collect();
        let how = self.dice.one(&["fulfil", "release", "unresolved"]).to_owned();
        let plan: Vec<(&str, &str)> = own.iter().map(|id| (id.as_str(), how.as_str())).collect();
        let date = self.day(60, 300);
        self.town.actor(who).withdraw(&date, &plan);
    }

    fn stand_still(&mut self, who: &str) {
        let until = self.day(5, 60);
        match self.dice.roll(3) {
            0 => self.town.actor(who).resume(),
            _ => self.town.actor(who).suspend(&until, "all-parties"),
        };
    }

    /// In another's name, under a used id, or about nothing.
    fn out_of_turn(&mut self, open: &Open, who: &str) {
        match self.dice.roll(3) {
            0 => self.town.unusual.by = Some("police".to_owned()),
            1 => self.town.unusual.id = Some(format!("{who}-1")),
            _ => self.town.unusual.key = Some("a stranger".to_owned()),
        }
        let due = self.day(-30, 30);
        let obligation = open.obligations.first().map_or("nothing", |(id, _)| id.as_str()).to_owned();
        self.town.actor(who).report(&obligation, &[&due], None, &["proof"]);
    }
}
