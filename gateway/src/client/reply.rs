//! One HTTP answer in full, and what it means: an answer to a statement, something to read, or trouble.

use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::http::Response;

use super::answer::Answers;
use super::{Acceptance, Answer, Error, Problem};

/// The largest answer that is read, in bytes; a page of records stays far below.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// An answer in full, whatever its status.
#[derive(Debug)]
pub(super) struct Reply {
    url: String,
    pub(super) status: u16,
    pub(super) media_type: String,
    pub(super) retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Reply {
    /// Reads it to the last byte, within the limits of the agent.
    pub(super) fn read(url: &str, mut response: Response<ureq::Body>) -> Result<Self, ureq::Error> {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let media_type = header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // Only seconds: the other form of RFC 9110 s10.2.3, a date, would need a clock that agrees with the server's.
        let retry_after = header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
        Ok(Self { url: url.into(), status, media_type, retry_after, body })
    }

    fn unexpected(&self, detail: impl Into<String>) -> Error {
        Error::Unexpected { url: self.url.clone(), status: self.status, detail: detail.into() }
    }

    /// The body as JSON of the contract.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| self.unexpected(format!("not the JSON that was expected: {error}")))
    }

    /// The body.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.body
    }

    /// The body as text.
    pub(super) fn text(self) -> Result<String, Error> {
        String::from_utf8(self.body).map_err(|_| Error::Unexpected { url: self.url, status: self.status, detail: "not UTF-8".into() })
    }

    /// What became of a single statement.
    pub(super) fn answer(self) -> Result<Answer, Error> {
        match self.status {
            200 | 201 => Ok(Answer::Accepted(Acceptance { repeat: self.status == 200, ..self.json()? })),
            _ => match self.into_error() {
                Error::Refused(problem) => Ok(Answer::Refused(problem)),
                error => Err(error),
            },
        }
    }

    /// What became of each statement of a batch.
    pub(super) fn batch_answers(self, size: usize) -> Result<Vec<Answer>, Error> {
        if self.status != 200 {
            return Err(self.into_error());
        }
        let answers = self.json::<Answers>()?.answers;
        if answers.len() != size {
            return Err(self.unexpected(format!("{} answers to {size} statements", answers.len())));
        }
        answers.into_iter().map(|answer| Answer::of_batch(answer).map_err(|detail| self.unexpected(detail))).collect()
    }

    /// A refusal if the gateway says why; otherwise trouble that is nobody's statement's fault.
    pub(super) fn into_error(self) -> Error {
        let problem = (self.media_type == "application/problem+json").then(|| self.json::<Problem>());
        match problem {
            Some(Ok(problem)) if Problem::is_refusal(self.status) => Error::Refused(Box::new(Problem { status: self.status, ..problem })),
            Some(Ok(problem)) => self.unexpected(problem.to_string()),
            Some(Err(error)) => error,
            None => {
                let shown: String = String::from_utf8_lossy(&self.body).chars().take(200).collect();
                self.unexpected(if shown.trim().is_empty() { "an empty answer".into() } else { shown })
            }
        }
    }
}
