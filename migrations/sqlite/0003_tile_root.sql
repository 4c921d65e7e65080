-- The root of each full tile, which is one hash of the tile above it: a partial tile of a higher level is one range
-- of these. Derived from tile.
CREATE TABLE tile_root (
    ledger INTEGER NOT NULL,
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (ledger, level, number)
) STRICT, WITHOUT ROWID;
