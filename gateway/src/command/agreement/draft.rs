//! A draft: YAML as JSON, with the line of each value, so that a fault is found where it was written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use ledger::envelope::{Fault, MAX_JWS, Rule};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Value};

use super::super::sign::read_bounded;

/// What stands where something is still to be filled in.
pub(super) const PLACEHOLDER: &str = "INVULLEN";
/// Deeper than any text that can be proposed.
const MOST_DEPTH: usize = 32;

/// The text of an agreement as it was written.
#[derive(Debug)]
pub(super) struct Draft {
    /// The body of the proposal.
    pub(super) body: Value,
    /// The line of each value, by its pointer in the payload.
    lines: BTreeMap<String, usize>,
}

impl Draft {
    /// Reads a file, or standard input for `-`.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = read_bounded(path, MAX_JWS as u64)?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} cannot be read as YAML", path.display()))
    }

    /// Reads one document. Strictly: of two members with one name, a lenient reader would sign the last and lose the first.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut reading = Reading { events: Parser::new_from_str(text), lines: BTreeMap::new() };
        loop {
            match reading.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => bail!("it is empty; accepted: the text of an agreement"),
                (first, span) => {
                    let body = reading.value(first, span, "/body", 0)?;
                    return match reading.rest()? {
                        true => Ok(Self { body, lines: reading.lines }),
                        false => bail!("it holds more than one document; accepted: one"),
                    };
                }
            }
        }
    }

    /// Each place that still says [`PLACEHOLDER`].
    pub(super) fn to_fill_in(&self) -> Vec<Fault> {
        let open = self.lines.keys().filter(|pointer| {
            let value = self.body.pointer(pointer.strip_prefix("/body").unwrap_or(pointer));
            value.and_then(Value::as_str).is_some_and(|text| text.contains(PLACEHOLDER))
        });
        let fault = |pointer: &String| Fault {
            pointer: pointer.clone(),
            rule: Rule::Incomplete,
            detail: "this is still to be filled in".into(),
            accepted: format!("what belongs there, in the place of {PLACEHOLDER}"),
        };
        open.map(fault).collect()
    }

    /// The line that a place is about: its own, or that of the nearest thing around it.
    pub(super) fn line_of(&self, pointer: &str) -> usize {
        let mut at = pointer;
        loop {
            match (self.lines.get(at), at.rsplit_once('/')) {
                (Some(line), _) => return *line,
                (None, Some((around, _))) => at = around,
                (None, None) => return 1,
            }
        }
    }
}

struct Reading<'a> {
    events: Parser<'a, StrInput<'a>>,
    lines: BTreeMap<String, usize>,
}

impl<'a> Reading<'a> {
    fn next(&mut self) -> anyhow::Result<(Event<'a>, Span)> {
        let (event, span) = self.events.next().context("it ends too early")??;
        if matches!(event, Event::Alias(_)) {
            bail!("line {}: an alias; accepted: the value itself", span.start.line());
        }
        Ok((event, span))
    }

    /// Whether nothing follows but the end.
    fn rest(&mut self) -> anyhow::Result<bool> {
        loop {
            match self.next()?.0 {
                Event::StreamEnd => return Ok(true),
                Event::DocumentEnd | Event::Nothing => {}
                _ => return Ok(false),
            }
        }
    }

    fn value(&mut self, event: Event<'a>, span: Span, pointer: &str, depth: usize) -> anyhow::Result<Value> {
        let line = span.start.line();
        self.lines.insert(pointer.to_owned(), line);
        if depth > MOST_DEPTH {
            bail!("line {line}: deeper than {MOST_DEPTH} levels");
        }
        Ok(match event {
            Event::Scalar(text, ScalarStyle::Plain, _, None) => plain(&text),
            Event::Scalar(text, _, _, None) => Value::String(text.into_owned()),
            Event::SequenceStart(_, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::Array(items),
                        (Event::Nothing, _) => {}
                        (event, span) => items.push(self.value(event, span, &format!("{pointer}/{}", items.len()), depth + 1)?),
                    }
                }
            }
            Event::MappingStart(_, None) => self.members(pointer, depth)?,
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                bail!("line {line}: a tag; accepted: a value without")
            }
            other => bail!("line {line}: {other:?} is no value"),
        })
    }

    fn members(&mut self, pointer: &str, depth: usize) -> anyhow::Result<Value> {
        let mut members = Map::new();
        loop {
            let (name, line) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Object(members)),
                (Event::Nothing, _) => continue,
                (Event::Scalar(name, ..), span) => (name.into_owned(), span.start.line()),
                (_, span) => bail!("line {}: a name that is no text", span.start.line()),
            };
            let (event, span) = loop {
                match self.next()? {
                    (Event::Nothing, _) => {}
                    found => break found,
                }
            };
            let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let value = self.value(event, span, &place, depth + 1)?;
            // Where a value stands on lines of its own, its name tells better where to look.
            self.lines.insert(place, line);
            if members.insert(name.clone(), value).is_some() {
                bail!("line {line}: {name} occurs twice; accepted: once");
            }
        }
    }
}

/// A value without quotes, by the JSON schema of YAML 1.2: null, a truth, a number, else text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" => Value::Null,
        _ => match serde_json::from_str(text) {
            Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
            _ => Value::String(text.to_owned()),
        },
    }
}
