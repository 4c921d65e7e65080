//! What a signed statement says, member by member, with the titles of its schema.

use ledger::envelope::Type;
use ledger::words::Rhythm;
use maud::{Markup, html};
use serde_json::Value;

use super::dates;
use super::told::{Told, visible};
use super::when::rhythm_in_words;
use super::words::{Language, Words};

/// A body as nested lists of terms; long lists are cut, since the record itself can be had whole.
pub(super) fn body(language: Language, kind: Type, body: &Value) -> Markup {
    let schema = kind.schema();
    members(language, body, &schema["properties"]["body"])
}

/// A body in plain Dutch, a line for each member, for a terminal: all of it, since it is about to be signed.
pub(crate) fn lines(kind: Type, body: &Value) -> String {
    let (schema, mut text) = (kind.schema(), String::new());
    write_members(body, &schema["properties"]["body"], 4, &mut text);
    text
}

fn write_members(value: &Value, schema: &Value, indent: usize, text: &mut String) {
    let schema = alternative(value, schema);
    for (name, member) in in_order(value, schema) {
        let inner = &schema["properties"][name.as_str()];
        text.push_str(&format!("{}{}:", " ".repeat(indent), visible(&title(Language::Dutch, name, inner))));
        match alternative_title(Language::Dutch, name, inner, schema) {
            Some(title) => text.push_str(&format!(" {title}\n")),
            None => write_value(member, inner, indent, text),
        }
    }
}

/// Members in the order in which the form asks for them, and what it does not ask for after those.
fn in_order<'a>(value: &'a Value, schema: &Value) -> Vec<(&'a String, &'a Value)> {
    let asked: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut members: Vec<_> = value.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| asked.iter().position(|asked| asked == name).unwrap_or(asked.len()));
    members
}

/// What stands behind a title.
fn write_value(value: &Value, schema: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            write_members(value, schema, indent + 2, text);
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            items.iter().for_each(|item| write_item(item, &schema["items"], indent + 2, text));
        }
        Value::String(said) => {
            let said = code_title(Language::Dutch, said, schema).unwrap_or_else(|| dated(Language::Dutch, said, schema));
            text.push_str(&format!(" {}\n", visible(&said)));
        }
        Value::Bool(said) => text.push_str(if *said { " ja\n" } else { " nee\n" }),
        Value::Number(number) => text.push_str(&format!(" {number}\n")),
        Value::Null | Value::Object(_) | Value::Array(_) => text.push_str(" –\n"),
    }
}

/// An item of a list, behind a dash.
fn write_item(item: &Value, schema: &Value, indent: usize, text: &mut String) {
    let mut inner = String::new();
    match item {
        Value::Object(members) if !members.is_empty() => write_members(item, schema, indent + 2, &mut inner),
        _ => write_value(item, schema, indent, &mut inner),
    }
    text.push_str(&format!("{}- {}", " ".repeat(indent), inner.trim_start()));
}

/// At most this many items of a list are spelled out.
const MOST_ITEMS: usize = 40;

fn members(language: Language, value: &Value, schema: &Value) -> Markup {
    let empty = serde_json::Map::new();
    let given = value.as_object().unwrap_or(&empty);
    // The schema's order is that of the statement; a union's alternatives are told apart by their constant.
    let schema = alternative(value, schema);
    html! {
        dl.terms {
            @for (name, member) in given {
                @let inner = &schema["properties"][name.as_str()];
                div {
                    dt { (title(language, name, inner)) }
                    dd {
                        @match alternative_title(language, name, inner, schema) {
                            Some(title) => (title),
                            None => (spelled(language, member, inner)),
                        }
                    }
                }
            }
        }
    }
}

fn spelled(language: Language, value: &Value, schema: &Value) -> Markup {
    match value {
        Value::Object(_) => members(language, value, schema),
        Value::Array(items) => html! {
            @if items.is_empty() { "–" } @else {
                ul.plain {
                    @for item in items.iter().take(MOST_ITEMS) { li { (spelled(language, item, &schema["items"])) } }
                    @if items.len() > MOST_ITEMS { li { "… (" (items.len()) ")" } }
                }
            }
        },
        Value::String(text) => html! {
            @match code_title(language, text, schema) {
                Some(title) => (title),
                None => (Told(&dated(language, text, schema))),
            }
        },
        Value::Bool(value) => html! { (match (language, value) {
            (Language::Dutch, true) => "ja",
            (Language::Dutch, false) => "nee",
            (Language::English, true) => "yes",
            (Language::English, false) => "no",
        }) },
        Value::Number(number) => html! { (number) },
        Value::Null => html! { "–" },
    }
}

