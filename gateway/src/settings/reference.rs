//! The settings as documents, made from the flags themselves: a table, and an example of the file.

use std::fmt::Write;

use clap::{Arg, Args as _, Command};

use super::Settings;
use super::file::FLAGS_ONLY;

fn settings() -> Vec<Arg> {
    let command = Settings::augment_args(Command::new("serve"));
    command.get_arguments().filter(|arg| arg.get_long().is_some()).cloned().collect()
}

fn name(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_default()
}

fn help(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if help.ends_with('.') { help } else { format!("{help}.") }
}

fn default(arg: &Arg) -> String {
    arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(",")
}

/// `docs/configuration.md`.
pub fn reference() -> String {
    let mut text = String::from(
        "# Settings of `convenant serve`\n\nGenerated from the code. A flag goes before the environment, the environment before the file, the file before the\n\
         default. The file is TOML, named by `--config`; `convenant.example.toml` has every key. A key that is not in this\n\
         list is an error. In the environment a list has commas between its items.\n\n\
         | flag | environment | key | default | what |\n|---|---|---|---|---|\n",
    );
    for arg in settings() {
        let code = |text: String| if text.is_empty() { text } else { format!("`{text}`") };
        let environment = arg.get_env().map(|env| env.to_string_lossy().into_owned()).unwrap_or_default();
        let key = if FLAGS_ONLY.contains(&name(&arg)) { String::new() } else { name(&arg).to_owned() };
        let flag = format!("--{}", name(&arg));
        _ = writeln!(
            text,
            "| `{flag}` | {} | {} | {} | {} |",
            code(environment),
            code(key),
            code(default(&arg)),
            help(&arg).replace('|', "\\|")
        );
    }
    text
}

/// `convenant.example.toml`: every key with its default; one without is there as a comment.
pub fn example() -> String {
    let mut text = String::from("# Settings of `convenant serve`, with their defaults. Generated from the code: docs/configuration.md.\n");
    for arg in settings().iter().filter(|arg| !FLAGS_ONLY.contains(&name(arg))) {
        let default = default(arg);
        let is_list = arg.get_value_delimiter().is_some();
        if default.is_empty() && !is_list {
            // What holds without it is no value of its own.
            _ = writeln!(text, "\n# {}\n# {} = \"...\"", help(arg), name(arg));
            continue;
        }
        let value = match default.parse::<u64>() {
            Ok(number) => number.to_string(),
            Err(_) if is_list => format!(
                "[{}]",
                default.split(',').filter(|item| !item.is_empty()).map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
            ),
            Err(_) => format!("{default:?}"),
        };
        _ = writeln!(text, "\n# {}\n{} = {value}", help(arg), name(arg));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::file::{deaf, keys, with_values};
    use clap::FromArgMatches as _;
    use std::path::Path;

    #[test]
    fn the_example_has_every_key_and_says_what_holds_without_it() {
        let command = || Settings::augment_args(Command::new("serve")).mut_args(deaf);
        let read =
            |command: Command| format!("{:?}", Settings::from_arg_matches(&command.try_get_matches_from(["serve"]).unwrap()).unwrap());
        let with = with_values(command(), Path::new("convenant.example.toml"), &example()).unwrap();
        assert_eq!(read(with), read(command()));
        let given: toml::Table = example().parse().unwrap();
        let told = |key: &String| given.contains_key(key) || example().contains(&format!("\n# {key} = "));
        let (known, unknown): (Vec<_>, Vec<_>) = keys(&command()).into_iter().partition(told);
        assert_eq!((unknown, known.len() >= given.len()), (Vec::new(), true));
    }

    #[test]
    fn every_setting_has_a_variable_with_its_own_name() {
        for arg in settings().iter().filter(|arg| name(arg) != "accept-clock") {
            let expected = format!("CONVENANT_{}", name(arg).replace('-', "_").to_uppercase());
            assert_eq!(arg.get_env().unwrap().to_str(), Some(expected.as_str()));
        }
    }
}
