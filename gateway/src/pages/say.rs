//! What was said, what waits and what follows from it, as sentences: the words are in `texts/`, what is filled in comes
//! from the codes and names that the ledger has.

use ledger::envelope::Body;
use ledger::lives::attention::Attention;
use ledger::lives::colour::{Cause, Sign};
use ledger::words::{Day, Instant, Slug};
use maud::{Markup, html};
use serde::Serialize;
use serde_json::Value;

use super::dates;
use super::names::Names;
use super::visit::Visit;
use super::words::{Arg, Phrase, Words};

/// What a statement says, in one sentence.
pub(super) fn deed(visit: &Visit, names: &Names, body: &Body) -> Phrase {
    deed_in(visit.words, names, body)
}

/// The same without a visit.
pub(super) fn deed_in(words: Words, names: &Names, body: &Body) -> Phrase {
    let (kind, json) = (body.kind().code(), body.to_json());
    let (key, said) = match body {
        Body::Flag(_) => (format!("flag-{}", json["cause"]["kind"].as_str().unwrap_or_default()), &json["cause"]),
        _ => (format!("deed-{kind}"), &json),
    };
    let sentence = words.maybe(&key, &filled(words, names, said));
    sentence.unwrap_or_else(|| words.say(&format!("type-{kind}")))
}

/// The institutions that such a sentence names.
pub(super) fn named(body: &Body) -> Vec<Slug> {
    let json = body.to_json();
    let said = if matches!(body, Body::Flag(_)) { &json["cause"] } else { &json };
    let one = ["party", "institution", "to", "principal", "holder", "successor"].into_iter().filter_map(|name| said[name].as_str());
    let many = ["silent", "unsigned"].into_iter().filter_map(|name| said[name].as_array()).flatten().filter_map(Value::as_str);
    one.chain(many).filter_map(|id| id.parse().ok()).collect()
}

/// What waits for somebody.
pub(super) fn matter(visit: &Visit, names: &Names, attention: &Attention) -> Phrase {
    sentence(visit, names, "matter", attention.matter.code(), attention)
}

/// What somebody must do about it.
pub(super) fn to_do(visit: &Visit, names: &Names, attention: &Attention) -> Phrase {
    sentence(visit, names, "todo", attention.matter.code(), attention)
}

/// A reason for orange or red: cause, consequence, correction, each said out loud.
pub(super) fn reasons(visit: &Visit, names: &Names, sign: &Sign) -> [(Phrase, Phrase); 3] {
    let words = visit.words;
    let cause = match &sign.cause {
        Cause::Waits(attention) => matter(visit, names, attention),
        Cause::NewDate { .. } => sentence(visit, names, "cause", "new-date", &sign.cause),
    };
    let consequence = sentence(visit, names, "consequence", &kind_of(&sign.consequence), &sign.consequence);
    let json = value(&sign.correction);
    let correction = match json["matter"].as_str() {
        Some(matter) => sentence(visit, names, "todo", matter, &json),
        None => sentence(visit, names, "correction", &kind_of(&sign.correction), &json),
    };
    [(words.say("cause"), cause), (words.say("consequence"), consequence), (words.say("correction"), correction)]
}

/// The entry that shows the cause.
pub(super) fn shown_by(sign: &Sign) -> u64 {
    match &sign.cause {
        Cause::Waits(attention) => attention.since.entry,
        Cause::NewDate { since, .. } => since.entry,
    }
}

/// Reasons as a list of terms.
pub(super) fn why(visit: &Visit, names: &Names, sign: &Sign) -> Markup {
    html! {
        dl.why { @for (term, sentence) in reasons(visit, names, sign) { div { dt { (term) } dd { (sentence) } } } }
    }
}

/// The word for a value that is one of a closed list.
pub(super) fn coded(visit: &Visit, of: &impl Serialize) -> Phrase {
    visit.words.code(value(of).as_str().unwrap_or_default())
}

/// A review by its id, with the turn where it recurs.
fn turn_of(words: Words, said: &Value) -> String {
    let (review, due) = (said["review"].as_str().unwrap_or_default(), said["due"].as_str().and_then(|due| due.parse().ok()));
    due.map_or_else(|| review.to_owned(), |due| format!("{review}, {}", dates::day(words.language, due)))
}

