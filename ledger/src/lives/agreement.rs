//! An agreement: proposed, signed by all, in force, ended; and who decides in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::escalation::Case;
pub use super::head::{Head, State};
use super::moment::Moment;
use super::obligation::{Clause, Instance};
use super::offer::Offer;
use super::parts::PartId;
pub use super::party::{Deciders, Participation, QuietDue, QuietSince};
use super::report::Claim;
use super::rules::Rules;
use super::succession::Succession;
use super::text::TermOf;
use super::withdrawal::Leave;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::flag::{Because, Ending, InstanceRef, Weakness};
use crate::envelope::statement::institution::Kind;
use crate::words::{Day, Hash, Instant, Slug, Term};

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
    /// By which rules the entry at hand is judged. No part of the state: whoever lets something happen sets it.
    pub(super) rules: Rules,
}

impl Agreement {
    /// A complete text is put to its parties.
    pub fn propose(
        text: &Proposal,
        version: Hash,
        proposer: &Slug,
        kinds: &BTreeMap<Slug, Kind>,
        municipality: Option<Slug>,
        ministry: Slug,
        (rules, moment): (Rules, Moment),
    ) -> Self {
        let head = Head {
            id: text.agreement.clone(),
            version,
            amended: Vec::new(),
            proposer: proposer.clone(),
            versions: Vec::new(),
            owed_answer: None,
            talks: None,
            impasse: None,
            state: State::Proposed,
            municipality,
            ministry,
            parties: BTreeMap::new(),
            last_case: 0,
            stood_still: Vec::new(),
            power_days: 0,
            weaknesses: BTreeMap::new(),
            reviews: BTreeMap::new(),
            umbrella_changes: Vec::new(),
            succession: Succession::default(),
        };
        let mut agreement = Self::of(head, text.clone()).judged_by(rules);
        agreement.put_on_table(text, version, proposer, kinds, moment);
        agreement.owe_answer(proposer, moment);
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
            rules: Rules::FIRST,
        }
    }

    /// The same, and what is done to it from here on is judged by these rules.
    pub fn judged_by(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// From when on it is in force, once signed.
    pub(super) fn in_force_at(&self) -> Option<Instant> {
        match &self.head.state {
            State::Signed { signed } => Some(self.text.period.start_date.start().max(signed.at)),
            State::Proposed | State::InForce { .. } | State::Suspended { .. } | State::Ended { .. } => None,
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => None,
        }
    }

    pub(super) fn enter_into_force(&mut self, due_at: Instant, moment: Moment) {
        let from = Day::of(due_at);
        self.head_mut().state = State::InForce { since: moment, from };
        self.expect_successor(from);
        self.expect_reviews(from);
        for id in self.clauses.keys().cloned().collect::<Vec<_>>() {
            self.start_clause(&id, from, moment);
        }
    }

    /// From when on it has ended; never by the clock where it is open-ended (L14).
    pub(super) fn ends_at(&self) -> Option<Instant> {
        match &self.head.state {
            State::InForce { .. } | State::Suspended { .. } => self.text.period.end_date.map(Day::end),
            State::Proposed | State::Signed { .. } | State::Ended { .. } | State::Lapsed { .. } => None,
            State::Declined(_) | State::Retracted(_) => None,
        }
    }

    /// It ends at an instant, which the entry that says so may come after.
    pub(super) fn end(&mut self, outcome: Ending, ends_at: Instant, moment: Moment) {
        if let State::InForce { from, .. } | State::Suspended { from, .. } = self.head.state {
            // An end at midnight leaves nothing of the day that begins.
            let last = Day::of(ends_at.plus_millis(-1));
            self.head_mut().state = State::Ended { from, last, ended: moment, outcome };
        }
    }

    /// How many parts it has, what its text promises counted beside what became of that.
    pub fn extent(&self) -> usize {
        let open = self.instances.len() + self.claims.len() + self.offers.len() + self.cases.len() + self.leaves.len();
        self.text.obligations.len() + self.clauses.len() + open
    }

    /// What is still open, in order.
    pub fn open_instances(&self) -> Vec<InstanceRef> {
        self.instances.keys().map(|(obligation, due)| InstanceRef { obligation: obligation.clone(), due: *due }).collect()
    }

    /// That it is in force, suspended or not, or a refusal.
    pub(super) fn in_force(&self) -> Result<Day, Refusal> {
        match &self.head.state {
            State::InForce { from, .. } | State::Suspended { from, .. } => Ok(*from),
            State::Proposed | State::Signed { .. } | State::Ended { .. } => Err(self.wrong_state("an agreement that is in force")),
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => Err(self.wrong_state("an agreement that is in force")),
        }
    }

    /// That what is said is about the version in force, or a refusal.
    pub(super) fn check_in_force(&self, version: &Hash) -> Result<(), Refusal> {
        if *version == self.head.version {
            return Ok(());
        }
        let detail = format!("the version is {}", self.head.version);
        Err(Refusal::at("/body/version", Rule::AgreementState, detail, self.head.version.to_string()))
    }

    /// That its obligations bind: in force, or ended with what is open. Gives the day on which it came into force.
    pub fn binding(&self) -> Result<Day, Refusal> {
        match &self.head.state {
            State::InForce { from, .. } | State::Suspended { from, .. } | State::Ended { from, .. } => Ok(*from),
            State::Proposed | State::Signed { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => {
                Err(self.wrong_state("an agreement that is in force, or ended with open obligations"))
            }
        }
    }

    pub(super) fn wrong_state(&self, accepted: &str) -> Refusal {
        let detail = format!("{} is {}", self.head.id, self.head.state.code());
        Refusal::at("/body/agreement", Rule::AgreementState, detail, accepted)
    }

    pub(super) fn head_mut(&mut self) -> &mut Head {
        self.touched.insert(PartId::Head);
        Arc::make_mut(&mut self.head)
    }

    /// What is wrong with its composition and has not been flagged.
    pub(super) fn new_weakness(&self) -> Option<Weakness> {
        if !self.head.state.is_running() {
            return None;
        }
        self.weaknesses().find(|weakness| !self.head.weaknesses.contains_key(weakness))
    }

    fn weaknesses(&self) -> impl Iterator<Item = Weakness> {
        let few = (self.bound().count() < 2).then_some(Weakness::FewerThanTwoParties);
        let leaderless = self.bound_party(&self.text.director).is_err().then_some(Weakness::NoDirector);
        few.into_iter().chain(leaderless)
    }

    /// After each entry: what was wrong with its composition and no longer is, by a newcomer or another director.
    pub(super) fn note_weaknesses(&mut self) {
        let now: Vec<Weakness> = self.weaknesses().collect();
        if self.head.state.is_running() && self.head.weaknesses.keys().any(|weakness| !now.contains(weakness)) {
            self.head_mut().weaknesses.retain(|weakness, _| now.contains(weakness));
        }
    }

    /// The end of a term of this agreement that runs from here. Before all have signed, nobody is bound by the terms of the text but
    /// for that to sign it.
    pub(super) fn term_ends(&self, from: Instant, term: TermOf) -> Instant {
        if !self.head.state.is_signed() && term != TermOf::Consent {
            return self.rules.deadline(from, Term::Days(term.default_days()), true);
        }
        self.text.ends(from, term, self.rules)
    }
}

impl Because {
    /// Whether the one who should have decided was silent.
    pub fn names_silent_decider(self) -> bool {
        matches!(self, Self::NoRuling | Self::NoOutcome | Self::NoAction)
    }
}
