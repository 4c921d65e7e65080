-- In whose name an entry was signed, where that is not its author's own (docs/decisions/0120): lists tell it without reading each statement.
ALTER TABLE log.record ADD COLUMN on_behalf_of TEXT COLLATE "C";
