//! What every page must be: free of violations that axe-core sees, and usable with the keyboard alone.

use std::path::Path;

use serde_json::{Value, json};

use super::Browser;

/// The Tab key, as WebDriver writes it.
const TAB: char = '\u{e004}';
/// At most this many stops on a page.
const MOST_STOPS: usize = 600;

/// What axe-core finds against WCAG 2.2, levels A and AA: rule, help, and the elements. It is run by the driver, beside
/// the page's own security policy. It loads nothing itself.
pub async fn accessibility_faults(browser: &Browser) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&file).expect("axe-core must be installed: npm ci in tests/browser");
    browser.script(&format!("{axe}\nwindow.axe = axe;"), Vec::new()).await;
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, { preload: false, resultTypes: ['violations'],
            runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'] } })
          .then(found => done({ rules: found.passes.length, violations: found.violations.map(v => v.id + ': ' + v.help + ' ' +
            v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | ')) }),
            error => done({ rules: 0, violations: [String(error)] }));";
    let found = browser.client.execute_async(run, Vec::new()).await.expect("axe-core runs");
    assert!(found["rules"].as_u64().is_some_and(|rules| rules > 10), "axe-core ran its rules: {found}");
    found["violations"].as_array().into_iter().flatten().map(|fault| fault.as_str().unwrap_or_default().to_owned()).collect()
}

/// The stops of the Tab key, from the top of the page until it leaves: what each is, and what is wrong with it.
#[derive(Debug, Default)]
pub struct TabStops {
    /// Each stop, by tag and text.
    pub stops: Vec<String>,
    /// Stops that cannot be seen when they have the focus, and controls that the key never reaches.
    pub faults: Vec<String>,
}

const WATCH: &str = "
    window.stops = []; window.faults = []; window.reached = new Set();
    const name = e => e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent || e.name || '').trim().slice(0, 60);
    document.addEventListener('focusin', event => {
        const e = event.target, box = e.getBoundingClientRect(), style = getComputedStyle(e);
        stops.push(name(e)); reached.add(e);
        const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        if (!shown) faults.push('out of sight: ' + name(e));
        if (!e.matches(':focus-visible') || style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2)
            faults.push('focus not visible: ' + name(e));
    });
    window.missed = () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex=\"0\"]')]
        .filter(e => e.checkVisibility() && !reached.has(e)).map(e => 'never reached: ' + name(e));
    window.name_of = name;
    document.documentElement.style.scrollBehavior = 'auto'; document.activeElement.blur(); window.scrollTo(0, 0);";

/// Walks the page with the Tab key.
pub async fn tab_stops(browser: &Browser) -> TabStops {
    browser.script(WATCH, Vec::new()).await;
    let wanted = "a[href], button, input:not([type=hidden]), select, summary, [tabindex=\"0\"]";
    let count = browser.script("return document.querySelectorAll(arguments[0]).length", vec![json!(wanted)]).await;
    // A date has a stop for each of its parts, and one for its calendar.
    let most = usize::try_from(count.as_u64().unwrap_or(0)).unwrap_or(0) + 8;
    assert!(most < MOST_STOPS, "a page with {most} stops is no page for a keyboard");
    browser.press(TAB, most).await;
    let found = browser.script("return { stops, faults: [...faults, ...missed()] }", Vec::new()).await;
    let texts = |name: &str| found[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    TabStops { stops: texts("stops"), faults: texts("faults") }
}

/// Presses Tab until the focus is on what the selector names.
pub async fn tab_to(browser: &Browser, selector: &str) {
    let there = browser.script("return document.querySelector(arguments[0]) !== null", vec![json!(selector)]).await;
    assert_eq!(there, json!(true), "{} has no {selector}", browser.here().await);
    for _ in 0..MOST_STOPS {
        browser.press(TAB, 1).await;
        if browser.script("return document.activeElement.matches(arguments[0])", vec![json!(selector)]).await == json!(true) {
            return;
        }
    }
    panic!("the Tab key does not reach {selector} on {}", browser.here().await);
}
