//! Signing, for the tools and for what the gateway itself records.

use crate::envelope::base64url::encode;
use crate::envelope::signing_key::SigningKey;

/// Signs a payload as flattened JSON (RFC 7515 s7.2.2), the form in which statements are sent.
pub fn sign_flattened(key: &SigningKey, typ: &str, payload: &[u8]) -> Vec<u8> {
    let [protected, payload, signature] = sign(key, typ, payload);
    // Base64url holds nothing that JSON would escape.
    format!(r#"{{"payload":"{payload}","protected":"{protected}","signature":"{signature}"}}"#).into_bytes()
}

/// Signs a payload in the compact serialization (RFC 7515 s7.1).
pub fn sign_compact(key: &SigningKey, typ: &str, payload: &[u8]) -> Vec<u8> {
    sign(key, typ, payload).join(".").into_bytes()
}

/// The three parts in base64url: protected, payload, signature.
fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> [String; 3] {
    let alg = key.algorithm().names()[0];
    // In alphabetical order, so that the bytes are the same whichever map serde_json was built with.
    let header = serde_json::json!({ "alg": alg, "kid": key.public().thumbprint(), "typ": typ }).to_string();
    let (protected, payload) = (encode(header.as_bytes()), encode(payload));
    let signature = encode(&key.sign(format!("{protected}.{payload}").as_bytes()));
    [protected, payload, signature]
}
