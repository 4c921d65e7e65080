//! A commit that took effect, and whose gateway was gone before anybody heard of it.

use harness::town::{ORIGIN, registers};
use harness::{Answer, Home};
use ledger::words::Instant;
use sqlx::{Connection, SqliteConnection};

use crate::site::{Sent, Site};

/// Until so many commits were seen to stand that nobody had been told of.
const UNTOLD: u32 = 5;
/// Tries at most: where an answer was quicker than who looked, there is another.
const TRIES: usize = 200;

/// Somebody else looks at the database until there are more entries than this.
fn until_more(site: &Site, than: i64) -> impl FnOnce() + use<> {
    let database = format!("sqlite://{}?mode=ro", site.home.file().display());
    move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut other = SqliteConnection::connect(&database).await.unwrap();
            while sqlx::query_scalar::<_, i64>("SELECT size FROM head").fetch_one(&mut other).await.unwrap() <= than {}
        });
    }
}

#[test]
fn what_was_committed_and_never_answered_is_there_whole_and_has_its_receipt_when_it_is_sent_again() {
    let at: Instant = "2006-01-02T09:00:00Z".parse().unwrap();
    let mut site = Site::found(Home::embedded(), at);
    let mut untold = 0;
    for round in 0..TRIES {
        let size = site.size();
        let name = |number: usize| format!("stranger-{round}-{number}");
        let sent = |number| Sent { statement: registers(ORIGIN, (&name(number), "other"), at).into_bytes(), attachments: Vec::new() };
        let sent: Vec<Sent> = (0..20).map(sent).collect();
        let look = until_more(&site, size as i64);
        let told = site.crash_when(&sent, look);
        site.start(false).unwrap();
        assert_eq!(site.size(), size + 20, "all of it or nothing, and it was seen");
        assert_eq!(site.damage(), Vec::<String>::new());
        for (number, (answer, receipt)) in site.submit(&sent).into_iter().enumerate() {
            assert_eq!(answer, Answer::Repeat(size + number as u64));
            assert!(receipt.is_some());
        }
        assert_eq!(site.size(), size + 20, "nothing stands twice");
        untold += u32::from(told.is_none());
        if untold == UNTOLD {
            return;
        }
    }
    panic!("{untold} of {TRIES} commits stood before anybody was told");
}
