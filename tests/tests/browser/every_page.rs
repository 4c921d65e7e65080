//! Each kind of page in both languages: the right words, a quiet console, no violation, everything within reach of the Tab key.

use harness::browser::{Browser, LANGUAGES, PAGES, Sites, accessibility_faults, tab_stops};
use serde_json::json;

#[test]
fn every_page_is_in_its_language_quiet_accessible_and_within_reach_of_the_keyboard() {
    let sites = Sites::told();
    sites.demo.runtime.block_on(async {
        let browser = Browser::start().await;
        browser.set_width(1280).await;
        for page in PAGES {
            for (language, words) in LANGUAGES.into_iter().zip(page.words) {
                let address = sites.address(page, language);
                browser.open(&address).await;
                check(&browser, &address, language, words).await;
            }
        }
        // WCAG 1.4.10: on a phone nothing but a table scrolls sideways, and that in its own frame.
        browser.set_width(320).await;
        for page in PAGES {
            browser.open(&sites.address(page, "nl")).await;
            let wide = browser.script("return document.documentElement.scrollWidth", Vec::new()).await;
            assert_eq!(wide, json!(320), "{} is wider than a phone", page.path);
        }
        browser.end().await;
    });
}

async fn check(browser: &Browser, address: &str, language: &str, words: &str) {
    let shown = browser.script("return [document.documentElement.lang, document.body.innerText, document.title]", Vec::new()).await;
    assert_eq!(shown[0], json!(language), "{address}");
    assert!(shown[1].as_str().is_some_and(|text| text.contains(words)), "{address} says {words:?}: {}", shown[1]);
    let noise = browser.console().await;
    let noise: Vec<_> = noise.iter().filter(|line| !is_expected(line)).collect();
    assert!(noise.is_empty(), "{address}: {noise:#?}");
    let faults = accessibility_faults(browser).await;
    assert!(faults.is_empty(), "{address}: {faults:#?}");
    let walk = tab_stops(browser).await;
    assert!(walk.faults.is_empty(), "{address}: {:#?} in {:#?}", walk.faults, walk.stops);
    assert!(walk.stops.first().is_some_and(|stop| stop.contains("inhoud") || stop.contains("content")), "{address}: {:?}", walk.stops);
}

/// The browser itself says that a page came with 404 or 400, which these do.
fn is_expected(line: &str) -> bool {
    line.contains("the server responded with a status of 40") && (line.contains("/nergens") || line.contains("asOf=2999"))
}
