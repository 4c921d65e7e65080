//! One thing in a body that is not as it was meant: left out, added, or another of its kind.

use serde_json::{Value, json};

/// A place in a body: members and items from the outside in.
type Place = Vec<String>;

/// Bends a body in one place, which follows from the number. What names content beside the log stays as it is, since that travels along.
pub fn bend(body: &mut Value, number: u64) {
    let mut places = Vec::new();
    find(body, &mut Vec::new(), &mut places);
    if places.is_empty() {
        return;
    }
    let (at, how) = (number % places.len() as u64, number / 64 % 8);
    let (last, parents) = places[at as usize].split_last().expect("a place has a name");
    let inside = parents.iter().try_fold(body, |value, name| member(value, name));
    match (inside, how) {
        (Some(Value::Object(members)), 0) => _ = members.remove(last),
        (Some(Value::Object(members)), 1) => _ = members.insert("besides".to_owned(), json!("nothing")),
        (Some(Value::Array(items)), 0) => {
            let index: usize = last.parse().unwrap_or(0);
            items.remove(index.min(items.len() - 1));
        }
        (Some(parent), _) => {
            if let Some(value) = member(parent, last) {
                *value = other(value, number);
            }
        }
        (None, _) => {}
    }
}

fn member<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(members) => members.get_mut(name),
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn find(value: &Value, at: &mut Place, places: &mut Vec<Place>) {
    let mut step = |name: String, inner: &Value| {
        at.push(name);
        find(inner, at, places);
        at.pop();
    };
    match value {
        Value::Object(members) if members.contains_key("hash") => {}
        Value::Object(members) => members.iter().for_each(|(name, inner)| step(name.clone(), inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, inner)| step(i.to_string(), inner)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if !at.is_empty() {
                places.push(at.clone());
            }
        }
    }
}

/// Another of its kind: a day, a hash, an id, a number.
fn other(value: &Value, number: u64) -> Value {
    let ids = ["municipality", "corporation", "police", "ministry", "nobody", "o0", "o1", "wijk-1"];
    match value {
        Value::Bool(is) => json!(!is),
        Value::Number(n) => json!(n.as_u64().unwrap_or_default() + 1),
        Value::String(text) if text.len() == 10 && text.as_bytes()[4] == b'-' => {
            json!(format!("20{:02}-{:02}-{:02}", 4 + number % 8, 1 + number % 12, 1 + number % 28))
        }
        Value::String(text) if text.len() == 64 => json!("ab".repeat(32)),
        Value::String(_) if number.is_multiple_of(5) => json!(""),
        Value::String(_) => json!(ids[(number % ids.len() as u64) as usize]),
        Value::Null | Value::Array(_) | Value::Object(_) => json!(null),
    }
}
