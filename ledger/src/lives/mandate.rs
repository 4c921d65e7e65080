//! The mandates of an institution (L05): what it gave, what was passed on under that, and how each ended. They belong to the
//! life of the principal, so that one life tells who may sign in its name.

use serde::{Deserialize, Serialize};

use super::institution::Institution;
use super::moment::{Fact, Moment};
use super::scope::{Asked, misses, wider};
use crate::envelope::Kid;
use crate::envelope::refusal::{Fault, NOBODY_DECIDES, Refusal, Rule, one_of};
use crate::envelope::statement::mandate::{Mandate, MandateRevocation};
use crate::words::{Hash, Instant, Slug};

/// At most this many mandates of one principal that have not ended; those that ended first make room.
const MAX_MANDATES: usize = 128;
/// At most so often is one passed on, from hand to hand: each look at it goes back to the first.
const MAX_PASSED_ON: usize = 3;

/// A mandate as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    /// SHA-256 of the payload of the statement that gave it.
    pub hash: Hash,
    /// What it says.
    pub mandate: Mandate,
    /// Who signed it: the principal, or the holder of the one that it derives from.
    pub by: Slug,
    /// Where it was given.
    pub given: Fact,
    /// How it was ended before its last day, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Revoked>,
}

/// Who ended a mandate, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revoked {
    /// The principal, the one who passed it on, or the holder.
    pub by: Slug,
    /// Where.
    pub at: Fact,
}

/// Where a mandate stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its first day is still to come.
    ToCome,
    /// It can be used.
    Holds,
    /// Its last day has passed.
    Expired,
    /// It was revoked or given back.
    Revoked,
    /// What it derives from does not hold.
    Fallen,
}

impl Standing {
    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToCome => "to-come",
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Fallen => "fallen",
        }
    }
}

impl Given {
    /// Where it stands by its own words and end, whatever it derives from.
    fn standing_alone(&self, at: Instant) -> Standing {
        match () {
            () if self.ended.as_ref().is_some_and(|ended| self.mandate.end_date.is_none_or(|day| day.end() > ended.at.at)) => {
                Standing::Revoked
            }
            () if self.mandate.end_date.is_some_and(|day| day.end() <= at) => Standing::Expired,
            () if self.mandate.start_date.is_some_and(|day| day.start() > at) => Standing::ToCome,
            () => Standing::Holds,
        }
    }
}

impl Institution {
    /// A mandate in the name of this institution.
    pub fn mandate(&self, hash: &Hash) -> Option<&Given> {
        self.mandates.iter().find(|given| given.hash == *hash)
    }

    /// Where one stands at an instant: it falls with what it derives from.
    pub fn mandate_standing(&self, given: &Given, at: Instant) -> Standing {
        let alone = given.standing_alone(at);
        match &given.mandate.under {
            Some(source) if alone == Standing::Holds => match self.mandate(source) {
                Some(source) if self.mandate_standing(source, at) == Standing::Holds => Standing::Holds,
                Some(_) | None => Standing::Fallen,
            },
            Some(_) | None => alone,
        }
    }

    fn holds(&self, given: &Given, at: Instant) -> bool {
        self.mandate_standing(given, at) == Standing::Holds
    }