fn kind_of(of: &impl Serialize) -> String {
    value(of)["kind"].as_str().unwrap_or_default().to_owned()
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn sentence(visit: &Visit, names: &Names, what: &str, code: &str, of: &impl Serialize) -> Phrase {
    let args = value(of);
    visit.words.maybe(&format!("{what}-{code}"), &filled(visit.words, names, &args)).unwrap_or_else(|| visit.words.code(code))
}

/// All that a sentence may use; what it is not about is left empty.
fn filled<'a>(words: Words, names: &Names, said: &'a Value) -> Vec<(&'static str, Arg<'a>)> {
    let text = |name: &str| said[name].as_str().unwrap_or_default();
    // A look-up costs more than all the rest: only for what is there.
    let word = |code: &str| if code.is_empty() { String::new() } else { words.code(code).into_plain() };
    let code = |name: &str| Arg::from(word(said[name]["kind"].as_str().unwrap_or(text(name))));
    let name_of = |id: &str| id.parse().map_or_else(|_| id.to_owned(), |id: Slug| names.get(&id).to_owned());
    let people = |name: &str| {
        let ids = said[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        Arg::from(ids.map(name_of).collect::<Vec<_>>().join("; "))
    };
    let when = |name: &str| Arg::from(moment(words, text(name)));
    vec![
        ("obligation", Arg::from(text("obligation"))),
        ("obligations", Arg::from(listed(&said["obligations"]))),
        ("review", Arg::from(turn_of(words, said))),
        // A statement names it with its receipt, a flag by its id.
        ("umbrella", Arg::from(first(&[text("umbrella"), said["umbrella"]["agreement"].as_str().unwrap_or_default()]))),
        ("open", Arg::from(listed(&said["open"]))),
        ("title", Arg::from(text("title"))),
        ("case", Arg::Number(said["case"].as_u64().unwrap_or_default())),
        ("party", Arg::from(name_of(first(&[text("party"), text("institution")])))),
        ("principal", Arg::from(name_of(text("principal")))),
        ("holder", Arg::from(name_of(text("holder")))),
        ("successor", Arg::from(name_of(text("successor")))),
        ("function", Arg::from(text("function"))),
        ("who", if said["who"].is_array() { people("who") } else { Arg::from(name_of(text("who"))) }),
        ("silent", people("silent")),
        ("unsigned", people("unsigned")),
        ("points", Arg::from(listed(&said["points"]))),
        ("step", code("step")),
        ("due", when("due")),
        ("lastDay", when("lastDay")),
        ("date", when(if said["date"].is_null() { "effectiveDate" } else { "date" })),
        ("until", when(if said["until"].is_null() { "from" } else { "until" })),
        ("term", Arg::from(if said["until"].is_null() && said["from"].is_null() { "none" } else { "some" })),
        ("to", if text("to").parse::<Day>().is_ok() { when("to") } else { Arg::from(place(words, names, text("to"))) }),
        ("because", code("because")),
        ("cause", code("cause")),
        ("weakness", code("weakness")),
        ("outcome", code("outcome")),
        ("finding", code("finding")),
        ("answer", code("answer")),
        ("act", Arg::from(act(words, text("act")).into_plain())),
        ("stage", code("stage")),
        ("kind", code("kind")),
        ("ground", code("ground")),
    ]
}

/// What a minister does, or what is offered: one code means something else elsewhere.
pub(super) fn act(words: Words, code: &str) -> Phrase {
    if code.is_empty() {
        return Phrase::again("");
    }
    words.maybe(&format!("act-{code}"), &[]).unwrap_or_else(|| words.code(code))
}

fn first<'a>(texts: &[&'a str]) -> &'a str {
    texts.iter().find(|text| !text.is_empty()).copied().unwrap_or_default()
}

/// Where a case goes, or to whom an obligation: a rung has a word, an institution a name.
fn place(words: Words, names: &Names, to: &str) -> String {
    if to.is_empty() {
        return String::new();
    }
    let known = to.parse().ok().map(|id: Slug| names.get(&id).to_owned()).filter(|name| name != to);
    known.unwrap_or_else(|| words.code(to).into_plain())
}

fn moment(words: Words, text: &str) -> String {
    match (text.parse::<Day>(), text.parse::<Instant>()) {
        (Ok(day), _) => dates::day(words.language, day),
        (_, Ok(at)) => dates::moment(words.language, at),
        (Err(_), Err(_)) => String::new(),
    }
}

fn listed(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a sentence leaves open and nobody fills in would be shown as a code.
    #[test]
    fn everything_that_a_sentence_leaves_open_is_filled_in() {
        let known: Vec<&str> = filled(Words::default(), &Names::default(), &Value::Null).into_iter().map(|(name, _)| name).collect();
        let spoken = ["matter-", "todo-", "cause-", "consequence-", "correction-", "flag-", "deed-"];
        for (language, text) in [("nl", include_str!("texts/nl/say.ftl")), ("en", include_str!("texts/en/say.ftl"))] {
            let mut message = "";
            let mut seen = 0;
            for line in text.lines() {
                message = if line.starts_with(char::is_alphabetic) { line } else { message };
                for name in line.split('$').skip(1).filter(|_| spoken.iter().any(|prefix| message.starts_with(prefix))) {
                    let name: String = name.chars().take_while(|char| char.is_ascii_alphanumeric()).collect();
                    assert!(known.contains(&name.as_str()), "{language}: {name} of {message}");
                    seen += 1;
                }
            }
            assert!(seen > 100, "{language}: {seen}");
        }
    }
}
