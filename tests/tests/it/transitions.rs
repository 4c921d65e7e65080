//! Tables of transitions: every state of a life against every event, as text in `tests/tables`.
//!
//! A cell names the state that follows, or with `!` the rule that refuses; then the state stays what it was.

use std::collections::BTreeMap;

use harness::Town;
use harness::story::tell;
use ledger::lives::head::State;
use ledger::lives::offer::OfferResult;
use ledger::lives::withdrawal::LeaveStage;

/// A table as it was read.
#[derive(Default)]
struct Table {
    before: Vec<String>,
    look: String,
    blocks: BTreeMap<(String, String), Vec<String>>,
    states: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    fn read(text: &str) -> Self {
        let mut table = Self::default();
        let (mut block, mut in_grid) = (None, false);
        for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim_end()).filter(|line| !line.is_empty()) {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            match (words[0].as_str(), line.starts_with(' ')) {
                (_, true) if block.is_some() => table.blocks.get_mut(block.as_ref().unwrap()).unwrap().push(line.trim().to_owned()),
                (_, true) => table.before.push(line.to_owned()),
                ("look", false) => table.look = words[1..].join(" "),
                ("state" | "event", false) if !in_grid && words.len() == 2 => {
                    block = Some((words[0].clone(), words[1].clone()));
                    table.blocks.insert(block.clone().unwrap(), Vec::new());
                }
                ("table", false) => in_grid = true,
                ("event", false) => table.states = words[1..].to_vec(),
                _ if in_grid => table.rows.push((words[0].clone(), words[1..].to_vec())),
                _ => table.before.push(line.to_owned()),
            }
        }
        table
    }

    fn lines(&self, kind: &str, name: &str) -> &[String] {
        self.blocks.get(&(kind.to_owned(), name.to_owned())).unwrap_or_else(|| panic!("there is no {kind} {name}"))
    }

    /// What leads to a state; `like STATE` stands for what leads to that one.
    fn towards(&self, state: &str) -> Vec<String> {
        let expand = |line: &String| line.strip_prefix("like ").map_or_else(|| vec![line.clone()], |other| self.towards(other));
        self.lines("state", state).iter().flat_map(expand).collect()
    }

    /// The story of one cell.
    fn story(&self, state: &str, event: &str, outcome: &str) -> String {
        let mut lines = self.before.clone();
        lines.extend(self.towards(state));
        lines.push(format!("expect {} {state}", self.look));
        let event = self.lines("event", event);
        match outcome.strip_prefix('!') {
            Some(rule) => {
                lines.extend([event[0].clone(), format!("expect refusal {rule}"), format!("expect {} {state}", self.look)]);
            }
            None => {
                lines.extend(event.iter().cloned());
                lines.push(format!("expect {} {outcome}", self.look));
            }
        }
        lines.join("\n")
    }

    /// Tells every cell, and asks that no state and no event is left out.
    fn check(&self, name: &str, every_state: &[&str]) {
        assert_eq!(self.states, every_state, "{name}: the columns are the states");
        let events: Vec<&str> = self.blocks.keys().filter(|(kind, _)| kind == "event").map(|(_, name)| name.as_str()).collect();
        let mut rows: Vec<&str> = self.rows.iter().map(|(event, _)| event.as_str()).collect();
        rows.sort_unstable();
        assert_eq!(rows, events, "{name}: the rows are the events");
        let mut wrong = Vec::new();
        for (event, cells) in &self.rows {
            assert_eq!(cells.len(), self.states.len(), "{name}: {event} has a cell for each state");
            for (state, outcome) in self.states.iter().zip(cells) {
                let town = Town::in_memory("2006-01-02T09:00:00Z".parse().unwrap());
                if let Err(error) = tell(town, &self.story(state, event, outcome)) {
                    wrong.push(format!("{state} x {event} -> {outcome}: {error}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n"));
    }
}

/// Whoever adds a state finds here that its table wants a column.
fn agreement(state: &State) -> &'static str {
    match state {
        State::Proposed => "proposed",
        State::Signed { .. } => "signed",
        State::InForce { .. } => "in-force",
        State::Suspended { .. } => "suspended",
        State::Ended { .. } => "completed, expired, dissolved or succeeded",
        State::Lapsed { .. } => "lapsed",
        State::Declined(_) => "declined",
        State::Retracted(_) => "retracted",
    }
}

/// The same for what becomes of an offer.
fn offer(result: &OfferResult) -> &'static str {
    match result {
        OfferResult::Agreed { .. } => "agreed",
        OfferResult::Declined { .. } => "declined",
        OfferResult::Lapsed { .. } => "lapsed",
        OfferResult::Superseded { .. } => "superseded",
        OfferResult::Retracted { .. } => "retracted",
        OfferResult::Overtaken { .. } => "overtaken, which is for a step out of an impasse",
    }
}

/// The same for a withdrawal.
fn withdrawal(stage: &LeaveStage) -> &'static str {
    match stage {
        LeaveStage::Running => "running",
        LeaveStage::Unresolved { .. } => "unresolved",
        LeaveStage::Withdrawn { .. } => "withdrawn",
        LeaveStage::Revoked { .. } => "revoked",
        LeaveStage::Overtaken { .. } => "overtaken",
    }
}

#[test]
fn an_agreement_goes_from_state_to_state_as_its_table_says() {
    let states = [
        "proposed",
        "signed",
        "in-force",
        "suspended",
        "completed",
        "expired",
        "dissolved",
        "succeeded",
        "lapsed",
        "declined",
        "retracted",
    ];
    assert_eq!(agreement(&State::Proposed), states[0]);
    Table::read(include_str!("../../tables/agreement.txt")).check("agreement", &states);
}

#[test]
fn an_offer_goes_from_state_to_state_as_its_table_says() {
    let lapsed = OfferResult::Lapsed { at: ledger::lives::Fact { entry: 1, at: "2006-01-02T09:00:00Z".parse().unwrap() } };
    let states = ["open", "agreed", "declined", "lapsed", "superseded", "retracted"];
    assert_eq!(offer(&lapsed), states[3]);
    Table::read(include_str!("../../tables/offer.txt")).check("offer", &states);
}

#[test]
fn a_request_to_join_goes_from_state_to_state_as_its_table_says() {
    let states = ["open", "waiting", "agreed", "declined", "lapsed", "superseded"];
    Table::read(include_str!("../../tables/accession.txt")).check("accession", &states);
}

#[test]
fn talks_go_from_state_to_state_as_their_table_says() {
    let states = ["open", "stuck", "overcome", "expired", "submitted", "ruled", "signed"];
    Table::read(include_str!("../../tables/talks.txt")).check("talks", &states);
}

#[test]
fn a_withdrawal_goes_from_state_to_state_as_its_table_says() {
    let states = ["running", "unresolved", "withdrawn", "revoked", "overtaken"];
    assert_eq!(withdrawal(&LeaveStage::Running), states[0]);
    Table::read(include_str!("../../tables/withdrawal.txt")).check("withdrawal", &states);
}

#[test]
fn an_institution_goes_from_state_to_state_as_its_table_says() {
    let states = ["unknown", "registered", "admitted", "keyless", "recovering", "succeeded"];
    Table::read(include_str!("../../tables/institution.txt")).check("institution", &states);
}
