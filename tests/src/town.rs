//! A town: its institutions with their keys, and the door that they knock on.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ledger::book::{PROOF_TYP, proof_payload};
use ledger::envelope::{Kid, SigningKey, Type, payload_hash, sign_compact, sign_flattened};
use ledger::lives::rules::RULES_VERSION;
use ledger::log::note::NoteSigner;
use ledger::words::{CALENDAR_VERSION, Hash, Instant, Slug};
use serde_json::{Value, json};

use crate::door::{Answer, Attachment, Door};
use crate::elsewhere::identifiers;
use crate::lives::bend::bend;
use crate::memory::Memory;
use crate::texts::attachments_of;

/// Origin of every ledger in these tests.
pub const ORIGIN: &str = "ledger.example.nl/town";

/// Who takes part in a standard town, and what kind of institution it is.
pub const KINDS: [(&str, &str); 8] = [
    ("municipality", "municipality"),
    ("ministry", "ministry"),
    ("corporation", "housing-corporation"),
    ("police", "police"),
    ("welfare", "welfare"),
    ("residents", "residents"),
    ("school", "school"),
    ("education", "ministry"),
];

/// Origin of the national ledger in these tests.
pub const NATIONAL: &str = "ledger.example.nl/national";

/// Who takes part nationally; the ministry owns the ledger.
pub const NATIONAL_KINDS: [(&str, &str); 5] =
    [("ministry", "ministry"), ("vng", "umbrella"), ("aedes", "umbrella"), ("mo-groep", "umbrella"), ("education", "ministry")];

/// Institutions, their keys, and what was said so far.
#[derive(Debug, Clone)]
pub struct Town<D> {
    /// The ledger.
    pub door: D,
    /// The agreement that acts are about.
    pub agreement: String,
    /// Hash of the payload of acts that a story named.
    pub named: BTreeMap<String, Hash>,
    /// The answer to the last act.
    pub answer: Option<Answer>,
    /// The bytes of the last act.
    pub sent: Vec<u8>,
    /// What travelled with it.
    pub sent_along: Vec<Attachment>,
    /// How the next act differs from an ordinary one.
    pub unusual: Unusual,
    /// Umbrella references that a story named, each with its receipt.
    pub umbrellas: BTreeMap<String, Value>,
    origin: &'static str,
    keys: BTreeMap<String, String>,
    acts: u64,
}

/// How an act differs from an ordinary one; for one act.
#[derive(Debug, Clone, Default)]
pub struct Unusual {
    /// A statement id of its own choosing.
    pub id: Option<String>,
    /// On whose behalf.
    pub on_behalf_of: Option<String>,
    /// The signer's clock.
    pub signed_at: Option<Instant>,
    /// The key, by its name.
    pub key: Option<String>,
    /// In whose name.
    pub by: Option<String>,
    /// Name for the hash of the payload.
    pub name: Option<String>,
    /// One thing in its body is another, which follows from this number.
    pub bent: Option<u64>,
}

/// The key with this name, always the same one.
pub fn key(name: &str) -> SigningKey {
    // Made once: what a key is made of takes as long as a signature.
    static MADE: Mutex<BTreeMap<String, SigningKey>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || SigningKey::from_seed(&Hash::of(&[b"seed of ", name.as_bytes()]).0);
    made.entry(name.to_owned()).or_insert_with(make).clone()
}

/// The seed of the log key with this name, always the same one.
pub fn log_seed(name: &str) -> [u8; 32] {
    Hash::of(&[b"seed of log key ", name.as_bytes()]).0
}

/// The log key with this name, for the log with this origin.
pub fn log_key(origin: &str, name: &str) -> NoteSigner {
    NoteSigner::from_seed(origin, &log_seed(name)).expect("an origin is a name")
}

/// Thumbprint of the key with this name.
pub fn kid(name: &str) -> Kid {
    key(name).public().thumbprint()
}

/// Its public half as a JWK.
pub fn jwk(name: &str) -> Value {
    serde_json::from_str(&key(name).public().to_jwk().to_string()).expect("a JWK is JSON")
}

