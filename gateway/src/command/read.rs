//! `convenant read`: look up what a ledger shows, as tables and text, or as the JSON that the gateway sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::Received;
use ledger::envelope::json::Json;
use serde_json::{Value, json};

use super::prose::prose;
use super::table::table;
use super::terminal::{shown_json, shown_lines};
use super::token::ReadsAs;
use super::{Exit, Terminal, shown};
use crate::client::{Client, Page, Record, Records, next_page};

/// Look up what a ledger shows
#[derive(Debug, clap::Args)]
pub struct Read {
    /// Address of the gateway, such as https://convenant.example.nl
    #[arg(long, env = "CONVENANT_URL")]
    url: String,
    /// Name of the ledger at that gateway
    #[arg(long, value_name = "NAME")]
    ledger: String,
    #[command(flatten)]
    reads_as: ReadsAs,
    /// Origin of the ledger, with --key; that of its address when not given
    #[arg(long, requires = "key")]
    origin: Option<String>,
    /// Print what the gateway sent instead of a table
    #[arg(long)]
    json: bool,
    /// Receipts and checkpoints: under the newest checkpoint that enough witnesses cosigned
    #[arg(long)]
    cosigned: bool,
    /// Write what the gateway sent to this file, byte for byte: a case file, an attachment
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What to read: institutions, agreements, agreements/ID, agreements/ID/casefile?case=N, obligations, breaches, cases, withdrawals, obstacles, withheld-agreements, receipts/N, records?from=0, checkpoint, trust
    #[arg(default_value = "")]
    path: String,
}

impl Read {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let reader = self.reads_as.key_for(&self.url, &self.ledger, self.origin.as_deref(), terminal)?;
        let client = Client::new(&self.url)?.reading_as(reader);
        if let Some(file) = &self.out {
            let bytes = client.fetch(&self.ledger, &self.asked())?;
            let mut options = OpenOptions::new();
            let opened = options.write(true).create_new(true).open(file);
            opened.and_then(|mut file| file.write_all(&bytes)).with_context(|| format!("{} cannot be written", file.display()))?;
            terminal.note(&format!("wrote {} bytes to {}", bytes.len(), file.display()))?;
            return Ok(Exit::Done);
        }
        let (media_type, text) = client.get(&self.ledger, &self.asked())?;
        let value = if media_type == "application/json" { Some(serde_json::from_str::<Value>(&text)?) } else { None };
        match value {
            _ if self.json => {
                // Receipts and checkpoints hold nothing that is escaped here, so what is printed still verifies.
                let safe = if value.is_some() { shown_json(&text) } else { shown_lines(&text) };
                terminal.line(safe.trim_end())?;
            }
            None => terminal.line(shown_lines(&text).trim_end())?,
            Some(value) => show(&self.path, value, terminal)?,
        }
        Ok(Exit::Done)
    }

    fn asked(&self) -> String {
        let joined = if self.path.contains('?') { '&' } else { '?' };
        if self.cosigned { format!("{}{joined}cosigned=true", self.path) } else { self.path.clone() }
    }
}

/// A list as a table, records with what they say, anything else as indented text.
fn show(path: &str, value: Value, terminal: &mut Terminal) -> anyhow::Result<()> {
    if value.get("records").is_some() {
        return show_records(serde_json::from_value(value)?, terminal);
    }
    if !value.get("items").is_some_and(Value::is_array) {
        terminal.line(prose(&value, 0).trim_end())?;
        return Ok(());
    }
    let Page { items, next } = serde_json::from_value(value)?;
    if items.is_empty() {
        terminal.note("nothing here")?;
    } else {
        terminal.line(table(&items).trim_end())?;
    }
    if let Some(next) = next {
        terminal.note(&format!("there is more: '{}'", shown(&next_page(path, &next))))?;
    }
    Ok(())
}

fn show_records(records: Records, terminal: &mut Terminal) -> anyhow::Result<()> {
    let rows: Vec<_> = records.records.iter().map(row).collect();
    if !rows.is_empty() {
        terminal.line(table(&rows).trim_end())?;
    }
    terminal.note(&format!("{} of {} records; signatures and proofs were not checked", rows.len(), records.size))?;
    Ok(())
}

