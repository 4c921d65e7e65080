//! The owner's command for other versions of the rules: what it says, what it writes, and that the ledger takes what it signs.

use clap::{Args as _, FromArgMatches as _};
use gateway::command::Terminal;
use gateway::command::rules_change::RulesChange;
use harness::Town;
use harness::story::tell;
use ledger::envelope::Parsed;
use ledger::envelope::Type;
use ledger::lives::rules::RULES_VERSION;
use ledger::words::CALENDAR_VERSION;
use serde_json::Value;

/// What the subcommand prints, and what it says beside that; or why it is refused.
fn rules_change(words: &[&str]) -> Result<(String, String), String> {
    let command = RulesChange::augment_args(clap::Command::new("rules-change").no_binary_name(true));
    let matches = command.try_get_matches_from(words).map_err(|error| error.to_string())?;
    let change = RulesChange::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    change.run(&mut Terminal::to(file("out"), file("notes"))).map_err(|error| format!("{error:#}"))?;
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    Ok((read("out"), read("notes")))
}

#[test]
fn it_says_what_changes_and_writes_what_the_ledger_takes() {
    let story = tell(Town::by_first_rules_over_http("2006-01-02T09:00:00Z".parse().unwrap()), "").unwrap_or_else(|error| panic!("{error}"));
    let (mut town, address) = (story.town, String::new());
    let address = address + &town.door.address();
    let (out, notes) = rules_change(&["--ledger", &address]).unwrap();
    for words in
        [&format!("rules: {RULES_VERSION} instead of 1")[..], "Algemene termijnenwet", "L03", "L13", "what stands stays", CALENDAR_VERSION]
    {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    let body: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(body["versions"]["rules"], RULES_VERSION, "{body}");
    // A step of its own: nothing else is told.
    let (out, notes) = rules_change(&["--ledger", &address, "--rules", "2", "--holidays", "atw-2026.1"]).unwrap();
    assert!(notes.contains("rules: 2 instead of 1") && notes.contains("holidays: atw-2026.1, as now") && !notes.contains("L13"), "{notes}");
    let two: Value = serde_json::from_str(&out).unwrap();
    let answer = town.actor("municipality").say(Type::RulesChange, two);
    assert!(matches!(answer, harness::door::Answer::Accepted(..)), "{answer:?}");
    // What the ledger would refuse is not written.
    for (words, why) in [
        (&["--rules", "1"][..], "older in part"),
        (&["--rules", "99"], "does not know"),
        (&["--rules", "2", "--holidays", "atw-2026.1"], "in force already"),
        (&["--holidays", "atw-1900"], "does not know"),
    ] {
        let refused = rules_change(&[&["--ledger", &address[..]], words].concat()).unwrap_err();
        assert!(refused.contains(why), "{words:?}: {refused}");
    }
    let (_, notes) = rules_change(&["--ledger", &address]).unwrap();
    assert!(notes.contains(&format!("rules: {RULES_VERSION} instead of 2")) && !notes.contains("L03"), "{notes}");
    assert!(rules_change(&["--ledger", &address, "--sign"]).is_err(), "with no key there is nothing to sign with");
}

#[test]
fn with_a_key_it_signs_as_the_owner() {
    let story = tell(Town::by_first_rules_over_http("2006-01-02T09:00:00Z".parse().unwrap()), "").unwrap_or_else(|error| panic!("{error}"));
    let address = story.town.door.address();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("owner.private.jwk");
    std::fs::write(&file, harness::town::key("municipality").to_jwk()).unwrap();
    let (out, notes) = rules_change(&["--ledger", &address, "--sign", "--key", file.to_str().unwrap(), "--id", "rules-1"]).unwrap();
    let parsed = Parsed::parse(out.trim().as_bytes()).unwrap();
    assert_eq!((parsed.statement().by.as_str(), parsed.statement().body.kind()), ("municipality", Type::RulesChange));
    assert!(notes.contains("what stands stays") && notes.contains("it says:"), "{notes}");
    parsed.verify(&harness::town::key("municipality").public()).unwrap();
}
