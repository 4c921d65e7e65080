//! Proof that an institution holds the private half of a key that it adds with another one.

use serde_json::json;

use crate::envelope::json::Json;
use crate::envelope::{Kid, PublicKey, Received, Refusal, Rule};
use crate::words::Slug;

/// The `typ` of a proof of possession.
pub const PROOF_TYP: &str = "convenant.key-proof.v1+jws";

/// The payload that the new key signs: for which ledger, for whom, and which key.
pub fn proof_payload(ledger: &str, institution: &Slug, key: &Kid) -> Vec<u8> {
    json!({ "ledger": ledger, "institution": institution, "key": key }).to_string().into_bytes()
}

/// Checks a compact JWS by the new key over exactly that payload (members in any order).
pub(super) fn check_possession(proof: &str, ledger: &str, institution: &Slug, key: &PublicKey) -> Result<(), Refusal> {
    let kid = key.thumbprint();
    let wrong = |detail: String| {
        let accepted =
            format!("a compact JWS by the new key, typ {PROOF_TYP}, with ledger {ledger}, institution {institution} and key {kid}");
        Refusal::at("/body/proof", Rule::ProofOfPossession, detail, accepted)
    };
    let received = Received::parse(proof.as_bytes()).map_err(|refusal| wrong(refusal.to_string()))?;
    if received.header().typ != PROOF_TYP {
        return Err(wrong(format!("typ is {:?}", received.header().typ)));
    }
    received.verify(key).map_err(|refusal| wrong(refusal.to_string()))?;
    let payload = Json::parse(received.payload()).map_err(|fault| wrong(fault.detail))?;
    let expected = [("ledger", ledger.to_owned()), ("institution", institution.to_string()), ("key", kid.to_string())];
    let fits = expected.iter().all(|(name, value)| payload.get(name).and_then(Json::text) == Some(value));
    if fits && payload.members().len() == expected.len() { Ok(()) } else { Err(wrong("the payload does not fit".into())) }
}
