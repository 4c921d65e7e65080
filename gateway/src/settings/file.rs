//! The file of settings: its values become the defaults of the flags, so that every value is checked in one place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::Resettable;
use clap::{Arg, Command};
use thiserror::Error;
use toml::{Table, Value};

/// Which subcommand reads a file.
const SERVE: &str = "serve";
/// Flags that are no keys: the file cannot name itself, and a clock is confirmed for one start only.
pub(super) const FLAGS_ONLY: [&str; 2] = ["config", "accept-clock"];

/// Why the settings in a file are refused.
#[derive(Debug, Error)]
pub enum SettingsFault {
    /// It cannot be read.
    #[error("the settings {file} cannot be read: {source}", file = .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("the settings {file} are not TOML: {fault}", file = .file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Where, and what was expected.
        fault: String,
    },
    /// Keys that mean nothing, or values that do not fit.
    #[error("the settings {file} do not fit: {faults}", file = .file.display(), faults = .faults.join("; "))]
    Unfit {
        /// The file.
        file: PathBuf,
        /// All of them, each with what would be accepted.
        faults: Vec<String>,
    },
}

/// The command line of the program, whose `serve` has the values of the file that `--config` or the environment names as
/// its defaults. Unchanged when no file is named.
pub fn with_file(command: Command, arguments: &[OsString]) -> Result<Command, SettingsFault> {
    let probe = command.clone().ignore_errors(true).try_get_matches_from(arguments);
    // Asked for help, or used so wrongly that the second reading says why.
    let Some(file) = probe.ok().and_then(|found| found.subcommand_matches(SERVE)?.get_one::<PathBuf>("config").cloned()) else {
        return Ok(command);
    };
    let text = std::fs::read_to_string(&file).map_err(|source| SettingsFault::Read { file: file.clone(), source })?;
    let serve = command.find_subcommand(SERVE).cloned().unwrap_or_else(|| Command::new(SERVE));
    let serve = with_values(serve, &file, &text)?;
    Ok(command.mut_subcommand(SERVE, |_| serve))
}

/// A subcommand with the values of this text as its defaults.
pub(super) fn with_values(mut command: Command, file: &Path, text: &str) -> Result<Command, SettingsFault> {
    let syntax = |fault: toml::de::Error| SettingsFault::Syntax { file: file.to_owned(), fault: fault.to_string().trim_end().to_owned() };
    let table: Table = text.parse().map_err(syntax)?;
    let (mut known, mut faults) = (keys(&command), Vec::new());
    known.sort();
    for (key, value) in table {
        let id = key.replace('-', "_");
        if !known.contains(&key) {
            faults.push(format!("there is no setting {key:?}; accepted: {}", known.join(", ")));
            continue;
        }
        match texts(&value)
            .ok_or_else(|| "accepted: a text, a number or a list of texts".to_owned())
            .and_then(|texts| try_on(&command, &id, texts))
        {
            Ok(with) => command = with,
            Err(fault) => faults.push(format!("{key}: {fault}")),
        }
    }
    if faults.is_empty() { Ok(command) } else { Err(SettingsFault::Unfit { file: file.to_owned(), faults }) }
}

/// The keys that a file may have: the names of the flags.
pub(super) fn keys(command: &Command) -> Vec<String> {
    let flags = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned);
    flags.filter(|flag| !FLAGS_ONLY.contains(&flag.as_str()) && !["help", "version"].contains(&flag.as_str())).collect()
}

/// The command with this default, if it is one: the flag's own reader says so.
fn try_on(command: &Command, id: &str, texts: Vec<String>) -> Result<Command, String> {
    let with = command.clone().mut_arg(id, |arg| arg.default_values(texts));
    let read = with.clone().no_binary_name(true).mut_args(deaf).try_get_matches_from(std::iter::empty::<OsString>());
    read.map_err(|error| error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())?;
    Ok(with)
}

/// A flag that does not listen to the environment.
pub(super) fn deaf(arg: Arg) -> Arg {
    arg.env(Resettable::Reset)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::Boolean(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use clap::{Args as _, FromArgMatches as _};

    fn serve() -> Command {
        Command::new("convenant").subcommand(Settings::augment_args(Command::new(SERVE)).mut_args(deaf))
    }

    /// Reads a command line with a file of this text.
    fn read(text: &str, flags: &[&str]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, text).unwrap();
        let start = ["convenant", SERVE, "--config", file.to_str().unwrap()];
        let arguments: Vec<OsString> = start.iter().chain(flags).map(OsString::from).collect();
        let command = with_file(serve(), &arguments).map_err(|fault| fault.to_string())?;
        let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        Ok(Settings::from_arg_matches(matches.subcommand_matches(SERVE).unwrap()).unwrap())
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let text = "listen = \"127.0.0.1:1\"\nmax-requests = 7\ncors-origins = [\"https://a.nl\", \"https://b.nl:8443\"]";
        let settings = read(text, &["--max-requests", "1024"]).unwrap();
        assert_eq!(settings.listen.port(), 1);
        // The flag says what the default says, and still goes first.
        assert_eq!(settings.limits.max_requests, 1024);
        assert_eq!(settings.limits.cors_origins, ["https://a.nl", "https://b.nl:8443"]);
        assert_eq!(settings.limits.max_connections, crate::settings::Limits::default().max_connections);
        let settings = read(text, &["--cors-origins", "https://c.nl"]).unwrap();
        assert_eq!((settings.limits.max_requests, settings.limits.cors_origins), (7, vec!["https://c.nl".parse().unwrap()]));
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_what_would_be_accepted() {
        let text =
            "lisen = \"x\"\nmax-requests = 0\nlisten = \"nowhere\"\ncors-origins = [\"example.nl\"]\nqueue = 1.5\naccept-clock = true";
        let fault = read(text, &[]).unwrap_err();
        for said in [
            "there is no setting \"lisen\"; accepted: attachments, cors-origins, database, header-timeout-seconds, keys, listen, log,",
            "max-requests: invalid value '0' for '--max-requests <NUMBER>': 0 is not in 1..=100000",
            "listen: invalid value 'nowhere'",
            "accepted: https://host, http://host:port or *",
            "queue: accepted: a text, a number or a list of texts",
            "there is no setting \"accept-clock\"",
        ] {
            assert!(fault.contains(said), "{said} in {fault}");
        }
        assert!(read("listen = ", &[]).unwrap_err().contains("are not TOML"));
        assert!(read("[limits]\nqueue = 1", &[]).unwrap_err().contains("there is no setting \"limits\""));
        let arguments = ["convenant", SERVE, "--config", "/nowhere.toml"].map(OsString::from);
        assert!(with_file(serve(), &arguments).unwrap_err().to_string().contains("/nowhere.toml cannot be read"));
    }
}
