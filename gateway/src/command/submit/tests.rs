//! Submitting to a scripted server: what is printed, what is kept, and how it ends.

use super::*;
use crate::client::stub::{Scripted, Stub, acceptance, json, problem};
use crate::command::exit::conclude;
use crate::command::tests::{Captured, arguments};

const REFUSAL: &str = r#"{"title":"Too late.","titleNl":"Te laat.","rule":"too-late","refusal":"a.b.c",
    "faults":[{"pointer":"/body/at","rule":"too-late","detail":"it was due","accepted":"earlier"}]}"#;

/// Sends this many files with one statement each; gives the ending, what was written, and the names that were kept.
fn submit(files: usize, script: Vec<Scripted>) -> (Exit, Captured, Vec<String>, usize) {
    let directory = tempfile::tempdir().unwrap();
    let stub = Stub::start(script);
    let (url, receipts) = (stub.url(), directory.path().join("receipts"));
    let mut words = vec!["--url".to_owned(), url, "--ledger".into(), "gm0796".into()];
    words.extend(["--receipts".into(), receipts.to_str().unwrap().into()]);
    for number in 0..files {
        let file = directory.path().join(format!("{number}.jws"));
        fs::write(&file, format!("aa.b{number}.cc\n")).unwrap();
        words.push(file.to_str().unwrap().into());
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut captured = Captured::new();
    let outcome = arguments::<Submit>(&words).unwrap().run(&mut captured.terminal);
    let exit = conclude(outcome, &mut captured.terminal);
    let mut kept: Vec<_> = fs::read_dir(&receipts).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    kept.sort();
    (exit, captured, kept, stub.finish().len())
}

#[test]
fn accepted_statements_leave_their_numbers_and_receipts() {
    let (exit, captured, kept, asked) = submit(2, vec![json("201 Created", &acceptance(4)), json("200 OK", &acceptance(9))]);
    assert_eq!((exit, asked), (Exit::Done, 2));
    assert_eq!(captured.out(), "4\n9\n");
    assert_eq!(kept, ["4.tlog-proof", "9.tlog-proof"]);
    assert!(captured.notes().contains("accepted before"), "{}", captured.notes());
}

#[test]
fn a_refusal_is_explained_kept_and_does_not_stop_the_others() {
    let (exit, captured, kept, _) = submit(2, vec![problem("409 Conflict", REFUSAL), json("201 Created", &acceptance(5))]);
    assert_eq!((exit.code(), captured.out().as_str()), (1, "5\n"));
    for said in ["too-late", "Te laat.", "Too late.", "/body/at: it was due", "accepted: earlier"] {
        assert!(captured.notes().contains(said), "{}", captured.notes());
    }
    assert!(kept.len() == 2 && kept[1].starts_with("refusal-"), "{kept:?}");
}

#[test]
fn trouble_stops_the_rest_and_says_what_was_not_sent() {
    let failed = Scripted::Answer("500 Internal Server Error", String::new(), "\u{1b}[2J".into());
    let (exit, captured, _, asked) = submit(3, vec![json("201 Created", &acceptance(1)), failed]);
    assert_eq!((exit.code(), asked, captured.out().as_str()), (3, 2, "1\n"));
    assert!(captured.notes().contains("1 after it not sent") && !captured.notes().contains('\u{1b}'), "{}", captured.notes());
}

#[test]
fn a_receipt_with_the_same_name_is_kept_and_told() {
    let other = acceptance(4).replace("index 4", "index 44");
    let (exit, captured, kept, _) = submit(2, vec![json("201 Created", &acceptance(4)), json("201 Created", &other)]);
    assert_eq!((exit, captured.out().as_str(), kept.len()), (Exit::Usage, "4\n4\n", 1));
    assert!(captured.notes().contains("could not be kept"), "{}", captured.notes());
}

#[test]
fn nothing_is_sent_when_a_file_cannot_be() {
    let directory = tempfile::tempdir().unwrap();
    let (good, bad) = (directory.path().join("good"), directory.path().join("bad"));
    fs::write(&good, "a.b.c").unwrap();
    fs::write(&bad, "hello").unwrap();
    let stub = Stub::start(vec![]);
    let url = stub.url();
    let words = ["--url", &url, "--ledger", "l", good.to_str().unwrap(), bad.to_str().unwrap()];
    let mut captured = Captured::new();
    let outcome = arguments::<Submit>(&words).unwrap().run(&mut captured.terminal);
    assert_eq!(conclude(outcome, &mut captured.terminal), Exit::Usage);
    assert_eq!(stub.finish().len(), 0);
}

/// Sends one file without a directory for receipts; gives the ending and what stands beside the file afterwards.
fn submit_alone(script: Vec<Scripted>) -> (Exit, Vec<(String, String)>) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("s.jws");
    fs::write(&file, "aa.bb.cc\n").unwrap();
    // Something is there under the name that the first acknowledgement will have: it is the same, and stays.
    fs::write(directory.path().join(format!("s.jws.{}", name_of("acknowledgement", "first.came.in"))), "first.came.in").unwrap();
    let stub = Stub::start(script);
    let (url, mut captured) = (stub.url(), Captured::new());
    let words = ["--url", &url, "--ledger", "gm0796", file.to_str().unwrap()];
    let outcome = arguments::<Submit>(&words).unwrap().run(&mut captured.terminal);
    let exit = conclude(outcome, &mut captured.terminal);
    stub.finish();
    let read = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap());
    let mut kept: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| read(entry.unwrap())).collect();
    kept.retain(|(name, _)| name != "s.jws");
    kept.sort();
    (exit, kept)
}

fn name_of(what: &str, text: &str) -> String {
    format!("{what}-{}.jws", &Hash::of(&[text.as_bytes()]).to_string()[..16])
}

fn busy(signed: &str) -> Scripted {
    let headers = "content-type: application/problem+json\r\nretry-after: 0\r\n";
    Scripted::Answer("503 Service Unavailable", headers.into(), format!(r#"{{"status":503,"acknowledgement":"{signed}"}}"#))
}

#[test]
fn every_acknowledgement_is_kept_beside_the_statement_whatever_comes_after_it() {
    let texts = |kept: &[(String, String)]| kept.iter().map(|(_, text)| text.clone()).collect::<std::collections::BTreeSet<_>>();
    let all = ["first.came.in", "second.came.in"].map(str::to_owned);
    let (exit, kept) = submit_alone(vec![busy("first.came.in"), busy("second.came.in"), json("201 Created", &acceptance(4))]);
    assert_eq!((exit, kept.len(), texts(&kept)), (Exit::Done, 2, all.clone().into()));
    assert!(kept.iter().all(|(name, text)| *name == format!("s.jws.{}", name_of("acknowledgement", text))), "{kept:?}");
    // It never gets through, and what was signed on the way is there all the same.
    let tired = (0..4).map(|at| busy(&all[at % 2])).collect();
    let (exit, kept) = submit_alone(tired);
    assert_eq!((exit.code(), texts(&kept)), (3, all.into()));
    // A member of a batch, or a single statement, that is refused.
    let refused = r#"{"status":409,"rule":"too-late","refusal":"no.no.no"}"#;
    let (exit, kept) = submit_alone(vec![problem("409 Conflict", refused)]);
    assert_eq!((exit, kept[1].1.as_str()), (Exit::Refused, "no.no.no"));
}
