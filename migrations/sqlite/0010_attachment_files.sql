-- Content and salt of an attachment are a file of their own (NAME.attachments/), which can be destroyed without a trace in
-- this database (docs/decisions/0095). Here is what is known of it: by which entry it was filed first, and by which one it
-- was erased. Rows of `attachment` from before are moved to files at the next start; that table stays empty from then on.
CREATE TABLE attachment_file (
    ledger INTEGER NOT NULL,
    hash BLOB NOT NULL,
    entry INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    erased_by INTEGER,
    PRIMARY KEY (ledger, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_file_erased ON attachment_file (ledger) WHERE erased_by IS NOT NULL;
