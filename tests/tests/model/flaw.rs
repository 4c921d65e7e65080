//! Ways to get the protocol wrong. Each breaks a property that the checker must see broken, so that none of them holds of nothing.

/// A mistake in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The head is set and not compared, and entries are written over those that are there.
    NoComparison,
    /// A checkpoint can be read as soon as it is signed, before COMMIT.
    ReleaseBeforeCommit,
    /// Receipts go out when the transaction begins.
    AnswerBeforeCommit,
    /// Repeats and refusals go out as soon as they are judged, on what is not durable yet.
    AnswerFromOverlay,
    /// Refusals that no entry travels with go out without a look at the head.
    UnconfirmedRefusal,
    /// Ids that were used are not looked up.
    NoLookUp,
    /// Whoever finds the head moved writes what it had judged after what it finds there.
    Rebase,
    /// Statements are judged without what the clock has caused before them.
    StatementsFirst,
    /// An entry has the instant of its gateway's clock, whatever instant the log has reached.
    OwnClock,
    /// Whoever finds the head moved forgets who was waiting.
    ForgetWaiting,
    /// Whoever finds the head moved does not read the log anew.
    KeepMemory,
}
