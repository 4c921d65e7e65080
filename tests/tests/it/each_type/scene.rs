//! The scene of a row: told up to the statement, with the statement as it was signed, and all who might say it.

use std::collections::BTreeSet;

use harness::audit::Audit;
use harness::story::{Story, begin};
use harness::town::key;
use harness::{Answer, Memory, Town};
use ledger::envelope::jws::Received;
use ledger::envelope::{GATEWAY, Kid, Parsed, SigningKey, Type, sign_flattened};
use ledger::words::Instant;
use serde_json::Value;

use super::court::{Court, genesis};
use super::row::Row;

/// When every story begins.
const START: &str = "2006-01-02T09:00:00Z";

/// Three who have nothing to do with any scene: admitted, waiting for it, and not known here.
pub(super) const ADVISOR: &str = "advisor";
pub(super) const APPLICANT: &str = "applicant";
pub(super) const OUTSIDER: &str = "outsider";

/// A statement that is accepted where it stands.
pub(super) struct Scene {
    pub(super) kind: Type,
    pub(super) row: Row,
    /// Right before it.
    pub(super) court: Court,
    /// Right after it, without anything in between.
    pub(super) after: Memory,
    /// What it says.
    pub(super) payload: Value,
    /// Who signed it.
    pub(super) signer: SigningKey,
    /// Each institution with its key.
    pub(super) others: Vec<(String, SigningKey)>,
    /// All words of the story, which may be names of keys.
    words: BTreeSet<String>,
}

/// A story in the town of a row, with the three in it.
pub(super) fn begun(town: &str) -> Story<Memory> {
    let at: Instant = START.parse().unwrap();
    let (town, owner) = match town {
        "local" => (Town::in_memory(at), "municipality"),
        "national" => (Town::national(at), "ministry"),
        "first-rules" => (Town::by_first_rules(at), "municipality"),
        other => panic!("there is no town {other}"),
    };
    let mut story = begin(town).unwrap();
    let lines = format!("{ADVISOR} registers other\n{owner} admits {ADVISOR}\n{APPLICANT} registers other");
    story.go_on(&lines).unwrap();
    story
}

impl Scene {
    /// Tells it, and asks that the statement is accepted.
    pub(super) fn of(kind: Type, row: Row) -> Result<Self, String> {
        let words = row.told.iter().chain([&row.says]).flat_map(|line| line.split_whitespace()).map(str::to_owned).collect();
        let mut story = begun(&row.town);
        story.go_on(&row.told.join("\n"))?;
        let before = story.town.door.clone();
        let (court, bytes) = match row.says.as_str() {
            "genesis" => {
                let at = START.parse().unwrap();
                let bytes = sign_flattened(&key("gateway"), kind.typ(), genesis(at).to_string().as_bytes());
                (Court::Founding(at), bytes)
            }
            "flag" => before_the_last(&before, kind)?,
            line => {
                story.go_on(line)?;
                (Court::open(&before), story.town.sent.clone())
            }
        };
        let received = Received::parse(&bytes).map_err(|refusal| refusal.to_string())?;
        let payload: Value = serde_json::from_slice(received.payload()).map_err(|error| error.to_string())?;
        if payload["type"] != kind.code() {
            return Err(format!("the row of {} says {}", kind.code(), payload["type"]));
        }
        let mut scene = Self { kind, row, court, after: story.town.door, payload, signer: key("gateway"), others: Vec::new(), words };
        scene.signer = scene.key_of(&received.header().kid).ok_or("nobody has the key that signed it")?;
        scene.others = scene.all_others();
        match scene.court.hears(&bytes) {
            Answer::Accepted(_) => Ok(scene),
            other => Err(format!("it is not accepted where it stands: {other:?}")),
        }
    }

    /// The key with this thumbprint, of those that stories name.
    fn key_of(&self, kid: &Kid) -> Option<SigningKey> {
        let who = self.after.audit().institutions().map(|institution| institution.id.to_string());
        who.chain(self.words.iter().cloned())
            .chain(["gateway".to_owned()])
            .map(|name| key(&name))
            .find(|key| key.public().thumbprint() == *kid)
    }

    /// Everybody but the one that says it, with a key of theirs.
    fn all_others(&self) -> Vec<(String, SigningKey)> {
        let by = self.payload["by"].as_str().unwrap_or_default();
        let now = self.court.now();
        let before = self.before().unwrap_or(self.after.audit());
        let known = before.institutions().filter(|institution| institution.id.as_str() != by);
        let with_key = |institution: &ledger::lives::Institution| {
            let valid = institution.admitted.iter().flat_map(|admitted| &admitted.keys).filter(|key| key.is_valid(now));
            let key = valid.map(|key| key.kid).filter_map(|kid| self.key_of(&kid)).next();
            (institution.id.to_string(), key.unwrap_or_else(|| harness::town::key(institution.id.as_str())))
        };
        let strangers = [OUTSIDER, GATEWAY].into_iter().filter(|who| *who != by).map(|who| (who.to_owned(), key(who)));
        known.map(with_key).chain(strangers).collect()
    }

    /// The state before it.
    fn before(&self) -> Option<&Audit> {
        match &self.court {
            Court::Open { live, .. } => Some(live.audit()),
            Court::Before(audit, _) => Some(audit),
            Court::Founding(_) => None,
        }
    }

    /// A payload, signed as the statement was.
    pub(super) fn signed(&self, payload: &Value) -> Vec<u8> {
        sign_flattened(&self.signer, self.kind.typ(), payload.to_string().as_bytes())
    }

    /// The same content under another id.
    pub(super) fn anew(&self) -> Value {
        let mut payload = self.payload.clone();
        payload["id"] = "another-id".into();
        payload
    }
}

/// Right before the last flag of a log.
fn before_the_last(memory: &Memory, kind: Type) -> Result<(Court, Vec<u8>), String> {
    let is_it = |bytes: &[u8]| Parsed::parse(bytes).is_ok_and(|parsed| parsed.statement().body.kind() == kind);
    let log = memory.log();
    let at = log.iter().rposition(|entry| is_it(&entry.bytes)).ok_or("there is no flag")?;
    let mut audit = Audit::begin(&log[0]).map_err(|fault| format!("{fault:?}"))?;
    log[1..at].iter().try_for_each(|entry| audit.fold(entry)).map_err(|fault| format!("{fault:?}"))?;
    Ok((Court::Before(Box::new(audit), log[at].at), log[at].bytes.clone()))
}
