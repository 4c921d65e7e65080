//! Base64url as JOSE writes it (RFC 7515 s2): no padding, no white space, one text per value.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What every part of a JWS and every value in a JWK must look like; for `Fault::accepted`.
pub(super) const ACCEPTED: &str = "base64url without padding or white space, unused bits zero (RFC 7515 s2)";

/// The bytes behind a text; `None` if another text for the same bytes would be the clean one.
///
/// This engine refuses `=`, white space, `+`, `/` and unused bits that are not zero (RFC 4648 s3.3, s3.5): a
/// decoder that mends them would let one signature travel as several byte strings.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Like [`decode`], for a value whose length is fixed.
pub(super) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text.as_bytes())?.try_into().ok()
}

/// The one text for these bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_that_is_not_the_clean_one_is_refused() {
        assert_eq!(decode(b"-_8"), Some(vec![0xfb, 0xff]));
        for text in ["-_8=", "+/8", "-_8 ", " -_8", "-_8\n", "-\n_8", "-_9", "AB", "A", "AAAAA", "-_\u{e9}"] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
    }
}
