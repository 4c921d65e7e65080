//! An institution that went over into another. Its agreements stay as they are, with its name in them: the successor answers for it in
//! all of them at once, by its own signature, and until that the institution is bound itself (domain rule 2).

use serde::{Deserialize, Serialize};

use super::institution::Institution;
use super::moment::{Fact, Moment};
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::succession::{InstitutionSuccession, SuccessionAcceptance, SuccessionKind};
use crate::words::{Day, Hash, Slug};

/// What an institution goes over into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Succession {
    /// SHA-256 of the payload that says so.
    pub hash: Hash,
    /// The institution that takes its place.
    pub successor: Slug,
    /// How.
    pub kind: SuccessionKind,
    /// The day on which it took effect in law.
    pub date: Day,
    /// Where it said so.
    pub announced: Fact,
    /// The successor's signature; it answers for the institution from there on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Fact>,
}

impl Institution {
    /// Who took its place, and signed that.
    pub fn successor(&self) -> Option<&Slug> {
        self.succession.as_ref().filter(|succession| succession.accepted.is_some()).map(|succession| &succession.successor)
    }

    /// That it still acts itself, or a refusal that names its successor.
    pub fn still_there(&self, pointer: &str) -> Result<(), Refusal> {
        match self.successor() {
            None => Ok(()),
            Some(successor) => {
                let (detail, accepted) = (format!("{} went over into {successor}", self.id), successor.to_string());
                Err(Refusal::at(pointer, Rule::Succeeded, detail, accepted))
            }
        }
    }

    /// It goes over into another, once that accepts; another announcement takes the place of one that waits.
    pub fn announce_succession(&mut self, by: &Slug, body: &InstitutionSuccession, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.admitted()?;
        self.still_there("/body/institution")?;
        if *by != self.id {
            // Nor the owner where it lost its keys: whoever answers for it could free others in its name. It recovers a key first.
            return Err(Refusal::at("/by", Rule::OnBehalf, format!("{by} does not say this of another"), self.id.to_string()));
        }
        if body.successor == self.id {
            let detail = format!("{} does not go over into itself", self.id);
            return Err(Refusal::at("/body/successor", Rule::SuccessionUnfit, detail, "another institution"));
        }
        let today = Day::of(moment.at);
        if body.date > today {
            let detail = format!("{} has not come", body.date);
            return Err(Refusal::at("/body/date", Rule::SuccessionUnfit, detail, format!("a day up to {today}")));
        }
        let (successor, kind, date) = (body.successor.clone(), body.kind, body.date);
        self.succession = Some(Succession { hash, successor, kind, date, announced: moment, accepted: None });
        Ok(())
    }

    /// The successor takes its place: none of its keys is valid any more, and none is to come.
    pub fn accept_succession(&mut self, by: &Slug, body: &SuccessionAcceptance, moment: Moment) -> Result<(), Refusal> {
        self.still_there("/body/institution")?;
        let Some(succession) = self.succession.as_mut().filter(|succession| succession.hash == body.succession) else {
            let waits = self.succession.as_ref().map(|succession| succession.hash.to_string());
            let accepted = waits.unwrap_or_else(|| format!("an institution-succession of {} first", self.id));
            let detail = format!("{} is not a succession of {} that waits", body.succession, self.id);
            return Err(Refusal::at("/body/succession", Rule::SuccessionUnfit, detail, accepted));
        };
        if succession.successor != *by {
            let detail = format!("{} takes its place", succession.successor);
            return Err(Refusal::at("/by", Rule::SuccessionUnfit, detail, succession.successor.to_string()));
        }
        succession.accepted = Some(moment);
        if let Some(admitted) = &mut self.admitted {
            (admitted.recovery, admitted.no_valid_key) = (None, None);
        }
        Ok(())
    }
}
