//! `--attach POINTER=FILE`: content beside the log, salted and hashed, with its place in the body filled in.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use ledger::words::Hash;
use serde_json::{Value, json};

use super::key::random;
use super::sign::read_bounded;
use crate::client::AttachmentSent;

/// What a statement may refer to (`sizeBytes`).
const MAX_CONTENT: u64 = 1_048_576;

/// A file, and where in the payload it is referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attach {
    pointer: String,
    file: PathBuf,
    media_type: String,
}

impl FromStr for Attach {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "POINTER=FILE or POINTER=FILE;type=MEDIA/TYPE, with a pointer such as /body/reason";
        let (pointer, file) = text.split_once('=').ok_or(WRONG)?;
        let (file, media_type) = match file.rsplit_once(";type=") {
            Some((file, media_type)) => (file, media_type),
            None => (file, media_type_of(Path::new(file))),
        };
        if !pointer.starts_with("/body/") || file.is_empty() || !media_type.contains('/') {
            return Err(WRONG);
        }
        Ok(Self { pointer: pointer.into(), file: file.into(), media_type: media_type.into() })
    }
}

impl Attach {
    /// Reads the file, fills in `{hash, mediaType, sizeBytes}` at its place, and gives what is to be sent along.
    ///
    /// The salt is why the hash says nothing about content that was erased: without it, short texts could be guessed.
    pub(super) fn fill_in(&self, payload: &mut Value) -> anyhow::Result<AttachmentSent> {
        let content = read_bounded(&self.file, MAX_CONTENT)?;
        let salt: [u8; 32] = random()?;
        let place = self.place(payload).with_context(|| format!("{} cannot be attached at {}", self.file.display(), self.pointer))?;
        *place = json!({
            "hash": Hash::of(&[&salt, &content]),
            "mediaType": self.media_type,
            "sizeBytes": content.len(),
        });
        Ok(AttachmentSent::new(&salt, &self.media_type, &content))
    }

    /// The place in the payload: nothing, null or `{}` stands there, and what it is in does.
    fn place<'a>(&self, payload: &'a mut Value) -> anyhow::Result<&'a mut Value> {
        let (parent, last) = self.pointer.rsplit_once('/').context("the pointer is empty")?;
        let found = payload.pointer_mut(parent).with_context(|| format!("there is no {parent} in the statement"))?;
        let place = match found {
            Value::Object(members) => members.entry(last.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null),
            Value::Array(items) => {
                let index: usize = last.parse().context("a list is pointed into with a number")?;
                items.get_mut(index).with_context(|| format!("{parent} has no item {index}"))?
            }
            _ => bail!("{parent} is neither an object nor a list"),
        };
        let empty = place.is_null() || place.as_object().is_some_and(|members| members.is_empty());
        if !empty {
            bail!("something stands there already; leave it out, or write null or {{}}");
        }
        Ok(place)
    }

    /// For the person who signs.
    pub(super) fn describe(&self) -> String {
        format!("{} <- {} ({})", self.pointer, self.file.display(), self.media_type)
    }
}

/// By the ending of the name; what is not in the list is bytes.
fn media_type_of(file: &Path) -> &'static str {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "odt" => "application/vnd.oasis.opendocument.text",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    #[test]
    fn the_media_type_comes_from_the_name_or_from_the_argument() {
        for (text, media_type) in [
            ("/body/reason=a.TXT", "text/plain"),
            ("/body/reason=a=b.bin", "application/octet-stream"),
            ("/body/reason=a;b.txt;type=text/html", "text/html"),
        ] {
            assert_eq!(text.parse::<Attach>().unwrap().media_type, media_type, "{text}");
        }
        for text in ["", "/body/reason", "reason=a.txt", "/by=a.txt", "/body/reason=", "/body/reason=a;type=html"] {
            assert!(text.parse::<Attach>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_hash_is_of_the_salt_and_the_content() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("reason.txt");
        std::fs::write(&file, "because").unwrap();
        let attach = |pointer: &str| format!("{pointer}={}", file.display()).parse::<Attach>().unwrap();
        let mut payload = json!({ "body": { "evidence": [{ "attachment": {} }], "other": 7 } });
        let sent = attach("/body/evidence/0/attachment").fill_in(&mut payload).unwrap();
        let sent = serde_json::to_value(sent).unwrap();
        let salt = URL_SAFE_NO_PAD.decode(sent["salt"].as_str().unwrap()).unwrap();
        let expected = json!({ "hash": Hash::of(&[&salt, b"because"]), "mediaType": "text/plain", "sizeBytes": 7 });
        assert_eq!((salt.len(), &payload["body"]["evidence"][0]["attachment"]), (32, &expected));
        assert_eq!(sent["content"], "YmVjYXVzZQ");

        attach("/body/reason").fill_in(&mut payload).unwrap();
        assert_eq!(payload["body"]["reason"]["sizeBytes"], 7);
        for taken in ["/body/reason", "/body/other", "/body/other/x", "/body/none/x", "/body/evidence/1", "/body/evidence/x"] {
            assert!(attach(taken).fill_in(&mut payload).is_err(), "{taken}");
        }
    }
}
