//! Reads the tree: floors, headers, sizes, SQL in its room, no dead file, state enums matched in full.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the core; each uses only those before it (`docs/architecture.md`).
const FLOORS: [&str; 6] = ["words", "log", "envelope", "lives", "book", "audit"];
/// A file that wants more lines wants two rooms.
const LINES: usize = 500;
/// Files that are over it today, and wildcards on states that stand today: they may only become fewer.
const TOO_LONG: usize = 3;
const WILDCARDS: usize = 7;
/// The one file outside the store that speaks SQL: in the demo somebody edits the database behind the gateway's back.
const TAMPERER: &str = "gateway/src/demo/tamper.rs";

/// A source file: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust file of the workspace.
fn sources() -> Vec<Source> {
    let (root, mut sources) = (root(), Vec::new());
    let mut folders: Vec<PathBuf> = ["ledger", "gateway", "tests"].map(|name| root.join(name)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source { path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 100, "the tree is read");
    sources
}

/// Those to which something applies, as a list to be read.
fn named(sources: &[Source], wrong: impl Fn(&Source) -> bool) -> Vec<&str> {
    sources.iter().filter(|source| wrong(source)).map(|source| source.path.as_str()).collect()
}

#[test]
fn each_floor_of_the_core_uses_only_those_below_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(floor) = source.path.strip_prefix("ledger/src/").and_then(|path| path.split(['/', '.']).next()) else { continue };
        let Some(height) = FLOORS.iter().position(|name| *name == floor) else {
            assert_eq!(floor, "lib", "{} stands on no floor", source.path);
            continue;
        };
        let used = source.text.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        wrong.extend(used.filter(|used| FLOORS[height + 1..].contains(used)).map(|used| format!("{} uses {used}", source.path)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_shell_keeps_its_rooms_apart() {
    let sources = sources();
    let uses = |source: &Source, room: &str, others: &[&str]| {
        source.path.starts_with(&format!("gateway/src/{room}/"))
            && others.iter().any(|other| source.text.contains(&format!("crate::{other}")))
    };
    let store = named(&sources, |source| uses(source, "store", &["sequencer", "host", "intake", "api", "command", "client", "demo"]));
    assert!(store.is_empty(), "the store calls up: {store:#?}");
    let sequencer = named(&sources, |source| uses(source, "sequencer", &["host", "intake", "api", "command", "client", "demo"]));
    assert!(sequencer.is_empty(), "the writer calls up: {sequencer:#?}");
    let pages = named(&sources, |source| uses(source, "pages", &["api", "command", "client", "demo"]));
    let api = named(&sources, |source| uses(source, "api", &["pages"]));
    assert!(pages.is_empty() && api.is_empty(), "pages and API know each other: {pages:#?} {api:#?}");
    // What routes and pages read goes through a sight, which belongs to a reader.
    let shows = |source: &Source| ["gateway/src/api/", "gateway/src/pages/"].iter().any(|room| source.path.starts_with(room));
    let around = named(&sources, |source| {
        let reaches = ["crate::host", ".store", "Listing::open"].iter().any(|way| source.text.contains(way));
        // Where routers are made, the host is handed in and goes into what is served.
        let makes =
            ["gateway/src/api/mod.rs", "gateway/src/pages/mod.rs"].contains(&source.path.as_str()) && !source.text.contains(".store");
        shows(source) && reaches && !makes
    });
    assert!(around.is_empty(), "around the readers: {around:#?}");
    let speaks = |source: &Source| ["SELECT ", "INSERT INTO ", "DELETE FROM ", "sqlx::query"].iter().any(|sql| source.text.contains(sql));
    let sql = named(&sources, |source| {
        let elsewhere = source.path.starts_with("gateway/src/") && !source.path.starts_with("gateway/src/store/");
        (elsewhere || source.path.starts_with("ledger/")) && source.path != TAMPERER && speaks(source)
    });
    assert!(sql.is_empty(), "SQL outside its room: {sql:#?}");
    assert!(sources.iter().any(|source| source.path.starts_with("gateway/src/store/") && speaks(source)), "SQL is known when it is seen");
}

#[test]
fn every_file_says_what_it_is_for_and_keeps_its_size() {
    let sources = sources();
    let silent = named(&sources, |source| !source.text.starts_with("//! "));
    assert!(silent.is_empty(), "without a sentence on top: {silent:#?}");
    let long = named(&sources, |source| source.text.lines().count() > LINES);
    assert!(long.len() <= TOO_LONG, "over {LINES} lines: {long:#?}");
}

#[test]
fn no_file_is_dead() {
    let sources = sources();
    let text_of = |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.as_str());
    let dead = named(&sources, |source| {
        let (folder, file) = source.path.rsplit_once('/').unwrap();
        let name = file.trim_end_matches(".rs");
        // Roots of crates, and files that cargo finds by itself.
        let is_root = ["lib", "main"].contains(&name)
            || folder.ends_with("/tests") && !folder.contains("/src/")
            || ["/benches", "/examples"].iter().any(|end| folder.ends_with(end));
        let (folder, name) = if name == "mod" { folder.rsplit_once('/').unwrap() } else { (folder, name) };
        let parents = [format!("{folder}/mod.rs"), format!("{folder}/lib.rs"), format!("{folder}/main.rs"), format!("{folder}.rs")];
        let declares = |text: &str| [";", " {"].iter().any(|end| text.contains(&format!("mod {name}{end}")));
        !is_root && !parents.iter().any(|parent| text_of(parent).is_some_and(declares))
    });
    assert!(dead.is_empty(), "in no module: {dead:#?}");
}

#[test]
fn states_are_matched_in_full() {
    let mut wild = Vec::new();
    for source in
        sources().iter().filter(|source| source.path.starts_with("ledger/src/") || source.path.starts_with("gateway/src/sequencer/"))
    {
        for (head, arms) in matches(&source.text) {
            let words = head.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if words.into_iter().any(|word| ["state", "stage", "standing", "health"].contains(&word)) {
                wild.extend(arms.iter().filter(|arm| arm.starts_with("_ =>")).map(|_| format!("{}: match {head}", source.path)));
            }
        }
    }
    assert!(wild.len() <= WILDCARDS, "a new state would not break the build here: {wild:#?}");
}

/// Each `match` that spans lines: what it looks at, and the first line of each arm.
fn matches(text: &str) -> Vec<(&str, Vec<&str>)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let begins = lines.iter().enumerate().filter_map(|(at, line)| {
        let head = line.split_once("match ")?.1.strip_suffix(" {")?;
        // The formatter puts arms one step in, and the closing brace where the line of the `match` begins.
        let inside = lines[at + 1..].iter().take_while(|inner| inner.trim().is_empty() || indent(inner) > indent(line));
        Some((head, inside.filter(|inner| indent(inner) == indent(line) + 4).map(|inner| inner.trim()).collect()))
    });
    begins.collect()
}

#[test]
fn a_wildcard_is_seen() {
    let text = "fn f() {\n    let x = match case.stage {\n        Stage::A => 1,\n        _ => {\n            match y {\n                _ => 2,\n            }\n        }\n    };\n}\n";
    let found = matches(text);
    assert_eq!(found[0], ("case.stage", vec!["Stage::A => 1,", "_ => {", "}"]));
    assert_eq!(found[1], ("y", vec!["_ => 2,"]));
}
