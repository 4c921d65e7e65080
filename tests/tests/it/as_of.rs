//! The read side as of any instant equals what replaying the log to that instant gives.

use std::collections::{BTreeMap, BTreeSet};

use gateway::listing::{AgreementView, AttentionItem, Collection, Colours, Filter, Items, Listing, Paging};
use harness::audit::Audit;
use harness::http::Http;
use harness::story::tell;
use harness::{Door, Entry};
use ledger::book::Change;
use ledger::envelope::statement::agreement::Theme;
use ledger::lives::Reader;
use ledger::lives::parts::{Part, PartId};
use ledger::words::{Instant, Slug};

use crate::stories::{each, over_http};

/// A part with the entry that changed it last, and whether it is open.
type Parts = BTreeMap<PartId, (Part, u64, bool)>;

/// What replaying gives at an instant.
struct Replay {
    audit: Audit,
    parts: BTreeMap<Slug, Parts>,
    institutions: BTreeMap<Slug, u64>,
}

impl Replay {
    fn begin(genesis: &Entry) -> Self {
        let audit = Audit::begin(genesis).unwrap();
        let mut replay = Self { audit, parts: BTreeMap::new(), institutions: BTreeMap::new() };
        replay.note(0, &replay.audit.changes()[0].clone());
        replay
    }

