//! The shape of statements: one definition gives the type, the reader that finds all faults at once,
//! and the JSON Schema (2020-12) that others use.

use std::cell::RefCell;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::json::Json;
use super::key::PublicKey;
use super::kid::Kid;
use super::refusal::{Fault, Refusal, Rule};
use crate::words::{Brin, Bwb, CbsCode, Day, Decimal, Hash, Instant, Kvk, Oin, Rhythm, Rsin, Slug, StatementId, Text, Url};

/// A value that statements are made of.
pub trait Shape: Sized {
    /// Reads the value at a place; pushes every fault that it finds there and below.
    fn read(at: &At<'_>) -> Option<Self>;
    /// What stands for a member that is not there; `None` when the member is required.
    fn absent() -> Option<Self> {
        None
    }
    /// The JSON Schema of exactly what `read` accepts.
    fn schema() -> Value;
}

/// A place in a message.
pub struct At<'a> {
    /// What stands there.
    pub json: &'a Json,
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
    faults: &'a RefCell<Vec<Fault>>,
}

enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> At<'a> {
    /// The whole message.
    pub fn root(json: &'a Json, faults: &'a RefCell<Vec<Fault>>) -> Self {
        Self { json, parent: None, step: Step::Root, faults }
    }

    /// A member of the object here.
    pub fn member(&'a self, name: &'a str, json: &'a Json) -> Self {
        Self { json, parent: Some(self), step: Step::Member(name), faults: self.faults }
    }

    fn item(&'a self, index: usize, json: &'a Json) -> Self {
        Self { json, parent: Some(self), step: Step::Item(index), faults: self.faults }
    }

    /// The RFC 6901 pointer of this place.
    pub fn pointer(&self) -> String {
        let mut pointer = self.parent.map(At::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Member(name) => _ = write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => _ = write!(pointer, "/{index}"),
        }
        pointer
    }

    /// Notes a fault here and gives nothing.
    pub fn fault<T>(&self, rule: Rule, detail: impl Into<String>, accepted: impl Into<String>) -> Option<T> {
        let fault = Fault { pointer: self.pointer(), rule, detail: detail.into(), accepted: accepted.into() };
        self.faults.borrow_mut().push(fault);
        None
    }

    /// Notes the faults that a reader of its own found.
    fn pass_on(&self, refusal: &Refusal) {
        self.faults.borrow_mut().extend(refusal.faults().iter().cloned());
    }

    /// The text here, or a fault that says what was expected.
    pub fn text(&self, expected: &str) -> Option<&'a str> {
        match self.json {
            Json::Text(text) => Some(text),
            other => self.fault(Rule::WrongValue, format!("this is {}", other.kind()), expected),
        }
    }

    /// Reads a member by its name in the code (`due_at` is `dueAt` in JSON).
    pub fn read_member<T: Shape>(&self, name: &str) -> Option<T> {
        match self.json.members().iter().find(|(member, _)| is_camel(member, name)) {
            Some((member, value)) => T::read(&self.member(member, value)),
            None => T::absent().or_else(|| {
                let name = camel(name);
                let missing = format!("{name} is missing");
                self.member(&name, &Json::Null).fault(Rule::MissingMember, missing, brief(&T::schema()))
            }),
        }
    }

    /// Notes every member of the object here that is not in the list; or that this is no object.
    pub fn only_members(&self, names: &[&str]) -> Option<()> {
        let Json::Object(members) = self.json else {
            return self.fault(Rule::WrongValue, format!("this is {}", self.json.kind()), "an object");
        };
        let mut known = Some(());
        for (member, value) in members {
            if !names.iter().any(|name| is_camel(member, name)) {
                let accepted = names.iter().map(|name| camel(name)).collect::<Vec<_>>().join(", ");
                known = self.member(member, value).fault(Rule::UnknownMember, "this member is not known here", accepted);
            }
        }
        known
    }
}

/// `snake_case` as JSON has it: `lowerCamelCase`.
pub fn camel(snake: &str) -> String {
    let mut out = String::with_capacity(snake.len());
    let mut upper = false;
    for c in snake.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

fn is_camel(name: &str, snake: &str) -> bool {
    let mut name = name.bytes();
    let mut upper = false;
    for c in snake.bytes() {
        if c == b'_' {
            upper = true;
            continue;
        }
        let expected = if upper { c.to_ascii_uppercase() } else { c };
        upper = false;
        if name.next() != Some(expected) {
            return false;
        }
    }
    name.next().is_none()
}

fn brief(schema: &Value) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    text("description").or_else(|| text("type").map(|kind| format!("a value of type {kind}"))).unwrap_or_else(|| "a value".into())
}

