//! A gateway that takes over what another one's entries changed has the book that it would have made of them itself.

use gateway::store::{Consequence, EntryChange, StatementRow, take_over};
use harness::audit::Audit;
use ledger::book::{Book, LifeKey};
use ledger::envelope::Parsed;
use ledger::words::{Hash, Slug};

use super::stories::{texts, told};

/// Of a book, what is on it of these agreements and institutions.
fn assert_same(name: &str, entry: u64, own: &Book, taken: &Book, agreements: &[Slug], institutions: &[Slug]) {
    for id in agreements {
        assert_eq!(own.agreement(id), taken.agreement(id), "{name}: {id} after entry {entry}");
    }
    for id in institutions {
        assert_eq!(own.institution(id), taken.institution(id), "{name}: {id} after entry {entry}");
    }
}

#[test]
fn after_each_entry_of_each_story_the_book_is_the_same() {
    let mut changed = 0;
    for (name, text) in texts() {
        let story = told(&name, &text);
        let log = story.town.door.log();
        let whole = story.town.door.audit();
        let agreements: Vec<Slug> = whole.agreements().map(|agreement| agreement.head.id.clone()).collect();
        let institutions: Vec<Slug> = whole.institutions().map(|institution| institution.id.clone()).collect();
        let mut own = Audit::begin(&log[0]).unwrap();
        // It knows of each that there is none yet, and of those who founded the ledger.
        let mut taken = Book::of(own.book().ledger().clone());
        agreements.iter().for_each(|id| taken.put_agreement(id.clone(), None));
        institutions.iter().for_each(|id| taken.put_institution(id.clone(), own.book().institution(id).cloned()));
        for (number, entry) in (1_u64..).zip(&log[1..]) {
            own.fold(entry).unwrap();
            let parsed = Parsed::parse(&entry.bytes).unwrap();
            let (author, id) = (parsed.statement().by.clone(), parsed.statement().id.clone());
            let statement = StatementRow { author: author.clone(), id: id.clone(), entry: number, payload_hash: Hash::of(&[&entry.bytes]) };
            // As it is stored beside the log.
            let text = EntryChange::new(number, &own.changes()[usize::try_from(number).unwrap()]).to_text();
            let change = EntryChange::parse(number, &text).unwrap();
            changed += change.lives.len();
            take_over(&mut taken, &Consequence { statement, leaf: Vec::new(), change }).unwrap();
            assert!(taken.has(&LifeKey::Id(author, id)), "{name}: the id of entry {number} is used");
            assert_same(&name, number, own.book(), &taken, &agreements, &institutions);
        }
    }
    assert!(changed > 1_000, "{changed} lives changed");
}

#[test]
fn what_is_not_on_the_book_is_left_to_be_read() {
    let (name, text) = texts().into_iter().find(|(name, _)| name == "reports").expect("a story of reports");
    let story = told(&name, &text);
    let (log, audit) = (story.town.door.log(), story.town.door.audit());
    let mut taken = Book::of(audit.book().ledger().clone());
    for (number, entry) in (1_u64..).zip(&log[1..]) {
        let parsed = Parsed::parse(&entry.bytes).unwrap();
        let (author, id) = (parsed.statement().by.clone(), parsed.statement().id.clone());
        let statement = StatementRow { author, id, entry: number, payload_hash: Hash::of(&[&entry.bytes]) };
        let change = EntryChange::new(number, &audit.changes()[usize::try_from(number).unwrap()]);
        take_over(&mut taken, &Consequence { statement, leaf: Vec::new(), change }).unwrap();
    }
    assert!(taken.extent() == 0, "half of a life would be judged as a whole one");
}
