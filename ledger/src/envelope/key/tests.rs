//! RFC 8037 appendix A, the Wycheproof vectors, and keys that no honest generator makes.

use super::*;
use crate::envelope::signing_key::SigningKey;

const RFC_8037_PRIVATE: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const RFC_8037_PUBLIC: &str = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn read(jwk: &str) -> Result<PublicKey, Refusal> {
    PublicKey::from_jwk(&Json::parse(jwk.as_bytes()).unwrap(), "/body/key")
}

fn read_point(point: &[u8]) -> Result<PublicKey, Refusal> {
    read(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url::encode(point)))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The group order L (RFC 8032 s5.1), little-endian.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn refused(result: Result<PublicKey, Refusal>, rule: Rule, detail: &str) {
    let refusal = result.unwrap_err();
    assert_eq!(refusal.rule(), rule, "{refusal}");
    assert!(refusal.faults()[0].detail.contains(detail), "{refusal}");
    assert!(refusal.faults()[0].pointer.starts_with("/body/key/"), "{refusal}");
}

#[test]
fn rfc_8037_appendix_a_key_and_thumbprint() {
    let key = read(RFC_8037_PUBLIC).unwrap();
    assert_eq!(key.to_jwk().to_string(), RFC_8037_PUBLIC);
    assert_eq!(key.thumbprint().to_string(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let secret = SigningKey::from_jwk(&Json::parse(RFC_8037_PRIVATE.as_bytes()).unwrap()).unwrap();
    assert_eq!(secret.public(), key);
}

#[test]
fn rfc_8037_appendix_a_signature() {
    // Its header is {"alg":"EdDSA"} alone, so this is a test of the primitive, not of our profile.
    let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let secret = SigningKey::from_jwk(&Json::parse(RFC_8037_PRIVATE.as_bytes()).unwrap()).unwrap();
    assert_eq!(base64url::encode(&secret.sign(input)), expected);
    assert!(read(RFC_8037_PUBLIC).unwrap().verify(input, &base64url::decode(expected.as_bytes()).unwrap()));
}

#[test]
fn wycheproof_ed25519_vectors_all_agree() {
    use wycheproof::{TestResult, eddsa};
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        let key = read_point(&group.key.pk).unwrap();
        for test in group.tests {
            // The set has no `acceptable` vectors, so being strict costs no valid signature.
            assert_ne!(test.result, TestResult::Acceptable);
            let valid = test.result == TestResult::Valid;
            assert_eq!(key.verify(&test.msg, &test.sig), valid, "{}: {}", test.tc_id, test.comment);
            seen += 1;
        }
    }
    assert!(seen >= 150, "{seen}");
}

#[test]
fn a_malleable_signature_is_refused() {
    let key = SigningKey::from_seed(&[1; 32]);
    let mut signature = key.sign(b"agreed");
    assert!(key.public().verify(b"agreed", &signature));
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(hex(ORDER)) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert_eq!(carry, 0);
    assert!(!key.public().verify(b"agreed", &signature));
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let key = SigningKey::from_seed(&[1; 32]);
    let signature = key.sign(b"agreed");
    assert!(!key.public().verify(b"agreed", &signature[..63]));
    assert!(!key.public().verify(b"agreed", &[&signature[..], &[0]].concat()));
    assert!(!key.public().verify(b"agreed", b""));
}

#[test]
fn small_order_keys_are_refused() {
    for point in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // The same points, not canonically encoded: y >= p, or a sign on x = 0.
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        refused(read_point(&hex(point)), Rule::KeyUnfit, "small order");
    }
}

#[test]
fn a_key_that_is_not_canonically_encoded_is_refused() {
    // y = p + k for small k is the point y = k; find those on the curve beyond the small-order ones.
    let mut found = 0;
    for low in 0xf0..=0xff_u8 {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (low, 0x7f);
        if VerifyingKey::from_bytes(&point).is_ok() {
            refused(read_point(&point), Rule::KeyUnfit, "canonical");
            found += 1;
        }
    }
    assert!(found > 0);
}

