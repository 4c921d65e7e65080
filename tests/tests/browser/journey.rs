//! A director, a minister and a resident go through the pages with nothing but the keyboard, in each language.

use harness::browser::{Browser, LANGUAGES, tab_to};
use harness::site::DemoSite;
use serde_json::{Value, json};

const ENTER: char = '\u{e007}';

#[test]
fn everyone_gets_where_they_want_with_the_keyboard_alone() {
    let site = DemoSite::told();
    site.runtime.block_on(async {
        let browser = Browser::start().await;
        browser.set_width(1280).await;
        browser.open(&site.url).await;
        for language in LANGUAGES {
            round(&browser, language).await;
            follow(&browser, ".switch").await;
        }
        assert_eq!(language_of(&browser).await, json!("nl"), "the switch leads back");
        browser.end().await;
    });
}

async fn round(browser: &Browser, language: &str) {
    follow(browser, ".brand").await;
    follow(browser, "a[href^='/gm0599']").await;
    follow(browser, ".menu a[href*='/aandacht']").await;
    follow(browser, "a[href*='partij=police']").await;
    follow(browser, ".menu a[href*='/zaken']").await;
    follow(browser, "a[href*='welke=alle']").await;
    follow(browser, "a[href*='/zaken/1']").await;
    follow(browser, "a[href*='/inschrijvingen/']").await;
    assert!(browser.here().await.starts_with("/gm0599/inschrijvingen/"));
    follow(browser, ".menu a[href*='/convenanten']").await;
    follow(browser, "main a[href*='/convenanten/wijkconvenant-rotterdam']").await;
    follow(browser, ".menu a[href*='/buurten']").await;
    tab_to(browser, "#zoek").await;
    type_in(browser, "delfshaven").await;
    browser.press(ENTER, 1).await;
    let search = "return location.search.includes('zoek=delfshaven')";
    assert_eq!(wait_until(browser, search).await, json!(true));
    follow(browser, "main a[href*='/buurten/WK059903']").await;
    assert_eq!(language_of(browser).await, json!(language), "the language stays");
}

/// Tab to a link, and Enter: the page behind it is open when its address is another.
async fn follow(browser: &Browser, selector: &str) {
    browser.script("document.activeElement.blur(); window.here = true", Vec::new()).await;
    tab_to(browser, selector).await;
    browser.press(ENTER, 1).await;
    assert_eq!(
        wait_until(browser, "return window.here === undefined && document.readyState === 'complete'").await,
        json!(true),
        "{selector}"
    );
    assert_eq!(browser.console().await, Vec::<String>::new(), "{selector}");
}

async fn type_in(browser: &Browser, text: &str) {
    for key in text.chars() {
        browser.press(key, 1).await;
    }
}

/// Asks until it is so, at most a few hundred times.
async fn wait_until(browser: &Browser, script: &str) -> Value {
    for _ in 0..400 {
        if let Ok(Value::Bool(true)) = browser.client.execute(script, Vec::new()).await {
            return json!(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    json!(false)
}

async fn language_of(browser: &Browser) -> Value {
    browser.script("return document.documentElement.lang", Vec::new()).await
}
