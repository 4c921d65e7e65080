//! The protected header: three members, all of them signed, and none that says how to check them.

use crate::envelope::json::Json;
use crate::envelope::key::Algorithm;
use crate::envelope::kid::Kid;
use crate::envelope::refusal::{Fault, Refusal, Rule, member_pointer};

/// What a protected header says. `x5c` may come along; it is data and not kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name of a signature algorithm that some registered key may have.
    pub alg: String,
    /// The key that signed, by its thumbprint.
    pub kid: Kid,
    /// The type of the statement (RFC 7515 s4.1.9), so that one type cannot pass for another (RFC 8725 s3.11).
    pub typ: String,
}

/// How many foreign members are reported: an answer must not grow with what a stranger sends.
pub(super) const MAX_FAULTS: usize = 16;

const ACCEPTED: &str = "exactly alg, kid and typ in the protected header; x5c is ignored";

impl Header {
    /// Reads the decoded protected header and reports all of its faults at once.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let json = Json::parse(bytes).map_err(|fault| {
            Refusal::at("/protected", fault.rule, fault.detail, "base64url of one JSON object, members unique (RFC 7515 s4)")
        })?;
        if !matches!(json, Json::Object(_)) {
            let detail = format!("{} where an object is needed", json.kind());
            return Err(Refusal::at("/protected", Rule::MalformedJws, detail, ACCEPTED));
        }
        let refused = json.members().iter().filter_map(|(name, _)| Some((name, refused_member(name)?)));
        let mut faults: Vec<_> = refused.take(MAX_FAULTS).map(|(name, why)| fault(name, Rule::HeaderRefused, why)).collect();
        let members = (required(&json, "alg", known_algorithm), required(&json, "kid", thumbprint));
        match (members, required(&json, "typ", |typ| Ok(typ.to_owned()))) {
            ((Ok(alg), Ok(kid)), Ok(typ)) if faults.is_empty() => Ok(Self { alg, kid, typ }),
            ((alg, kid), typ) => {
                faults.extend([alg.err(), kid.err(), typ.err()].into_iter().flatten());
                Err(Refusal::from_faults(faults).expect("this arm is for a fault"))
            }
        }
    }
}

fn fault(name: &str, rule: Rule, detail: impl Into<String>) -> Fault {
    Fault { pointer: member_pointer("/protected", name), rule, detail: detail.into(), accepted: ACCEPTED.into() }
}

/// Why a member may not be there; `None` if it may.
fn refused_member(name: &str) -> Option<&'static str> {
    match name {
        "alg" | "kid" | "typ" | "x5c" => None,
        // RFC 7515 s4.1.11: to accept crit is to promise that every extension it names is understood.
        "crit" => Some("no extension is understood here"),
        "b64" => Some("the payload is always base64url; RFC 7797 is not used"),
        // RFC 8725 s3.1, s3.10: a key that comes with the message, or from an address in it, proves nothing.
        "jwk" | "jku" | "x5u" => Some("the key is the registered one, never one from the header"),
        _ => Some("not a member of our header"),
    }
}

/// A member that must be there, a string, and to the liking of `read`.
fn required<T>(json: &Json, name: &str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, Fault> {
    match json.get(name) {
        Some(Json::Text(text)) => read(text),
        Some(other) => Err(fault(name, Rule::WrongValue, format!("{} where a string is needed", other.kind()))),
        None => Err(fault(name, Rule::MissingMember, "missing")),
    }
}

/// Refuses here what no registered key can have: `none`, HS256 and the like (RFC 8725 s2.1, s3.1).
fn known_algorithm(alg: &str) -> Result<String, Fault> {
    if Algorithm::ALL.iter().any(|algorithm| algorithm.accepts(alg)) {
        return Ok(alg.to_owned());
    }
    let shown: String = alg.chars().take(40).collect();
    let names: Vec<_> = Algorithm::ALL.iter().flat_map(|algorithm| algorithm.names()).copied().collect();
    let refused = fault("alg", Rule::AlgorithmRefused, format!("{shown:?} is not the algorithm of any key here"));
    Err(Fault { accepted: names.join(", "), ..refused })
}

fn thumbprint(kid: &str) -> Result<Kid, Fault> {
    let refused = |accepted: &str| Fault { accepted: accepted.into(), ..fault("kid", Rule::WrongValue, "not the thumbprint of a key") };
    kid.parse().map_err(refused)
}
