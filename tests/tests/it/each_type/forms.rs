//! Faults of form, made from the statement by its schema: members that are missing, unknown or malformed, and dates that are none.

use serde_json::{Map, Value, json};

use super::trial::Trial;

/// A place in a payload, with the schema of what stands there.
struct Place<'a> {
    pointer: String,
    value: &'a Value,
    schema: &'a Value,
}

/// The branch of a union that a value is of; the schema itself where it is none.
pub(super) fn branch<'a>(value: &Value, schema: &'a Value) -> &'a Value {
    let Some(branches) = schema["oneOf"].as_array().filter(|_| value.is_object()) else { return schema };
    let is_it = |branch: &&Value| {
        let members = branch["properties"].as_object().into_iter().flatten();
        members.filter_map(|(name, member)| Some((name, member.get("const")?))).all(|(name, tag)| value[name] == *tag)
    };
    branches.iter().find(is_it).unwrap_or(schema)
}

/// Every place of a payload.
fn places<'a>(pointer: String, value: &'a Value, schema: &'a Value, out: &mut Vec<Place<'a>>) {
    let schema = branch(value, schema);
    out.push(Place { pointer: pointer.clone(), value, schema });
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let known = schema["properties"].get(name).unwrap_or_else(|| panic!("the schema has no {pointer}/{name}"));
                places(format!("{pointer}/{name}"), member, known, out);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                places(format!("{pointer}/{i}"), item, &schema["items"], out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The payload with something else at a place, or with nothing there.
pub(super) fn with(payload: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut changed = payload.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with /");
    match (changed.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => _ = members.insert(name.to_owned(), value),
        (Some(Value::Object(members)), None) => _ = members.remove(name),
        (Some(Value::Array(items)), value) => {
            let index: usize = name.parse().unwrap_or(items.len());
            match value {
                Some(value) if index < items.len() => items[index] = value,
                Some(value) => items.push(value),
                None => _ = items.remove(index),
            }
        }
        (other, _) => panic!("{parent} is {other:?}"),
    }
    changed
}

/// Something of each JSON type but that of a value.
fn other_types(value: &Value) -> Vec<Value> {
    let every = [Value::Null, json!(true), json!(7), json!("x"), json!([]), Value::Object(Map::new())];
    let differs = |other: &Value| std::mem::discriminant(other) != std::mem::discriminant(value);
    every.into_iter().filter(differs).collect()
}

impl Trial {
    /// Tries all faults of form.
    pub(super) fn forms(&mut self) {
        let (payload, schema) = (self.scene.payload.clone(), self.scene.kind.schema());
        let mut all = Vec::new();
        places(String::new(), &payload, &schema, &mut all);
        for place in &all {
            if let Value::Object(members) = place.value {
                members.keys().for_each(|name| self.without(&payload, place, name));
                let pointer = format!("{}/nobodyKnowsThis", place.pointer);
                let bytes = self.scene.signed(&with(&payload, &pointer, Some(json!(1))));
                self.refuses(&format!("unknown {pointer}"), &bytes, "unknown-member", &pointer);
            }
            if !place.pointer.is_empty() {
                self.malformed(&payload, place);
            }
        }
    }

    /// Without a member: refused where the schema requires it, and otherwise accepted unless the row has a rule that asks for it.
    fn without(&mut self, payload: &Value, place: &Place<'_>, name: &str) {
        let pointer = format!("{}/{name}", place.pointer);
        let bytes = self.scene.signed(&with(payload, &pointer, None));
        let is_required = place.schema["required"].as_array().is_some_and(|required| required.iter().any(|member| member == name));
        let fault = format!("missing {pointer}");
        if is_required { self.refuses(&fault, &bytes, "missing-member", &pointer) } else { self.accepts(&fault, &bytes) }
    }

    /// Values of every other JSON type in its place, and a date that is none.
    fn malformed(&mut self, payload: &Value, place: &Place<'_>) {
        let mut values = other_types(place.value);
        match place.schema["format"].as_str() {
            Some("date") => values.push("2006-02-30".into()),
            Some("date-time") => values.push("2006-02-30T09:00:00Z".into()),
            _ => {}
        }
        for value in values {
            let fault = format!("malformed {} {value}", place.pointer);
            let bytes = self.scene.signed(&with(payload, &place.pointer, Some(value)));
            self.refuses(&fault, &bytes, "wrong-value", &place.pointer);
        }
    }
}
