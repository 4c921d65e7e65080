//! Trust policies: which logs, which witnesses, and how many of these make a checkpoint valid (C2SP tlog-policy).
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <name>...
//! quorum <name>|none
//! ```

mod written;

use std::collections::HashMap;

use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointFault};
use super::note::{KeyFault, KeyKind, Note, Signed, VerifierKey};
use super::text::parse_decimal;

/// The largest policy that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most logs, witnesses and groups together; the specification asks for 32 of each.
pub const MAX_NAMES: usize = 1024;

/// Which checkpoints are valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<LogLine>,
    witnesses: Vec<WitnessLine>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its key, whose name is its origin.
    pub key: VerifierKey,
    /// A way to it, if one is given.
    pub url: Option<String>,
}

/// A witness that may be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessLine {
    /// Its name within the policy: any octets but white space.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Its submission prefix, if one is given.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    least: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyFault> {
        if bytes.len() > MAX_BYTES {
            return Err(PolicyFault::at(0, PolicyError::TooLarge));
        }
        let mut reader = Reader::default();
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            reader.line(line).map_err(|error| PolicyFault::at(number + 1, error))?;
        }
        let Reader { logs, witnesses, groups, quorum, .. } = reader;
        let quorum = quorum.ok_or_else(|| PolicyFault::at(0, PolicyError::NoQuorum))?;
        Ok(Self { logs, witnesses, groups, quorum })
    }

    /// The logs, in the order of the file. Without any, the log is known from elsewhere.
    pub fn logs(&self) -> &[LogLine] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[WitnessLine] {
        &self.witnesses
    }

    /// The keys of the witnesses.
    pub fn witness_keys(&self) -> Vec<VerifierKey> {
        self.witnesses.iter().map(|witness| witness.key.clone()).collect()
    }

    /// Whether the holders of these keys are enough.
    pub fn is_met(&self, signed: &[VerifierKey]) -> bool {
        self.quorum.is_none_or(|quorum| self.has_witnessed(quorum, signed))
    }

    // Groups refer to earlier ones only, and a name is a member once: this is a walk over a tree.
    fn has_witnessed(&self, member: Member, signed: &[VerifierKey]) -> bool {
        match member {
            Member::Witness(place) => signed.contains(&self.witnesses[place].key),
            Member::Group(place) => {
                let Group { least, members, .. } = &self.groups[place];
                members.iter().filter(|member| self.has_witnessed(**member, signed)).count() >= *least
            }
        }
    }

    /// Verifies that a log of this policy signed a checkpoint, and enough of its witnesses; gives what it says, and the
    /// witnesses that signed. A known witness whose signature fails makes it refuse the whole.
    pub fn open(&self, note: &Note) -> Result<(Checkpoint, Vec<Signed>), PolicyRefusal> {
        let witnesses = self.witness_keys();
        let mut refused = PolicyRefusal::UnknownLog;
        for log in &self.logs {
            match Checkpoint::open(note, &log.key, &witnesses) {
                Ok((checkpoint, signed)) => {
                    let keys: Vec<VerifierKey> = signed.iter().map(|by| by.key.clone()).collect();
                    return if self.is_met(&keys) { Ok((checkpoint, signed)) } else { Err(PolicyRefusal::TooFewWitnesses) };
                }
                Err(fault) if note.text().lines().next() == Some(log.key.name()) => refused = fault.into(),
                Err(_) => {}
            }
        }
        Err(refused)
    }
}

/// A policy while it is read.
#[derive(Default)]
struct Reader {
    logs: Vec<LogLine>,
    witnesses: Vec<WitnessLine>,
    groups: Vec<Group>,
    names: HashMap<Vec<u8>, Named>,
    /// The inner `None` is the quorum `none`.
    quorum: Option<Option<Member>>,
}

