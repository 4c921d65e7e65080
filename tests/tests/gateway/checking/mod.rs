//! The self-check: whatever is changed in what is stored is found and named, and a writer that goes on is none of it.
//!
//! `CONVENANT_MUTATIONS` sets the number of mutations (60 when not given; the long tier makes 1,000).

mod log_key;
mod mutation;
mod running;
mod story;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gateway::checking::{Damage, Mend, Share, check};
use gateway::sequencer::rebuild;
use gateway::store::{LedgerRow, Store, StoreFault};
use mutation::{Dice, files, mutate};

/// The files of a database as they were.
struct Kept(BTreeMap<PathBuf, Vec<u8>>);

impl Kept {
    fn of(folder: &Path) -> Self {
        Self(files(folder).into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect())
    }

    fn put_back(&self, folder: &Path) {
        files(folder).into_iter().filter(|file| !self.0.contains_key(file)).for_each(|file| _ = std::fs::remove_file(file));
        self.0.iter().for_each(|(file, bytes)| std::fs::write(file, bytes).unwrap());
    }
}

/// What a start and a round of the self-check say of a database; and, if nothing but what follows from the log is
/// damaged, what they say after it was made anew.
async fn said(database: &Path) -> (Vec<String>, Option<Vec<Damage>>) {
    let store = match Store::open(database, false).await {
        Ok(store) => store,
        Err(StoreFault::Damaged(what)) => return (vec![what], None),
        Err(fault) => panic!("{fault}"),
    };
    let said = match store.ledgers().await {
        Ok(ledgers) => examined(&store, &ledgers[0]).await,
        Err(StoreFault::Damaged(what)) => (vec![what], None),
        Err(fault) => panic!("{fault}"),
    };
    store.close().await;
    said
}

async fn examined(store: &Store, row: &LedgerRow) -> (Vec<String>, Option<Vec<Damage>>) {
    let damage = check(store, row, Share::WHOLE).await.unwrap().damage;
    let mut mended = None;
    if !damage.is_empty() && damage.iter().all(|damage| damage.mend == Mend::Rebuild) {
        rebuild(store, row.id).await.unwrap();
        mended = Some(check(store, row, Share::WHOLE).await.unwrap().damage);
    }
    (damage.iter().map(ToString::to_string).collect(), mended)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_of_what_is_stored_is_named_and_what_follows_from_the_log_is_mended() {
    let wanted: u64 = std::env::var("CONVENANT_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let gate = story::eventful().await;
    let database = gate.database();
    let folder = gate.close().await;
    assert_eq!(said(&database).await, (Vec::new(), None), "it is whole before");
    let kept = Kept::of(folder.path());
    let (mut made, mut seed, mut failed) = (0, 0, Vec::new());
    let mut kinds = BTreeMap::<String, u64>::new();
    while made < wanted {
        seed += 1;
        let mutation = mutate(&database, &mut Dice(seed)).await;
        if let Some(mutation) = mutation {
            made += 1;
            let words: Vec<&str> = mutation.what.split_whitespace().collect();
            let table = words.iter().find(|word| mutation::TABLES.iter().any(|(table, ..)| table == *word)).unwrap_or(&"file");
            *kinds.entry(format!("{} {table}", words[0])).or_default() += 1;
            let (named, mended) = said(&database).await;
            if !named.iter().any(|what| mutation.places.iter().any(|place| what.contains(place.as_str()))) {
                failed.push(format!("seed {seed}: {mutation:?}: {named:?}"));
            }
            if mended.as_ref().is_some_and(|left| !left.is_empty()) {
                failed.push(format!("seed {seed}: {mutation:?}: not mended: {mended:?}"));
            }
        }
        kept.put_back(folder.path());
    }
    assert!(failed.is_empty(), "{} of {made}:\n{}", failed.len(), failed.join("\n"));
    println!("{made} mutations, each named: {kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_and_is_back_is_named() {
    let gate = story::eventful().await;
    let database = gate.database();
    let _folder = gate.close().await;
    let attachments = gateway::store::attachments_path(&database).join("1");
    let hash = ledger::words::Hash::of(&[b"salt of the attachment, 32 bytes", b"The minutes that are gone."]).to_string();
    std::fs::create_dir_all(attachments.join(&hash[..2])).unwrap();
    std::fs::write(attachments.join(&hash[..2]).join(&hash), b"from a backup").unwrap();
    let (named, _) = said(&database).await;
    assert!(
        matches!(&named[..], [one] if one.contains(&format!("attachment_file {hash}: entry")) && one.contains("still there")),
        "{named:?}"
    );
}

/// Entries of a program that did not keep in whose name they were signed are whole; one that is kept under another name is not.
#[tokio::test(flavor = "multi_thread")]
async fn entries_of_an_older_program_are_whole() {
    let gate = harness::gate::Gate::embedded("2006-02-15T09:00:00Z").await;
    story::pass_by(&gate, 2).await;
    gate.settled().await;
    let database = gate.database();
    let folder = gate.close().await;
    folder.tamper("UPDATE record SET on_behalf_of = NULL").await;
    assert_eq!(said(&database).await, (Vec::new(), None));
    folder.tamper("UPDATE record SET on_behalf_of = 'police' WHERE entry = 1").await;
    let (named, _) = said(&database).await;
    assert!(matches!(&named[..], [one] if one.contains("record 1: it is kept as signed in the name of police")), "{named:?}");
}
