//! One page of each kind, with words that must be on it in each language: of the demo's ledgers, and of stories for what the demo
//! does not tell.

use std::collections::BTreeMap;

use crate::site::{DemoSite, StorySite};

/// The languages of the pages.
pub const LANGUAGES: [&str; 2] = ["nl", "en"];

/// A page.
pub struct Shown {
    /// A name for its pictures.
    pub name: &'static str,
    /// Its path and query, in Dutch.
    pub path: &'static str,
    /// Words on it, in Dutch and in English.
    pub words: [&'static str; 2],
    /// The story whose ledger it is of; none for the demo's.
    story: Option<&'static str>,
}

/// Whatever the pages are of, served.
pub struct Sites {
    /// The ledgers of the demo.
    pub demo: DemoSite,
    stories: BTreeMap<&'static str, StorySite>,
}

impl Sites {
    /// Tells the demo, and the stories that pages are of.
    pub fn told() -> Self {
        let stories = PAGES.iter().filter_map(|page| page.story).map(|name| (name, StorySite::told(name))).collect();
        Self { demo: DemoSite::told(), stories }
    }

    /// The address of a page in a language.
    pub fn address(&self, page: &Shown, language: &str) -> String {
        page.address(page.story.map_or(&self.demo.url, |name| &self.stories[name].url), language)
    }
}

impl Shown {
    fn address(&self, url: &str, language: &str) -> String {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        if language == "nl" { format!("{url}{}", self.path) } else { format!("{url}{}{mark}taal={language}", self.path) }
    }
}

const fn page(name: &'static str, path: &'static str, dutch: &'static str, english: &'static str) -> Shown {
    Shown { name, path, words: [dutch, english], story: None }
}

const fn of(story: &'static str, page: Shown) -> Shown {
    Shown { story: Some(story), ..page }
}

/// One page of each kind.
pub const PAGES: &[Shown] = &[
    page("home", "/", "Wie doet wat, en wanneer", "Who does what, and when"),
    page("accessibility", "/toegankelijkheid", "WCAG 2.2, niveau A en AA", "WCAG 2.2, levels A and AA"),
    page("overview", "/gm0599", "Hoe staan de afspraken ervoor?", "How do the promises stand?"),
    page("attention", "/gm0599/aandacht", "Niet nagekomen", "Not kept"),
    page("attention-quiet", "/gm0796/aandacht?asOf=2006-11-20", "Stilgevallen", "Gone quiet"),
    page("cases", "/gm0599/zaken?welke=alle", "gesloten", "closed"),
    page(
        "case-minister",
        "/gm0599/convenanten/wijkconvenant-rotterdam/zaken/1?asOf=2006-09-13",
        "Wat de minister kan doen",
        "What the minister can do",
    ),
    page("case", "/gm0599/convenanten/wijkconvenant-rotterdam/zaken/2", "Wat er eerst in de stad is gedaan", "What the city did first"),
    page("obstacles", "/gm0599/belemmeringen", "in de weg staan", "in the way of promises"),
    page("agreements", "/gm0599/convenanten", "Niemand kan er zomaar uit stappen", "Nobody can simply step out of it"),
    page("agreement", "/gm0599/convenanten/wijkconvenant-rotterdam", "Partijen en handtekeningen", "Parties and signatures"),
    page("agreement-past", "/gm0796/convenanten/koppelproject-s-hertogenbosch?asOf=2006-05-12", "12 mei 2006", "12 May 2006"),
    page("umbrella", "/nl/convenanten/rijk-en-koepels", "voert «woningaanbod» uit", "carries out “woningaanbod”"),
    page("neighbourhoods", "/gm0599/buurten?zoek=delfs", "gevonden voor", "found for"),
    page("neighbourhood", "/gm0599/buurten/WK059903", "Wie doet hier wat, en wanneer?", "Who does what here, and when?"),
    page("entry", "/gm0599/inschrijvingen/40", "Zelf controleren", "Check it yourself"),
    page("entry-proposal", "/gm0599/inschrijvingen/20", "Zelf controleren", "Check it yourself"),
    page("entry-tampered", "/gm0599/inschrijvingen/21", "klopt niet met wat er is ondertekend", "does not match what was signed for"),
    page("not-found", "/gm0599/nergens", "Op dit adres staat geen bladzijde", "There is no page at this address"),
    of("statute", page("dossier", "/town/convenanten/plans/geschil", "Geschilpunten en standpunten", "Points in dispute and positions")),
    of(
        "statute",
        page(
            "dossier-past",
            "/town/convenanten/plans/geschil?asOf=2006-08-03",
            "Geschilpunten en standpunten",
            "Points in dispute and positions",
        ),
    ),
    of(
        "statute",
        page("talks", "/town/convenanten/plans?asOf=2006-08-03", "De termijn voor overleg is voorbij", "The term for talks has passed"),
    ),
    of(
        "impasse",
        page("impasse", "/town/convenanten/homes?asOf=2006-02-10", "Het overleg zit vast sinds", "The talks have been stuck since"),
    ),
    of("umbrella-change", page("umbrella-change", "/town/convenanten/homes", "landelijke koepelafspraken", "national umbrella agreements")),
    of("national-agenda", page("agenda", "/national/agenda", "over buurten en gemeenten heen", "across neighbourhoods and municipalities")),
    page("no-such-day", "/gm0599?asOf=2999-01-01", "ligt in de toekomst", "in the future"),
];
