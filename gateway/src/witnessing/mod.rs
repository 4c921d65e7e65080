//! Witnesses of a ledger: shown its checkpoint at a fixed cadence, in a task of its own that no commit waits for.

mod panel;
mod ask;
mod round;

use std::sync::Arc;
use std::time::Duration;

use ledger::log::note::VerifierKey;
use ledger::words::Instant;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::Clock;
use crate::metrics::{self, Heard};
use crate::store::{LedgerRow, Store};
use ask::Asker;
pub use panel::{Panel, PanelFault};
use round::{Question, Watcher};

/// A checkpoint that a witness cosigned is shown to it anew after so long, so that its cosignature says how fresh it is.
const REFRESH_MILLIS: i64 = 3_600_000;

/// How witnesses are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// From the beginning of one round to that of the next.
    pub interval: Duration,
    /// The most that one witness may take in a round.
    pub limit: Duration,
}

/// Asks the witnesses of one ledger until `stopped` says so.
pub(crate) fn start(
    store: Store,
    row: Arc<LedgerRow>,
    panel: &Panel,
    cadence: Cadence,
    clock: Clock,
    stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let watcher = |(key, url): &(VerifierKey, String)| Watcher { asker: Asker::new(url, cadence.limit), key: key.clone() };
    let watchers: Vec<Watcher> = panel.witnesses().iter().map(watcher).collect();
    watchers.iter().for_each(|watcher| metrics::witness_known(&row.name, watcher.key.name()));
    let standing = vec![Standing::default(); watchers.len()];
    let rounds = Rounds { store, row, watchers, cadence, clock, standing };
    tokio::spawn(rounds.run(stopped))
}

/// Returns when the gateway stops.
async fn told(stopped: &mut watch::Receiver<bool>) {
    _ = stopped.wait_for(|stopped| *stopped).await;
}

struct Rounds {
    store: Store,
    row: Arc<LedgerRow>,
    watchers: Vec<Watcher>,
    cadence: Cadence,
    clock: Clock,
    /// By watcher: what it is to be asked next, and what it said.
    standing: Vec<Standing>,
}

/// How it stands with one witness.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// It is being asked: a slow one misses rounds, and holds up nobody else's.
    asked: bool,
    /// It has missed a round meanwhile.
    missed: bool,
    /// The size that it cosigned last in this process, and when.
    cosigned: Option<(u64, Instant)>,
    /// What was heard last; a line is logged when that changes.
    heard: Option<Heard>,
}

/// What one witness said: which of them, to which size, asked when.
type Said = (usize, u64, Instant, Heard, String);

impl Rounds {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let interval = i64::try_from(self.cadence.interval.as_millis()).unwrap_or(i64::MAX).max(1);
        let (mut next, mut asking) = (self.clock.now(), JoinSet::new());
        loop {
            tokio::select! {
                () = self.clock.reach(Some(next)) => {
                    let now = self.clock.now();
                    // On the grid of the first round: the cadence is fixed, and what was missed is not made up for.
                    next = next.plus_millis(interval.saturating_mul((now.millis() - next.millis()) / interval + 1));
                    self.round(now, &mut asking).await;
                }
                Some(said) = asking.join_next() => match said {
                    Ok(said) => {
                        if self.hear(said) {
                            self.round(self.clock.now(), &mut asking).await;
                        }
                    }
                    Err(error) => tracing::error!(ledger = %self.row.name, %error, "asking a witness ended badly"),
                },
                // What is being asked is left: nothing hangs on its answer.
                () = told(&mut stopped) => return,
            }
        }
    }

    /// Shows the checkpoint of now to every witness that has not cosigned it and is not being asked.
    async fn round(&mut self, now: Instant, asking: &mut JoinSet<Said>) {
        let question = match Question::now(&self.store, &self.row).await {
            Ok(Some(question)) => question,
            Ok(None) => return,
            Err(fault) => {
                tracing::error!(ledger = %self.row.name, error = %fault, "no checkpoint to show to witnesses");
                return;
            }
        };
        let size = question.size;
        for (which, standing) in self.standing.iter_mut().enumerate() {
            let is_fresh = |(known, at): (u64, Instant)| known == size && now.millis() - at.millis() < REFRESH_MILLIS;
            if standing.asked || standing.cosigned.is_some_and(is_fresh) {
                standing.missed = standing.asked;
                continue;
            }
            standing.asked = true;
            let (question, watcher, limit) = (question.clone(), self.watchers[which].clone(), self.cadence.limit);
            asking.spawn(async move {
                let (heard, detail) = question.put_to(&watcher, limit).await;
                (which, size, now, heard, detail)
            });
        }
    }

    /// Takes what a witness said. Whether there is to be a round for it now: it cosigned, and missed the last one.
    fn hear(&mut self, (which, size, at, heard, detail): Said) -> bool {
        let standing = &mut self.standing[which];
        standing.asked = false;
        let missed = std::mem::take(&mut standing.missed);
        if heard == Heard::Cosigned {
            standing.cosigned = Some((size, at));
        }
        if standing.heard.replace(heard) != Some(heard) {
            self.tell(which, heard, &detail);
        }
        missed && heard == Heard::Cosigned
    }

    fn tell(&self, which: usize, heard: Heard, detail: &str) {
        let (ledger, witness, answer) = (&self.row.name, self.watchers[which].key.name(), heard.code());
        match heard {
            Heard::Cosigned => tracing::info!(ledger, witness, answer, detail, "a witness cosigns"),
            Heard::Ahead | Heard::OtherHistory => {
                tracing::error!(ledger, witness, answer, detail, "a witness knows another history of this ledger");
            }
            Heard::Denied | Heard::Nonsense | Heard::Late | Heard::Unreachable | Heard::NotAsked => {
                tracing::warn!(ledger, witness, answer, detail, "a witness does not cosign");
            }
        }
    }
}
