-- What the log had signed for when a backup with fewer entries was put back (docs/decisions/0114): signed checkpoints. A row counts
-- while the log has exactly `size` entries; until an entry names what is lost, the ledger takes nothing else.
CREATE TABLE log.abandoned (
    ledger BIGINT NOT NULL,
    size BIGINT NOT NULL,
    number BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, size, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.abandoned FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
ALTER TABLE log.abandoned ENABLE ALWAYS TRIGGER append_only;
