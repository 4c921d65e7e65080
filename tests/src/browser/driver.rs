//! Debian's chromium and chromium-driver, started for one test and ended with it. Where they are missing it fails.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::wire::Wire;

/// A running browser.
pub struct Browser {
    /// The session.
    pub client: Client,
    chromedriver: Child,
}

impl Browser {
    /// Starts chromedriver on a port of its choice, and a browser without a screen.
    pub async fn start() -> Self {
        let missing = "chromedriver must be installed (Debian: apt-get install chromium chromium-driver)";
        let mut chromedriver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect(missing);
        let mut lines = BufReader::new(chromedriver.stdout.take().expect("its output")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says on which port it is");
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let options =
            json!({ "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"] });
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session: chromium must be installed");
        Self { client, chromedriver }
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The path and query of the page that is open.
    pub async fn here(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// What a script gives. Scripts of the driver are not the page's: its security policy does not concern them.
    pub async fn script(&self, script: &str, args: Vec<Value>) -> Value {
        self.client.execute(script, args).await.unwrap_or_else(|error| panic!("{script:.80}: {error}"))
    }

    /// Presses a key so many times.
    pub async fn press(&self, key: char, times: usize) {
        let mut keys = KeyActions::new("keyboard".into());
        for _ in 0..times {
            keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        }
        self.client.perform_actions(keys).await.expect("keys");
    }

    /// What the console has said since the last time: refused styles and scripts, missing files, errors.
    pub async fn console(&self) -> Vec<String> {
        let said = self.client.issue_cmd(Wire::Console).await.expect("the console");
        said.as_array().into_iter().flatten().map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Shows pages at this width in CSS pixels.
    pub async fn set_width(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.client.issue_cmd(Wire::DevTools("Emulation.setDeviceMetricsOverride", size)).await.expect("another width");
    }

    /// The whole page that is open, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let whole = json!({ "format": "png", "captureBeyondViewport": true, "clip": Value::Null });
        let size = self.client.issue_cmd(Wire::DevTools("Page.getLayoutMetrics", json!({}))).await.expect("the size of the page");
        let mut whole = whole;
        let content = &size["cssContentSize"];
        whole["clip"] = json!({ "x": 0, "y": 0, "width": content["width"], "height": content["height"], "scale": 1 });
        let picture = self.client.issue_cmd(Wire::DevTools("Page.captureScreenshot", whole)).await.expect("a picture");
        STANDARD.decode(picture["data"].as_str().unwrap_or_default()).expect("base64")
    }

    /// Ends the browser.
    pub async fn end(self) {
        _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        _ = self.chromedriver.kill();
        _ = self.chromedriver.wait();
    }
}
