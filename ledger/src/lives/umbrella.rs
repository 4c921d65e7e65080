//! What becomes of umbrella agreements, seen by a local agreement whose obligations refer to them (L44).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::head::Head;
use super::moment::{Fact, Moment};
use super::obligation::Clause;
use super::text::TermOf;
use crate::envelope::refusal::{NOBODY_DECIDES, Refusal, Rule, list, one_of};
use crate::envelope::statement::umbrella::{UmbrellaAnswer, UmbrellaReply};
use crate::words::{Hash, Instant, Slug, Text};

/// At most this many changes of umbrella agreements are kept with an agreement.
const MAX_CHANGES: usize = 100;

/// How an umbrella agreement changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// An amendment.
    Amendment,
    /// Another text in the place of the one on the table.
    CounterProposal,
    /// Its end, by all its parties.
    Dissolution,
    /// It has ended: its own ledger says so.
    Ended,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Amendment, Self::CounterProposal, Self::Dissolution, Self::Ended];

    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Amendment => "amendment",
            Self::CounterProposal => "counter-proposal",
            Self::Dissolution => "dissolution",
            Self::Ended => "ended",
        }
    }
}

/// What receipts of a national log show of a change there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownChange {
    /// Origin of that ledger.
    pub origin: Text<3, 255>,
    /// The umbrella agreement.
    pub umbrella: Slug,
    /// Index of the entry that changes it.
    pub entry: u64,
    /// How.
    pub manner: Manner,
    /// The clauses that are other than they were, or are gone, of those to which obligations here refer.
    pub clauses: BTreeSet<Slug>,
    /// Who consented to it there, and in which entry, where that is shown.
    pub consent: Option<(Slug, u64)>,
}

/// A change of an umbrella agreement that was shown here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UmbrellaChanged {
    /// Origin of the national ledger.
    pub origin: Text<3, 255>,
    /// The umbrella agreement.
    pub umbrella: Slug,
    /// Index there of what changes it.
    pub entry: u64,
    /// How.
    pub manner: Manner,
    /// The obligations here that refer to what is other than it was, or gone.
    pub obligations: Vec<Slug>,
    /// Who showed it.
    pub by: Slug,
    /// Where.
    pub at: Fact,
    /// That it was consented to there; `None` while it is only proposed, so far as is shown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ShownConsent>,
    /// From when on the one that directs is silent; `None` while it is only proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// The entry that says that it was silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent: Option<Fact>,
    /// What comes of it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<UmbrellaAnswered>,
    /// Since when nothing that it concerns binds any more: what is met or released asks for no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moot: Option<Fact>,
}

/// A consent in a national ledger, shown here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownConsent {
    /// Whose.
    pub of: Slug,
    /// Its index there.
    pub entry: u64,
    /// Where it was shown here.
    pub shown: Fact,
}

/// What comes of a change here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UmbrellaAnswered {
    /// Who says so.
    pub by: Slug,
    /// Where.
    pub at: Fact,
    /// What.
    pub answer: UmbrellaReply,
    /// Hash of the reason, beside the log.
    pub reason: Hash,
}

impl UmbrellaChanged {
    fn is(&self, origin: &Text<3, 255>, entry: u64) -> bool {
        self.origin == *origin && self.entry == entry
    }
}

impl Head {
    /// The changes of umbrella agreements on which an answer is still owed: where obligations run that they concern.
    pub fn owed_on_umbrellas(&self) -> impl Iterator<Item = &UmbrellaChanged> {
        let runs = self.state.is_running();
        let is_owed = move |change: &&UmbrellaChanged| runs && change.until.is_some() && change.answer.is_none() && change.moot.is_none();
        self.umbrella_changes.iter().filter(is_owed)
    }
}

impl Agreement {
    /// Obligations that still bind and carry out a clause of this umbrella agreement, with that clause.
    fn under_umbrella(&self, umbrella: &Slug) -> impl Iterator<Item = (&Slug, &Slug)> {
        let binds = |clause: &&std::sync::Arc<Clause>| self.binds(&clause.text.id);
        let under = move |clause: &&std::sync::Arc<Clause>| clause.text.umbrella.as_ref().is_some_and(|named| named.agreement == *umbrella);
        self.clauses
            .values()
            .filter(binds)
            .filter(under)
            .filter_map(|clause| Some((&clause.text.id, &clause.text.umbrella.as_ref()?.clause)))
    }

    /// The clauses of this umbrella agreement that obligations here carry out.
    pub fn umbrella_clauses(&self, umbrella: &Slug) -> BTreeSet<Slug> {
        self.under_umbrella(umbrella).map(|(_, clause)| clause.clone()).collect()
    }

