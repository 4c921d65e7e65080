-- What a witness remembers: the last checkpoint that it cosigned for each log, and what it refused to cosign.

CREATE TABLE cosigned (
    origin TEXT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

-- Refused though the log signed it. `split` is the evidence of two histories; without it, the request did not show any.
CREATE TABLE refused (
    origin TEXT NOT NULL,
    at INTEGER NOT NULL,
    offered TEXT NOT NULL,
    known TEXT NOT NULL,
    split TEXT,
    PRIMARY KEY (origin, offered)
) STRICT;
