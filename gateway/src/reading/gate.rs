//! Who reads: the institution that a token proves, or anybody when there is none. A token that proves nothing is refused,
//! also where everybody may read, so that its sender does not take the public part for the whole.

use ledger::envelope::{Token, TokenFault};
use ledger::lives::{Institution, Reader};

use super::Served;
use super::replay::Spent;
use crate::sequencer::{LedgerHandle, Unavailable};
use crate::store::StoreFault;

/// What came in the header `Authorization`: a token that nobody has looked at, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bearer(Option<String>);

/// Why a token was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefused {
    /// It proves nothing; the ledger that it should be for, where one was asked for.
    #[error("{0}")]
    Fault(TokenFault, Option<String>),
    /// So many are alive that it cannot be remembered; a moment later it can.
    #[error("so many tokens are in use that this one cannot be taken now")]
    Crowded,
    /// The ledger cannot be read now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Bearer {
    /// Reads the values of the header, of which there is at most one.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, TokenRefused> {
        let mut values = values.into_iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let wrong = |detail: &str| Err(TokenRefused::Fault(TokenFault::new("", detail, "one header, Authorization: Bearer TOKEN"), None));
        if values.next().is_some() {
            return wrong("the header comes twice");
        }
        let Some((scheme, token)) = std::str::from_utf8(value).ok().and_then(|value| value.split_once(' ')) else {
            return wrong("it holds no token");
        };
        // RFC 9110 s11.1: the name of a scheme has no case.
        if !scheme.eq_ignore_ascii_case("bearer") {
            return wrong("it is of another scheme");
        }
        Ok(Self(Some(token.trim_matches(' ').to_owned())))
    }
}

/// The ledger that a token says it is for; refused where it is none of those that are served.
pub(super) fn named(served: &Served, bearer: &Bearer) -> Result<Option<String>, TokenRefused> {
    let Some(text) = &bearer.0 else { return Ok(None) };
    let token = Token::parse(text).map_err(|fault| TokenRefused::Fault(fault, None))?;
    let known: Vec<&str> = served.ledgers().map(|ledger| ledger.row.facts.origin.as_str()).collect();
    if known.contains(&token.audience.as_str()) {
        return Ok(Some(token.audience));
    }
    let fault = TokenFault::new("aud", format!("it is for {}", token.audience), format!("one of: {}", known.join(", ")));
    Err(TokenRefused::Fault(fault, None))
}

/// Who reads a ledger.
pub(super) async fn reader(served: &Served, ledger: &LedgerHandle, bearer: &Bearer) -> Result<Reader, TokenRefused> {
    let Some(text) = &bearer.0 else { return Ok(Reader::Public) };
    let origin = ledger.row.facts.origin.as_str();
    let refuse = |fault| TokenRefused::Fault(fault, Some(origin.to_owned()));
    let token = Token::parse(text).map_err(refuse)?;
    let now = served.host.clock.now();
    // A key that was revoked a moment ago is no longer valid.
    ledger.settled().await?;
    let mut institution = served.host.store.institution(ledger.row.id, &token.issuer).await?;
    // Whoever took its place reads what it may read, with its own key.
    while let Some(successor) = institution.as_ref().and_then(Institution::successor) {
        institution = served.host.store.institution(ledger.row.id, successor).await?;
    }
    let keys = institution.iter().flat_map(|institution| &institution.admitted).flat_map(|admitted| &admitted.keys);
    let unknown = || {
        let detail = format!("{} is not a valid key of {}", token.kid(), token.issuer);
        refuse(TokenFault::new("kid", detail, format!("a key of {} that is registered and valid now", token.issuer)))
    };
    let key = keys.into_iter().find(|key| key.kid == *token.kid() && key.is_valid(now)).ok_or_else(unknown)?;
    token.verify(&key.key, origin, now).map_err(refuse)?;
    if token.issued < served.since.millis().div_euclid(1_000) {
        let detail = "it was made before this gateway started, which has forgotten what was used then";
        return Err(refuse(TokenFault::new("iat", detail, "a new token")));
    }
    match served.replays.spend(&token, now) {
        Ok(()) => Ok(Reader::Institution(token.issuer)),
        Err(Spent::Used) => Err(refuse(TokenFault::new("jti", "this token was used before", "a new token for each request"))),
        Err(Spent::Crowded) => Err(TokenRefused::Crowded),
    }
}
