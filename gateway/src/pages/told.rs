//! What institutions wrote is always shown and never run: escaped by the templates, isolated in its direction, and
//! with characters that hide or turn text made visible.

use std::borrow::Cow;

use maud::{Markup, Render, html};

/// Text that an institution wrote.
pub(super) struct Told<'a>(pub(super) &'a str);

impl Render for Told<'_> {
    fn render(&self) -> Markup {
        html! { bdi { (visible(self.0)) } }
    }
}

/// The same text with each character that hides, turns or breaks it written as its number, such as `⟦U+202E⟧`.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().fold(String::with_capacity(text.len() + 16), |mut shown, c| {
        if is_hidden(c) {
            shown.push_str(&format!("⟦U+{:04X}⟧", u32::from(c)));
        } else {
            shown.push(c);
        }
        shown
    });
    Cow::Owned(shown)
}

/// Controls other than the line feed, marks of direction (UAX #9), separators, and characters without a shape.
/// Joiners (U+200C, U+200D) stay: Arabic and Persian are not right without them.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_direction_is_isolated() {
        let shown = html! { (Told("<script>alert(1)</script> & \u{202e}abc")) }.into_string();
        assert_eq!(shown, "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &amp; ⟦U+202E⟧abc</bdi>");
    }

    #[test]
    fn what_would_end_an_isolate_is_shown_and_ordinary_text_is_left_alone() {
        assert_eq!(visible("a\u{2069}b"), "a⟦U+2069⟧b");
        assert_eq!(visible("\u{0}\u{7f}\u{85}"), "⟦U+0000⟧⟦U+007F⟧⟦U+0085⟧");
        assert!(matches!(visible("één buurt,\nمی‌خواهم"), Cow::Borrowed(_)));
    }
}
