//! Texts of agreements, from a few lines that people can read to the JSON body of a proposal.

use serde_json::{Value, json};

use crate::door::Attachment;

/// A reason, minutes or a problem beside the log: the same for every act, what it says does not matter here.
pub fn reason() -> Attachment {
    Attachment { salt: [0x5e; 32], media_type: "text/plain", content: b"For a reason that is told beside the log.".to_vec() }
}

/// How a statement names that reason.
pub fn attachment() -> Value {
    let reason = reason();
    json!({ "hash": reason.hash(), "mediaType": reason.media_type, "sizeBytes": reason.content.len() })
}

/// What must travel with a statement of this body: the reason, once, if anything in it names the reason.
pub fn attachments_of(body: &Value) -> Vec<Attachment> {
    fn names(value: &Value, hash: &str) -> bool {
        match value {
            Value::Object(members) => members.get("hash").is_some_and(|named| named == hash) || members.values().any(|v| names(v, hash)),
            Value::Array(items) => items.iter().any(|item| names(item, hash)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    let reason = reason();
    if names(body, &reason.hash().to_string()) { vec![reason] } else { Vec::new() }
}

/// The body of a proposal, from the lines of a story.
pub fn proposal(id: &str, lines: &[String]) -> Result<Value, String> {
    let mut body = json!({
        "agreement": id, "title": format!("Agreement {id}"),
        "goals": [{ "id": "liveable", "title": "A neighbourhood that is good to live in" }],
        "themes": ["housing"],
        "neighbourhoods": [{ "code": "BU01500101", "referenceYear": 2006, "name": "Rivierenwijk" }],
        "parties": [], "director": "municipality",
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" },
        "obligations": [], "withdrawal": {}, "ladder": {},
    });
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((first, rest)) = words.split_first() else { continue };
        match (*first, rest) {
            ("parties", who) => body["parties"] = who.iter().map(|slug| json!({ "institution": slug })).collect(),
            ("director", [who]) => body["director"] = (*who).into(),
            ("period", [start]) => body["period"] = json!({ "startDate": start }),
            ("period", [start, end]) => body["period"] = json!({ "startDate": start, "endDate": end }),
            ("obligation", rest) => push(&mut body["obligations"], obligation(rest)?),
            ("set", [pointer, ..]) => {
                let value = line.split_once(pointer).map(|(_, value)| value.trim()).unwrap_or_default();
                let value = serde_json::from_str(value).map_err(|error| format!("{line}: {error}"))?;
                set(&mut body, pointer, value)?;
            }
            ("drop", [pointer]) => drop_member(&mut body, pointer)?,
            _ => return Err(format!("a text has no line such as: {line}")),
        }
    }
    Ok(body)
}

/// `ID by DEBTOR [for A,B] effort|result VALUE UNIT on DATE|every RULE [tacit] [grace N]`; in the place of a date also
/// `after fulfilment|breach ID within N days|months` or `after event EVENT by WHO [until DATE] within N days|months`;
/// then `money` for a promise of money, `content` or `process`, `leans on A,B`, and `costs N from A=N,B=N`.
fn obligation(words: &[&str]) -> Result<Value, String> {
    let [id, words @ ..] = words else { return Err("an obligation has an id".into()) };
    let mut it = json!({
        "id": id, "what": format!("What {id} asks, so that others can verify it"), "strength": "effort",
        "evidence": [{ "kind": "proof", "title": "A proof of it" }], "goals": ["liveable"],
    });
    let mut words = words.iter();
    let next = |words: &mut std::slice::Iter<'_, &str>| words.next().map(|word| (*word).to_owned()).ok_or("the line ends too soon");
    while let Some(word) = words.next() {
        match *word {
            "by" => it["debtor"] = next(&mut words)?.into(),
            "for" => it["creditors"] = next(&mut words)?.split(',').map(Value::from).collect(),
            "effort" => {}
            "result" => {
                it["strength"] = "result".into();
                it["target"] = json!({ "indicator": "amount", "value": next(&mut words)?, "unit": next(&mut words)? });
            }
            "on" => it["when"] = json!({ "kind": "date", "date": next(&mut words)? }),
            "every" => it["when"] = json!({ "kind": "rhythm", "rule": next(&mut words)? }),
            "after" => it["when"] = json!({ "kind": "after-event", "trigger": trigger(&mut words)? }),
            "until" => it["when"]["trigger"]["until"] = next(&mut words)?.into(),
            "within" => {
                let count = next(&mut words)?.parse::<u32>().map_err(|error| error.to_string())?;
                it["when"]["within"] = json!({ "unit": next(&mut words)?, "count": count });
            }
            "kept" => it["mode"] = "maintain".into(),
            "content" | "process" => it["aspect"] = (*word).into(),
            "money" => it["nature"] = "funding".into(),
            "leans" => {
                words.next();
                it["dependsOn"] = next(&mut words)?.split(',').map(Value::from).collect();
            }
            "costs" => it["costs"] = next(&mut words)?.into(),
            "from" => it["funding"] = next(&mut words)?.split(',').map(share).collect::<Result<Value, _>>()?,
            "under" => {
                let clause = next(&mut words)?;
                let (agreement, clause) = clause.split_once('/').ok_or("an umbrella clause is agreement/clause")?;
                it["umbrella"] = json!({ "agreement": agreement, "clause": clause });
            }
            "tacit" => it["tacitAcceptance"] = true.into(),
            "grace" => it["graceWorkingDays"] = next(&mut words)?.parse::<u32>().map_err(|e| e.to_string())?.into(),
            other => return Err(format!("an obligation has no {other:?}")),
        }
    }
    Ok(it)
}

fn trigger(words: &mut std::slice::Iter<'_, &str>) -> Result<Value, String> {
    match (words.next(), words.next()) {
        (Some(&"event"), Some(event)) => {
            let (Some(&"by"), Some(who)) = (words.next(), words.next()) else { return Err("an event is recorded by someone".into()) };
            Ok(json!({ "kind": "event", "event": event, "title": format!("That {event} happens"), "by": who }))
        }
        (Some(kind), Some(obligation)) => Ok(json!({ "kind": kind, "obligation": obligation })),
        _ => Err("the line ends too soon".into()),
    }
}

fn share(text: &str) -> Result<Value, String> {
    let (obligation, amount) = text.split_once('=').ok_or("a share is obligation=amount")?;
    Ok(json!({ "obligation": obligation, "amount": amount }))
}

fn push(list: &mut Value, item: Value) {
    if let Value::Array(items) = list {
        items.push(item);
    }
}

/// Sets a member, also one that is not there yet; its parent must be.
pub fn set(json: &mut Value, pointer: &str, value: Value) -> Result<(), String> {
    let (parent, name) = pointer.rsplit_once('/').ok_or("a pointer begins with /")?;
    match json.pointer_mut(parent).ok_or_else(|| format!("there is no {parent}"))? {
        Value::Object(members) => _ = members.insert(name.to_owned(), value),
        Value::Array(items) => match name.parse::<usize>() {
            Ok(index) if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        other => return Err(format!("{parent} is {other}")),
    }
    Ok(())
}

fn drop_member(json: &mut Value, pointer: &str) -> Result<(), String> {
    let (parent, name) = pointer.rsplit_once('/').ok_or("a pointer begins with /")?;
    match json.pointer_mut(parent) {
        Some(Value::Object(members)) => members.remove(name).map(|_| ()).ok_or_else(|| format!("there is no {pointer}")),
        _ => Err(format!("there is no {parent}")),
    }
}
