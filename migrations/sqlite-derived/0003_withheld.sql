-- Agreements that are withheld from the public, among all parts of lives: few, and looked up by every list.
CREATE INDEX life_withheld ON life (ledger, subject) WHERE part = 'withheld';
