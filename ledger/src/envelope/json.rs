//! JSON as it was signed: duplicate members, fractions and deep nesting are refused instead of mended.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::refusal::{Fault, Rule};

/// How deep values may nest; statements need six levels.
const MAX_DEPTH: usize = 24;

/// A JSON value with its members in the order in which they came. Numbers are whole: amounts are
/// decimal strings (signing format), so a fraction or an exponent is a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that every JSON reader holds exactly (at most 2^53 - 1 either way).
    Int(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; member names are unique.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads exactly one value and nothing after it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let fault = |error: serde_json::Error| {
            let text = error.to_string();
            let rule = if text.starts_with(DUPLICATE) { Rule::DuplicateMember } else { Rule::MalformedJson };
            Fault { pointer: String::new(), rule, detail: text, accepted: "one JSON object in UTF-8 (RFC 8259), whole numbers only".into() }
        };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = Depth(MAX_DEPTH).deserialize(&mut reader).map_err(fault)?;
        reader.end().map_err(fault)?;
        Ok(value)
    }

    /// The member of an object; `None` if this is no object or has no such member.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The members of an object; none if this is something else.
    pub fn members(&self) -> &[(String, Json)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The items of an array; none if this is something else.
    pub fn items(&self) -> &[Json] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text of a string; `None` if this is something else.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What kind of value this is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// For types that read themselves from [`Json`] with the same strictness wherever serde meets them.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Depth(MAX_DEPTH).deserialize(deserializer)
    }
}

const DUPLICATE: &str = "duplicate member";
/// Up to so many members a name is compared with each of them, which is faster than a set; beyond, strangers would make us
/// compare for seconds.
const FEW: usize = 16;
const MAX_INT: u64 = (1 << 53) - 1;

/// Reads a value that may nest this much deeper.
#[derive(Clone, Copy)]
struct Depth(usize);

impl Depth {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        if value.unsigned_abs() > MAX_INT {
            return Err(E::custom("a number that not every reader holds exactly"));
        }
        Ok(Json::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(value).map_err(|_| E::custom("a number that not every reader holds exactly"))?)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Json, E> {
        Err(E::custom("a number with a fraction or an exponent; amounts are decimal strings"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(deeper)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let is_new = if members.len() < FEW {
                members.iter().all(|(known, _)| *known != name)
            } else {
                names.extend(members[names.len()..].iter().map(|(known, _)| known.clone()));
                !names.contains(&name)
            };
            if !is_new {
                return Err(de::Error::custom(format_args!("{DUPLICATE} {name:?}")));
            }
            members.push((name, map.next_value_seed(deeper)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_escapes_are_resolved() {
        let json = Json::parse(br#" {"b":[1,-2,null,true],"a":"\u00e9"} "#).unwrap();
        assert_eq!(json.members()[0].0, "b");
        assert_eq!(json.get("a"), Some(&Json::Text("é".into())));
        assert_eq!(json.get("b").unwrap().items().len(), 4);
    }

    #[test]
    fn duplicates_are_found_at_every_depth_and_behind_escapes() {
        let many = |last: &str| {
            let members = (0..40).map(|n| format!("\"m{n}\":{n},")).collect::<String>();
            format!("{{{members}\"{last}\":1}}")
        };
        let (first, late) = (many("m0"), many("m39"));
        for text in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"\u0061":2}]}"#, &first, &late] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap_err().rule, Rule::DuplicateMember, "{text}");
        }
        assert_eq!(Json::parse(many("m40").as_bytes()).unwrap().members().len(), 41);
    }

    #[test]
    fn what_readers_disagree_on_is_refused() {
        let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        for text in ["", "{", "{} {}", "1.0", "1e3", "9007199254740992", "[1,]", "\u{feff}{}", "{'a':1}", "NaN", &deep] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap_err().rule, Rule::MalformedJson, "{text}");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
    }
}
