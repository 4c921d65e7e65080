//! Asking one witness over HTTP, once: what it answers, whatever that is, within a time limit.

use std::time::Duration;

use ledger::log::note::{Note, Signature, VerifierKey};
use ledger::log::witness::{AddCheckpoint, AnswerFault, cosignature};
use ureq::Agent;

/// The largest answer that is read: a witness has a line for each of its keys.
const MAX_ANSWER: u64 = 16 * 1024;

/// A way to one witness. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    agent: Agent,
    url: String,
    limit: Duration,
}

/// What came of asking.
#[derive(Debug)]
pub(super) enum Reply {
    /// A cosignature that holds.
    Cosigned(Signature),
    /// It has cosigned a checkpoint of this size (409).
    Knows(u64),
    /// It does not cosign: this status.
    Denied(u16),
    /// Something that no witness answers: a signature that does not hold, a 409 without a size.
    Nonsense(String),
    /// No answer in time.
    Late,
    /// No answer.
    Unreachable(String),
}

impl Asker {
    /// For the witness with this submission prefix; each time it has so long, from the name look-up to the last byte.
    pub(super) fn new(url: &str, limit: Duration) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(limit))
            .timeout_global(Some(limit))
            .user_agent(concat!("convenant/", env!("CARGO_PKG_VERSION")));
        if is_local(url) {
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), url: format!("{}/add-checkpoint", url.trim_end_matches('/')), limit }
    }

    /// How long it has each time.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Asks; blocks for as long as the limit at most.
    pub(super) fn ask(&self, request: &AddCheckpoint, key: &VerifierKey) -> Reply {
        let mut answer = match self.agent.post(&self.url).header("content-type", "text/plain; charset=utf-8").send(request.to_string()) {
            Ok(answer) => answer,
            Err(error) => return lost(&error),
        };
        let status = answer.status().as_u16();
        let is_size = answer.headers().get("content-type").is_some_and(|kind| kind == "text/x.tlog.size");
        let body = match answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec() {
            Ok(body) => body,
            Err(error) => return lost(&error),
        };
        match status {
            200 => cosigned(&request.checkpoint, &body, key),
            409 if is_size => size(&body).map_or_else(|| Reply::Nonsense("a 409 whose size is no number".into()), Reply::Knows),
            // Witnesses in the field deviate: an empty 409 is no more than a no.
            _ => Reply::Denied(status),
        }
    }
}

fn cosigned(checkpoint: &Note, body: &[u8], key: &VerifierKey) -> Reply {
    match cosignature(checkpoint, body, key) {
        Ok((signature, _)) => Reply::Cosigned(signature),
        Err(fault @ (AnswerFault::Note(_) | AnswerFault::NotItsKey)) => Reply::Nonsense(fault.to_string()),
    }
}

/// A decimal number and a line feed.
fn size(body: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(body).ok()?.strip_suffix('\n')?;
    let canonical = text == "0" || !text.starts_with('0');
    (canonical && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn lost(error: &ureq::Error) -> Reply {
    match error {
        ureq::Error::Timeout(_) => Reply::Late,
        ureq::Error::BodyExceedsLimit(_) => Reply::Nonsense("an answer that is too long".into()),
        error => Reply::Unreachable(error.to_string()),
    }
}

/// Whether a URL is of this machine: a proxy would look for it on its own.
fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.starts_with("[::1]") || ["127.0.0.1", "localhost"].contains(&host.split(['/', ':']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_one_spelling() {
        assert_eq!(size(b"0\n"), Some(0));
        assert_eq!(size(b"1234\n"), Some(1234));
        for wrong in [&b""[..], b"\n", b"5", b"05\n", b"+5\n", b"5 \n", b"5\n\n", b"18446744073709551616\n", b"\xff\n"] {
            assert_eq!(size(wrong), None, "{wrong:?}");
        }
    }
}
