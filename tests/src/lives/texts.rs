//! Texts that are complete: a few obligations of every sort, short terms and long ones, and now and then each clause that a text can have.

use ledger::envelope::statement::institution::Kind;
use ledger::lives::Institution;
use ledger::words::{Day, Slug};
use serde_json::{Value, json};

use super::{Life, Seen, Setting, abroad, texts_of};
use crate::texts::{attachment, proposal};

const RHYTHMS: [&str; 4] = ["FREQ=MONTHLY", "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=3"];

impl<D: Seen> Life<D> {
    /// Those who can be invited: admitted, and not gone over into another.
    pub(super) fn invitable(&self) -> Vec<(Slug, Kind)> {
        let ministry = (self.setting == Setting::Local).then(|| self.ministry());
        let can = |institution: &Institution| {
            let kind = institution.admitted.as_ref()?.kind;
            let stays_out = ministry.as_ref() == Some(&institution.id);
            (institution.successor().is_none() && !stays_out).then(|| (institution.id.clone(), kind))
        };
        self.town.door.audit().institutions().filter_map(can).collect()
    }

    /// A few parties, with those who must be there.
    fn parties(&mut self) -> Vec<String> {
        let mut others = self.invitable();
        let mut parties = Vec::new();
        if self.setting == Setting::Local {
            parties.push(self.owner());
        }
        let more = 2 + self.dice.roll(3) as usize;
        for _ in 0..more {
            others.retain(|(who, kind)| !parties.contains(who) && (*kind != Kind::Ministry || self.setting == Setting::National));
            let Some((who, _)) = self.pick(others.clone()) else { break };
            parties.push(who);
        }
        texts_of(&parties)
    }

    /// A text under this id, with its parties.
    pub(super) fn text(&mut self, id: &str) -> Option<Value> {
        let parties = self.parties();
        self.text_among(id, &parties)
    }

    /// The same among these.
    pub(super) fn text_among(&mut self, id: &str, parties: &[String]) -> Option<Value> {
        if parties.len() < 2 {
            return None;
        }
        let names: Vec<&str> = parties.iter().map(String::as_str).collect();
        let start = self.day(1, 12);
        let days = [40, 120, 300, 700][self.dice.roll(4) as usize];
        let end = start.plus_days(days + self.dice.roll(60) as i64);
        let director = if self.chance(3) { self.dice.one(&names) } else { names[0] };
        let mut lines = vec![format!("parties {}", names.join(" ")), format!("period {start} {end}"), format!("director {director}")];
        let count = 2 + self.dice.roll(4);
        for n in 0..count {
            lines.push(self.obligation_line(&format!("o{n}"), n, &names, (start, end)));
        }
        let umbrella = self.setting == Setting::Local && self.chance(4);
        if umbrella {
            lines.push(format!("obligation care by {} effort every FREQ=MONTHLY under care/help", self.dice.one(&names)));
        }
        if self.chance(4) {
            let (payer, doer) = (names[0], names[1]);
            lines.push(format!("obligation grant by {payer} result 100 euro on {} money", start.plus_days(20)));
            lines.push(format!("obligation works by {doer} effort on {} costs 40 from grant=40", start.plus_days(35)));
        }
        let mut text = proposal(id, &lines).ok()?;
        if umbrella {
            text["umbrellas"] = json!([abroad::care()]);
        }
        if self.setting == Setting::National {
            text["neighbourhoods"] = json!([]);
        }
        self.terms(&mut text, &names, (start, end));
        Some(text)
    }

    /// `ID by DEBTOR ...` in the words of a story.
    pub(super) fn obligation_line(&mut self, id: &str, n: u64, names: &[&str], (start, end): (Day, Day)) -> String {
        let debtor = self.dice.one(names);
        let others: Vec<&str> = names.iter().copied().filter(|who| *who != debtor).collect();
        let date = start.plus_days(5 + self.dice.roll(60) as i64).min(end);
        let how = match self.dice.roll(11) {
            0 => format!("effort on {date} tacit"),
            1 => format!("effort on {date} grace 3"),
            2 if n > 0 => format!("effort after fulfilment o0 within {} days", 3 + self.dice.roll(20)),
            3 if n > 0 => format!("effort after breach o0 within {} days", 3 + self.dice.roll(20)),
            4 => format!("effort after event unrest by {} within 5 days", self.dice.one(&others)),
            5 => format!("effort after event unrest by {} until {date} within 5 days", self.dice.one(&others)),
            6 => format!("effort every {} kept", self.dice.one(&RHYTHMS)),
            7 => format!("result 10 homes on {date}"),
            8 => format!("for {} effort every {}", self.dice.one(&others), self.dice.one(&RHYTHMS)),
            9 if n > 0 => format!("effort on {date} leans on o0"),
            _ => format!("effort every {}", self.dice.one(&RHYTHMS)),
        };
        format!("obligation {id} by {debtor} {how}")
    }

