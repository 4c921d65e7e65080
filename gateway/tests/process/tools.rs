//! The tools as an institution uses them: upload, erase, be refused, and prove it without the gateway.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::envelope::json::Json;
use ledger::envelope::{PublicKey, SigningKey, Type, sign_flattened};
use serde_json::{Value, json};

use super::server::{ORIGIN, Server, agent, found, seed, send};

/// A folder in which the binary is run.
struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_convenant")).current_dir(&self.folder).args(words).output().unwrap()
    }

    /// Runs it, and writes what it prints to a file.
    fn writes(&self, file: &str, words: &[&str]) {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(self.folder.join(file), output.stdout).unwrap();
    }

    fn says(&self, words: &[&str], code: i32, said: &str) {
        let output = self.run(words);
        let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.code() == Some(code) && all.contains(said), "{words:?}: {:?} {all}", output.status);
    }

    /// The one file whose name begins like this.
    fn kept(&self, begin: &str) -> String {
        let names = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let found: Vec<_> = names.filter(|name| name.starts_with(begin)).collect();
        assert_eq!(found.len(), 1, "{begin}: {found:?}");
        found[0].clone()
    }
}

/// The owner admits an institution by the key that it has made.
fn admit(url: &str, folder: &Path) {
    let text = fs::read(folder.join("school.public.jwk")).unwrap();
    let key = PublicKey::from_jwk(&Json::parse(&text).unwrap(), "").unwrap();
    let body = json!({ "institution": "school", "key": key.thumbprint() });
    let payload =
        json!({ "type": "admission", "ledger": ORIGIN, "id": "a", "signedAt": "2020-01-01T00:00:00Z", "by": "town", "body": body });
    let town = SigningKey::from_seed(&seed(1_000_000));
    let sent = send(&agent(), url, &sign_flattened(&town, Type::Admission.typ(), payload.to_string().as_bytes())).unwrap();
    assert_eq!(sent.status, 201, "{}", sent.body);
}

fn proposal() -> Value {
    json!({ "agreement": "wijk", "title": "Wijkconvenant", "goals": [{ "id": "g", "title": "Een veilige wijk" }], "themes": ["education"],
        "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }], "director": "town",
        "parties": [{ "institution": "town" }, { "institution": "school" }], "period": { "startDate": "2088-03-01", "endDate": "2089-12-31" },
        "obligations": [{ "id": "o", "debtor": "school", "what": "De school is na schooltijd open voor de wijk.",
            "when": { "kind": "date", "date": "2089-06-01" }, "strength": "effort", "goals": ["g"],
            "evidence": [{ "kind": "note", "title": "Verslag" }] }], "withdrawal": {}, "ladder": {} })
}

#[test]
fn an_institution_uploads_erases_is_refused_and_proves_it_with_the_tools_alone() {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path()).to_string();
    let server = Server::start(folder.path());
    let desk = Desk { folder: folder.path().to_owned() };
    let submit = ["submit", "--url", &server.url, "--ledger", "gm0599"];
    let to = |more: &[&str]| submit.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let submits = |more: &[&str], code: i32, said: &str| {
        let words = to(more);
        desk.says(&words.iter().map(String::as_str).collect::<Vec<_>>(), code, said);
    };
    assert!(desk.run(&["key", "new", "--out", ".", "--name", "school"]).status.success());
    let signer = ["--key", "school.private.jwk", "--ledger", ORIGIN];
    let words = |command: &str, more: &[&'static str]| -> Vec<String> {
        [command].iter().chain(&signer).chain(more).map(|word| (*word).to_owned()).collect()
    };
    let sign = |file: &str, command: &str, more: &[&'static str]| {
        let words = words(command, more);
        desk.writes(file, &words.iter().map(String::as_str).collect::<Vec<_>>());
    };
    sign("r.jws", "register", &["--institution", "school", "--name", "De School", "--kind", "school"]);
    submits(&["r.jws"], 0, "accepted as entry 1");
    admit(&server.url, folder.path());

    // Two megabytes: more than fits in a message.
    fs::write(folder.path().join("analysis.txt"), "The analysis of the neighbourhood. ".repeat(60_000)).unwrap();
    fs::write(folder.path().join("body.json"), proposal().to_string()).unwrap();
    let attach =
        ["--by", "school", "--type", "proposal", "--attach", "/body/analysis=analysis.txt", "--attachments", "beside", "body.json"];
    sign("p.jws", "sign", &attach);
    let alone = words("sign", &["--by", "school", "--type", "proposal", "--attach", "/body/analysis=analysis.txt", "body.json"]);
    desk.says(&alone.iter().map(String::as_str).collect::<Vec<_>>(), 2, "--attachments DIR");
    submits(&["p.jws"], 1, "attachment-missing");
    submits(&["--attachments", "nowhere", "p.jws"], 2, "is not there");
    submits(&["--attachments", "beside", "--receipts", "receipts", "p.jws"], 0, "accepted as entry 3");

    let erase = ["--by", "school", "--receipt", "receipts/3.tlog-proof", "--ground", "unlawful", "--basis", "Besluit 2026/7"];
    sign("e.jws", "erase", &erase);
    sign("again.jws", "erase", &erase);
    submits(&["e.jws"], 0, "accepted as entry 4");
    let (url, audit) = (&server.url, ["audit", "--attachments", "--ledger", "gm0599", "--vkey", &vkey, "--url"]);
    desk.says(&audit.iter().copied().chain([url.as_str()]).collect::<Vec<_>>(), 0, "was erased by entry 4, ground unlawful");

    // The refusal is beside the statement, and nobody else is needed to check it.
    submits(&["again.jws"], 1, "attachment-erased");
    let refusal = desk.kept("again.jws.refusal-");
    desk.writes("0.tlog-proof", &["read", "--url", url, "--ledger", "gm0599", "receipts/0"]);
    server.kill();
    let attempt = |more: &[&str], code: i32, said: &str| {
        let start = ["attempt", "--vkey", &vkey, "--genesis", "0.tlog-proof"];
        desk.says(&start.iter().chain(more).copied().collect::<Vec<_>>(), code, said);
    };
    attempt(&["--statement", "again.jws", &refusal], 0, "and refused it by the rule attachment-erased");
    attempt(&["--statement", "e.jws", &refusal], 1, "it was signed for something else");
    let changed = fs::read_to_string(folder.path().join(&refusal)).unwrap().replacen("eyJ0eXBl", "eyJ0eXBm", 1);
    fs::write(folder.path().join("changed.jws"), changed).unwrap();
    attempt(&["changed.jws"], 1, "it proves nothing");
    attempt(&["e.jws"], 1, "it proves nothing");
    desk.says(&["attempt", "--vkey", &vkey, "--genesis", "receipts/3.tlog-proof", &refusal], 2, "is not the receipt of entry 0");
}
