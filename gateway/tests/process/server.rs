//! The real binary as a process: founding, serving, sending, and the check that nothing was lost.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Home;
use ledger::envelope::{Parsed, SigningKey, Type, sign_compact, sign_flattened};
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "kill.example/gm0599";

/// What was acknowledged: by entry, the number of the statement and its receipt.
pub(crate) type Kept = BTreeMap<u64, (u64, String)>;

pub(crate) fn registration(id: &str, seed: [u8; 32], kind: &str) -> (SigningKey, Vec<u8>) {
    let key = SigningKey::from_seed(&seed);
    let jwk: Value = serde_json::from_str(&key.public().to_jwk().to_string()).unwrap();
    let body = json!({ "institution": id, "name": id, "kind": kind, "identifiers": {}, "key": jwk });
    let payload =
        json!({ "type": "registration", "ledger": ORIGIN, "id": "r", "signedAt": "2006-01-01T00:00:00Z", "by": id, "body": body });
    (key, payload.to_string().into_bytes())
}

pub(crate) fn seed(number: u64) -> [u8; 32] {
    *ledger::words::Hash::of(&[&number.to_be_bytes()]).as_bytes()
}

/// A registration that nobody else sends, signed.
pub(crate) fn statement(number: u64) -> Vec<u8> {
    register(&format!("i-{number}"), number, "other").1
}

/// The registration of an institution, signed by the key that follows from a number.
pub(crate) fn register(id: &str, number: u64, kind: &str) -> (SigningKey, Vec<u8>) {
    let (key, payload) = registration(id, seed(number), kind);
    let jws = sign_flattened(&key, Type::Registration.typ(), &payload);
    (key, jws)
}

/// Sends each request once, whatever the answer.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

/// Sends a statement; `None` when no whole answer came.
pub(crate) fn send(agent: &ureq::Agent, url: &str, jws: &[u8]) -> Option<Sent> {
    let path = format!("{url}/v1/ledgers/gm0599/statements");
    let mut answer = agent.post(path).header("content-type", "application/jose+json").send(jws).ok()?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    Some(Sent { status, retry_after, body: answer.body_mut().read_json().ok()? })
}

/// An answer to a statement.
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Value,
}

impl Sent {
    /// Entry and receipt, if it was acknowledged.
    pub(crate) fn acknowledged(&self) -> Option<(u64, String)> {
        Some((self.body["entry"].as_u64()?, self.body["receipt"].as_str()?.to_owned()))
    }
}

/// A server process on a port of its own choosing.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

/// Where a server has its files and its ledgers.
pub(crate) struct Place {
    folder: PathBuf,
    /// As `--database` takes it.
    database: String,
}

impl Place {
    /// A SQLite file in a folder.
    pub(crate) fn file(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), database: folder.join("kill.sqlite").to_str().unwrap().to_owned() }
    }

    /// On the kind of database that is being tested (`CONVENANT_TEST_STORE`).
    pub(crate) fn of(home: &Home) -> Self {
        Self { folder: home.path().to_owned(), database: home.address() }
    }

    /// Whether several gateways may share it.
    pub(crate) fn is_shared(&self) -> bool {
        self.database.starts_with("postgres://")
    }

    fn attachments(&self) -> PathBuf {
        self.folder.join("kill.attachments")
    }
}

