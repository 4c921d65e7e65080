-- What the three SQLite files of a database hold (migrations/sqlite, -derived, -cosigned, each after all of its steps), as
-- three schemas of one PostgreSQL database. A test compares the catalogues. The same SQL runs on both, so types are those
-- that SQLite has: BIGINT also for yes and no (1 and 0), and texts in the order of their bytes.
-- Run by the role that owns the schemas (`convenant migrate`); what the role of the gateways may do is in gateway/src/store/schema.rs.

CREATE SCHEMA log;
CREATE SCHEMA derived;
CREATE SCHEMA cosigned;

-- The log. Truth: ledger, record, tile, checkpoint, attachment_file. Written with it, and following from it: head, change, tile_root.

CREATE TABLE log.ledger (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    facts TEXT COLLATE "C" NOT NULL
);

CREATE TABLE log.record (
    ledger BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    leaf BYTEA NOT NULL,
    jws BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    statement TEXT COLLATE "C" NOT NULL,
    payload_hash BYTEA NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, entry)
);
CREATE INDEX record_log_key ON log.record (ledger, entry) WHERE kind = 'log-key-rotation';

-- Full tiles of 256 hashes; the rightmost, partial one follows from the leaves and tiles below.
CREATE TABLE log.tile (
    ledger BIGINT NOT NULL,
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (ledger, level, number)
);
-- Hashes do not get shorter; trying costs the commit that fills a tile.
ALTER TABLE log.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE log.checkpoint (
    ledger BIGINT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, size)
);

-- Content and salt of an attachment are a file beside the database (docs/decisions/0095), never in it.
CREATE TABLE log.attachment_file (
    ledger BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    entry BIGINT NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size_bytes BIGINT NOT NULL,
    erased_by BIGINT,
    PRIMARY KEY (ledger, hash)
);
CREATE INDEX attachment_file_erased ON log.attachment_file (ledger) WHERE erased_by IS NOT NULL;

CREATE TABLE log.head (
    ledger BIGINT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    frontier TEXT COLLATE "C" NOT NULL
);

-- What an entry changed: lives, due instants, keys. Written in the transaction of the entry.
CREATE TABLE log.change (
    ledger BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, entry)
);

-- The root of each full tile, which is one hash of the tile above it.
CREATE TABLE log.tile_root (
    ledger BIGINT NOT NULL,
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (ledger, level, number)
);

-- The truth is only added to, whoever asks: rights keep the role of the gateways from it, these triggers its owner too.
-- ALWAYS: also where session_replication_role is set.

CREATE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'log.% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'What is in the log stays; a later statement corrects an earlier one.';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.ledger FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.record FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.tile FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON log.attachment_file FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
ALTER TABLE log.ledger ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log.record ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log.tile ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log.checkpoint ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log.attachment_file ENABLE ALWAYS TRIGGER append_only;

-- One thing of a row may change, once: by which entry it was erased; and that entry must be an erasure in the log.

CREATE FUNCTION log.check_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        OLD.erased_by IS NOT NULL OR NEW.erased_by IS NULL
        OR (NEW.ledger, NEW.hash, NEW.entry, NEW.media_type, NEW.size_bytes)
            IS DISTINCT FROM (OLD.ledger, OLD.hash, OLD.entry, OLD.media_type, OLD.size_bytes)
    ) THEN
        RAISE EXCEPTION 'log.attachment_file is append-only: UPDATE is refused, except of erased_by where it is empty'
            USING ERRCODE = 'restrict_violation', HINT = 'An attachment is erased once, by log.erase_attachment.';
    END IF;
    IF NOT EXISTS (
        SELECT FROM log.record WHERE record.ledger = NEW.ledger AND record.entry = NEW.erased_by AND record.kind = 'attachment-erasure'
    ) THEN
        RAISE EXCEPTION 'entry % of ledger % is no attachment-erasure in the log', NEW.erased_by, NEW.ledger
            USING ERRCODE = 'restrict_violation', HINT = 'Add that entry first, in the same transaction.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER erasure BEFORE UPDATE ON log.attachment_file FOR EACH ROW EXECUTE FUNCTION log.check_erasure();
