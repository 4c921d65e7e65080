//! Accession: an institution asks to join, those whose consent it takes let it in, and on its day it is a party.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::Clause;
use super::offer::{Offer, OfferKind, OfferResult, Quorum};
use super::parts::PartId;
use super::party::Participation;
use crate::envelope::refusal::{Fault, Refusal, Rule};
use crate::envelope::statement::accession::{Accession, AccessionRule};
use crate::envelope::statement::agreement::{Party, Proposal, When};
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::trigger::Trigger;
use crate::words::{Day, Hash, Instant, Slug};

/// As many as a proposal may have.
const MAX_PARTIES: usize = 60;

impl Agreement {
    /// An institution that is no party asks to be one.
    pub fn ask_to_accede(&mut self, by: &Slug, kind: Kind, body: &Accession, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.check_accession(by, body, Day::of(moment.at), moment)?;
        let same = |offer: &Offer| {
            offer.is_open()
                && matches!(&offer.kind, OfferKind::Accession { body: other, .. } if offer.by == *by && other.version == body.version)
        };
        if let Some(offer) = self.offers.values().find(|offer| same(offer)) {
            return Err(Refusal::at(
                "/by",
                Rule::AlreadyGiven,
                format!("a request of {by} waits: {}", offer.hash),
                "one request at a time",
            ));
        }
        let (needs, quorum) = self.accession_takes(body);
        if needs.is_empty() {
            return Err(Refusal::at("/body/agreement", Rule::AgreementState, "nobody is bound by it any more", "another agreement"));
        }
        self.offer(OfferKind::Accession { body: Box::new(body.clone()), kind }, hash, by, needs, quorum, moment);
        Ok(())
    }

    /// Who is asked, and how much of that is enough.
    fn accession_takes(&self, body: &Accession) -> (BTreeSet<Slug>, Option<Quorum>) {
        let all = || self.bound_except(&[]);
        let mut with = self.deciders(&[]).0;
        let directing = with.len();
        with.extend(self.drawn_on(body));
        match &self.text.accession {
            None | Some(AccessionRule::AllParties {}) => (all(), None),
            Some(AccessionRule::Director {}) => (with, None),
            Some(AccessionRule::DirectorAndParties { parties }) => {
                let count = (directing + parties.0 as usize).min(all().len());
                (all(), Some(Quorum { with, count }))
            }
        }
    }

    /// Whom it draws on: who pays for it or must be done first, and who says that its events happened. That takes their word.
    fn drawn_on(&self, body: &Accession) -> BTreeSet<Slug> {
        let first = || body.obligations.iter().flat_map(|obligation| obligation.prerequisites());
        let stems = |clause: &&Arc<Clause>| first().any(|first| self.stems_from(&clause.text.id, first));
        let debtors = self.clauses.values().filter(stems).map(|clause| clause.debtor.clone());
        let recorders = body.obligations.iter().filter_map(|obligation| match &obligation.when {
            When::AfterEvent { trigger: Trigger::Event { by, .. }, .. } => Some(by.clone()),
            When::AfterEvent { .. } | When::Date { .. } | When::Rhythm { .. } => None,
        });
        debtors.chain(recorders).filter(|who| self.bound_party(who).is_ok()).collect()
    }

    /// That it fits the version in force, and that the text closes with it; every fault at once.
    fn check_accession(&self, by: &Slug, body: &Accession, earliest: Day, moment: Moment) -> Result<(), Refusal> {
        self.in_force()?;
        if *by == self.head.ministry && self.head.municipality.is_some() {
            let accepted = "an umbrella agreement in the national ledger";
            return Err(Refusal::at("/by", Rule::MinistryMayNot, "the ministry is no party to a local agreement", accepted));
        }
        if self.bound_party(by).is_ok() {
            return Err(Refusal::at("/by", Rule::AlreadyGiven, format!("{by} is a party already"), "an amendment"));
        }
        self.check_in_force(&body.version)?;
        let mut faults = Vec::new();
        let end = self.text.period.horizon();
        if !(earliest..=end).contains(&body.effective_date) {
            let (detail, accepted) =
                (format!("{} cannot be its first day", body.effective_date), format!("a day from {earliest} to {end}"));
            faults.push(Fault { pointer: "/body/effectiveDate".into(), rule: Rule::AccessionUnfit, detail, accepted });
        }
        let from = moment.at.max(body.effective_date.start());
        for (i, obligation) in body.obligations.iter().enumerate() {
            let twice = body.obligations[..i].iter().any(|earlier| earlier.id == obligation.id);
            let (rest, rule, detail, accepted) = match () {
                () if obligation.debtor != *by => {
                    ("/debtor", Rule::NotTheDebtor, format!("{by} takes on nothing for {}", obligation.debtor), by.to_string())
                }
                () if twice => ("/id", Rule::Incomplete, format!("{} occurs twice", obligation.id), "each obligation once".into()),
                () => match self.new_obligation_fault(obligation, Moment { at: from, ..moment }) {
                    Some(fault) => fault,
                    None => continue,
                },
            };
            faults.push(Fault { pointer: format!("/body/obligations/{i}{rest}"), rule, detail, accepted });
        }
        let text = self.text_with(by, body);
        if text.parties.len() > MAX_PARTIES {
            let (detail, accepted) = ("there would be more than 60 parties".into(), "at most 60".into());
            faults.push(Fault { pointer: "/body/agreement".into(), rule: Rule::TooLarge, detail, accepted });
        }
        self.check_whole(&text, faults)
    }