    /// A party or the ministry shows that an umbrella agreement changes. That changes no obligation here.
    pub fn note_umbrella_change(&mut self, by: &Slug, shown: ShownChange, moment: Moment) -> Result<(), Refusal> {
        if *by != self.head.ministry {
            self.bound_party(by)?;
        }
        if !self.head.state.is_running() {
            return Err(self.wrong_state("an agreement that is in force"));
        }
        let affected = self.under_umbrella(&shown.umbrella).filter(|(_, clause)| shown.clauses.contains(*clause));
        let obligations: Vec<Slug> = affected.map(|(id, _)| id.clone()).collect();
        if obligations.is_empty() {
            let referred = self.umbrella_clauses(&shown.umbrella);
            let accepted = match referred.is_empty() {
                false => format!("what changes or ends one of: {}", list(referred)),
                true => "nothing here refers to it any more".to_owned(),
            };
            return Err(Refusal::at("/body/umbrella", Rule::NothingToDecide, "no obligation here is affected", accepted));
        }
        let consent = shown.consent.map(|(of, entry)| ShownConsent { of, entry, shown: moment });
        // What is only proposed binds nobody there, and asks for nothing here.
        let certain = consent.is_some() || shown.manner == Manner::Ended;
        let until = certain.then(|| self.term_ends(moment.at, TermOf::Level1));
        let known = self.head.umbrella_changes.iter().position(|change| change.is(&shown.origin, shown.entry));
        match known.map(|place| (place, &self.head.umbrella_changes[place])) {
            Some((place, known)) if known.until.is_none() && certain => {
                let known = &mut self.head_mut().umbrella_changes[place];
                (known.consent, known.until, known.obligations) = (consent, until, obligations);
            }
            Some((_, known)) => {
                let detail = format!("it was shown in entry {}", known.at.entry);
                let accepted = if certain { "another change" } else { "the same with a consent to it" };
                return Err(Refusal::at("/body/umbrella/entry", Rule::AlreadyGiven, detail, accepted));
            }
            None if self.head.umbrella_changes.len() >= MAX_CHANGES => {
                return Err(Refusal::at("/body/umbrella", Rule::TooLarge, "100 changes are kept with it already", "no more"));
            }
            None => {
                let (origin, umbrella, entry, manner) = (shown.origin, shown.umbrella, shown.entry, shown.manner);
                let by = by.clone();
                let (silent, answer, moot) = (None, None, None);
                let change =
                    UmbrellaChanged { origin, umbrella, entry, manner, obligations, by, at: moment, consent, until, silent, answer, moot };
                self.head_mut().umbrella_changes.push(change);
            }
        }
        Ok(())
    }

    /// The one that directs says what comes of a change here.
    pub fn answer_umbrella(&mut self, by: &Slug, body: &UmbrellaAnswer, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let directing = self.deciders(&[]).0;
        if !directing.contains(by) {
            let accepted = one_of(directing, NOBODY_DECIDES);
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not direct it"), accepted));
        }
        let is_it = |change: &UmbrellaChanged| change.is(&body.origin, body.entry.0.into());
        let Some(place) = self.head.umbrella_changes.iter().position(is_it) else {
            let owed = self.head.owed_on_umbrellas().map(|change| format!("{} in {}", change.entry, change.origin));
            let accepted = one_of(owed, "a change that was shown here");
            return Err(Refusal::at("/body/entry", Rule::NothingToDecide, "no such change was shown here", accepted));
        };
        if !self.head.state.is_running() {
            return Err(self.wrong_state("an agreement that is in force"));
        }
        let change = &self.head.umbrella_changes[place];
        if change.until.is_none() {
            let accepted = "a change with a consent to it, or an umbrella agreement that has ended";
            return Err(Refusal::at("/body/entry", Rule::NothingToDecide, "so far as is shown here it is only proposed", accepted));
        }
        if let Some(given) = &change.answer {
            let detail = format!("it was answered in entry {}", given.at.entry);
            return Err(Refusal::at("/body/entry", Rule::AlreadyGiven, detail, "one answer to a change: it stands"));
        }
        let answer = UmbrellaAnswered { by: by.clone(), at: moment, answer: body.answer, reason: body.reason.hash };
        self.head_mut().umbrella_changes[place].answer = Some(answer);
        Ok(())
    }

    /// The change on which silence is flagged first, and when.
    pub(super) fn silent_on_umbrella(&self) -> Option<(Instant, &UmbrellaChanged)> {
        let waiting = self.head.owed_on_umbrellas().filter(|change| change.silent.is_none());
        waiting.filter_map(|change| Some((change.until?, change))).min_by_key(|(until, _)| *until)
    }

    /// After each entry: which changes concern nothing that binds. Where something binds again, the term to answer runs anew.
    pub(super) fn note_moot_changes(&mut self, moment: Moment) {
        for place in 0..self.head.umbrella_changes.len() {
            let change = &self.head.umbrella_changes[place];
            if change.answer.is_some() {
                continue;
            }
            let binds = self.concerns_what_binds(change);
            if binds == change.moot.is_none() {
                continue;
            }
            let until = change.until.map(|until| if binds { self.term_ends(moment.at, TermOf::Level1) } else { until });
            let change = &mut self.head_mut().umbrella_changes[place];
            (change.until, change.moot) = (until, (!binds).then_some(moment));
        }
    }

    /// Whether an obligation binds that a change concerns; since version 4 of the rules also where another has taken it over.
    fn concerns_what_binds(&self, change: &UmbrellaChanged) -> bool {
        let is_of = |id: &Slug, origin: &Slug| if self.rules.follows_handovers() { self.stems_from(id, origin) } else { id == origin };
        let mut binding = self.clauses.keys().filter(|id| self.binds(id));
        binding.any(|id| change.obligations.iter().any(|origin| is_of(id, origin)))
    }

    pub(super) fn flag_umbrella_silence(&mut self, origin: &Text<3, 255>, entry: u64, moment: Moment) {
        if let Some(change) = self.head_mut().umbrella_changes.iter_mut().find(|change| change.is(origin, entry)) {
            change.silent = Some(moment);
        }
    }
}
