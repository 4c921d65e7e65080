//! One page of each kind, of the demo's ledgers, with words that must be on it in each language.

/// The languages of the pages.
pub const LANGUAGES: [&str; 2] = ["nl", "en"];

/// A page of the demo.
pub struct Shown {
    /// A name for its pictures.
    pub name: &'static str,
    /// Its path and query, in Dutch.
    pub path: &'static str,
    /// Words on it, in Dutch and in English.
    pub words: [&'static str; 2],
}

impl Shown {
    /// Its address in a language.
    pub fn address(&self, url: &str, language: &str) -> String {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        if language == "nl" { format!("{url}{}", self.path) } else { format!("{url}{}{mark}taal={language}", self.path) }
    }
}

const fn page(name: &'static str, path: &'static str, dutch: &'static str, english: &'static str) -> Shown {
    Shown { name, path, words: [dutch, english] }
}

/// One page of each kind.
pub const PAGES: &[Shown] = &[
    page("home", "/", "Wie doet wat, en wanneer", "Who does what, and when"),
    page("accessibility", "/toegankelijkheid", "WCAG 2.2, niveau A en AA", "WCAG 2.2, levels A and AA"),
    page("entry", "/gm0599/inschrijvingen/40", "Zelf controleren", "Check it yourself"),
    page("entry-proposal", "/gm0599/inschrijvingen/11", "Zelf controleren", "Check it yourself"),
    page("entry-tampered", "/gm0599/inschrijvingen/12", "klopt niet met wat er is ondertekend", "does not match what was signed for"),
    page("not-found", "/gm0599/nergens", "Op dit adres staat geen bladzijde", "There is no page at this address"),
    page("no-such-day", "/gm0599?asOf=2999-01-01", "ligt in de toekomst", "in the future"),
];
