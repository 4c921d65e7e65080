//! One agreement as of an instant: every part of it, final ones too, each with the entry that changed it last.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::envelope::statement::agreement::Proposal;
use ledger::envelope::statement::flag::Flag;
use ledger::lives::Agreement;
use ledger::lives::agreement::Head;
use ledger::lives::attention::Attention;
use ledger::lives::budget::BudgetStanding;
use ledger::lives::colour::Light;
use ledger::lives::escalation::Case;
use ledger::lives::obligation::{Clause, Instance};
use ledger::lives::offer::Offer;
use ledger::lives::parts::{Part, PartChange};
use ledger::lives::report::Claim;
use ledger::lives::withdrawal::Leave;
use ledger::lives::withheld::may_read;
use ledger::words::{Day, Hash, Slug};

use super::fold::catch_up;
use super::{AsOf, Listing, ListingFault};
use crate::store::{LifeRow, PresentRow, StoreFault, assemble, part_of, withheld_of};

/// A part, with the entry that changed it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// What it is.
    pub value: Arc<T>,
    /// The entry that changed it last; [`AsOf::size`] when the clock has and no entry says so yet.
    pub entry: u64,
    /// Whether something can still happen to it.
    pub is_open: bool,
}

/// An agreement as of an instant.
#[derive(Debug, Clone)]
pub struct AgreementView {
    /// As of when.
    pub as_of: AsOf,
    /// Who, and in which state.
    pub head: Dated<Head>,
    /// The text.
    pub text: Dated<Proposal>,
    /// Its obligations, those taken over included.
    pub clauses: BTreeMap<Slug, Dated<Clause>>,
    /// Every due date that was opened, by obligation and date; its breaches are in it.
    pub instances: BTreeMap<(Slug, Day), Dated<Instance>>,
    /// Every report, by the hash of its payload.
    pub reports: BTreeMap<Hash, Dated<Claim>>,
    /// Every act that waits or waited for consent, by the hash of its payload.
    pub offers: BTreeMap<Hash, Dated<Offer>>,
    /// Every case, by number.
    pub cases: BTreeMap<u32, Dated<Case>>,
    /// Every withdrawal, by party and entry of its notice.
    pub withdrawals: BTreeMap<(Slug, u64), Dated<Leave>>,
    /// What the clock has caused by then and no entry says yet, in order.
    pub caused: Vec<Flag>,
    /// What is open, to ask the rules: who decides, to whom something is owed, what is unmet.
    pub life: Agreement,
}

impl AgreementView {
    /// How each budget stands (L33).
    pub fn budgets(&self) -> Vec<BudgetStanding> {
        self.life.budgets(self.reports.values().map(|report| &*report.value))
    }
}

/// A part as it was stored.
pub(super) struct Kept {
    pub(super) part: Part,
    pub(super) entry: u64,
    pub(super) is_open: bool,
}

impl Listing {
    /// An agreement; `None` when there was none.
    pub async fn agreement(&self, id: &Slug) -> Result<Option<AgreementView>, ListingFault> {
        let subject = subject(id);
        if !self.is_past {
            let rows = self.store.whole(self.row.id, &subject).await?;
            if !self.may_read(&rows)? {
                return Ok(None);
            }
            let settled = rows.iter().map(|row| row.settled).max().unwrap_or(0);
            let as_of = AsOf { at: self.as_of.at, size: settled };
            let kept = rows.iter().filter_map(|row| kept(row).transpose()).collect::<Result<Vec<_>, _>>()?;
            return self.view(id, kept, as_of).await;
        }
        if !self.sees(&subject).await? {
            return Ok(None);
        }
        let entries = self.store.history(self.row.id, &subject, None, self.as_of.size, None).await?;
        let rows = self.store.versions(self.row.id, &subject, &entries).await?;
        let kept = rows.iter().filter_map(|row| kept_then(row).transpose()).collect::<Result<Vec<_>, _>>()?;
        self.view(id, kept, self.as_of).await
    }

    /// What is open of these agreements, in their order, as of this instant; those that there were not are left out.
    pub(super) async fn open_lives(&self, subjects: &[String]) -> Result<Vec<(Agreement, AsOf)>, ListingFault> {
        let mut lives = Vec::with_capacity(subjects.len());
        if self.is_past {
            for subject in subjects {
                if let Some(view) = self.agreement(&id_of(subject)?).await? {
                    lives.push((view.life, view.as_of));
                }
            }
            return Ok(lives);
        }
        let mut rows = self.store.open_parts(self.row.id, subjects).await?;
        for subject in subjects {
            let rows = rows.remove(subject).unwrap_or_default();
            if !self.may_read(&rows)? {
                continue;
            }
            let settled = rows.first().map_or(0, |row| row.settled);
            let parts = rows.iter().filter_map(|row| kept(row).transpose().map(|kept| kept.map(|kept| kept.part)));
            if let Some(mut life) = assemble(&id_of(subject)?, parts.collect::<Result<_, _>>()?)? {
                let as_of = AsOf { at: self.as_of.at, size: settled };
                self.caught_up(&mut life, as_of).await?;
                lives.push((life, as_of));
            }
        }
        Ok(lives)
    }
}

impl Listing {
    async fn view(&self, id: &Slug, kept: Vec<Kept>, as_of: AsOf) -> Result<Option<AgreementView>, ListingFault> {
        let open = kept.iter().filter(|kept| kept.is_open).map(|kept| kept.part.clone()).collect();
        let Some(mut life) = assemble(id, open)? else { return Ok(None) };
        let caused = self.caught_up(&mut life, as_of).await?;
        Ok(Some(AgreementView::of(life, kept, caused, as_of)))
    }

