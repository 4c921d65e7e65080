//! One request for a page: in which language, as of which instant, and the links that keep both.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::Response;
use ledger::words::{Day, Instant};
use maud::{Markup, html};

use super::layout::{self, Content};
use super::trouble::Trouble;
use super::words::{Language, Words};
use super::{dates, layout::Place};

use crate::listing::Listing;
use crate::reading::Served;
use crate::sequencer::LedgerHandle;

/// The parameter that names a language.
pub(super) const LANGUAGE: &str = "taal";
/// The parameter that names a day or an instant.
pub(super) const AS_OF: &str = "asOf";

/// A request for a page.
pub(super) struct Visit {
    /// What the gateway serves; pages show what anybody may read.
    pub(super) served: Served,
    /// The texts in the language that was asked for.
    pub(super) words: Words,
    /// The instant that the page is of.
    pub(super) as_of: Instant,
    /// Path of the page.
    pub(super) path: String,
    given: Vec<(String, String)>,
    fault: Option<Trouble>,
}

impl FromRequestParts<Served> for Visit {
    type Rejection = std::convert::Infallible;

    /// Never refuses: what does not fit becomes a page that says so.
    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Self::Rejection> {
        let given = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|Query(given)| given).unwrap_or_default();
        let value = |name: &str| given.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str());
        let language = value(LANGUAGE).and_then(Language::from_code).unwrap_or_default();
        let now = served.clock().now();
        let (as_of, fault) = match value(AS_OF).map(|text| read_as_of(text, now)) {
            None => (now, None),
            Some(Ok(as_of)) => (as_of, None),
            Some(Err(trouble)) => (now, Some(trouble)),
        };
        let path = parts.uri.path().to_owned();
        Ok(Self { served: served.clone(), words: Words { language }, as_of, path, given, fault })
    }
}

/// A day means all of it, up to now.
fn read_as_of(text: &str, now: Instant) -> Result<Instant, Trouble> {
    let at = match (text.parse::<Day>(), text.parse::<Instant>()) {
        (Ok(day), _) if day.start() <= now => day.end().plus_millis(-1).min(now),
        (_, Ok(at)) if at <= now => at,
        (Ok(_), _) | (_, Ok(_)) => return Err(Trouble::AsOfAhead),
        (Err(_), Err(_)) => return Err(Trouble::AsOfUnreadable),
    };
    Ok(at)
}

impl Visit {
    /// A parameter that has a value.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The address of a page in this language, as of the instant that was asked for.
    pub(super) fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The same with parameters of its own.
    pub(super) fn link_with(&self, path: &str, own: &[(&str, &str)]) -> String {
        let kept = [AS_OF, LANGUAGE].into_iter().filter_map(|name| Some((name, self.given(name)?)));
        address(path, own.iter().copied().chain(kept))
    }

    /// This page with one parameter set, or left out; a list starts at its beginning again.
    pub(super) fn again(&self, name: &str, value: Option<&str>) -> String {
        let others = self.given.iter().filter(|(key, value)| key != name && !value.is_empty());
        let others = others.map(|(key, value)| (key.as_str(), value.as_str()));
        address(&self.path, others.chain(value.map(|value| (name, value))))
    }

    /// Parameters that a form on this page keeps, other than its own field.
    pub(super) fn kept(&self, own: &str) -> impl Iterator<Item = (&str, &str)> {
        let names = [AS_OF, LANGUAGE].into_iter().filter(move |name| *name != own);
        names.filter_map(|name| Some((name, self.given(name)?)))
    }

    /// Whether an instant was asked for.
    pub(super) fn is_past(&self) -> bool {
        self.given(AS_OF).is_some()
    }

    /// A ledger by the name in the path; what was acknowledged before is in what is read from it.
    pub(super) async fn ledger(&self, name: &str) -> Result<&LedgerHandle, Trouble> {
        let ledger = self.served.ledger(name).ok_or(Trouble::NoLedger)?;
        ledger.settled().await.map_err(|_| Trouble::Unavailable)?;
        Ok(ledger)
    }

