//! A party: bound or out, quiet or heard, and who decides where one is concerned.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::head::Head;
use super::leaning::{Lapsed, Leaning};
use super::moment::{Fact, Moment};
use super::obligation::Clause;
use crate::envelope::refusal::{Refusal, Rule, one_of};
use crate::envelope::statement::flag::Quiet;
use crate::envelope::statement::institution::Kind;
use crate::words::{Hash, Instant, Slug};

/// One party's part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participation {
    /// What kind of institution it is: residents' promises never reach a minister.
    pub kind: Kind,
    /// Its signature under the version.
    pub signed: Option<Fact>,
    /// Its consent to an earlier version, that a counter-proposal made void, until it signs the one on the table.
    pub voided: Option<VoidConsent>,
    /// The entry with which it joined the running agreement; `None` for one that signed it first.
    pub acceded: Option<Fact>,
    /// The entry with which it left.
    pub withdrawn: Option<Fact>,
    /// The entry with which it was put out. What stays due binds it all the same.
    pub expelled: Option<Fact>,
    /// That it has gone quiet, until it acts again.
    pub quiet: Option<QuietSince>,
    /// That it must be flagged as gone quiet.
    pub quiet_due: Option<QuietDue>,
    /// That it signed by a mandate, and has signed nothing itself since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaning: Option<Leaning>,
}

/// A consent that is void, of which its holder must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VoidConsent {
    /// The version that it was given to.
    pub version: Hash,
    /// Where it was given.
    pub given: Fact,
    /// The counter-proposal that made it void.
    pub by: Fact,
}

impl Participation {
    /// A party that has been invited and has said nothing.
    pub fn invited(kind: Kind) -> Self {
        Self {
            kind,
            signed: None,
            voided: None,
            acceded: None,
            withdrawn: None,
            expelled: None,
            quiet: None,
            quiet_due: None,
            leaning: None,
        }
    }

    /// The mandate that covered the agreement last, and that none does any more, while the term to answer that runs.
    pub fn lapse(&self) -> Option<(Hash, &Lapsed)> {
        let leaning = self.leaning.as_ref().filter(|_| self.takes_part())?;
        Some((leaning.mandate, leaning.lapsed.as_ref().filter(|lapsed| !lapsed.unanswered)?))
    }

    /// Whether it takes part: it has not left, and was not put out.
    pub fn takes_part(&self) -> bool {
        self.withdrawn.is_none() && self.expelled.is_none()
    }
}

/// A party that has gone quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietSince {
    /// The entry that says so.
    pub since: Fact,
    /// Why.
    pub cause: Quiet,
    /// The obligation that it missed.
    pub obligation: Option<Slug>,
}

/// A party that is about to be flagged as gone quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietDue {
    /// From when on.
    pub at: Instant,
    /// Why.
    pub cause: Quiet,
    /// The obligation that it missed.
    pub obligation: Option<Slug>,
}

/// Who decides where someone is the debtor (nobody decides on its own obligation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciders(pub BTreeSet<Slug>);

impl Agreement {
    /// That an institution is bound by this agreement, or a refusal.
    pub fn bound_party(&self, who: &Slug) -> Result<&Participation, Refusal> {
        let party = self.head.parties.get(who).filter(|party| party.takes_part());
        party.ok_or_else(|| self.not_a_party(who))
    }

    /// That it takes part, or was put out and owes something still: it reports, is freed and hands over as before.
    pub(super) fn owing_party(&self, who: &Slug) -> Result<&Participation, Refusal> {
        let owes = |party: &&Participation| party.takes_part() || party.expelled.is_some() && !self.unmet(who).is_empty();
        self.head.parties.get(who).filter(owes).ok_or_else(|| self.not_a_party(who))
    }

    fn not_a_party(&self, who: &Slug) -> Refusal {
        let accepted = one_of(self.bound(), "nobody is bound by it any more");
        let rule = if *who == self.head.ministry { Rule::MinistryMayNot } else { Rule::NotAParty };
        Refusal::at("/by", rule, format!("{who} is not a party to {}", self.head.id), accepted)
    }