impl<T: Shape> Shape for Option<T> {
    fn read(at: &At<'_>) -> Option<Self> {
        T::read(at).map(Some)
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn schema() -> Value {
        T::schema()
    }
}

/// At least `MIN` and at most `MAX` values, no two of them the same when `UNIQUE`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct List<T, const MIN: usize, const MAX: usize>(pub Vec<T>);

impl<T: Shape, const MIN: usize, const MAX: usize> Shape for List<T, MIN, MAX> {
    fn read(at: &At<'_>) -> Option<Self> {
        let Json::List(items) = at.json else {
            return at.fault(Rule::WrongValue, format!("this is {}", at.json.kind()), format!("an array of {MIN} to {MAX} values"));
        };
        let read: Vec<Option<T>> = items.iter().enumerate().map(|(i, item)| T::read(&at.item(i, item))).collect();
        if items.len() < MIN || items.len() > MAX {
            return at.fault(Rule::WrongValue, format!("{} values", items.len()), format!("an array of {MIN} to {MAX} values"));
        }
        read.into_iter().collect::<Option<Vec<T>>>().map(Self)
    }
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": MIN, "maxItems": MAX })
    }
}

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for List<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Count<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Shape for Count<MIN, MAX> {
    fn read(at: &At<'_>) -> Option<Self> {
        match at.json {
            Json::Int(value) if (i64::from(MIN)..=i64::from(MAX)).contains(value) => u32::try_from(*value).ok().map(Self),
            Json::Int(value) => at.fault(Rule::WrongValue, format!("{value}"), format!("a whole number from {MIN} to {MAX}")),
            other => at.fault(Rule::WrongValue, format!("this is {}", other.kind()), format!("a whole number from {MIN} to {MAX}")),
        }
    }
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

impl Shape for bool {
    fn read(at: &At<'_>) -> Option<Self> {
        match at.json {
            Json::Bool(value) => Some(*value),
            other => at.fault(Rule::WrongValue, format!("this is {}", other.kind()), "true or false"),
        }
    }
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// Reads a string with its own parser, whose error says what would be accepted.
pub fn read_text<T: std::str::FromStr<Err: ToString>>(at: &At<'_>, expected: &str) -> Option<T> {
    let text = at.text(expected)?;
    text.parse().map_err(|error: T::Err| at.fault::<()>(Rule::WrongValue, format!("{text:?} does not fit"), error.to_string())).ok()
}

macro_rules! text_shapes {
    ($( $T:ty, $expected:literal, $schema:tt; )*) => { $(
        impl Shape for $T {
            fn read(at: &At<'_>) -> Option<Self> { read_text(at, $expected) }
            fn schema() -> Value {
                let mut schema = json!($schema);
                schema["type"] = "string".into();
                schema["description"] = $expected.into();
                schema
            }
        }
    )* };
}

text_shapes! {
    Hash, "a SHA-256 value as 64 lower-case hexadecimal digits", { "pattern": "^[0-9a-f]{64}$" };
    Instant, "an instant as RFC 3339 with at most three decimals", { "format": "date-time", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?(Z|[+-]\\d{2}:\\d{2})$" };
    Day, "a date as YYYY-MM-DD", { "format": "date", "pattern": "^(1[6-9]|[2-8][0-9]|9[0-8])\\d{2}-\\d{2}-\\d{2}$" };
    Slug, "1 to 64 lower-case letters, digits and single hyphens", { "maxLength": 64, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" };
    StatementId, "1 to 64 letters, digits or . _ ~ -", { "pattern": "^[A-Za-z0-9._~-]{1,64}$" };
    Decimal, "a decimal number as a string, such as 150000 or 0.50", { "pattern": "^(0|-?(0\\.\\d{0,3}[1-9]\\d{0,3}|[1-9]\\d{0,15}(\\.\\d{1,4})?)|0\\.0{1,4})$" };
    Oin, "an OIN: 20 characters", { "pattern": "^[0-9]{8}[0-9A-Z]{12}$", "format": "oin" };
    Rsin, "an RSIN: 9 digits that pass the 11-test", { "pattern": "^[0-9]{9}$", "format": "rsin" };
    Kvk, "a KvK number: 8 digits", { "pattern": "^[0-9]{8}$" };
    Brin, "a BRIN: four digits or capitals", { "pattern": "^[0-9A-Z]{4}$" };
    Bwb, "a BWB id, such as BWBR0005181", { "pattern": "^BWB[RVW][0-9]{7}$" };
    CbsCode, "a CBS code such as BU05991080", { "pattern": "^(GM\\d{4}|WK\\d{4}[0-9A-Z]{2}|BU\\d{4}[0-9A-Z]{4})$" };
    Url, "an https:// or urn: reference", { "pattern": "^(https://|urn:)[!#-;=?-~]{1,500}$" };
}

impl<const MIN: usize, const MAX: usize> Shape for Text<MIN, MAX> {
    fn read(at: &At<'_>) -> Option<Self> {
        read_text(at, "a text")
    }
    fn schema() -> Value {
        json!({
            "type": "string", "minLength": MIN, "maxLength": MAX,
            "description": format!("a text of {MIN} to {MAX} characters, without control characters or white space around it"),
            "pattern": "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$", "format": "trimmed",
        })
    }
}

impl Shape for Rhythm {
    fn read(at: &At<'_>) -> Option<Self> {
        let text = at.text("an RRULE, such as FREQ=WEEKLY")?;
        Self::parse(text).map_err(|error| at.fault::<()>(Rule::RhythmRefused, format!("{text:?} does not fit"), error.to_string())).ok()
    }
    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 400, "format": "rrule",
            "description": "an RFC 5545 RRULE with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
            "pattern": "^[A-Z0-9=;,+-]+$" })
    }
}

impl Shape for Kid {
    fn read(at: &At<'_>) -> Option<Self> {
        read_text(at, "an RFC 7638 thumbprint")
    }
    fn schema() -> Value {
        json!({ "type": "string", "description": "the RFC 7638 thumbprint (SHA-256, base64url) of a key",
            "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$" })
    }
}

impl Shape for PublicKey {
    fn read(at: &At<'_>) -> Option<Self> {
        Self::from_jwk(at.json, &at.pointer()).map_err(|refusal| at.pass_on(&refusal)).ok()
    }
    fn schema() -> Value {
        json!({ "type": "object", "description": "an Ed25519 public key as a JWK (RFC 8037)", "additionalProperties": false,
            "required": ["kty", "crv", "x"],
            "properties": { "kty": { "const": "OKP" }, "crv": { "const": "Ed25519" },
                "x": { "type": "string", "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", "format": "ed25519-point" } } })
    }
}

/// Adds a Dutch title and an English description to a schema.
pub fn titled(mut schema: Value, title: &str, description: &str) -> Value {
    schema["title"] = title.into();
    if !description.trim().is_empty() {
        schema["description"] = description.trim().into();
    }
    schema
}

/// Defines a type with its reader and schema; each name has its English documentation and Dutch title.
macro_rules! shape {
    ($(#[doc = $doc:literal])* $title:literal struct $Name:ident {
        $( $(#[doc = $fdoc:literal])* $field:ident: $T:ty = $ftitle:literal, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $Name { $( $(#[doc = $fdoc])* pub $field: $T, )* }

        impl $crate::envelope::shape::Shape for $Name {
            fn read(at: &$crate::envelope::shape::At<'_>) -> Option<Self> {
                let known = at.only_members(&[$( stringify!($field) ),*]);
                if !matches!(at.json, $crate::envelope::json::Json::Object(_)) { return None; }
                $( let $field = at.read_member(stringify!($field)); )*
                known?;
                Some(Self { $( $field: $field?, )* })
            }
            fn schema() -> serde_json::Value {
                #[allow(unused_mut)]
                let (mut properties, mut required) = (serde_json::Map::new(), Vec::<serde_json::Value>::new());
                $(
                    let name = $crate::envelope::shape::camel(stringify!($field));
                    if <$T as $crate::envelope::shape::Shape>::absent().is_none() { required.push(name.clone().into()); }
                    let schema = <$T as $crate::envelope::shape::Shape>::schema();
                    properties.insert(name, $crate::envelope::shape::titled(schema, $ftitle, concat!($($fdoc, " "),*)));
                )*
                $crate::envelope::shape::titled(
                    serde_json::json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required }),
                    $title, concat!($($doc, " "),*))
            }
        }
    };
    ($(#[doc = $doc:literal])* $title:literal enum $Name:ident {
        $( $(#[doc = $vdoc:literal])* $Variant:ident = $wire:literal ~ $vtitle:literal, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Name { $( $(#[doc = $vdoc])* #[doc = $vtitle] #[serde(rename = $wire)] $Variant, )* }

        impl $Name {
            /// Every value.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )* ];
            /// The word in JSON.
            pub fn code(self) -> &'static str { match self { $( Self::$Variant => $wire, )* } }
            /// The Dutch word that pages show.
            pub fn dutch(self) -> &'static str { match self { $( Self::$Variant => $vtitle, )* } }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }

        impl $crate::envelope::shape::Shape for $Name {
            fn read(at: &$crate::envelope::shape::At<'_>) -> Option<Self> {
                const ACCEPTED: &str = concat!("one of:" $(, " ", $wire)*);
                match at.text(ACCEPTED)? {
                    $( $wire => Some(Self::$Variant), )*
                    other => at.fault($crate::envelope::refusal::Rule::WrongValue, format!("{other:?} is not in the list"), ACCEPTED),
                }
            }
            fn schema() -> serde_json::Value {
                let values = serde_json::json!([ $( { "const": $wire, "title": $vtitle } ),* ]);
                $crate::envelope::shape::titled(
                    serde_json::json!({ "type": "string", "oneOf": values }), $title, concat!($($doc, " "),*))
            }
        }
    };
    ($(#[doc = $doc:literal])* $title:literal union $Name:ident by $tag:literal {
        $( $(#[doc = $vdoc:literal])* $Variant:ident {
            $( $(#[doc = $fdoc:literal])* $field:ident: $T:ty = $ftitle:literal, )*
        } = $wire:literal ~ $vtitle:literal, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = $tag, rename_all_fields = "camelCase")]
        pub enum $Name {
            $( $(#[doc = $vdoc])* #[doc = $vtitle] #[serde(rename = $wire)]
            $Variant { $( $(#[doc = $fdoc])* $field: $T, )* }, )*
        }

        impl $Name {
            /// The words in JSON that tell which one it is.
            pub const CODES: &'static [&'static str] = &[ $( $wire, )* ];
            /// The word in JSON that tells which one it is.
            pub fn code(&self) -> &'static str { match self { $( Self::$Variant { .. } => $wire, )* } }
            /// The Dutch word that pages show.
            pub fn dutch(&self) -> &'static str { match self { $( Self::$Variant { .. } => $vtitle, )* } }
        }

        impl $crate::envelope::shape::Shape for $Name {
            fn read(at: &$crate::envelope::shape::At<'_>) -> Option<Self> {
                use $crate::envelope::{json::Json, refusal::Rule};
                const ACCEPTED: &str = concat!("an object whose ", $tag, " is one of:" $(, " ", $wire)*);
                if !matches!(at.json, Json::Object(_)) {
                    return at.fault(Rule::WrongValue, format!("this is {}", at.json.kind()), ACCEPTED);
                }
                let Some(tag) = at.json.get($tag) else {
                    return at.member($tag, &Json::Null).fault(Rule::MissingMember, concat!($tag, " is missing"), ACCEPTED);
                };
                let tag = at.member($tag, tag);
                match tag.text(ACCEPTED)? {
                    $( $wire => {
                        let known = at.only_members(&[$tag $(, stringify!($field))*]);
                        $( let $field = at.read_member(stringify!($field)); )*
                        known?;
                        Some(Self::$Variant { $( $field: $field?, )* })
                    } )*
                    other => tag.fault(Rule::WrongValue, format!("{other:?} is not in the list"), ACCEPTED),
                }
            }
            fn schema() -> serde_json::Value {
                let mut branches = Vec::<serde_json::Value>::new();
                $( {
                    #[allow(unused_mut)]
                    let (mut properties, mut required) = (serde_json::Map::new(), vec![serde_json::Value::from($tag)]);
                    properties.insert($tag.into(), serde_json::json!({ "const": $wire }));
                    $(
                        let name = $crate::envelope::shape::camel(stringify!($field));
                        if <$T as $crate::envelope::shape::Shape>::absent().is_none() { required.push(name.clone().into()); }
                        let schema = <$T as $crate::envelope::shape::Shape>::schema();
                        properties.insert(name, $crate::envelope::shape::titled(schema, $ftitle, concat!($($fdoc, " "),*)));
                    )*
                    branches.push($crate::envelope::shape::titled(
                        serde_json::json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required }),
                        $vtitle, concat!($($vdoc, " "),*)));
                } )*
                $crate::envelope::shape::titled(serde_json::json!({ "oneOf": branches }), $title, concat!($($doc, " "),*))
            }
        }
    };
}
pub(crate) use shape;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn member_names_are_camel_case() {
        for (snake, name) in [("due_at", "dueAt"), ("id", "id"), ("on_behalf_of", "onBehalfOf")] {
            assert_eq!(camel(snake), name);
            assert!(is_camel(name, snake));
        }
        assert!(!is_camel("dueat", "due_at") && !is_camel("dueAtt", "due_at") && !is_camel("due_at", "due_at"));
    }
}