/// A compact JWS by a new key, for the one who adds it.
pub fn proof(name: &str, institution: &str) -> String {
    let institution: Slug = institution.parse().expect("a slug");
    let bytes = sign_compact(&key(name), PROOF_TYP, &proof_payload(ORIGIN, &institution, &kid(name)));
    String::from_utf8(bytes).expect("a compact JWS is ASCII")
}

/// The self-signed registration of an institution for a ledger, compact, as `init` takes it.
pub fn registers(origin: &str, (who, kind): (&str, &str), at: Instant) -> String {
    let mut body = registration(who, kind, who);
    body["identifiers"] = identifiers(origin, who);
    let payload = payload(origin, Type::Registration, &format!("{who}-0"), at, who, body);
    String::from_utf8(sign_compact(&key(who), Type::Registration.typ(), payload.to_string().as_bytes())).expect("ASCII")
}

fn payload(origin: &str, kind: Type, id: &str, at: Instant, by: &str, body: Value) -> Value {
    json!({ "type": kind.code(), "ledger": origin, "id": id, "signedAt": at.to_string(), "by": by, "body": body })
}

/// What an institution registers with.
pub fn registration(institution: &str, kind: &str, key_name: &str) -> Value {
    json!({ "institution": institution, "name": format!("The {institution}"), "kind": kind, "identifiers": {}, "key": jwk(key_name) })
}

/// The newest versions of the rules.
pub fn newest() -> Value {
    json!({ "rules": RULES_VERSION, "timeZoneData": "2026a", "holidays": CALENDAR_VERSION })
}

/// The first versions of the rules, as they were before anything was changed.
pub fn first() -> Value {
    json!({ "rules": 1, "timeZoneData": "2026a", "holidays": "atw-2026.1" })
}

/// The payload of a genesis: of a standard town, or of the national ledger.
pub fn genesis_payload(origin: &str, at: Instant, versions: &Value) -> Value {
    let signed = |who| registers(origin, who, at);
    let (level, owner, registrations) = match origin {
        NATIONAL => ("national", "ministry", vec![signed(NATIONAL_KINDS[0])]),
        _ => ("local", "municipality", vec![signed(KINDS[0]), signed(KINDS[1])]),
    };
    let body = json!({
        "level": level, "logKey": log_key(origin, "genesis").verifier().to_string(), "statementKey": jwk("gateway"),
        "owner": owner, "ministry": "ministry", "registrations": registrations,
        "versions": versions,
    });
    payload(origin, Type::Genesis, "genesis", at, "gateway", body)
}

impl Town<Memory> {
    /// A ledger in memory with a genesis and the institutions of the standard town, admitted.
    pub fn in_memory(at: Instant) -> Self {
        Self::founded(ORIGIN, at, "municipality", &KINDS[2..], &newest())
    }

    /// The same by the first versions of the rules.
    pub fn by_first_rules(at: Instant) -> Self {
        Self::founded(ORIGIN, at, "municipality", &KINDS[2..], &first())
    }

    /// The national ledger in memory, owned by the ministry, with the umbrella organisations.
    pub fn national(at: Instant) -> Self {
        Self::founded(NATIONAL, at, "ministry", &NATIONAL_KINDS[1..], &newest())
    }

    /// A local ledger in memory beside that of a story.
    pub fn beside(origin: &'static str, at: Instant) -> Self {
        Self::founded(origin, at, "municipality", &KINDS[2..], &newest())
    }

    fn founded(origin: &'static str, at: Instant, owner: &str, others: &[(&str, &str)], versions: &Value) -> Self {
        let genesis = genesis_payload(origin, at, versions).to_string();
        let genesis = sign_flattened(&key("gateway"), Type::Genesis.typ(), genesis.as_bytes());
        Self::settled(Memory::begin(genesis, key("gateway"), at), origin, owner, others)
    }
}

impl<D: Door> Town<D> {
    /// Actors before a door.
    pub fn at(door: D) -> Self {
        let keys = KINDS.iter().map(|(who, _)| ((*who).to_owned(), (*who).to_owned())).collect();
        let (agreement, named, unusual) = ("homes".to_owned(), BTreeMap::new(), Unusual::default());
        let (umbrellas, origin) = (BTreeMap::new(), ORIGIN);
        let (sent, sent_along) = (Vec::new(), Vec::new());
        Self { door, agreement, named, answer: None, sent, sent_along, unusual, umbrellas, origin, keys, acts: 0 }
    }

