//! A witness as a process: every status over HTTP, many askers at a time, `kill -9` in between. It never cosigns two
//! histories, nor a smaller tree after a larger one, and what it cosigned is there after the crash.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, NoteSigner, VerifierKey};
use ledger::log::split::SplitView;
use ledger::log::tree::{Appended, Frontier, consistency_proof, leaf_hash};
use ledger::log::witness::{AddCheckpoint, cosignature};
use ledger::words::Hash;

use super::server::agent;

const LOG: &str = "kill.example/log";
/// Leaves of each history.
const SIZE: u64 = 400;

fn signer() -> NoteSigner {
    NoteSigner::from_seed(LOG, &[1; 32]).unwrap()
}

/// Two histories that part at leaf 3, with all their hashes, and the root at every size.
struct History {
    hashes: Appended,
    roots: Vec<Hash>,
}

impl History {
    fn new(other: bool) -> Self {
        let leaf = |index: u64| leaf_hash(if other && index >= 3 { format!("other {index}") } else { index.to_string() }.as_bytes());
        let leaves: Vec<Hash> = (0..SIZE).map(leaf).collect();
        let mut frontier = Frontier::empty();
        let mut roots = vec![frontier.root()];
        for leaf in &leaves {
            frontier.append(*leaf);
            roots.push(frontier.root());
        }
        Self { hashes: Appended::new(&Frontier::empty(), &leaves), roots }
    }

    fn checkpoint(&self, size: u64) -> Note {
        Checkpoint::new(LOG, size, self.roots[size as usize]).unwrap().sign(&signer()).unwrap()
    }

    fn asked(&self, old: u64, new: u64) -> AddCheckpoint {
        let proof = if old > new { Vec::new() } else { consistency_proof(old, new, &self.hashes).unwrap() };
        AddCheckpoint { old, proof, checkpoint: self.checkpoint(new) }
    }
}

fn command(folder: &Path) -> Command {
    command_for(folder, signer().verifier())
}

fn command_for(folder: &Path, log: &VerifierKey) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convenant"));
    command.current_dir(folder).args(["witness", "--listen", "127.0.0.1:0", "--log", &log.to_string(), "--prefix", "/w"]);
    command
}

fn refused_to_start(folder: &Path, more: &[&str]) -> String {
    let Output { status, stderr, .. } = command(folder).args(more).output().unwrap();
    assert_eq!(status.code(), Some(2));
    String::from_utf8(stderr).unwrap()
}

/// A witness process, with the key that it says it has.
pub(crate) struct Witness {
    child: Child,
    pub(crate) url: String,
    pub(crate) vkey: VerifierKey,
}

impl Witness {
    fn start(folder: &Path) -> Self {
        Self::spawn(command(folder), "witness.example/w")
    }

    /// A witness of a ledger.
    pub(crate) fn of(log: &VerifierKey, folder: &Path, name: &str) -> Self {
        Self::spawn(command_for(folder, log), name)
    }

