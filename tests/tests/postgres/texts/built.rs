//! What is put together when it runs, and so is run: each form of it, on a ledger that has entries.

use std::collections::{BTreeMap, BTreeSet};

use gateway::settings::Limits;
use gateway::store::{Counted, LedgerRow, Place, Search, StatementRow, Store, Subjects};
use harness::Home;
use harness::gate::Gate;
use ledger::book::{Book, LifeKey};
use ledger::lives::Reader;
use ledger::words::{CbsCode, Hash, Instant};

/// The functions of the store that put a text together, as `file: name`.
pub(super) const FUNCTIONS: [&str; 12] = [
    "store/checks.rs: bounds",
    "store/checks.rs: change_texts",
    "store/lives.rs: fetch_ids",
    "store/present.rs: agreements",
    "store/present.rs: places",
    "store/present.rs: tally",
    "store/rechecks.rs: missing_history",
    "store/rechecks.rs: older_lives",
    "store/rechecks.rs: wrong_statements",
    "store/search.rs: sql",
    // Run when the derived rows follow the entries.
    "store/settle.rs: upsert_lives",
    "store/sight.rs: hidden",
];

/// Runs each of them.
pub(super) async fn run_each(home: Home) {
    let gate = Gate::open_in(home, "2006-03-01T00:00:00Z", &Limits::default()).await;
    gate.settled().await;
    let store = gate.home().open(false).await;
    let ledgers = store.ledgers().await.unwrap();
    let row = &ledgers[0];
    assert!(store.settled_entry(row.id).await.unwrap() > 0, "the derived rows were written");
    checks(&store, row).await;
    for reader in [Reader::Public, Reader::Institution("corporation".parse().unwrap())] {
        lists(&store, row.id, &reader).await;
    }
    gate.close().await;
}

async fn checks(store: &Store, row: &LedgerRow) {
    let ledger = row.id;
    assert_eq!(store.bounds(ledger).await.unwrap().unwrap().strays, Vec::<String>::new());
    assert_eq!(store.change_texts(ledger, &[0, 1]).await.unwrap().len(), 1);
    let stranger = StatementRow { author: "town".parse().unwrap(), id: "none".parse().unwrap(), entry: 0, payload_hash: Hash::of(&[]) };
    let mut book = Book::of(row.facts.clone());
    store.fetch(ledger, &[LifeKey::Id(stranger.author.clone(), stranger.id.clone())], &mut book).await.unwrap();
    assert_eq!(store.wrong_statements(ledger, &[stranger]).await.unwrap().len(), 1);
    assert_eq!(store.missing_history(ledger, &[("agreement/none".to_owned(), 0)]).await.unwrap().len(), 1);
    let places = BTreeMap::from([(("head".to_owned(), "agreement/none".to_owned(), String::new()), 0)]);
    assert_eq!(store.older_lives(ledger, &places).await.unwrap().len(), 1);
}

async fn lists(store: &Store, ledger: i64, reader: &Reader) {
    store.places(ledger, reader).await.unwrap();
    store.hidden(ledger, &BTreeSet::from(["agreement/none"]), reader).await.unwrap();
    let (area, party): (Option<CbsCode>, _) = ("WK059910".parse().ok(), Some("corporation".to_owned()));
    for (area, party) in [(None, None), (area.clone(), None), (None, party.clone()), (area.clone(), party.clone())] {
        for calls in [false, true] {
            let (member, after) = (party.clone(), party.clone());
            store
                .agreements(ledger, &Subjects { reader: reader.clone(), after, area: area.clone(), member, calls, limit: 10 })
                .await
                .unwrap();
        }
        store.tally(ledger, &Counted { reader: reader.clone(), area: area.clone(), party: party.clone() }).await.unwrap();
    }
    store.under("ledger.example.nl/national/care", 10).await.unwrap();
    for part in ["head", "obligation", "instance", "case", "obstacle"] {
        searches(store, ledger, part, reader).await;
    }
}

/// Each condition by itself, and all together.
async fn searches(store: &Store, ledger: i64, part: &'static str, reader: &Reader) {
    let (subject, area, theme, umbrella, member, party, state) = (None, None, None, None, None, None, None);
    let (is_open, bwb, due_from, due_until, after) = (None, None, None, None, None);
    let none = Search {
        reader: reader.clone(),
        part,
        subject,
        area,
        theme,
        umbrella,
        member,
        party,
        state,
        is_open,
        bwb,
        due_from,
        due_until,
        after,
        limit: 10,
    };
    let (some, at) = (Some("corporation".to_owned()), "2006-03-01T00:00:00Z".parse::<Instant>().ok());
    let place = |due_at| Some(Place { due_at, subject: "agreement/a".into(), key: "k".into() });
    let all = Search {
        subject: some.clone(),
        area: "GM0599".parse().ok(),
        theme: Some("housing"),
        umbrella: some.clone(),
        member: some.clone(),
        party: some.clone(),
        state: some.clone(),
        is_open: Some(true),
        bwb: Some("BWBR0005181".into()),
        due_from: at,
        due_until: at,
        after: place(at),
        ..none.clone()
    };
    for search in [
        none.clone(),
        Search { subject: all.subject.clone(), ..none.clone() },
        Search { area: all.area.clone(), ..none.clone() },
        Search { theme: all.theme, ..none.clone() },
        Search { umbrella: all.umbrella.clone(), ..none.clone() },
        Search { member: all.member.clone(), ..none.clone() },
        Search { party: all.party.clone(), ..none.clone() },
        Search { state: all.state.clone(), ..none.clone() },
        Search { is_open: all.is_open, ..none.clone() },
        Search { bwb: all.bwb.clone(), ..none.clone() },
        Search { due_from: at, ..none.clone() },
        Search { due_until: at, after: place(at), ..none.clone() },
        Search { after: place(None), ..none.clone() },
        all,
    ] {
        store.search(ledger, &search).await.unwrap();
    }
}
