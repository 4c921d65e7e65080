//! The parts of an agreement as the shell keeps them: one value each, open or final.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head};
use super::colour::Colour;
use super::escalation::Case;
use super::obligation::{Clause, Instance};
use super::offer::Offer;
use super::report::Claim;
use super::rules::Rules;
use super::withdrawal::Leave;
use crate::envelope::statement::agreement::Proposal;
use crate::words::{Day, Hash, Instant, Slug};

/// Version of the stored form; another one means that the lives are rebuilt from the log.
pub const FORMAT: u32 = 14;

/// The name of a part within its agreement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartId {
    /// Who, and in which state.
    Head,
    /// The text.
    Text,
    /// An obligation.
    Clause(Slug),
    /// A due date of an obligation.
    Instance(Slug, Day),
    /// A report.
    Claim(Hash),
    /// An offer.
    Offer(Hash),
    /// A case.
    Case(u32),
    /// A withdrawal, by party and entry of its notice.
    Leave(Slug, u64),
}

impl PartId {
    /// What kind of part it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Text => "text",
            Self::Clause(_) => "obligation",
            Self::Instance(..) => "instance",
            Self::Claim(_) => "report",
            Self::Offer(_) => "offer",
            Self::Case(_) => "case",
            Self::Leave(..) => "withdrawal",
        }
    }
}

impl fmt::Display for PartId {
    /// The key within its kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head | Self::Text => Ok(()),
            Self::Clause(id) => write!(f, "{id}"),
            Self::Instance(id, due) => write!(f, "{id}/{due}"),
            Self::Claim(hash) | Self::Offer(hash) => write!(f, "{hash}"),
            Self::Case(number) => write!(f, "{number:07}"),
            Self::Leave(party, entry) => write!(f, "{party}/{entry:012}"),
        }
    }
}

/// The value of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", content = "value", rename_all = "camelCase")]
pub enum Part {
    /// Who, and in which state.
    Head(Arc<Head>),
    /// The text.
    Text(Arc<Proposal>),
    /// An obligation.
    Clause(Arc<Clause>),
    /// A due date of an obligation.
    Instance(Arc<Instance>),
    /// A report.
    Claim(Arc<Claim>),
    /// An offer.
    Offer(Arc<Offer>),
    /// A case.
    Case(Arc<Case>),
    /// A withdrawal.
    Leave(Arc<Leave>),
}

/// A part that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    /// Which part.
    pub id: PartId,
    /// What it is now.
    pub part: Part,
    /// Whether rules still need it; a final part is only read.
    pub open: bool,
    /// Whether lists must place it anew: it was not there, or another state, date, party or colour is its own now.
    pub moved: bool,
}

impl Part {
    /// Its name within the agreement.
    pub fn id(&self) -> PartId {
        match self {
            Self::Head(_) => PartId::Head,
            Self::Text(_) => PartId::Text,
            Self::Clause(clause) => PartId::Clause(clause.text.id.clone()),
            Self::Instance(instance) => PartId::Instance(instance.obligation.clone(), instance.due),
            Self::Claim(claim) => PartId::Claim(claim.hash),
            Self::Offer(offer) => PartId::Offer(offer.hash),
            Self::Case(case) => PartId::Case(case.number),
            Self::Leave(leave) => PartId::Leave(leave.party.clone(), leave.notice.entry),
        }
    }

    /// The word for where it stands; empty where it has no states.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Head(head) => head.state.code(),
            Self::Text(_) => "",
            Self::Clause(clause) => clause.course.code(),
            Self::Instance(instance) => instance.standing.code(),
            Self::Claim(claim) => claim.stage.code(),
            Self::Offer(offer) => offer.state(),
            Self::Case(case) => case.stage.code(),
            Self::Leave(leave) => leave.stage.code(),
        }
    }

    /// Whom it is about: who proposed, directs, owes, reported, offered, is meant first by a case, or leaves.
    pub fn party(&self) -> Option<&Slug> {
        match self {
            Self::Head(head) => Some(&head.proposer),
            Self::Text(text) => Some(&text.director),
            Self::Clause(clause) => Some(&clause.debtor),
            Self::Instance(instance) => Some(&instance.debtor),
            Self::Claim(claim) => Some(&claim.by),
            Self::Offer(offer) => Some(&offer.by),
            Self::Case(case) => case.against.first(),
            Self::Leave(leave) => Some(&leave.party),
        }
    }

    /// When it is late, or when a term on it ends; of a head, since when a party is quiet or it is under strength.
    pub fn due_at(&self) -> Option<Instant> {
        match self {
            Self::Head(head) => {
                let quiet = head.parties.values().filter_map(|party| party.quiet.as_ref()).map(|quiet| quiet.since.at);
                quiet.chain(head.weaknesses.values().map(|since| since.at)).min()
            }
            Self::Text(text) => text.period.end_date.map(Day::end),
            Self::Clause(_) => None,
            Self::Instance(instance) => Some(instance.late_from),
            Self::Claim(claim) => claim.stage.until(),
            Self::Offer(offer) => Some(offer.due_at()),
            Self::Case(case) => case.stage.until(),
            Self::Leave(leave) => Some(leave.effective_date.end()),
        }
    }
}