    /// A mandate in this institution's name: given by itself, or passed on by who holds one. All faults at once.
    pub fn give_mandate(&mut self, by: &Slug, signed_with: &Kid, body: &Mandate, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.admitted()?;
        self.check_giver(by, signed_with, body, moment.at)?;
        let mut faults = unfit(body, moment.at);
        let source = body.under.as_ref().and_then(|source| self.mandate(source));
        faults.extend(source.iter().flat_map(|source| wider(body, &source.mandate)));
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal);
        }
        self.make_room(moment.at)?;
        self.mandates.push(Given { hash, mandate: body.clone(), by: by.clone(), given: moment, ended: None });
        Ok(())
    }

    /// That the signer may give it: the principal itself, or the function that holds what it derives from and may pass it on.
    fn check_giver(&self, by: &Slug, signed_with: &Kid, body: &Mandate, at: Instant) -> Result<(), Refusal> {
        let Some(source) = &body.under else {
            let detail = format!("{} gives its mandates itself", self.id);
            let accepted = format!("{}, or under the mandate that is passed on", self.id);
            return if *by == self.id { Ok(()) } else { Err(Refusal::at("/by", Rule::OnBehalf, detail, accepted)) };
        };
        let outside = |pointer: &str, detail: String, accepted: String| Err(Refusal::at(pointer, Rule::OutsideMandate, detail, accepted));
        let Some(given) = self.mandate(source).filter(|given| self.holds(given, at) && given.mandate.holder == *by) else {
            let accepted = one_of(self.held_by(by, at).map(|given| &given.hash), &format!("no mandate of {} for {by} holds now", self.id));
            let detail = format!("{source} is not a mandate of {} for {by} that holds now", self.id);
            return Err(Refusal::at("/body/under", Rule::UnknownMandate, detail, accepted));
        };
        if given.mandate.may_pass_on != Some(true) {
            let detail = format!("{source} does not let {by} pass it on");
            return outside("/body/under", detail, format!("a mandate by {}", self.id));
        }
        if self.times_passed_on(given) >= MAX_PASSED_ON {
            let detail = format!("{source} was passed on {MAX_PASSED_ON} times");
            return Err(Refusal::at("/body/under", Rule::MandateUnfit, detail, format!("a mandate by {}", self.id)));
        }
        match given.mandate.key {
            Some(key) if key != *signed_with => {
                outside("/protected/kid", format!("{source} is for the function that signs with {key}"), "that key".into())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn times_passed_on(&self, given: &Given) -> usize {
        let source = |given: &&Given| given.mandate.under.as_ref().and_then(|source| self.mandate(source));
        std::iter::successors(Some(given), source).count() - 1
    }

    /// Ended mandates stay in the register while there is room; the log keeps all.
    fn make_room(&mut self, at: Instant) -> Result<(), Refusal> {
        if self.mandates.len() < MAX_MANDATES {
            return Ok(());
        }
        let over = |given: &Given| !matches!(self.mandate_standing(given, at), Standing::Holds | Standing::ToCome);
        let Some(first) = self.mandates.iter().position(over) else {
            let detail = format!("{} mandates of {} have not ended", self.mandates.len(), self.id);
            return Err(Refusal::at("/body", Rule::MandateUnfit, detail, "a mandate after the end of another"));
        };
        self.mandates.remove(first);
        Ok(())
    }

    /// A mandate ends: by the principal, by who passed it on, or given back by who holds it. The principal can also say of one whose
    /// last day has passed that it is over: from then on it signs itself.
    pub fn end_mandate(&mut self, by: &Slug, body: &MandateRevocation, moment: Moment) -> Result<(), Refusal> {
        let open = |given: &&Given| match given.standing_alone(moment.at) {
            Standing::Holds | Standing::ToCome => true,
            Standing::Expired => *by == self.id && given.ended.is_none(),
            Standing::Revoked | Standing::Fallen => false,
        };
        let Some(given) = self.mandate(&body.mandate).filter(open) else {
            let stand = self.mandates.iter().filter(open).map(|given| &given.hash);
            let accepted = one_of(stand, &format!("{} has no mandate that has not ended", self.id));
            let detail = format!("{} is not a mandate of {} that has not ended", body.mandate, self.id);
            return Err(Refusal::at("/body/mandate", Rule::UnknownMandate, detail, accepted));
        };
        let mut may = vec![&self.id, &given.by, &given.mandate.holder];
        may.dedup();
        if !may.contains(&by) {
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} neither gave nor holds it"), one_of(may, NOBODY_DECIDES)));
        }
        let ended = Some(Revoked { by: by.clone(), at: moment });
        self.mandates.iter_mut().filter(|given| given.hash == body.mandate).for_each(|given| given.ended.clone_from(&ended));
        Ok(())
    }

    fn held_by<'a>(&'a self, holder: &'a Slug, at: Instant) -> impl Iterator<Item = &'a Given> {
        self.mandates.iter().filter(move |given| given.mandate.holder == *holder && self.holds(given, at))
    }

    /// That some mandate for this holder holds now, whatever it covers; before anything of an agreement is told.
    pub fn check_mandated(&self, holder: &Slug, at: Instant) -> Result<(), Refusal> {
        if self.held_by(holder, at).next().is_some() {
            return Ok(());
        }
        let gone = self.mandates.iter().rev().find(|given| given.mandate.holder == *holder);
        let detail = match gone {
            None => format!("{} gave {holder} no mandate", self.id),
            Some(given) => {
                let standing = self.mandate_standing(given, at).code();
                format!("no mandate of {} for {holder} holds now; the last one, {}, is {standing}", self.id, given.hash)
            }
        };
        Err(Refusal::at("/onBehalfOf", Rule::OutsideMandate, detail, format!("a statement by {} itself", self.id)))
    }

    /// Through whom an act is done in the name of this institution, when a mandate covers it: the one who signs, and those who
    /// passed the mandate on. Otherwise a refusal that says what each of the mandates that hold does not cover; that there is one
    /// was checked before ([`Institution::check_mandated`]).
    pub fn act_through(&self, holder: &Slug, signed_with: &Kid, asked: &Asked<'_>, at: Instant) -> Result<Vec<Slug>, Refusal> {
        let mut told = Vec::new();
        for given in self.held_by(holder, at) {
            let missing = misses(&given.mandate, signed_with, asked);
            if missing.is_empty() {
                return Ok(self.hands(given));
            }
            told.push((given, missing));
        }
        let detail = |(given, missing): &(&Given, Vec<String>)| format!("mandate {}: {}", given.hash, missing.join(", "));
        let details = told.iter().map(detail).collect::<Vec<_>>().join("; ");
        let accepted = told.iter().map(|(given, _)| given.mandate.covers()).collect::<Vec<_>>().join("; or ");
        Err(Refusal::at("/onBehalfOf", Rule::OutsideMandate, details, accepted))
    }

    /// The holder of a mandate, and those who passed it on.
    fn hands(&self, given: &Given) -> Vec<Slug> {
        let mut hands = vec![given.mandate.holder.clone()];
        let mut source = given.mandate.under.as_ref();
        while let Some(given) = source.and_then(|source| self.mandate(source)) {
            hands.push(given.mandate.holder.clone());
            source = given.mandate.under.as_ref();
        }
        hands.sort();
        hands.dedup();
        hands
    }
}

/// What is wrong with a mandate in itself, at the instant at which it is given.
fn unfit(body: &Mandate, at: Instant) -> Vec<Fault> {
    let fault =
        |pointer: &str, detail: String, accepted: String| Fault { pointer: pointer.to_owned(), rule: Rule::MandateUnfit, detail, accepted };
    let own = (body.holder == body.principal)
        .then(|| fault("/body/holder", format!("{} signs in its own name", body.principal), "another institution".into()));
    let over = body.end_date.filter(|end| end.end() <= at || body.start_date.is_some_and(|start| start > *end));
    let over =
        over.map(|end| fault("/body/endDate", format!("it would never hold until {end}"), "a last day that is still to come".into()));
    own.into_iter().chain(over).collect()
}
