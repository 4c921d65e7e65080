//! The row of a type: how it comes to be said, and what is wrong with it in ways that nobody can derive; as text in `tests/tables/types`.

use std::collections::BTreeMap;
use std::path::Path;

use ledger::envelope::Type;
use serde_json::Value;

/// By which rule something is refused, and where; or that it is accepted, and why that is right.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// Refused by this rule, first of all, at this place in the payload where one is named.
    Refused { rule: String, pointer: Option<String> },
    /// Accepted, for this reason.
    Accepted,
}

/// Which kind of fault a change of the payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Two members that contradict one another, or something that they name.
    Contradiction,
    /// A date out of its range.
    Date,
}

/// A change of the payload, and what comes of it.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) fault: Fault,
    /// The line, for a message.
    pub(super) line: String,
    /// Members by their pointers; `None` where it goes.
    pub(super) sets: Vec<(String, Option<Value>)>,
    pub(super) outcome: Outcome,
}

/// A state in which it does not fit.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) outcome: Outcome,
    /// What leads there.
    pub(super) told: Vec<String>,
    /// The line that says it there.
    pub(super) says: String,
}

/// All that is written of one type.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The town: `local`, `national` or `first-rules`.
    pub(super) town: String,
    /// What leads to it.
    pub(super) told: Vec<String>,
    /// The line that says it.
    pub(super) says: String,
    /// Rules by which it is refused from everybody else; each is met.
    pub(super) others: Vec<String>,
    /// Who else may say exactly the same.
    pub(super) also: Vec<String>,
    /// What comes of members that the schema calls optional and of faults that everything has, where a rule knows better.
    pub(super) but: BTreeMap<String, Outcome>,
    pub(super) states: Vec<State>,
    pub(super) changes: Vec<Change>,
    /// Why nothing in it can contradict something else.
    pub(super) cannot_contradict: Option<String>,
    /// Why no date in it can be out of range, where it has dates.
    pub(super) any_date: Option<String>,
    /// The same content signed anew, under an id of its own.
    pub(super) anew: Option<Outcome>,
}

/// The rows of a file, and the beginnings that they share.
#[derive(Default)]
struct File {
    given: BTreeMap<String, Vec<String>>,
    rows: BTreeMap<String, Row>,
}

/// The row of a type.
pub(super) fn row_of(kind: Type) -> Row {
    let mut file = File::default();
    for name in ["given", file_of(kind)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables/types").join(format!("{name}.txt"));
        let text = std::fs::read_to_string(path).unwrap();
        file.read(&text).unwrap_or_else(|error| panic!("the file of {}: {error}", kind.code()));
    }
    let mut row = file.rows.remove(kind.code()).unwrap_or_else(|| panic!("there is no row of {}", kind.code()));
    let told = file.expand(&row.told, &[]);
    row.states.iter_mut().for_each(|state| state.told = file.expand(&state.told, &told));
    row.told = told;
    row
}

/// In which file the row is. Whoever adds a type finds here that it wants one.
fn file_of(kind: Type) -> &'static str {
    match kind {
        Type::Genesis | Type::MinistryRouting | Type::LedgerAcceptance | Type::LogKeyRotation | Type::Continuation => "ledger",
        Type::RulesChange | Type::AttachmentErasure | Type::Flag => "ledger",
        Type::Registration | Type::Admission | Type::KeyAddition | Type::KeyRotation | Type::KeyRevocation => "institutions",
        Type::RecoveryRequest | Type::RecoveryVouch | Type::RecoveryObjection | Type::Mandate | Type::MandateRevocation => "institutions",
        Type::InstitutionSuccession | Type::SuccessionAcceptance => "institutions",
        Type::Proposal | Type::CounterProposal | Type::Retraction | Type::ProposalAnswer | Type::Consent | Type::Decline => "offers",
        Type::Impasse | Type::ImpassePosition | Type::ImpasseStep | Type::StatutoryDispute | Type::DisputeRuling => "talks",
        Type::Amendment | Type::Accession | Type::Suspension | Type::Resumption | Type::Dissolution | Type::Review => "running",
        Type::Event | Type::Report | Type::Finding | Type::Acceptance | Type::Dispute | Type::DisputeAnswer => "obligations",
        Type::DisputeRetraction | Type::ReportRuling | Type::Release | Type::Handover | Type::Annulment => "obligations",
        Type::BreachAnswer | Type::CaseRuling | Type::BoardOutcome | Type::SupportRequest | Type::MinistryAnswer => "cases",
        Type::StatePosition | Type::CaseClosure => "cases",
        Type::Withdrawal | Type::WithdrawalAnswer | Type::WithdrawalRevocation | Type::Expulsion | Type::ExpulsionView => "leaving",
        Type::AgendaProposal | Type::AgendaAnswer | Type::UmbrellaChange | Type::UmbrellaAnswer => "nation",
    }
}

