//! What an institution writes is shown and never run: script, SVG, and text that turns the direction of reading.

use harness::browser::Browser;
use harness::gate::{Gate, Signer, obligation, proposal};
use harness::site::serve;
use ledger::envelope::Type;
use serde_json::json;

const SCRIPT: &str = "<script>document.title='run'</script>";
const DRAWING: &str = "<svg onload=\"document.title='run'\"></svg><img src=x onerror=\"document.title='run'\">";
/// Right-to-left override, and an end of isolation that was never begun.
const TURNED: &str = "Wijk \u{202e}kjiw\u{2069} einde";

#[tokio::test(flavor = "multi_thread")]
async fn script_svg_and_turned_text_are_shown_and_never_run() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    let mut registration = corporation.registration("housing-corporation");
    registration["name"] = SCRIPT.into();
    gate.accept(&corporation.says(Type::Registration, "r", &registration)).await;
    let admission = json!({ "institution": "corporation", "key": corporation.key.public().thumbprint() });
    gate.accept(&gate.town.says(Type::Admission, "a", &admission)).await;
    let mut promise = obligation("regisseur", "2006-06-01");
    promise["what"] = DRAWING.into();
    let mut text = proposal("wijk", &[promise]);
    text["title"] = SCRIPT.into();
    text["neighbourhoods"][0]["name"] = TURNED.into();
    let offer = gate.town.says(Type::Proposal, "p", &text);
    let entry = gate.accept(&offer).await;
    let address = serve(gate.router.clone()).await;
    let browser = Browser::start().await;
    let paths =
        ["/gm0599", "/gm0599/aandacht", "/gm0599/convenanten", "/gm0599/convenanten/wijk", "/gm0599/buurten", "/gm0599/buurten/BU05991080"];
    let mut seen = String::new();
    for path in paths
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/gm0599/inschrijvingen/{entry}"), format!("/gm0599/buurten?zoek={}", "%3Cscript%3Ealert(1)%3C/script%3E")])
    {
        browser.open(&format!("http://{address}{path}")).await;
        let found = browser
            .script(
                "return [document.title, document.body.innerText, document.querySelectorAll('script, img, main svg [onload]').length]",
                Vec::new(),
            )
            .await;
        assert_ne!(found[0], json!("run"), "{path}");
        assert_eq!(found[2], json!(0), "{path}");
        let text = found[1].as_str().unwrap_or_default();
        assert!(!text.contains(['\u{202e}', '\u{2069}']), "{path} turns its text");
        assert_eq!(browser.console().await, Vec::<String>::new(), "{path}");
        seen.push_str(text);
    }
    for shown in [SCRIPT, DRAWING, "Wijk ⟦U+202E⟧kjiw⟦U+2069⟧ einde", "«<script>alert(1)</script>»"] {
        assert!(seen.contains(shown), "{shown} is shown");
    }
    browser.end().await;
}
