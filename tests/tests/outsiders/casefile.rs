//! The commands in the README of a case file work as they stand there, on the file of a case of the demo.

use std::path::Path;
use std::process::Command;

use gateway::client::Client;
use harness::site::DemoSite;
use serde_json::Value;

use super::{build, run};

/// Unpacks with Python, which whoever reads the README has.
pub(super) fn unpack(zip: &Path, folder: &Path) {
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(zip).arg(folder));
}

#[test]
fn a_case_file_is_checked_with_the_tools_of_others_as_its_readme_says() {
    let site = DemoSite::told();
    let client = Client::new(&site.url).unwrap();
    let ledgers: Vec<String> = site.host.ledgers().map(|ledger| ledger.row.name.clone()).collect();
    let case = |ledger: &String| Some((ledger.clone(), client.items(ledger, "cases").unwrap().into_iter().next()?));
    let (ledger, case) = ledgers.iter().find_map(case).unwrap();
    let agreement = case["agreement"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (zip, files) = (folder.path().join("case.zip"), folder.path().join("files"));
    std::fs::write(&zip, client.fetch(&ledger, &format!("agreements/{agreement}/casefile?case={}", case["number"])).unwrap()).unwrap();
    unpack(&zip, &files);
    let vkey = &site.host.ledger(&ledger).unwrap().row.facts.log_key;
    let here = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(&files);
        command
    };

    run(here("sha256sum").args(["--quiet", "-c", "SHA256SUMS"]));
    let said = run(here("python3").args(["check.py", vkey]));
    println!("{said}");
    assert!(said.starts_with("holds: "), "{said}");

    println!("{}", std::fs::read_to_string(files.join("samenvatting.txt")).unwrap());
    by_hand(&files);

    // The receipts with torchwood, by the program that the file brings along.
    let built = tempfile::tempdir().unwrap();
    let program = build(&files.join("check.go"), built.path());
    let receipts: Vec<_> = std::fs::read_dir(files.join("receipts")).unwrap().map(|file| file.unwrap().path()).collect();
    let said = run(Command::new(&program).arg(vkey).args(&receipts));
    assert_eq!(said, format!("{} receipts hold\n", receipts.len()));
    let policy = files.join("policy");
    std::fs::write(&policy, format!("log {vkey}\nquorum none\n")).unwrap();
    run(Command::new(&program).arg(&policy).args(&receipts));

    // And what was changed, they refuse.
    let receipt = &receipts[0];
    let text = std::fs::read_to_string(receipt).unwrap();
    let extra = text.lines().nth(1).unwrap();
    let at = extra.len() / 2;
    let other = format!("{}{}{}", &extra[..at], if &extra[at..=at] == "A" { "B" } else { "A" }, &extra[at + 1..]);
    std::fs::write(receipt, text.replacen(extra, &other, 1)).unwrap();
    assert!(!Command::new(&program).arg(vkey).arg(receipt).output().unwrap().status.success());
    let refused = here("python3").args(["check.py", vkey]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("DOES NOT HOLD"), "{refused:?}");
}

/// One signature and one attachment, with the commands of the README.
fn by_hand(files: &Path) {
    let index: Value = serde_json::from_slice(&std::fs::read(files.join("casefile.json")).unwrap()).unwrap();
    let entries = index["entries"].as_array().unwrap();
    let is_compact = |entry: &&Value| !std::fs::read(files.join(format!("statements/{}.jws", entry["entry"]))).unwrap().starts_with(b"{");
    let compact = entries.iter().find(is_compact).unwrap();
    let readme = std::fs::read_to_string(files.join("README.txt")).unwrap();
    let begin = readme.find("  cut -d. -f1,2").unwrap();
    let commands = &readme[begin..readme[begin..].find("\n\n").unwrap() + begin];
    let commands = commands
        .replace("N.jws", &format!("{}.jws", compact["entry"]))
        .replace("keys/T", &format!("keys/{}", compact["key"].as_str().unwrap()));
    let said = run(Command::new("sh").current_dir(files).args(["-ec", &commands.replace("/tmp/", "./")]));
    assert!(said.contains("Signature Verified Successfully"), "{said}");
    let hash = entries.iter().flat_map(|entry| entry["attachments"].as_array().unwrap()).find(|a| a["isHere"] == true).unwrap()["hash"]
        .as_str()
        .unwrap();
    let command = format!("cat attachments/{hash}.salt attachments/{hash}.content | sha256sum");
    assert!(run(Command::new("sh").current_dir(files).args(["-ec", &command])).starts_with(hash));
}
