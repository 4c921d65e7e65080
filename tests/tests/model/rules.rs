//! The rules of a small ledger: three statements, two things that fall due, and nothing that the protocol could lean on.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    /// The statement with this number.
    Statement(usize),
    /// The clock's own: this became due.
    Flag(usize),
}

/// An entry, with the instant at which it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) act: Act,
    pub(crate) at: u8,
}

/// A log, or what somebody takes for it.
pub(crate) type Log = Vec<Entry>;

/// What became of a statement when it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    /// It gets this index.
    Taken(usize),
    /// It is this entry already.
    Repeat(usize),
    /// Other words stand under its id.
    IdTaken,
    /// The statement that it builds on is not there.
    Lacking,
}

/// Statement 0 promises something, statement 1 reports on it, statement 2 has other words under the id of statement 0.
pub(crate) const STATEMENTS: [(usize, Option<usize>); 3] = [(0, None), (1, Some(0)), (0, None)];
/// How many things fall due: the first from the start on, the second once it was promised and not yet reported.
pub(crate) const DUES: usize = 2;
/// When both fall due.
pub(crate) const DUE_AT: u8 = 1;

/// Where a statement is in a log.
pub(crate) fn place(log: &[Entry], statement: usize) -> Option<usize> {
    log.iter().position(|entry| entry.act == Act::Statement(statement))
}

/// What is due first by an instant, and is no entry yet: a function of the log and the instant.
pub(crate) fn due(log: &[Entry], at: u8) -> Option<usize> {
    let caused = |due| due == 0 || place(log, 0).is_some() && place(log, 1).is_none();
    let is_open = |due: &usize| caused(*due) && !log.iter().any(|entry| entry.act == Act::Flag(*due));
    (0..DUES).find(is_open).filter(|_| at >= DUE_AT)
}

/// Enters everything that is due.
pub(crate) fn drain(log: &mut Log, at: u8) {
    while let Some(due) = due(log, at) {
        log.push(Entry { act: Act::Flag(due), at });
    }
}

/// Judges a statement on a log, and enters it if it is taken. `looks_up`: whether ids that were used are looked up.
pub(crate) fn judge(log: &mut Log, at: u8, statement: usize, looks_up: bool) -> Verdict {
    let (id, needs) = STATEMENTS[statement];
    let same_id = |entry: &Entry| matches!(entry.act, Act::Statement(other) if STATEMENTS[other].0 == id);
    if looks_up && let Some(used) = log.iter().position(same_id) {
        return if log[used].act == Act::Statement(statement) { Verdict::Repeat(used) } else { Verdict::IdTaken };
    }
    if needs.is_some_and(|needs| place(log, needs).is_none()) {
        return Verdict::Lacking;
    }
    log.push(Entry { act: Act::Statement(statement), at });
    Verdict::Taken(log.len() - 1)
}