impl Part {
    /// Whether rules still need it.
    fn is_open(&self) -> bool {
        match self {
            Self::Head(_) | Self::Text(_) | Self::Clause(_) => true,
            Self::Instance(instance) => !instance.standing.is_final(),
            Self::Claim(claim) => !claim.stage.is_final(),
            Self::Offer(offer) => offer.is_open(),
            Self::Case(case) => !case.stage.is_closed(),
            Self::Leave(leave) => !leave.stage.is_final(),
        }
    }

    /// What lists place it by.
    fn place(&self) -> (&'static str, Option<&Slug>, Option<Instant>, Colour, bool) {
        (self.state(), self.party(), self.due_at(), self.colour(), self.calls())
    }
}

impl Agreement {
    /// What has changed since the last time, with what it was before; final parts leave the agreement here.
    pub fn take_changes(&mut self, before: Option<&Self>) -> Vec<PartChange> {
        // The rules were those of this entry, and are asked for anew for the next one.
        self.rules = Rules::FIRST;
        let touched = std::mem::take(&mut self.touched);
        touched.into_iter().filter_map(|id| self.take_change(id, before)).collect()
    }

    /// A part that is open.
    fn part(&self, id: &PartId) -> Option<Part> {
        match id {
            PartId::Head => Some(Part::Head(self.head.clone())),
            PartId::Text => Some(Part::Text(self.text.clone())),
            PartId::Clause(key) => self.clauses.get(key).cloned().map(Part::Clause),
            PartId::Instance(clause, due) => self.instances.get(&(clause.clone(), *due)).cloned().map(Part::Instance),
            PartId::Claim(hash) => self.claims.get(hash).cloned().map(Part::Claim),
            PartId::Offer(hash) => self.offers.get(hash).cloned().map(Part::Offer),
            PartId::Case(number) => self.cases.get(number).cloned().map(Part::Case),
            PartId::Leave(party, _) => self.leaves.get(party).cloned().map(Part::Leave),
        }
    }

    fn take_change(&mut self, id: PartId, before: Option<&Self>) -> Option<PartChange> {
        let part = self.part(&id)?;
        let open = part.is_open();
        if !open {
            self.remove(&id);
        }
        let old = before.and_then(|before| before.part(&id));
        let moved = !open || old.is_none_or(|old| old.place() != part.place());
        Some(PartChange { id, part, open, moved })
    }

    fn remove(&mut self, id: &PartId) {
        match id {
            PartId::Head | PartId::Text | PartId::Clause(_) => {}
            PartId::Instance(clause, due) => _ = self.instances.remove(&(clause.clone(), *due)),
            PartId::Claim(hash) => _ = self.claims.remove(hash),
            PartId::Offer(hash) => _ = self.offers.remove(hash),
            PartId::Case(number) => _ = self.cases.remove(number),
            PartId::Leave(party, _) => _ = self.leaves.remove(party),
        }
    }

    /// Takes over what the same rules made of a part elsewhere; a final part leaves the agreement.
    pub fn take_over(&mut self, part: Part, open: bool) {
        match part {
            Part::Head(head) => self.head = head,
            Part::Text(text) => self.text = text,
            part if open => self.restore(part).expect("it is neither a head nor a text"),
            part => self.remove(&part.id()),
        }
    }

    /// Puts an open part back that the shell kept. `None` for a head or text: those come first, with `of`.
    pub fn restore(&mut self, part: Part) -> Option<()> {
        match part {
            Part::Head(_) | Part::Text(_) => return None,
            Part::Clause(clause) => _ = self.clauses.insert(clause.text.id.clone(), clause),
            Part::Instance(instance) => _ = self.instances.insert((instance.obligation.clone(), instance.due), instance),
            Part::Claim(claim) => _ = self.claims.insert(claim.hash, claim),
            Part::Offer(offer) => _ = self.offers.insert(offer.hash, offer),
            Part::Case(case) => _ = self.cases.insert(case.number, case),
            Part::Leave(leave) => _ = self.leaves.insert(leave.party.clone(), leave),
        }
        Some(())
    }
}
