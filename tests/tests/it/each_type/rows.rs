//! What the rows know: states in which it does not fit, members that contradict one another, instants, and saying it again.

use harness::Answer;
use ledger::envelope::sign_flattened;

use super::forms::with;
use super::row::{Fault, State};
use super::scene::begun;
use super::trial::{Trial, differs, in_short, points_nowhere};

/// How far a signer's clock may run ahead, in milliseconds.
const AHEAD_MILLIS: i64 = 5 * 60 * 1000;

impl Trial {
    /// Signed ahead of the ledger's clock, right at the edge, and long ago (which is fine: acceptance is what counts).
    pub(super) fn instants(&mut self) {
        let now = self.scene.court.now();
        let years = now.plus_millis(-10 * 365 * 86_400_000);
        let ahead = now.plus_millis(AHEAD_MILLIS + 1);
        for (fault, at) in [("signed ahead", ahead), ("signed at the edge", now.plus_millis(AHEAD_MILLIS)), ("signed years ago", years)] {
            let mut payload = self.scene.anew();
            payload["signedAt"] = at.to_string().into();
            let bytes = self.scene.signed(&payload);
            if fault == "signed ahead" {
                self.refuses(fault, &bytes, "signed-in-future", "/signedAt");
            } else {
                self.accepts(fault, &bytes);
            }
        }
    }

    /// Each change of the row; and that there is one, or a reason why there is none.
    pub(super) fn changes(&mut self) {
        for change in self.scene.row.changes.clone() {
            let payload = change.sets.iter().fold(self.scene.anew(), |payload, (pointer, value)| with(&payload, pointer, value.clone()));
            let bytes = self.scene.signed(&payload);
            self.comes_to(&change.line, &bytes, &change.outcome);
        }
        let has = |fault| self.scene.row.changes.iter().any(|change| change.fault == fault);
        let has_dates = self.scene.kind.schema()["properties"]["body"].to_string().contains(r#""format":"date"#);
        let of_both = [
            (has(Fault::Contradiction), true, self.scene.row.cannot_contradict.is_some(), "contradicts"),
            (has(Fault::Date), has_dates, self.scene.row.any_date.is_some(), "has a date out of range"),
        ];
        for (has, wants, excused, what) in of_both {
            match (has, wants, excused) {
                (false, true, false) => self.note("the row", &format!("nothing {what}, and it does not say why")),
                (true, _, true) | (false, false, true) => {
                    self.note("the row", &format!("something {what}, or it has none at all: no reason is needed"))
                }
                (true, _, false) | (false, true, true) | (false, false, false) => {}
            }
        }
    }

    /// Each state of the row, told from the beginning.
    pub(super) fn states(&mut self) {
        let states = self.scene.row.states.clone();
        if states.is_empty() {
            self.note("the row", "there is no state in which it does not fit");
        }
        for state in states {
            self.tried += 1;
            if let Err(wrong) = self.in_state(&state) {
                self.note(&format!("state {}", state.name), &wrong);
            }
        }
    }

    fn in_state(&self, state: &State) -> Result<(), String> {
        let mut story = begun(&self.scene.row.town);
        story.go_on(&state.told.join("\n"))?;
        let size = story.audit.next();
        let answer = match state.says.as_str() {
            "genesis" | "flag" => {
                let key = harness::town::key("gateway");
                story.town.sent = sign_flattened(&key, self.scene.kind.typ(), self.scene.anew().to_string().as_bytes());
                story.town.send_again()
            }
            line => {
                story.say(line)?;
                story.town.answer.clone().ok_or("nothing was said")?
            }
        };
        let said: serde_json::Value = ledger::envelope::jws::Received::parse(&story.town.sent)
            .ok()
            .and_then(|received| serde_json::from_slice(received.payload()).ok())
            .unwrap_or_default();
        if said["type"] != self.scene.kind.code() {
            return Err(format!("what is said there is {}", said["type"]));
        }
        if matches!(answer, Answer::Refused(_)) && harness::Door::entries(&story.town.door, 0).len() as u64 != size {
            return Err("it left an entry behind".to_owned());
        }
        if let Some(nowhere) = points_nowhere(self.scene.kind, &story.town.sent, &answer) {
            return Err(nowhere);
        }
        differs(&answer, &state.outcome).map_or(Ok(()), Err)
    }

    /// The same bytes again, other content under the same id, and the same content anew; at last the state is that of one who never erred.
    pub(super) fn again(&mut self) {
        let bytes = self.scene.signed(&self.scene.payload);
        let entry = match self.scene.court.takes(&bytes) {
            Answer::Accepted(entry) => entry,
            other => return self.note("after all faults", &in_short(&other)),
        };
        if let Some(differs) = self.scene.court.differs_from(&self.scene.after) {
            self.note("after all faults", &differs);
        }
        let super::court::Court::Open { live, .. } = &self.scene.court else { return };
        self.scene.court = super::court::Court::open(&live.clone());
        match self.hears("again", &bytes) {
            Answer::Repeat(first) if first == entry => {}
            other => self.note("again", &in_short(&other)),
        }
        let mut other = self.scene.payload.clone();
        other["signedAt"] = "2001-01-01T00:00:00Z".into();
        let other = self.scene.signed(&other);
        self.refuses("the same id", &other, "id-conflict", "/id");
        let anew = self.scene.signed(&self.scene.anew());
        match self.scene.row.anew.clone() {
            Some(outcome) => self.comes_to("anew", &anew, &outcome),
            None => {
                let came = in_short(&self.hears("anew", &anew));
                self.note("the row", &format!("it does not say what comes of the same content anew: {came}"));
            }
        }
    }
}
