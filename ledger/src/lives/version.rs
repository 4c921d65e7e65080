//! A text on the table: put there, countered, signed by all, refused or taken back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agreement::Agreement;
use super::head::{State, Stopped, Version};
use super::impasse::ImpasseEnd;
use super::moment::Moment;
use super::obligation::Clause;
use super::offer::{OfferKind, OfferResult};
use super::owed::Answered;
use super::parts::PartId;
use super::party::{Participation, VoidConsent};
use crate::envelope::refusal::{Fault, Refusal, Rule, list};
use crate::envelope::statement::agreement::Proposal;
use crate::envelope::statement::impasse::Statute;
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::version::{CounterProposal, Retraction};
use crate::envelope::statement::withheld::WithheldGround;
use crate::words::{Hash, Slug};

/// At most this many versions of one text: who has not agreed by then begins anew under another id.
const MAX_VERSIONS: usize = 50;

/// What the ledger knows of those whom a text invites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// What kind of institution each of them is.
    pub kinds: BTreeMap<Slug, Kind>,
    /// What is wrong with who is invited.
    pub faults: Vec<Fault>,
}

impl Agreement {
    /// Puts a text before its parties; the term for their consent runs from here.
    pub(super) fn put_on_table(&mut self, text: &Proposal, hash: Hash, by: &Slug, kinds: &BTreeMap<Slug, Kind>, moment: Moment) {
        self.touched.insert(PartId::Text);
        self.text = Arc::new(text.clone());
        let head = self.head_mut();
        head.version = hash;
        head.versions.push(Version { hash, by: by.clone(), at: moment });
        for (slug, kind) in kinds {
            head.parties.entry(slug.clone()).or_insert_with(|| Participation::invited(*kind));
        }
        let needs = self.head.parties.keys().cloned().collect();
        self.offer(OfferKind::Version, hash, by, needs, None, moment);
        self.start_talks(moment);
    }

    /// A party puts another text in the place of the one on the table. Every earlier consent is void; each holder can
    /// read so from its part in the agreement, and all of them stay with the offer that was superseded.
    pub fn counter(&mut self, by: &Slug, body: &CounterProposal, hash: Hash, invited: Invited, moment: Moment) -> Result<(), Refusal> {
        self.on_table("a proposal that not all have signed")?;
        self.bound_party(by)?;
        self.check_version(&body.replaces, "/body/replaces")?;
        self.check_counter(body)?;
        // Last, so that who may not counter is not told what its text lacks.
        if let Some(refusal) = Refusal::from_faults(self.left_out(&body.text).into_iter().chain(invited.faults).collect()) {
            return Err(refusal);
        }
        let superseded = self.head.version;
        self.offer_mut(&superseded).result = Some(OfferResult::Superseded { by: by.clone(), version: hash, at: moment });
        for party in self.head_mut().parties.values_mut() {
            if let Some(given) = party.signed.take() {
                party.voided = Some(VoidConsent { version: superseded, given, by: moment });
            }
        }
        self.note_answer(by, Answered::Countered, Some(body.reason.hash), moment);
        let invites = invited.kinds.keys().any(|who| !self.head.parties.contains_key(who));
        self.go_on_with_another(invites, moment);
        self.put_on_table(&body.text, hash, by, &invited.kinds, moment);
        Ok(())
    }

    fn check_counter(&self, body: &CounterProposal) -> Result<(), Refusal> {
        if body.text == *self.text {
            return Err(Refusal::at("/body/text", Rule::AlreadyGiven, "this is the text that is on the table", "another text"));
        }
        if body.text.withheld_ground != self.text.withheld_ground {
            // Else one party could make public what another wrote in confidence.
            let given = |ground: Option<WithheldGround>| {
                ground.map_or("without withheldGround".to_owned(), |ground| format!("withheldGround {ground}"))
            };
            let (detail, accepted) = (given(body.text.withheld_ground), given(self.text.withheld_ground));
            return Err(Refusal::at("/body/text/withheldGround", Rule::GroundFixed, format!("this text is {detail}"), accepted));
        }
        if body.text.statute != self.text.statute {
            // Else one party could take the others their way to the minister, or give itself one.
            let given =
                |statute: Option<Statute>| statute.map_or("without a statute".to_owned(), |statute| format!("under {}", statute.code()));
            let (detail, accepted) = (format!("this text is {}", given(body.text.statute)), given(self.text.statute));
            return Err(Refusal::at("/body/text/statute", Rule::StatuteUnfit, detail, accepted));
        }
        if self.head.versions.len() >= MAX_VERSIONS {
            let detail = format!("{MAX_VERSIONS} versions were on the table");
            return Err(Refusal::at(
                "/body/agreement",
                Rule::AgreementState,
                detail,
                "a signature, a refusal, or a proposal under another id",
            ));
        }
        Ok(())
    }

