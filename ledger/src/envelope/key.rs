//! Public keys of institutions: read strictly from a JWK, named by their thumbprint, asked to verify.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::base64url;
use super::json::Json;
use super::kid::Kid;
use super::refusal::{Fault, Refusal, Rule, member_pointer};
use crate::words::Hash;

/// What a key signs with. The registered key decides, never the header that came along (RFC 8725 s3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RFC 8032 s5.1, named `Ed25519` by RFC 9864 s2.2 and `EdDSA` by RFC 8037 s3.1.
    Ed25519,
}

impl Algorithm {
    /// Every algorithm that a registered key may have.
    pub const ALL: &'static [Algorithm] = &[Algorithm::Ed25519];

    /// The values of `alg` that mean this algorithm; the first is the one that we write.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Ed25519 => &["Ed25519", "EdDSA"],
        }
    }

    /// Whether a header with this `alg` may be checked with a key of this algorithm.
    pub fn accepts(self, alg: &str) -> bool {
        self.names().contains(&alg)
    }
}

/// A public JWK (RFC 7517) with its required members only, in the order of RFC 7638 s3.2: its JSON is at once
/// what the thumbprint is taken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Jwk {
    /// An octet key pair (RFC 8037 s2).
    Okp {
        /// The curve: `Ed25519`.
        crv: &'static str,
        /// The kind of key: `OKP`.
        kty: &'static str,
        /// The public key, base64url.
        x: String,
    },
}

impl fmt::Display for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// A public key that is fit to verify with, decoded and named once. As JSON it is its JWK.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    material: Material,
    kid: Kid,
}

/// Private, so that a key can come only through the checks of [`PublicKey::from_jwk`].
#[derive(Clone, PartialEq, Eq)]
enum Material {
    Ed25519(VerifyingKey),
}

impl Material {
    fn to_jwk(&self) -> Jwk {
        match self {
            Self::Ed25519(key) => Jwk::Okp { crv: "Ed25519", kty: "OKP", x: base64url::encode(key.as_bytes()) },
        }
    }
}

impl PublicKey {
    /// Reads a public JWK. `pointer` says where in the message it stands; faults are reported there.
    ///
    /// Refused with [`Rule::KeyUnfit`]: another `kty` or `crv`, a private member, a point that is not on the
    /// curve, not canonically encoded or not of prime order. What is no object, or has a member that is missing or no
    /// string, is refused as everywhere else. Members beyond the required ones are refused with
    /// [`Rule::UnknownMember`]: the thumbprint does not cover them (RFC 7638 s3.2), so two descriptions of one
    /// key could differ.
    pub fn from_jwk(jwk: &Json, pointer: &str) -> Result<Self, Refusal> {
        if !matches!(jwk, Json::Object(_)) {
            return Err(Refusal::at(pointer, Rule::WrongValue, format!("this is {}", jwk.kind()), ACCEPTED));
        }
        let at = |name: &str, rule: Rule, detail: String| Fault {
            pointer: member_pointer(pointer, name),
            rule,
            detail,
            accepted: ACCEPTED.into(),
        };
        let text = |name: &str| match jwk.get(name) {
            None => Err(at(name, Rule::MissingMember, format!("{name} is missing"))),
            Some(json) => json.text().ok_or_else(|| at(name, Rule::WrongValue, format!("this is {}", json.kind()))),
        };
        let mut faults = Vec::new();
        for (name, only) in [("kty", "OKP"), ("crv", "Ed25519")] {
            match text(name) {
                Ok(found) if found == only => {}
                Ok(_) => faults.push(at(name, Rule::KeyUnfit, format!("{name} is not the string {only:?}"))),
                Err(fault) => faults.push(fault),
            }
        }
        let x = text("x").map_err(|fault| faults.push(fault));
        let foreign = jwk.members().iter().map(|(name, _)| name.as_str()).filter(|name| !MEMBERS.contains(name));
        for name in foreign.take(MAX_FAULTS) {
            if PRIVATE_MEMBERS.contains(&name) {
                let detail = format!("{name} is a private key: never send it; as it was sent, make another");
                faults.push(at(name, Rule::KeyUnfit, detail));
            } else {
                faults.push(at(name, Rule::UnknownMember, "not a required member of a public key".into()));
            }
        }
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal);
        }
        let key = ed25519_point(x.unwrap_or_default())
            .map_err(|detail| Refusal::at(member_pointer(pointer, "x"), Rule::KeyUnfit, detail, ACCEPTED))?;
        Ok(Self::of(Material::Ed25519(key)))
    }

    fn of(material: Material) -> Self {
        // RFC 7638 s3: the required members in lexicographic order, without white space.
        let kid = Kid::new(Hash::of(&[material.to_jwk().to_string().as_bytes()]));
        Self { material, kid }
    }

    /// The key as a JWK; its `Display` is JSON.
    pub fn to_jwk(&self) -> Jwk {
        self.material.to_jwk()
    }

    /// The name under which the key is registered.
    pub fn thumbprint(&self) -> Kid {
        self.kid
    }

    /// Whether it is the Ed25519 key with these bytes, wherever else that is written.
    pub fn is_ed25519(&self, bytes: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => key.as_bytes() == bytes,
        }
    }

    /// What this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The public half of a key that was made from a seed, which is fit by construction (RFC 8032 s5.1.5).
    pub(super) fn of_seed(key: VerifyingKey) -> Self {
        Self::of(Material::Ed25519(key))
    }

    /// Whether `signature` is this key's signature of exactly `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            // Strict: S below the group order (RFC 8032 s5.1.7), R canonical and not of small order. So for one
            // message and key the signer alone can make a signature, and nobody can bend it into another.
            Material::Ed25519(key) => {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
        }
    }
}

const ACCEPTED: &str = "a public key of exactly {\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"<32 bytes in base64url>\"} (RFC 8037 s2)";

/// The required members of an octet key pair.
const MEMBERS: [&str; 3] = ["crv", "kty", "x"];

/// Private members of every kind of key (RFC 7518 s6.2.2, s6.3.2, s6.4.1; RFC 8037 s2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// How many foreign members are reported: an answer must not grow with what a stranger sends.
const MAX_FAULTS: usize = 16;

/// Decodes a point and refuses every one that no honest key generation makes.
fn ed25519_point(x: &str) -> Result<VerifyingKey, &'static str> {
    let bytes = base64url::decode_array(x).ok_or("x is not 32 bytes in clean base64url")?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| "x is not a point on the curve")?;
    if key.is_weak() {
        return Err("x is a point of small order: anybody could sign with it");
    }
    let point = key.to_edwards();
    // The decoder accepts y >= p and a sign bit on x = 0, which RFC 8032 s5.1.3 forbids: a second encoding would
    // give one key two thumbprints.
    if point.compress().as_bytes() != &bytes {
        return Err("x is not the canonical encoding of its point");
    }
    // With a small-order part in the key, checks with and without the cofactor (RFC 8032 s5.1.7 allows both)
    // disagree; all who verify this ledger must agree.
    if !point.is_torsion_free() {
        return Err("x is not a point of the prime-order group");
    }
    Ok(key)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.algorithm(), self.thumbprint())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_jwk().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_jwk(&Json::deserialize(deserializer)?, "").map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
