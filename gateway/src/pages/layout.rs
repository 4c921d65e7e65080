//! What every page has: language, title, skip link, landmarks, the instant that it is of, and its security headers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use ledger::words::Day;
use maud::{DOCTYPE, Markup, html};

use super::style;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::{AS_OF, LANGUAGE, Visit};
use super::words::Phrase;

/// Where a page stands: of which ledger it is, and in which room.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// Outside any ledger.
    Outside,
    /// In a ledger.
    In(&'a str, Room),
}

/// The rooms of a ledger, in the order of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// How it stands.
    Overview,
    /// What needs attention.
    Attention,
    /// Cases.
    Cases,
    /// Obstacles; not in the menu, since the overview and cases lead there.
    Obstacles,
    /// Agreements.
    Agreements,
    /// Neighbourhoods.
    Neighbourhoods,
    /// The agenda of the minister; not in the menu, since most ledgers have none.
    Agenda,
    /// Entries; not in the menu, since each line leads there.
    Entries,
}

impl Room {
    const MENU: [Self; 5] = [Self::Overview, Self::Attention, Self::Cases, Self::Agreements, Self::Neighbourhoods];

    /// Its part of the address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Attention => "/aandacht",
            Self::Cases => "/zaken",
            Self::Obstacles => "/belemmeringen",
            Self::Agreements => "/convenanten",
            Self::Neighbourhoods => "/buurten",
            Self::Agenda => "/agenda",
            Self::Entries => "/inschrijvingen",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Overview => "menu-overview",
            Self::Attention => "menu-attention",
            Self::Cases => "menu-cases",
            Self::Obstacles => "menu-obstacles",
            Self::Agreements => "menu-agreements",
            Self::Neighbourhoods => "menu-neighbourhoods",
            Self::Agenda => "menu-agenda",
            Self::Entries => "menu-entries",
        }
    }
}

/// What one page shows.
pub(super) struct Content {
    /// Its heading, which is also its title. Made harmless by whoever made it.
    pub(super) title: String,
    /// What stands small above the heading.
    pub(super) kicker: Option<String>,
    /// All below the heading.
    pub(super) body: Markup,
}

/// A page as it is sent.
pub(super) fn page(visit: &Visit, place: Place<'_>, content: &Content) -> Response {
    send(StatusCode::OK, document(visit, place, content))
}

/// The page that says why there is none.
pub(super) fn trouble(visit: &Visit, place: Place<'_>, trouble: Trouble) -> Response {
    let (title, advice) = trouble.texts();
    // Without the ledger there is no menu of it either.
    let place = if trouble == Trouble::NoLedger { Place::Outside } else { place };
    let body = html! {
        p.lead { (visit.words.say(advice)) }
        p { a href=(visit.link("/")) { (visit.words.say("trouble-to-start")) } }
    };
    let content = Content { title: visit.words.plain(title, &[]), kicker: None, body };
    send(trouble.status(), document(visit, place, &content))
}

fn send(status: StatusCode, document: Markup) -> Response {
    (status, headers(), Html(document.into_string())).into_response()
}

/// NLgov API Design Rules for HTML: nothing but what the page needs, and that from here.
fn headers() -> [(header::HeaderName, HeaderValue); 6] {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
}

fn document(visit: &Visit, place: Place<'_>, content: &Content) -> Markup {
    let words = visit.words;
    html! {
        (DOCTYPE)
        html lang=(words.language.code()) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (content.title) " · Convenant" }
                link rel="stylesheet" href=(style::SHEET_PATH.as_str());
                link rel="icon" type="image/svg+xml" href=(style::ICON_PATH);
            }
            body {
                a.skip href="#inhoud" { (words.say("skip")) }
                (masthead(visit, place))
                main id="inhoud" tabindex="-1" {
                    @if let Some(kicker) = &content.kicker { p.kicker { (Phrase::again(kicker)) } }
                    h1 { bdi { (Phrase::again(&content.title)) } }
                    (content.body)
                }
                (foot(visit))
            }
        }
    }
}

fn masthead(visit: &Visit, place: Place<'_>) -> Markup {
    let words = visit.words;
    let other = words.language.other();
    html! {
        header.masthead {
            div.bar {
                a.brand href=(visit.link("/")) { (super::icon::brand()) "Convenant" }
                @if let Place::In(ledger, _) = place { span.where { (Told(ledger)) } }
                a.switch href=(visit.again(LANGUAGE, (other.code() != "nl").then_some(other.code()))) hreflang=(other.code())
                    lang=(other.code()) { (super::words::Words { language: other }.say("language-name")) }
            }
            @if let Place::In(ledger, here) = place {
                nav.menu aria-label=(words.plain("menu-label", &[])) {
                    ul {
                        @for room in Room::MENU {
                            li {
                                a href=(visit.link(&format!("/{ledger}{}", room.path()))) aria-current=[(room == here).then_some("page")] {
                                    (words.say(room.title()))
                                }
                            }
                        }
                    }
                }
            }
        }
        (as_of(visit))
    }
}

/// The instant that the page is of, and the way to another one. Works without a script.
fn as_of(visit: &Visit) -> Markup {
    let words = visit.words;
    html! {
        section.as-of aria-label=(words.plain("as-of-label", &[])) {
            p { (words.with("as-of", &[("instant", visit.instant(visit.as_of).into())])) }
            @if visit.is_past() {
                p { a href=(visit.again(AS_OF, None)) { (words.say("as-of-now")) } }
            }
            details {
                summary { (words.say("as-of-other")) }
                form method="get" action=(visit.path) {
                    @for (name, value) in visit.kept(AS_OF) { input type="hidden" name=(name) value=(value); }
                    label for="as-of-day" { (words.say("as-of-day")) }
                    input id="as-of-day" type="date" name=(AS_OF) required value=(Day::of(visit.as_of))
                        max=(Day::of(visit.served.clock().now()));
                    button { (words.say("as-of-show")) }
                }
            }
        }
    }
}

fn foot(visit: &Visit) -> Markup {
    let words = visit.words;
    html! {
        footer.foot {
            p { (words.say("foot-what")) }
            ul {
                li { a href=(visit.link("/")) { (words.say("foot-ledgers")) } }
                li { a href=(visit.link("/toegankelijkheid")) { (words.say("accessibility-title")) } }
            }
        }
    }
}
