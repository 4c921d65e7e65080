//! What a signed statement says, member by member, with the titles of its schema.

use ledger::envelope::Type;
use maud::{Markup, html};
use serde_json::Value;

use super::dates;
use super::told::Told;
use super::words::Language;

/// A body as nested lists of terms; long lists are cut, since the record itself can be had whole.
pub(super) fn body(language: Language, kind: Type, body: &Value) -> Markup {
    let schema = kind.schema();
    members(language, body, &schema["properties"]["body"])
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

/// Days and instants as people write them.
fn dated(language: Language, text: &str, schema: &Value) -> String {
    let read = match schema["format"].as_str() {
        Some("date") => text.parse().ok().map(|day| dates::day(language, day)),
        Some("date-time") => text.parse().ok().map(|at| dates::instant(language, at)),
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
