//! How a reader proves which institution it is: a JWT (RFC 7519) that lives for minutes, signed with a registered key.
//!
//! It is taken apart by the code that takes statements apart, so it is as strict: no double members, no foreign header
//! members, and the registered key decides the algorithm (RFC 8725). What is left to the shell is what a pure function
//! cannot know: whether it was used before.

use std::fmt;

use serde_json::json;

use super::json::Json;
use super::jws::{Received, sign_compact};
use super::key::PublicKey;
use super::kid::Kid;
use super::refusal::Refusal;
use super::signing_key::SigningKey;
use crate::words::{Instant, Slug};

/// The `typ` of a token, so that no statement can pass for one (RFC 8725 s3.11).
pub const TOKEN_TYP: &str = "convenant.read.v1+jwt";
/// A token has at most so many bytes.
pub const MAX_TOKEN: usize = 4_096;
/// A token lives at most so many seconds.
pub const MOST_SECONDS: i64 = 300;
/// The clock of whoever made it may run ahead so many seconds.
pub const AHEAD_SECONDS: i64 = 30;

const FORM: &str = "a compact JWS, typ convenant.read.v1+jwt, with alg, kid and typ in its header";

/// A token whose form is right. Its signature has not been checked: that is [`Token::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    received: Received,
    /// The institution that says that it reads.
    pub issuer: Slug,
    /// The origin of the ledger that it is for.
    pub audience: String,
    /// When it was made, in seconds since 1970.
    pub issued: i64,
    /// From when on it is worth nothing, in seconds since 1970.
    pub expires: i64,
    /// Its own id, which is used once.
    pub id: String,
    not_before: Option<i64>,
}

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFault {
    /// The claim or header member; empty for the whole.
    pub member: &'static str,
    /// What is wrong.
    pub detail: String,
    /// What would be accepted.
    pub accepted: String,
}

impl TokenFault {
    /// A fault of one member.
    pub fn new(member: &'static str, detail: impl Into<String>, accepted: impl Into<String>) -> Self {
        Self { member, detail: detail.into(), accepted: accepted.into() }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.member.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}; accepted: {}", self.member, self.detail, self.accepted)
    }
}

impl Token {
    /// Reads a token. Claims that are not known are ignored (RFC 7519 s4), those that are must fit.
    pub fn parse(text: &str) -> Result<Self, TokenFault> {
        if text.len() > MAX_TOKEN {
            return Err(TokenFault::new("", format!("{} bytes", text.len()), format!("at most {MAX_TOKEN} bytes")));
        }
        if text.trim_ascii_start().starts_with('{') {
            return Err(TokenFault::new("", "this is a JWS as JSON", FORM));
        }
        let received = Received::parse(text.as_bytes()).map_err(|refusal| form(&refusal))?;
        if received.header().typ != TOKEN_TYP {
            return Err(TokenFault::new("typ", "this is no token for reading", TOKEN_TYP));
        }
        let claims = Json::parse(received.payload()).map_err(|fault| TokenFault::new("", fault.detail, fault.accepted))?;
        let issuer = text_of(&claims, "iss").and_then(|text| text.parse().ok());
        let issuer = issuer.ok_or_else(|| TokenFault::new("iss", "it names no institution", "the id of an institution"))?;
        let audience = audience(&claims).ok_or_else(|| TokenFault::new("aud", "it names no ledger", "the origin of one ledger"))?;
        let id = text_of(&claims, "jti").filter(|id| (8..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
        let id =
            id.ok_or_else(|| TokenFault::new("jti", "it has no id of its own", "8 to 128 visible ASCII characters, another each time"))?;
        let (issued, expires) = (seconds(&claims, "iat")?, seconds(&claims, "exp")?);
        let not_before = claims.get("nbf").map(|_| seconds(&claims, "nbf")).transpose()?;
        let (audience, id) = (audience.to_owned(), id.to_owned());
        Ok(Self { received, issuer, audience, issued, expires, id, not_before })
    }

    /// The key that it names.
    pub fn kid(&self) -> &Kid {
        &self.received.header().kid
    }

    /// Checks it at an instant: that it is for this ledger, alive, and signed with this key. Whether that key is its
    /// institution's and valid is asked before, whether it was used, after.
    pub fn verify(&self, key: &PublicKey, origin: &str, now: Instant) -> Result<(), TokenFault> {
        if self.audience != origin {
            return Err(TokenFault::new("aud", format!("it is for {}", self.audience), origin));
        }
        self.received.verify(key).map_err(|refusal| form(&refusal))?;
        let now = now.millis().div_euclid(1_000);
        if !(1..=MOST_SECONDS).contains(&self.expires.saturating_sub(self.issued)) {
            let detail = format!("it lives from {} to {}", self.issued, self.expires);
            return Err(TokenFault::new("exp", detail, format!("1 to {MOST_SECONDS} seconds after iat")));
        }
        if self.expires <= now {
            return Err(TokenFault::new(
                "exp",
                format!("it ended at {}, and it is {now}", self.expires),
                "a token that is alive: make another",
            ));
        }
        let begins = self.issued.max(self.not_before.unwrap_or(self.issued));
        if begins > now + AHEAD_SECONDS {
            let member = if begins == self.issued { "iat" } else { "nbf" };
            return Err(TokenFault::new(member, format!("{begins}, and it is {now}"), format!("at most {AHEAD_SECONDS} seconds ahead")));
        }
        Ok(())
    }
}

/// Makes a token that lives for a minute. `id` is another each time, and random.
pub fn read_token(key: &SigningKey, institution: &Slug, origin: &str, now: Instant, id: &str) -> String {
    let issued = now.millis().div_euclid(1_000);
    let claims = json!({ "iss": institution, "aud": origin, "iat": issued, "exp": issued + 60, "jti": id });
    let token = sign_compact(key, TOKEN_TYP, claims.to_string().as_bytes());
    String::from_utf8(token).expect("a compact JWS is ASCII")
}

fn form(refusal: &Refusal) -> TokenFault {
    let fault = &refusal.faults()[0];
    let member = [("/protected/alg", "alg"), ("/protected/kid", "kid"), ("/protected/typ", "typ"), ("/signature", "signature")];
    let member = member.iter().find(|(pointer, _)| fault.pointer == *pointer).map_or("", |(_, member)| member);
    TokenFault::new(member, fault.detail.clone(), fault.accepted.clone())
}

fn text_of<'a>(claims: &'a Json, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Json::text)
}

/// One ledger, alone or as the only one of a list (RFC 7519 s4.1.3).
fn audience(claims: &Json) -> Option<&str> {
    match claims.get("aud")? {
        Json::Text(one) => Some(one),
        Json::List(list) => list.as_slice().first().filter(|_| list.len() == 1)?.text(),
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Object(_) => None,
    }
}

fn seconds(claims: &Json, name: &'static str) -> Result<i64, TokenFault> {
    match claims.get(name) {
        Some(Json::Int(seconds)) if *seconds >= 0 => Ok(*seconds),
        _ => Err(TokenFault::new(name, "it says no time", "whole seconds since 1970 (RFC 7519 s2)")),
    }
}

#[cfg(test)]
mod tests;
