-- The rows of lives by kind of part first: one index fewer to write. They are made anew from the log.
DROP TABLE life;
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
    PRIMARY KEY (ledger, part, subject, key)
) STRICT;
CREATE INDEX life_open ON life (ledger, subject) WHERE is_open = 1;
-- Lists in the order of subject and key, by state, by whom it is about; by due date in the order of that.
CREATE INDEX life_state ON life (ledger, part, state, subject, key);
CREATE INDEX life_party ON life (ledger, part, party, subject, key);
CREATE INDEX life_due ON life (ledger, part, due_at, subject, key) WHERE due_at IS NOT NULL;
-- What is orange or red, and what asks for attention: little among much.
CREATE INDEX life_colour ON life (ledger, subject, obligation, colour) WHERE colour > 0;
CREATE INDEX life_calls ON life (ledger, subject) WHERE calls = 1;
DELETE FROM progress;
