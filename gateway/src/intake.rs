//! From what came over the wire to an answer: read, check the signature on this core, hand to the writer.

mod beside;
mod parcel;
mod upload;

use std::time::Duration;

use futures_util::future::join_all;
use ledger::envelope::attempt::Reason;
use ledger::envelope::{Attempt, Parsed, Refusal, Rule};
use ledger::words::{Hash, Instant};
use serde_json::json;

use beside::Affected;
pub use beside::Beside;
pub use parcel::{MAX_BATCH, MAX_INLINE, Parcel, Unread, read_parcel};
pub use upload::{Announced, NoUpload, Upload};

use crate::host::Host;
use crate::metrics;
use crate::receipts::receipt_of;
use crate::sequencer::{Answer, Checked, LedgerHandle, Queued, Submission, Unavailable};
use crate::store::StoreFault;

/// A statement as it came, with the content that came with it.
#[derive(Debug)]
pub struct Envelope {
    /// The JWS, byte for byte.
    pub statement: Vec<u8>,
    /// Content beside the log.
    pub attachments: Vec<Beside>,
}

/// What the sender is told.
#[derive(Debug)]
pub enum Reply {
    /// It stands in the log.
    Accepted {
        /// Index of the entry.
        entry: u64,
        /// The ledger's instant of acceptance.
        accepted_at: Instant,
        /// The receipt, as text.
        receipt: String,
        /// Whether it stood there already.
        repeat: bool,
    },
    /// It does not fit; nothing was recorded.
    Refused {
        /// Why.
        refusal: Refusal,
        /// When it was refused.
        at: Instant,
        /// The same, signed by the gateway: evidence for one who tried in time.
        signed: String,
    },
    /// No answer now; sending again is safe.
    Unavailable {
        /// Why not.
        why: Unavailable,
        /// Signed by the gateway: that it came, and when.
        signed: String,
    },
}

/// What was prepared of one statement: the hash of its bytes, what it does to files, and what goes into the queue.
struct Prepared<T> {
    digest: Hash,
    affected: Affected,
    outcome: Result<T, Trouble>,
}

/// The one way in: it takes statements, and shows nothing of what is stored.
#[derive(Clone)]
pub struct Door {
    host: Host,
}

impl Door {
    /// The door of a gateway.
    pub fn of(host: Host) -> Self {
        Self { host }
    }

    /// A ledger by its name.
    pub fn ledger(&self, name: &str) -> Option<&LedgerHandle> {
        self.host.ledger(name)
    }

    /// What the ledgers' clock says.
    pub fn now(&self) -> Instant {
        self.host.clock.now()
    }

    /// Takes statements: their signatures are checked side by side, and they are handed to the writer in
    /// this order. Each gets its own answer, after so long at most.
    pub async fn take(&self, ledger: &LedgerHandle, envelopes: Vec<Result<Envelope, Unread>>, patience: Duration) -> Vec<Reply> {
        let prepared = join_all(envelopes.into_iter().map(|envelope| self.prepare(ledger, envelope))).await;
        let queued: Vec<_> = prepared
            .into_iter()
            .map(|Prepared { digest, affected, outcome }| {
                let outcome = outcome.and_then(|submission| ledger.enqueue(submission).map_err(Trouble::Unavailable));
                Prepared { digest, affected, outcome }
            })
            .collect();
        join_all(queued.into_iter().map(|queued| self.finish(ledger, queued, patience))).await
    }

    async fn prepare(&self, ledger: &LedgerHandle, envelope: Result<Envelope, Unread>) -> Prepared<Submission> {
        let Envelope { statement, attachments } = match envelope {
            Ok(envelope) => envelope,
            Err(Unread { refusal, digest }) => {
                let outcome = Err(Trouble::Refused(refusal, self.host.clock.now()));
                return Prepared { digest, affected: Affected::default(), outcome };
            }
        };
        let digest = Hash::of(&[&statement]);
        match self.check(ledger, &statement).await {
            Ok(statement) => {
                let affected = Affected::by(statement.parsed().statement(), &attachments);
                let attachments = self.put_down(ledger, attachments).await;
                Prepared { digest, affected, outcome: attachments.map(|attachments| Submission { statement, attachments }) }
            }
            Err(trouble) => Prepared { digest, affected: Affected::default(), outcome: Err(trouble) },
        }
    }

    /// Everything about a statement that can be checked before its turn.
    async fn check(&self, ledger: &LedgerHandle, statement: &[u8]) -> Result<Checked, Trouble> {
        let now = |refusal| Trouble::Refused(refusal, self.host.clock.now());
        let parsed = Parsed::parse(statement).map_err(now)?;
        // Before a signature is checked, so that a statement for another ledger is told so, whoever signed it.
        if parsed.statement().ledger.as_str() != ledger.row.facts.origin {
            let detail = format!("the statement is for {}", parsed.statement().ledger);
            return Err(now(Refusal::at("/ledger", Rule::OtherLedger, detail, ledger.row.facts.origin.clone())));
        }
        Ok(match self.host.key_of(ledger, &parsed).await? {
            Some(key) => Checked::Verified(Box::new(parsed.verify(&key).map_err(now)?)),
            None => Checked::Pending(Box::new(parsed)),
        })
    }