#[test]
fn a_key_with_a_small_order_part_is_refused() {
    let torsion =
        VerifyingKey::from_bytes(&hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05").try_into().unwrap()).unwrap();
    let Material::Ed25519(honest) = SigningKey::from_seed(&[1; 32]).public().material;
    let mixed = (torsion.to_edwards() + honest.to_edwards()).compress();
    refused(read_point(mixed.as_bytes()), Rule::KeyUnfit, "prime-order");
}

#[test]
fn a_point_that_is_not_on_the_curve_is_refused() {
    let mut point = [0; 32];
    point[0] = 2;
    refused(read_point(&point), Rule::KeyUnfit, "not a point");
}

#[test]
fn a_private_key_is_refused_and_the_sender_is_told() {
    refused(read(RFC_8037_PRIVATE), Rule::KeyUnfit, "never send it");
    // Said even where the rest is wrong as well, and without repeating the secret.
    let refusal = read(&RFC_8037_PRIVATE.replace("OKP", "EC")).unwrap_err();
    assert_eq!(refusal.faults().len(), 2);
    assert!(!refusal.to_string().contains("nWGx"));
}

#[test]
fn another_kind_of_key_is_refused() {
    refused(read(&RFC_8037_PUBLIC.replace("OKP", "oct")), Rule::KeyUnfit, "kty");
    refused(read(&RFC_8037_PUBLIC.replace("Ed25519", "Ed448")), Rule::KeyUnfit, "crv");
    refused(read(&RFC_8037_PUBLIC.replace("Ed25519", "X25519")), Rule::KeyUnfit, "crv");
    refused(read(&RFC_8037_PUBLIC.replace(r#""OKP""#, "1")), Rule::WrongValue, "this is");
    refused(read("{}"), Rule::MissingMember, "kty");
    let no_object = read("[]").unwrap_err();
    assert_eq!((no_object.rule(), no_object.faults()[0].pointer.as_str()), (Rule::WrongValue, "/body/key"), "{no_object}");
}

#[test]
fn x_of_another_form_or_length_is_refused() {
    for point in [&[9; 31][..], &[9; 33], &[]] {
        refused(read_point(point), Rule::KeyUnfit, "32 bytes");
    }
    refused(read(&RFC_8037_PUBLIC.replace("URo", "URo=")), Rule::KeyUnfit, "base64url");
    refused(read(&RFC_8037_PUBLIC.replace("URo", "URp")), Rule::KeyUnfit, "base64url");
    refused(read(r#"{"kty":"OKP","crv":"Ed25519"}"#), Rule::MissingMember, "x is missing");
    refused(read(r#"{"kty":"OKP","crv":"Ed25519","x":1}"#), Rule::WrongValue, "this is");
}

#[test]
fn other_members_are_refused() {
    refused(read(&RFC_8037_PUBLIC.replace('{', r#"{"kid":"k","#)), Rule::UnknownMember, "not a required");
}

#[test]
fn serde_reads_a_key_as_strictly_and_writes_its_jwk() {
    let key = read(RFC_8037_PUBLIC).unwrap();
    assert_eq!(serde_json::to_string(&key).unwrap(), RFC_8037_PUBLIC);
    assert_eq!(serde_json::from_str::<PublicKey>(RFC_8037_PUBLIC).unwrap(), key);
    let error = serde_json::from_str::<PublicKey>(RFC_8037_PRIVATE).unwrap_err().to_string();
    assert!(error.contains("never send it"), "{error}");
    assert!(serde_json::from_str::<PublicKey>(&RFC_8037_PUBLIC.replace('}', r#","kty":"OKP"}"#)).is_err());
}

#[test]
fn an_ed25519_key_takes_both_names_of_its_algorithm_and_no_other() {
    for alg in ["Ed25519", "EdDSA"] {
        assert!(Algorithm::Ed25519.accepts(alg));
    }
    for alg in ["none", "None", "", "HS256", "Ed448", "ES256", "PS256", "RS256", "eddsa", "ed25519", "Ed25519ph"] {
        assert!(!Algorithm::Ed25519.accepts(alg), "{alg}");
    }
}
