//! Attachments with the real binary: a large one in little memory, and `kill -9` while others are erased.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gateway::client::{Answer, Client, Gone, Message, SaltedFile};
use ledger::envelope::{SigningKey, Type, sign_flattened};
use ledger::words::Hash;
use serde_json::{Value, json};

use super::server::{ORIGIN, Server, agent, found, register, seed, send};

pub(crate) const LEDGER: &str = "gm0599";
const MEGABYTE: usize = 1024 * 1024;

fn says(key: &SigningKey, by: &str, kind: Type, id: &str, body: &Value) -> Vec<u8> {
    let payload = json!({ "type": kind.code(), "ledger": ORIGIN, "id": id, "signedAt": "2020-01-01T00:00:00Z", "by": by, "body": body });
    sign_flattened(key, kind.typ(), payload.to_string().as_bytes())
}

/// The owner of the ledger, as `found` made it, and a party.
pub(crate) struct Town {
    key: SigningKey,
    folder: PathBuf,
    url: String,
}

/// Content that was filed: its hash, its entry, and words that stand nowhere else.
pub(crate) struct Filed {
    pub(crate) hash: Hash,
    entry: u64,
    agreement: String,
    pub(crate) words: Vec<u8>,
}

impl Town {
    pub(crate) fn with_a_party(folder: &Path, url: &str) -> Self {
        let key = SigningKey::from_seed(&seed(1_000_000));
        let (party, registration) = register("corporation", 1_000_002, "housing-corporation");
        let admission = json!({ "institution": "corporation", "key": party.public().thumbprint() });
        for jws in [registration, says(&key, "town", Type::Admission, "admit", &admission)] {
            let sent = send(&agent(), url, &jws).unwrap();
            assert_eq!(sent.status, 201, "{}", sent.body);
        }
        Self { key, folder: folder.to_owned(), url: url.to_owned() }
    }

    /// Proposes an agreement whose analysis is this content, uploaded beside the proposal.
    pub(crate) fn file(&self, agreement: &str, content: &[u8]) -> Filed {
        let salt = Hash::of(&[agreement.as_bytes()]).0;
        let hash = Hash::of(&[&salt, content]);
        let path = self.folder.join(SaltedFile::name(&hash));
        fs::write(&path, [salt.as_slice(), content].concat()).unwrap();
        let obligation = json!({ "id": "o", "debtor": "corporation", "what": "Een huismeester is in dienst en werkt in de wijk.",
            "when": { "kind": "date", "date": "2089-06-01" }, "strength": "effort", "goals": ["g"],
            "evidence": [{ "kind": "note", "title": "Verslag" }] });
        let body = json!({ "agreement": agreement, "title": "Wijkconvenant", "goals": [{ "id": "g", "title": "Een veilige wijk" }],
            "themes": ["housing"], "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }],
            "director": "town", "parties": [{ "institution": "town" }, { "institution": "corporation" }],
            "period": { "startDate": "2088-03-01", "endDate": "2089-12-31" }, "obligations": [obligation], "withdrawal": {}, "ladder": {},
            "analysis": { "hash": hash, "mediaType": "text/plain", "sizeBytes": content.len() } });
        let message = Message::flattened(&says(&self.key, "town", Type::Proposal, agreement, &body));
        let beside = [SaltedFile { hash, path: path.clone() }];
        let answers = Client::new(&self.url).unwrap().deliver(LEDGER, &message, &beside, &mut |_| {}).unwrap();
        let [Answer::Accepted(acceptance)] = &answers[..] else { panic!("{answers:?}") };
        fs::remove_file(path).unwrap();
        Filed { hash, entry: acceptance.entry, agreement: agreement.into(), words: content[..32].to_vec() }
    }

    pub(crate) fn erasure(&self, filed: &Filed) -> Vec<u8> {
        let body = json!({ "agreement": filed.agreement, "entry": filed.entry, "attachment": filed.hash, "ground": "unlawful",
            "basis": "Besluit 2026/7" });
        says(&self.key, "town", Type::AttachmentErasure, &format!("erase-{}", filed.agreement), &body)
    }
}

