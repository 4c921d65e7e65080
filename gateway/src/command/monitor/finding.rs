//! What a monitor finds: what is wrong with a ledger, and what is news to an institution.

use std::path::PathBuf;

use ledger::audit;
use ledger::lives::continuation::WentOn;
use ledger::log::split::SplitView;
use ledger::words::Hash;
use serde_json::{Value, json};

use crate::command::went_on;

/// Something to be told about a ledger.
#[derive(Debug)]
pub(in crate::command) struct Finding {
    /// What it is.
    pub(super) what: What,
    /// The files that show it, once they are written.
    pub(super) files: Vec<PathBuf>,
}

/// What there is to tell.
#[derive(Debug)]
pub(super) enum What {
    /// The log signed two checkpoints that are not of one history.
    SplitView {
        /// Who showed the other one.
        by: String,
        /// The evidence.
        split: Box<SplitView>,
    },
    /// The ledger shows fewer entries than its key has signed for.
    Fewer {
        /// Who showed the larger one.
        by: String,
        /// How many entries the ledger shows.
        shown: u64,
        /// The checkpoint that it shows.
        shown_note: String,
        /// How many it signed for.
        signed: u64,
        /// The checkpoint of that size.
        signed_note: String,
    },
    /// One of the two above, of a tree that an entry of the log records as lost.
    Recorded {
        /// The entry.
        entry: u64,
        /// What it would be without that entry.
        what: Box<What>,
    },
    /// The log went on from fewer entries than it had signed for, as its owner recorded.
    WentOn(Box<WentOn>),
    /// The audit names an entry, or the log as a whole.
    Audit(Box<audit::Finding>),
    /// Something that was given, or that a witness answers, is not what it should be.
    Unsound {
        /// Where it comes from.
        by: String,
        /// What is wrong.
        fault: String,
    },
    /// A witness could not be asked what it cosigned.
    NoWord {
        /// The witness.
        by: String,
        /// Why not.
        fault: String,
    },
    /// A new statement concerns the institution that is followed.
    Statement {
        /// The entry.
        entry: u64,
        /// Its type.
        kind: &'static str,
        /// Who signed it.
        by: String,
        /// What it is about: `agreement/ID` or `institution/ID`.
        subject: String,
    },
}

impl Finding {
    /// The word for it in JSON.
    pub(super) fn code(&self) -> &'static str {
        match &self.what {
            What::SplitView { .. } => "split-view",
            What::Fewer { .. } => "fewer-entries",
            What::Recorded { .. } => "recorded-loss",
            What::WentOn(_) => "went-on",
            What::Audit(_) => "audit",
            What::Unsound { .. } => "unsound",
            What::NoWord { .. } => "no-word",
            What::Statement { .. } => "statement",
        }
    }

    /// Whether the ledger, or somebody who speaks of it, is wrong. News is not; neither is a witness that does not answer.
    pub(super) fn is_wrong(&self) -> bool {
        match &self.what {
            What::SplitView { .. } | What::Fewer { .. } | What::Audit(_) | What::Unsound { .. } => true,
            // Recorded is not undone.
            What::Recorded { .. } => true,
            What::NoWord { .. } | What::Statement { .. } | What::WentOn(_) => false,
        }
    }

    /// By what it is known again, so that it is told once.
    pub(super) fn name(&self) -> String {
        Hash::of(&[json!([self.code(), known_by(&self.what)]).to_string().as_bytes()]).to_string()
    }

    /// One sentence.
    pub(in crate::command) fn sentence(&self) -> String {
        sentence(&self.what)
    }

    /// The evidence of a split view.
    pub(super) fn split(&self) -> Option<&SplitView> {
        match &self.what {
            What::SplitView { split, .. } => Some(split),
            What::Recorded { .. } | What::WentOn(_) | What::Fewer { .. } | What::Audit(_) => None,
            What::Unsound { .. } | What::NoWord { .. } | What::Statement { .. } => None,
        }
    }

    /// For programs.
    pub(super) fn to_json(&self, ledger: &str) -> Value {
        let mut json = json!({
            "ledger": ledger, "kind": self.code(), "isWrong": self.is_wrong(), "sentence": self.sentence(), "name": self.name(),
            "files": self.files,
        });
        let more = details(&self.what);
        if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
            json.extend(more);
        }
        json
    }
}

/// One sentence.
fn sentence(what: &What) -> String {
    match what {
        What::SplitView { by, split } => {
            let [smaller, larger] = [&split.smaller, &split.larger].map(|note| note.text().lines().nth(1).unwrap_or("?").to_owned());
            format!(
                "the log shows two histories: it signed a tree of {smaller} and one of {larger} entries that cannot both be its own ({by})"
            )
        }
        What::Fewer { by, shown, signed, .. } => format!("the ledger shows {shown} entries, its key signed for {signed} ({by})"),
        What::Recorded { entry, what } => format!("the ledger went on from an older log, as entry {entry} records: {}", sentence(what)),
        What::WentOn(it) => went_on::sentence(it),
        What::Audit(finding) => finding.to_string(),
        What::Unsound { by, fault } => format!("{by}: {fault}"),
        What::NoWord { by, fault } => format!("{by} does not say what it cosigned: {fault}"),
        What::Statement { entry, kind, by, subject } => format!("entry {entry}: {by} says {kind} on {subject}"),
    }
}

/// By what it is known again.
fn known_by(what: &What) -> Value {
    match what {
        What::SplitView { split, .. } => json!([split.smaller.text(), split.larger.text()]),
        What::Fewer { shown_note, signed_note, .. } => json!([text(shown_note), text(signed_note)]),
        What::Recorded { entry, what } => json!([entry, known_by(what)]),
        What::WentOn(it) => json!([it.since.entry]),
        What::Audit(finding) => json!([finding.code(), finding.index(), finding.to_string()]),
        What::Unsound { by, fault } | What::NoWord { by, fault } => json!([by, fault]),
        What::Statement { entry, .. } => json!([entry]),
    }
}

/// What programs are told beside the sentence.
fn details(what: &What) -> Value {
    match what {
        What::SplitView { by, split } => json!({ "by": by, "split": split }),
        What::Fewer { by, shown, signed, .. } => json!({ "by": by, "shown": shown, "signed": signed }),
        What::Recorded { entry, what } => {
            let mut json = details(what);
            json["entry"] = (*entry).into();
            json
        }
        What::WentOn(it) => json!({ "entry": it.since.entry, "signed": it.largest(), "reason": it.reason }),
        What::Audit(finding) => json!({ "code": finding.code(), "index": finding.index(), "flag": finding.flag() }),
        What::Unsound { by, .. } | What::NoWord { by, .. } => json!({ "by": by }),
        What::Statement { entry, kind, by, subject } => json!({ "entry": entry, "type": kind, "by": by, "subject": subject }),
    }
}

impl From<What> for Finding {
    fn from(what: What) -> Self {
        Self { what, files: Vec::new() }
    }
}

/// The text of a note, whoever signed it.
fn text(note: &str) -> &str {
    note.split("\n\n").next().unwrap_or(note)
}
