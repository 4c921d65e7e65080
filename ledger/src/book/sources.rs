//! What receipts of other ledgers say together about a breach there: whose promise it was, about what, and who that is (L37).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::envelope::statement::agreement::{Instrument, Nature, Obligation, Theme};
use crate::envelope::statement::amendment::Change;
use crate::envelope::statement::flag::Subject;
use crate::envelope::statement::institution::{Identifiers, Registration};
use crate::envelope::{Body, Fault, Kid, Parsed, Rule};
use crate::words::Slug;

use super::founding::self_signed;

/// An entry of another ledger, as its receipt shows it or as its reader has it, and the place where it is named.
#[derive(Debug)]
pub struct Source {
    /// JSON pointer to where it is named.
    pub pointer: String,
    /// Origin of the ledger.
    pub origin: String,
    /// Index of the entry there.
    pub entry: u64,
    /// What it says.
    pub parsed: Parsed,
}

/// Entries of other ledgers, by ledger and by what they are about, the latest first: of a ledger that is read whole, one looks at
/// those of one agreement or institution.
#[derive(Debug)]
pub struct Sources(BTreeMap<(String, Option<Subject>), Vec<Source>>);

/// A promise in another ledger.
pub(super) struct Promise {
    /// Who was to keep it.
    pub debtor: Slug,
    /// What was promised.
    pub nature: Nature,
    /// What kind of instrument it is.
    pub instrument: Option<Instrument>,
}

/// The entries of a ledger by which something was found, so that their receipts show it to others.
pub(super) type Used = BTreeSet<u64>;

impl Source {
    pub(super) fn unfit(&self, detail: &str, accepted: &str) -> Fault {
        let (pointer, rule) = (self.pointer.clone(), Rule::RecurrenceUnfit);
        Fault { pointer, rule, detail: detail.to_owned(), accepted: accepted.to_owned() }
    }

    fn body(&self) -> &Body {
        &self.parsed.statement().body
    }

    /// The obligation with this id, where it brings it.
    fn obligation(&self, agreement: &Slug, id: &Slug) -> Option<&Obligation> {
        let of = |named: &Slug| named == agreement;
        match self.body() {
            Body::Amendment(body) if of(&body.agreement) => body.changes.iter().filter_map(Change::obligation).find(|it| it.id == *id),
            Body::Accession(body) if of(&body.agreement) => body.obligations.iter().find(|it| it.id == *id),
            body => body.text().filter(|text| of(&text.agreement)).and_then(|text| text.obligations.iter().find(|it| it.id == *id)),
        }
    }
}

impl Sources {
    /// Those that say something here; of the others it is noted that they do not, and of a text that is withheld that it is.
    pub fn of(mut all: Vec<Source>, faults: &mut Vec<Fault>) -> Self {
        let accepted = "a proposal, counter-proposal, amendment, accession, handover, consent, registration, admission or genesis";
        all.retain(|source| {
            let body = source.body();
            let is_text =
                matches!(body, Body::Proposal(_) | Body::CounterProposal(_) | Body::Amendment(_) | Body::Accession(_) | Body::Handover(_));
            let tells_who = matches!(body, Body::Consent(_) | Body::Registration(_) | Body::Admission(_) | Body::Genesis(_));
            let fits = is_text || tells_who;
            if !fits {
                faults.push(source.unfit(&format!("a {} says nothing here", body.kind().code()), accepted));
            }
            if let Some(text) = source.body().text().filter(|text| text.withheld_ground.is_some()) {
                let detail = format!("{} is withheld from the public, and its receipt holds its text", text.agreement);
                let (pointer, accepted) = (source.pointer.clone(), "breaches of public agreements".to_owned());
                faults.push(Fault { pointer, rule: Rule::Withheld, detail, accepted });
            }
            fits && source.body().text().is_none_or(|text| text.withheld_ground.is_none())
        });
        // An agreement is public when its text is: of one whose text is not here, nothing else comes along either.
        let texts: BTreeSet<(String, Slug)> =
            all.iter().filter_map(|source| Some((source.origin.clone(), source.body().text()?.agreement.clone()))).collect();
        for source in &all {
            if let Some(Subject::Agreement(agreement)) = source.body().subject()
                && !texts.contains(&(source.origin.clone(), agreement.clone()))
            {
                let detail = format!("no source is a public text of {agreement} in {}", source.origin);
                faults.push(source.unfit(&detail, "its proposal or counter-proposal as well, or without this one"));
            }
        }
        all.sort_by_key(|source| Reverse(source.entry));
        let mut by_subject = BTreeMap::<_, Vec<Source>>::new();
        for source in all {
            by_subject.entry((source.origin.clone(), source.body().subject())).or_default().push(source);
        }
        Self(by_subject)
    }

    /// Each identifier with which somebody registered, on its own.
    pub fn identifiers(&self) -> Vec<Identifiers> {
        let mut all = Vec::new();
        for source in self.0.values().flatten() {
            let registered = match source.body() {
                Body::Registration(body) => vec![body.identifiers.clone()],
                Body::Genesis(body) => {
                    let signed = body.registrations.iter().map(|signed| self_signed(signed.as_str().as_bytes(), &source.origin));
                    signed.filter_map(|registration| Some(registration.ok()?.identifiers)).collect()
                }
                _ => Vec::new(),
            };
            for identifier in registered.into_iter().flat_map(Identifiers::each) {
                if !all.contains(&identifier) {
                    all.push(identifier);
                }
            }
        }
        all
    }

    /// Those of the same ledger about this that stood there before an entry, the latest first.
    fn before(&self, flag: &Source, subject: Option<Subject>, entry: u64) -> impl Iterator<Item = &Source> {
        let about = self.0.get(&(flag.origin.clone(), subject));
        about.into_iter().flatten().filter(move |source| source.entry < entry)
    }

