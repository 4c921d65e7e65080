//! Where PostgreSQL's server binaries are on this machine, and which user runs them.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest version that Convenant works with.
const OLDEST: u32 = 15;
/// Where packages put them, when they are not on the PATH: folders, and beginnings of names of folders in them.
const USUAL: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/usr/local", "pgsql"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
];

/// The folder with `initdb`, `postgres` and `pg_basebackup` of one version.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
    /// User and group for the server, where this process is root: PostgreSQL refuses to run as root.
    runs_as: Option<(u32, u32)>,
}

impl Binaries {
    /// The first on the PATH, else the newest in the usual places; the error says what is missing.
    pub fn find() -> Result<Self, String> {
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&on_path).chain(usual());
        let folder = folders
            .filter(|folder| ["initdb", "postgres", "pg_basebackup"].iter().all(|name| folder.join(name).is_file()))
            .find(|folder| version(folder).is_some_and(|version| version >= OLDEST))
            .ok_or(format!("no initdb of PostgreSQL {OLDEST} or newer on the PATH or in the usual places"))?;
        Ok(Self { folder, runs_as: unprivileged()? })
    }

    /// One of them, with its input and output closed, as the user that runs servers, in a group of its own: Ctrl-C is for
    /// the tests, and servers end after them. Nothing of the environment tells it which server to use.
    pub fn command(&self, name: &str, work: &Path) -> Command {
        self.plain(&self.folder.join(name), work)
    }

    /// Another program, in the same way.
    pub(super) fn plain(&self, program: &Path, work: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.current_dir(work).env("LC_ALL", "C").process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = self.runs_as {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a folder to the user that runs servers.
    pub(super) fn own(&self, folder: &Path) {
        if let Some((user, group)) = self.runs_as {
            std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("root gives away a folder");
        }
    }
}

/// Folders of packages, the newest version first.
fn usual() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (place, beginning) in USUAL {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        found.extend(
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning)).map(|entry| entry.path().join("bin")),
        );
    }
    found.sort_by_cached_key(|folder| std::cmp::Reverse(version(folder)));
    found
}

/// The major version: `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn version(folder: &Path) -> Option<u32> {
    let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    said.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whom root runs servers as: the user of the package, or nobody. `None` where this process is not root.
fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    let mine =
        tempfile::tempdir().and_then(|folder| fs::metadata(folder.path())).map_err(|error| format!("no temporary folder: {error}"))?;
    if mine.uid() != 0 {
        return Ok(None);
    }
    let number = |flag: &str, name: &str| {
        let said = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(said.stdout).ok()?.trim().parse::<u32>().ok()
    };
    let found = ["postgres", "nobody"].iter().find_map(|name| Some((number("-u", name)?, number("-g", name)?)));
    found.map(Some).ok_or("PostgreSQL refuses to run as root, and there is no user postgres or nobody".to_owned())
}
