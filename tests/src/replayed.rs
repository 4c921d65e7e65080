//! What is read of a stored ledger as of an instant, beside what replaying its log to that instant gives.

use std::collections::BTreeMap;

use gateway::host::Host;
use gateway::listing::{AgreementView, Collection, Colours, Filter, Items, Listing, Paging};
use ledger::book::Change;
use ledger::lives::Reader;
use ledger::lives::parts::{Part, PartId};
use ledger::words::{Instant, Slug};

use crate::audit::Audit;
use crate::door::Entry;

/// A part with the entry that changed it last, and whether it is open.
pub type Parts = BTreeMap<PartId, (Part, u64, bool)>;

/// What replaying gives at an instant.
pub struct Replay {
    /// The state.
    pub audit: Audit,
    /// The parts of each agreement.
    pub parts: BTreeMap<Slug, Parts>,
    /// The entry that changed each institution last.
    pub institutions: BTreeMap<Slug, u64>,
}

impl Replay {
    /// Reads the genesis.
    pub fn begin(genesis: &Entry) -> Self {
        let audit = Audit::begin(genesis).expect("a genesis");
        let mut replay = Self { audit, parts: BTreeMap::new(), institutions: BTreeMap::new() };
        replay.note(0, &replay.audit.changes()[0].clone());
        replay
    }

    /// Folds the next entry.
    pub fn fold(&mut self, entry: &Entry) {
        let number = self.audit.next();
        self.audit.fold(entry).unwrap_or_else(|corruption| panic!("entry {number}: {corruption:?}"));
        let changes = self.audit.changes().last().cloned().unwrap_or_default();
        self.note(number, &changes);
    }

    fn note(&mut self, entry: u64, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Institution(institution) => _ = self.institutions.insert(institution.id.clone(), entry),
                Change::Agreement { id, parts, .. } => {
                    let kept = self.parts.entry(id.clone()).or_default();
                    kept.extend(parts.iter().map(|change| (change.id.clone(), (change.part.clone(), entry, change.open))));
                }
                Change::Key(..) => {}
            }
        }
    }

    /// The same with what the clock must have caused by then.
    pub fn at(&self, at: Instant) -> Self {
        let (audit, parts, institutions) = (self.audit.clone(), self.parts.clone(), self.institutions.clone());
        let mut replay = Self { audit, parts, institutions };
        let caused = replay.audit.assume_until(at);
        replay.note(replay.audit.next(), &caused);
        replay
    }
}

fn parts_of(view: &AgreementView) -> Parts {
    view.parts().map(|(part, entry, is_open)| (part.id(), (part, entry, is_open))).collect()
}

/// What the owner of the first ledger may read of it, as of an instant or now.
pub async fn open(host: &Host, at: Option<Instant>) -> Listing {
    let ledger = host.ledgers().next().expect("a ledger");
    let owner = ledger.row.facts.owner.clone();
    Listing::open(&host.store, &host.clock, ledger, at, Reader::Institution(owner)).await.expect("what is stored can be read")
}

/// Every page of a list.
pub async fn pages<T>(limit: u32, mut page: impl AsyncFnMut(Paging) -> Items<T>) -> Vec<T> {
    let (mut all, mut cursor) = (Vec::new(), None);
    for _ in 0..1_000 {
        let Items { items, next } = page(Paging::after(cursor, limit)).await;
        assert!(items.len() <= limit as usize || limit == 1);
        all.extend(items);
        match next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
    panic!("a list without end")
}

/// Each agreement and each institution.
pub async fn compare(listing: &Listing, replay: &Replay, place: &str) {
    let at = listing.as_of().at;
    assert_eq!(listing.as_of().size, replay.audit.next(), "{place} at {at}: how many entries");
    for (id, parts) in &replay.parts {
        let view = listing.agreement(id).await.expect("a view").unwrap_or_else(|| panic!("{place} at {at}: no {id}"));
        assert_eq!(&parts_of(&view), parts, "{place} at {at}: {id}");
        let book = replay.audit.book().agreement(id).expect("it can be read");
        assert_eq!(&view.life, book, "{place} at {at}: what is open of {id}");
    }
    for institution in replay.audit.institutions() {
        let view = listing.institution(&institution.id).await.expect("it can be read").expect("it can be read");
        assert_eq!((&view.institution, view.entry), (institution, replay.institutions[&institution.id]), "{place} at {at}");
    }
    let listed = pages(2, async |paging| listing.institutions(&paging).await.expect("it can be read")).await;
    assert_eq!(listed.len(), replay.institutions.len(), "{place} at {at}");
}

/// What needs attention, colours, and each list.
pub async fn compare_lists(listing: &Listing, replay: &Replay, place: &str) {
    let at = listing.as_of().at;
    let attention = pages(1, async |paging| listing.attention(&Filter::default(), &paging).await.expect("it can be read")).await;
    let attention: Vec<_> = attention.into_iter().map(|item| (item.agreement, item.attention)).collect();
    let expected: Vec<_> = replay
        .parts
        .keys()
        .flat_map(|id| {
            replay.audit.book().agreement(id).expect("it can be read").attention().into_iter().map(move |attention| (id.clone(), attention))
        })
        .collect();
    assert_eq!(attention, expected, "{place} at {at}: attention");
    let counts = listing.counts(None, None, &Paging::first(50)).await.expect("it can be read");
    let mut colours = Colours::default();
    for agreement in replay.audit.agreements() {
        let counted = agreement.clauses.values().filter(|clause| agreement.is_counted(clause));
        counted.for_each(|clause| colours.add(agreement.light(clause).colour));
    }
    assert_eq!((counts.obligations, counts.next), (colours, None), "{place} at {at}: colours");
    let size = replay.audit.next();
    for (_, collection) in Collection::ALL {
        let listed = pages(3, async |paging| listing.list(collection, &Filter::default(), &paging).await.expect("it can be read")).await;
        let listed: Vec<_> = listed.into_iter().map(|one| (one.agreement, one.part.id(), one.part, one.entry, one.is_open)).collect();
        let mut expected = Vec::new();
        for (id, parts) in &replay.parts {
            for (part_id, (part, entry, is_open)) in parts {
                let kept = match (collection, part) {
                    (Collection::Agreements, Part::Head(_)) | (Collection::Obligations, Part::Clause(_)) => Some(*is_open),
                    (Collection::Instances, Part::Instance(_)) | (Collection::Reports, Part::Claim(_)) => Some(*is_open),
                    (Collection::Offers, Part::Offer(_)) | (Collection::Cases, Part::Case(_)) => Some(*is_open),
                    (Collection::Withdrawals, Part::Leave(_)) => Some(*is_open),
                    (Collection::Breaches, Part::Instance(i)) if !i.breaches.is_empty() => {
                        Some(i.breaches.iter().any(|b| b.settled.is_none()))
                    }
                    _ => None,
                };
                expected
                    .extend(kept.map(|is_open| (id.clone(), part_id.clone(), part.clone(), entry.lt(&size).then_some(*entry), is_open)));
            }
        }
        expected.sort_by_key(|(id, part, ..)| (id.clone(), part.to_string()));
        assert_eq!(listed, expected, "{place} at {at}: {collection:?}");
    }
}
