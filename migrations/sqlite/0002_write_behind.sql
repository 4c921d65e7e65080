-- What follows from the log moves to a database of its own (migrations/sqlite-derived), which is written a moment later
-- and never holds up a commit (docs/decisions/0007). What each entry changed is kept beside it.

DROP INDEX record_statement;
DROP INDEX record_subject;
DROP TABLE life;
DROP TABLE due;
DROP TABLE signer_key;

-- What an entry changed: lives, due instants, keys. Written in the transaction of the entry.
CREATE TABLE change (
    ledger INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ledger, entry)
) STRICT;
