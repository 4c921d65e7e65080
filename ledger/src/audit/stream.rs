//! A whole log in one pass: while one page is judged, the next is fetched, read and verified.

use std::thread;

use super::Auditor;
use super::prepare::{Row, prepare};

/// Feeds an auditor page by page. `progress` is told how many entries have been judged. Fails as soon as a page
/// cannot be had. Memory holds two pages, of the size that the caller chose.
pub fn audit_pages<E>(
    auditor: &mut Auditor,
    pages: impl IntoIterator<Item = Result<Vec<Row>, E>>,
    threads: usize,
    mut progress: impl FnMut(u64),
) -> Result<(), E> {
    let origin = auditor.origin().to_owned();
    let mut pages = pages.into_iter();
    let mut ready = Vec::new();
    loop {
        let keys = auditor.known_keys();
        let judging = std::mem::take(&mut ready);
        // A page may come over the network, so it is fetched on the caller's own thread.
        let next = thread::scope(|scope| {
            let judge = scope.spawn(|| judging.into_iter().for_each(|prepared| _ = auditor.feed_prepared(prepared)));
            let next = pages.next().map(|page| page.map(|rows| prepare(rows, &origin, &keys, threads)));
            judge.join().expect("judging an entry does not panic");
            next
        });
        progress(auditor.entries());
        match next {
            None => return Ok(()),
            Some(page) => ready = page?,
        }
    }
}