/// Kilobytes of memory that a process has used at most so far.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn sixty_four_megabytes_go_in_and_out_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let server = Server::start(folder.path());
    let town = Town::with_a_party(folder.path(), &server.url);
    let client = Client::new(&server.url).unwrap();
    let there_and_back = |agreement: &str, megabytes: usize| {
        let numbers = (0..megabytes * MEGABYTE / 8).map(|i| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let content: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
        let filed = town.file(agreement, &content);
        assert_eq!(client.attachment_hash(LEDGER, &filed.hash).unwrap(), Gone::Not(filed.hash));
        filed
    };
    // What the allocator, the threads and the database's caches keep is there after the first two of them; what grows with the content is
    // what is measured: 48 MB would be, if content were held.
    there_and_back("smaller", 16);
    there_and_back("another", 16);
    let before = peak(&server);
    let filed = there_and_back("large", 64);
    // The kernel sums up what each core counts, so that a later peak can read a little lower than an earlier one.
    let more = peak(&server).saturating_sub(before);
    println!("64 MB in and out: {more} kB of memory more than for 16 MB, which took it to {before} kB");
    assert!(more < 16 * 1024, "{more} kB more");

    let erased = send(&agent(), &server.url, &town.erasure(&filed)).unwrap();
    assert_eq!(erased.status, 201, "{}", erased.body);
    assert_eq!(client.attachment_hash(LEDGER, &filed.hash).unwrap(), Gone::Erased(erased.acknowledged().unwrap().0));
    let audit = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .args(["audit", "--attachments", "--url", &server.url, "--ledger", LEDGER, "--vkey", &vkey.to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8(audit.stdout).unwrap();
    assert!(audit.status.success(), "{said}{}", String::from_utf8_lossy(&audit.stderr));
    assert!(said.contains("attachments: 3, of which 1 erased") && said.contains("was erased by entry"), "{said}");
}

/// Whether any file below a folder holds these bytes.
pub(crate) fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, bytes),
        false => fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes),
    })
}

#[test]
fn kill_9_during_erasures_leaves_each_either_whole_or_gone() {
    const FILED: usize = 12;
    let rounds: usize = std::env::var("CONVENANT_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    found(folder.path());
    let mut town: Option<Town> = None;
    let (mut erased, mut kept) = (0, 0);
    for round in 0..rounds {
        let server = Server::start(folder.path());
        let town = match &mut town {
            Some(town) => {
                town.url = server.url.clone();
                &*town
            }
            None => &*town.insert(Town::with_a_party(folder.path(), &server.url)),
        };
        let filed: Vec<Filed> = (0..FILED)
            .map(|number| {
                let words = Hash::of(&[format!("{round} {number}").as_bytes()]).to_string();
                town.file(&format!("a{round}-{number}"), words.repeat(5_000).as_bytes())
            })
            .collect();
        // Erasures one after the other, until the process is gone: at another number of answers in each round.
        let goal = 1 + round * 5 % (FILED - 1);
        let (url, erasures): (String, Vec<Vec<u8>>) = (server.url.clone(), filed.iter().map(|filed| town.erasure(filed)).collect());
        let (told, answers) = std::sync::mpsc::channel();
        let sender = std::thread::spawn(move || {
            let agent = agent();
            for jws in &erasures {
                let Some(sent) = send(&agent, &url, jws) else { return };
                if told.send(sent.acknowledged().expect("an erasure is accepted").0).is_err() {
                    return;
                }
            }
        });
        let acknowledged = answers.iter().take(goal).count();
        server.kill();
        drop(answers);
        sender.join().unwrap();

        let server = Server::start(folder.path());
        let client = Client::new(&server.url).unwrap();
        for (number, filed) in filed.iter().enumerate() {
            match client.attachment_hash(LEDGER, &filed.hash).unwrap() {
                Gone::Not(hash) => {
                    assert!(hash == filed.hash && number >= acknowledged, "an erasure that was acknowledged is lost");
                    kept += 1;
                }
                Gone::Erased(_) => {
                    assert!(!holds(folder.path(), &filed.words), "round {round}: something of {} is left", filed.hash);
                    erased += 1;
                }
                Gone::Missing => panic!("round {round}: {} is lost without an erasure", filed.hash),
            }
        }
        server.kill();
    }
    println!("{rounds} rounds: {erased} erased without a trace, {kept} whole");
    assert!(erased >= rounds && kept > 0);
}
