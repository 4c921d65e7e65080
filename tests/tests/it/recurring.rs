//! What recurs, from ledgers that are served to a proposal that the national ledger takes (L37).

use clap::{Args as _, FromArgMatches as _};
use gateway::command::Terminal;
use gateway::command::recurrence::{Recurrence, proposal};
use harness::Town;
use harness::door::Answer;
use harness::http::Http;
use harness::story::tell;
use ledger::envelope::Type;
use ledger::envelope::statement::agreement::{Nature, Theme};
use ledger::envelope::statement::recurrence::Recurring;
use ledger::words::Instant;
use serde_json::Value;

use super::stories::{over_http, texts};

const STORY: &str = "\
builder registers business
municipality admits builder
text homes
  parties municipality builder welfare
  obligation help by welfare effort every FREQ=MONTHLY
  obligation walk by welfare effort on 2006-09-01
  obligation build by builder effort every FREQ=MONTHLY
  obligation plan by municipality effort on 2006-06-01
in force: homes
welfare hands walk to builder anew walk-on as moved
builder consents to moved
day 2006-09-10
expect walk-on 2006-09-01 breached
";

fn begins() -> Instant {
    "2006-01-02T09:00:00Z".parse().unwrap()
}

fn served() -> Http {
    tell(Town::over_http(begins()), STORY).unwrap_or_else(|error| panic!("{error}")).town.door
}

/// What the subcommand prints, or why it is refused.
fn recurrence(words: &[&str]) -> Result<String, String> {
    let command = Recurrence::augment_args(clap::Command::new("recurrence").no_binary_name(true));
    let matches = command.try_get_matches_from(words).map_err(|error| error.to_string())?;
    let recurrence = Recurrence::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    recurrence.run(&mut Terminal::to(file("out"), file("notes"))).map_err(|error| error.to_string())?;
    Ok(std::fs::read_to_string(folder.path().join("out")).unwrap())
}

#[test]
fn what_is_found_in_a_ledger_is_a_proposal_that_the_national_one_takes() {
    let (door, mut national) = (served(), Town::national(begins()));
    let (folder, address) = (tempfile::tempdir().unwrap(), door.address());
    let file = folder.path().join("body.json");
    let file = file.to_str().unwrap();
    let out = recurrence(&["--ledger", &address, "--party", "kvk=87654321", "--out", file]).unwrap();
    assert!(out.starts_with("party kvk=87654321: 7 breaches within 12 months, due 2006-04-01 to 2006-09-01\n"), "{out}");
    assert!(out.contains("  2006-09-01  walk-on of homes by builder, entry "), "{out}");
    assert!(recurrence(&["--ledger", &address, "--party", "kvk=87654321", "--out", file]).is_err(), "the file is in the way");
    let body: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    // Six of the rhythm and the one that was handed over.
    assert_eq!(body["breaches"].as_array().unwrap().len(), 7, "{}", body["breaches"]);
    national.ministry().accept_ledger(&door.log_key());
    // The text, the consents of both debtors, handover and its consent, registration and admission: each of them is needed.
    assert_eq!(body["sources"].as_array().unwrap().len(), 7, "{}", body["sources"]);
    for without in 0..7 {
        let mut less = body.clone();
        less["sources"].as_array_mut().unwrap().remove(without);
        let answer = national.actor("vng").say(Type::AgendaProposal, less);
        assert!(matches!(answer, Answer::Refused(_)), "without source {without}: {answer:?}");
    }
    let answer = national.actor("vng").say(Type::AgendaProposal, body);
    assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
}

