//! The witnesses of one ledger, and how many of them make a checkpoint one that a receipt may claim.

use std::fmt;
use std::sync::Arc;

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};

type Quorum = Arc<dyn Fn(&[VerifierKey]) -> bool + Send + Sync>;

/// The witnesses of a ledger, each with its submission prefix, and the quorum.
#[derive(Clone)]
pub struct Panel {
    witnesses: Vec<(VerifierKey, String)>,
    quorum: Quorum,
}

impl Panel {
    /// These witnesses, with a quorum that says whether those who signed are enough.
    pub fn new(witnesses: Vec<(VerifierKey, String)>, quorum: impl Fn(&[VerifierKey]) -> bool + Send + Sync + 'static) -> Self {
        Self { witnesses, quorum: Arc::new(quorum) }
    }

    /// The witnesses, each with its submission prefix.
    pub fn witnesses(&self) -> &[(VerifierKey, String)] {
        &self.witnesses
    }

    /// Whether the log and enough witnesses signed a note. What is stored is verified anew: a row is no signature.
    pub fn is_enough(&self, note: &Note, log: &VerifierKey) -> bool {
        let keys: Vec<VerifierKey> = self.witnesses.iter().map(|(key, _)| key.clone()).collect();
        Checkpoint::open(note, log, &keys).is_ok_and(|(_, signed)| {
            let signed: Vec<VerifierKey> = signed.into_iter().map(|by| by.key).collect();
            !signed.is_empty() && (self.quorum)(&signed)
        })
    }
}

impl fmt::Debug for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panel").field("witnesses", &self.witnesses).finish_non_exhaustive()
    }
}
