-- What one institution owes, counted from the index alone: their texts are many pages that need not be read for it.
CREATE INDEX life_debtor ON life (ledger, part, party, subject, key, state) WHERE part = 'obligation';
