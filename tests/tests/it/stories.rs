//! Tells every story in `tests/scenarios` to a ledger in memory, and replays what it kept.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::audit::Audit;
use harness::http::Http;
use harness::memory::Memory;
use harness::story::{Story, tell};
use harness::{Door, Town};

pub(crate) fn texts() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file: PathBuf| (file.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&file).unwrap());
    files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "txt")).map(read).collect()
}

/// When every story begins.
const START: &str = "2006-01-02T09:00:00Z";

/// Whether a story is told in the national ledger: its name says so.
fn is_national(name: &str) -> bool {
    name.starts_with("national")
}

/// Whether its ledger began by the first versions of the rules: its name says so.
fn is_by_first_rules(name: &str) -> bool {
    name.starts_with("rules-change")
}

fn town(name: &str) -> Town<Memory> {
    let at = START.parse().unwrap();
    if is_by_first_rules(name) {
        return Town::by_first_rules(at);
    }
    if is_national(name) { Town::national(at) } else { Town::in_memory(at) }
}

/// The same before a gateway of its own.
pub(crate) fn over_http(name: &str) -> Town<Http> {
    let at = START.parse().unwrap();
    if is_by_first_rules(name) {
        return Town::by_first_rules_over_http(at);
    }
    if is_national(name) { Town::national_over_http(at) } else { Town::over_http(at) }
}

/// Every story, or the one that the variable `STORY` names.
pub(crate) fn chosen() -> Vec<(String, String)> {
    let only = std::env::var("STORY").ok();
    texts().into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| name == only)).collect()
}

/// What is done with each chosen story, by as many threads as there are cores: their ledgers know nothing of one another.
pub(crate) fn each<T: Send>(work: impl Fn(&str, &str) -> T + Sync) -> Vec<T> {
    let (stories, next) = (chosen(), AtomicUsize::new(0));
    let some = || {
        let taken = std::iter::from_fn(|| stories.get(next.fetch_add(1, Ordering::Relaxed)));
        taken.map(|(name, text)| work(name, text)).collect::<Vec<T>>()
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(some)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

pub(crate) fn told(name: &str, text: &str) -> Story<Memory> {
    tell(town(name), text).unwrap_or_else(|error| panic!("{name}.txt {error}"))
}

#[test]
fn every_story_goes_as_it_is_told() {
    let mut failed = Vec::new();
    for (name, text) in chosen() {
        if let Err(error) = tell(town(&name), &text) {
            failed.push(format!("{name}.txt {error}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn a_log_replays_to_the_same_state_and_the_same_changes() {
    for (name, text) in texts() {
        let story = told(&name, &text);
        let memory = &story.town.door;
        let replayed = Audit::replay(memory.log(), memory.now()).unwrap();
        assert_eq!(replayed.changes(), memory.audit().changes(), "{name}");
        assert!(replayed.institutions().eq(memory.audit().institutions()), "{name}");
        assert!(replayed.agreements().eq(memory.audit().agreements()), "{name}");
        for agreement in replayed.agreements() {
            assert_eq!(replayed.restored(&agreement.head.id).as_ref(), Some(agreement), "{name}: from the parts that the shell keeps");
        }
    }
}
