//! A town whose ledger is written in memory, in the order in which the gateway's writer has it.

use std::collections::HashMap;

use ledger::audit::Row;
use ledger::book::{Agenda, Book, PROOF_TYP, Verdict, found, proof_payload};
use ledger::envelope::statement::flag::Flag;
use ledger::envelope::{Body, GATEWAY, Parsed, SigningKey, Statement, Type, Verified, sign_compact, sign_flattened};
use ledger::lives::Moment;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{NoteSigner, VerifierKey};
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::Frontier;
use ledger::words::{CALENDAR_VERSION, Hash, Instant, Slug};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "convenant.example.nl/gm0599";
pub(crate) const OWNER: &str = "gm0599";
pub(crate) const MINISTRY: &str = "bzk";

/// The log's signer, from a seed that tests may change.
pub(crate) fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) struct Town {
    book: Book,
    agenda: Agenda,
    keys: HashMap<String, SigningKey>,
    pub(crate) now: Instant,
    pub(crate) rows: Vec<Row>,
    /// Where each flag stands.
    pub(crate) flags: Vec<(u64, Flag)>,
}

/// What a test wants to know of a ledger as it is served.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) rows: Vec<Row>,
    pub(crate) checkpoint: Vec<u8>,
}

impl Town {
    /// A genesis with a municipality and a ministry.
    pub(crate) fn found(at: &str) -> Self {
        Self::found_by(at, CALENDAR_VERSION)
    }

    /// The same by another table of holidays.
    pub(crate) fn found_by(at: &str, holidays: &str) -> Self {
        let now = instant(at);
        let keys: HashMap<String, SigningKey> = [GATEWAY, OWNER, MINISTRY].into_iter().map(|name| (name.to_owned(), key(name))).collect();
        let registration = |name: &str, kind: &str| {
            let body = registration(name, kind, &keys[name]);
            let payload = payload("registration", name, "first", now, body);
            String::from_utf8(sign_compact(&keys[name], Type::Registration.typ(), &payload)).unwrap()
        };
        let body = json!({
            "level": "local", "logKey": signer(1).verifier().to_string(), "statementKey": keys[GATEWAY].public().to_jwk(),
            "owner": OWNER, "ministry": MINISTRY,
            "registrations": [registration(OWNER, "municipality"), registration(MINISTRY, "ministry")],
            "versions": { "rules": 1, "timeZoneData": "2026a", "holidays": holidays },
        });
        let jws = sign_compact(&keys[GATEWAY], Type::Genesis.typ(), &payload("genesis", GATEWAY, "genesis", now, body));
        let verified = Parsed::parse(&jws).unwrap().verify(&keys[GATEWAY].public()).unwrap();
        let (ledger, institutions) = found(&verified, Moment { entry: 0, at: now }).unwrap();
        let book = Book::complete(ledger, institutions);
        let mut town = Self { book, agenda: Agenda::default(), keys, now, rows: Vec::new(), flags: Vec::new() };
        town.append(jws);
        town
    }

    /// An institution registers and is admitted.
    pub(crate) fn admit(&mut self, name: &str, kind: &str) {
        let key = key(name);
        let kid = key.public().thumbprint();
        let body = registration(name, kind, &key);
        self.keys.insert(name.to_owned(), key);
        self.say(name, "registration", body);
        self.say(OWNER, "admission", json!({ "institution": name, "key": kid }));
    }

    /// An institution replaces its key by another.
    pub(crate) fn rotate(&mut self, name: &str) {
        let (old, new) = (self.keys[name].public().thumbprint(), key(&format!("{name}, again")));
        let proof = proof_payload(ORIGIN, &name.parse::<Slug>().unwrap(), &new.public().thumbprint());
        let proof = String::from_utf8(sign_compact(&new, PROOF_TYP, &proof)).unwrap();
        self.say(name, "key-rotation", json!({ "key": new.public().to_jwk(), "proof": proof, "replaces": old }));
        self.keys.insert(name.to_owned(), new);
    }