    /// The parties that are bound now.
    pub fn bound(&self) -> impl Iterator<Item = &Slug> {
        self.head.parties.iter().filter(|(_, party)| party.takes_part()).map(|(slug, _)| slug)
    }

    /// The others that are bound now.
    pub(super) fn bound_except(&self, except: &[Slug]) -> BTreeSet<Slug> {
        self.bound().filter(|party| !except.contains(party)).cloned().collect()
    }

    /// Who decides where these are concerned: the director; the municipality in its place; else all others together.
    pub fn deciders(&self, concerned: &[Slug]) -> Deciders {
        let others = self.bound_except(concerned);
        let first = [Some(&self.text.director), self.head.municipality.as_ref()].into_iter().flatten().find(|who| others.contains(*who));
        Deciders(first.map_or(others.clone(), |who| BTreeSet::from([who.clone()])))
    }

    /// Whom an obligation is owed to now: the named creditors that are still bound, else all others.
    pub fn creditors(&self, clause: &Clause) -> BTreeSet<Slug> {
        let others = self.bound_except(std::slice::from_ref(&clause.debtor));
        let named: BTreeSet<Slug> =
            clause.text.creditors.iter().flat_map(|list| list.iter()).filter(|c| others.contains(*c)).cloned().collect();
        if named.is_empty() { others } else { named }
    }

    /// A party acted: it is no longer quiet on this obligation, nor on a notice.
    pub(super) fn heard(&mut self, who: &Slug, obligation: Option<&Slug>) {
        let concerns =
            |cause: Quiet, about: &Option<Slug>| cause == Quiet::UnansweredNotice || (obligation.is_some() && about.as_ref() == obligation);
        let Some(party) = self.head.parties.get(who) else { return };
        let quiet = party.quiet.as_ref().is_some_and(|q| concerns(q.cause, &q.obligation));
        let due = party.quiet_due.as_ref().is_some_and(|q| concerns(q.cause, &q.obligation));
        if let Some(party) = self.head_mut_if(quiet || due).and_then(|head| head.parties.get_mut(who)) {
            party.quiet = party.quiet.take().filter(|_| !quiet);
            party.quiet_due = party.quiet_due.take().filter(|_| !due);
        }
    }

    /// The reason for which a party went quiet, or was about to, was none.
    pub(super) fn no_longer_quiet(&mut self, who: &Slug, cause: Quiet, obligation: Option<&Slug>) {
        let Some(party) = self.head.parties.get(who) else { return };
        let quiet = party.quiet.as_ref().is_some_and(|q| q.cause == cause && q.obligation.as_ref() == obligation);
        let due = party.quiet_due.as_ref().is_some_and(|q| q.cause == cause && q.obligation.as_ref() == obligation);
        if let Some(party) = self.head_mut_if(quiet || due).and_then(|head| head.parties.get_mut(who)) {
            party.quiet = party.quiet.take().filter(|_| !quiet);
            party.quiet_due = party.quiet_due.take().filter(|_| !due);
        }
    }

    fn head_mut_if(&mut self, changes: bool) -> Option<&mut Head> {
        changes.then(|| self.head_mut())
    }

    /// A party must be flagged as gone quiet from this instant on, unless it is already.
    pub(super) fn quiet_from(&mut self, who: &Slug, at: Instant, cause: Quiet, obligation: Option<Slug>) {
        if self.head.parties.get(who).is_some_and(|party| party.quiet.is_none() && party.quiet_due.is_none() && party.takes_part())
            && let Some(party) = self.head_mut().parties.get_mut(who)
        {
            party.quiet_due = Some(QuietDue { at, cause, obligation });
        }
    }

    pub(super) fn gone_quiet(&mut self, who: &Slug, moment: Moment) {
        if let Some(party) = self.head_mut().parties.get_mut(who)
            && let Some(due) = party.quiet_due.take()
        {
            party.quiet = Some(QuietSince { since: moment, cause: due.cause, obligation: due.obligation });
        }
    }
}
