//! JSON as indented text that people can read, in the terminal.

use serde_json::Value;

use super::terminal::{shown, shown_lines};

/// The value as lines of `name: value`; what nests is indented. Every text in it is safe to print.
pub(super) fn prose(value: &Value, indent: usize) -> String {
    let mut text = String::new();
    write(value, indent, &mut text);
    text
}

/// A value without parts, on one line; `None` for a list or an object that holds something.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("-".into()),
        Value::Bool(value) => Some(if *value { "yes" } else { "no" }.into()),
        Value::Number(value) => Some(value.to_string()),
        Value::String(text) => Some(shown(text)),
        Value::Array(items) if items.is_empty() => Some("-".into()),
        Value::Object(members) if members.is_empty() => Some("-".into()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn write(value: &Value, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                text.push_str(&format!("{margin}{}:", shown(name)));
                entry(member, indent, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                text.push_str(&format!("{margin}-"));
                entry(item, indent, text);
            }
        }
        other => text.push_str(&format!("{margin}{}\n", scalar(other).unwrap_or_default())),
    }
}

/// What stands behind a name or a dash.
fn entry(value: &Value, indent: usize, text: &mut String) {
    match (value, scalar(value)) {
        (Value::String(lines), _) if lines.contains('\n') => {
            let margin = " ".repeat(indent + 4);
            text.push('\n');
            for line in shown_lines(lines).lines() {
                text.push_str(&format!("{margin}{line}\n"));
            }
        }
        (_, Some(one_line)) => text.push_str(&format!(" {one_line}\n")),
        (_, None) => {
            text.push('\n');
            write(value, indent + 2, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_values_are_indented_and_safe() {
        let value = json!({ "a": "x\u{1b}", "b": ["p", { "q": true }], "c": "two\nlines", "d": [], "e": null });
        let expected = "  a: x\\u{1b}\n  b:\n    - p\n    -\n      q: yes\n  c:\n      two\n      lines\n  d: -\n  e: -\n";
        assert_eq!(prose(&value, 2), expected);
    }
}
