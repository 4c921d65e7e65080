//! The HTTP client of the tools: one agent with kept connections, time limits, and retries where they are safe.
//!
//! A retry is safe for every request here: a read changes nothing, and a statement that is sent again with the same
//! payload is answered with its first receipt (signing format, item 6).

mod answer;
mod beside;
mod message;
mod reader;
mod reply;
#[cfg(test)]
pub(crate) mod stub;

use std::io::Read;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::log::receipt::Receipt;
use ledger::words::{Hash, Hasher};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

use crate::events::Event;

pub use answer::{Acceptance, Answer, Page, Problem, ProblemFault, Record, Records};
pub use beside::SaltedFile;
pub use message::{AttachmentSent, Message, MessageFault};
pub use reader::ReaderKey;
use reply::Reply;

/// The most pages that one list is followed for, so that a server cannot keep a tool busy for ever.
const MAX_PAGES: usize = 10_000;

/// The query parameter that takes the `next` of a list.
pub const CURSOR: &str = "cursor";

/// How long the client waits, and how often it tries again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How often a request is sent at most, at least once.
    pub attempts: u32,
    /// The pause before the second attempt; each further pause is twice as long.
    pub pause: Duration,
    /// The longest `Retry-After` that is waited for; with a longer one the answer is final.
    pub longest_wait: Duration,
    /// The most that making a connection may take.
    pub connect: Duration,
    /// The most that one attempt may take, from the name look-up to the last byte.
    pub attempt: Duration,
    /// The same for a statement with content beside it.
    pub upload: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 4,
            pause: Duration::from_millis(200),
            longest_wait: Duration::from_secs(15),
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(60),
            upload: Duration::from_secs(600),
        }
    }
}

/// Why there is no answer to work with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be asked.
    #[error("{0:?} is not an address that can be asked: {1}")]
    Address(String, &'static str),
    /// No answer came, after all attempts.
    #[error("{url} cannot be reached")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What the last attempt ended with.
        source: Box<ureq::Error>,
    },
    /// An answer came that the contract does not know, such as that of a proxy, or of a gateway in trouble.
    #[error("{url} answered with status {status}: {detail}")]
    Unexpected {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        detail: String,
    },
    /// The request as a whole was refused: not found, not allowed, or not understood.
    #[error("{0}")]
    Refused(Box<Problem>),
}

/// Whether content beside the log is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It is served, and salt and content have this hash.
    Not(Hash),
    /// By this entry, says the gateway.
    Erased(u64),
    /// It is not there, and the gateway does not say why.
    Missing,
}

/// Asks one gateway. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    patience: Patience,
    reader: Option<ReaderKey>,
}

