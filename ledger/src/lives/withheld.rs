//! An agreement that is withheld from the public: on which ground, and who may read it all the same.
//!
//! The one decision on who may read what. It looks at the agreement as it stands now; the shell asks it, and shows
//! nothing that it does not allow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::escalation::{Case, CaseStage};
use super::moment::Fact;
use crate::envelope::statement::withheld::WithheldGround;
use crate::words::Slug;

/// Somebody who reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Anybody.
    Public,
    /// An institution that has proved to be the one.
    Institution(Slug),
}

/// What there is to know of an agreement that is withheld. All but who reads it is public, so that whoever withholds it
/// can be called to account for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Withheld {
    /// The entry of its first proposal, which says so.
    pub since: Fact,
    /// On which ground.
    pub ground: WithheldGround,
    /// Who directs it.
    pub director: Slug,
    /// Who may read it.
    pub readers: BTreeSet<Slug>,
}

/// Whether somebody may read an agreement; `None` stands for one that is public.
pub fn may_read(reader: &Reader, withheld: Option<&Withheld>) -> bool {
    match (reader, withheld) {
        (_, None) => true,
        (Reader::Public, Some(_)) => false,
        (Reader::Institution(who), Some(withheld)) => withheld.readers.contains(who),
    }
}

impl Agreement {
    /// Its ground, and who may read it; `None` when it is public.
    ///
    /// Readers are who proposed it, everyone who was ever invited (whoever is, stays so, and what it left behind stays
    /// due), the director, the owner of the ledger, and of the State those before whom a case of it lies.
    pub fn withheld(&self) -> Option<Withheld> {
        let ground = self.text.withheld_ground?;
        let head = &self.head;
        let mut readers: BTreeSet<Slug> = head.parties.keys().cloned().collect();
        readers.insert(head.proposer.clone());
        readers.insert(self.text.director.clone());
        // A national ledger has no municipality: the ministry owns it.
        readers.insert(head.municipality.as_ref().unwrap_or(&head.ministry).clone());
        readers.extend(self.cases.values().flat_map(|case| before_the_state(case, &head.ministry)));
        let since = head.versions.first()?.at;
        Some(Withheld { since, ground, director: self.text.director.clone(), readers })
    }

    /// Whether somebody may read it.
    pub fn may_be_read_by(&self, reader: &Reader) -> bool {
        may_read(reader, self.withheld().as_ref())
    }
}

/// Of the State, who deals with a case: nobody before it is at level 3, and nobody once it is closed.
fn before_the_state(case: &Case, ministry: &Slug) -> Vec<Slug> {
    match &case.stage {
        CaseStage::Notice { .. } | CaseStage::Level1 { .. } | CaseStage::Level2 { .. } => Vec::new(),
        CaseStage::LastChance { .. } | CaseStage::Closed { .. } => Vec::new(),
        CaseStage::Level3 { .. } | CaseStage::Answered { .. } => {
            let named = case.minister.iter().flat_map(|minister| std::iter::once(&minister.accountable).chain(&minister.with));
            let asked = case.breakthrough.iter().flat_map(|breakthrough| breakthrough.positions.keys());
            std::iter::once(ministry).chain(named).chain(asked).cloned().collect()
        }
    }
}
