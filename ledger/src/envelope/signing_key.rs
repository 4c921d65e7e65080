//! The secret half: what tools sign with, and the gateway its own flags and refusals.

use std::fmt;

use ed25519_dalek::Signer as _;

use super::base64url;
use super::json::Json;
use super::key::{Algorithm, PublicKey};
use super::refusal::{Refusal, Rule};

/// An Ed25519 signing key, the only kind that the ledger's own parts sign with. Wiped from memory when dropped;
/// a seed, or a text that a key was read from, is the caller's to wipe.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key that follows from 32 random bytes (RFC 8032 s5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads the private JWK of a key file (RFC 8037 s2, appendix A.1), as [`SigningKey::to_jwk`] writes it.
    pub fn from_jwk(jwk: &Json) -> Result<Self, Refusal> {
        // No message here repeats a value: what ends up in a log must not hold the secret.
        let unfit = |detail: &str| Refusal::new(Rule::KeyUnfit, detail, ACCEPTED);
        let (secret, public): (Vec<_>, Vec<_>) = jwk.members().iter().cloned().partition(|(name, _)| name == "d");
        let public = PublicKey::from_jwk(&Json::Object(public), "")?;
        let seed = secret.first().and_then(|(_, seed)| base64url::decode_array(seed.text()?));
        let key = Self::from_seed(&seed.ok_or_else(|| unfit("d is not 32 bytes in clean base64url"))?);
        // A file that was mixed up: signing with a public half that is not the secret's leaks the secret.
        if key.public() != public {
            return Err(unfit("x is not the public key that belongs to d"));
        }
        Ok(key)
    }

    /// The private JWK as JSON, for a key file that only its owner may read. Never to be sent or logged.
    pub fn to_jwk(&self) -> String {
        let (d, x) = (base64url::encode(self.0.as_bytes()), base64url::encode(self.0.verifying_key().as_bytes()));
        format!(r#"{{"crv":"Ed25519","d":"{d}","kty":"OKP","x":"{x}"}}"#)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::of_seed(self.0.verifying_key())
    }

    /// What this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    /// The 64 bytes of the signature. The same message always gives the same bytes (RFC 8032 s5.1.6).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

const ACCEPTED: &str = r#"a private key of exactly {"kty":"OKP","crv":"Ed25519","x":...,"d":...} (RFC 8037 s2)"#;

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_gives_the_same_key_back_and_debug_hides_the_secret() {
        let key = SigningKey::from_seed(&[7; 32]);
        let text = key.to_jwk();
        let read = SigningKey::from_jwk(&Json::parse(text.as_bytes()).unwrap()).unwrap();
        assert_eq!((read.public(), read.sign(b"x")), (key.public(), key.sign(b"x")));
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public().thumbprint()));
    }

    #[test]
    fn key_files_that_do_not_fit_are_refused_without_showing_the_secret() {
        let text = SigningKey::from_seed(&[7; 32]).to_jwk();
        let other = SigningKey::from_seed(&[8; 32]).to_jwk();
        let mixed = format!("{},{}", &text[..text.find(r#","kty""#).unwrap()], &other[other.find(r#""kty""#).unwrap()..]);
        for wrong in [
            mixed,
            text.replace(r#""d":"#, r#""e":"#),
            text.replace(r#""d":"Bw"#, r#""d":"Bw=="#),
            SigningKey::from_seed(&[7; 32]).public().to_jwk().to_string(),
            "[]".into(),
        ] {
            let refusal = SigningKey::from_jwk(&Json::parse(wrong.as_bytes()).unwrap()).unwrap_err();
            let expected = match wrong.as_str() {
                "[]" => Rule::MissingMember,
                other if other.contains(r#""e""#) => Rule::UnknownMember,
                _ => Rule::KeyUnfit,
            };
            assert_eq!(refusal.rule(), expected, "{wrong}");
            assert!(!refusal.to_string().contains("BwcHBwcH"), "{refusal}");
        }
    }
}