    fn fold(&mut self, entry: &Entry) {
        let number = self.audit.next();
        self.audit.fold(entry).unwrap();
        let changes = self.audit.changes().last().unwrap().clone();
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
    fn at(&self, at: Instant) -> Self {
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

/// Each entry's instant, one millisecond before it, halfway to the next, and now.
fn instants(entries: &[Entry], now: Instant) -> BTreeSet<Instant> {
    let begin = entries[0].at;
    let at = entries.iter().map(|entry| entry.at);
    let between = entries.windows(2).map(|pair| Instant::from_millis((pair[0].at.millis() + pair[1].at.millis()) / 2).unwrap());
    at.clone().chain(at.map(|at| at.plus_millis(-1))).chain(between).chain([now]).filter(|at| (begin..=now).contains(at)).collect()
}

async fn open(http: &Http, at: Option<Instant>) -> Listing {
    let host = http.host();
    let owner = host.ledgers().next().unwrap().row.facts.owner.clone();
    Listing::open(&host.store, &host.clock, host.ledgers().next().unwrap(), at, Reader::Institution(owner)).await.unwrap()
}

/// Every page of a list.
async fn pages<T>(limit: u32, mut page: impl AsyncFnMut(Paging) -> Items<T>) -> Vec<T> {
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

async fn compare(listing: &Listing, replay: &Replay, place: &str) {
    let at = listing.as_of().at;
    assert_eq!(listing.as_of().size, replay.audit.next(), "{place} at {at}: how many entries");
    for (id, parts) in &replay.parts {
        let view = listing.agreement(id).await.unwrap().unwrap_or_else(|| panic!("{place} at {at}: no {id}"));
        assert_eq!(&parts_of(&view), parts, "{place} at {at}: {id}");
        let book = replay.audit.book().agreement(id).unwrap();
        assert_eq!(&view.life, book, "{place} at {at}: what is open of {id}");
    }
    for institution in replay.audit.institutions() {
        let view = listing.institution(&institution.id).await.unwrap().unwrap();
        assert_eq!((&view.institution, view.entry), (institution, replay.institutions[&institution.id]), "{place} at {at}");
    }
    let listed = pages(2, async |paging| listing.institutions(&paging).await.unwrap()).await;
    assert_eq!(listed.len(), replay.institutions.len(), "{place} at {at}");
}

async fn compare_lists(listing: &Listing, replay: &Replay, place: &str) {
    let at = listing.as_of().at;
    let attention = pages(1, async |paging| listing.attention(&Filter::default(), &paging).await.unwrap()).await;
    let attention: Vec<_> = attention.into_iter().map(|item| (item.agreement, item.attention)).collect();
    let expected: Vec<_> = replay
        .parts
        .keys()
        .flat_map(|id| replay.audit.book().agreement(id).unwrap().attention().into_iter().map(move |attention| (id.clone(), attention)))
        .collect();
    assert_eq!(attention, expected, "{place} at {at}: attention");
    let counts = listing.counts(None, None, &Paging::first(50)).await.unwrap();
    let mut colours = Colours::default();
    for agreement in replay.audit.agreements() {
        let counted = agreement.clauses.values().filter(|clause| agreement.is_counted(clause));
        counted.for_each(|clause| colours.add(agreement.light(clause).colour));
    }
    assert_eq!((counts.obligations, counts.next), (colours, None), "{place} at {at}: colours");
    let size = replay.audit.next();
    for (_, collection) in Collection::ALL {
        let listed = pages(3, async |paging| listing.list(collection, &Filter::default(), &paging).await.unwrap()).await;
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

/// Conditions by which the stories' agreements differ.
fn filters() -> Vec<Filter> {
    let (of, at) = (Filter::default, |at: &str| at.parse().unwrap());
    let slug = |id: &str| Some(id.parse::<Slug>().unwrap());
    let mut filters = vec![
        Filter { party: slug("corporation"), ..of() },
        Filter { party: slug("municipality"), ..of() },
        Filter { member: slug("police"), ..of() },
        Filter { agreement: slug("homes"), is_open: Some(true), ..of() },
        Filter { is_open: Some(false), ..of() },
        Filter { due_from: Some(at("2006-06-01T00:00:00Z")), due_until: Some(at("2006-09-01T00:00:00Z")), ..of() },
        Filter { due_until: Some(at("2010-06-01T00:00:00Z")), ..of() },
    ];
    filters.extend(
        ["GM0599", "WK059910", "BU05991080", "BU05991081", "GM0363"].map(|code| Filter { neighbourhood: code.parse().ok(), ..of() }),
    );
    filters.extend(Theme::ALL.iter().map(|theme| Filter { theme: Some(*theme), ..of() }));
    filters
}

/// By index, now, the same is found as by folding each agreement as of now.
async fn compare_filters(now: &Listing, then: &Listing, place: &str) -> usize {
    let mut found = 0;
    for (word, collection) in Collection::ALL {
        let states = collection.states().iter().map(|state| Filter { state: Some((*state).to_owned()), ..Filter::default() });
        for filter in filters().into_iter().chain(states) {
            let mut lists = Vec::new();
            for listing in [now, then] {
                let listed = pages(2, async |paging| listing.list(collection, &filter, &paging).await.unwrap()).await;
                let mut listed: Vec<_> = listed.into_iter().map(|one| (one.agreement, one.part.id().to_string(), one.is_open)).collect();
                // By due instant now, by agreement in the past.
                listed.sort();
                lists.push(listed);
            }
            assert_eq!(lists[0], lists[1], "{place}: {word} by {filter:?}");
            found += lists[0].len();
        }
        // Whatever stands in a state stands in one of the list.
        let all = pages(50, async |paging| now.list(collection, &Filter::default(), &paging).await.unwrap()).await;
        assert!(all.iter().all(|one| collection.states().contains(&one.part.state())), "{place}: {word}");
    }
    for code in ["GM0599", "BU05991080", "GM0363"] {
        let (area, debtor) = (code.parse().unwrap(), "corporation".parse().unwrap());
        for debtor in [None, Some(&debtor)] {
            let page = Paging::first(50);
            let counts = [now.counts(Some(&area), debtor, &page).await.unwrap(), then.counts(Some(&area), debtor, &page).await.unwrap()];
            assert_eq!(counts[0], counts[1], "{place}: {code} {debtor:?}");
        }
        let filter = Filter { neighbourhood: Some(area), party: Some(debtor), ..Filter::default() };
        let [calls, called] = [now, then].map(async |of| pages(1, async |paging| of.attention(&filter, &paging).await.unwrap()).await);
        let plain = |items: Vec<AttentionItem>| items.into_iter().map(|item| (item.agreement, item.attention)).collect::<Vec<_>>();
        assert_eq!(plain(calls.await), plain(called.await), "{place}: {code}");
    }
    let cards = [now, then].map(async |of| pages(2, async |paging| of.agreements(&Filter::default(), &paging).await.unwrap()).await);
    let [cards, folded] = cards;
    assert_eq!(cards.await, folded.await, "{place}: cards");
    found
}

/// What one story's ledger shows, now and at every instant of its past. Gives how many instants, and how much the filters found.
fn check(name: &str, text: &str) -> (usize, usize) {
    let story = tell(over_http(name), text).unwrap_or_else(|error| panic!("{name}.txt {error}"));
    let http = &story.town.door;
    let (entries, now) = (http.entries(0), http.now());
    let mut replay = Replay::begin(&entries[0]);
    let mut next = 1;
    let instants = instants(&entries, now);
    let found = http.wait(async {
        for (i, at) in instants.iter().enumerate() {
            while next < entries.len() && entries[next].at <= *at {
                replay.fold(&entries[next]);
                next += 1;
            }
            let (listing, replayed) = (open(http, Some(*at)).await, replay.at(*at));
            compare(&listing, &replayed, name).await;
            // Lists of the past are made of the same agreements: a look now and then, at each kind of instant.
            if i % 7 == 0 {
                compare_lists(&listing, &replayed, name).await;
            }
        }
        let before = open(http, Some(entries[0].at.plus_millis(-1))).await;
        assert_eq!(before.as_of().size, 0);
        assert!(pages(2, async |paging| before.institutions(&paging).await.unwrap()).await.is_empty());
        let (listing, replayed) = (open(http, None).await, replay.at(now));
        assert_eq!(listing.as_of().at, now);
        compare(&listing, &replayed, name).await;
        compare_lists(&listing, &replayed, name).await;
        compare_filters(&listing, &open(http, Some(now)).await, name).await
    });
    (instants.len(), found)
}

#[test]
fn every_story_as_of_every_instant_equals_its_replay() {
    let (instants, found) = each(check).iter().fold((0, 0), |(instants, found), check| (instants + check.0, found + check.1));
    assert!(std::env::var("STORY").is_ok() || (instants > 500 && found > 2_000), "{instants} instants, {found} found by filters");
}
