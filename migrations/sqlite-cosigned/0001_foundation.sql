-- Checkpoints that witnesses cosigned, in a file of their own: a cosignature never waits for a commit, nor a commit for it.

CREATE TABLE checkpoint (
    ledger INTEGER NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (ledger, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE cosignature (
    ledger INTEGER NOT NULL,
    size INTEGER NOT NULL,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (ledger, size, witness)
) STRICT, WITHOUT ROWID;
CREATE INDEX cosignature_witness ON cosignature (ledger, witness, size);
