//! The second pass: the derived rows as they are stored, each against what its entry changed.
//!
//! The first pass has seen that nothing is missing or too old; here each row must be one that an entry wrote.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::Kid;
use ledger::words::Instant;

use super::damage::{Damage, Found};
use super::log::Tally;
use super::share::Share;
use crate::clock::Stopwatch;
use crate::store::{EntryChange, LifeRow, Store, StoreFault};

/// So many rows are read at a time.
const PAGE: u32 = 200;

pub(super) async fn check(store: &Store, ledger: i64, tally: &Tally, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    lives(store, ledger, share, found).await?;
    dues(store, ledger, share, found).await?;
    found.extend(store.orphans(ledger).await?.into_iter().map(Damage::of_derived));
    keys(store, ledger, tally, found).await?;
    // As many rows as there must be, and none of them missing: then none is too many. Else the one too many is looked for.
    let (statements, history) = store.counted_rows(ledger, tally.entries).await?;
    if statements != tally.entries {
        stray_statements(store, ledger, share, found).await?;
    }
    if history != tally.history {
        stray_history(store, ledger, share, found).await?;
    }
    Ok(())
}

/// Each part of a life must be what its own entry wrote there, and of an entry that the derived rows hold.
async fn lives(store: &Store, ledger: i64, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    let mut after = (String::new(), String::new(), String::new());
    loop {
        let watch = Stopwatch::start();
        let page = store.life_page(ledger, &after, PAGE).await?;
        let Some((last, _)) = page.rows.last() else { return Ok(()) };
        after = last.clone();
        found
            .extend(page.unfit_facets.iter().map(|subject| Damage::of_derived(format!("facet {subject}: they are not those of its text"))));
        let entries: BTreeSet<u64> = page.rows.iter().filter_map(|(_, row)| row.as_ref().ok()).map(|row| row.entry).collect();
        let changes = changes(store, ledger, entries).await?;
        for ((part, subject, key), row) in page.rows {
            let place = format!("life {subject} {part} {key}");
            match row {
                Err(StoreFault::Damaged(what)) => found.add(Damage::of_derived(what)),
                Err(fault) => return Err(fault),
                Ok(row) if row.entry >= page.progress => found.add(Damage::of_derived(format!("{place}: no entry is {} yet", row.entry))),
                Ok(row) if !changes.get(&row.entry).is_some_and(|change| writes(change, &row)) => {
                    found.add(Damage::of_derived(format!("{place}: it is not what entry {} wrote", row.entry)));
                }
                Ok(_) => {}
            }
        }
        share.rest(watch).await;
    }
}

/// Whether an entry wrote this row; whether it moved then is about the entry, not about the row.
fn writes(change: &EntryChange, row: &LifeRow) -> bool {
    let mut rows = change.lives.iter().flat_map(|life| &life.rows);
    rows.any(|written| LifeRow { moved: false, ..written.clone() } == *row)
}

/// What these entries changed. The first pass has compared those before its end with the log; newer ones come next time.
async fn changes(store: &Store, ledger: i64, entries: BTreeSet<u64>) -> Result<BTreeMap<u64, EntryChange>, StoreFault> {
    let entries: Vec<u64> = entries.into_iter().collect();
    let texts = store.change_texts(ledger, &entries).await?;
    texts.into_iter().map(|(entry, text)| Ok((entry, EntryChange::parse(entry, &text)?))).collect()
}

/// Each life must be due when the last entry of its history said.
async fn dues(store: &Store, ledger: i64, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    let mut after = String::new();
    loop {
        let watch = Stopwatch::start();
        let facts = store.due_facts(ledger, &after, PAGE).await?;
        let Some((last, ..)) = facts.last() else { return Ok(()) };
        after = last.clone();
        let changes = changes(store, ledger, facts.iter().filter_map(|(_, entry, _)| u64::try_from(*entry).ok()).collect()).await?;
        for (subject, entry, due) in facts {
            let change = u64::try_from(entry).ok().and_then(|entry| changes.get(&entry));
            let life = change.and_then(|change| change.lives.iter().find(|life| life.subject == subject));
            match life {
                None => found.add(Damage::of_derived(format!("history {subject} {entry}: that entry did not change it"))),
                Some(life) if life.due.map(Instant::millis) != due => {
                    found.add(Damage::of_derived(format!("due {subject}: it is not when entry {entry} said")));
                }
                Some(_) => {}
            }
        }
        share.rest(watch).await;
    }
}

/// Each key must be one that an entry gave to an institution.
async fn keys(store: &Store, ledger: i64, tally: &Tally, found: &mut Found) -> Result<(), StoreFault> {
    let (progress, stored) = store.owners(ledger).await?;
    let known = |kid: &str| kid.parse::<Kid>().ok().and_then(|kid| tally.keys.get(&kid));
    // The first pass asked for the owner of those that it knows.
    let mut strays: BTreeSet<String> = stored.into_iter().map(|(kid, _)| kid).filter(|kid| known(kid).is_none()).collect();
    // A key may have come since the round began.
    let mut next = tally.entries;
    while next < progress && !strays.is_empty() {
        let until = progress.min(next + u64::from(PAGE));
        for change in changes(store, ledger, (next..until).collect()).await?.into_values() {
            change.keys.iter().for_each(|(kid, _)| _ = strays.remove(&kid.to_string()));
        }
        next = until;
    }
    found.extend(strays.into_iter().map(|kid| Damage::of_derived(format!("signer_key {kid}: no entry gave it to anybody"))));
    Ok(())
}

async fn stray_statements(store: &Store, ledger: i64, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    let mut after = (String::new(), String::new());
    loop {
        let watch = Stopwatch::start();
        let page = store.statement_page(ledger, &after, PAGE).await?;
        let Some((author, id, _)) = page.last() else { return Ok(()) };
        after = (author.clone(), id.clone());
        let entries: Vec<u64> = page.iter().filter_map(|(.., entry)| u64::try_from(*entry).ok()).collect();
        let facts = store.facts(ledger, &entries).await?;
        for (author, id, entry) in page {
            let fits = |fact: &&crate::store::EntryFact| {
                i64::try_from(fact.entry) == Ok(entry) && fact.author.as_str() == author && fact.statement == id
            };
            if facts.iter().find(fits).is_none() {
                found.add(Damage::of_derived(format!("statement {author} {id}: entry {entry} is not that")));
            }
        }
        share.rest(watch).await;
    }
}

async fn stray_history(store: &Store, ledger: i64, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    let mut after = (String::new(), i64::MIN);
    loop {
        let watch = Stopwatch::start();
        let page = store.history_page(ledger, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.clone();
        let changes = changes(store, ledger, page.iter().filter_map(|(_, entry)| u64::try_from(*entry).ok()).collect()).await?;
        for (subject, entry) in page {
            let change = u64::try_from(entry).ok().and_then(|entry| changes.get(&entry));
            if !change.is_some_and(|change| change.lives.iter().any(|life| life.subject == subject)) {
                found.add(Damage::of_derived(format!("history {subject} {entry}: that entry did not change it")));
            }
        }
        share.rest(watch).await;
    }
}
