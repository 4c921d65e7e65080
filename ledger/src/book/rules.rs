//! By which rules a ledger goes at a place in its log, and how its owner takes up others.

use super::desk::Book;
use super::founding::Ledger;
use super::verdict::Stop;
use crate::envelope::statement::genesis::Versions;
use crate::envelope::statement::rules_change::RulesChange;
use crate::envelope::{Refusal, Rule};
use crate::lives::rules::RulesSince;
use crate::lives::{Institution, Moment, Rules};

/// At most so many changes: once a year is plenty.
const MOST: usize = 256;

impl Ledger {
    /// The versions in force for an entry: those of the genesis, or of the last change before it.
    pub fn versions_at<'a>(&'a self, owner: &'a Institution, entry: u64) -> &'a Versions {
        let before = owner.rules.iter().rev().find(|changed| changed.since.entry < entry);
        before.map_or(&self.versions, |changed| &changed.versions)
    }

    /// Every set of versions that held, each with the first entry for which it did, oldest first.
    pub fn versions_of(&self, owner: &Institution) -> Vec<(u64, Versions)> {
        let changed = owner.rules.iter().map(|changed| (changed.since.entry + 1, changed.versions.clone()));
        std::iter::once((0, self.versions.clone())).chain(changed).collect()
    }

    /// The rules in force for an entry; refused where this program does not know them.
    pub fn rules_at(&self, owner: &Institution, entry: u64) -> Result<Rules, Refusal> {
        let versions = self.versions_at(owner, entry);
        Rules::of(versions).ok_or_else(|| unknown("", versions))
    }

    /// The owner takes up other versions, for every entry after this one.
    pub(super) fn change_rules(&self, owner: &mut Institution, body: &RulesChange, moment: Moment) -> Result<(), Refusal> {
        if owner.id != self.owner {
            let detail = "the rules of a ledger are changed by its owner";
            return Err(Refusal::at("/by", Rule::OwnerOnly, detail, self.owner.to_string()));
        }
        let (now, next) = (self.versions_at(owner, moment.entry), &body.versions);
        let Some(rules) = Rules::of(next) else { return Err(unknown("/body/versions", next)) };
        if !rules.follow(self.rules_at(owner, moment.entry)?) || next.time_zone_data.as_str() < now.time_zone_data.as_str() {
            let accepted = format!("no version before those in force: {now}");
            return Err(Refusal::at("/body/versions", Rule::VersionsGoBack, format!("{next} are older in part"), accepted));
        }
        if next == now {
            return Err(Refusal::at("/body/versions", Rule::AlreadyGiven, "these versions are in force", Rules::known()));
        }
        if owner.rules.len() >= MOST {
            return Err(Refusal::at("/type", Rule::TooLarge, format!("the rules were changed {MOST} times"), "no more"));
        }
        owner.rules.push(RulesSince { versions: next.clone(), since: moment });
        Ok(())
    }
}

impl Book {
    /// The rules by which an entry is judged.
    pub(super) fn rules(&self, moment: Moment) -> Result<Rules, Stop> {
        let owner = self.known_institution(&self.ledger().owner, "/ledger")?;
        Ok(self.ledger().rules_at(owner, moment.entry)?)
    }
}

fn unknown(pointer: &str, versions: &Versions) -> Refusal {
    Refusal::at(pointer, Rule::UnknownVersions, format!("this program does not know {versions}"), Rules::known())
}
