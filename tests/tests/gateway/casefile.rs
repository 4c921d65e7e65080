//! Case files from the demo's ledgers: whole, deterministic, checked offline, and every changed byte found.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gateway::casefile::{Checked, check};
use gateway::client::{Client, Error};
use gateway::command::audit::audit_ledger;
use harness::site::DemoSite;
use ledger::log::note::VerifierKey;
use serde_json::Value;

/// A ledger of the story with cases that climbed, and a client of its gateway.
struct Desk {
    site: DemoSite,
    client: Client,
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let site = DemoSite::told();
    let client = Client::new(&site.url).unwrap();
    Desk { site, client }
});

impl Desk {
    fn vkey(&self, ledger: &str) -> VerifierKey {
        self.site.host.ledger(ledger).unwrap().row.facts.log_key.parse().unwrap()
    }

    fn file(&self, ledger: &str, agreement: &str, query: &str) -> Vec<u8> {
        self.client.fetch(ledger, &format!("agreements/{agreement}/casefile{query}")).unwrap()
    }

    /// Every case of every ledger: ledger, agreement, the case.
    fn cases(&self) -> Vec<(String, String, Value)> {
        let ledgers = self.site.host.ledgers().map(|ledger| ledger.row.name.clone());
        let of = |ledger: String| {
            let cases = self.client.items(&ledger, "cases").unwrap();
            cases.into_iter().map(move |case| (ledger.clone(), case["agreement"].as_str().unwrap().to_owned(), case))
        };
        ledgers.flat_map(of).collect()
    }
}

fn checked(zip: &[u8], key: &VerifierKey) -> Checked {
    check(zip, |_, _| Ok(vec![key.clone()]), &[])
}

