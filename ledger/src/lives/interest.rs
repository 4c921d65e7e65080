//! Whose own matter an act is: nobody accepts, rules on or releases its own obligation, and no mandate lets it do so for
//! another (L05, L54). Nor does one hand do both sides of a report or a case, for whomever it signs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::agreement::Agreement;
use super::escalation::About;
use super::obligation::Clause;
use super::offer::OfferKind;
use super::parts::PartId;
use super::report::{Claim, Stage};
use crate::envelope::Body;
use crate::envelope::refusal::{Refusal, Rule, list};
use crate::envelope::statement::amendment::{Amendment, Change};
use crate::envelope::statement::annulment::Annulment;
use crate::envelope::statement::escalation::CaseNumber;
use crate::envelope::statement::trigger::Trigger;
use crate::words::{Hash, Slug};

/// Through whom parties acted in a matter, where they did not sign themselves.
pub type Hands = BTreeMap<Slug, BTreeSet<Slug>>;

/// The one that a statement is an act of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// For every rule, this is who acts.
    pub party: Slug,
    /// Who signs, and those who passed a mandate on; the party alone where it signs itself.
    pub through: Vec<Slug>,
    /// Those that went over into one of these: they and it are one institution.
    pub same_as_signers: BTreeSet<Slug>,
    /// The others with which the party is one institution, since one went over into another.
    pub same_as_party: BTreeSet<Slug>,
    /// Whether the signer acts in the place of the party, which went over into it, and not by a mandate.
    pub is_successor: bool,
}

impl Acting {
    /// Whether it signs itself.
    pub fn itself(&self) -> bool {
        self.through == std::slice::from_ref(&self.party)
    }
}

/// The report or the case that an act is about.
enum Of {
    Claim(Hash),
    Case(u32),
}

impl Agreement {
    /// That those through whom a party acts are on no other side of the matter. Where it signs itself, only what it signed for others
    /// counts, since the rules of each act know its own side.
    pub fn check_interest(&self, acting: &Acting, body: &Body) -> Result<(), Refusal> {
        let party = &acting.party;
        self.check_unity(acting, body)?;
        let mut sides = self.other_hands(party, &acting.same_as_party, body);
        if !acting.itself() && !acting.is_successor {
            self.check_own_word(party, body)?;
            sides.extend(self.sides(party, body));
        }
        let mut hands = acting.through.iter().chain(&acting.same_as_signers);
        let Some(hand) = hands.find(|hand| sides.contains(*hand)) else { return Ok(()) };
        let (pointer, detail) = if acting.itself() {
            ("/by", format!("{hand} signed for the other side of this"))
        } else {
            ("/onBehalfOf", format!("{hand} is itself concerned: it is or signed for the other side of this"))
        };
        Err(Refusal::at(pointer, Rule::OwnObligation, detail, format!("{party} by a hand that is not concerned")))
    }

    /// Institutions that have become one have the voice of each in what takes everybody's word. They decide on no matter of one of
    /// them, and what takes the word of nobody else they do not agree with themselves.
    fn check_unity(&self, acting: &Acting, body: &Body) -> Result<(), Refusal> {
        if acting.same_as_party.is_empty() && acting.same_as_signers.is_empty() {
            return Ok(());
        }
        let party = &acting.party;
        let refuse = |detail| Err(Refusal::at("/by", Rule::OwnObligation, detail, "a party that is not concerned"));
        if self.decides(body) {
            let sides = self.sides(party, body);
            if let Some(other) = acting.same_as_party.iter().chain(&acting.same_as_signers).find(|other| sides.contains(*other)) {
                return refuse(format!("{other} is one with {party}, or with the one that signs"));
            }
        }
        let is_one = |who: &Slug| who == party || acting.same_as_party.contains(who);
        let asked = self.asked(body);
        if !acting.same_as_party.is_empty() && asked.len() > 1 && asked.iter().all(is_one) {
            return refuse(format!("all whose word it takes are one institution: {}", list(asked)));
        }
        Ok(())
    }