    /// Actors before a door that opens on a genesis: everybody else is registered, and admitted by its owner.
    pub fn settled(door: D, origin: &'static str, owner: &str, others: &[(&str, &str)]) -> Self {
        let mut town = Self::at(door);
        town.origin = origin;
        for (who, kind) in others {
            town.actor(who).register(kind);
            town.actor(owner).admit(who, who);
            assert!(matches!(town.answer, Some(Answer::Accepted(_))), "{who}: {:?}", town.answer);
        }
        town
    }

    /// Whoever has this name.
    pub fn actor(&mut self, who: &str) -> Actor<'_, D> {
        Actor { who: who.to_owned(), town: self }
    }

    /// The owner of the ledger.
    pub fn owner(&mut self) -> Actor<'_, D> {
        let owner = if self.origin == NATIONAL { "ministry" } else { "municipality" };
        self.actor(owner)
    }

    /// The municipality: owner of a local ledger.
    pub fn municipality(&mut self) -> Actor<'_, D> {
        self.actor("municipality")
    }

    /// The housing corporation.
    pub fn corporation(&mut self) -> Actor<'_, D> {
        self.actor("corporation")
    }

    /// The police.
    pub fn police(&mut self) -> Actor<'_, D> {
        self.actor("police")
    }

    /// The ministry that cases reach.
    pub fn ministry(&mut self) -> Actor<'_, D> {
        self.actor("ministry")
    }

    /// From here on an institution signs with the key of this name.
    pub fn use_key(&mut self, who: &str, name: &str) {
        self.keys.insert(who.to_owned(), name.to_owned());
    }

    /// Sends the same bytes once more.
    pub fn send_again(&mut self) -> Answer {
        let answer = self.door.submit(&self.sent, &self.sent_along);
        self.answer = Some(answer.clone());
        answer
    }

    fn say(&mut self, who: &str, kind: Type, mut body: Value) -> Answer {
        self.acts += 1;
        let unusual = std::mem::take(&mut self.unusual);
        if let Some(number) = unusual.bent {
            bend(&mut body, number);
        }
        let by = unusual.by.as_deref().unwrap_or(who);
        let id = unusual.id.unwrap_or_else(|| format!("{who}-{}", self.acts));
        self.sent_along = attachments_of(&body);
        let mut payload = payload(self.origin, kind, &id, unusual.signed_at.unwrap_or(self.door.now()), by, body);
        if let Some(other) = unusual.on_behalf_of {
            payload["onBehalfOf"] = other.into();
        }
        let bytes = payload.to_string().into_bytes();
        if let Some(name) = unusual.name {
            self.named.insert(name, payload_hash(&bytes));
        }
        let name = unusual.key.or_else(|| self.keys.get(who).cloned()).unwrap_or_else(|| who.to_owned());
        let key = if name == "gateway" { self.door.gateway_key() } else { key(&name) };
        self.sent = sign_flattened(&key, kind.typ(), &bytes);
        self.send_again()
    }
}

/// One institution that acts.
pub struct Actor<'a, D> {
    pub(crate) who: String,
    pub(crate) town: &'a mut Town<D>,
}

impl<D: Door> Actor<'_, D> {
    /// Says anything at all; the verbs are built on this.
    pub fn say(self, kind: Type, body: Value) -> Answer {
        self.town.say(&self.who, kind, body)
    }

    /// The origin of the ledger.
    pub(crate) fn origin(&self) -> &'static str {
        self.town.origin
    }

    /// Says something about the agreement at hand.
    pub(crate) fn on(self, kind: Type, mut body: Value) -> Answer {
        body["agreement"] = self.town.agreement.clone().into();
        self.say(kind, body)
    }

    pub(crate) fn hash_of(&self, name: &str) -> String {
        self.town.named.get(name).map_or_else(|| "00".repeat(32), Hash::to_string)
    }
}
