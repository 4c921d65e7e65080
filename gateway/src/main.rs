//! The one binary of Convenant.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use gateway::command::{init::Init, serve::Serve};

/// Statements are many small allocations on several threads, which this allocator serves a fifth faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An append-only, signed ledger of local partnership agreements.
#[derive(Debug, Parser)]
#[command(version, about)]
enum Cli {
    /// Makes a ledger, from the self-signed registrations of its owner and the ministry.
    Init(Init),
    /// Serves the ledgers of a database over HTTP, until it is told to stop.
    Serve(Serve),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse() {
        Cli::Init(init) => init.run().await,
        Cli::Serve(serve) => serve.run().await.map(|()| String::new()),
    };
    let (text, code) = match result {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(error) => {
            _ = writeln!(std::io::stderr(), "convenant: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    _ = std::io::stdout().write_all(text.as_bytes());
    code
}
