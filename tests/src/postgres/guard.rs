//! Ends what a test process started, when that process has ended, in whatever way.
//!
//! The guard is a shell that reads from a pipe whose other end only this process has. Killed or not, when this process is
//! gone the pipe is closed, and the guard cleans up.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Stops the server in a folder, at once, and removes the folder. It waits for a while only: where nobody collects dead
/// processes, the server seems to be there for ever.
const SERVER: &str = r#"cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -s QUIT "$pid" 2>/dev/null
  i=0; while [ $i -lt 100 ] && kill -s 0 "$pid" 2>/dev/null; do i=$((i + 1)); sleep 0.05; done
fi
rm -rf "$1""#;
/// Removes a container.
const CONTAINER: &str = r#"cat >/dev/null; docker rm -f -v "$1" >/dev/null 2>&1"#;

/// Cleans up when it is dropped, or when this process ends.
#[derive(Debug)]
pub struct Guard(Child);

impl Guard {
    /// For the server whose data are in `data` of this folder, and the folder. The command is a shell, run as whoever owns them.
    pub(super) fn server(shell: Command, folder: &Path) -> Self {
        Self::start(shell, SERVER, folder.as_os_str())
    }

    /// For a container, by its id; it needs the program `docker`, without which nothing happens.
    pub(super) fn container(shell: Command, id: &str) -> Self {
        Self::start(shell, CONTAINER, id.as_ref())
    }

    fn start(mut shell: Command, script: &str, about: &std::ffi::OsStr) -> Self {
        shell.args(["-c", script, "convenant-test-guard"]).arg(about).stdin(Stdio::piped());
        Self(shell.spawn().expect("a shell"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        _ = self.0.wait();
    }
}
