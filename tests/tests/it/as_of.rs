//! The read side as of any instant equals what replaying the log to that instant gives.

use std::collections::BTreeSet;

use gateway::listing::{AttentionItem, Collection, Filter, Listing, Paging};
use harness::replayed::{Replay, compare, compare_lists, open, pages};
use harness::story::tell;
use harness::{Door, Entry};
use ledger::envelope::statement::agreement::Theme;
use ledger::words::{Instant, Slug};

use crate::stories::{each, over_http};

/// Each entry's instant, one millisecond before it, halfway to the next, and now.
fn instants(entries: &[Entry], now: Instant) -> BTreeSet<Instant> {
    let begin = entries[0].at;
    let at = entries.iter().map(|entry| entry.at);
    let between = entries.windows(2).map(|pair| Instant::from_millis((pair[0].at.millis() + pair[1].at.millis()) / 2).unwrap());
    at.clone().chain(at.map(|at| at.plus_millis(-1))).chain(between).chain([now]).filter(|at| (begin..=now).contains(at)).collect()
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
            let (listing, replayed) = (open(http.host(), Some(*at)).await, replay.at(*at));
            compare(&listing, &replayed, name).await;
            // Lists of the past are made of the same agreements: a look now and then, at each kind of instant.
            if i % 7 == 0 {
                compare_lists(&listing, &replayed, name).await;
            }
        }
        let before = open(http.host(), Some(entries[0].at.plus_millis(-1))).await;
        assert_eq!(before.as_of().size, 0);
        assert!(pages(2, async |paging| before.institutions(&paging).await.unwrap()).await.is_empty());
        let (listing, replayed) = (open(http.host(), None).await, replay.at(now));
        assert_eq!(listing.as_of().at, now);
        compare(&listing, &replayed, name).await;
        compare_lists(&listing, &replayed, name).await;
        compare_filters(&listing, &open(http.host(), Some(now)).await, name).await
    });
    (instants.len(), found)
}

#[test]
fn every_story_as_of_every_instant_equals_its_replay() {
    let (instants, found) = each(check).iter().fold((0, 0), |(instants, found), check| (instants + check.0, found + check.1));
    assert!(std::env::var("STORY").is_ok() || (instants > 500 && found > 2_000), "{instants} instants, {found} found by filters");
}
