-- Which agreements of all ledgers bring along an umbrella agreement (docs/decisions/0132): asked by the page of that one.
CREATE INDEX facet_umbrella ON derived.facet (value, ledger, subject) WHERE kind = 'umbrella';
