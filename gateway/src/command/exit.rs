//! How a tool ends: the four exit codes, and the sentence on standard error.

use std::io;
use std::process::ExitCode;

use ledger::envelope::Refusal;

use super::refused::show_problem;
use super::terminal::{Terminal, shown_lines};
use crate::client::{self, Problem};

/// For `--help` of the program.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done; everything that was sent was accepted
  1  refused, by the ledger or before signing; the rule and what would be accepted are on standard error
  2  used wrongly, or a file that cannot be read or written
  3  the gateway cannot be reached, or did not answer as it should";

/// How a subcommand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A statement was refused.
    Refused,
    /// Used wrongly, or files in the way.
    Usage,
    /// No gateway, or none that answers as it should.
    Unreachable,
}

impl Exit {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Says why a subcommand failed, and what it ends with. A problem in several places is shown with all of them.
pub fn conclude(outcome: anyhow::Result<Exit>, terminal: &mut Terminal) -> Exit {
    let error = match outcome {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    // Whoever reads our output has heard enough (`| head`); there is nobody to tell.
    if error.chain().any(|cause| cause.downcast_ref().is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe)) {
        return Exit::Done;
    }
    let find = |error: &anyhow::Error| {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return (Exit::Refused, Some(Problem::from(refusal)));
        }
        match error.downcast_ref::<client::Error>() {
            Some(client::Error::Refused(problem)) => (Exit::Refused, Some(problem.as_ref().clone())),
            Some(client::Error::Unreachable { .. } | client::Error::Unexpected { .. }) => (Exit::Unreachable, None),
            Some(client::Error::Address(..)) | None => (Exit::Usage, None),
        }
    };
    let (exit, problem) = find(&error);
    // Standard error may be gone as well; the exit code still says it.
    let _ = match problem {
        Some(problem) => terminal.note("refused:").and_then(|()| show_problem(&problem, terminal)),
        None => terminal.note(&format!("convenant: {}", shown_lines(&format!("{error:#}")))),
    };
    exit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::Captured;
    use anyhow::Context as _;
    use ledger::envelope::Rule;

    #[test]
    fn each_kind_of_trouble_has_its_code() {
        let refusal = Refusal::at("/body/x", Rule::WrongValue, "bad \u{1b}[2J", "good");
        let problem = Problem { rule: "too-late".into(), ..Problem::default() };
        let unexpected = client::Error::Unexpected { url: "u".into(), status: 500, detail: String::new() };
        let unreachable = client::Error::Unreachable { url: "u".into(), source: Box::new(ureq::Error::HostNotFound) };
        let errors: [(anyhow::Error, u8, &str); 6] = [
            (anyhow::Error::from(refusal).context("while signing"), 1, "/body/x: bad \\u{1b}"),
            (client::Error::Refused(Box::new(problem)).into(), 1, "too-late"),
            (client::Error::Address("x".into(), "wrong").into(), 2, "wrong"),
            (io::Error::other("disk").into(), 2, "disk"),
            (unexpected.into(), 3, "500"),
            (unreachable.into(), 3, "cannot be reached"),
        ];
        for (error, code, said) in errors {
            let mut captured = Captured::new();
            assert_eq!(conclude(Err(error), &mut captured.terminal).code(), code, "{said}");
            assert!(captured.notes().contains(said), "{}", captured.notes());
        }
        let gone = Err(io::Error::from(io::ErrorKind::BrokenPipe)).context("writing");
        assert_eq!(conclude(gone, &mut Captured::new().terminal), Exit::Done);
    }
}
