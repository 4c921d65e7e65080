//! A ledger in memory: the rules and nothing else, with a clock that tests turn.

use ledger::book::Verdict;
use ledger::envelope::{Body, GATEWAY, Parsed, SigningKey, Statement, Verified, sign_flattened};
use ledger::words::Instant;

use crate::audit::Audit;
use crate::door::{Answer, Attachment, Door, Entry};

/// The ledger.
#[derive(Debug, Clone)]
pub struct Memory {
    audit: Audit,
    log: Vec<Entry>,
    verified: Vec<Verified>,
    gateway: SigningKey,
    now: Instant,
}

impl Memory {
    /// Begins with a genesis.
    pub fn begin(genesis: Vec<u8>, gateway: SigningKey, now: Instant) -> Self {
        let genesis = Entry { at: now, bytes: genesis };
        let audit = Audit::begin(&genesis).unwrap_or_else(|corruption| panic!("the genesis: {corruption:?}"));
        Self { audit, log: vec![genesis], verified: Vec::new(), gateway, now }
    }

    /// What the ledger has made of its log.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// The whole log.
    pub fn log(&self) -> &[Entry] {
        &self.log
    }

    /// What the entries after the genesis say, as it was verified when they came.
    pub fn verified(&self) -> &[Verified] {
        &self.verified
    }

    fn flags_until(&mut self, at: Instant, awake: bool) {
        while let Some(flag) = self.audit.due(at) {
            let when = if awake { self.now.max(flag.due_at) } else { at };
            self.now = when;
            let payload = Statement {
                ledger: self.audit.book().ledger().origin.parse().expect("an origin is a text"),
                id: format!("flag-{}", self.audit.next()).parse().expect("a statement id"),
                signed_at: when,
                by: GATEWAY.parse().expect("a slug"),
                on_behalf_of: None,
                body: Body::from(flag.clone()),
            };
            let bytes = sign_flattened(&self.gateway, payload.body.kind().typ(), &payload.to_payload());
            match self.enter(&bytes, when) {
                Answer::Accepted(_) => {}
                other => panic!("the gateway's own flag {flag:?}: {other:?}"),
            }
        }
    }

    fn enter(&mut self, bytes: &[u8], at: Instant) -> Answer {
        let judged = Parsed::parse(bytes).and_then(|parsed| self.audit.verify(parsed)).and_then(|verified| {
            let verdict = self.audit.judge(&verified, at)?;
            Ok((verified, verdict))
        });
        match judged {
            Err(refusal) => Answer::refused(&refusal),
            Ok((_, Verdict::Repeat { entry })) => Answer::Repeat(entry),
            Ok((verified, Verdict::Accept(accepted))) => {
                self.log.push(Entry { at, bytes: bytes.to_vec() });
                let number = self.audit.keep(&verified, *accepted, at);
                self.verified.push(verified);
                Answer::Accepted(number)
            }
        }
    }
}

impl Door for Memory {
    fn now(&self) -> Instant {
        self.now
    }

    fn submit(&mut self, statement: &[u8], _attachments: &[Attachment]) -> Answer {
        self.flags_until(self.now, true);
        let answer = self.enter(statement, self.now);
        // What a statement makes due at this very instant stands right behind it.
        self.flags_until(self.now, true);
        answer
    }

    fn gateway_key(&self) -> SigningKey {
        self.gateway.clone()
    }

    fn advance(&mut self, to: Instant, awake: bool) {
        self.flags_until(to, awake);
        self.now = self.now.max(to);
    }

    fn entries(&self, from: usize) -> Vec<Entry> {
        self.log[from..].to_vec()
    }
}
