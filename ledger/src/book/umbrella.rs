//! Umbrella agreements of another ledger: what a reference to one must show (L44).

use std::collections::BTreeSet;

use super::desk::Book;
use super::receipts::Elsewhere;
use super::verdict::Stop;
use crate::envelope::refusal::one_of;
use crate::envelope::statement::agreement::{Obligation, Proposal};
use crate::envelope::statement::amendment::Change;
use crate::envelope::statement::flag::{Cause, Subject};
use crate::envelope::statement::umbrella::{Umbrella, UmbrellaChange};
use crate::envelope::{Body, Fault, Parsed, Refusal, Rule};
use crate::lives::Agreement;
use crate::lives::umbrella::{Manner, ShownChange};
use crate::words::Slug;

impl Book {
    /// That each umbrella reference of a statement holds: its receipt, under a key that the owner accepted, is of an offered
    /// text of that agreement, and each clause that is referred to stands in it.
    pub(super) fn check_umbrellas(&self, body: &Body, agreement: &Agreement) -> Result<(), Stop> {
        match body {
            Body::Proposal(text) => self.check_text(text, "/body"),
            Body::CounterProposal(body) => self.check_text(&body.text, "/body/text"),
            Body::Amendment(body) => {
                let changed = body.changes.iter().enumerate();
                self.check_added(agreement, changed.filter_map(|(j, c)| Some((format!("/body/changes/{j}/obligation"), c.obligation()?))))
            }
            Body::Accession(body) => {
                let added = body.obligations.iter().enumerate();
                self.check_added(agreement, added.map(|(j, obligation)| (format!("/body/obligations/{j}"), obligation)))
            }
            Body::SupportRequest(body) => self.check_umbrella(body.umbrella.as_ref(), agreement),
            Body::MinistryAnswer(body) => self.check_umbrella(body.umbrella.as_ref(), agreement),
            _ => Ok(()),
        }
    }

    fn check_umbrella(&self, umbrella: Option<&Umbrella>, agreement: &Agreement) -> Result<(), Stop> {
        umbrella.map_or(Ok(()), |umbrella| self.clauses_of(umbrella, "/body/umbrella", &agreement.text).map(|_| ()))
    }

    fn check_text(&self, text: &Proposal, at: &str) -> Result<(), Stop> {
        let obligations = text.obligations.iter().enumerate().map(|(j, obligation)| (format!("{at}/obligations/{j}"), obligation));
        self.check_clauses(text, at, &obligations.collect::<Vec<_>>())
    }

