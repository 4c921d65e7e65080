//! What the signing format's list says is refused, by its numbers.

use super::*;

#[test]
fn signing_1_an_algorithm_of_no_key_is_refused() {
    for alg in ["none", "nOnE", "", "HS256", "HS512", "Ed448", "ES256", "PS256", "RS256"] {
        refused(&with_alg(alg), &[(Rule::AlgorithmRefused, "/protected/alg")]);
    }
}

#[test]
fn signing_1_an_unsigned_jws_with_alg_none_is_refused() {
    let signed = String::from_utf8(with_alg("none")).unwrap();
    let unsigned = &signed[..=signed.rfind('.').unwrap()];
    refused(unsigned.as_bytes(), &[(Rule::AlgorithmRefused, "/protected/alg")]);
}

#[test]
fn signing_1_an_algorithm_that_is_not_the_keys_is_refused() {
    // What parsing lets through as another key's algorithm must still fit this key.
    let mut received = Received::parse(PINNED.as_bytes()).unwrap();
    received.header.alg = "ES256".into();
    let refusal = received.verify(&key().public()).unwrap_err();
    assert_eq!(refusal.rule(), Rule::AlgorithmRefused);
    assert_eq!(refusal.faults()[0].accepted, "Ed25519 or EdDSA");
}

#[test]
fn signing_2_keys_in_the_header_are_refused() {
    for name in ["jwk", "jku", "x5u"] {
        let pointer = format!("/protected/{name}");
        refused(&with_extra(&format!(r#""{name}":"https://keys.example""#)), &[(Rule::HeaderRefused, &pointer)]);
    }
}

#[test]
fn signing_2_a_certificate_chain_is_data() {
    assert!(accept(&with_extra(r#""x5c":["MIIB"]"#)).is_ok());
}

#[test]
fn signing_3_crit_is_refused_whatever_it_names() {
    for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null"] {
        refused(&with_extra(&format!(r#""crit":{crit}"#)), &[(Rule::HeaderRefused, "/protected/crit")]);
    }
}

#[test]
fn signing_3_crit_outside_the_protected_header_is_refused() {
    refused(PINNED.replace('}', r#","crit":["exp"]}"#).as_bytes(), &[(Rule::UnknownMember, "/crit")]);
    refused(PINNED.replace('}', r#","header":{"crit":["exp"]}}"#).as_bytes(), &[(Rule::HeaderRefused, "/header")]);
}

#[test]
fn signing_3_b64_is_refused() {
    for b64 in ["false", "true"] {
        refused(&with_extra(&format!(r#""b64":{b64}"#)), &[(Rule::HeaderRefused, "/protected/b64")]);
    }
}

#[test]
fn signing_3_an_unprotected_header_is_refused_even_if_empty() {
    refused(PINNED.replace('}', r#","header":{}}"#).as_bytes(), &[(Rule::HeaderRefused, "/header")]);
}

#[test]
fn signing_3_other_header_members_are_refused() {
    refused(&with_extra(r#""cty":"json""#), &[(Rule::HeaderRefused, "/protected/cty")]);
    refused(&with_extra(r#""a/b~":1"#), &[(Rule::HeaderRefused, "/protected/a~1b~0")]);
}

#[test]
fn signing_4_duplicate_members_in_the_header_are_refused() {
    refused(&with_extra(r#""alg":"none""#), &[(Rule::DuplicateMember, "/protected")]);
    refused(&with_extra(r#""\u0061lg":"none""#), &[(Rule::DuplicateMember, "/protected")]);
    refused(&with_extra(r#""x5c":{"a":1,"a":2}"#), &[(Rule::DuplicateMember, "/protected")]);
}

#[test]
fn signing_4_duplicate_members_in_the_envelope_are_refused() {
    refused(PINNED.replace('}', r#","payload":"e30"}"#).as_bytes(), &[(Rule::DuplicateMember, "")]);
}

#[test]
fn signing_5_unclean_base64url_is_refused_in_every_part() {
    let compact = String::from_utf8(sign_compact(&key(), "withdrawal", PAYLOAD.as_bytes())).unwrap();
    let parts: Vec<_> = compact.split('.').collect();
    for (at, name) in PARTS.iter().enumerate() {
        let stray = parts[at].strip_suffix(['0', 'Q']).map(|rest| format!("{rest}R"));
        let unclean = [
            format!("{}=", parts[at]),
            format!("{}==", parts[at]),
            format!("{} {}", &parts[at][..4], &parts[at][4..]),
            format!("{}\n{}", &parts[at][..4], &parts[at][4..]),
            format!("+{}", &parts[at][1..]),
            format!("/{}", &parts[at][1..]),
            format!("\u{e9}{}", &parts[at][2..]),
            stray.unwrap(),
        ];
        for unclean in unclean {
            let mut parts = parts.clone();
            parts[at] = &unclean;
            let pointer = format!("/{name}");
            refused(parts.join(".").as_bytes(), &[(Rule::NotBase64url, &pointer)]);
            let [protected, payload, signature] = parts[..].try_into().unwrap();
            let json = serde_json::json!({ "protected": protected, "payload": payload, "signature": signature });
            refused(json.to_string().as_bytes(), &[(Rule::NotBase64url, &pointer)]);
        }
    }
}

#[test]
fn signing_5_white_space_around_a_compact_jws_is_refused() {
    let compact = String::from_utf8(sign_compact(&key(), "withdrawal", PAYLOAD.as_bytes())).unwrap();
    for spaced in [format!("{compact}\n"), format!(" {compact}"), format!("{compact}\r\n")] {
        refused(spaced.as_bytes(), &[(Rule::NotBase64url, "")]);
    }
    refused(format!("{compact}\u{b}").as_bytes(), &[(Rule::NotBase64url, "/signature")]);
}

#[test]
fn signing_7_a_malleable_signature_is_refused() {
    const ORDER: [u8; 16] = 0x14de_f9de_a2f7_9cd6_5812_631a_5cf5_d3ed_u128.to_le_bytes();
    let received = Received::parse(PINNED.as_bytes()).unwrap();
    let mut signature = received.signature().to_vec();
    let order = ORDER.into_iter().chain([0; 15]).chain([0x10]); // L, RFC 8032 s5.1
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    let bent = PINNED.replace(&base64url::encode(received.signature()), &base64url::encode(&signature));
    assert_ne!(bent, PINNED);
    refused(bent.as_bytes(), &[(Rule::SignatureInvalid, "/signature")]);
}
