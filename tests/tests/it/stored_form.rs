//! The form in which lives are kept: what is stored in one form must not be read in another, so a member that is no longer where it
//! was asks for another [`FORMAT`], by which every database is made anew.

use std::collections::BTreeSet;
use std::path::Path;

use ledger::book::Change;
use ledger::lives::parts::FORMAT;
use serde_json::Value;

use super::stories::{texts, told};

/// Members whose own members are names of things, and no part of the form.
const BY_NAME: [&str; 8] = ["successors", "parties", "consents", "refusals", "reviews", "answers", "partners", "hands"];

/// The words by which a thing says what it is: what it holds beside them differs with each.
const TAGS: [&str; 5] = ["part", "kind", "state", "stage", "standing"];

fn places(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let tag = TAGS.iter().find_map(|tag| members.get(*tag)?.as_str()).map_or(String::new(), |word| format!("({word})"));
            let by_name = BY_NAME.iter().any(|list| at.rsplit('/').next() == Some(list));
            for (name, value) in members {
                places(value, &format!("{at}{tag}/{}", if by_name { "*" } else { name }), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| places(item, at, found)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => _ = found.insert(at.to_owned()),
    }
}

/// Every place in what the stories leave to be kept.
fn kept_now() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, text) in texts() {
        let story = told(&name, &text);
        for change in story.audit.changes().iter().flatten() {
            match change {
                Change::Institution(institution) => places(&serde_json::to_value(institution).unwrap(), "institution", &mut found),
                Change::Agreement { parts, .. } => {
                    parts.iter().for_each(|change| places(&serde_json::to_value(&change.part).unwrap(), "agreement", &mut found));
                }
                Change::Key(..) => {}
            }
        }
    }
    found
}

#[test]
fn another_form_has_another_number() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stored-form.txt");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let (number, before) = text.split_once('\n').unwrap_or(("", ""));
    let now = kept_now();
    let gone: Vec<&str> = before.lines().filter(|place| !now.contains(*place)).collect();
    assert!(
        gone.is_empty() || number != FORMAT.to_string(),
        "in no story is there anything at these places any more. Is the form another one? Then FORMAT is {}; else a story is missing:\n{}",
        FORMAT + 1,
        gone.join("\n")
    );
    let fresh = format!("{FORMAT}\n{}\n", now.into_iter().collect::<Vec<_>>().join("\n"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), fresh, "{} is stale: run the test with UPDATE=1", path.display());
}
