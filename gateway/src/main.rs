//! The one binary of Convenant: reads the command line and hands each subcommand to its file.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use gateway::command::exit::{EXIT_CODES, conclude};
use gateway::command::{
    Exit, Terminal, agreement, attempt, audit, backup, demo, erase, follow, go_on, init, key, log_key, migrate, monitor, read, rebuild,
    recurrence, register, restore, rules_change, serve, sign, submit, token, verify, witness,
};
use gateway::settings::with_file;

/// Statements are many small allocations on several threads, which this allocator serves better.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Agreements between institutions in an append-only, signed ledger
#[derive(Debug, Parser)]
#[command(name = "convenant", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Reads the command line. What a file of settings says are the defaults of `serve`.
    fn read(arguments: Vec<OsString>) -> anyhow::Result<Self> {
        let matches = with_file(Self::command(), &arguments)?.get_matches_from(arguments);
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }
}

/// In the order in which an institution meets them.
#[derive(Debug, clap::Subcommand)]
enum Command {
    Key(key::Key),
    Register(register::Register),
    Agreement(agreement::Agreement),
    Sign(sign::Sign),
    Submit(submit::Submit),
    Token(token::Token),
    Attempt(attempt::Attempt),
    Erase(erase::Erase),
    Read(read::Read),
    Follow(follow::Follow),
    Audit(audit::Audit),
    Recurrence(recurrence::Recurrence),
    Monitor(monitor::Monitor),
    Verify(verify::Verify),
    Init(init::Init),
    LogKey(log_key::LogKey),
    RulesChange(rules_change::RulesChange),
    Migrate(migrate::Migrate),
    Serve(serve::Serve),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
    Restore(restore::Restore),
    GoOn(go_on::GoOn),
    Witness(witness::WitnessCommand),
    Demo(demo::Demo),
}

impl Command {
    fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        match self {
            Self::Key(key) => key.run(terminal),
            Self::Register(register) => register.run(terminal),
            Self::Agreement(agreement) => agreement.run(terminal),
            Self::Sign(sign) => sign.run(terminal),
            Self::Submit(submit) => submit.run(terminal),
            Self::Token(token) => token.run(terminal),
            Self::Attempt(attempt) => attempt.run(terminal),
            Self::Erase(erase) => erase.run(terminal),
            Self::Read(read) => read.run(terminal),
            Self::Follow(follow) => follow.run(terminal),
            Self::Audit(audit) => audit.run(terminal),
            Self::Recurrence(recurrence) => recurrence.run(terminal),
            Self::Monitor(monitor) => monitor.run(terminal),
            Self::Verify(verify) => verify.run(terminal),
            Self::Init(init) => init.run(terminal),
            Self::LogKey(log_key) => log_key.run(terminal),
            Self::RulesChange(rules_change) => rules_change.run(terminal),
            Self::Migrate(migrate) => migrate.run(terminal),
            Self::Serve(serve) => serve.run(),
            Self::Rebuild(rebuild) => rebuild.run(terminal),
            Self::Backup(backup) => backup.run(terminal),
            Self::Restore(restore) => restore.run(terminal),
            Self::GoOn(go_on) => go_on.run(terminal),
            Self::Witness(witness) => witness.run(terminal),
            Self::Demo(demo) => demo.run(terminal),
        }
    }
}

fn main() -> ExitCode {
    let mut terminal = Terminal::system();
    let outcome = Cli::read(std::env::args_os().collect()).and_then(|cli| cli.command.run(&mut terminal));
    conclude(outcome, &mut terminal).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_and_tells_its_exit_codes() {
        Cli::command().debug_assert();
        assert!(Cli::command().render_help().to_string().contains("3  the gateway cannot be reached"));
    }
}
