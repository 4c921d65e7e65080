//! An agreement: proposed, signed by all, in force, ended; and who decides in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::escalation::Case;
use super::moment::{Fact, Moment};
use super::obligation::{Clause, Instance};
use super::offer::{Offer, OfferKind};
use super::parts::PartId;
use super::report::Claim;
use super::text::TermOf;
use super::withdrawal::Leave;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::flag::{Because, Ending, InstanceRef, Quiet, Weakness};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Hash, Instant, Slug};

/// What the log has made of an agreement: everything in it that is still open. Parts that are final
/// leave this structure and stay where the shell keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Who, and in which state.
    pub head: Arc<Head>,
    /// The text that the parties signed.
    pub text: Arc<Proposal>,
    /// Its obligations, those taken over included.
    pub clauses: BTreeMap<Slug, Arc<Clause>>,
    /// Due dates that are not final, by obligation and date.
    pub instances: BTreeMap<(Slug, Day), Arc<Instance>>,
    /// Reports that nobody has settled, by the hash of their payload.
    pub claims: BTreeMap<Hash, Arc<Claim>>,
    /// Offers that wait for consent, by the hash of their payload.
    pub offers: BTreeMap<Hash, Arc<Offer>>,
    /// Cases that are open, by number.
    pub cases: BTreeMap<u32, Arc<Case>>,
    /// Withdrawals that run or are unresolved, by party.
    pub leaves: BTreeMap<Slug, Arc<Leave>>,
    /// What has changed since the shell last took the changes.
    pub(super) touched: BTreeSet<PartId>,
}

/// Who takes part, and in which state the agreement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Id in this ledger.
    pub id: Slug,
    /// SHA-256 of the payload that all parties consent to.
    pub version: Hash,
    /// Who proposed it.
    pub proposer: Slug,
    /// Where it was proposed.
    pub proposed: Fact,
    /// In which state it is.
    pub state: State,
    /// The municipality that owns the ledger; `None` in a national one.
    pub municipality: Option<Slug>,
    /// The ministry that cases reach.
    pub ministry: Slug,
    /// The parties.
    pub parties: BTreeMap<Slug, Participation>,
    /// Number of the case that was opened last.
    pub last_case: u32,
    /// What is wrong with its composition, and since when.
    pub weaknesses: BTreeMap<Weakness, Fact>,
}

/// In which state an agreement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum State {
    /// Put to the parties.
    Proposed,
    /// All parties have signed.
    Signed {
        /// The last signature.
        signed: Fact,
    },
    /// The first day has come.
    InForce {
        /// The entry that says so.
        since: Fact,
        /// The day on which it came into force.
        from: Day,
    },
    /// The last day has passed. What is open stays bound.
    Ended {
        /// The entry that says so.
        ended: Fact,
        /// How.
        outcome: Ending,
    },
    /// Not everyone answered in time.
    Lapsed {
        /// The entry that says so.
        lapsed: Fact,
        /// Who did not answer.
        silent: Vec<Slug>,
    },
}