    /// Terms and powers.
    fn terms(&mut self, text: &mut Value, names: &[&str], (start, end): (Day, Day)) {
        if !self.chance(3) {
            let mut days = || 2 + self.dice.roll(9);
            text["ladder"] = json!({ "answerDays": days(), "cureDays": days(), "level1Days": days(), "level2Days": days(),
                "lastChanceDays": days(), "ministryDays": days(), "positionsDays": days(), "followUpDays": days() });
            text["terms"] = json!({ "consentDays": 10 + days(), "acceptanceDays": days(), "disputeDays": days(), "rulingDays": days(),
                "reportDays": days(), "goneQuietMisses": 1 + self.dice.roll(3), "workingDayRule": self.chance(2), "successorDays": 20 });
        }
        if !self.chance(3) {
            text["withdrawal"] = json!({ "noticeMonths": 1 + self.dice.roll(2), "objectionDays": 3 + self.dice.roll(9) });
        }
        if !self.chance(3) {
            let majority = self.dice.one(&["more-than-half", "two-thirds", "three-quarters", "all"]);
            text["expulsion"] = json!({ "majority": majority, "hearingDays": 2 + self.dice.roll(8) });
        }
        if self.chance(2) {
            text["suspension"] = json!({ "holder": self.dice.one(names), "maxDays": 20 + self.dice.roll(60) });
        }
        match self.dice.roll(4) {
            0 => text["accession"] = json!({ "kind": "director" }),
            1 => text["accession"] = json!({ "kind": "director-and-parties", "parties": 1 }),
            _ => {}
        }
        if self.chance(2) {
            let half = start.plus_days(end.days_since(start) / 2);
            text["reviews"] = json!([{ "id": "half", "kind": "midterm", "date": half }, { "id": "last", "kind": "final", "date": end }]);
        }
        if self.chance(5) {
            // Without a last day: it comes back to itself instead (L14).
            text["period"].as_object_mut().map(|period| period.remove("endDate"));
            text["reviews"] = json!([{ "id": "turn", "kind": "midterm", "rule": self.dice.one(&["FREQ=MONTHLY", "FREQ=YEARLY"]) }]);
        }
        if self.chance(2) {
            text["themes"] = json!(["safety", "housing"]);
        }
        if self.chance(5) {
            text["consultation"] = json!({ "heldOn": self.today(), "body": "Bewonersavond", "minutes": attachment() });
        }
        if self.chance(12) {
            text["withheldGround"] = "5.1.1c".into();
        }
        let kinds = ["municipality", "corporation", "residents"];
        if self.setting == Setting::Local && (self.chance(3) && kinds.iter().all(|kind| names.contains(kind))) {
            text["statute"] = "housing-act-44".into();
        }
    }

    /// An obligation of its own, for an addition, an accession or a change.
    pub(super) fn promise(&mut self, id: &str, debtor: &str, result: bool) -> Value {
        let when = match self.dice.roll(2) {
            0 => json!({ "kind": "date", "date": self.day(15, 120) }),
            _ => json!({ "kind": "rhythm", "rule": self.dice.one(&RHYTHMS) }),
        };
        let mut it = json!({ "id": id, "debtor": debtor, "what": "Something more that can be verified", "strength": "effort", "when": when,
            "goals": ["liveable"], "evidence": [{ "kind": "proof", "title": "A proof of it" }] });
        if result {
            it["strength"] = "result".into();
            it["target"] = json!({ "indicator": "amount", "value": "5", "unit": "homes" });
        }
        it
    }
}