    fn spawn(mut command: Command, name: &str) -> Self {
        let mut child = command.args(["--name", name]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(&line).ok()?;
            line["fields"]["address"].as_str().map(str::to_owned)
        });
        let url = format!("http://{}/w", address.expect("it says where it listens"));
        std::thread::spawn(move || lines.for_each(drop));
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let vkey = first.trim_end().strip_prefix("vkey ").unwrap().parse().unwrap();
        Self { child, url, vkey }
    }

    /// Status, media type and body of the answer; `None` when none came.
    fn post(&self, body: &[u8]) -> Option<(u16, String, Vec<u8>)> {
        post(&agent(), &self.url, body)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(format!("{}/{path}", self.url)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// The size that it cosigned last.
    fn size(&self) -> u64 {
        let (status, note) = self.get(&format!("{}/checkpoint", Hash::of(&[LOG.as_bytes()])));
        if status == 404 {
            return 0;
        }
        let note = Note::parse(note.as_bytes()).unwrap();
        let (checkpoint, witnesses) = Checkpoint::open(&note, signer().verifier(), std::slice::from_ref(&self.vkey)).unwrap();
        assert_eq!(witnesses.len(), 1, "the log's signature and the witness's");
        checkpoint.size()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn post(agent: &ureq::Agent, url: &str, body: &[u8]) -> Option<(u16, String, Vec<u8>)> {
    let mut answer = agent.post(format!("{url}/add-checkpoint")).send(body).ok()?;
    let media_type = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    Some((answer.status().as_u16(), media_type, answer.body_mut().read_to_vec().ok()?))
}

#[test]
fn every_status_over_http_and_the_evidence_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refused_to_start(folder.path(), &[]).contains("--name NAME makes one"));
    let (one, other) = (History::new(false), History::new(true));
    let witness = Witness::start(folder.path());
    let key = folder.path().join("convenant-witness.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let path = format!("{}/checkpoint", Hash::of(&[LOG.as_bytes()]));
    assert_eq!(witness.get(&path).0, 404);
    let status = |request: &AddCheckpoint| witness.post(request.to_string().as_bytes()).unwrap();

    let first = one.asked(0, 5);
    let (code, media_type, line) = status(&first);
    assert_eq!((code, media_type.as_str()), (200, "text/plain; charset=utf-8"));
    let (_, time) = cosignature(&first.checkpoint, &line, &witness.vkey).unwrap();
    assert!(time > 1_700_000_000, "seconds since 1970: {time}");
    assert_eq!(status(&one.asked(0, 9)), (409, "text/x.tlog.size".into(), b"5\n".to_vec()));
    assert_eq!(status(&one.asked(9, 5)).0, 400);
    assert_eq!(status(&other.asked(5, 9)).0, 422);
    let stranger = NoteSigner::from_seed(LOG, &[9; 32]).unwrap();
    let text = one.checkpoint(9).text().to_owned();
    assert_eq!(status(&AddCheckpoint { checkpoint: Note::new(&*text, vec![stranger.sign(&text)]).unwrap(), ..one.asked(5, 9) }).0, 403);
    let unknown = NoteSigner::from_seed("kill.example/unknown", &[1; 32]).unwrap();
    let text = text.replace(LOG, "kill.example/unknown");
    assert_eq!(status(&AddCheckpoint { checkpoint: Note::new(&*text, vec![unknown.sign(&text)]).unwrap(), ..one.asked(5, 9) }).0, 404);
    for nonsense in [&b""[..], b"old 5\n", b"\xff\xfe", b"old 05\n\nx\n"] {
        assert_eq!(witness.post(nonsense).unwrap().0, 400);
    }
    assert_eq!(witness.post(&vec![b'x'; 65 * 1024]).unwrap().0, 413);
    for (path, code) in [("add-checkpoint", 405), ("00/checkpoint", 404), ("nonsense", 404)] {
        assert_eq!(witness.get(path).0, code, "{path}");
    }
    assert_eq!(status(&one.asked(5, 9)).0, 200);
    assert_eq!(witness.size(), 9);

    // After a crash it still has what convicts the log.
    drop(witness);
    let witness = Witness::start(folder.path());
    let (_, kept) = witness.get(&format!("{}/refused", Hash::of(&[LOG.as_bytes()])));
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let [refused] = kept["refused"].as_array().unwrap().as_slice() else { panic!("{kept}") };
    let split: SplitView = serde_json::from_value(refused["split"].clone()).unwrap();
    let (smaller, larger) = split.verify(signer().verifier()).unwrap();
    assert_eq!((smaller.size(), larger.size(), larger.root()), (5, 9, other.roots[9]));

    drop(witness);
    std::fs::remove_file(folder.path().join("convenant-witness.sqlite")).unwrap();
    assert!(refused_to_start(folder.path(), &[]).contains("must not sign with that key again"));
}

/// What was cosigned: by old size, the new size and its root.
type Cosigned = Mutex<BTreeMap<u64, (u64, Hash)>>;

/// Asks for one history or the other, from wherever the witness says it is, until told to stop.
fn ask(url: &str, vkey: &VerifierKey, history: &History, step: u64, stop: &AtomicBool, count: &AtomicU64, cosigned: &Cosigned) {
    let (agent, mut old) = (agent(), 0);
    while !stop.load(Ordering::Relaxed) && old < SIZE {
        let new = (old + step).min(SIZE);
        let request = history.asked(old, new);
        // No answer: it was killed.
        let Some((status, _, body)) = post(&agent, url, request.to_string().as_bytes()) else { return };
        match status {
            200 => {
                cosignature(&request.checkpoint, &body, vkey).unwrap();
                let before = cosigned.lock().unwrap().insert(old, (new, history.roots[new as usize]));
                assert_eq!(before, None, "it went on from {old} twice");
                (old, _) = (new, count.fetch_add(1, Ordering::Relaxed));
            }
            409 => old = String::from_utf8(body).unwrap().trim_end().parse().unwrap(),
            422 => return, // it follows the other history
            other => panic!("{other}"),
        }
    }
}

#[test]
fn kill_9_among_many_askers_never_makes_it_sign_two_histories() {
    let rounds: u64 = std::env::var("CONVENANT_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let histories = Arc::new([History::new(false), History::new(true)]);
    let (cosigned, count) = (Arc::new(Cosigned::default()), Arc::new(AtomicU64::new(0)));
    for round in 0..rounds {
        let witness = Witness::start(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let goal = count.load(Ordering::Relaxed) + 5 + round % 3;
        let askers: Vec<_> = (0..8_u64)
            .map(|asker| {
                let (url, vkey, histories) = (witness.url.clone(), witness.vkey.clone(), histories.clone());
                let (stop, count, cosigned) = (stop.clone(), count.clone(), cosigned.clone());
                // One history is followed faster; both begin at once.
                std::thread::spawn(move || ask(&url, &vkey, &histories[(asker % 2) as usize], 1 + asker % 3, &stop, &count, &cosigned))
            })
            .collect();
        while count.load(Ordering::Relaxed) < goal && witness.size() < SIZE {
            std::thread::yield_now();
        }
        drop(witness); // kill -9
        stop.store(true, Ordering::Relaxed);
        askers.into_iter().for_each(|asker| asker.join().unwrap());
        let witness = Witness::start(folder.path());
        let cosigned = cosigned.lock().unwrap();
        let last = cosigned.values().map(|(size, _)| *size).max().unwrap_or(0);
        assert!(witness.size() >= last, "{} is remembered, {last} was cosigned", witness.size());
        let follows = |history: &History| cosigned.values().all(|(size, root)| history.roots[*size as usize] == *root);
        assert!(histories.iter().any(follows), "two histories were cosigned: {cosigned:?}");
        assert!(cosigned.iter().all(|(old, (new, _))| old < new), "it went back");
    }
    println!("{rounds} rounds, {} cosignatures, one history", count.load(Ordering::Relaxed));
}
