//! A full disk: 503 and `Retry-After`, nothing half-recorded, nothing acknowledged lost, and on by itself once there is
//! room. Twice: on a file system that is full (ENOSPC), where this user may mount one, and with files that may not
//! grow (EFBIG), which any user can have. And what a disk is asked while it has room.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::log::note::VerifierKey;

use super::server::{Kept, Server, agent, check, found, send, statement};

/// Tries at most, a tenth of a second apart.
const TRIES: u32 = 100;

/// A server whose disk can be filled and emptied.
pub(crate) trait Disk {
    fn server(&mut self) -> &mut Server;
    fn fill(&mut self);
    fn make_room(&mut self);

    /// So many statements may find room after one that found none, in what that gave back.
    fn strays(&self) -> u64 {
        0
    }
}

/// Files may not grow beyond a limit that is moved while the server runs.
struct FileLimit {
    server: Server,
    database: PathBuf,
}

impl FileLimit {
    fn start(folder: &Path) -> Self {
        // Without a handler the signal would end the process before any write could fail.
        let server = Server::through(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"], folder);
        Self { server, database: folder.join("kill.sqlite") }
    }

    /// The soft limit of the running process, which its owner may move at any time.
    fn limit(&self, bytes: &str) {
        let pid = self.server.id().to_string();
        assert!(Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status().unwrap().success());
    }
}

impl Disk for FileLimit {
    fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    fn fill(&mut self) {
        let log = PathBuf::from(format!("{}-wal", self.database.display()));
        // Room for a few commits more, so that the limit is met in the middle of one.
        self.limit(&(fs::metadata(log).unwrap().len() + 50_000).to_string());
    }

    fn make_room(&mut self) {
        self.limit("unlimited");
    }
}

/// A file system in memory of a fixed size, in a mount namespace of its own, so that it ends with the server.
struct SmallFileSystem {
    server: Server,
    ballast: PathBuf,
}

impl SmallFileSystem {
    /// How this user may mount one: within a user namespace of its own, or as root; else not at all.
    fn way() -> Option<&'static [&'static str]> {
        let ways: [&[&str]; 2] = [&["unshare", "--map-root-user", "--mount"], &["unshare", "--mount"]];
        ways.into_iter().find(|way| {
            let probe = Command::new(way[0]).args(&way[1..]).args(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]).output();
            probe.is_ok_and(|probe| probe.status.success())
        })
    }

    /// Moves the ledger of a folder into a small file system that is mounted over it, and serves it there.
    fn start(way: &[&str], folder: &Path) -> Self {
        let script =
            "set -e; cd /; cp -r \"$0\" \"$0.kept\"; mount -t tmpfs -o size=12m tmpfs \"$0\"; cp -r \"$0.kept/.\" \"$0\"; exec \"$@\"";
        let folder_text = folder.to_str().unwrap();
        let server = Server::through(&[way, &["sh", "-c", script, folder_text]].concat(), folder);
        fs::remove_dir_all(format!("{folder_text}.kept")).unwrap();
        // What the server sees at that path, seen from here.
        let seen = PathBuf::from(format!("/proc/{}/root{folder_text}", server.id()));
        assert!(seen.join("kill.sqlite").exists());
        Self { server, ballast: seen.join("ballast") }
    }
}

impl Disk for SmallFileSystem {
    fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    fn fill(&mut self) {
        let mut ballast = File::create(&self.ballast).unwrap();
        let full = (0..1_000_000).find_map(|_| ballast.write_all(&[0; 4096]).err()).expect("it is small");
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    fn make_room(&mut self) {
        fs::remove_file(&self.ballast).unwrap();
    }
}

/// What became of one statement, sent once.
pub(crate) fn offer(url: &str, number: u64, kept: &mut Kept) -> bool {
    let sent = send(&agent(), url, &statement(number)).expect("the gateway answers, whatever its disk does");
    match sent.acknowledged() {
        Some((entry, receipt)) => {
            assert!(matches!(sent.status, 200 | 201), "{}", sent.body);
            kept.insert(entry, (number, receipt));
            true
        }
        None => {
            assert_eq!((sent.status, sent.body["title"].as_str()), (503, Some("Unavailable")), "{}", sent.body);
            assert!(sent.retry_after.is_some_and(|seconds| seconds >= 1), "it says when to try again");
            false
        }
    }
}

/// A gateway whose disk is full, and has room again; gives what was acknowledged, with what had been `kept` before.
pub(crate) fn fills_up_and_goes_on(disk: &mut impl Disk, vkey: &VerifierKey, mut kept: Kept) -> Kept {
    let url = disk.server().url.clone();
    assert!((0..20).all(|number| offer(&url, number, &mut kept)));
    disk.fill();
    let first_refused = (20..).take(TRIES as usize).find(|number| !offer(&url, *number, &mut kept)).expect("the disk is full");
    // More of them, so that a failure is not the end of the writer.
    let (mut refused, mut last, mut strays) = (1, first_refused, disk.strays());
    while refused < 4 {
        last += 1;
        refused = match offer(&url, last, &mut kept) {
            true => 0,
            false => refused + 1,
        };
        if refused == 0 {
            strays = strays.checked_sub(1).expect("there is no room");
        }
    }
    assert_eq!(check(&url, vkey, &kept), 1 + kept.len() as u64, "nothing but the genesis and what was acknowledged");
    disk.make_room();
    for number in first_refused..last + 30 {
        let tried = (0..TRIES).find(|_| {
            let accepted = offer(&url, number, &mut kept);
            if !accepted {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            accepted
        });
        assert!(tried.is_some(), "the gateway does not come back");
    }
    assert!(disk.server().runs(), "by itself: the same process");
    assert_eq!(check(&url, vkey, &kept), 1 + kept.len() as u64);
    kept
}

#[test]
fn files_that_may_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let mut disk = FileLimit::start(folder.path());
    let kept = fills_up_and_goes_on(&mut disk, &vkey, Kept::new());
    disk.server.kill();
    // What was acknowledged around the full disk is on it, too.
    let server = Server::start(folder.path());
    assert_eq!(check(&server.url, &vkey, &kept), 1 + kept.len() as u64);
    server.kill();
}

#[test]
fn a_file_system_that_is_full() {
    let Some(way) = SmallFileSystem::way() else {
        println!("this user may not mount a file system; files that may not grow are tested all the same");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let mut disk = SmallFileSystem::start(way, folder.path());
    fills_up_and_goes_on(&mut disk, &vkey, Kept::new());
    disk.server.kill();
}

#[test]
fn a_server_tells_how_long_its_disk_takes_to_sync() {
    let folder = tempfile::tempdir().unwrap();
    found(folder.path());
    let server = Server::start(folder.path());
    let count = || {
        let text = agent().get(format!("{}/metrics", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
        let count = text.lines().find_map(|line| line.strip_prefix("convenant_fsync_duration_seconds_count "));
        count.unwrap().parse::<f64>().unwrap()
    };
    // It asks at the start, beside everything else.
    for _ in 0..5_000 {
        if count() >= 1.0 {
            let left = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            assert_eq!(left.filter(|name| name.starts_with(".tmp")).count(), 0, "nothing of it is left");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("it never asks its disk");
}
