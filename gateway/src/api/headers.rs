//! Headers that a Dutch public API sends with every answer, errors too.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

const FIXED: [(HeaderName, &str); 6] = [
    (HeaderName::from_static("api-version"), super::VERSION),
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

pub(super) fn add(response: &mut Response) {
    for (name, value) in FIXED {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What is answered depends on who asks; a tile is the same for everybody, and may be kept.
    if !response.headers().get(header::CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public")) {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("authorization"));
    }
}
