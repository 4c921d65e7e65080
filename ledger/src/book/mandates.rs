//! Who acts in a statement, and through whom: the signer itself, or another by a mandate as it stands at acceptance (L05).

use std::collections::BTreeSet;

use super::desk::Book;
use super::judge::unknown_agreement;
use super::successors::is_done_in_its_place;
use super::verdict::{Life, Stop};
use crate::envelope::statement::flag::Subject;
use crate::envelope::statement::genesis::Level;
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::mandate::{Mandate, MandateRevocation, MandatedAct};
use crate::envelope::{Body, Refusal, Rule, Verified};
use crate::lives::institution::Admitted;
use crate::lives::interest::Acting;
use crate::lives::scope::Asked;
use crate::lives::stake::{Stake, owed_by_text};
use crate::lives::{Agreement, Institution, Moment, Reader};
use crate::words::Slug;

/// In so many agreements it is watched whether a principal that signed by a mandate still has one: each is told when those change.
const MAX_LEANING: usize = 256;

impl Book {
    /// Who acts. An act on behalf of another is refused here unless a mandate covers it, now and as a whole.
    pub(super) fn acting(&self, verified: &Verified, moment: Moment) -> Result<Acting, Stop> {
        let statement = verified.statement();
        let by = &statement.by;
        let Some(party) = statement.principal() else {
            return self.acting_for(by, vec![by.clone()], false);
        };
        if self.answers_for(by)?.contains(party) && is_done_in_its_place(&statement.body) {
            return self.acting_for(party, vec![by.clone()], true);
        }
        let Some(act) = MandatedAct::of(statement.body.kind()) else {
            let detail = format!("nobody does this on behalf of another: {}", statement.body.kind().code());
            return Err(Refusal::at("/onBehalfOf", Rule::OnBehalf, detail, by.to_string()).into());
        };
        let principal = self.known_institution(party, "/onBehalfOf")?;
        principal.admitted()?;
        principal.check_mandated(by, moment.at)?;
        let kid = &verified.received().header().kid;
        let limited = principal.mandates.iter().any(|given| given.mandate.holder == *by && given.mandate.amount.is_some());
        let stake = |stake: &dyn Fn() -> Stake| if limited { stake() } else { Stake::default() };
        let asked_of = |asked: &Asked<'_>| principal.act_through(by, kid, asked, moment.at);
        let through = match &statement.body {
            Body::Proposal(text) => asked_of(&Asked { act, text, stake: stake(&|| owed_by_text(text, party)) })?,
            body => {
                let agreement = self.agreement_of(body, party, moment)?;
                let text = if let Body::CounterProposal(body) = body { &body.text } else { &*agreement.text };
                let through = asked_of(&Asked { act, text, stake: stake(&|| agreement.stake(party, body)) });
                // What a mandate does not cover must not tell a holder of an agreement that it may not read itself.
                let known = || agreement.may_be_read_by(&Reader::Institution(by.clone()));
                through.map_err(|refusal| if known() { refusal } else { unknown_agreement(&agreement.head.id) })?
            }
        };
        self.acting_for(party, through, false)
    }

    /// With whom a party and those who sign for it are one institution.
    fn acting_for(&self, party: &Slug, through: Vec<Slug>, is_successor: bool) -> Result<Acting, Stop> {
        let mut same_as_signers = BTreeSet::new();
        for hand in &through {
            same_as_signers.extend(self.answers_for(hand)?);
        }
        let mut same_as_party = self.one_with(party)?;
        same_as_party.remove(party);
        Ok(Acting { party: party.clone(), through, same_as_signers, same_as_party, is_successor })
    }

    /// The agreement that an act is about, as far as the one that acts may read it.
    fn agreement_of(&self, body: &Body, party: &Slug, moment: Moment) -> Result<Agreement, Stop> {
        match body.subject() {
            Some(Subject::Agreement(id)) => self.readable_agreement(&id, party, moment),
            Some(_) | None => Err(Refusal::at("/type", Rule::OnBehalf, "this is not an act in an agreement", "another statement").into()),
        }
    }

