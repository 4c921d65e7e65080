-- What follows from the log. All of it can be dropped and rebuilt.

-- The rows below hold what the entries before this one changed, in this format of lives; `leaf` is the last of them,
-- so that rows of another log are noticed.
CREATE TABLE progress (
    ledger INTEGER NOT NULL PRIMARY KEY,
    entry INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    format INTEGER NOT NULL,
    is_rebuilding INTEGER NOT NULL
) STRICT;

-- Each statement by the id that its author gave it.
CREATE TABLE statement (
    ledger INTEGER NOT NULL,
    author TEXT NOT NULL,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    payload_hash BLOB NOT NULL,
    PRIMARY KEY (ledger, author, id)
) STRICT, WITHOUT ROWID;

-- The entries that changed a life.
CREATE TABLE history (
    ledger INTEGER NOT NULL,
    subject TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (ledger, subject, entry)
) STRICT, WITHOUT ROWID;

-- One row for each institution (part 'institution') and each part of an agreement. With row ids: new rows stand together
-- at the end, whatever they are about, and the indexes stay small.
CREATE TABLE life (
    ledger INTEGER NOT NULL,
    subject TEXT NOT NULL,
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    state TEXT NOT NULL,
    party TEXT NOT NULL,
    due_at INTEGER,
    obligation TEXT NOT NULL,
    colour INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ledger, subject, part, key)
) STRICT;
CREATE INDEX life_open ON life (ledger, subject) WHERE is_open = 1;
CREATE INDEX life_part ON life (ledger, part, subject, key);
-- Lists in the order of subject and key, by state, by whom it is about; by due date in the order of that.
CREATE INDEX life_state ON life (ledger, part, state, subject, key);
CREATE INDEX life_party ON life (ledger, part, party, subject, key);
CREATE INDEX life_due ON life (ledger, part, due_at, subject, key) WHERE due_at IS NOT NULL;
-- What is orange or red, and what asks for attention: little among much.
CREATE INDEX life_colour ON life (ledger, subject, obligation, colour) WHERE colour > 0;
CREATE INDEX life_calls ON life (ledger, subject) WHERE calls = 1;

-- What an agreement can be found by: neighbourhood, party, theme; and each place with its name.
CREATE TABLE facet (
    ledger INTEGER NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (ledger, subject, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX facet_value ON facet (ledger, kind, value, subject);

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
