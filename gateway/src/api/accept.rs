//! What the sender accepts (RFC 9110, 12.5.1): an answer in another form is 406, and says which form there is.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use headers_accept::Accept;
use mediatype::{MediaType, Name, names};

use super::Problem;
use super::problem::whole;

/// Errors are problem details, and of reads, the answer is compared with what was asked for; errors are told whatever
/// is accepted.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accept = request.headers().get(header::ACCEPT).cloned().filter(|_| is_read);
    let response = whole(next.run(request).await).await;
    let Some(accept) = accept.filter(|_| response.status().is_success()) else { return response };
    let form = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match takes(&accept, form) {
        true => response,
        false => unacceptable(form).into_response(),
    }
}

/// For what changes something: refused before it does.
pub(super) fn must_take(headers: &HeaderMap, form: &str) -> Result<(), Problem> {
    if headers.get(header::ACCEPT).is_none_or(|accept| takes(accept, form)) { Ok(()) } else { Err(unacceptable(form)) }
}

fn unacceptable(form: &str) -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "Not acceptable", format!("the answer is {form}; accepted: an Accept header with it, or none"))
}

/// Whether an Accept header has room for a form. Parameters are not compared, and a header that is none asks for nothing.
fn takes(accept: &HeaderValue, form: &str) -> bool {
    let (Ok(accept), Ok(form)) = (Accept::try_from(accept), MediaType::parse(form)) else { return true };
    let fits = |asked: Name<'_>, has: Name<'_>| asked == names::_STAR || asked == has;
    // The most specific range comes first, and it decides: `text/html;q=0, */*` wants anything else.
    let range = accept.media_types().find(|range| fits(range.ty(), form.ty) && fits(range.subty(), form.subty));
    let unwanted = |range: &mediatype::MediaTypeBuf| {
        mediatype::ReadParams::get_param(range, names::Q).is_some_and(|q| q.as_str().parse::<f32>().is_ok_and(|q| q <= 0.0))
    };
    range.is_some_and(|range| !unwanted(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        for (accept, expected) in [
            ("*/*", true),
            ("application/json", true),
            ("application/*;q=0.1", true),
            ("application/json; charset=utf-8", true),
            ("text/html, application/xhtml+xml, */*;q=0.8", true),
            ("text/html", false),
            ("text/html, application/problem+json", false),
            ("application/json;q=0", false),
            ("application/json;q=0, */*", false),
            ("text/html;q=0, */*;q=0.5", true),
            ("not an accept header", true),
        ] {
            assert_eq!(takes(&HeaderValue::from_static(accept), "application/json"), expected, "{accept}");
        }
    }
}