impl Client {
    /// A client for the gateway at this address, such as `https://convenant.example.nl`.
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::with_patience(url, Patience::default())
    }

    /// A client with other limits than the usual ones.
    pub fn with_patience(url: &str, patience: Patience) -> Result<Self, Error> {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let host = host.ok_or_else(|| Error::Address(url.into(), "it begins with neither https:// nor http://"))?;
        if host.is_empty() || host.starts_with('/') || !url.bytes().all(|c| c.is_ascii_graphic() && !b"?#@\\".contains(&c)) {
            return Err(Error::Address(url.into(), "an address is a scheme, a host and at most a path"));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirected POST would become a GET: whoever moved the ledger says so, and a person decides.
            .max_redirects(0)
            .timeout_connect(Some(patience.connect))
            .timeout_global(Some(patience.attempt))
            .user_agent(concat!("convenant/", env!("CARGO_PKG_VERSION")));
        if ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| host.split(['/', ':']).next() == Some(local) || host.starts_with("[::1]"))
        {
            config = config.proxy(None); // a proxy would look for the ledger on its own machine
        }
        Ok(Self { agent: config.build().new_agent(), base: url.trim_end_matches('/').into(), patience, reader: None })
    }

    /// The same client, which reads as an institution; as anybody where there is none.
    pub fn reading_as(self, reader: Option<ReaderKey>) -> Self {
        Self { reader, ..self }
    }

    /// The institution that it reads as.
    pub fn reader(&self) -> Option<&ReaderKey> {
        self.reader.as_ref()
    }

    /// Sends one message; one answer for each statement in it, in order.
    ///
    /// A refused statement is an [`Answer`], not an error; [`Error::Refused`] is for a batch that was refused as a whole.
    pub fn submit(&self, ledger: &str, message: &Message) -> Result<Vec<Answer>, Error> {
        self.deliver(ledger, message, &[], &mut |_| {})
    }

    /// The same, with content beside a single statement. `met` is told what the gateway signed each time that it had no answer
    /// yet: that the statement had come, and when.
    pub fn deliver(&self, ledger: &str, message: &Message, beside: &[SaltedFile], met: &mut dyn FnMut(&str)) -> Result<Vec<Answer>, Error> {
        let path = ledger_path(ledger, "statements")?;
        let media_type = message.media_type();
        let plain = |url: &str| self.agent.post(url).header("content-type", media_type).send(message.bytes());
        let with_content = |url: &str| {
            let form = format!("multipart/form-data; boundary={}", beside::boundary(message.bytes()));
            let mut body = beside::body(message.bytes(), media_type, beside)?;
            let request = self.agent.post(url).config().timeout_global(Some(self.patience.upload)).build();
            request.header("content-type", form).send(ureq::SendBody::from_reader(&mut body))
        };
        let mut waited = |reply: &Reply| {
            let problem: Option<Problem> = reply.json().ok();
            if let Some(problem) = problem.filter(|problem| !problem.acknowledgement.is_empty()) {
                met(&problem.acknowledgement);
            }
        };
        let reply =
            if beside.is_empty() { self.exchange(&path, plain, &mut waited) } else { self.exchange(&path, with_content, &mut waited) }?;
        match message.batch_size() {
            None => reply.answer().map(|answer| vec![answer]),
            Some(size) => reply.batch_answers(size),
        }
    }

    /// The ledgers of this gateway, as it describes them.
    pub fn ledgers(&self) -> Result<Value, Error> {
        self.ask("/v1/ledgers")?.json()
    }

    /// One ledger, as the gateway describes it.
    pub fn ledger(&self, ledger: &str) -> Result<Value, Error> {
        self.ask(&ledger_path(ledger, "")?)?.json()
    }

    /// All items of a list such as `agreements`, page after page.
    pub fn items(&self, ledger: &str, list: &str) -> Result<Vec<Value>, Error> {
        let mut items = Vec::new();
        let mut path = list.to_owned();
        for _ in 0..MAX_PAGES {
            let page: Page = self.ask(&ledger_path(ledger, &path)?)?.json()?;
            items.extend(page.items);
            let Some(next) = page.next else { return Ok(items) };
            path = next_page(list, &next);
        }
        Err(Error::Unexpected { url: self.base.clone(), status: 200, detail: format!("{list} has no end after {MAX_PAGES} pages") })
    }

    /// The records from this entry on, at most `limit`, and how many the ledger holds.
    pub fn records(&self, ledger: &str, from: u64, limit: u64) -> Result<Records, Error> {
        self.ask(&ledger_path(ledger, &format!("records?from={from}&limit={limit}"))?)?.json()
    }

    /// What happened after an entry, or from the first one on; waits at most so many seconds when there is nothing yet.
    pub fn events(&self, ledger: &str, after: Option<u64>, wait_seconds: u32) -> Result<Vec<Event>, Error> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.ask(&ledger_path(ledger, &format!("events?wait={wait_seconds}{after}"))?)?.json()
    }

    /// The receipt of an entry: the text of its `.tlog-proof`.
    pub fn receipt(&self, ledger: &str, entry: u64) -> Result<String, Error> {
        self.ask(&ledger_path(ledger, &format!("receipts/{entry}"))?)?.text()
    }

    /// SHA-256 of an attachment's salt and content as they are served, read piece by piece; or that it is gone.
    pub fn attachment_hash(&self, ledger: &str, hash: &Hash) -> Result<Gone, Error> {
        let url = format!("{}{}", self.base, ledger_path(ledger, &format!("attachments/{hash}"))?);
        let unreachable = |source| Error::Unreachable { url: url.clone(), source: Box::new(source) };
        let request = self.agent.get(&url).config().timeout_global(Some(self.patience.upload)).build();
        let mut response = request.call().map_err(unreachable)?;
        if response.status() != 200 {
            let reply = Reply::read(&url, response).map_err(unreachable)?;
            return match reply.status {
                404 => Ok(Gone::Missing),
                410 => reply.json::<Value>().map(|problem| Gone::Erased(problem["erasedBy"].as_u64().unwrap_or_default())),
                _ => Err(reply.into_error()),
            };
        }
        let salt = response.headers().get("attachment-salt").and_then(|salt| URL_SAFE_NO_PAD.decode(salt.as_bytes()).ok());
        let (mut hasher, mut piece) = (Hasher::default(), vec![0; 64 * 1024]);
        hasher.update(&salt.unwrap_or_default());
        let mut content = response.body_mut().as_reader();
        loop {
            match content.read(&mut piece) {
                Ok(0) => return Ok(Gone::Not(hasher.finish())),
                Ok(count) => hasher.update(&piece[..count]),
                Err(error) => return Err(unreachable(error.into())),
            }
        }
    }

    /// The latest checkpoint: a signed note.
    pub fn checkpoint(&self, ledger: &str) -> Result<String, Error> {
        self.ask(&ledger_path(ledger, "checkpoint")?)?.text()
    }

    /// The receipts that announce later keys of the log, in its order, unverified; none where the gateway knows no such
    /// document.
    pub fn announcements(&self, ledger: &str) -> Result<Vec<Receipt>, Error> {
        let path = ledger_path(ledger, "trust")?;
        let trust: Value = match self.ask(&path) {
            Ok(reply) => reply.json()?,
            Err(Error::Refused(problem)) if problem.status == 404 => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let texts = trust["logKeys"].as_array().into_iter().flatten().filter_map(|key| key["announcement"].as_str());
        Ok(texts.filter_map(|text| Receipt::parse(text.as_bytes()).ok()).collect())
    }

    /// Whatever stands at a path below a ledger: its media type and its text.
    pub fn get(&self, ledger: &str, path: &str) -> Result<(String, String), Error> {
        let reply = self.ask(&ledger_path(ledger, path)?)?;
        Ok((reply.media_type.clone(), reply.text()?))
    }

    /// The bytes of whatever stands at a path below a ledger.
    pub fn fetch(&self, ledger: &str, path: &str) -> Result<Vec<u8>, Error> {
        Ok(self.ask(&ledger_path(ledger, path)?)?.bytes())
    }

    /// Reads; anything but a 200 is an error.
    fn ask(&self, path: &str) -> Result<Reply, Error> {
        let get = |url: &str| {
            let request = self.agent.get(url);
            // Another one for each attempt: a token is good for one.
            match &self.reader {
                Some(reader) => request.header("authorization", format!("Bearer {}", reader.token())).call(),
                None => request.call(),
            }
        };
        let reply = self.exchange(path, get, &mut |_| {})?;
        if reply.status == 200 { Ok(reply) } else { Err(reply.into_error()) }
    }

    /// Sends until there is an answer that is final, or no attempt is left. `waited` sees every 503 on the way, the last one too.
    fn exchange(
        &self,
        path: &str,
        send: impl Fn(&str) -> Result<Response<ureq::Body>, ureq::Error>,
        waited: &mut dyn FnMut(&Reply),
    ) -> Result<Reply, Error> {
        let url = format!("{}{path}", self.base);
        let mut pause = self.patience.pause;
        let mut left = self.patience.attempts.saturating_sub(1);
        loop {
            let reply = send(&url).and_then(|response| Reply::read(&url, response));
            reply.iter().filter(|reply| reply.status == 503).for_each(&mut *waited);
            let wait = match reply {
                Ok(reply) => match reply.retry_after.filter(|wait| reply.status == 503 && *wait <= self.patience.longest_wait) {
                    Some(wait) if left > 0 => wait,
                    _ => return Ok(reply),
                },
                Err(error) if left > 0 && is_connection_failure(&error) => {
                    pause *= 2;
                    pause / 2
                }
                Err(source) => return Err(Error::Unreachable { url, source: Box::new(source) }),
            };
            left -= 1;
            std::thread::sleep(wait);
        }
    }
}

