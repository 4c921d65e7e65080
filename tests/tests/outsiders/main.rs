//! Programs by others check a live gateway, unchanged; `cargo test -p convenant-tests --features outsiders --test outsiders`.
//!
//! They need Go 1.24 or later, Python 3 and openssl 3. Where the suite is asked for, a missing one is a failure.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where")]

mod casefile;
mod rotated;
mod walk;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Go module with the walker, and with what the README of a case file asks for.
fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("outsiders")
}

/// Runs a program that must succeed; gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{said}\n{wrong}");
    said.into_owned()
}

/// Builds a Go program with the locked modules.
fn build(source: &Path, folder: &Path) -> PathBuf {
    let program = folder.join("program");
    for file in ["go.mod", "go.sum"] {
        std::fs::copy(module().join(file), folder.join(file)).unwrap();
    }
    std::fs::copy(source, folder.join("main.go")).unwrap();
    run(Command::new("go").current_dir(folder).args(["build", "-mod=readonly", "-o"]).arg(&program).arg("."));
    program
}
