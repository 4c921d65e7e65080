//! A monitor that follows, as a process of its own: through a restart of itself, a gateway that is away, one that is put back to
//! an older state, and one that goes on from there with another history.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ledger::envelope::{SigningKey, Type, sign_flattened};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use serde_json::{Value, json};

use super::histories::{convicts, copied, look, submit};
use super::server::{ORIGIN, Server, agent, found, seed, send};

/// What is not heard by then is not said.
const PATIENCE: Duration = Duration::from_secs(120);

/// A monitor that follows a ledger.
pub(crate) struct Follower {
    child: Child,
    findings: Receiver<Value>,
    notes: Receiver<String>,
    state: PathBuf,
}

impl Follower {
    /// One that looks every second.
    pub(crate) fn start(url: &str, vkey: &VerifierKey, state: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_convenant"))
            .args(["monitor", "--url", url, "--ledger", "gm0599", "--vkey", &vkey.to_string(), "--json", "--interval", "1", "--state"])
            .arg(state)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = lines(child.stdout.take().unwrap(), |line| serde_json::from_str(&line).unwrap());
        let notes = lines(child.stderr.take().unwrap(), |line| line);
        Self { child, findings: said, notes, state: state.to_owned() }
    }

    /// The next finding.
    pub(crate) fn next(&self) -> Value {
        self.findings.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no finding; {:?}", self.notes.try_iter().collect::<Vec<_>>()))
    }

    /// Waits until its state holds a tree of this size.
    pub(crate) fn keeps(&self, size: u64) {
        for _ in 0..12_000 {
            if kept(&self.state) == Some(size) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it keeps {:?}, not {size}: {:?}", kept(&self.state), self.notes.try_iter().collect::<Vec<_>>());
    }

    /// Waits until it says this on standard error.
    fn notes(&self, words: &str) {
        while !self.notes.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it does not say {words:?}")).contains(words) {}
    }

    /// `kill -9`, if it still follows; gives what it had found and nobody has heard yet.
    pub(crate) fn end(mut self) -> Vec<Value> {
        assert!(self.child.try_wait().unwrap().is_none(), "it goes on until somebody ends it");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.findings.iter().collect()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn lines<T: Send + 'static>(source: impl Read + Send + 'static, read: fn(String) -> T) -> Receiver<T> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || BufReader::new(source).lines().map_while(Result::ok).map(read).try_for_each(|line| sender.send(line)));
    receiver
}

/// How many entries the state of a monitor holds; it watches one ledger.
fn kept(state: &Path) -> Option<u64> {
    let folders = fs::read_dir(state).ok()?.map(|entry| entry.unwrap().path().join("checkpoint"));
    let note = folders.filter_map(|file| fs::read(file).ok()).next()?;
    Some(Checkpoint::parse(Note::parse(&note).unwrap().text()).unwrap().size())
}

/// One address, whichever gateway is behind it.
struct Front {
    url: String,
    behind: Arc<Mutex<Option<String>>>,
}

impl Front {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behind = Arc::new(Mutex::new(None::<String>));
        let asked = behind.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let behind = asked.lock().unwrap().clone();
                // Nobody there: the connection is closed.
                if let Some(gateway) = behind.and_then(|address| TcpStream::connect(address).ok()) {
                    let pairs = [(stream.try_clone(), gateway.try_clone()), (Ok(gateway), Ok(stream))];
                    for (from, to) in pairs.map(|(from, to)| (from.unwrap(), to.unwrap())) {
                        std::thread::spawn(move || pass_on(from, to));
                    }
                }
            }
        });
        Self { url, behind }
    }

    /// From here on it leads to this gateway, or to nobody.
    fn leads_to(&self, server: Option<&Server>) {
        *self.behind.lock().unwrap() = server.map(|server| server.url.trim_start_matches("http://").to_owned());
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    _ = to.shutdown(std::net::Shutdown::Both);
}

/// The owner admits an institution.
fn admission(id: &str, number: u64) -> Vec<u8> {
    let key = SigningKey::from_seed(&seed(number)).public().thumbprint();
    let body = json!({ "institution": id, "key": key });
    let payload =
        json!({ "type": "admission", "ledger": ORIGIN, "id": "a", "signedAt": "2020-01-01T00:00:00Z", "by": "town", "body": body });
    sign_flattened(&SigningKey::from_seed(&seed(1_000_000)), Type::Admission.typ(), payload.to_string().as_bytes())
}

#[test]
fn it_follows_over_a_restart_of_itself_and_sees_a_log_that_is_cut_off_and_one_that_forks() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let server = Server::start(folder.path());
    submit(&server, 0);
    drop(server);
    let old = copied(folder.path());
    let server = Server::start(folder.path());
    let front = Front::open();
    front.leads_to(Some(&server));
    let (states, told) = (state.path().join("states"), state.path().join("told"));
    let command = format!("cat >> {}", told.display());
    let start = || Follower::start(&front.url, &vkey, &states, &["--institution", "i-0", "--on-finding", &command]);

    let follower = start();
    let mut heard = vec![follower.next()];
    assert_eq!((&heard[0]["kind"], &heard[0]["entry"]), (&json!("statement"), &json!(1)));
    follower.keeps(2);
    assert_eq!(follower.end(), Vec::<Value>::new());
    // What comes while it is away it tells when it is back, and what it told before it does not tell again.
    send(&agent(), &server.url, &admission("i-0", 0)).unwrap().acknowledged().unwrap();
    let follower = start();
    heard.push(follower.next());
    assert_eq!((&heard[1]["kind"], &heard[1]["type"], &heard[1]["entry"]), (&json!("statement"), &json!("admission"), &json!(2)));
    follower.keeps(3);

    front.leads_to(None);
    drop(server);
    follower.notes("going on");
    // The operator puts back what was there before the admission.
    let forked = Server::start(old.path());
    front.leads_to(Some(&forked));
    let fewer = follower.next();
    assert_eq!((&fewer["kind"], &fewer["shown"], &fewer["signed"]), (&json!("fewer-entries"), &json!(2), &json!(3)), "{fewer}");
    heard.push(fewer);
    // ... and takes other statements in its place.
    (20..23).for_each(|number| _ = submit(&forked, number));
    let larger = loop {
        let split = follower.next();
        assert_eq!(split["kind"], "split-view", "{split}");
        let (smaller, larger) = convicts(&split, &vkey);
        assert_eq!(smaller, 3, "the last good state is what the rest is held against");
        heard.push(split);
        if larger == 5 {
            break larger;
        }
    };
    assert_eq!((kept(&states), larger), (Some(3), 5), "nothing of the other history is taken over");

    // The true log goes on, and so does the monitor.
    front.leads_to(None);
    drop(forked);
    let server = Server::start(folder.path());
    front.leads_to(Some(&server));
    submit(&server, 1);
    follower.keeps(4);
    heard.extend(follower.end());
    let names: BTreeSet<&str> = heard.iter().map(|finding| finding["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), heard.len(), "each is told once: {heard:?}");
    let commanded: Vec<Value> = fs::read_to_string(&told).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(commanded, heard, "and the command is run on each");
    assert_eq!(look(&front.url, &vkey, &states, &["--institution", "i-0"]), (0, Vec::new()));
}