/// What a name stands for, and whether it is in a group already.
struct Named {
    member: Member,
    grouped: bool,
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyError> {
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(PolicyError::ControlCharacter);
        }
        let items: Vec<&[u8]> = line.split(|byte| [b' ', b'\t'].contains(byte)).filter(|item| !item.is_empty()).collect();
        let Some((word, items)) = items.split_first() else { return Ok(()) };
        if word.starts_with(b"#") {
            return Ok(());
        }
        if self.logs.len() + self.names.len() >= MAX_NAMES {
            return Err(PolicyError::TooLarge);
        }
        match (*word, items) {
            (b"log", [key]) => self.log(key, None),
            (b"log", [key, url]) => self.log(key, Some(url)),
            (b"witness", [name, key]) => self.witness(name, key, None),
            (b"witness", [name, key, url]) => self.witness(name, key, Some(url)),
            (b"group", [name, least, members @ ..]) if !members.is_empty() => self.group(name, least, members),
            (b"quorum", [name]) => self.take_quorum(name),
            (b"log" | b"witness" | b"group" | b"quorum", _) => Err(PolicyError::Items),
            _ => Err(PolicyError::Word),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        let (key, url) = (vkey(key)?, url.map(text).transpose()?);
        if !matches!(key.kind(), KeyKind::Note | KeyKind::MlDsaCosignature) {
            return Err(PolicyError::KeyKind);
        }
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(PolicyError::DuplicateKey);
        }
        self.logs.push(LogLine { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        let (key, url) = (vkey(key)?, url.map(text).transpose()?);
        if !matches!(key.kind(), KeyKind::Cosignature | KeyKind::MlDsaCosignature) {
            return Err(PolicyError::KeyKind);
        }
        // One key under two names would count twice.
        if self.witnesses.iter().any(|witness| witness.key.public_key() == key.public_key()) {
            return Err(PolicyError::DuplicateKey);
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(WitnessLine { name: name.to_vec(), key, url });
        Ok(())
    }

    fn group(&mut self, name: &[u8], least: &[u8], members: &[&[u8]]) -> Result<(), PolicyError> {
        let count = members.len();
        let least = match least {
            b"all" => count,
            b"any" => 1,
            number => {
                let number = std::str::from_utf8(number).ok().and_then(parse_decimal).and_then(|number| usize::try_from(number).ok());
                number.filter(|number| (1..=count).contains(number)).ok_or(PolicyError::Threshold)?
            }
        };
        let members = members.iter().map(|member| {
            let named = self.names.get_mut(*member).ok_or_else(|| PolicyError::Unknown(shown(member)))?;
            // In two groups, one witness could count twice.
            if std::mem::replace(&mut named.grouped, true) { Err(PolicyError::Grouped(shown(member))) } else { Ok(named.member) }
        });
        let members = members.collect::<Result<Vec<_>, _>>()?;
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_vec(), least, members });
        Ok(())
    }

    fn take_quorum(&mut self, name: &[u8]) -> Result<(), PolicyError> {
        let quorum = match name {
            b"none" => None,
            name => Some(self.names.get(name).ok_or_else(|| PolicyError::Unknown(shown(name)))?.member),
        };
        if self.quorum.replace(quorum).is_some() { Err(PolicyError::TwoQuorums) } else { Ok(()) }
    }

    fn define(&mut self, name: &[u8], member: Member) -> Result<(), PolicyError> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyError::Defined(shown(name)));
        }
        self.names.insert(name.to_vec(), Named { member, grouped: false });
        Ok(())
    }
}

fn text(item: &[u8]) -> Result<String, PolicyError> {
    std::str::from_utf8(item).map(str::to_owned).map_err(|_| PolicyError::Utf8)
}

fn vkey(item: &[u8]) -> Result<VerifierKey, PolicyError> {
    Ok(text(item)?.parse::<VerifierKey>()?)
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Why a policy cannot be read, and in which line, from 1; 0 for the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} of the policy: {error}")]
pub struct PolicyFault {
    /// The line.
    pub line: usize,
    /// What is wrong.
    pub error: PolicyError,
}

impl PolicyFault {
    fn at(line: usize, error: PolicyError) -> Self {
        Self { line, error }
    }
}

/// What can be wrong in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// It is larger than any policy that is read.
    #[error("more than {MAX_BYTES} bytes, or more than {MAX_NAMES} logs, witnesses and groups")]
    TooLarge,
    /// Only tab and line feed are allowed.
    #[error("a control character other than tab")]
    ControlCharacter,
    /// A key or a URL is not UTF-8.
    #[error("a key or URL that is not UTF-8")]
    Utf8,
    /// The line begins with another word.
    #[error("accepted: log, witness, group, quorum, or a comment that begins with #")]
    Word,
    /// The line has too few or too many items.
    #[error("accepted: log VKEY [URL], witness NAME VKEY [URL], group NAME all|any|K NAME..., quorum NAME")]
    Items,
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The key of a witness stands for a log, or the other way round.
    #[error("a log has a key of type 0x01 or 0x06, a witness one of type 0x04 or 0x06")]
    KeyKind,
    /// An earlier line has the same public key.
    #[error("an earlier line has the same public key")]
    DuplicateKey,
    /// The number is none, or more than there are members.
    #[error("accepted: all, any, or a number from 1 to that of the members")]
    Threshold,
    /// No earlier line defines this name.
    #[error("no earlier line defines {0}")]
    Unknown(String),
    /// It is a member of an earlier group.
    #[error("{0} is a member of a group already")]
    Grouped(String),
    /// An earlier line defines this name, or it is `none`.
    #[error("{0} is defined already")]
    Defined(String),
    /// There is a second quorum line.
    #[error("a second quorum")]
    TwoQuorums,
    /// There is no quorum line.
    #[error("no quorum; `quorum none` asks for no witnesses")]
    NoQuorum,
}

/// Why a policy does not take a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyRefusal {
    /// It is not of a log in the policy.
    #[error("the checkpoint is of no log in the policy")]
    UnknownLog,
    /// The log in the policy did not sign it, or a signature fails.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    /// The log signed it, but not enough witnesses did.
    #[error("the witnesses that signed are not those that the policy asks for")]
    TooFewWitnesses,
}