/// What a record says of itself, unverified.
fn row(record: &Record) -> Value {
    let unknown = if record.withheld { "withheld" } else { "?" };
    let jws = URL_SAFE_NO_PAD.decode(&record.jws).unwrap_or_default();
    let payload = Received::parse(&jws).ok().and_then(|received| Json::parse(received.payload()).ok());
    let said =
        |name: &str| payload.as_ref().and_then(|payload| payload.get(name)?.text().map(str::to_owned)).unwrap_or_else(|| unknown.into());
    json!({
        "entry": record.entry,
        "acceptedAt": record.accepted_at,
        "type": said("type"),
        "by": said("by"),
        "statement": said("id"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::stub::{Scripted, Stub, json as answer, problem};
    use crate::command::exit::conclude;
    use crate::command::tests::{Captured, arguments};
    use ledger::envelope::{SigningKey, sign_flattened};

    fn read(words: &[&str], scripted: Scripted) -> (Exit, Captured) {
        let stub = Stub::start(vec![scripted]);
        let url = stub.url();
        let words: Vec<_> = ["--url", &url, "--ledger", "l"].into_iter().chain(words.iter().copied()).collect();
        let mut captured = Captured::new();
        let outcome = arguments::<Read>(&words).unwrap().run(&mut captured.terminal);
        stub.finish();
        (conclude(outcome, &mut captured.terminal), captured)
    }

    #[test]
    fn lists_are_tables_and_say_how_to_go_on() {
        let list = r#"{"items":[{"id":"a","state":"active"}],"next":"a b"}"#;
        let (exit, captured) = read(&["agreements"], answer("200 OK", list));
        assert_eq!((exit, captured.out().as_str()), (Exit::Done, "id  state\na   active\n"));
        assert!(captured.notes().contains("'agreements?cursor=a%20b'"), "{}", captured.notes());
        let (_, captured) = read(&["agreements"], answer("200 OK", r#"{"items":[],"next":null}"#));
        assert_eq!((captured.out().as_str(), captured.notes().as_str()), ("", "nothing here\n"));
    }

    #[test]
    fn text_from_others_cannot_steer_the_terminal() {
        let (_, captured) = read(&["agreements/a"], answer("200 OK", "{\"title\":\"\\u001b[2J\u{202e}\"}"));
        assert_eq!(captured.out(), "title: \\u{1b}[2J\\u{202e}\n");
        let (_, captured) = read(&["agreements/a", "--json"], answer("200 OK", "{\"title\":\"\u{202e}\"}"));
        assert_eq!(captured.out(), "{\"title\":\"\\u202e\"}\n");
        let note = Scripted::Answer("200 OK", "content-type: text/plain; charset=utf-8\r\n".into(), "l\n1\n\u{1b}c\n— l x\n".into());
        let (_, captured) = read(&["checkpoint"], note);
        assert_eq!(captured.out(), "l\n1\n\\u{1b}c\n— l x\n");
    }

    #[test]
    fn what_is_cosigned_is_asked_for_by_a_flag() {
        for (path, asked) in [("receipts/7", "receipts/7?cosigned=true"), ("checkpoint?x=1", "checkpoint?x=1&cosigned=true")] {
            let text = Scripted::Answer("200 OK", "content-type: text/plain\r\n".into(), "note\n".into());
            let stub = Stub::start(vec![text]);
            let read: Read = arguments(&["--url", &stub.url(), "--ledger", "l", "--cosigned", path]).unwrap();
            read.run(&mut Captured::new().terminal).unwrap();
            assert_eq!(stub.finish()[0].line, format!("GET /v1/ledgers/l/{asked}"));
        }
    }

    #[test]
    fn a_file_is_written_as_it_came_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("case.zip");
        let zip = || Scripted::Answer("200 OK", "content-type: application/zip\r\n".into(), "PK\u{3}\u{1b}".into());
        let words = ["agreements/a/casefile?breach=homes/2006-05-01", "--out", file.to_str().unwrap()];
        let (exit, captured) = read(&words, zip());
        assert_eq!((exit, captured.out().as_str()), (Exit::Done, ""));
        assert_eq!(std::fs::read(&file).unwrap(), b"PK\x03\x1b");
        assert_eq!(read(&words, zip()).0, Exit::Usage);
    }

    #[test]
    fn records_show_what_they_say() {
        let jws = sign_flattened(&SigningKey::from_seed(&[1; 32]), "t", br#"{"type":"report","by":"school","id":"s-1"}"#);
        let record = |entry: u64, jws: &str| json!({ "entry": entry, "acceptedAt": "2006-03-01T09:00:00.000Z", "salt": "", "jws": jws });
        let records = json!({ "records": [record(0, &URL_SAFE_NO_PAD.encode(&jws)), record(1, "?")], "size": 5 });
        let (_, captured) = read(&["records?from=0"], answer("200 OK", &records.to_string()));
        assert!(captured.out().contains("0      2006-03-01T09:00:00.000Z  report  school  s-1\n"), "{}", captured.out());
        assert!(captured.notes().contains("2 of 5 records"), "{}", captured.notes());
    }

    #[test]
    fn what_is_not_there_is_refused_and_what_is_no_ledger_is_unreachable() {
        let (exit, captured) = read(&["agreements/x"], problem("404 Not Found", r#"{"title":"Not here.","titleNl":"Niet hier."}"#));
        assert_eq!(exit, Exit::Refused);
        assert!(captured.notes().contains("Niet hier."), "{}", captured.notes());
        let (exit, _) = read(&["agreements"], Scripted::Answer("502 Bad Gateway", String::new(), "<html>".into()));
        assert_eq!(exit, Exit::Unreachable);
        let (exit, _) = read(&["../x"], Scripted::HangUp);
        assert_eq!(exit, Exit::Usage);
    }
}
