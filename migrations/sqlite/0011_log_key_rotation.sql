-- The entries that name a key of the log (docs/decisions/0104) are found at once, however long the log is. Other entries are
-- not in it.
CREATE INDEX record_log_key ON record (ledger, entry) WHERE kind = 'log-key-rotation';
