//! A text that is put to its parties: complete in itself, and now also by what the ledger knows of them.

use std::collections::BTreeMap;

use super::desk::Book;
use super::verdict::Stop;
use crate::envelope::refusal::list;
use crate::envelope::statement::accession::Accession;
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::consultation::Consultation;
use crate::envelope::statement::genesis::Level;
use crate::envelope::statement::version::CounterProposal;
use crate::envelope::{Fault, Refusal, Rule};
use crate::lives::version::Invited;
use crate::lives::{Agreement, Institution, Moment};
use crate::words::{Day, Hash, Slug};

impl Book {
    pub(super) fn propose(&self, by: &Slug, proposal: &Proposal, hash: Hash, moment: Moment) -> Result<Agreement, Stop> {
        if self.shelf.agreement(&proposal.agreement)?.is_some() {
            return Err(Refusal::at(
                "/body/agreement",
                Rule::AgreementTaken,
                format!("{} exists", proposal.agreement),
                "an id that is free",
            )
            .into());
        }
        self.check_consultation(proposal.consultation.as_ref(), "/body/consultation", moment)?;
        self.check_predecessors(by, proposal, "/body", moment)?;
        let Invited { kinds, faults } = self.invited(proposal, "/body")?;
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal.into());
        }
        let (municipality, ministry) = (self.municipality(), self.ledger.ministry.clone());
        Ok(Agreement::propose(proposal, hash, by, &kinds, municipality, ministry, (self.rules(moment)?, moment)))
    }

    /// Another text in the place of the one on the table, complete in the same way.
    pub(super) fn counter(&self, by: &Slug, body: &CounterProposal, hash: Hash, moment: Moment) -> Result<Agreement, Stop> {
        let mut agreement = self.readable_agreement(&body.text.agreement, by, moment)?;
        let invited = self.invited(&body.text, "/body/text")?;
        agreement.counter(by, body, hash, invited, moment)?;
        self.check_consultation(body.text.consultation.as_ref(), "/body/text/consultation", moment)?;
        self.check_predecessors(by, &body.text, "/body/text", moment)?;
        Ok(agreement)
    }

    /// An institution that was admitted here asks to join.
    pub(super) fn ask_to_accede(&self, by: &Slug, body: &Accession, hash: Hash, moment: Moment) -> Result<Agreement, Stop> {
        let mut agreement = self.readable_agreement(&body.agreement, by, moment)?;
        let kind = self.known_institution(by, "/by")?.admitted()?.kind;
        agreement.ask_to_accede(by, kind, body, hash, moment)?;
        agreement.after_entry(moment);
        Ok(agreement)
    }

    /// That a consultation has been held, by institutions that are admitted here; others are named as residents' organisations, or
    /// not at all (L17).
    pub(super) fn check_consultation(&self, held: Option<&Consultation>, at: &str, moment: Moment) -> Result<(), Stop> {
        let Some(held) = held else { return Ok(()) };
        let today = Day::of(moment.at);
        if held.held_on > today {
            let detail = format!("{} has not come", held.held_on);
            return Err(Refusal::at(format!("{at}/heldOn"), Rule::TooEarly, detail, format!("a day up to {today}")).into());
        }
        for (i, id) in held.institutions.iter().flat_map(|list| list.iter()).enumerate() {
            self.known_institution(id, &format!("{at}/institutions/{i}"))?.admitted()?;
        }
        Ok(())
    }

    /// The municipality whose ledger this is; none in a national one.
    fn municipality(&self) -> Option<Slug> {
        (self.ledger.level == Level::Local).then(|| self.ledger.owner.clone())
    }

    /// What kind of institution each party is, and what is wrong with who is invited.
    fn invited(&self, proposal: &Proposal, at: &str) -> Result<Invited, Stop> {
        let mut faults = Vec::new();
        let mut gap = |pointer: String, detail: String, accepted: &str| {
            faults.push(Fault { pointer, rule: Rule::Incomplete, detail, accepted: accepted.into() });
        };
        let mut kinds = BTreeMap::new();
        for (i, party) in proposal.parties.iter().enumerate() {
            let pointer = format!("{at}/parties/{i}/institution");
            let institution = self.shelf.institution(&party.institution)?;
            if let Some(successor) = institution.and_then(Institution::successor) {
                gap(pointer, format!("{} went over into {successor}", party.institution), successor.as_str());
                continue;
            }
            match institution.and_then(|institution| institution.admitted.as_ref()) {
                Some(admitted) => _ = kinds.insert(party.institution.clone(), admitted.kind),
                None => gap(
                    pointer,
                    format!("{} is not admitted to this ledger", party.institution),
                    "institutions that the owner has admitted",
                ),
            }
        }
        let municipality = self.municipality();
        if let Some(owner) = municipality.as_ref().filter(|owner| !proposal.parties.iter().any(|p| p.institution == **owner)) {
            gap(
                format!("{at}/parties"),
                format!("the municipality {owner} is not a party"),
                "the owner of the ledger among the parties (L15)",
            );
        }
        if municipality.is_some() && proposal.neighbourhoods.is_empty() {
            gap(format!("{at}/neighbourhoods"), "a local agreement holds nowhere".into(), "at least one neighbourhood with its CBS code");
        }
        if municipality.is_some() && proposal.parties.iter().any(|p| p.institution == self.ledger.ministry) {
            gap(
                format!("{at}/parties"),
                "the ministry is no party to a local agreement".into(),
                "an umbrella agreement in the national ledger (L36)",
            );
        }
        if let Some(statute) = proposal.statute {
            let lacking = statute.parties().into_iter().filter(|kind| !kinds.values().any(|there| there == kind));
            let lacking = list(lacking);
            if !lacking.is_empty() || municipality.is_none() {
                let detail = match municipality {
                    Some(_) => format!("under {} there is no party of kind: {lacking}", statute.code()),
                    None => format!("{} is for a local ledger", statute.code()),
                };
                let accepted = "in a local ledger, its municipality, a housing corporation and an organisation of residents".to_owned();
                faults.push(Fault { pointer: format!("{at}/statute"), rule: Rule::StatuteUnfit, detail, accepted });
            }
        }
        Ok(Invited { kinds, faults })
    }
}
