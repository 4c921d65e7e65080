//! How a statement arrives: strict JSON, its shape, its signature, and every reason to say no.

pub mod refusal;
pub mod json;
mod base64url;
pub mod kid;
pub mod key;
pub mod signing_key;
pub mod jws;
pub mod shape;
pub mod statement;
pub mod attempt;
pub mod token;

pub use attempt::Attempt;
pub use jws::{MAX_JWS, Received, payload_hash, sign_compact, sign_flattened};
pub use key::{Algorithm, Jwk, PublicKey};
pub use kid::Kid;
pub use refusal::{Class, Fault, Refusal, Rule};
pub use signing_key::SigningKey;
pub use statement::{Body, GATEWAY, Parsed, Statement, Type, Verified};
pub use token::{Token, TokenFault, read_token};
