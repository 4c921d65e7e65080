//! What receipts of other ledgers say together about a breach there: whose promise it was, about what, and who that is (L37).

use crate::envelope::statement::agreement::{Instrument, Nature, Obligation, Proposal, Theme};
use crate::envelope::statement::amendment::Change;
use crate::envelope::statement::institution::{Identifiers, Registration};
use crate::envelope::{Body, Fault, Parsed, Rule};
use crate::words::{Hash, Slug};

use super::founding::self_signed;

/// An entry of another ledger, as its receipt shows it, and the place where it is named.
pub(super) struct Source {
    pub pointer: String,
    pub origin: String,
    pub entry: u64,
    pub hash: Hash,
    pub parsed: Parsed,
}

/// Entries of other ledgers, the latest first.
pub(super) struct Sources(Vec<Source>);

/// A promise in another ledger.
pub(super) struct Promise {
    /// Who was to keep it.
    pub debtor: Slug,
    /// What was promised.
    pub nature: Nature,
    /// What kind of instrument it is.
    pub instrument: Option<Instrument>,
}

impl Source {
    pub(super) fn unfit(&self, detail: &str, accepted: &str) -> Fault {
        let (pointer, rule) = (self.pointer.clone(), Rule::RecurrenceUnfit);
        Fault { pointer, rule, detail: detail.to_owned(), accepted: accepted.to_owned() }
    }

    /// The text of an agreement that it offers as a whole.
    fn text(&self) -> Option<&Proposal> {
        match &self.parsed.statement().body {
            Body::Proposal(text) => Some(text),
            Body::CounterProposal(body) => Some(&body.text),
            _ => None,
        }
    }

    /// The obligation with this id, where it brings it.
    fn obligation(&self, agreement: &Slug, id: &Slug) -> Option<&Obligation> {
        let of = |named: &Slug| named == agreement;
        match &self.parsed.statement().body {
            Body::Amendment(body) if of(&body.agreement) => body.changes.iter().filter_map(Change::obligation).find(|it| it.id == *id),
            Body::Accession(body) if of(&body.agreement) => body.obligations.iter().find(|it| it.id == *id),
            _ => self.text().filter(|text| of(&text.agreement)).and_then(|text| text.obligations.iter().find(|it| it.id == *id)),
        }
    }
}

impl Sources {
    /// Those that say something here; of the others it is noted that they do not, and of a text that is withheld that it is.
    pub(super) fn of(mut all: Vec<Source>, faults: &mut Vec<Fault>) -> Self {
        let accepted = "a proposal, counter-proposal, amendment, accession, handover, consent, registration, admission or genesis";
        all.retain(|source| {
            let fits = match &source.parsed.statement().body {
                Body::Proposal(_) | Body::CounterProposal(_) | Body::Amendment(_) | Body::Accession(_) | Body::Handover(_) => true,
                Body::Consent(_) | Body::Registration(_) | Body::Admission(_) | Body::Genesis(_) => true,
                _ => false,
            };
            if !fits {
                faults.push(source.unfit(&format!("a {} says nothing here", source.parsed.statement().body.kind().code()), accepted));
            }
            if let Some(text) = source.text().filter(|text| text.withheld_ground.is_some()) {
                let detail = format!("{} is withheld from the public, and its receipt holds its text", text.agreement);
                let (pointer, accepted) = (source.pointer.clone(), "breaches of public agreements".to_owned());
                faults.push(Fault { pointer, rule: Rule::Withheld, detail, accepted });
            }
            fits
        });
        all.sort_by(|a, b| b.entry.cmp(&a.entry));
        Self(all)
    }

    /// Those of the same ledger that stood there before an entry, the latest first.
    fn before(&self, flag: &Source, entry: u64) -> impl Iterator<Item = &Source> {
        self.0.iter().filter(move |source| source.origin == flag.origin && source.entry < entry)
    }

    /// The themes of an agreement.
    pub(super) fn themes(&self, flag: &Source, agreement: &Slug) -> Result<&[Theme], Fault> {
        let text = self.before(flag, flag.entry).filter_map(Source::text).find(|text| text.agreement == *agreement);
        text.map(|text| &*text.themes).ok_or_else(|| {
            let detail = format!("no source is a text of {agreement} in {}", flag.origin);
            flag.unfit(&detail, "its proposal or counter-proposal, before the breach")
        })
    }

