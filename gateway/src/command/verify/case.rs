//! One case file: every receipt, signature and attachment in it, and nothing that does not follow from them.

use ledger::log::note::{Note, VerifierKey};
use serde_json::{Value, json};

use super::Outcome;
use super::trust::Trust;
use crate::casefile::{self, Checked};

/// Whether bytes are those of a zip.
pub(super) fn is_case_file(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Checks a case file. Without a log that is trusted, the vkey in the file counts, and the outcome says so.
pub(super) fn check(bytes: &[u8], trust: &Trust) -> Outcome {
    let log = |note: &Note, own: &str| {
        if trust.knows_a_log() {
            return trust.logs_of(note).map(|logs| logs.into_iter().cloned().collect());
        }
        own.parse::<VerifierKey>().map(|key| vec![key]).map_err(|fault| format!("log.vkey: {fault}"))
    };
    let mut checked = casefile::check(bytes, log, &trust.witnesses());
    if checked.checkpoint.is_some() {
        checked.faults.extend(trust.check_quorum(&checked.witnesses).err());
    }
    Outcome { lines: say(&checked, trust), json: to_json(&checked, trust), faults: checked.faults }
}

fn say(checked: &Checked, trust: &Trust) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some((agreement, scope)) = &checked.about {
        lines.push((
            "about",
            if scope == "agreement" { format!("agreement {agreement}") } else { format!("{scope} of agreement {agreement}") },
        ));
    }
    if let Some(checkpoint) = &checked.checkpoint {
        lines.push((
            "log",
            format!("{} signed a tree of {} entries, and all receipts are under it", checkpoint.origin(), checkpoint.size()),
        ));
        if let [_, .., current] = &checked.log_keys[..] {
            let keys = checked.log_keys.len();
            lines.push(("log key", format!("the log has had {keys} keys, each announced under the one before it; {current} signs now")));
        }
        lines.push(("witnesses", trust.say_witnesses(&checked.witnesses)));
    }
    if !trust.knows_a_log() {
        lines.push(("trust", "the ledger's vkey was taken from the file itself: compare log.vkey with one from elsewhere (--vkey)".into()));
    }
    let (about, keys) = checked.statements;
    let signers: Vec<&str> = checked.signers.iter().map(String::as_str).collect();
    if about + keys > 0 {
        lines.push(("statements", format!("{about}, and {keys} that tell whose keys they are signed with")));
        lines.push(("signed by", signers.join(", ")));
        let (there, gone) = checked.attachments;
        lines.push(("attached", format!("{there} attachments, and {gone} that are not in it")));
    }
    lines.extend(checked.notes.iter().map(|note| ("note", note.clone())));
    lines
}

fn to_json(checked: &Checked, trust: &Trust) -> Value {
    let checkpoint = checked.checkpoint.as_ref();
    json!({
        "agreement": checked.about.as_ref().map(|(agreement, _)| agreement), "scope": checked.about.as_ref().map(|(_, scope)| scope),
        "log": checkpoint.map(|checkpoint| checkpoint.origin()), "size": checkpoint.map(|checkpoint| checkpoint.size()),
        "root": checkpoint.map(|checkpoint| checkpoint.root()), "witnesses": Trust::witnesses_json(&checked.witnesses),
        "vkeyFromFile": !trust.knows_a_log(), "logKeys": checked.log_keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "statements": checked.statements.0, "statementsAboutKeys": checked.statements.1,
        "signers": checked.signers, "attachments": checked.attachments.0, "attachmentsNotHere": checked.attachments.1,
        "notes": checked.notes,
    })
}
