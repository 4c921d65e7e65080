//! A statement as it was sent: one JWS with one signer, taken apart strictly and kept byte for byte.

mod header;
mod sign;

use super::base64url;
use super::json::Json;
use super::key::PublicKey;
use super::refusal::{Fault, Refusal, Rule, member_pointer};
use crate::words::Hash;

pub use header::Header;
pub use sign::{sign_compact, sign_flattened};

/// How large a JWS may be, in bytes: agreements with all their obligations fit many times over.
pub const MAX_JWS: usize = 256 * 1024;

/// A JWS whose form is right. Its signature has not been checked: that is [`Received::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    raw: Vec<u8>,
    header: Header,
    payload: Vec<u8>,
    signing_input: Vec<u8>,
    signature: Vec<u8>,
}

impl Received {
    /// Takes apart the compact (RFC 7515 s7.1) or the flattened JSON serialization (s7.2.2).
    ///
    /// White space around the JSON is JSON's own (RFC 8259 s2) and kept; a compact JWS has none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_JWS {
            let detail = format!("{} bytes", bytes.len());
            return Err(Refusal::new(Rule::TooLarge, detail, format!("at most {MAX_JWS} bytes")));
        }
        if bytes.trim_ascii_start().starts_with(b"{") {
            let parts = flattened(bytes)?;
            Self::assemble(bytes, parts.each_ref().map(String::as_bytes))
        } else {
            Self::assemble(bytes, compact(bytes)?)
        }
    }

    /// Decodes the three base64url texts.
    fn assemble(raw: &[u8], [protected, payload, signature]: [&[u8]; 3]) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut decode = |name, text| {
            base64url::decode(text).unwrap_or_else(|| {
                faults.push(Fault {
                    pointer: member_pointer("", name),
                    rule: Rule::NotBase64url,
                    detail: format!("the {name} part is not clean base64url"),
                    accepted: base64url::ACCEPTED.into(),
                });
                Vec::new()
            })
        };
        let signing_input = [protected, b".", payload].concat(); // RFC 7515 s5.1 step 5
        let (protected, payload) = (decode("protected", protected), decode("payload", payload));
        let signature = decode("signature", signature);
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal);
        }
        // RFC 7515 appendix F. The ledger serves what was signed, so it must have come along.
        if payload.is_empty() {
            return Err(malformed("/payload", "the payload is empty; detached content is not accepted"));
        }
        Ok(Self { raw: raw.to_vec(), header: Header::parse(&protected)?, payload, signing_input, signature })
    }

    /// Checks the signature with the key that is registered under the header's `kid`.
    ///
    /// Whether that key is valid, and whether the payload may be said, is decided elsewhere.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        let algorithm = key.algorithm();
        if !algorithm.accepts(&self.header.alg) {
            let detail = format!("alg {:?} is not that of the registered key", self.header.alg);
            let accepted = algorithm.names().join(" or ");
            return Err(Refusal::at("/protected/alg", Rule::AlgorithmRefused, detail, accepted));
        }
        let kid = key.thumbprint();
        if self.header.kid != kid {
            let detail = format!("kid {} is not the key that is checked with", self.header.kid);
            return Err(Refusal::at("/protected/kid", Rule::UnknownKey, detail, kid.to_string()));
        }
        if !key.verify(&self.signing_input, &self.signature) {
            let detail = "the signature is not one of this key over these bytes";
            let accepted = "a signature of the exact bytes protected \".\" payload, as sent (RFC 7515 s5.1, RFC 8032)";
            return Err(Refusal::at("/signature", Rule::SignatureInvalid, detail, accepted));
        }
        Ok(())
    }

    /// The JWS exactly as it came; this is what is stored and served.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The protected header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The bytes that were signed for: the statement.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What the signature is over (RFC 7515 s5.1 step 5).
    pub fn signing_input(&self) -> &[u8] {
        &self.signing_input
    }

    /// The signature's bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// SHA-256 of a payload's exact bytes: what makes two statements the same, and what a consent names.
pub fn payload_hash(payload: &[u8]) -> Hash {
    Hash::of(&[payload])
}

const FORM: &str = "a compact JWS of three parts, or {\"payload\":..,\"protected\":..,\"signature\":..} (RFC 7515 s7.1, s7.2.2)";

/// What the signing input is made of, and the signature over it.
const PARTS: [&str; 3] = ["protected", "payload", "signature"];

fn malformed(pointer: &str, detail: impl Into<String>) -> Refusal {
    Refusal::at(pointer, Rule::MalformedJws, detail, FORM)
}

/// The parts of a compact JWS: protected, payload, signature.
fn compact(bytes: &[u8]) -> Result<[&[u8]; 3], Refusal> {
    // Said apart from base64url at large, since a final newline is what everybody's first attempt has.
    if bytes != bytes.trim_ascii() {
        let detail = "there is white space around the compact JWS";
        return Err(Refusal::new(Rule::NotBase64url, detail, base64url::ACCEPTED));
    }
    let parts: Vec<_> = bytes.split(|byte| *byte == b'.').collect();
    parts.as_slice().try_into().map_err(|_| malformed("", format!("{} parts where a JWS has three", parts.len())))
}

/// The members of a flattened JWS: protected, payload, signature.
fn flattened(bytes: &[u8]) -> Result<[String; 3], Refusal> {
    let json = Json::parse(bytes).map_err(|fault| Refusal::at("", fault.rule, fault.detail, FORM))?;
    let mut faults = Vec::new();
    let mut fault = |name: &str, rule, detail: &str| {
        faults.push(Fault { pointer: member_pointer("", name), rule, detail: detail.into(), accepted: FORM.into() });
    };
    let foreign = json.members().iter().filter(|(name, _)| !PARTS.contains(&name.as_str()));
    for (name, _) in foreign.take(header::MAX_FAULTS) {
        match name.as_str() {
            "header" => fault(name, Rule::HeaderRefused, "an unprotected header: nobody signed it"),
            "signatures" => fault(name, Rule::MalformedJws, "several signers; each signs alone here"),
            _ => fault(name, Rule::UnknownMember, "not a member of a flattened JWS"),
        }
    }
    let parts = PARTS.map(|name| match json.get(name) {
        Some(Json::Text(text)) => text.clone(),
        Some(other) => {
            fault(name, Rule::WrongValue, &format!("{} where a string is needed", other.kind()));
            String::new()
        }
        None => {
            fault(name, Rule::MissingMember, "missing");
            String::new()
        }
    });
    Refusal::from_faults(faults).map_or(Ok(parts), Err)
}

#[cfg(test)]
mod tests;
