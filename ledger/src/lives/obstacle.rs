//! The obstacle register: rules that are in the way of local promises, and what became of them (L40).

use super::escalation::{Case, CaseStage, Closing, Requested};
use super::moment::Fact;
use crate::envelope::statement::ministry::Obstacle;
use crate::words::Slug;

/// Where an obstacle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Before the ministry, within its term.
    Asked,
    /// The ministry is late.
    MinistryLate,
    /// The ministry answered, and whoever asked has yet to say what it does with that.
    Answered,
    /// The answer was followed up, which closed the case.
    FollowedUp,
    /// The case ended in another way.
    Closed,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Asked, Self::MinistryLate, Self::Answered, Self::FollowedUp, Self::Closed];
    /// The words for them in the API, in that order.
    pub const CODES: [&'static str; 5] = ["asked", "ministry-late", "answered", "followed-up", "closed"];

    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::MinistryLate => "ministry-late",
            Self::Answered => "answered",
            Self::FollowedUp => "followed-up",
            Self::Closed => "closed",
        }
    }
}

/// A line of the register: a request that names an obstacle, read from its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The rule, its effect, the change that is asked, and the ministry that was named for it.
    pub obstacle: &'a Obstacle,
    /// Where it was asked.
    pub asked: Fact,
    /// The ministry that answers for it now: the one that was named, unless it referred the case on.
    pub ministry: &'a Slug,
    /// Where it stands.
    pub standing: Standing,
    /// The entry that says that the ministry was late, while it still is.
    pub late: Option<Fact>,
    /// How and where the case was closed.
    pub closed: Option<(Closing, Fact)>,
}

impl Case {
    /// Its line in the register; `None` where no obstacle is named.
    pub fn obstacle(&self) -> Option<Line<'_>> {
        let Requested { obstacle, at, .. } = self.request.as_ref()?;
        let obstacle = obstacle.as_ref()?;
        let ministry = self.minister.as_ref().map_or(&obstacle.ministry, |minister| &minister.accountable);
        let (standing, late, closed) = match &self.stage {
            CaseStage::Level3 { late: Some(late), .. } => (Standing::MinistryLate, Some(*late), None),
            CaseStage::Answered { .. } => (Standing::Answered, None, None),
            CaseStage::Closed { how: Closing::FollowedUp, at } => (Standing::FollowedUp, None, Some((Closing::FollowedUp, *at))),
            CaseStage::Closed { how, at } => (Standing::Closed, None, Some((*how, *at))),
            CaseStage::Level3 { late: None, .. } => (Standing::Asked, None, None),
            // A request goes to level 3 at once, and no case comes down again.
            CaseStage::Notice { .. } | CaseStage::Level1 { .. } | CaseStage::Level2 { .. } | CaseStage::LastChance { .. } => {
                (Standing::Asked, None, None)
            }
        };
        Some(Line { obstacle, asked: *at, ministry, standing, late, closed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_its_word() {
        assert_eq!(Standing::ALL.map(Standing::code), Standing::CODES);
    }
}