    /// Whose word an act takes that changes what parties promised each other.
    fn asked(&self, body: &Body) -> BTreeSet<Slug> {
        let of_offer = |offer: &Hash| match self.offers.get(offer) {
            Some(offer) if matches!(offer.kind, OfferKind::Amendment(_) | OfferKind::Dissolution(_)) => offer.needs.clone(),
            Some(_) | None => BTreeSet::new(),
        };
        match body {
            Body::Amendment(body) => self.touched_by(body),
            Body::Dissolution(_) => self.bound().cloned().collect(),
            Body::Consent(body) => of_offer(&body.to),
            _ => BTreeSet::new(),
        }
    }

    /// The end of an agreement, and who is put out of it, take each party's own word, like its own leaving (L01): with a mandate
    /// of all the others one hand could do either alone.
    fn check_own_word(&self, party: &Slug, body: &Body) -> Result<(), Refusal> {
        let offer = match body {
            Body::Consent(body) => self.offers.get(&body.to),
            Body::Decline(body) => self.offers.get(&body.to),
            _ => None,
        };
        match offer.map(|offer| &offer.kind) {
            Some(kind @ (OfferKind::Dissolution(_) | OfferKind::Expulsion { .. })) => {
                let detail = format!("nobody speaks for another on this: {}", kind.code());
                Err(Refusal::at("/onBehalfOf", Rule::OnBehalf, detail, format!("{party} itself")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether it decides on what another did or owes: what nobody does in its own matter.
    fn decides(&self, body: &Body) -> bool {
        let of_offer = |offer: &Hash| {
            let kind = self.offers.get(offer).map(|offer| &offer.kind);
            matches!(kind, Some(OfferKind::Release(_) | OfferKind::Annulment(_) | OfferKind::ReportRuling(_)))
                || matches!(kind, Some(OfferKind::CaseRuling(_) | OfferKind::BoardOutcome(_) | OfferKind::Expulsion { .. }))
        };
        match body {
            Body::Acceptance(_) | Body::DisputeRetraction(_) | Body::ReportRuling(_) | Body::Release(_) | Body::Finding(_) => true,
            Body::Annulment(_) | Body::CaseRuling(_) | Body::BoardOutcome(_) | Body::Event(_) | Body::WithdrawalAnswer(_) => true,
            Body::Consent(body) => of_offer(&body.to),
            Body::Decline(body) => of_offer(&body.to),
            _ => false,
        }
    }

    /// Those on whose obligation, report, case or withdrawal the act has a say.
    fn sides(&self, party: &Slug, body: &Body) -> BTreeSet<Slug> {
        let mut sides = match body {
            Body::Acceptance(body) => self.sides_of_claim(&body.report),
            Body::Dispute(body) => self.sides_of_claim(&body.report),
            Body::DisputeRetraction(body) => self.sides_of_claim(&body.report),
            Body::DisputeAnswer(body) => self.sides_of_claim(&body.report),
            Body::ReportRuling(body) => self.sides_of_claim(&body.report),
            Body::Release(body) => self.debtor_of(&body.obligation),
            Body::Handover(body) => self.debtor_of(&body.obligation),
            Body::Finding(body) => self.debtor_of(&body.obligation),
            Body::Amendment(body) => self.touched_by_change(body),
            Body::Annulment(body) => self.sides_of_breach(body),
            Body::Suspension(_) => self.debtors(),
            Body::CaseRuling(body) => self.in_case(body.case),
            Body::BoardOutcome(body) => self.in_case(body.case),
            Body::Event(body) => self.waits_for_event(&body.event),
            Body::WithdrawalAnswer(body) => BTreeSet::from([body.party.clone()]),
            Body::Consent(body) => self.sides_of_offer(&body.to, party),
            Body::Decline(body) => self.sides_of_offer(&body.to, party),
            _ => BTreeSet::new(),
        };
        sides.remove(party);
        sides
    }

    fn sides_of_offer(&self, offer: &Hash, party: &Slug) -> BTreeSet<Slug> {
        let Some(offer) = self.offers.get(offer) else { return BTreeSet::new() };
        // Who made a ruling or an outcome does not agree to it for the one whom it concerns.
        let ruled_by = |mut against: BTreeSet<Slug>| {
            if against.contains(party) {
                against.insert(offer.by.clone());
            }
            against
        };
        match &offer.kind {
            // A text that is not in force binds nobody yet: one function may sign it for all (L05).
            OfferKind::Version | OfferKind::Resumption(_) | OfferKind::ImpasseStep(_) => BTreeSet::new(),
            OfferKind::Release(body) => self.debtor_of(&body.obligation),
            OfferKind::Handover(body) => self.debtor_of(&body.obligation),
            OfferKind::ReportRuling(body) => self.sides_of_claim(&body.report),
            OfferKind::CaseRuling(body) => ruled_by(self.in_case(body.case)),
            OfferKind::BoardOutcome(body) => ruled_by(self.in_case(body.case)),
            OfferKind::Amendment(body) => self.touched_by_change(body),
            OfferKind::Annulment(body) => self.sides_of_breach(body),
            OfferKind::Suspension(_) | OfferKind::Dissolution(_) => self.debtors(),
            OfferKind::Expulsion { body, .. } => BTreeSet::from([body.party.clone()]),
            // The newcomer does not let itself in.
            OfferKind::Accession { .. } => BTreeSet::from([offer.by.clone()]),
        }
    }

    /// Who reported, and who disputes it.
    fn sides_of_claim(&self, report: &Hash) -> BTreeSet<Slug> {
        let Some(claim) = self.claims.get(report) else { return BTreeSet::new() };
        let disputer = match &claim.stage {
            Stage::Disputed { by, .. } | Stage::ForRuling { by, .. } | Stage::RulingMissing { by: Some(by), .. } => Some(by),
            Stage::Awaiting { .. } | Stage::Unanswered { .. } | Stage::RulingMissing { by: None, .. } => None,
            Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => None,
        };
        [Some(&claim.by), disputer].into_iter().flatten().cloned().collect()
    }

    fn debtor_of(&self, obligation: &Slug) -> BTreeSet<Slug> {
        self.clauses.get(obligation).map(|clause| clause.debtor.clone()).into_iter().collect()
    }

    /// The debtors of what waits for an event: none of them says whether it is due.
    fn waits_for_event(&self, event: &Slug) -> BTreeSet<Slug> {
        let is_it = |clause: &Clause| matches!(clause.awaits(), Some(Trigger::Event { event: named, .. }) if *named == *event);
        self.clauses.values().filter(|clause| is_it(clause)).map(|clause| clause.debtor.clone()).collect()
    }

    /// The debtors of the obligations that an amendment changes, and who would direct: nobody takes the direction by others'
    /// consent that it gives itself (L16).
    fn touched_by_change(&self, body: &Amendment) -> BTreeSet<Slug> {
        let changed = body.changes.iter().filter_map(|change| change.obligation());
        let debtors = changed.filter_map(|new| self.clauses.get(&new.id)).map(|clause| clause.debtor.clone());
        let directors = body.changes.iter().filter_map(|change| match change {
            Change::Director { party } => Some(party.clone()),
            Change::Obligation { .. } | Change::Addition { .. } | Change::Period { .. } => None,
        });
        // Another last day ends what everybody owes, or lets it go on.
        let period = body.changes.iter().any(|change| matches!(change, Change::Period { .. }));
        let all = if period { self.debtors() } else { BTreeSet::new() };
        debtors.chain(directors).chain(all).collect()
    }

    /// Every party that still owes something: a suspension stops its due dates.
    fn debtors(&self) -> BTreeSet<Slug> {
        let unmet = self.clauses.values().filter(|clause| !self.is_finally_met(&clause.text.id));
        unmet.map(|clause| clause.debtor.clone()).collect()
    }

    fn sides_of_breach(&self, body: &Annulment) -> BTreeSet<Slug> {
        let instance = self.instances.get(&(body.obligation.clone(), body.due));
        let breaches = instance.iter().flat_map(|instance| &instance.breaches);
        let attributed = breaches.filter_map(|breach| breach.attributed.as_ref()).map(|attribution| attribution.to.clone());
        attributed.chain(self.debtor_of(&body.obligation)).collect()
    }

    /// Everybody whom a case concerns: none of them decides in it.
    fn in_case(&self, case: CaseNumber) -> BTreeSet<Slug> {
        let Some(case) = self.cases.get(&case.0) else { return BTreeSet::new() };
        let of_report = match &case.about {
            About::Report(report) => self.sides_of_claim(report),
            About::Obligation(_) | About::Withdrawal(_) | About::Support(_) | About::StatutoryDispute => BTreeSet::new(),
        };
        self.concerned(case).into_iter().chain(of_report).collect()
    }

    /// What an act is about, as far as the hands in it are kept.
    fn matter_of(&self, body: &Body, hash: Option<Hash>) -> Option<Of> {
        match body {
            Body::Report(_) => hash.map(Of::Claim),
            Body::Acceptance(body) => Some(Of::Claim(body.report)),
            Body::Dispute(body) => Some(Of::Claim(body.report)),
            Body::DisputeRetraction(body) => Some(Of::Claim(body.report)),
            Body::DisputeAnswer(body) => Some(Of::Claim(body.report)),
            Body::ReportRuling(body) => Some(Of::Claim(body.report)),
            Body::BreachAnswer(body) => Some(Of::Case(body.case.0)),
            Body::CaseRuling(body) => Some(Of::Case(body.case.0)),
            Body::BoardOutcome(body) => Some(Of::Case(body.case.0)),
            Body::Consent(body) => self.matter_of_offer(&body.to),
            Body::Decline(body) => self.matter_of_offer(&body.to),
            _ => None,
        }
    }

    fn matter_of_offer(&self, offer: &Hash) -> Option<Of> {
        match &self.offers.get(offer)?.kind {
            OfferKind::ReportRuling(body) => Some(Of::Claim(body.report)),
            OfferKind::CaseRuling(body) => Some(Of::Case(body.case.0)),
            OfferKind::BoardOutcome(body) => Some(Of::Case(body.case.0)),
            OfferKind::Version | OfferKind::Release(_) | OfferKind::Handover(_) | OfferKind::Amendment(_) => None,
            OfferKind::Annulment(_) | OfferKind::Suspension(_) | OfferKind::Resumption(_) | OfferKind::Dissolution(_) => None,
            OfferKind::Expulsion { .. } | OfferKind::Accession { .. } | OfferKind::ImpasseStep(_) => None,
        }
    }

    /// Who signed in the matter for another party than this one, or than those that are one with it.
    fn other_hands(&self, party: &Slug, same: &BTreeSet<Slug>, body: &Body) -> BTreeSet<Slug> {
        let hands = match self.matter_of(body, None) {
            Some(Of::Claim(report)) => self.claims.get(&report).map(|claim| &claim.hands),
            Some(Of::Case(number)) => self.cases.get(&number).map(|case| &case.hands),
            None => None,
        };
        hands
            .into_iter()
            .flatten()
            .filter(|(of, _)| *of != party && !same.contains(*of))
            .flat_map(|(_, hands)| hands.iter().cloned())
            .collect()
    }

    /// Keeps through whom a party acted, where its side must stay apart from the other: after the act.
    pub fn note_hands(&mut self, party: &Slug, through: &[Slug], body: &Body, hash: Hash) {
        let note = |hands: &mut Hands| hands.entry(party.clone()).or_default().extend(through.iter().cloned());
        match self.matter_of(body, Some(hash)) {
            Some(Of::Claim(report)) => {
                if let Some(claim) = self.claims.get_mut(&report) {
                    self.touched.insert(PartId::Claim(report));
                    note(&mut Arc::<Claim>::make_mut(claim).hands);
                }
            }
            Some(Of::Case(number)) => {
                if let Some(case) = self.cases.get_mut(&number) {
                    self.touched.insert(PartId::Case(number));
                    note(&mut Arc::make_mut(case).hands);
                }
            }
            None => {}
        }
    }
}
