//! Green, orange and red: always a shape and a word, and a colour beside them.

use ledger::lives::colour::Colour;
use maud::{Markup, html};

use super::visit::Visit;
use super::words::Words;
use crate::listing::{Colours, Counts};

/// A colour as a shape and a word.
pub(super) fn badge(words: Words, colour: Colour) -> Markup {
    html! { span class={ "state " (colour.code()) } { (shape(colour)) (words.say(&format!("colour-{}", colour.code()))) } }
}

/// The class that draws the edge of a line.
pub(super) fn edge(colour: Colour) -> String {
    format!("edge-{}", colour.code())
}

fn shape(colour: Colour) -> Markup {
    html! {
        svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
            @match colour {
                Colour::Green => {
                    circle cx="8" cy="8" r="7.5" fill="currentColor" {}
                    path d="M4.6 8.3l2.3 2.3 4.6-5" fill="none" stroke="#fff" stroke-width="1.9" {}
                }
                Colour::Orange => {
                    path d="M8 .8L15.6 15H.4z" fill="currentColor" {}
                    path d="M8 5.6v4.4M8 11.6v1.8" stroke="#fff" stroke-width="1.7" {}
                }
                Colour::Red => {
                    rect x=".8" y=".8" width="14.4" height="14.4" fill="currentColor" {}
                    path d="M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4" stroke="#fff" stroke-width="1.9" {}
                }
            }
        }
    }
}

/// How many obligations have which colour, as three numbers.
pub(super) fn counts(visit: &Visit, counts: &Counts) -> Markup {
    let words = visit.words;
    let Colours { green, orange, red } = counts.obligations;
    html! {
        ul.counts {
            @for (colour, number) in [(Colour::Red, red), (Colour::Orange, orange), (Colour::Green, green)] {
                li class=(colour.code()) {
                    span.number { (number) }
                    (badge(words, colour))
                    span.small { (words.with(&format!("colour-{}-what", colour.code()), &[("count", number.into())])) }
                }
            }
        }
        @if counts.next.is_some() { p.small { (words.say("counts-not-all")) } }
    }
}
