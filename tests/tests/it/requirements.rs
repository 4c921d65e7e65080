//! The table of requirements stays true: each of them has a row, and each type, file, story and test that a row names exists.

use std::path::{Path, PathBuf};

use ledger::envelope::Type;

/// A row: the id, and its columns.
type Row = (String, Vec<String>);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn rows(text: &str) -> Vec<Row> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let row = |mut cells: Vec<String>| (cells.remove(0), cells);
    text.lines().filter(|line| line.starts_with("| L")).map(|line| row(cells(line))).collect()
}

fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What is wrong with a place: a file, or `file::test`.
fn missing(root: &Path, place: &str) -> Option<String> {
    let (file, test) = place.split_once("::").map_or((place, None), |(file, test)| (file, Some(test)));
    let path = root.join(file);
    match (path.is_dir(), std::fs::read_to_string(&path), test) {
        (true, _, None) | (false, Ok(_), None) => None,
        (false, Ok(text), Some(test)) if text.contains(&format!("fn {test}(")) => None,
        _ => Some(place.to_owned()),
    }
}

/// What is wrong with a row.
fn faults(root: &Path, (id, cells): &Row) -> Vec<String> {
    let [_, types, rules, tests] = &cells[..] else { return vec![format!("{id} has not five columns")] };
    let unknown = quoted(types).filter(|code| Type::from_code(code).is_none()).map(|code| format!("{id}: no type {code}"));
    let gone = quoted(rules).chain(quoted(tests)).filter_map(|place| missing(root, place)).map(|place| format!("{id}: no {place}"));
    let is_empty = |cell: &String| quoted(cell).next().is_none();
    let silent = (is_empty(rules) || is_empty(tests)) && !cells.iter().any(|cell| cell.contains("not yet"));
    unknown.chain(gone).chain(silent.then(|| format!("{id} names no rule or no test, and does not say \"not yet\""))).collect()
}

#[test]
fn each_requirement_has_a_row_that_is_true() {
    let text = std::fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    let rows = rows(&text);
    let ids: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).collect();
    let expected: Vec<String> = (1..=60).map(|number| format!("L{number:02}")).collect();
    assert_eq!(ids, expected);
    let faults: Vec<String> = rows.iter().flat_map(|row| faults(&root(), row)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_not_there_is_seen() {
    let faults = |line: &str| faults(&root(), &rows(line)[0]);
    assert_eq!(faults("| L01 | x | `report` | `ledger/src/lives/report.rs` | `tests/scenarios/reports.txt` |"), Vec::<String>::new());
    assert_eq!(faults("| L01 | x | `repotr` | `ledger/src/lives/report.rs` | `tests/scenarios/reports.txt` |").len(), 1);
    assert_eq!(faults("| L01 | x | | `ledger/src/lives/gone.rs` | `tests/tests/it/requirements.rs::no_such_test` |").len(), 2);
    assert_eq!(faults("| L01 | x | | | |").len(), 1);
    assert_eq!(faults("| L01 | x | | not yet | |"), Vec::<String>::new());
}