    /// A mandate in a principal's name. Its holder is admitted, and the key is one of the holder's; what is withheld is not named.
    /// It stands in the life of the principal; the holder's keeps whom to look for it with.
    pub(super) fn give_mandate(&self, verified: &Verified, body: &Mandate, moment: Moment) -> Result<Vec<Life>, Stop> {
        let by = &verified.statement().by;
        let holder = self.known_institution(&body.holder, "/body/holder")?;
        holder.still_there("/body/holder")?;
        let Admitted { kind, keys, .. } = holder.admitted()?;
        if *kind == Kind::Ministry && self.ledger.level == Level::Local {
            // Whoever signs for a party decides in its agreement (L36).
            let detail = format!("{} is a ministry, and signs for no party to a local agreement", holder.id);
            return Err(Refusal::at("/body/holder", Rule::MinistryMayNot, detail, "an institution that is no ministry").into());
        }
        if let Some(key) = body.key.filter(|key| !keys.iter().any(|known| known.kid == *key && known.is_valid(moment.at))) {
            let detail = format!("{key} is not a valid key of {}", holder.id);
            return Err(Refusal::at("/body/key", Rule::UnknownKey, detail, "a valid key of the holder").into());
        }
        for (i, id) in body.agreements.iter().flat_map(|list| list.iter()).enumerate() {
            let Some(agreement) = self.shelf.agreement(id)? else { continue };
            // To one that may not read it, it does not exist: the name tells nothing.
            if agreement.text.withheld_ground.is_some() && agreement.may_be_read_by(&Reader::Institution(by.clone())) {
                let detail = format!("{id} is withheld from the public, and this statement is not");
                let accepted = "a mandate that does not name it";
                return Err(Refusal::at(format!("/body/agreements/{i}"), Rule::Withheld, detail, accepted).into());
            }
        }
        let mut principal = self.known_institution(&body.principal, "/body/principal")?.clone();
        principal.give_mandate(by, &verified.received().header().kid, body, verified.hash(), moment)?;
        let mut lives = self.tell_leaning(principal, false, moment)?;
        if !holder.mandated_by.contains(&body.principal) {
            let mut holder = holder.clone();
            holder.mandated_by.insert(body.principal.clone());
            lives.push(Life::Institution(Box::new(holder)));
        }
        Ok(lives)
    }

    /// A mandate ends. Where its principal says so, that shows that it signs itself.
    pub(super) fn end_mandate(&self, by: &Slug, body: &MandateRevocation, moment: Moment) -> Result<Vec<Life>, Stop> {
        let mut principal = self.known_institution(&body.principal, "/body/principal")?.clone();
        principal.end_mandate(by, body, moment)?;
        self.tell_leaning(principal, *by == body.principal, moment)
    }

    /// The principal, and each agreement that it signed by a mandate, with what its mandates are from here on.
    fn tell_leaning(&self, mut principal: Institution, itself: bool, moment: Moment) -> Result<Vec<Life>, Stop> {
        let mut lives = Vec::new();
        for id in std::mem::take(&mut principal.leans_in) {
            let mut agreement = self.known_agreement(&id, moment)?;
            if !agreement.leans(&principal.id) {
                continue;
            }
            match principal.reach(&agreement.text, moment.at) {
                None if itself => agreement.acts_itself(&principal.id),
                reach => agreement.note_reach(&principal.id, reach, moment),
            }
            agreement.after_entry(moment);
            if agreement.leans(&principal.id) {
                principal.leans_in.insert(id);
            }
            lives.push(Life::Agreement(Box::new(agreement)));
        }
        lives.insert(0, Life::Institution(Box::new(principal)));
        Ok(lives)
    }

    /// Whether a party signed itself or by a mandate stands in the agreement; of the latter the principal keeps where.
    pub(super) fn note_voice(&self, agreement: &mut Agreement, acting: &Acting, moment: Moment) -> Result<Option<Life>, Stop> {
        let party = &acting.party;
        if acting.itself() || acting.is_successor {
            agreement.acts_itself(party);
            return Ok(None);
        }
        let signed = agreement.head.parties.get(party).is_some_and(|part| part.signed == Some(moment));
        // The life of a principal is public, and so names no agreement that is not.
        if !signed || agreement.text.withheld_ground.is_some() || !self.rules(moment)?.watches_mandates() {
            return Ok(None);
        }
        let mut principal = self.known_institution(party, "/onBehalfOf")?.clone();
        let Some(reach) = principal.reach(&agreement.text, moment.at).filter(|_| principal.leans_in.len() < MAX_LEANING) else {
            return Ok(None);
        };
        agreement.lean(party, reach);
        principal.leans_in.insert(agreement.head.id.clone());
        Ok(Some(Life::Institution(Box::new(principal))))
    }
}
