//! How a refusal is shown: the rule, one Dutch and one English sentence, each fault with its place.

use std::io;

use super::terminal::{Terminal, shown};
use crate::client::Problem;

/// Says on standard error what was refused and what would be accepted.
pub(super) fn show_problem(problem: &Problem, terminal: &mut Terminal) -> io::Result<()> {
    let source = if problem.source.is_empty() { String::new() } else { format!(" ({})", shown(&problem.source)) };
    let code = if problem.rule.is_empty() { format!("status {}", problem.status) } else { shown(&problem.rule) };
    terminal.note(&format!("  {code}{source}"))?;
    for (language, sentence) in [("nl", &problem.title_nl), ("en", &problem.title)] {
        if !sentence.is_empty() {
            terminal.note(&format!("  {language}: {}", shown(sentence)))?;
        }
    }
    if !problem.detail.is_empty() && problem.faults.iter().all(|fault| fault.detail != problem.detail) {
        terminal.note(&format!("  {}", shown(&problem.detail)))?;
    }
    for fault in &problem.faults {
        let place = if fault.pointer.is_empty() { "the whole" } else { &fault.pointer };
        let rule = if fault.rule.is_empty() || fault.rule == problem.rule { String::new() } else { format!(" [{}]", shown(&fault.rule)) };
        terminal.note(&format!("  - {}: {}{rule}", shown(place), shown(&fault.detail)))?;
        if !fault.accepted.is_empty() {
            terminal.note(&format!("    accepted: {}", shown(&fault.accepted)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ProblemFault;
    use crate::command::tests::Captured;

    #[test]
    fn a_refusal_is_said_in_two_languages_with_each_fault() {
        let fault = |pointer: &str, rule: &str| ProblemFault {
            pointer: pointer.into(),
            rule: rule.into(),
            detail: "d\u{202e}".into(),
            accepted: "a".into(),
        };
        let problem = Problem {
            rule: "notice-too-short".into(),
            source: "L01".into(),
            title: "The notice term is too short.".into(),
            title_nl: "De opzegtermijn is te kort.".into(),
            faults: vec![fault("/body/x", "notice-too-short"), fault("", "wrong-value")],
            ..Problem::default()
        };
        let mut captured = Captured::new();
        show_problem(&problem, &mut captured.terminal).unwrap();
        let expected = "  notice-too-short (L01)\n  nl: De opzegtermijn is te kort.\n  en: The notice term is too short.\n  \
            - /body/x: d\\u{202e}\n    accepted: a\n  - the whole: d\\u{202e} [wrong-value]\n    accepted: a\n";
        assert_eq!(captured.notes(), expected);
    }
}
