//! A PostgreSQL server of this process alone, in a temporary folder: to be killed, stopped and started at will.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use super::binaries::Binaries;
use super::guard::Guard;
use super::sql;

/// Whether commits reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    Synced,
    /// Faster; survives the death of the server, not of the machine.
    Unsynced,
}

/// Room for tests that run beside each other, little memory.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 400
shared_buffers = 64MB
max_wal_senders = 8
wal_level = replica
hot_standby = on
timezone = 'UTC'
jit = off
log_min_messages = warning
log_line_prefix = '%m [%p] %u@%d '
";
/// So often a condition is looked at, 20 ms apart: a minute.
const LOOKS: usize = 3_000;

/// A server and its folder; both are gone when it is dropped, or when this process ends in whatever way.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    folder: PathBuf,
    port: u16,
    server: Option<Child>,
    // Last: it removes the folder.
    _guard: Guard,
}

impl Cluster {
    /// Makes a cluster and starts its server: about a second. Anybody on this machine may connect as anybody. Its default
    /// order of texts is that of Dutch (ICU), where the server has it, so that SQL which leans on it is found out.
    pub fn start(binaries: Binaries, durability: Durability) -> Self {
        Self::with(binaries, durability, &[])
    }

    /// The same; files of its write-ahead log are of 1 MiB each, so that no file of a small database needs to be larger.
    pub(super) fn in_small_files(binaries: Binaries, durability: Durability) -> Self {
        Self::with(binaries, durability, &["--wal-segsize=1"])
    }

    fn with(binaries: Binaries, durability: Durability, more: &[&str]) -> Self {
        let mut cluster = Self::prepare(binaries);
        cluster.initialise(more);
        let synced = if durability == Durability::Synced { "fsync = on\n" } else { "fsync = off\nfull_page_writes = off\n" };
        let socket = format!("unix_socket_directories = '{}'\n", cluster.folder.display());
        cluster.configure(&format!("{SETTINGS}{socket}{synced}"));
        cluster.launch();
        cluster
    }

    /// A copy of a running cluster, which follows it under this name.
    pub(super) fn follow(primary: &Self, name: &str) -> Self {
        let mut cluster = Self::prepare(primary.binaries.clone());
        cluster.copy(primary, name);
        cluster.launch();
        cluster
    }

    /// Its data thrown away and copied from a running cluster, which it follows from then on.
    pub(super) fn follow_anew(&mut self, primary: &Self, name: &str) {
        assert!(self.server.is_none(), "a server that runs follows nobody");
        fs::remove_dir_all(self.data()).expect("the data of a dead server");
        self.copy(primary, name);
        self.launch();
    }

    fn prepare(binaries: Binaries) -> Self {
        let folder = tempfile::Builder::new().prefix("convenant-pg-").tempdir().expect("a temporary folder").keep();
        binaries.own(&folder);
        let guard = Guard::server(binaries.plain(Path::new("/bin/sh"), &folder), &folder);
        Self { binaries, folder, port: 0, server: None, _guard: guard }
    }

    fn initialise(&self, more: &[&str]) {
        let run = |locale: &[&str]| {
            let mut initdb = self.binaries.command("initdb", &self.folder);
            initdb.arg("-D").arg(self.data()).args(["-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-instructions"]).args(more);
            log_to(&mut initdb, &self.log()).args(locale).status().expect("initdb").success()
        };
        // It leaves nothing behind when it fails.
        let made = run(&["--locale=C", "--locale-provider=icu", "--icu-locale=nl"]) || run(&["--locale=C"]);
        assert!(made, "initdb failed: {}", self.said());
    }

    fn copy(&self, primary: &Self, name: &str) {
        let mut copy = self.binaries.command("pg_basebackup", &self.folder);
        copy.arg("-D").arg(self.data()).args(["-R", "-X", "stream", "-c", "fast", "-N"]);
        copy.args(["-d", &format!("host=127.0.0.1 port={} user=postgres application_name={name}", primary.port)]);
        let copied = log_to(&mut copy, &self.log()).status().expect("pg_basebackup").success();
        assert!(copied, "pg_basebackup failed: {}", self.said());
        self.configure(&format!("unix_socket_directories = '{}'\n", self.folder.display()));
    }

    fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&file).expect("the settings of the cluster");
        fs::write(file, format!("{before}\n{settings}")).expect("the settings of the cluster");
    }

    /// Starts the server; at its old port, where it had one.
    fn launch(&mut self) {
        // Another process may take a port that was free a moment ago; then the next one is tried.
        for _ in 0..5 {
            let port = if self.port == 0 { free_port() } else { self.port };
            let mut server = self.binaries.command("postgres", &self.folder);
            server.arg("-D").arg(self.data()).args(["-p", &port.to_string()]);
            let mut child = log_to(&mut server, &self.log()).spawn().expect("postgres");
            if self.is_up(&mut child) {
                (self.port, self.server) = (port, Some(child));
                return;
            }
            _ = child.kill();
            _ = child.wait();
        }
        panic!("the server does not start: {}", self.said());
    }

    /// Waits until it takes connections; false where it ended instead.
    fn is_up(&self, child: &mut Child) -> bool {
        let file = self.data().join("postmaster.pid");
        until(|| {
            let lines = fs::read_to_string(&file).unwrap_or_default();
            let ours = lines.lines().next() == Some(child.id().to_string().as_str());
            // The eighth line is for whoever waits (pg_ctl does the same).
            if ours && lines.lines().nth(7).is_some_and(|state| ["ready", "standby"].contains(&state.trim())) {
                return Some(true);
            }
            child.try_wait().expect("a child").map(|_| false)
        })
        .unwrap_or(false)
    }

    /// `kill -9` to every process of the server at once, as if the machine had lost its power. Where `/proc` is not there,
    /// only the first process is killed, and the others notice.
    pub fn kill(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let id = server.id();
        // Nothing is born while its children are counted.
        signal("STOP", &[id]);
        let mut all = children(id);
        all.push(id);
        signal("KILL", &all);
        _ = server.wait();
        until(|| children_gone(&all).then_some(())).expect("killed processes end");
        // Its number may be another process's one day, which the guard must not stop.
        _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// Ends the server in an orderly way; sessions are broken off.
    pub fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        signal("INT", &[server.id()]);
        _ = server.wait();
    }

    /// Ends the server at once, as `pg_ctl stop -m immediate` does: sessions are broken off, and the next start recovers.
    pub fn stop_at_once(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        signal("QUIT", &[server.id()]);
        _ = server.wait();
    }

    /// Every process of the server stands still: connections stay, and nothing is answered.
    pub fn freeze(&self) {
        let Some(server) = &self.server else { return };
        // Nothing is born while its children are counted.
        signal("STOP", &[server.id()]);
        signal("STOP", &children(server.id()));
    }

    /// They go on.
    pub fn thaw(&self) {
        let Some(server) = &self.server else { return };
        signal("CONT", &children(server.id()));
        signal("CONT", &[server.id()]);
    }

    /// No process of the server, those of sessions that are there and of those to come, may let a file grow beyond so many
    /// bytes; `None`: beyond nothing. With `prlimit` of util-linux.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let Some(server) = &self.server else { return };
        let bytes = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        // First the one that starts the others. As the user that they run as, who may do this to its own.
        let limit = |id: u32| {
            let mut prlimit = self.binaries.plain(Path::new("prlimit"), &self.folder);
            prlimit.args(["--pid", &id.to_string(), &format!("--fsize={bytes}:unlimited")]).output()
        };
        assert!(limit(server.id()).expect("prlimit").status.success(), "the limit of the server is not set");
        // A session may have ended meanwhile.
        children(server.id()).into_iter().for_each(|id| _ = limit(id));
    }

    /// Waits until the server takes connections again after an accident; one that has ended over it is started anew.
    pub fn recovers(&mut self) {
        let ended = until(|| {
            let server = self.server.as_mut().expect("the server was started");
            match server.try_wait().expect("a child") {
                Some(_) => Some(true),
                None => sql::execute(&self.url("postgres", "postgres"), "SELECT 1").ok().map(|()| false),
            }
        });
        if ended.expect("the server recovers or ends") {
            self.server = None;
            self.launch();
        }
    }

    /// Starts a server that was killed or stopped, at the same port.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "the server runs");
        self.launch();
    }

    /// Where a role reaches a database.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Host and port, as in a connection string.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The folder in which everything of it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// The last lines that its programs wrote.
    pub fn said(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.thaw();
        // What is in it is thrown away: no need for an orderly end.
        if let Some(mut server) = self.server.take() {
            signal("QUIT", &[server.id()]);
            _ = server.wait();
        }
    }
}

/// Looks again and again until there is an answer; `None` after a minute.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

fn log_to<'a>(command: &'a mut Command, log: &Path) -> &'a mut Command {
    let file = fs::OpenOptions::new().create(true).append(true).open(log).expect("a log file");
    command.stdout(file.try_clone().expect("a second handle")).stderr(file)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn signal(name: &str, processes: &[u32]) {
    let numbers = processes.iter().map(u32::to_string);
    _ = Command::new("/bin/sh").args(["-c", "kill -s \"$@\" 2>/dev/null", "kill", name]).args(numbers).status();
}

/// The state of a process and who started it; `None` where it is gone.
fn process(id: &str) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // After the name, which is in brackets and may have any character in it.
    let mut rest = stat.rsplit_once(") ")?.1.split(' ');
    Some((rest.next()?.to_owned(), rest.next()?.parse().ok()?))
}

fn children(parent: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    all.filter(|id| process(id).is_some_and(|(_, of)| of == parent)).filter_map(|id| id.parse().ok()).collect()
}

/// Dead ones that nobody has collected yet are gone as well.
fn children_gone(processes: &[u32]) -> bool {
    processes.iter().all(|id| process(&id.to_string()).is_none_or(|(state, _)| state == "Z"))
}
