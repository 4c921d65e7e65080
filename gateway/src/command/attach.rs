//! `--attach POINTER=FILE`: content beside the log, salted and hashed, with its place in the body filled in.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use ledger::words::{Hash, Hasher};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::key::random;
use super::sign::read_bounded;
use crate::client::{AttachmentSent, SaltedFile};
use crate::intake::MAX_INLINE;
use crate::media_types;

/// What a statement may refer to (`sizeBytes`). A gateway may take less.
const MAX_CONTENT: u64 = 1_073_741_824;

/// A file, and where in the payload it is referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attach {
    pointer: String,
    file: PathBuf,
    media_type: String,
}

impl FromStr for Attach {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "POINTER=FILE or POINTER=FILE;type=MEDIA/TYPE, with a pointer such as /body/reason";
        let (pointer, file) = text.split_once('=').ok_or(WRONG)?;
        let (file, media_type) = match file.rsplit_once(";type=") {
            Some((file, media_type)) => (file, media_types::listed(media_type)),
            None => (file, media_type_of(Path::new(file))),
        };
        if !pointer.starts_with("/body/") || file.is_empty() {
            return Err(WRONG.into());
        }
        let media_type = media_type.ok_or_else(|| format!("{WRONG}; accepted: {}", media_types::accepted()))?;
        Ok(Self { pointer: pointer.into(), file: file.into(), media_type: media_type.into() })
    }
}

impl Attach {
    /// Names all of them in the payload. What goes into a folder is not sent along; the rest is given.
    pub(super) fn fill_in_all(all: &[Self], payload: &mut Value, folder: Option<&Path>) -> anyhow::Result<Vec<AttachmentSent>> {
        let mut sent = Vec::new();
        for attach in all {
            match folder {
                Some(folder) => attach.put_beside(payload, folder)?,
                None => sent.push(attach.fill_in(payload)?),
            }
        }
        Ok(sent)
    }

    /// Reads the file, fills in `{hash, mediaType, sizeBytes}` at its place, and gives what is to be sent along.
    ///
    /// The salt is why the hash says nothing about content that was erased: without it, short texts could be guessed.
    fn fill_in(&self, payload: &mut Value) -> anyhow::Result<AttachmentSent> {
        let hint = "larger content is uploaded beside its statement: sign and submit with --attachments DIR";
        let content = read_bounded(&self.file, MAX_INLINE as u64).context(hint)?;
        let salt: [u8; 32] = random()?;
        self.name(payload, Hash::of(&[&salt, &content]), content.len() as u64)?;
        Ok(AttachmentSent::new(&salt, &self.media_type, &content))
    }

    /// The same, whatever its size: salt and content go into a file of this folder that has the hash as its name.
    fn put_beside(&self, payload: &mut Value, folder: &Path) -> anyhow::Result<()> {
        let cannot = || format!("{} cannot be put into {}", self.file.display(), folder.display());
        let salt: [u8; 32] = random()?;
        let copied = self.copy(&salt, folder).with_context(cannot)?;
        let (hash, bytes) = (copied.hash, copied.bytes);
        anyhow::ensure!((1..=MAX_CONTENT).contains(&bytes), "{} has {bytes} bytes; accepted: 1 to {MAX_CONTENT}", self.file.display());
        self.name(payload, hash, bytes)?;
        copied.part.persist(folder.join(SaltedFile::name(&hash))).map_err(|error| error.error).with_context(cannot)?;
        Ok(())
    }

    fn copy(&self, salt: &[u8; 32], folder: &Path) -> io::Result<Copied> {
        std::fs::create_dir_all(folder)?;
        let (mut from, mut part) = (File::open(&self.file)?, NamedTempFile::new_in(folder)?);
        let (mut hasher, mut piece, mut bytes) = (Hasher::default(), vec![0; 64 * 1024], 0);
        hasher.update(salt);
        part.write_all(salt)?;
        loop {
            let count = from.read(&mut piece)?;
            if count == 0 {
                break;
            }
            hasher.update(&piece[..count]);
            part.write_all(&piece[..count])?;
            bytes += count as u64;
        }
        part.as_file().sync_all()?;
        Ok(Copied { part, hash: hasher.finish(), bytes })
    }

    fn name(&self, payload: &mut Value, hash: Hash, bytes: u64) -> anyhow::Result<()> {
        let place = self.place(payload).with_context(|| format!("{} cannot be attached at {}", self.file.display(), self.pointer))?;
        *place = json!({ "hash": hash, "mediaType": self.media_type, "sizeBytes": bytes });
        Ok(())
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

/// A file with salt and content, that has no name yet.
struct Copied {
    part: NamedTempFile,
    hash: Hash,
    bytes: u64,
}

/// By the ending of the name.
fn media_type_of(file: &Path) -> Option<&'static str> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    media_types::of_ending(&ending)
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
            ("/body/reason=a=b.pdf", "application/pdf"),
            ("/body/reason=a;b.bin;type=text/csv", "text/csv"),
        ] {
            assert_eq!(text.parse::<Attach>().unwrap().media_type, media_type, "{text}");
        }
        for text in ["", "/body/reason", "reason=a.txt", "/by=a.txt", "/body/reason=", "/body/reason=a;type=html", "/body/reason=a.bin"] {
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
        let beside = directory.path().join("beside");
        attach("/body/account").put_beside(&mut payload, &beside).unwrap();
        let named = &payload["body"]["account"];
        let kept = std::fs::read(beside.join(format!("{}.attachment", named["hash"].as_str().unwrap()))).unwrap();
        assert_eq!((named["sizeBytes"].as_u64(), named["hash"].as_str()), (Some(7), Some(Hash::of(&[&kept]).to_string().as_str())));
        assert_eq!((&kept[32..], std::fs::read_dir(&beside).unwrap().count()), (&b"because"[..], 1));
        for taken in ["/body/reason", "/body/other", "/body/other/x", "/body/none/x", "/body/evidence/1", "/body/evidence/x"] {
            assert!(attach(taken).fill_in(&mut payload).is_err(), "{taken}");
        }
    }
}
