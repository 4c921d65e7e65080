//! Two commands of chromedriver that the WebDriver standard does not have: the console, and the DevTools protocol.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command to chromedriver.
#[derive(Debug)]
pub(super) enum Wire {
    /// What the console has said since the last time.
    Console,
    /// A method of the DevTools protocol with its parameters.
    DevTools(&'static str, Value),
}

impl WebDriverCompatibleCommand for Wire {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let path = match self {
            Self::Console => "se/log",
            Self::DevTools(..) => "goog/cdp/execute",
        };
        base.join(&format!("session/{}/{path}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = match self {
            Self::Console => json!({ "type": "browser" }),
            Self::DevTools(method, parameters) => json!({ "cmd": method, "params": parameters }),
        };
        (Method::POST, Some(body.to_string()))
    }
}
