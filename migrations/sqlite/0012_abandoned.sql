-- What the log had signed for when a backup with fewer entries was put back (docs/decisions/0114): signed checkpoints. A row counts
-- while the log has exactly `size` entries; until an entry names what is lost, the ledger takes nothing else.
CREATE TABLE abandoned (
    ledger INTEGER NOT NULL,
    size INTEGER NOT NULL,
    number INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (ledger, size, number)
) STRICT, WITHOUT ROWID;