    fn of_agreement(&self, flag: &Source, agreement: &Slug, entry: u64) -> impl Iterator<Item = &Source> {
        self.before(flag, Some(Subject::Agreement(agreement.clone())), entry)
    }

    /// The themes of an agreement.
    pub(super) fn themes(&self, flag: &Source, agreement: &Slug, used: &mut Used) -> Result<&[Theme], Fault> {
        let found = self.of_agreement(flag, agreement, flag.entry).find_map(|source| Some((source.entry, source.body().text()?)));
        used.extend(found.map(|(entry, _)| entry));
        found.map(|(_, text)| &*text.themes).ok_or_else(|| {
            let detail = format!("no source is a text of {agreement} in {}", flag.origin);
            flag.unfit(&detail, "its proposal or counter-proposal, before the breach")
        })
    }

    /// What was promised under this id when the flag was written: by the latest text that its debtor signed. What nobody is bound by
    /// says nothing.
    pub(super) fn promise(&self, flag: &Source, agreement: &Slug, id: &Slug, used: &mut Used) -> Result<Promise, Fault> {
        self.promise_before(flag, flag.entry, (agreement, id), used)
    }

    fn promise_before(&self, flag: &Source, entry: u64, (agreement, id): (&Slug, &Slug), used: &mut Used) -> Result<Promise, Fault> {
        let mut unsigned = None;
        for source in self.of_agreement(flag, agreement, entry) {
            let handed = match source.body() {
                Body::Handover(body) if body.agreement == *agreement && body.successor == *id => Some(body),
                _ => None,
            };
            let found = source.obligation(agreement, id);
            let Some(debtor) = found.map(|found| &found.debtor).or(handed.map(|body| &body.to)) else { continue };
            if let Err(fault) = self.check_signed(flag, source, (agreement, debtor), used) {
                unsigned.get_or_insert(fault);
                continue;
            }
            let debtor = debtor.clone();
            if let Some(found) = found {
                return Ok(Promise { debtor, nature: found.nature.unwrap_or(Nature::Service), instrument: found.instrument });
            }
            if let Some(body) = handed {
                // Whoever takes it over signs for it; what it is does not change.
                let old = self.promise_before(flag, source.entry, (agreement, &body.obligation), used)?;
                return Ok(Promise { debtor, ..old });
            }
        }
        Err(unsigned.unwrap_or_else(|| {
            let detail = format!("no source holds {id} of {agreement} in {}", flag.origin);
            flag.unfit(&detail, "the text in which it stands, before the breach")
        }))
    }

    /// That the debtor signed for a text: it is its own statement, or its consent to it is among the sources.
    fn check_signed(&self, flag: &Source, source: &Source, (agreement, debtor): (&Slug, &Slug), used: &mut Used) -> Result<(), Fault> {
        let consents = |other: &Source| match other.body() {
            Body::Consent(body) => {
                body.agreement == *agreement && body.to == source.parsed.hash() && other.parsed.statement().acts_for() == debtor
            }
            _ => false,
        };
        if source.parsed.statement().acts_for() == debtor {
            used.insert(source.entry);
            return Ok(());
        }
        if let Some(consent) = self.of_agreement(flag, agreement, flag.entry).find(|other| consents(other)) {
            used.extend([source.entry, consent.entry]);
            return Ok(());
        }
        let detail = format!("no source shows that {debtor} signed for entry {} of {}", source.entry, source.origin);
        Err(flag.unfit(&detail, &format!("its consent to {}", source.parsed.hash())))
    }

    /// That an institution of that ledger was admitted there with an identifier.
    pub(super) fn check_identity(&self, flag: &Source, who: &Slug, wanted: &Identifiers, used: &mut Used) -> Result<(), Fault> {
        let Some(registration) = self.admitted(flag, who, used) else {
            let detail = format!("no source shows as whom {who} was admitted to {}", flag.origin);
            return Err(flag.unfit(&detail, "its registration and its admission, or the genesis"));
        };
        if registration.identifiers.each().any(|identifier| identifier == *wanted) {
            return Ok(());
        }
        let detail = format!("it is a breach of {who}, which did not register with this identifier");
        Err(flag.unfit(&detail, "a breach of the institution with this identifier"))
    }

    /// The registration with which an institution was admitted: the one whose key the owner named, or one of those in the genesis.
    fn admitted(&self, flag: &Source, who: &Slug, used: &mut Used) -> Option<Registration> {
        let own = || self.before(flag, Some(Subject::Institution(who.clone())), flag.entry);
        let bodies = || own().chain(self.before(flag, None, flag.entry)).map(|source| (source.entry, source.body()));
        let named = bodies().find_map(|(entry, body)| match body {
            Body::Admission(body) if body.institution == *who => Some((entry, body.key)),
            _ => None,
        });
        let (entry, registration) =
            bodies().find_map(|(entry, body)| Some((entry, self_of(body, &flag.origin, who, named.map(|(_, key)| key))?)))?;
        used.insert(entry);
        used.extend(named.map(|(entry, _)| entry));
        Some(registration)
    }
}

/// What an institution registered with: with the key that was admitted, or in the genesis.
fn self_of(body: &Body, origin: &str, who: &Slug, key: Option<Kid>) -> Option<Registration> {
    match body {
        Body::Registration(body) if body.institution == *who && key == Some(body.key.thumbprint()) => Some(body.clone()),
        Body::Genesis(body) => {
            let mut signed = body.registrations.iter().filter_map(|signed| self_signed(signed.as_str().as_bytes(), origin).ok());
            signed.find(|registration| registration.institution == *who)
        }
        _ => None,
    }
}
