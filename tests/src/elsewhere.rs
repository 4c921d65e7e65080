//! Other ledgers: told in memory beside a story, and what their receipts show.

use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, Parsed, Type};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::NoteSigner;
use ledger::log::receipt::Receipt;
use ledger::log::record::{Entry as Leaf, record_bytes};
use ledger::log::tree::{Appended, Frontier};
use serde_json::{Value, json};

use crate::door::Entry;

const SALT: [u8; 32] = [0x5a; 32];

/// Local ledgers beside that of the story, by their names in it.
pub const ELSEWHERE: [(&str, &str); 2] = [("north", "ledger.example.nl/north"), ("south", "ledger.example.nl/south")];

/// What an institution registers with in a ledger: in those beside the story some have public identifiers, and a builder everywhere.
pub fn identifiers(origin: &str, institution: &str) -> Value {
    match (ELSEWHERE.iter().any(|(_, elsewhere)| *elsewhere == origin), institution) {
        (true, "corporation") => json!({ "kvk": "12345678" }),
        (true, "municipality") => json!({ "cbs": "GM0150" }),
        (_, "builder") => json!({ "kvk": "87654321" }),
        _ => json!({}),
    }
}

/// The key of another log; of the real one, or of one that pretends to be.
pub fn log_key(origin: &str, real: bool) -> NoteSigner {
    NoteSigner::from_seed(origin, &[if real { 1 } else { 2 }; 32]).expect("an origin is a name")
}

/// The receipt of an entry of a ledger that is known whole, as a statement names it.
///
/// # Panics
/// If there is no such entry.
pub fn receipt(origin: &str, entries: &[Entry], entry: u64, real: bool) -> String {
    receipt_by(&log_key(origin, real), origin, entries, entry)
}

/// The same under a checkpoint that this key signs.
///
/// # Panics
/// If there is no such entry.
pub fn receipt_by(key: &NoteSigner, origin: &str, entries: &[Entry], entry: u64) -> String {
    let records: Vec<Vec<u8>> = (0..).zip(entries).map(|(n, kept)| record_bytes(origin, n, kept.at, &kept.bytes)).collect();
    let leaves: Vec<_> = records.iter().zip(entries).map(|(record, kept)| Leaf::new(kept.at, &SALT, record).leaf_hash()).collect();
    let tree = Appended::new(&Frontier::empty(), &leaves);
    let checkpoint = Checkpoint::new(origin, leaves.len() as u64, tree.root()).and_then(|c| c.sign(key)).expect("a checkpoint");
    let path = tree.inclusion_proof(entry).expect("the entry is in the tree");
    let receipt = Receipt::new(&SALT, &records[usize::try_from(entry).expect("few entries")], path, checkpoint).expect("a receipt");
    receipt.encode().trim_end().to_owned()
}

/// A ledger beside that of the story.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Its origin.
    pub origin: &'static str,
    /// All that it accepted.
    pub entries: Vec<Entry>,
}

impl Elsewhere {
    /// An entry with its receipt, the first of `TYPE [WHO]`, of `flag CAUSE`, or of `OBLIGATION DUE` for the flag of that breach; with
    /// `last` behind it the last. With `forged` it is signed by another key, with `misnumbered` under the next number.
    fn shown(&self, words: &[&str]) -> Result<Value, String> {
        let (words, how) = match words {
            [words @ .., how @ ("forged" | "misnumbered" | "last")] => (words, *how),
            words => (words, ""),
        };
        let body = |entry: &Entry| Parsed::parse(&entry.bytes).map(|parsed| parsed.statement().clone());
        let fits = |entry: &Entry| {
            let Ok(statement) = body(entry) else { return false };
            match (words, &statement.body) {
                (["flag", kind], Body::Flag(flag)) => flag.cause.code() == *kind,
                ([kind], body) => body.kind().code() == *kind,
                ([kind, who], Body::Admission(body)) if *kind == "admission" => body.institution.as_str() == *who,
                ([clause, due], Body::Flag(flag)) => match &flag.cause {
                    Cause::Breached { obligation, due: day, .. } => obligation.as_str() == *clause && day.to_string() == *due,
                    _ => false,
                },
                ([kind, who], body) => Type::from_code(kind) == Some(body.kind()) && statement.by.as_str() == *who,
                _ => false,
            }
        };
        let found = if how == "last" { self.entries.iter().rposition(fits) } else { self.entries.iter().position(fits) };
        let found = found.ok_or_else(|| format!("{} has no {}", self.origin, words.join(" ")))?;
        let receipt = receipt(self.origin, &self.entries, found as u64, how != "forged");
        let entry = if how == "misnumbered" { found + 1 } else { found };
        Ok(json!({ "origin": self.origin, "entry": entry, "receipt": receipt }))
    }
}

/// The body of an agenda-proposal: what recurs (`kvk=`, `theme=`, ...), and lines `breach LEDGER WHICH` and `source LEDGER WHICH`.
pub fn agenda_proposal<'a>(
    ledger: impl Fn(&str) -> Option<&'a Elsewhere>,
    what: &str,
    months: &str,
    lines: &[String],
) -> Result<Value, String> {
    let (mut breaches, mut sources) = (Vec::new(), Vec::new());
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [list @ ("breach" | "source"), name, which @ ..] = words.as_slice() else { return Err(format!("{line} shows nothing")) };
        let shown = ledger(name).ok_or_else(|| format!("there is no ledger {name}"))?.shown(which)?;
        if *list == "breach" { &mut breaches } else { &mut sources }.push(shown);
    }
    let (kind, value) = what.split_once('=').ok_or("what recurs is kind=value")?;
    let recurs = match kind {
        "theme" | "nature" | "instrument" => json!({ "kind": kind, kind: value }),
        _ => {
            let pairs = what.split(',').filter_map(|pair| pair.split_once('='));
            json!({ "kind": "party", "identifiers": pairs.map(|(name, value)| (name.to_owned(), value.into())).collect::<serde_json::Map<_, _>>() })
        }
    };
    let months: u32 = months.parse().map_err(|_| format!("{months} is no number"))?;
    Ok(json!({ "recurs": recurs, "months": months, "breaches": breaches, "sources": sources }))
}
