//! Parties that signed by a mandate (L02, L05): when no mandate covers the agreement any more, and nothing shows that the party signs
//! itself, that is a signal with a term to answer it. The mandates stand in the life of the principal; what of them concerns an agreement
//! is told to it when they change, so that what the clock causes follows from the agreement alone.

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, State};
use super::clock::Earliest;
use super::institution::Institution;
use super::mandate::{Given, Standing};
use super::moment::{Fact, Moment};
use super::party::QuietSince;
use super::scope::reaches;
use super::text::TermOf;
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::flag::{Cause, Quiet};
use crate::words::{Day, Hash, Instant, Slug};

/// A mandate that covers an agreement, and from when on it no longer does; `None` while it has no end.
pub type Reach = (Hash, Option<Instant>);

/// How a party takes part that signed by a mandate, and has signed nothing itself since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leaning {
    /// SHA-256 of the payload of the mandate that covers the agreement longest, or did.
    pub mandate: Hash,
    /// From when on none covers it; `None` while one has no end.
    pub ends: Option<Instant>,
    /// That none does any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<Lapsed>,
}

/// That no mandate of a party covers an agreement any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lapsed {
    /// The entry that says so.
    pub since: Fact,
    /// Until when the party answers: by a mandate, or by its own signature.
    pub until: Instant,
    /// Whether that term has passed.
    pub unanswered: bool,
}

impl Institution {
    /// The mandate in its name that covers an agreement longest, of those that have not ended: whatever acts and money they are for.
    pub fn reach(&self, text: &Proposal, at: Instant) -> Option<Reach> {
        let open = |given: &&Given| matches!(self.mandate_standing(given, at), Standing::Holds | Standing::ToCome);
        let all = self.mandates.iter().filter(open).filter(|given| reaches(&given.mandate, text));
        let all = all.map(|given| (given.hash, self.mandate_ends(given)));
        all.max_by_key(|(_, ends)| (ends.is_none(), *ends))
    }

    /// From when on a mandate no longer holds by its own last day, or by that of one that it derives from.
    fn mandate_ends(&self, given: &Given) -> Option<Instant> {
        let source = given.mandate.under.as_ref().and_then(|source| self.mandate(source));
        let above = source.and_then(|source| self.mandate_ends(source));
        given.mandate.end_date.map(Day::end).into_iter().chain(above).min()
    }
}

impl Agreement {
    /// Whether a party takes part by a mandate.
    pub fn leans(&self, party: &Slug) -> bool {
        self.head.parties.get(party).is_some_and(|part| part.takes_part() && part.leaning.is_some())
    }

    /// A party signed it by a mandate.
    pub fn lean(&mut self, party: &Slug, (mandate, ends): Reach) {
        if let Some(part) = self.head_mut().parties.get_mut(party) {
            part.leaning = Some(Leaning { mandate, ends, lapsed: None });
        }
    }

    /// A party signed something in it itself, or ended a mandate itself: it leans on none any more.
    pub fn acts_itself(&mut self, party: &Slug) {
        if self.head.parties.get(party).is_some_and(|part| part.leaning.is_some()) {
            self.answered_lapse(party, None);
        }
    }

    /// The mandates of a party changed: the one that covers it longest from here on, if any does.
    pub fn note_reach(&mut self, party: &Slug, reach: Option<Reach>, moment: Moment) {
        let Some(leaning) = self.head.parties.get(party).and_then(|part| part.leaning.clone()) else { return };
        match reach {
            Some((mandate, ends)) => self.answered_lapse(party, Some(Leaning { mandate, ends, lapsed: None })),
            None => {
                let ends = Some(leaning.ends.map_or(moment.at, |ends| ends.min(moment.at)));
                let part = self.head_mut().parties.get_mut(party);
                part.into_iter().for_each(|part| part.leaning = Some(Leaning { ends, ..leaning.clone() }));
            }
        }
    }

    fn answered_lapse(&mut self, party: &Slug, leaning: Option<Leaning>) {
        if let Some(part) = self.head_mut().parties.get_mut(party) {
            part.leaning = leaning;
            part.quiet = part.quiet.take().filter(|quiet| quiet.cause != Quiet::NoValidMandate);
        }
    }

    /// What the clock causes: that no mandate covers it any more, once it is in force, and that the party did not answer.
    pub(super) fn see_leaning(&self, first: &mut Earliest) {
        let (State::InForce { since, .. } | State::Suspended { since, .. }) = &self.head.state else { return };
        for (party, part) in self.head.parties.iter().filter(|(_, part)| part.takes_part()) {
            let Some(leaning) = &part.leaning else { continue };
            let (agreement, party) = (|| self.head.id.clone(), || party.clone());
            match &leaning.lapsed {
                None => first.see(leaning.ends.map(|ends| ends.max(since.at)), || Cause::MandateLapsed {
                    agreement: agreement(),
                    party: party(),
                    mandate: leaning.mandate,
                }),
                Some(lapsed) => first.see((!lapsed.unanswered).then_some(lapsed.until), || {
                    let cause = Quiet::NoValidMandate;
                    Cause::GoneQuiet { agreement: agreement(), party: party(), cause, obligation: None }
                }),
            }
        }
    }

    /// No mandate covers it any more: the term to answer that runs from here.
    pub(super) fn mandate_lapsed(&mut self, party: &Slug, moment: Moment) {
        let until = self.term_ends(moment.at, TermOf::BreachAnswer);
        if let Some(leaning) = self.head_mut().parties.get_mut(party).and_then(|part| part.leaning.as_mut()) {
            leaning.lapsed = Some(Lapsed { since: moment, until, unanswered: false });
        }
    }

    /// The term has passed: it has gone quiet, unless it had for another reason.
    pub(super) fn lapse_unanswered(&mut self, party: &Slug, moment: Moment) {
        let Some(part) = self.head_mut().parties.get_mut(party) else { return };
        part.leaning.iter_mut().filter_map(|leaning| leaning.lapsed.as_mut()).for_each(|lapsed| lapsed.unanswered = true);
        part.quiet.get_or_insert(QuietSince { since: moment, cause: Quiet::NoValidMandate, obligation: None });
    }
}