/// A line at the margin, and what stands two steps in behind it.
struct Entry<'a> {
    line: &'a str,
    block: Vec<String>,
}

fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("  "), entries.last_mut()) {
            (Some(told), Some(entry)) => entry.block.push(told.to_owned()),
            _ => entries.push(Entry { line, block: Vec::new() }),
        }
    }
    entries
}

impl File {
    fn read(&mut self, text: &str) -> Result<(), String> {
        let mut kind = String::new();
        for Entry { line, block } in entries(text) {
            let wrong = |what: String| format!("{line}: {what}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("given", name) => _ = self.given.insert(name.to_owned(), block),
                ("type", name) => {
                    name.clone_into(&mut kind);
                    if self.rows.insert(kind.clone(), Row { town: "local".into(), ..Row::default() }).is_some() {
                        return Err(wrong("twice".into()));
                    }
                }
                (word, rest) => {
                    let row = self.rows.get_mut(&kind).ok_or_else(|| wrong("of which type?".into()))?;
                    row.word(word, rest, block).map_err(wrong)?;
                }
            }
        }
        Ok(())
    }

    /// With what `given NAME` stands for, and `...` for what leads to the statement.
    fn expand(&self, lines: &[String], told: &[String]) -> Vec<String> {
        let mut out = Vec::new();
        for line in lines {
            match line.strip_prefix("given ") {
                Some(name) => {
                    let given = self.given.get(name).unwrap_or_else(|| panic!("nothing is given as {name}"));
                    out.extend(self.expand(given, &[]));
                }
                None if line == "..." => out.extend(told.iter().cloned()),
                None => out.push(line.clone()),
            }
        }
        out
    }
}

impl Row {
    fn word(&mut self, word: &str, rest: &str, mut block: Vec<String>) -> Result<(), String> {
        let list = || rest.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match word {
            "town" => rest.clone_into(&mut self.town),
            "told" => self.told = block,
            "says" => rest.clone_into(&mut self.says),
            "others" => self.others = list(),
            "also" => self.also = list(),
            "but" => {
                let (fault, outcome) = rest.split_once(" => ").ok_or("but WHAT => OUTCOME")?;
                self.but.insert(fault.to_owned(), outcome_of(outcome)?);
            }
            "state" => {
                let (name, outcome) = rest.split_once(" => ").ok_or("state NAME => OUTCOME")?;
                let says = block.last().and_then(|last| last.strip_prefix("says ")).map(str::to_owned);
                if says.is_some() {
                    block.pop();
                }
                let says = says.unwrap_or_else(|| self.says.clone());
                self.states.push(State { name: name.to_owned(), outcome: outcome_of(outcome)?, told: block, says });
            }
            "change" => self.changes.push(change(Fault::Contradiction, rest)?),
            "date" => self.changes.push(change(Fault::Date, rest)?),
            "cannot-contradict" => self.cannot_contradict = Some(rest.to_owned()),
            "any-date" => self.any_date = Some(rest.to_owned()),
            "anew" => self.anew = Some(outcome_of(rest)?),
            _ => return Err("a row has no such word".to_owned()),
        }
        Ok(())
    }
}

/// `RULE`, `RULE /pointer`, or `accepted: why`.
fn outcome_of(text: &str) -> Result<Outcome, String> {
    if let Some(why) = text.strip_prefix("accepted:") {
        return if why.trim().len() > 10 { Ok(Outcome::Accepted) } else { Err("why is it accepted?".to_owned()) };
    }
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [rule] => Ok(Outcome::Refused { rule: rule.to_owned(), pointer: None }),
        [rule, pointer] => Ok(Outcome::Refused { rule: rule.to_owned(), pointer: Some(pointer.to_owned()) }),
        _ => Err("an outcome is RULE, RULE /pointer or accepted: why".to_owned()),
    }
}

/// `/pointer VALUE ; /pointer - => OUTCOME`; `-` takes the member away.
fn change(fault: Fault, line: &str) -> Result<Change, String> {
    let (sets, outcome) = line.split_once(" => ").ok_or("a change has an outcome")?;
    let set = |set: &str| -> Result<(String, Option<Value>), String> {
        let (pointer, value) = set.trim().split_once(' ').ok_or("a change is /pointer VALUE")?;
        let value = if value == "-" { None } else { Some(serde_json::from_str(value).map_err(|error| format!("{value}: {error}"))?) };
        Ok((pointer.to_owned(), value))
    };
    let sets = sets.split(" ; ").map(set).collect::<Result<_, _>>()?;
    Ok(Change { fault, line: line.to_owned(), sets, outcome: outcome_of(outcome)? })
}