    /// A proposal that all its parties sign: weekly duties of a debtor towards the municipality.
    pub(crate) fn agree(&mut self, id: &str, debtor: &str, duties: usize, from: &str, to: &str) {
        let duty = |n: usize| {
            json!({
                "id": format!("duty-{n}"), "debtor": debtor, "what": "Visits every stairwell and reports what is broken.",
                "when": { "kind": "rhythm", "rule": "FREQ=WEEKLY" }, "strength": "effort",
                "evidence": [{ "kind": "list", "title": "the list of visits" }], "goals": ["clean"],
            })
        };
        let hash = self.say(
            OWNER,
            "proposal",
            json!({
                "agreement": id, "title": "Clean and whole", "goals": [{ "id": "clean", "title": "Clean stairwells" }], "themes": ["housing"],
                "neighbourhoods": [{ "code": "BU05990110", "referenceYear": 2026, "name": "Oude Noorden" }],
                "parties": [{ "institution": OWNER }, { "institution": debtor }], "director": OWNER,
                "period": { "startDate": from, "endDate": to },
                "obligations": (1..=duties).map(duty).collect::<Vec<_>>(), "withdrawal": {}, "ladder": {},
            }),
        );
        self.say(OWNER, "consent", json!({ "agreement": id, "to": hash }));
        self.say(debtor, "consent", json!({ "agreement": id, "to": hash }));
    }

    /// A report on a due date, which the municipality accepts or leaves.
    pub(crate) fn report(&mut self, agreement: &str, debtor: &str, duty: usize, due: &str, accepted: bool) {
        let evidence =
            json!([{ "form": "referenced", "kind": "list", "hash": Hash::of(&[due.as_bytes()]), "uri": "https://example.nl/visits" }]);
        let body = json!({ "agreement": agreement, "obligation": format!("duty-{duty}"), "instances": [due], "evidence": evidence });
        let report = self.say(debtor, "report", body);
        if accepted {
            self.say(OWNER, "acceptance", json!({ "agreement": agreement, "report": report }));
        }
    }

    /// The owner takes up other versions of the rules.
    pub(crate) fn change_rules(&mut self, rules: u32, holidays: &str) {
        self.say(OWNER, "rules-change", versions(rules, holidays));
    }

    /// The same without asking any rule: as a newer program took it.
    pub(crate) fn append_change(&mut self, by: &str, rules: u32, holidays: &str) {
        let payload = payload("rules-change", by, &format!("s-{}", self.rows.len()), self.now, versions(rules, holidays));
        self.append(sign_flattened(&self.keys[by], Type::RulesChange.typ(), &payload));
    }

    /// An institution signs and the ledger accepts; gives the hash of the payload.
    pub(crate) fn say(&mut self, by: &str, kind: &str, body: Value) -> Hash {
        self.tick();
        let payload = payload(kind, by, &format!("s-{}", self.rows.len()), self.now, body);
        let jws = sign_flattened(&self.keys[by], Type::from_code(kind).unwrap().typ(), &payload);
        let parsed = Parsed::parse(&jws).unwrap_or_else(|refusal| panic!("{kind}: {refusal}"));
        let key = self.book.key_of(&parsed).unwrap();
        self.take(parsed.verify(&key).unwrap());
        self.tick();
        Hash::of(&[&payload])
    }

    /// Time passes, and the gateway writes what is due each hour of it.
    pub(crate) fn pass(&mut self, to: &str) {
        let to = instant(to);
        while let Some((due, _)) = self.agenda.first(to) {
            // As if the clock's entry came a moment after it was due.
            self.now = self.now.max(due.plus_millis(7));
            self.tick();
        }
        self.now = self.now.max(to);
    }