    /// What the clock has caused in an agreement and no entry says yet, by the rules of then; these are looked up where there is any.
    async fn caught_up(&self, life: &mut Agreement, as_of: AsOf) -> Result<(Vec<Flag>, Vec<PartChange>), ListingFault> {
        if life.next_flag().is_none_or(|flag| flag.due_at > as_of.at) {
            return Ok((Vec::new(), Vec::new()));
        }
        let facts = &self.row.facts;
        let owner = self.institution(&facts.owner).await?.ok_or_else(|| StoreFault::Damaged("the owner is not there".into()))?;
        let rules = facts.rules_at(&owner.institution, as_of.size);
        catch_up(life, as_of, rules.map_err(|refusal| StoreFault::Damaged(refusal.to_string()))?)
    }

    /// Whether the reader may read an agreement, by its open rows.
    fn may_read(&self, rows: &[PresentRow]) -> Result<bool, StoreFault> {
        let withheld = rows.iter().find(|row| row.part == "withheld");
        let withheld = withheld.map(|row| withheld_of(&row.subject, &row.body)).transpose()?;
        Ok(may_read(&self.reader, withheld.as_ref()))
    }
}

pub(super) fn subject(id: &Slug) -> String {
    format!("agreement/{id}")
}

pub(super) fn id_of(subject: &str) -> Result<Slug, StoreFault> {
    let id = subject.split_once('/').and_then(|(_, id)| id.parse().ok());
    id.ok_or_else(|| StoreFault::Damaged(format!("life {subject:?} has no known kind")))
}

fn kept(row: &PresentRow) -> Result<Option<Kept>, StoreFault> {
    let part = part_of(&row.subject, &row.part, &row.key, &row.body)?;
    Ok(part.map(|part| Kept { part, entry: row.entry, is_open: row.is_open }))
}

fn kept_then(row: &LifeRow) -> Result<Option<Kept>, StoreFault> {
    let part = part_of(&row.subject, row.part, &row.key, &row.body)?;
    Ok(part.map(|part| Kept { part, entry: row.entry, is_open: row.is_open }))
}

impl AgreementView {
    fn of(life: Agreement, kept: Vec<Kept>, (caused, changes): (Vec<Flag>, Vec<PartChange>), as_of: AsOf) -> Self {
        let dated = |value, entry| Dated { value, entry, is_open: true };
        let (head, text) = (dated(life.head.clone(), 0), Dated { value: life.text.clone(), entry: 0, is_open: true });
        let (clauses, instances, reports) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (offers, cases, withdrawals) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut view = Self { as_of, head, text, clauses, instances, reports, offers, cases, withdrawals, caused, life };
        kept.into_iter().for_each(|kept| view.put(kept));
        for change in changes {
            view.put(Kept { part: change.part, entry: as_of.size, is_open: change.open });
        }
        view
    }

    fn put(&mut self, Kept { part, entry, is_open }: Kept) {
        match part {
            Part::Head(value) => self.head = Dated { value, entry, is_open },
            Part::Text(value) => self.text = Dated { value, entry, is_open },
            Part::Clause(value) => _ = self.clauses.insert(value.text.id.clone(), Dated { value, entry, is_open }),
            Part::Instance(value) => {
                _ = self.instances.insert((value.obligation.clone(), value.due), Dated { value, entry, is_open });
            }
            Part::Claim(value) => _ = self.reports.insert(value.hash, Dated { value, entry, is_open }),
            Part::Offer(value) => _ = self.offers.insert(value.hash, Dated { value, entry, is_open }),
            Part::Case(value) => _ = self.cases.insert(value.number, Dated { value, entry, is_open }),
            Part::Leave(value) => {
                _ = self.withdrawals.insert((value.party.clone(), value.notice.entry), Dated { value, entry, is_open });
            }
        }
    }

    /// An entry, if it is one; `None` when it stands for what the clock has caused and no entry says yet.
    pub fn logged(&self, entry: u64) -> Option<u64> {
        (entry < self.as_of.size).then_some(entry)
    }

    /// The colour of one of its obligations.
    pub fn light(&self, clause: &Slug) -> Option<Light> {
        self.life.clauses.get(clause).map(|clause| self.life.light(clause))
    }

    /// Its colour: the worst of its obligations, its withdrawals and its composition.
    pub fn overall_light(&self) -> Light {
        self.life.overall_light()
    }

    /// What in it waits for somebody.
    pub fn attention(&self) -> Vec<Attention> {
        self.life.attention()
    }

    /// Its parts, in the order of their kinds and keys.
    pub fn parts(&self) -> impl Iterator<Item = (Part, u64, bool)> {
        macro_rules! parts {
            ($map:expr, $kind:ident) => {
                $map.values().map(|dated| (Part::$kind(dated.value.clone()), dated.entry, dated.is_open))
            };
        }
        let first =
            [(Part::Head(self.head.value.clone()), self.head.entry, true), (Part::Text(self.text.value.clone()), self.text.entry, true)];
        let promised = parts!(self.clauses, Clause).chain(parts!(self.instances, Instance)).chain(parts!(self.reports, Claim));
        let acts = parts!(self.offers, Offer).chain(parts!(self.cases, Case)).chain(parts!(self.withdrawals, Leave));
        first.into_iter().chain(promised).chain(acts)
    }
}
