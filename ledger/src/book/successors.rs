//! Who answers for an institution that went over into another, and who may say that one does.

use std::collections::BTreeSet;

use super::desk::Book;
use super::verdict::{Life, Stop};
use crate::envelope::statement::genesis::Level;
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::succession::{InstitutionSuccession, SuccessionAcceptance};
use crate::envelope::{Body, Refusal, Rule, Type};
use crate::lives::{Institution, Moment};
use crate::words::{Hash, Slug};

impl Book {
    /// Those for which an institution answers beside itself: they went over into it, at once or one after the other.
    pub(super) fn answers_for(&self, who: &Slug) -> Result<BTreeSet<Slug>, Stop> {
        let (mut all, mut to_see) = (BTreeSet::new(), vec![who.clone()]);
        while let Some(next) = to_see.pop() {
            let gone = self.shelf.institution(&next)?.map(|institution| institution.succeeds.clone()).unwrap_or_default();
            to_see.extend(gone.iter().filter(|id| all.insert((*id).clone())).cloned());
        }
        Ok(all)
    }

    /// All that are one institution with this one: the last that it went over into, and those for which that answers.
    pub(super) fn one_with(&self, who: &Slug) -> Result<BTreeSet<Slug>, Stop> {
        let mut last = who.clone();
        while let Some(successor) = self.shelf.institution(&last)?.and_then(Institution::successor) {
            last = successor.clone();
        }
        let mut all = self.answers_for(&last)?;
        all.insert(last);
        Ok(all)
    }

    pub(super) fn announce_succession(
        &self,
        by: &Slug,
        body: &InstitutionSuccession,
        hash: Hash,
        moment: Moment,
    ) -> Result<Institution, Stop> {
        let mut leaving = self.known_institution(&body.institution, "/body/institution")?.clone();
        if body.institution == self.ledger.owner || body.institution == self.ledger.ministry {
            let detail = format!("{} is named by the genesis of this ledger", body.institution);
            let accepted = "an institution that neither owns the ledger nor is its ministry";
            return Err(Refusal::at("/body/institution", Rule::SuccessionUnfit, detail, accepted).into());
        }
        leaving.announce_succession(by, body, hash, moment)?;
        self.check_takes_place(&body.successor, "/body/successor")?;
        Ok(leaving)
    }

    /// The successor accepts: it stands in its own life too for whom it answers.
    pub(super) fn accept_succession(&self, by: &Slug, body: &SuccessionAcceptance, moment: Moment) -> Result<Vec<Life>, Stop> {
        let mut leaving = self.known_institution(&body.institution, "/body/institution")?.clone();
        leaving.accept_succession(by, body, moment)?;
        self.check_takes_place(by, "/by")?;
        let mut successor = self.known_institution(by, "/by")?.clone();
        successor.succeeds.insert(body.institution.clone());
        Ok(vec![Life::Institution(Box::new(leaving)), Life::Institution(Box::new(successor))])
    }

    /// That it can take another's place: admitted, still there itself, and in a local ledger no ministry (L36).
    fn check_takes_place(&self, successor: &Slug, pointer: &str) -> Result<(), Stop> {
        let institution = self.known_institution(successor, pointer)?;
        institution.still_there(pointer)?;
        if institution.admitted()?.kind == Kind::Ministry && self.ledger.level == Level::Local {
            let detail = format!("{successor} is a ministry, and is no party to a local agreement");
            return Err(Refusal::at(pointer, Rule::MinistryMayNot, detail, "an institution that is no ministry").into());
        }
        Ok(())
    }
}

/// Whether a successor does this in the place of the institution: whatever that could do where it is bound. New agreements it makes in
/// its own name.
pub(super) fn is_done_in_its_place(body: &Body) -> bool {
    match body.kind() {
        Type::Proposal | Type::Accession => false,
        Type::MandateRevocation => true,
        _ => body.is_about_agreement(),
    }
}