    /// What was promised under this id when the flag was written, by a text that its debtor signed.
    pub(super) fn promise(&self, flag: &Source, agreement: &Slug, id: &Slug) -> Result<Promise, Fault> {
        self.promise_before(flag, flag.entry, agreement, id)
    }

    fn promise_before(&self, flag: &Source, entry: u64, agreement: &Slug, id: &Slug) -> Result<Promise, Fault> {
        for source in self.before(flag, entry) {
            if let Some(found) = source.obligation(agreement, id) {
                self.check_signed(flag, source, agreement, &found.debtor)?;
                let (debtor, nature) = (found.debtor.clone(), found.nature.unwrap_or(Nature::Service));
                return Ok(Promise { debtor, nature, instrument: found.instrument });
            }
            match &source.parsed.statement().body {
                // Whoever takes it over signs for it; what it is does not change.
                Body::Handover(body) if body.agreement == *agreement && body.successor == *id => {
                    self.check_signed(flag, source, agreement, &body.to)?;
                    let old = self.promise_before(flag, source.entry, agreement, &body.obligation)?;
                    return Ok(Promise { debtor: body.to.clone(), ..old });
                }
                _ => {}
            }
        }
        let detail = format!("no source holds {id} of {agreement} in {}", flag.origin);
        Err(flag.unfit(&detail, "the text in which it stands, before the breach"))
    }

    /// That the debtor signed for a text: it is its own statement, or its consent to it is among the sources.
    fn check_signed(&self, flag: &Source, source: &Source, agreement: &Slug, debtor: &Slug) -> Result<(), Fault> {
        let consents = |other: &Source| match &other.parsed.statement().body {
            Body::Consent(body) => body.agreement == *agreement && body.to == source.hash && other.parsed.statement().acts_for() == debtor,
            _ => false,
        };
        if source.parsed.statement().acts_for() == debtor || self.before(flag, flag.entry).any(consents) {
            return Ok(());
        }
        let detail = format!("no source shows that {debtor} signed for entry {} of {}", source.entry, source.origin);
        Err(flag.unfit(&detail, &format!("its consent to {}", source.hash)))
    }

    /// That an institution of that ledger was admitted there with an identifier.
    pub(super) fn check_identity(&self, flag: &Source, who: &Slug, wanted: &Identifiers) -> Result<(), Fault> {
        let Some(registration) = self.admitted(flag, who) else {
            let detail = format!("no source shows as whom {who} was admitted to {}", flag.origin);
            return Err(flag.unfit(&detail, "its registration and its admission, or the genesis"));
        };
        let has = &registration.identifiers;
        let given = [wanted.oin.is_some(), wanted.rsin.is_some(), wanted.kvk.is_some(), wanted.brin.is_some(), wanted.cbs.is_some()];
        let same = [has.oin == wanted.oin, has.rsin == wanted.rsin, has.kvk == wanted.kvk, has.brin == wanted.brin, has.cbs == wanted.cbs];
        if given.iter().zip(same).any(|(given, same)| *given && same) {
            return Ok(());
        }
        let detail = format!("it is a breach of {who}, which did not register with this identifier");
        Err(flag.unfit(&detail, "a breach of the institution with this identifier"))
    }

    /// The registration with which an institution was admitted: the one whose key the owner named, or one of those in the genesis.
    fn admitted(&self, flag: &Source, who: &Slug) -> Option<Registration> {
        let bodies = || self.before(flag, flag.entry).map(|source| &source.parsed.statement().body);
        let named = bodies().find_map(|body| match body {
            Body::Admission(body) if body.institution == *who => Some(body.key),
            _ => None,
        });
        let registered = |body: &Body| match body {
            Body::Registration(body) if body.institution == *who && named == Some(body.key.thumbprint()) => Some(body.clone()),
            Body::Genesis(body) => {
                let signed = body.registrations.iter().filter_map(|signed| self_signed(signed.as_str().as_bytes(), &flag.origin).ok());
                signed.into_iter().find(|registration| registration.institution == *who)
            }
            _ => None,
        };
        bodies().find_map(registered)
    }
}