impl State {
    /// The words of the states in which due dates come up: those for which [`State::is_running`] holds.
    pub const RUNNING: &'static [&'static str] = &["in-force"];

    /// Whether due dates come up.
    pub fn is_running(&self) -> bool {
        match self {
            Self::InForce { .. } => true,
            Self::Proposed | Self::Signed { .. } | Self::Ended { .. } | Self::Lapsed { .. } => false,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Signed { .. } => "signed",
            Self::InForce { .. } => "in-force",
            Self::Ended { outcome: Ending::Completed, .. } => "completed",
            Self::Ended { outcome: Ending::Expired, .. } => "expired",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

/// One party's part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participation {
    /// What kind of institution it is: residents' promises never reach a minister.
    pub kind: Kind,
    /// Its signature under the version.
    pub signed: Option<Fact>,
    /// The entry with which it left.
    pub withdrawn: Option<Fact>,
    /// That it has gone quiet, until it acts again.
    pub quiet: Option<QuietSince>,
    /// That it must be flagged as gone quiet.
    pub quiet_due: Option<QuietDue>,
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
    /// A complete text is put to its parties.
    pub fn propose(
        text: &Proposal,
        version: Hash,
        proposer: &Slug,
        kinds: &BTreeMap<Slug, Kind>,
        municipality: Option<Slug>,
        ministry: Slug,
        moment: Moment,
    ) -> Self {
        let party = |kind: Kind| Participation { kind, signed: None, withdrawn: None, quiet: None, quiet_due: None };
        let head = Head {
            id: text.agreement.clone(),
            version,
            proposer: proposer.clone(),
            proposed: moment,
            state: State::Proposed,
            municipality,
            ministry,
            parties: kinds.iter().map(|(slug, kind)| (slug.clone(), party(*kind))).collect(),
            last_case: 0,
            weaknesses: BTreeMap::new(),
        };
        let clauses = text.obligations.iter().map(|o| (o.id.clone(), Arc::new(Clause::new(o.clone(), None)))).collect();
        let mut agreement = Self::of(head, text.clone());
        agreement.clauses = clauses;
        let ids: Vec<Slug> = agreement.clauses.keys().cloned().collect();
        agreement.touched.extend([PartId::Head, PartId::Text].into_iter().chain(ids.into_iter().map(PartId::Clause)));
        let needs = agreement.head.parties.keys().cloned().collect();
        agreement.offer(OfferKind::Version, version, proposer, needs, moment);
        agreement
    }

    /// An agreement without parts, to which the shell adds what it kept.
    pub fn of(head: Head, text: Proposal) -> Self {
        Self {
            head: Arc::new(head),
            text: Arc::new(text),
            clauses: BTreeMap::new(),
            instances: BTreeMap::new(),
            claims: BTreeMap::new(),
            offers: BTreeMap::new(),
            cases: BTreeMap::new(),
            leaves: BTreeMap::new(),
            touched: BTreeSet::new(),
        }
    }

    /// The last party has signed the version.
    pub(super) fn all_signed(&mut self, moment: Moment) {
        self.head_mut().state = State::Signed { signed: moment };
    }

    /// A party's consent to the version.
    pub(super) fn sign(&mut self, party: &Slug, moment: Moment) {
        if let Some(party) = self.head_mut().parties.get_mut(party) {
            party.signed = Some(moment);
        }
    }

    /// From when on it is in force, once signed.
    pub(super) fn in_force_at(&self) -> Option<Instant> {
        match &self.head.state {
            State::Signed { signed } => Some(self.text.period.start_date.start().max(signed.at)),
            State::Proposed | State::InForce { .. } | State::Ended { .. } | State::Lapsed { .. } => None,
        }
    }

    pub(super) fn enter_into_force(&mut self, due_at: Instant, moment: Moment) {
        let from = Day::of(due_at);
        self.head_mut().state = State::InForce { since: moment, from };
        for id in self.clauses.keys().cloned().collect::<Vec<_>>() {
            self.start_clause(&id, from, moment);
        }
    }

    /// From when on it has ended.
    pub(super) fn ends_at(&self) -> Option<Instant> {
        match &self.head.state {
            State::InForce { .. } => Some(self.text.period.end_date.end()),
            State::Proposed | State::Signed { .. } | State::Ended { .. } | State::Lapsed { .. } => None,
        }
    }

    pub(super) fn end(&mut self, outcome: Ending, moment: Moment) {
        self.head_mut().state = State::Ended { ended: moment, outcome };
    }

    /// What is still open, in order.
    pub fn open_instances(&self) -> Vec<InstanceRef> {
        self.instances.keys().map(|(obligation, due)| InstanceRef { obligation: obligation.clone(), due: *due }).collect()
    }

    /// That it is in force, or a refusal.
    pub(super) fn in_force(&self) -> Result<Day, Refusal> {
        match &self.head.state {
            State::InForce { from, .. } => Ok(*from),
            State::Proposed | State::Signed { .. } | State::Ended { .. } | State::Lapsed { .. } => {
                Err(self.wrong_state("an agreement that is in force"))
            }
        }
    }

    /// That its obligations bind: in force, or ended with what is open.
    pub(super) fn binding(&self) -> Result<(), Refusal> {
        match &self.head.state {
            State::InForce { .. } | State::Ended { .. } => Ok(()),
            State::Proposed | State::Signed { .. } | State::Lapsed { .. } => {
                Err(self.wrong_state("an agreement that is in force, or ended with open obligations"))
            }
        }
    }

    fn wrong_state(&self, accepted: &str) -> Refusal {
        let detail = format!("{} is {}", self.head.id, self.head.state.code());
        Refusal::at("/body/agreement", Rule::AgreementState, detail, accepted)
    }

    /// That an institution is bound by this agreement, or a refusal.
    pub fn bound_party(&self, who: &Slug) -> Result<&Participation, Refusal> {
        let party = self.head.parties.get(who).filter(|party| party.withdrawn.is_none());
        party.ok_or_else(|| self.not_a_party(who))
    }

    fn not_a_party(&self, who: &Slug) -> Refusal {
        let parties = self.bound().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let rule = if *who == self.head.ministry { Rule::MinistryMayNot } else { Rule::NotAParty };
        Refusal::at("/by", rule, format!("{who} is not a party to {}", self.head.id), format!("one of the parties: {parties}"))
    }

    /// The parties that are bound now.
    pub fn bound(&self) -> impl Iterator<Item = &Slug> {
        self.head.parties.iter().filter(|(_, party)| party.withdrawn.is_none()).map(|(slug, _)| slug)
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

    pub(super) fn head_mut(&mut self) -> &mut Head {
        self.touched.insert(PartId::Head);
        Arc::make_mut(&mut self.head)
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

    fn head_mut_if(&mut self, changes: bool) -> Option<&mut Head> {
        changes.then(|| self.head_mut())
    }

    /// A party must be flagged as gone quiet from this instant on, unless it is already.
    pub(super) fn quiet_from(&mut self, who: &Slug, at: Instant, cause: Quiet, obligation: Option<Slug>) {
        if self.head.parties.get(who).is_some_and(|party| party.quiet.is_none() && party.quiet_due.is_none() && party.withdrawn.is_none())
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

    /// What is wrong with its composition and has not been flagged.
    pub(super) fn new_weakness(&self) -> Option<Weakness> {
        if !matches!(self.head.state, State::InForce { .. }) {
            return None;
        }
        let few = (self.bound().count() < 2).then_some(Weakness::FewerThanTwoParties);
        let leaderless = self.bound_party(&self.text.director).is_err().then_some(Weakness::NoDirector);
        few.into_iter().chain(leaderless).find(|weakness| !self.head.weaknesses.contains_key(weakness))
    }

    /// The end of a term of this agreement that runs from here.
    pub(super) fn term_ends(&self, from: Instant, term: TermOf) -> Instant {
        self.text.ends(from, term)
    }
}

impl Because {
    /// Whether the one who should have decided was silent.
    pub fn names_silent_decider(self) -> bool {
        matches!(self, Self::NoRuling | Self::NoOutcome | Self::NoAction)
    }
}
