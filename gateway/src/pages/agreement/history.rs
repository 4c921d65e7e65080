//! What was said and caused last in an agreement, newest first.

use ledger::words::Slug;
use maud::{Markup, html};

use super::super::case::deeds;
use super::super::names::Names;
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use crate::listing::{Latest, Listing};

/// The parameter that says before which entry.
const BEFORE: &str = "voor";
/// How many on one page.
const MOST: u32 = 25;

pub(super) async fn latest(visit: &Visit, listing: &Listing, id: &Slug) -> Result<Latest, Trouble> {
    let before = visit.given(BEFORE).map(str::parse).transpose().map_err(|_| Trouble::NoPlace)?;
    Ok(listing.latest(id, before, MOST).await?)
}

pub(super) fn show(visit: &Visit, listing: &Listing, names: &Names, latest: &Latest) -> Markup {
    let next = latest.next.map(|entry| entry.to_string());
    html! {
        section {
            h2 { (visit.words.say("timeline")) }
            p { (visit.words.say("timeline-what")) }
            (deeds(visit, listing, names, &latest.deeds.iter().collect::<Vec<_>>()))
            (visit.paging(BEFORE, next.as_deref()))
        }
    }
}
