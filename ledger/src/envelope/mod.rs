//! How a statement arrives: strict JSON, its shape, its signature, and every reason to say no.

pub mod refusal;
pub mod json;
mod base64url;
pub mod kid;
pub mod key;
pub mod signing_key;
pub mod jws;

pub use jws::{MAX_JWS, Received, payload_hash, sign_compact, sign_flattened};
pub use key::{Algorithm, Jwk, PublicKey};
pub use kid::Kid;
pub use signing_key::SigningKey;