    async fn finish(&self, ledger: &LedgerHandle, queued: Prepared<Queued>, patience: Duration) -> Reply {
        let Prepared { digest, affected, outcome } = queued;
        let answered = match outcome {
            // It is in the queue, and may stand after all: whoever sends it again is told.
            Ok(queued) => match tokio::time::timeout(patience, self.answer(ledger, queued)).await {
                Ok(answered) => answered,
                Err(_) => return self.unavailable(ledger, Unavailable::Slow, digest),
            },
            Err(trouble) => Err(trouble),
        };
        let (stands, recorded) = match &answered {
            Ok(Reply::Accepted { repeat, .. }) => (true, !repeat),
            Ok(Reply::Refused { .. } | Reply::Unavailable { .. }) | Err(_) => (false, false),
        };
        // What failed may be in the log all the same, so its files stay until a sweep has asked. All else goes at once.
        let uncertain = matches!(&answered, Err(Trouble::Unavailable(Unavailable::Failing | Unavailable::Slow) | Trouble::Store(_)));
        if !uncertain {
            self.put_away(ledger, affected, stands, recorded).await;
        }
        answered.unwrap_or_else(|trouble| self.trouble(ledger, trouble, digest))
    }

    fn trouble(&self, ledger: &LedgerHandle, trouble: Trouble, digest: Hash) -> Reply {
        match trouble {
            Trouble::Refused(refusal, at) => refused(ledger, refusal, at, digest),
            Trouble::Unavailable(unavailable) => self.unavailable(ledger, unavailable, digest),
            Trouble::Store(fault) => {
                tracing::error!(ledger = %ledger.row.name, error = %fault, "reading failed");
                self.unavailable(ledger, Unavailable::Failing, digest)
            }
        }
    }

    fn unavailable(&self, ledger: &LedgerHandle, why: Unavailable, digest: Hash) -> Reply {
        let signed = acknowledged(ledger, reason(&why), self.host.clock.now(), digest);
        Reply::Unavailable { why, signed }
    }

    async fn answer(&self, ledger: &LedgerHandle, queued: Queued) -> Result<Reply, Trouble> {
        match queued.answered().await.map_err(Trouble::Unavailable)? {
            Answer::Granted(granted) => {
                let (entry, accepted_at) = (granted.entry, granted.accepted_at);
                Ok(Reply::Accepted { entry, accepted_at, receipt: granted.receipt()?, repeat: false })
            }
            Answer::Repeat(entry) => {
                let found = receipt_of(&self.host.store, ledger, entry).await?;
                let missing = || StoreFault::Damaged(format!("entry {entry} is gone"));
                let (accepted_at, receipt) = found.ok_or_else(missing)?;
                Ok(Reply::Accepted { entry, accepted_at, receipt, repeat: true })
            }
            Answer::Refused(refusal, at) => Err(Trouble::Refused(refusal, at)),
        }
    }
}

enum Trouble {
    Refused(Refusal, Instant),
    Unavailable(Unavailable),
    Store(StoreFault),
}

impl From<StoreFault> for Trouble {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

fn reason(why: &Unavailable) -> Reason {
    match why {
        Unavailable::Full => Reason::QueueFull,
        Unavailable::Failing => Reason::Failing,
        Unavailable::Clock(_) => Reason::Clock,
        Unavailable::Closed(_) => Reason::Closed,
        Unavailable::Slow => Reason::Timeout,
    }
}

/// A refusal with the gateway's signature under it.
pub fn refused(ledger: &LedgerHandle, refusal: Refusal, at: Instant, digest: Hash) -> Reply {
    metrics::refused(refusal.rule());
    let signed = Attempt::refused(&ledger.row.facts.origin, &refusal, at, digest).sign(&ledger.keys.statements);
    Reply::Refused { refusal, at, signed }
}

/// That bytes with this hash had come at an instant and were not recorded then, with the gateway's signature under it.
pub fn acknowledged(ledger: &LedgerHandle, reason: Reason, at: Instant, digest: Hash) -> String {
    Attempt::acknowledged(&ledger.row.facts.origin, reason, at, digest).sign(&ledger.keys.statements)
}

/// A fault as the API shows it.
pub fn fault_json(fault: &ledger::envelope::Fault) -> serde_json::Value {
    json!({ "pointer": fault.pointer, "rule": fault.rule.code(), "source": fault.rule.source(), "detail": fault.detail, "accepted": fault.accepted })
}
