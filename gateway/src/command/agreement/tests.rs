//! Templates, drafts and what is said of them.

use std::path::Path;

use serde_json::json;

use super::draft::{Draft, PLACEHOLDER};
use super::*;
use crate::command::tests::Captured;

/// What somebody would fill in at a place.
fn filled(pointer: &str, number: usize) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    match last {
        "agreement" => "voorbeeld".into(),
        "code" => "WK059903".into(),
        "startDate" => "\"2027-01-01\"".into(),
        "endDate" => "\"2030-12-31\"".into(),
        "date" => "\"2028-06-01\"".into(),
        "value" => "\"40\"".into(),
        "institution" => format!("partij-{number}"),
        "debtor" | "director" => "partij-0".into(),
        "what" => "Wat er gebeurt, zo dat anderen het kunnen nagaan".into(),
        _ => "Een naam".into(),
    }
}

/// A template as somebody has filled it in, one place after the other.
fn completed(name: &str) -> String {
    let (mut text, mut number) = (templates::text(name).unwrap().to_owned(), 0);
    loop {
        let draft = Draft::parse(&text).unwrap();
        let open = draft.to_fill_in();
        let Some(first) = open.iter().min_by_key(|fault| (draft.line_of(&fault.pointer), fault.pointer.clone())) else { return text };
        let said = filled(&first.pointer, number);
        number += usize::from(first.pointer.ends_with("/institution"));
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut at = draft.line_of(&first.pointer) - 1;
        // A member of a flow mapping stands on the line of its mapping.
        while !lines[at].split('#').next().unwrap().contains(PLACEHOLDER) {
            at += 1;
        }
        let changed = lines[at].replacen(PLACEHOLDER, &said, 1);
        text = lines.iter().enumerate().map(|(i, line)| if i == at { changed.as_str() } else { line }).collect::<Vec<_>>().join("\n");
    }
}

fn check(path: &Path) -> (Exit, String) {
    let mut captured = Captured::new();
    let exit = Check { draft: DraftFile { attach: Vec::new(), file: path.to_owned() } }.run(&mut captured.terminal).unwrap();
    (exit, captured.notes())
}

#[test]
fn each_template_lacks_only_what_it_asks_for_and_closes_once_that_is_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    for name in templates::NAMES {
        let file = folder.path().join(format!("{name}.yaml"));
        std::fs::write(&file, templates::text(name).unwrap()).unwrap();
        let (exit, said) = check(&file);
        assert_eq!(exit, Exit::Refused);
        assert!(said.contains("this is still to be filled in") && said.contains("line "), "{said}");
        std::fs::write(&file, completed(name)).unwrap();
        let (exit, said) = check(&file);
        assert_eq!(exit, Exit::Done, "{name}: {said}");
    }
}

#[test]
fn a_fault_is_told_with_the_line_that_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("draft.yaml");
    let text = completed("wijkconvenant").replace("debtor: partij-0", "debtor: vreemde").replace("\"2030-12-31\"", "\"2026-12-31\"");
    std::fs::write(&file, &text).unwrap();
    let (exit, said) = check(&file);
    assert_eq!(exit, Exit::Refused);
    let line = text.lines().position(|line| line.contains("debtor: vreemde")).unwrap() + 1;
    assert!(said.contains(&format!("line {line}, /obligations/0/debtor: \"vreemde\" is not a party")), "{said}");
    assert!(said.contains("the agreement ends before it starts") && said.contains("accepted: "), "{said}");
}

#[test]
fn what_is_read_is_what_was_written_and_nothing_twice() {
    let read = |text: &str| Draft::parse(text).map(|draft| draft.body).map_err(|error| format!("{error:#}"));
    assert_eq!(read("a: 1\nb: [true, \"1\", no, ~, 1.50x]\n"), Ok(json!({ "a": 1, "b": [true, "1", "no", null, "1.50x"] })));
    assert_eq!(read("{ \"a\": { \"b\": [] } }"), Ok(json!({ "a": { "b": [] } })), "JSON is YAML");
    for (text, why) in [
        ("a: 1\nb: 2\na: 3\n", "line 3: a occurs twice"),
        ("a: &x 1\nb: *x\n", "line 2: an alias"),
        ("a: !!str 1\n", "line 1: a tag"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("", "it is empty"),
        ("[a]: 1\n", "a name that is no text"),
        ("a: [1\n", ""),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(why), "{text:?}: {error}");
    }
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert!(read(&deep).unwrap_err().contains("deeper than 32 levels"));
}

#[test]
fn what_will_be_signed_is_told_in_plain_dutch_all_of_it() {
    let draft = Draft::parse(&completed("prestatieafspraken")).unwrap();
    let told = spell::lines(Type::Proposal, &draft.body);
    for words in [
        "titel: Een naam",
        "begindatum: 1 januari 2027",
        "soort verplichting: resultaat",
        "wie: partij-0",
        "volgens een ritme",
        "ritme: elk jaar (FREQ=YEARLY)",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(told.matches("uitgangspunt").count(), 0);
    assert_eq!(told.matches("wat: ").count(), 5, "{told}");
}
