-- In whose name an entry was signed, its author's own or another's (docs/decisions/0120), so that lists tell it without reading each
-- statement. NULL where an older program wrote the entry, before this step or beside a newer one: there the statement tells.
ALTER TABLE log.record ADD COLUMN on_behalf_of TEXT COLLATE "C";