    /// Enough have consented: it still fits. Its day may have come meanwhile; then it is a party at once.
    pub(super) fn let_in(&self, by: &Slug, body: &Accession, moment: Moment) -> Result<(), Refusal> {
        self.check_accession(by, body, body.effective_date, moment)
    }

    fn text_with(&self, by: &Slug, body: &Accession) -> Proposal {
        let mut text = (*self.text).clone();
        // Who left before stands in the text still.
        text.parties.0.retain(|party| party.institution != *by);
        text.parties.0.push(Party { institution: by.clone(), role: body.role.clone(), capacity: None });
        text.obligations.0.extend(body.obligations.iter().cloned());
        text
    }

    /// When a newcomer that was let in becomes a party: on its day, or when the last consent came after that.
    pub(super) fn accedes_at(&self, offer: &Offer) -> Option<Instant> {
        match &offer.kind {
            OfferKind::Accession { body, .. } if offer.is_waiting() => {
                offer.consents.values().map(|consent| consent.at).chain([body.effective_date.start()]).max()
            }
            _ => None,
        }
    }

    /// Its day has come: it is a party, by the signature of its request, and the text with what it adds is the version.
    pub(super) fn accede(&mut self, hash: &Hash, moment: Moment) -> Result<(), Refusal> {
        let offer = self.offers.get(hash).cloned();
        let Some((offer, OfferKind::Accession { body, kind })) = offer.as_ref().map(|offer| (offer, &offer.kind)) else {
            return Err(Refusal::new(Rule::FlagUnfit, format!("{hash} is no request to join"), "the hash of one"));
        };
        let (by, signed) = (offer.by.clone(), offer.offered);
        self.offer_mut(hash).result = Some(OfferResult::Agreed { at: moment });
        self.touched.insert(PartId::Text);
        self.text = Arc::new(self.text_with(&by, body));
        let part = Participation { signed: Some(signed), acceded: Some(moment), ..Participation::invited(*kind) };
        self.head_mut().parties.insert(by.clone(), part);
        for obligation in body.obligations.iter() {
            self.touched.insert(PartId::Clause(obligation.id.clone()));
            self.clauses.insert(obligation.id.clone(), Arc::new(Clause::new(obligation.clone(), None)));
            // Its first day is no due date, as that of the agreement is none.
            self.start_clause_after(&obligation.id, Day::of(moment.at), Day::of(moment.at), moment);
        }
        self.new_version(*hash, &by, (None, None), moment);
        self.ask_newcomer(&by);
        Ok(())
    }

    /// What waits for the consent of all, or of those to whom something is owed, waits for the newcomer's from here on.
    fn ask_newcomer(&mut self, who: &Slug) {
        let owed = |obligation: &Slug| self.clauses.get(obligation).is_some_and(|clause| self.creditors(clause).contains(who));
        let asked = |offer: &Offer| match &offer.kind {
            OfferKind::Suspension(_) | OfferKind::Resumption(_) => true,
            OfferKind::Release(body) => owed(&body.obligation),
            OfferKind::Annulment(body) => owed(&body.obligation),
            // These name the version before, or are for those who were there.
            OfferKind::Version | OfferKind::Amendment(_) | OfferKind::Dissolution(_) | OfferKind::Accession { .. } => false,
            // Nobody joins a text that is not in force.
            OfferKind::ImpasseStep(_) => false,
            // It is one of the others from here on, and may be owed what the plan releases.
            OfferKind::Expulsion { .. } => true,
            OfferKind::Handover(_) | OfferKind::ReportRuling(_) | OfferKind::CaseRuling(_) | OfferKind::BoardOutcome(_) => false,
        };
        let waiting: Vec<Hash> = self.offers.values().filter(|offer| offer.is_open() && asked(offer)).map(|offer| offer.hash).collect();
        for hash in waiting {
            let quorum = self.offers.get(&hash).and_then(|offer| self.quorum_now(offer));
            let offer = self.offer_mut(&hash);
            offer.needs.insert(who.clone());
            offer.quorum = quorum;
        }
    }
}
