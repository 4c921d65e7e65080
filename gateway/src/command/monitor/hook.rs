//! The command that is run on a finding, with the finding as JSON on its standard input.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;

/// Runs a command through the shell, waits for it, and says if it failed.
pub(super) fn run(command: &str, finding: &Value) -> anyhow::Result<()> {
    let failed = || format!("the command {command:?}");
    let mut child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().with_context(failed)?;
    let mut stdin = child.stdin.take().context("its standard input")?;
    // A command that does not read what it is told is no reason to stop watching.
    _ = writeln!(stdin, "{finding}");
    drop(stdin);
    let status = child.wait().with_context(failed)?;
    anyhow::ensure!(status.success(), "the command {command:?} ended with {status}");
    Ok(())
}
