//! Of an umbrella agreement: the agreements of municipalities that refer to it, as far as they are served here (L44).

use ledger::envelope::statement::genesis::Level;
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::state;
use super::super::told::Told;
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::MOST;
use crate::listing::{AgreementView, Listing};

/// A local agreement, and which of its promises carry out which clause here.
struct Local {
    ledger: String,
    view: AgreementView,
    promises: Vec<(Slug, Slug)>,
}

/// Those that anybody may read, with whether there are more; of the past nothing, since what is found are the texts of now.
async fn locals(visit: &Visit, listing: &Listing, id: &Slug) -> Result<(Vec<Local>, bool), Trouble> {
    let origin = listing.ledger().facts.origin.clone();
    let (name, mut found) = (format!("{origin}/{id}"), Vec::new());
    let under = visit.served.under(&name, MOST as u32 + 1).await?;
    let has_more = under.len() > MOST;
    for (ledger, agreement) in under.iter().take(MOST) {
        let there = visit.served.public(ledger).listing(None).await?;
        let Some(view) = there.agreement(agreement).await? else { continue };
        let is_of = |obligation: &&ledger::envelope::statement::agreement::Obligation| {
            obligation.umbrella.as_ref().is_some_and(|clause| clause.agreement == *id)
        };
        let promises = view.text.value.obligations.iter().filter(is_of);
        let promises = promises.filter_map(|it| Some((it.id.clone(), it.umbrella.as_ref()?.clause.clone()))).collect();
        found.push(Local { ledger: ledger.row.name.clone(), view, promises });
    }
    Ok((found, has_more))
}

/// What refers to it; nothing on the page of an agreement that is no umbrella agreement.
pub(super) async fn show(visit: &Visit, listing: &Listing, id: &Slug) -> Result<Markup, Trouble> {
    if listing.ledger().facts.level != Level::National || visit.is_past() {
        return Ok(html! {});
    }
    let (words, (locals, has_more)) = (visit.words, locals(visit, listing, id).await?);
    Ok(html! {
        section {
            h2 { (words.say("agreement-carried-out")) }
            p { (words.say(if locals.is_empty() { "carried-out-none" } else { "carried-out-what" })) }
            ul.lines { @for local in &locals { li { (one(visit, local)) } } }
            @if has_more { p { (words.with("carried-out-more", &[("count", MOST.into())])) } }
        }
    })
}

fn one(visit: &Visit, local: &Local) -> Markup {
    let (words, text) = (visit.words, &local.view.text.value);
    html! {
        p {
            a href=(visit.link(&format!("/{}/convenanten/{}", local.ledger, text.agreement))) { (Told(text.title.as_str())) } " "
            (words.code(local.view.head.value.state.code())) " " (state::badge(words, local.view.overall_light().colour))
        }
        @for (promise, clause) in &local.promises {
            p.small { (words.with("carried-out-promise", &[("promise", promise.as_str().into()), ("clause", clause.as_str().into())])) }
        }
    }
}