CREATE TRIGGER erasure_kept BEFORE INSERT ON log.attachment_file FOR EACH ROW WHEN (NEW.erased_by IS NOT NULL)
    EXECUTE FUNCTION log.check_erasure();
ALTER TABLE log.attachment_file ENABLE ALWAYS TRIGGER erasure;
ALTER TABLE log.attachment_file ENABLE ALWAYS TRIGGER erasure_kept;

-- The one way for the role of the gateways, with the rights of the owner. True where it marked the row; the first erasure
-- of an attachment stands, a further one changes nothing.
CREATE FUNCTION log.erase_attachment(ledger BIGINT, hash BYTEA, by BIGINT) RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE log.attachment_file AS file SET erased_by = erase_attachment.by
        WHERE file.ledger = erase_attachment.ledger AND file.hash = erase_attachment.hash AND file.erased_by IS NULL;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION log.refuse(), log.check_erasure(), log.erase_attachment(BIGINT, BYTEA, BIGINT) FROM PUBLIC;

-- What follows from the log. All of it can be dropped and rebuilt.

-- The rows below hold what the entries before this one changed, in this format of lives; `leaf` is the last of them,
-- so that rows of another log are noticed.
CREATE TABLE derived.progress (
    ledger BIGINT NOT NULL PRIMARY KEY,
    entry BIGINT NOT NULL,
    leaf BYTEA NOT NULL,
    format BIGINT NOT NULL,
    is_rebuilding BIGINT NOT NULL
);

-- Each statement by the id that its author gave it.
CREATE TABLE derived.statement (
    ledger BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    entry BIGINT NOT NULL,
    payload_hash BYTEA NOT NULL,
    PRIMARY KEY (ledger, author, id)
);

-- The entries that changed a life.
CREATE TABLE derived.history (
    ledger BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (ledger, subject, entry)
);

-- One row for each institution (part 'institution') and each part of an agreement.
CREATE TABLE derived.life (
    ledger BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    is_open BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    party TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    obligation TEXT COLLATE "C" NOT NULL,
    colour BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, part, subject, key)
);
CREATE INDEX life_open ON derived.life (ledger, subject) WHERE is_open = 1;
-- Lists in the order of subject and key, by state, by whom it is about; by due date in the order of that.
CREATE INDEX life_state ON derived.life (ledger, part, state, subject, key);
CREATE INDEX life_party ON derived.life (ledger, part, party, subject, key);
CREATE INDEX life_due ON derived.life (ledger, part, due_at, subject, key) WHERE due_at IS NOT NULL;
-- What is orange or red, and what asks for attention: little among much.
CREATE INDEX life_colour ON derived.life (ledger, subject, obligation, colour) WHERE colour > 0;
CREATE INDEX life_calls ON derived.life (ledger, subject) WHERE calls = 1;
-- Agreements that are withheld from the public: few, and looked up by every list.
CREATE INDEX life_withheld ON derived.life (ledger, subject) WHERE part = 'withheld';
-- What one institution owes, counted from the index alone.
CREATE INDEX life_debtor ON derived.life (ledger, part, party, subject, key, state) WHERE part = 'obligation';

-- What an agreement can be found by: neighbourhood, party, theme; and each place with its name.
CREATE TABLE derived.facet (
    ledger BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, subject, kind, value)
);
CREATE INDEX facet_value ON derived.facet (ledger, kind, value, subject);

CREATE TABLE derived.due (
    ledger BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, subject)
);
CREATE INDEX due_at ON derived.due (ledger, due_at, subject);

CREATE TABLE derived.signer_key (
    ledger BIGINT NOT NULL,
    kid TEXT COLLATE "C" NOT NULL,
    institution TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, kid)
);

-- Checkpoints that witnesses cosigned: neither truth nor derived, they can be asked for again.

CREATE TABLE cosigned.checkpoint (
    ledger BIGINT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, size)
);

CREATE TABLE cosigned.cosignature (
    ledger BIGINT NOT NULL,
    size BIGINT NOT NULL,
    witness TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, size, witness)
);
CREATE INDEX cosignature_witness ON cosigned.cosignature (ledger, witness, size);