    /// What was due is written as of now.
    pub(crate) fn tick(&mut self) {
        while let Some((_, life)) = self.agenda.first(self.now) {
            let flag = self.book.next_flag(life).unwrap();
            let verified = self.sign_flag(&flag);
            self.flags.push((self.rows.len() as u64, flag));
            self.take(verified);
        }
    }

    /// A flag as the gateway would sign it at the next place.
    pub(crate) fn sign_flag(&self, flag: &Flag) -> Verified {
        let statement = Statement {
            ledger: ORIGIN.parse().unwrap(),
            id: format!("flag-{}", self.rows.len()).parse().unwrap(),
            signed_at: self.now,
            by: GATEWAY.parse().unwrap(),
            on_behalf_of: None,
            body: Body::from(flag.clone()),
        };
        let key = &self.keys[GATEWAY];
        let jws = sign_compact(key, Type::Flag.typ(), &statement.to_payload());
        Parsed::parse(&jws).unwrap().verify(&key.public()).unwrap()
    }

    fn take(&mut self, verified: Verified) {
        let moment = Moment { entry: self.rows.len() as u64, at: self.now };
        let kind = verified.statement().body.kind().code();
        match self.book.judge(&verified, moment) {
            Ok(Verdict::Accept(accepted)) => self.agenda.note(&self.book.record(*accepted)),
            other => panic!("{kind} at {}: {other:?}", self.now),
        }
        self.append(verified.received().raw().to_vec());
    }

    /// Adds bytes as a record without asking any rule.
    pub(crate) fn append(&mut self, jws: Vec<u8>) {
        let entry = self.rows.len() as u64;
        self.rows.push(row(entry, self.now, jws));
    }

    /// The ledger as an honest server gives it.
    pub(crate) fn serve(&self) -> Served {
        Served::signed(self.rows.clone())
    }
}

impl Served {
    /// Rows with the log's checkpoint over them.
    pub(crate) fn signed(rows: Vec<Row>) -> Self {
        let mut frontier = Frontier::empty();
        rows.iter().for_each(|row| frontier.append(ledger::log::tree::leaf_hash(row.leaf.as_ref().unwrap())));
        let checkpoint = checkpoint(&signer(1), frontier.size(), frontier.root());
        Self { rows, checkpoint }
    }

    /// A history that the holder of the log's key wrote anew: places, entries and checkpoint all fit again.
    pub(crate) fn rewritten(rows: Vec<Row>) -> Self {
        Self::signed(rows.into_iter().enumerate().map(|(n, old)| row(n as u64, old.accepted_at, old.jws)).collect())
    }
}

pub(crate) fn checkpoint(signer: &NoteSigner, size: u64, root: Hash) -> Vec<u8> {
    Checkpoint::new(ORIGIN, size, root).unwrap().sign(signer).unwrap().to_string().into_bytes()
}

pub(crate) fn vkey() -> VerifierKey {
    signer(1).verifier().clone()
}

fn row(entry: u64, accepted_at: Instant, jws: Vec<u8>) -> Row {
    let salt = Hash::of(&[b"salt", &entry.to_be_bytes()]).0;
    let leaf = Entry::new(accepted_at, &salt, &record_bytes(ORIGIN, entry, accepted_at, &jws)).as_bytes().to_vec();
    Row { entry, accepted_at, salt, jws, leaf: Some(leaf), withheld: false }
}

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(&Hash::of(&[name.as_bytes()]).0)
}

fn registration(name: &str, kind: &str, key: &SigningKey) -> Value {
    json!({ "institution": name, "name": name, "kind": kind, "identifiers": {}, "key": key.public().to_jwk() })
}

fn payload(kind: &str, by: &str, id: &str, at: Instant, body: Value) -> Vec<u8> {
    json!({ "type": kind, "ledger": ORIGIN, "id": id, "signedAt": at, "by": by, "body": body }).to_string().into_bytes()
}

fn versions(rules: u32, holidays: &str) -> Value {
    json!({ "versions": { "rules": rules, "timeZoneData": "2026a", "holidays": holidays } })
}