/// The files of a zip as it is written here: stored, each with its name in front.
pub(crate) fn places(zip: &[u8]) -> BTreeMap<String, std::ops::Range<usize>> {
    let number = |at: usize, len: usize| (0..len).fold(0_usize, |n, i| n | usize::from(zip[at + i]) << (8 * i));
    let (mut places, mut at) = (BTreeMap::new(), 0);
    while zip[at..].starts_with(b"PK\x03\x04") {
        let (size, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let begin = at + 30 + name + extra;
        places.insert(String::from_utf8(zip[at + 30..at + 30 + name].to_vec()).unwrap(), begin..begin + size);
        at = begin + size;
    }
    places
}

#[test]
fn the_file_of_every_case_holds_and_tells_its_story() {
    let cases = DESK.cases();
    let mut whole = 0;
    for (ledger, agreement, case) in cases {
        let path = format!("agreements/{agreement}/casefile?case={}", case["number"]);
        let zip = match DESK.client.fetch(&ledger, &path) {
            Ok(zip) => zip,
            // Somebody edited the database in the story: of what no longer holds there is no file.
            Err(Error::Unexpected { status: 503, .. }) => {
                assert!(!audit_ledger(&DESK.client, &ledger, DESK.vkey(&ledger), None, |_, _| ()).unwrap().is_clean(), "{ledger}");
                continue;
            }
            Err(error) => panic!("{ledger} {agreement}: {error}"),
        };
        whole += 1;
        assert_eq!(zip, DESK.client.fetch(&ledger, &path).unwrap(), "the same checkpoint gives the same bytes");
        let found = checked(&zip, &DESK.vkey(&ledger));
        assert_eq!(found.faults, Vec::<String>::new(), "{ledger} {agreement} case {}", case["number"]);
        assert_eq!(found.about, Some((agreement.clone(), format!("case {}", case["number"]))));
        assert!(found.statements.0 > 3 && found.statements.1 > 3, "{:?}", found.statements);
        assert!(found.signers.contains("gateway"), "{:?}", found.signers);
        let (dutch, english) = (&found.summaries["samenvatting.txt"], &found.summaries["summary.txt"]);
        assert!(dutch.contains("Wie doet wat, wanneer") && english.contains("Who does what, and when"), "{dutch}");
        // Every deed that the case's own page names is in the file.
        let file: Value =
            serde_json::from_str(&DESK.client.get(&ledger, &format!("agreements/{agreement}/cases/{}", case["number"])).unwrap().1)
                .unwrap();
        let places = places(&zip);
        for deed in file["deeds"].as_array().unwrap() {
            assert!(
                places.contains_key(&format!("receipts/{}.tlog-proof", deed["entry"])),
                "entry {} of case {}",
                deed["entry"],
                case["number"]
            );
        }
    }
    assert!(whole > 3, "the story has cases in ledgers that nobody edited: {whole}");
}

#[test]
fn an_obligation_a_breach_and_an_agreement_have_files_of_their_own() {
    let cases = DESK.cases();
    let (ledger, agreement, case) = cases.iter().find(|(_, _, case)| case["about"]["kind"] == "obligation").unwrap();
    let key = DESK.vkey(ledger);
    let obligation = case["about"]["of"].as_str().unwrap();
    let breaches = DESK.client.items(ledger, &format!("agreements/{agreement}/breaches")).unwrap();
    let breach = breaches.iter().find(|breach| breach["obligation"] == obligation).unwrap();
    let whole = DESK.file(ledger, agreement, "");
    let all = places(&whole);
    assert_eq!(checked(&whole, &key).faults, Vec::<String>::new());
    // Nothing that changed the agreement is missing from its own file.
    let entries = DESK.client.items(ledger, &format!("agreements/{agreement}/entries")).unwrap();
    for entry in &entries {
        assert!(all.contains_key(&format!("receipts/{}.tlog-proof", entry["entry"])), "{entry}");
    }
    let of = DESK.file(ledger, agreement, &format!("?obligation={obligation}"));
    let due = breach["due"].as_str().unwrap();
    let one = DESK.file(ledger, agreement, &format!("?breach={obligation}/{due}"));
    for (zip, about) in [(&of, format!("obligation {obligation}")), (&one, format!("breach {obligation}/{due}"))] {
        let found = checked(zip, &key);
        assert_eq!((found.faults, found.about), (Vec::new(), Some((agreement.clone(), about))));
        let receipts =
            |places: &BTreeMap<String, _>| places.keys().filter(|name| name.starts_with("receipts/")).cloned().collect::<Vec<_>>();
        let (part, all) = (receipts(&places(zip)), receipts(&all));
        assert!(part.iter().all(|name| all.contains(name)), "a part has nothing that the whole has not");
    }
}

#[test]
fn what_there_is_not_is_said() {
    let (ledger, agreement, _) = DESK.cases().swap_remove(0);
    let ask = |agreement: &str, query: &str| match DESK.client.fetch(&ledger, &format!("agreements/{agreement}/casefile{query}")) {
        Err(Error::Refused(problem)) => (problem.status, problem.to_string()),
        other => panic!("{query}: {other:?}"),
    };
    assert!(ask(&agreement, "?case=999").1.contains("there is no case 999 of agreement"));
    for (agreement, query, status) in [
        ("nothing", "", 404),
        (agreement.as_str(), "?obligation=nothing", 404),
        (&agreement, "?breach=nothing/2006-05-01", 404),
        (&agreement, "?breach=nothing", 400),
        (&agreement, "?case=0", 400),
        (&agreement, "?case=x", 400),
        (&agreement, "?case=1&obligation=x", 400),
        (&agreement, "?number=1", 400),
    ] {
        assert_eq!(ask(agreement, query).0, status, "{query}");
    }
}

#[test]
fn a_changed_byte_anywhere_is_found() {
    let (ledger, agreement, case) = DESK.cases().swap_remove(0);
    let (zip, key) = (DESK.file(&ledger, &agreement, &format!("?case={}", case["number"])), DESK.vkey(&ledger));
    let places = places(&zip);
    // One byte in some files of each kind, and bytes all over the zip, its own headers and directory included.
    let kind = |name: &str| name.split('/').next().unwrap().to_owned();
    let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
    let some = places.iter().filter(|(name, range)| {
        !range.is_empty() && {
            let seen = of_kind.entry(kind(name)).or_default();
            *seen += 1;
            *seen <= 4
        }
    });
    let inside: Vec<usize> = some.map(|(_, range)| range.start + range.len() / 2).collect();
    assert!(inside.len() > 20, "every kind of file is there: {of_kind:?}");
    for at in inside.into_iter().chain((0..zip.len()).step_by(zip.len() / 30 + 1)).chain(zip.len() - 30..zip.len()) {
        let mut changed = zip.clone();
        changed[at] ^= 0x01;
        let faults = checked(&changed, &key).faults;
        assert!(!faults.is_empty(), "byte {at}");
        let inside = places.iter().find(|(_, range)| range.contains(&at));
        if let Some((name, _)) = inside {
            let entry = name.split(['/', '.']).nth(1).unwrap_or_default();
            let named = |fault: &String| fault.contains(name.as_str()) || (!entry.is_empty() && fault.contains(entry));
            assert!(faults.iter().any(named), "byte {at} of {name}: {faults:?}");
        }
    }
}

#[test]
fn another_log_or_another_ledgers_key_is_refused() {
    let (ledger, agreement, case) = DESK.cases().swap_remove(0);
    let zip = DESK.file(&ledger, &agreement, &format!("?case={}", case["number"]));
    let other = DESK.site.host.ledgers().map(|other| other.row.name.clone()).find(|other| *other != ledger).unwrap();
    let faults = checked(&zip, &DESK.vkey(&other)).faults;
    assert!(faults.iter().any(|fault| fault.starts_with("checkpoint: ")), "{faults:?}");
    let faults = check(&zip, |_, _| Err("no such log".into()), &[]).faults;
    assert_eq!(faults, ["no such log"]);
}