/// Whether the request may not have arrived, or its answer got lost. A time limit that ran out is final: the next
/// attempt would wait as long again.
fn is_connection_failure(error: &ureq::Error) -> bool {
    use ureq::Error as E;
    matches!(error, E::Io(_) | E::ConnectionFailed | E::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve))
}

/// The path of something below a ledger. What a person typed must not lead elsewhere.
fn ledger_path(ledger: &str, below: &str) -> Result<String, Error> {
    let fits = |text: &str, also: &[u8]| text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~".contains(&c) || also.contains(&c));
    let path = below.split('?').next().unwrap_or_default();
    if ledger.is_empty() || ledger.starts_with('.') || !fits(ledger, b"") {
        return Err(Error::Address(ledger.into(), "a ledger has a name of letters, digits, - and _"));
    }
    if !fits(below, b"/?&=%:") || path.split('/').any(|step| step == "." || step == "..") || path.starts_with('/') {
        return Err(Error::Address(below.into(), "a path below the ledger, such as agreements/ID or records?from=0"));
    }
    let slash = if below.is_empty() { "" } else { "/" };
    Ok(format!("/v1/ledgers/{ledger}{slash}{below}"))
}

/// The path of the next page of a list; a cursor is the server's own text, so it is percent-encoded (RFC 3986 s2.1).
pub fn next_page(list: &str, cursor: &str) -> String {
    let (path, query) = list.split_once('?').unwrap_or((list, ""));
    let kept = query.split('&').filter(|part| !part.is_empty() && !part.starts_with(&format!("{CURSOR}=")));
    let encoded: String = cursor
        .bytes()
        .map(|c| if c.is_ascii_alphanumeric() || b"-._~".contains(&c) { char::from(c).to_string() } else { format!("%{c:02X}") })
        .collect();
    let query: Vec<_> = kept.map(str::to_owned).chain([format!("{CURSOR}={encoded}")]).collect();
    format!("{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests;