/// Days, instants and rhythms as people write them, a rhythm with its rule beside it.
fn dated(language: Language, text: &str, schema: &Value) -> String {
    let read = match schema["format"].as_str() {
        Some("date") => text.parse().ok().map(|day| dates::day(language, day)),
        Some("date-time") => text.parse().ok().map(|at| dates::instant(language, at)),
        Some("rrule") => {
            Rhythm::parse(text).ok().and_then(|rule| rhythm_in_words(Words { language }, &rule)).map(|said| format!("{said} ({text})"))
        }
        _ => None,
    };
    read.unwrap_or_else(|| text.to_owned())
}

/// The alternative of a union that fits: each of its constants is the value's.
fn alternative<'a>(value: &Value, schema: &'a Value) -> &'a Value {
    let fits = |option: &&Value| {
        let constants =
            option["properties"].as_object().into_iter().flatten().filter_map(|(name, inner)| Some((name, inner.get("const")?)));
        constants.into_iter().all(|(name, constant)| value.get(name) == Some(constant))
    };
    schema["oneOf"].as_array().and_then(|options| options.iter().find(fits)).unwrap_or(schema)
}

/// Which alternative of a union it is, as its own title says.
fn alternative_title(language: Language, name: &str, member: &Value, schema: &Value) -> Option<String> {
    let code = member.get("const").filter(|_| name != "type")?.as_str()?;
    match language {
        Language::Dutch => Some(schema["title"].as_str().unwrap_or(code).to_owned()),
        Language::English => Some(code.replace('-', " ")),
    }
}

/// The Dutch title of the schema; in English the name of the member, taken apart.
fn title(language: Language, name: &str, schema: &Value) -> String {
    match language {
        Language::Dutch => schema["title"].as_str().unwrap_or(if name == "kind" { "soort" } else { name }).to_owned(),
        Language::English => apart(name),
    }
}

/// The Dutch title of a code of a closed list; in English the code, taken apart.
fn code_title(language: Language, code: &str, schema: &Value) -> Option<String> {
    let options = schema["oneOf"].as_array()?;
    let option = options.iter().find(|option| option["const"] == code)?;
    match language {
        Language::Dutch => option["title"].as_str().map(str::to_owned),
        Language::English => Some(code.replace('-', " ")),
    }
}

/// `noticeMonths` as `notice months`.
fn apart(name: &str) -> String {
    let mut apart = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            apart.push(' ');
        }
        apart.push(c.to_ascii_lowercase());
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rhythm_is_told_in_words_with_its_rule() {
        let when = json!({ "obligations": [{ "when": { "kind": "rhythm", "rule": "FREQ=WEEKLY;BYDAY=FR,SA" } }] });
        let told = lines(Type::Proposal, &when);
        assert!(told.contains("ritme: elke week op vrijdag en zaterdag (FREQ=WEEKLY;BYDAY=FR,SA)"), "{told}");
    }

    #[test]
    fn a_body_is_told_with_the_titles_of_its_schema() {
        let said = json!({ "agreement": "wijk", "case": 1, "finding": { "kind": "excused", "date": "2006-06-01" } });
        let dutch = body(Language::Dutch, Type::CaseRuling, &said).into_string();
        for part in ["overeenkomst", "zaak", "verontschuldigd", "nieuwe datum", "<bdi>1 juni 2006</bdi>"] {
            assert!(dutch.contains(part), "{part} in {dutch}");
        }
        let english = body(Language::English, Type::MinistryAnswer, &json!({ "act": "hold-to-account" })).into_string();
        assert!(english.contains("hold to account"), "{english}");
    }

    #[test]
    fn what_an_institution_wrote_stays_text() {
        let said = json!({ "title": "<svg onload=alert(1)>" });
        assert!(!body(Language::Dutch, Type::Proposal, &said).into_string().contains("<svg"));
    }
}