    /// What is added to a text that was checked before: its receipts are read again only for an obligation that refers to one.
    fn check_added<'a>(&self, agreement: &Agreement, added: impl Iterator<Item = (String, &'a Obligation)>) -> Result<(), Stop> {
        let referring: Vec<_> = added.filter(|(_, obligation)| obligation.umbrella.is_some()).collect();
        if referring.is_empty() { Ok(()) } else { self.check_clauses(&agreement.text, "/body", &referring) }
    }

    /// The receipts of a text, and the clauses that these obligations refer to, with their places.
    fn check_clauses(&self, text: &Proposal, at: &str, obligations: &[(String, &Obligation)]) -> Result<(), Stop> {
        let mut faults = Vec::new();
        for (i, umbrella) in text.umbrellas.iter().flat_map(|list| list.iter()).enumerate() {
            let clauses = match self.clauses_of(umbrella, &format!("{at}/umbrellas/{i}"), text) {
                Ok(clauses) => clauses,
                Err(Stop::Refused(refusal)) => {
                    faults.extend(refusal.faults().iter().cloned());
                    continue;
                }
                Err(need) => return Err(need),
            };
            for (place, obligation) in obligations {
                let named = obligation.umbrella.as_ref().filter(|named| named.agreement == umbrella.agreement);
                if let Some(named) = named.filter(|named| !clauses.contains(&named.clause)) {
                    let (pointer, detail) = (format!("{place}/umbrella/clause"), format!("{} has no {}", named.agreement, named.clause));
                    let accepted = one_of(&clauses, "a text that has obligations");
                    faults.push(Fault { pointer, rule: Rule::ReceiptUnfit, detail, accepted });
                }
            }
        }
        Refusal::from_faults(faults).map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// The clauses of the umbrella text that a receipt shows. A text that everybody reads names none that is withheld.
    fn clauses_of(&self, umbrella: &Umbrella, pointer: &str, named_in: &Proposal) -> Result<BTreeSet<Slug>, Stop> {
        let parsed = self.accepted_statement(umbrella, pointer)?;
        let body = &parsed.statement().body;
        check_public(body, umbrella, pointer, named_in)?;
        let clauses = obligations_in(body)
            .filter(|_| is_about(body, &umbrella.agreement))
            .ok_or_else(|| unfit(pointer, format!("it is a {}, not a text of {}", body.kind().code(), umbrella.agreement)))?;
        Ok(clauses.into_iter().map(|obligation| obligation.id.clone()).collect())
    }

    /// What receipts of a national log show of a change there, and which of the clauses that are referred to here it touches.
    pub(super) fn shown_change(&self, body: &UmbrellaChange, agreement: &Agreement) -> Result<ShownChange, Stop> {
        let (umbrella, at) = (&body.umbrella, "/body/umbrella");
        let texts = agreement.text.umbrellas.iter().flat_map(|list| list.iter());
        let texts: Vec<&Umbrella> = texts.filter(|text| text.agreement == umbrella.agreement && text.origin == umbrella.origin).collect();
        let Some(latest) = texts.iter().map(|text| text.entry.0).max() else {
            let detail = format!("{} of {} is no umbrella agreement of this one", umbrella.agreement, umbrella.origin);
            let known = agreement.text.umbrellas.iter().flat_map(|list| list.iter()).map(|text| &text.agreement);
            let accepted = one_of(known, "an agreement whose text has umbrellas");
            return Err(Refusal::at(format!("{at}/agreement"), Rule::ReceiptUnfit, detail, accepted).into());
        };
        let parsed = self.accepted_statement(umbrella, at)?;
        let change = &parsed.statement().body;
        check_public(change, umbrella, at, &agreement.text)?;
        if umbrella.entry.0 <= latest {
            let detail = format!("entry {} is no later than the text that is referred to here", umbrella.entry.0);
            return Err(Refusal::at(format!("{at}/entry"), Rule::ReceiptUnfit, detail, format!("an entry after {latest}")).into());
        }
        let referred = agreement.umbrella_clauses(&umbrella.agreement);
        let is_it = is_about(change, &umbrella.agreement);
        let (manner, clauses) = match change {
            Body::Amendment(body) if is_it => {
                let changed: BTreeSet<Slug> = body.changes.iter().filter_map(Change::obligation).map(|o| o.id.clone()).collect();
                (Manner::Amendment, referred.intersection(&changed).cloned().collect())
            }
            Body::CounterProposal(body) if is_it => (Manner::CounterProposal, self.other_than(&texts, &body.text, referred)?),
            Body::Dissolution(_) if is_it => (Manner::Dissolution, referred),
            Body::Flag(flag) if is_it && matches!(flag.cause, Cause::Ended { .. }) => (Manner::Ended, referred),
            other => {
                let detail = format!("it is a {}, by which {} neither changes nor ends", other.kind().code(), umbrella.agreement);
                return Err(unfit(at, detail).into());
            }
        };
        let consent = body.consent.as_ref().map(|consent| self.shown_consent(consent, &parsed, umbrella)).transpose()?;
        let (origin, entry) = (umbrella.origin.clone(), umbrella.entry.0.into());
        Ok(ShownChange { origin, umbrella: umbrella.agreement.clone(), entry, manner, clauses, consent })
    }

    /// Of the clauses that are referred to, those that a later text has otherwise, or no more.
    fn other_than(&self, texts: &[&Umbrella], later: &Proposal, referred: BTreeSet<Slug>) -> Result<BTreeSet<Slug>, Stop> {
        let mut before = BTreeSet::new();
        for text in texts {
            let parsed = self.accepted_statement(text, "/body/umbrella")?;
            let held = obligations_in(&parsed.statement().body).unwrap_or_default();
            let same = |id: &Slug| later.obligations.iter().any(|new| new.id == *id && held.contains(&new));
            before.extend(referred.iter().filter(|id| same(id)).cloned());
        }
        Ok(referred.difference(&before).cloned().collect())
    }

    /// Who consented to a change, and in which entry: to exactly that, after it.
    fn shown_consent(&self, consent: &Umbrella, change: &Parsed, umbrella: &Umbrella) -> Result<(Slug, u64), Stop> {
        let at = "/body/consent";
        let parsed = self.accepted_statement(consent, at)?;
        let statement = parsed.statement();
        let fits = matches!(&statement.body, Body::Consent(body) if body.to == change.hash() && body.agreement == umbrella.agreement);
        let same = consent.origin == umbrella.origin && consent.agreement == umbrella.agreement && consent.entry.0 > umbrella.entry.0;
        if !fits || !same {
            return Err(unfit(at, format!("it is no consent to entry {} of {}", umbrella.entry.0, umbrella.origin)).into());
        }
        Ok((statement.acts_for().clone(), consent.entry.0.into()))
    }

    /// The statement that a receipt shows: accepted in its ledger under a key that the owner of this one accepts.
    fn accepted_statement(&self, umbrella: &Umbrella, pointer: &str) -> Result<Parsed, Stop> {
        let (origin, entry, receipt) = (umbrella.origin.as_str(), umbrella.entry.0, umbrella.receipt.as_str());
        self.shown(&Elsewhere { origin, entry, receipt, pointer })
    }
}

fn unfit(pointer: &str, detail: String) -> Refusal {
    Refusal::at(format!("{pointer}/receipt"), Rule::ReceiptUnfit, detail, "the receipt of that entry")
}

fn is_about(body: &Body, agreement: &Slug) -> bool {
    body.subject() == Some(Subject::Agreement(agreement.clone()))
}

/// The obligations of a text of an agreement: of the whole of it, of what an amendment that sharpens it brings, or of what a
/// newcomer takes on. `None` for what is no text.
fn obligations_in(body: &Body) -> Option<Vec<&Obligation>> {
    match body {
        Body::Amendment(body) => Some(body.changes.iter().filter_map(Change::obligation).collect()),
        Body::Accession(body) => Some(body.obligations.iter().collect()),
        body => body.text().map(|text| text.obligations.iter().collect()),
    }
}

/// A text that is withheld is not brought into one that everybody reads.
fn check_public(body: &Body, umbrella: &Umbrella, pointer: &str, named_in: &Proposal) -> Result<(), Refusal> {
    if body.text().is_some_and(|text| text.withheld_ground.is_some()) && named_in.withheld_ground.is_none() {
        let detail = format!("{} is withheld from the public, and its receipt holds its text", umbrella.agreement);
        let accepted = "a public umbrella agreement, or an agreement that is withheld as well";
        return Err(Refusal::at(format!("{pointer}/receipt"), Rule::Withheld, detail, accepted));
    }
    Ok(())
}
