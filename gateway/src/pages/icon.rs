//! Small drawings in the page itself; each stands beside words that say the same.

use maud::{Markup, html};

/// The mark beside the name.
pub(super) fn brand() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            rect width="32" height="32" rx="7" fill="currentColor" {}
            path d="M21.5 11.2a7.2 7.2 0 1 0 0 9.6" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" {}
            circle cx="21.8" cy="16" r="2.3" fill="#fff" {}
        }
    }
}