#[test]
fn all_that_recurs_is_listed_over_several_ledgers() {
    let (town, story) = (
        served(),
        "text yards\n  parties municipality corporation\n  obligation yard by corporation effort every FREQ=MONTHLY\n  obligation plan by municipality effort on 2006-06-01\nin force: yards\nday 2006-06-10\n",
    );
    let north =
        tell(Town::beside_over_http("ledger.example.nl/north", begins()), story).unwrap_or_else(|error| panic!("{error}")).town.door;
    let (town, north) = (town.address(), north.address());
    let out = recurrence(&["--ledger", &town, "--ledger", &north]).unwrap();
    for line in
        ["party kvk=87654321: 7 breaches", "party kvk=12345678: 3 breaches", "theme housing: 18 breaches", "nature service: 18 breaches"]
    {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("GM0150") && !out.contains("theme safety"), "{out}");
    assert!(out.contains("ledger.example.nl/town") && out.contains("ledger.example.nl/north"), "{out}");
    assert_eq!(recurrence(&["--ledger", &north, "--times", "6"]).unwrap(), "nothing was breached 6 times within 12 months\n");
    // What cannot be asked.
    for words in [
        ["--party", "kvk=1234"],
        ["--party", "name=x"],
        ["--party", "12345678"],
        ["--theme", "weather"],
        ["--times", "2"],
        ["--months", "61"],
        ["--out", "x.json"],
        ["--ledger", &north],
    ] {
        assert!(recurrence(&[&["--ledger", &north], words.as_slice()].concat()).is_err(), "{words:?}");
    }
    assert!(recurrence(&["--ledger", &north, "--theme", "safety", "--nature", "service"]).is_err());
}

#[test]
fn what_does_not_come_often_enough_is_none() {
    let door = served();
    let find = |recurs: &Recurring, times, months| proposal(&[door.address()], recurs, times, months).unwrap();
    let theme = Recurring::Theme { theme: Theme::Housing };
    assert!(find(&theme, 15, 12).is_none());
    assert!(find(&Recurring::Theme { theme: Theme::Safety }, 3, 12).is_none());
    assert!(find(&Recurring::Nature { nature: Nature::Funding }, 3, 12).is_none());
    assert!(find(&theme, 14, 4).is_none());
    // All that were breached within five months, and the latest of them where fewer.
    assert_eq!(find(&theme, 14, 5).unwrap()["breaches"].as_array().unwrap().len(), 14);
}

/// A page without the marks around what it fills in.
fn page(door: &Http, path: &str) -> String {
    door.page(path).replace("<bdi>", "").replace("</bdi>", "")
}

#[test]
fn the_agenda_of_the_minister_is_a_page_in_two_languages_and_in_the_past() {
    let (name, text) = texts().into_iter().find(|(name, _)| name == "national-agenda").unwrap();
    let door = tell(over_http(&name), &text).unwrap_or_else(|error| panic!("{error}")).town.door;
    assert!(page(&door, "/national").contains("href=\"/national/agenda\""));
    let dutch = page(&door, "/national/agenda");
    let words = [
        "Dezelfde partij: KvK 12345678",
        "3 keer niet nagekomen binnen 2 maanden",
        "Te laat: het antwoord had er uiterlijk 24 oktober 2006 moeten zijn",
        "Op de agenda van «The consultation with the cities», 1 december 2006",
        "«yard» in convenant «yards», termijn 2 mei 2006, door corporation",
        "ledger.example.nl/south",
        "Hetzelfde thema: wonen",
        "Dezelfde soort afspraak: financiering",
        "Dezelfde soort instrument: repressief",
        "niet op de agenda",
        "wacht op antwoord, uiterlijk 26 februari 2007",
    ];
    words.iter().for_each(|words| assert!(dutch.contains(words), "{words}: {dutch}"));
    let english = page(&door, "/national/agenda?taal=en");
    for words in [
        "The same party: KvK 12345678",
        "Broken 3 times within 2 months",
        "On the agenda of",
        "The same theme: housing",
        "not on the agenda",
    ] {
        assert!(english.contains(words), "{words}: {english}");
    }
    let before = page(&door, "/national/agenda?asOf=2006-10-20");
    assert!(
        before.contains("wacht op antwoord, uiterlijk 24 oktober 2006") && !before.contains("Te laat") && !before.contains("thema"),
        "{before}"
    );
    let ministry: Value = serde_json::from_str(&door.page("/v1/ledgers/national/institutions/ministry")).unwrap();
    assert_eq!(ministry["recurrences"][0]["answer"]["decision"], "put-on-agenda", "{ministry}");
    assert!(ministry["recurrences"][0]["late"]["entry"].is_u64() && ministry["recurrences"][1]["late"].is_null(), "{ministry}");
}

#[test]
fn the_ledger_of_a_municipality_shows_no_agenda_of_a_minister() {
    assert!(!page(&served(), "/town").contains("/town/agenda"));
}
