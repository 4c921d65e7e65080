//! Umbrella agreements of another ledger: what a reference to one must show (L44).

use std::collections::BTreeSet;

use super::desk::Book;
use super::receipts::Elsewhere;
use super::verdict::Stop;
use crate::envelope::statement::agreement::{Obligation, Proposal};
use crate::envelope::statement::amendment::Change;
use crate::envelope::statement::umbrella::Umbrella;
use crate::envelope::{Body, Fault, Refusal, Rule};
use crate::lives::Agreement;
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
                    let accepted = format!("one of: {}", clauses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
                    faults.push(Fault { pointer, rule: Rule::ReceiptUnfit, detail, accepted });
                }
            }
        }
        Refusal::from_faults(faults).map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// The clauses of the umbrella text that a receipt shows. A text that everybody reads names none that is withheld.
    fn clauses_of(&self, umbrella: &Umbrella, pointer: &str, named_in: &Proposal) -> Result<BTreeSet<Slug>, Stop> {
        let (origin, entry, receipt) = (umbrella.origin.as_str(), umbrella.entry.0, umbrella.receipt.as_str());
        let parsed = self.shown(&Elsewhere { origin, entry, receipt, pointer })?;
        let unfit = |detail: String| Refusal::at(format!("{pointer}/receipt"), Rule::ReceiptUnfit, detail, "the receipt of that entry");
        let offered = match &parsed.statement().body {
            Body::Proposal(text) => Some(text),
            Body::CounterProposal(body) => Some(&body.text),
            _ => None,
        };
        if offered.is_some_and(|text| text.withheld_ground.is_some()) && named_in.withheld_ground.is_none() {
            let detail = format!("{} is withheld from the public, and its receipt holds its text", umbrella.agreement);
            let accepted = "a public umbrella agreement, or an agreement that is withheld as well";
            return Err(Refusal::at(format!("{pointer}/receipt"), Rule::Withheld, detail, accepted).into());
        }
        match &parsed.statement().body {
            Body::Proposal(text) if text.agreement == umbrella.agreement => Ok(text.obligations.iter().map(|o| o.id.clone()).collect()),
            Body::CounterProposal(body) if body.text.agreement == umbrella.agreement => {
                Ok(body.text.obligations.iter().map(|o| o.id.clone()).collect())
            }
            // An amendment that sharpens it is a text of it as well.
            Body::Amendment(body) if body.agreement == umbrella.agreement => {
                Ok(body.changes.iter().filter_map(Change::obligation).map(|o| o.id.clone()).collect())
            }
            // So is a newcomer's request, with what it took on.
            Body::Accession(body) if body.agreement == umbrella.agreement => Ok(body.obligations.iter().map(|o| o.id.clone()).collect()),
            body => Err(unfit(format!("it is a {}, not a text of {}", body.kind().code(), umbrella.agreement)).into()),
        }
    }
}