    /// Whoever was invited stays invited: nobody is left out behind its back.
    fn left_out(&self, text: &Proposal) -> Option<Fault> {
        let missing = list(self.bound().filter(|who| !text.parties.iter().any(|party| party.institution == **who)));
        let fault = |detail| Fault {
            pointer: "/body/text/parties".into(),
            rule: Rule::Incomplete,
            detail,
            accepted: "every party that was invited, and others if need be".into(),
        };
        (!missing.is_empty()).then(|| fault(format!("left out: {missing}")))
    }

    /// That a hash is that of the version on the table, or a refusal that names it.
    pub(super) fn check_version(&self, hash: &Hash, pointer: &str) -> Result<(), Refusal> {
        if *hash == self.head.version {
            return Ok(());
        }
        let at = |version: &Version| format!("{hash} was superseded; it was put forward by {} in entry {}", version.by, version.at.entry);
        let detail =
            self.head.versions.iter().find(|version| version.hash == *hash).map_or_else(|| format!("{hash} is no version of it"), at);
        Err(Refusal::at(
            pointer,
            Rule::SupersededVersion,
            detail,
            format!("{} (version {})", self.head.version, self.head.versions.len() + self.head.amended.len()),
        ))
    }

    /// Whether a hash is that of a version that a counter-proposal replaced.
    pub(super) fn was_superseded(&self, hash: &Hash) -> bool {
        *hash != self.head.version && self.head.versions.iter().any(|version| version.hash == *hash)
    }

    /// That the text waits for signatures.
    pub(super) fn on_table(&self, accepted: &str) -> Result<(), Refusal> {
        match &self.head.state {
            State::Proposed => Ok(()),
            State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } => Err(self.wrong_state(accepted)),
            State::Ended { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => Err(self.wrong_state(accepted)),
        }
    }

    /// Who put the version on the table takes it back.
    pub fn retract(&mut self, by: &Slug, body: &Retraction, moment: Moment) -> Result<(), Refusal> {
        self.on_table("a proposal that not all have signed")?;
        self.check_version(&body.version, "/body/version")?;
        let proposer = self.head.versions.last().map_or(&self.head.proposer, |version| &version.by);
        if proposer != by {
            let accepted = format!("{proposer}; a party that was asked can refuse it (decline)");
            return Err(Refusal::at("/by", Rule::NotTheProposer, format!("{proposer} put this version on the table"), accepted));
        }
        let stopped = self.stopped(by, body.reason.hash, moment);
        self.offer_mut(&body.version).result = Some(OfferResult::Retracted { at: moment });
        self.head_mut().state = State::Retracted(stopped);
        self.leave_table(moment);
        Ok(())
    }

    /// A party's refusal of the version, of which everybody is told.
    pub(super) fn decline_version(&mut self, by: &Slug, reason: Hash, moment: Moment) {
        let stopped = self.stopped(by, reason, moment);
        self.head_mut().state = State::Declined(stopped);
        self.leave_table(moment);
    }

    fn stopped(&self, by: &Slug, reason: Hash, moment: Moment) -> Stopped {
        let mut told = self.bound_except(&[]);
        told.insert(self.head.proposer.clone());
        told.remove(by);
        Stopped { by: by.clone(), at: moment, reason, told: told.into_iter().collect() }
    }

    /// A party's consent to the version.
    pub(super) fn sign(&mut self, party: &Slug, moment: Moment) {
        self.note_answer(party, Answered::Signed, None, moment);
        if let Some(party) = self.head_mut().parties.get_mut(party) {
            (party.signed, party.voided) = (Some(moment), None);
        }
    }

    /// The last party has signed the version: what it promises is now an obligation.
    pub(super) fn all_signed(&mut self, moment: Moment) {
        self.head_mut().state = State::Signed { signed: moment };
        self.end_impasse(ImpasseEnd::Signed, moment);
        for obligation in self.text.clone().obligations.iter() {
            self.touched.insert(PartId::Clause(obligation.id.clone()));
            self.clauses.insert(obligation.id.clone(), Arc::new(Clause::new(obligation.clone(), None)));
        }
    }
}