    /// A ledger as of the instant that was asked for.
    pub(super) async fn listing(&self, name: &str) -> Result<Listing, Trouble> {
        let ledger = self.served.ledger(name).ok_or(Trouble::NoLedger)?;
        let at = self.is_past().then_some(self.as_of);
        Ok(self.served.public(ledger).listing(at).await?)
    }

    /// The link to the entry that proves a line; words where the clock caused it and no entry says so yet.
    pub(super) fn proof(&self, listing: &Listing, entry: impl Into<Option<u64>>) -> Markup {
        let name = &listing.ledger().name;
        html! {
            @let written = entry.into().filter(|entry| *entry < listing.as_of().size);
            @if let Some(entry) = written {
                a.proof-link href=(self.link(&format!("/{name}/inschrijvingen/{entry}"))) {
                    (self.words.with("entry-short", &[("entry", entry.into())]))
                    span.unseen { (self.words.say("entry-short-what")) }
                }
            } @else { span.proof-link { (self.words.say("entry-to-come")) } }
        }
    }

    /// The links to the next page of a list and back to its start; nothing where all is on this one.
    pub(super) fn paging(&self, parameter: &str, next: Option<&str>) -> Markup {
        html! {
            @if next.is_some() || self.given(parameter).is_some() {
                nav.steps aria-label=(self.words.plain("paging", &[])) {
                    @if self.given(parameter).is_some() { a href=(self.again(parameter, None)) { (self.words.say("paging-first")) } }
                    @if let Some(next) = next { a rel="next" href=(self.again(parameter, Some(next))) { (self.words.say("paging-next")) } }
                }
            }
        }
    }

    /// A day in words.
    pub(super) fn day(&self, day: Day) -> String {
        dates::day(self.words.language, day)
    }

    /// An instant in words.
    pub(super) fn instant(&self, at: Instant) -> String {
        dates::instant(self.words.language, at)
    }

    /// The same, and only the day where it is the start of one.
    pub(super) fn moment(&self, at: Instant) -> String {
        dates::moment(self.words.language, at)
    }

    /// The last day of a term that has ended from this instant on.
    pub(super) fn last_day(&self, end: Instant) -> String {
        dates::last_day(self.words.language, end)
    }

    /// The page, or the page that says why there is none.
    pub(super) fn answer(&self, place: Place<'_>, content: Result<Content, Trouble>) -> Response {
        let content = match &self.fault {
            Some(trouble) => Err(*trouble),
            None => content,
        };
        match content {
            Ok(content) => layout::page(self, place, &content),
            Err(trouble) => layout::trouble(self, place, trouble),
        }
    }
}

fn address<'a>(path: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in parameters.enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(value.bytes().map(escaped));
    }
    address
}

/// A byte of a parameter's value, percent-encoded unless RFC 3986 (2.3) calls it unreserved.
fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_means_all_of_it_up_to_now_and_nothing_ahead_is_shown() {
        let now: Instant = "2006-07-04T09:00:00Z".parse().unwrap();
        let read = |text| read_as_of(text, now).map(|at| at.to_string());
        assert_eq!(read("2006-03-01").unwrap(), "2006-03-01T22:59:59.999Z");
        assert_eq!(read("2006-07-04").unwrap(), now.to_string());
        assert_eq!(read("2006-07-04T10:00:00+02:00").unwrap(), "2006-07-04T08:00:00.000Z");
        assert_eq!((read("2006-07-05"), read("gisteren")), (Err(Trouble::AsOfAhead), Err(Trouble::AsOfUnreadable)));
    }

    #[test]
    fn what_a_visitor_typed_cannot_leave_its_parameter() {
        assert_eq!(address("/a", [("zoek", "é&x=\"<"), ("taal", "en")].into_iter()), "/a?zoek=%C3%A9%26x%3D%22%3C&taal=en");
    }
}
