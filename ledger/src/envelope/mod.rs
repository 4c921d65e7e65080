//! How a statement arrives: strict JSON, its shape, its signature, and every reason to say no.

pub mod refusal;
pub mod json;
