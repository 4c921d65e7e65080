-- The tables of a ledger. Truth: ledger, record, tile, checkpoint, attachment (inserts only).
-- Derived from the log: head, life, due, signer_key.

CREATE TABLE ledger (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    facts TEXT NOT NULL
) STRICT;

CREATE TABLE record (
    ledger INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    salt BLOB NOT NULL,
    leaf BLOB NOT NULL,
    jws BLOB NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    statement TEXT NOT NULL,
    payload_hash BLOB NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (ledger, entry)
) STRICT;
CREATE UNIQUE INDEX record_statement ON record (ledger, author, statement);
CREATE INDEX record_subject ON record (ledger, subject, entry);

-- Full tiles of 256 hashes; the rightmost, partial one follows from the leaves and tiles below.
CREATE TABLE tile (
    ledger INTEGER NOT NULL,
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (ledger, level, number)
) STRICT;

CREATE TABLE checkpoint (
    ledger INTEGER NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (ledger, size)
) STRICT;

CREATE TABLE attachment (
    ledger INTEGER NOT NULL,
    hash BLOB NOT NULL,
    entry INTEGER NOT NULL,
    salt BLOB NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (ledger, hash)
) STRICT;

CREATE TABLE head (
    ledger INTEGER NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    frontier TEXT NOT NULL
) STRICT;

-- One row for each institution (part 'institution') and each part of an agreement.
CREATE TABLE life (
    ledger INTEGER NOT NULL,
    subject TEXT NOT NULL,
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    format INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ledger, subject, part, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX life_open ON life (ledger, subject) WHERE is_open = 1;
CREATE INDEX life_part ON life (ledger, part, subject, key);

CREATE TABLE due (
    ledger INTEGER NOT NULL,
    subject TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (ledger, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_at ON due (ledger, due_at, subject);

CREATE TABLE signer_key (
    ledger INTEGER NOT NULL,
    kid TEXT NOT NULL,
    institution TEXT NOT NULL,
    PRIMARY KEY (ledger, kid)
) STRICT, WITHOUT ROWID;
