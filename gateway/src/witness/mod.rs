//! A witness: answers for there being one history of each log that it knows (C2SP tlog-witness).

mod key;
mod routes;

use std::sync::Arc;

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, Note, Signature, VerifierKey};
use ledger::log::witness::{AddCheckpoint, Denial, RequestFault, decide, screen};
use ledger::words::{Hash, Instant};

pub use key::{WitnessKeyFault, open_key};
pub use routes::router;

use crate::clock::Clock;
use crate::store::{Decided, RefusedCheckpoint, StoreFault, WitnessStore};

/// A witness: its key, the logs that it knows, what it remembers. Cheap to clone.
#[derive(Clone)]
pub struct Witness {
    store: WitnessStore,
    cosigner: Arc<Cosigner>,
    logs: Arc<Vec<VerifierKey>>,
    clock: Clock,
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum NotCosigned {
    /// The request is none.
    #[error(transparent)]
    Malformed(#[from] RequestFault),
    /// It is refused.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Witness {
    /// A witness that knows these logs, by their keys; a log's origin is the name of its key.
    pub fn new(store: WitnessStore, cosigner: Cosigner, logs: Vec<VerifierKey>, clock: Clock) -> Self {
        Self { store, cosigner: Arc::new(cosigner), logs: Arc::new(logs), clock }
    }

    /// The key that its cosignatures are verified with.
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// Cosigns a checkpoint that begins with what was cosigned before. What it gives is on disk.
    pub async fn add_checkpoint(&self, body: &[u8]) -> Result<Signature, NotCosigned> {
        let request = AddCheckpoint::parse(body)?;
        // Before the lock: strangers do not get that far.
        let checkpoint = screen(&request, &self.logs)?;
        let origin = checkpoint.origin();
        let answer = self.store.decide(origin, |last| self.decided(&request, last)).await?;
        match &answer {
            Ok(_) => tracing::info!(origin, size = checkpoint.size(), "cosigned"),
            Err(denial) if denial.split().is_some() => {
                tracing::error!(origin, size = checkpoint.size(), error = %denial, "this log shows two histories; the evidence is kept");
            }
            Err(denial) => tracing::warn!(origin, size = checkpoint.size(), error = %denial, "refused"),
        }
        Ok(answer?)
    }

    fn decided(&self, request: &AddCheckpoint, last: Option<&Note>) -> Decided<Result<Signature, Denial>> {
        let now = self.clock.now();
        match decide(request, &self.logs, last) {
            Ok(checkpoint) => match self.cosign(request, &checkpoint, now) {
                Ok((note, signature)) => Decided::Cosigned(note, Ok(signature)),
                Err(denial) => Decided::Refused(Err(denial), None),
            },
            Err(denial) => {
                let refused = last.and_then(|known| refused(request, known, &denial, now));
                Decided::Refused(Err(denial), refused.map(Box::new))
            }
        }
    }

    /// What is kept and served: the log's own signatures and this witness's, none that somebody else added.
    fn cosign(&self, request: &AddCheckpoint, checkpoint: &Checkpoint, now: Instant) -> Result<(Note, Signature), Denial> {
        let text = request.checkpoint.text();
        let signature = self.cosigner.cosign(text, u64::try_from(now.millis() / 1000).unwrap_or(0));
        let by_log = |other: &&Signature| {
            self.logs.iter().any(|key| key.name() == checkpoint.origin() && key.name() == other.name() && key.id() == other.id())
        };
        let signatures = request.checkpoint.signatures().iter().filter(by_log).chain([&signature]).cloned().collect();
        Ok((Note::new(text, signatures).map_err(Denial::Unsigned)?, signature))
    }

    /// The last checkpoint that it cosigned for the log whose origin has this hash.
    pub async fn cosigned(&self, origin: &Hash) -> Result<Option<Note>, StoreFault> {
        match self.origin(origin) {
            Some(origin) => self.store.cosigned(origin).await,
            None => Ok(None),
        }
    }

    /// What it refused to cosign for the log whose origin has this hash; `None` if it does not know that log.
    pub async fn refused(&self, origin: &Hash) -> Result<Option<Vec<RefusedCheckpoint>>, StoreFault> {
        match self.origin(origin) {
            Some(origin) => self.store.refused(origin).await.map(Some),
            None => Ok(None),
        }
    }

    fn origin(&self, hash: &Hash) -> Option<&str> {
        self.logs.iter().map(VerifierKey::name).find(|name| origin_hash(name) == *hash)
    }
}

/// How a witness names a log in its paths: SHA-256 of the origin, in lower-case hexadecimal (tlog-witness, monitor retrieval).
pub fn origin_hash(origin: &str) -> Hash {
    Hash::of(&[origin.as_bytes()])
}

/// What is kept of a refusal: what shows two histories, and what was not shown to be one. An outdated size is neither.
fn refused(request: &AddCheckpoint, known: &Note, denial: &Denial, at: Instant) -> Option<RefusedCheckpoint> {
    let suspect = match denial {
        Denial::NotConsistent { .. } => true,
        Denial::OtherSize { split, .. } => split.is_some(),
        Denial::Malformed(_) | Denial::UnknownLog { .. } | Denial::Unsigned(_) | Denial::OldLarger { .. } | Denial::StoreDamaged => false,
    };
    let split = denial.split().cloned();
    suspect.then(|| RefusedCheckpoint { at, offered: request.checkpoint.clone(), known: known.clone(), split })
}