impl Server {
    /// The binary itself.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::spawn(&mut Command::new(env!("CARGO_BIN_EXE_convenant")), folder)
    }

    /// The binary itself, told more than where its files are.
    pub(crate) fn told(folder: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_convenant"));
        Self::spawn_told(&mut command, folder, more)
    }

    /// A shell script that ends with `exec "$@"`, which becomes the server.
    pub(crate) fn through(wrapper: &[&str], folder: &Path) -> Self {
        Self::spawn(Command::new(wrapper[0]).args(&wrapper[1..]).arg(env!("CARGO_BIN_EXE_convenant")), folder)
    }

    fn spawn(command: &mut Command, folder: &Path) -> Self {
        Self::spawn_told(command, folder, &[])
    }

    /// The binary itself, at a place.
    pub(crate) fn at(place: &Place) -> Self {
        Self::serve(&mut Command::new(env!("CARGO_BIN_EXE_convenant")), place, &[])
    }

    fn spawn_told(command: &mut Command, folder: &Path, more: &[&str]) -> Self {
        Self::serve(command, &Place::file(folder), more)
    }

    fn serve(command: &mut Command, place: &Place, more: &[&str]) -> Self {
        let serve = command.args(["serve", "--listen", "127.0.0.1:0", "--database", &place.database]);
        let serve = serve.arg("--keys").arg(place.folder.join("keys")).arg("--attachments").arg(place.attachments());
        let mut child = serve.args(more).stderr(Stdio::piped()).spawn().unwrap();
        // It says where it listens once it does: no waiting for seconds.
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let line: Value = serde_json::from_str(&line).ok()?;
                Some(format!("http://{}", line["fields"]["address"].as_str()?))
            })
            .expect("the server says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process that was started still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// `kill -9`; so ends every server, also that of a test that failed.
    pub(crate) fn kill(self) {}
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Makes a ledger in this folder with `convenant init`; gives its vkey.
pub(crate) fn found(folder: &Path) -> VerifierKey {
    found_at(&Place::file(folder))
}

/// The same at a place.
pub(crate) fn found_at(place: &Place) -> VerifierKey {
    let compact = |id: &str, number: u64, kind: &str| {
        let (key, payload) = registration(id, seed(number), kind);
        std::fs::write(place.folder.join(format!("{id}.jws")), sign_compact(&key, Type::Registration.typ(), &payload)).unwrap();
    };
    compact("town", 1_000_000, "municipality");
    compact("ministry", 1_000_001, "ministry");
    let init = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .current_dir(&place.folder)
        .args(["init", "--database", &place.database, "--keys", "keys", "--origin", ORIGIN])
        .args(["--owner", "town.jws", "--ministry", "ministry.jws"])
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    String::from_utf8(init.stdout).unwrap().lines().find_map(|line| line.strip_prefix("vkey ")).unwrap().parse().unwrap()
}

/// Each acknowledged statement stands at its place, no statement stands twice, receipts verify offline, the audit is
/// clean. Gives the number of entries.
pub(crate) fn check(url: &str, vkey: &VerifierKey, kept: &Kept) -> u64 {
    let agent = ureq::Agent::new_with_defaults();
    let (mut authors, mut from) = (BTreeMap::new(), 0_u64);
    loop {
        let page: Value = agent.get(format!("{url}/v1/ledgers/gm0599/records?from={from}")).call().unwrap().body_mut().read_json().unwrap();
        for record in page["records"].as_array().unwrap() {
            let entry = record["entry"].as_u64().unwrap();
            assert_eq!(entry, from, "no gap");
            from += 1;
            let jws = URL_SAFE_NO_PAD.decode(record["jws"].as_str().unwrap()).unwrap();
            let by = Parsed::parse(&jws).unwrap().statement().by.to_string();
            assert!(authors.insert(by.clone(), entry).is_none(), "{by} stands twice");
        }
        if from >= page["size"].as_u64().unwrap() {
            break;
        }
    }
    for (entry, (number, receipt)) in kept {
        assert_eq!(authors.get(&format!("i-{number}")), Some(entry), "statement {number} was acknowledged as entry {entry}");
        Receipt::parse(receipt.as_bytes()).unwrap().verify(vkey).unwrap();
    }
    audit_is_clean(url, vkey);
    from
}

/// The whole-ledger check by this key.
pub(crate) fn audit_is_clean(url: &str, vkey: &VerifierKey) {
    let audit = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .args(["audit", "--url", url, "--ledger", "gm0599", "--vkey", &vkey.to_string()])
        .output()
        .unwrap();
    assert!(audit.status.success(), "{}{}", String::from_utf8_lossy(&audit.stdout), String::from_utf8_lossy(&audit.stderr));
}
