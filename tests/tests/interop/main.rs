//! Our asking against a witness that others wrote: litewitness (filippo.io/torchwood), from the Go module registry.
//!
//! Needs `litewitness` on the path, or named by `LITEWITNESS`, and OpenSSH, whose agent holds that witness's key:
//! `go install filippo.io/torchwood/cmd/litewitness@v0.9.0`.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway::clock::Clock;
use gateway::witnessing::{Cadence, Panel};
use harness::gate::{Gate, Signer};
use ledger::envelope::Type;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{KeyKind, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::log::tree::empty_root;
use ledger::words::Instant;
use sqlx::Connection as _;
use tempfile::TempDir;

const NAME: &str = "litewitness.example/w";

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The witness, the agent that holds its key, and where both keep what they have.
struct Litewitness {
    _witness: Running,
    _agent: Running,
    _folder: TempDir,
    key: VerifierKey,
    url: String,
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Tries until something is there.
fn await_that(mut there: impl FnMut() -> bool, what: &str) {
    for _ in 0..2_000 {
        if there() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} does not come about");
}

impl Litewitness {
    async fn start(log: &VerifierKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at("key")));
        let agent = Command::new("ssh-agent").arg("-D").arg("-a").arg(at("agent")).stdout(Stdio::null()).spawn().unwrap();
        let agent = Running(agent);
        await_that(|| at("agent").exists(), "the agent");
        run(Command::new("ssh-add").arg(at("key")).env("SSH_AUTH_SOCK", at("agent")));
        let fingerprint = run(Command::new("ssh-keygen").arg("-lf").arg(at("key.pub")));
        let fingerprint = fingerprint.split(' ').nth(1).unwrap();
        // RFC 4253, 6.6: the last 32 bytes are the key.
        let public = std::fs::read_to_string(at("key.pub")).unwrap();
        let public = STANDARD.decode(public.split(' ').nth(1).unwrap()).unwrap();
        let key = VerifierKey::new(NAME, KeyKind::Cosignature, &public[public.len() - 32..]).unwrap();

        know(&at("db"), log).await;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let program = std::env::var("LITEWITNESS").unwrap_or_else(|_| "litewitness".to_owned());
        let witness = Command::new(&program)
            .args(["-name", NAME, "-listen", &address, "-key", fingerprint, "-db"])
            .arg(at("db"))
            .arg("-ssh-agent")
            .arg(at("agent"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}; go install filippo.io/torchwood/cmd/litewitness@v0.9.0"));
        let witness = Running(witness);
        await_that(|| TcpStream::connect(&address).is_ok(), "litewitness");
        Self { _witness: witness, _agent: agent, _folder: folder, key, url: format!("http://{address}") }
    }

    fn panel(&self) -> BTreeMap<String, Panel> {
        let text = format!("witness w {} {}\nquorum w\n", self.key, self.url);
        BTreeMap::from([("gm0599".to_owned(), Panel::parse(Path::new("policy"), text.as_bytes()).unwrap())])
    }
}

/// What its own tool (`witnessctl add-log`, `add-key`) writes.
async fn know(database: &Path, log: &VerifierKey) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let tables = "CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL);
        CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin));";
    sqlx::raw_sql(tables).execute(&mut connection).await.unwrap();
    let root = STANDARD.encode(empty_root().as_bytes());
    sqlx::query("INSERT INTO log VALUES ($1, 0, $2)").bind(log.name()).bind(root).execute(&mut connection).await.unwrap();
    sqlx::query("INSERT INTO key VALUES ($1, $2)").bind(log.name()).bind(log.to_string()).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn say_something(gate: &Gate, number: u8) -> u64 {
    let id: &'static str = Box::leak(format!("s{number}").into_boxed_str());
    let somebody = Signer::new(id, 40 + number);
    gate.accept(&somebody.says(Type::Registration, "r", &somebody.registration("other"))).await
}

/// Steps the clock from round to round until something is there.
async fn by_rounds<T>(gate: &Gate, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut now: Instant = gate.host.clock.now();
    for _ in 0..2_000 {
        if let Some(found) = look().await {
            return found;
        }
        now = now.plus_millis(1_000);
        gate.clock.set(now);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it does not come about");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn litewitness_cosigns_our_log_as_it_grows_and_refuses_another_history() {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    let log = gate.host.ledger("gm0599").unwrap().log_keys().first().clone();
    let witness = Litewitness::start(&log).await;
    let cadence = Cadence { interval: Duration::from_secs(1), limit: Duration::from_secs(5) };
    let (aside, clock) = (tempfile::tempdir().unwrap(), gate.clock.clone());
    let home = gate.home().path().to_owned();
    for number in 0..4 {
        say_something(&gate, number).await;
    }
    let gate = gate.reopen_after(Clock::Step(clock.clone()), || move_databases(&home, aside.path())).await;
    let gate = gate.witnessed_by(witness.panel(), cadence);
    for number in 4..16 {
        let entry = say_something(&gate, number).await;
        let ledger = gate.host.ledger("gm0599").unwrap();
        let cosigned = by_rounds(&gate, async || gate.host.cosigned(ledger, entry).await.unwrap()).await;
        let (checkpoint, signed) = Checkpoint::open(&cosigned.note, &log, std::slice::from_ref(&witness.key)).unwrap();
        assert_eq!((checkpoint.size(), signed.len()), (entry + 1, 1));
        let (_, _, receipt) = gate.fetch(&format!("/v1/ledgers/gm0599/receipts/{entry}?cosigned=true")).await;
        let receipt = Receipt::parse(&receipt).unwrap().verify_witnessed(&log, std::slice::from_ref(&witness.key)).unwrap();
        assert_eq!(receipt.witnesses.len(), 1);
    }
    // The database as it was before all that, grown beyond it with other statements.
    let size = gate.size();
    let gate = gate.reopen_after(Clock::Step(clock), || move_databases(aside.path(), &home)).await;
    for number in 100..120 {
        say_something(&gate, number).await;
    }
    assert!(gate.size() > size);
    let gate = gate.witnessed_by(witness.panel(), cadence);
    let other = "convenant_witness_answers_total{ledger=\"gm0599\",witness=\"litewitness.example/w\",answer=\"other-history\"}";
    by_rounds(&gate, async || {
        let text = String::from_utf8(gate.fetch("/metrics").await.2).unwrap();
        text.lines().find_map(|line| line.strip_prefix(other)?.trim().parse::<f64>().ok()).filter(|count| *count > 0.0)
    })
    .await;
    assert!(gate.host.cosigned(gate.host.ledger("gm0599").unwrap(), size).await.unwrap().is_none());
}

/// Puts the database files of one folder in the place of those of another.
fn move_databases(from: &Path, to: &Path) {
    let databases = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| file.file_name().unwrap().to_str().unwrap().contains(".sqlite")).collect::<Vec<_>>()
    };
    databases(to).into_iter().for_each(|file| std::fs::remove_file(file).unwrap());
    let files = databases(from);
    assert!(!files.is_empty(), "no database in {}", from.display());
    files.into_iter().for_each(|file| _ = std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap());
}
