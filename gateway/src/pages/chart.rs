//! Charts as drawings in the page, by the library plotters: attributes only, no style and no script, so that they need no
//! opening in the security policy. Each stands beside a table of the same numbers, which is what a screen reader reads.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::words::Words;

/// A drawing for a desk has names beside the bars; one for a phone has them above.
#[derive(Debug, Clone, Copy)]
struct Size {
    width: u32,
    row: u32,
    left: i32,
    top: i32,
}

const WIDE: Size = Size { width: 960, row: 38, left: 330, top: 44 };
const NARROW: Size = Size { width: 340, row: 56, left: 0, top: 0 };

const INK: RGBColor = RGBColor(27, 32, 36);
const SOFT: RGBColor = RGBColor(79, 89, 96);
const PAPER: RGBColor = RGBColor(255, 255, 255);

/// The colours of the parts; each is told apart by its place and its word as well.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    /// Not kept.
    Red,
    /// Deviates.
    Orange,
    /// As agreed.
    Green,
    /// Neither good nor bad.
    Grey,
}

impl Fill {
    fn colour(self) -> RGBColor {
        match self {
            Self::Red => RGBColor(163, 32, 27),
            Self::Orange => RGBColor(158, 88, 0),
            Self::Green => RGBColor(28, 100, 56),
            Self::Grey => RGBColor(95, 107, 114),
        }
    }
}

/// One row of a chart.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    /// What it is about.
    pub(super) name: String,
    /// One value for each part.
    pub(super) values: Vec<u64>,
}

/// Rows of parts beside each other, each with its number.
pub(super) fn bars(words: Words, title: &str, bars: &[Bar], parts: &[(String, Fill)]) -> Markup {
    let most = bars.iter().map(|bar| bar.values.iter().sum::<u64>()).max().unwrap_or(0);
    if most == 0 {
        return html! {};
    }
    let drawing = |size| draw(bars, parts, most, size).unwrap_or_default();
    html! {
        figure.chart {
            figcaption { (title) }
            // The drawing is for the eye; its numbers are in the table below it.
            div.wide aria-hidden="true" { (PreEscaped(drawing(WIDE))) }
            div.narrow aria-hidden="true" { (PreEscaped(drawing(NARROW))) }
            p.unseen { (words.say("chart-table")) }
        }
    }
}

type Fault = DrawingAreaErrorKind<std::io::Error>;

fn draw(bars: &[Bar], parts: &[(String, Fill)], most: u64, size: Size) -> Result<String, Fault> {
    let Size { width, row, left, top } = size;
    // On a phone each part of the legend may need a line of its own.
    let top = if left == 0 { 28 + 24 * i32::try_from(parts.len()).unwrap_or(0) } else { top };
    let height = top.unsigned_abs() + row * u32::try_from(bars.len()).unwrap_or(0);
    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (width, height)).into_drawing_area();
        let scale = (f64::from(width) - f64::from(left) - 20.0) / most as f64;
        legend(&area, parts, size)?;
        for (bar, place) in bars.iter().zip(0_i32..) {
            let over = top + place * row.cast_signed();
            let (side, at) = if left == 0 { (HPos::Left, (0, over - 2)) } else { (HPos::Right, (left - 14, over + 13)) };
            area.draw(&Text::new(shortened(&bar.name), at, text(16, INK, side)))?;
            let over = if left == 0 { over + 10 } else { over };
            let mut from = 0_u64;
            for (value, (_, fill)) in bar.values.iter().zip(parts).filter(|(value, _)| **value > 0) {
                let edge = |at: u64| left + (at as f64 * scale).round() as i32;
                let (start, end) = (edge(from), edge(from + value));
                area.draw(&Rectangle::new([(start, over), (end - 2, over + 26)], fill.colour().filled()))?;
                if end - start > 24 {
                    area.draw(&Text::new(value.to_string(), ((start + end) / 2 - 1, over + 13), text(15, PAPER, HPos::Center)))?;
                }
                from += value;
            }
        }
        area.present()?;
    }
    // Fit for any width: the size is the page's, the proportions are the drawing's.
    Ok(drawing.replacen(&format!("width=\"{width}\" height=\"{height}\""), "", 1))
}

fn legend<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    parts: &[(String, Fill)],
    size: Size,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let (mut left, mut over) = (size.left, 8);
    for (name, fill) in parts {
        let wide = 60 + 9 * i32::try_from(name.chars().count()).unwrap_or(0);
        if left > size.left && left + wide > size.width.cast_signed() {
            (left, over) = (size.left, over + 24);
        }
        area.draw(&Rectangle::new([(left, over), (left + 14, over + 14)], fill.colour().filled()))?;
        area.draw(&Text::new(name.clone(), (left + 22, over + 7), text(15, SOFT, HPos::Left)))?;
        left += wide;
    }
    Ok(())
}

fn text(size: i32, colour: RGBColor, side: HPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour).pos(Pos::new(side, VPos::Center))
}

/// A name that fits beside its bar.
fn shortened(name: &str) -> String {
    let long = name.chars().count() > 38;
    name.chars().take(if long { 37 } else { 38 }).chain(long.then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_no_style_no_script_and_nothing_of_an_institution_runs_in_it() {
        let rows = [Bar { name: "<script>alert(1)</script>".into(), values: vec![3, 1] }];
        let drawn = bars(Words::default(), "Titel", &rows, &[("rood".into(), Fill::Red), ("oranje".into(), Fill::Orange)]).into_string();
        assert!(drawn.contains("<svg") && drawn.contains("<rect") && drawn.contains("&lt;script"), "{drawn}");
        for forbidden in ["<script", "<style", "style=", "onload", "href"] {
            assert!(!drawn.contains(forbidden), "{forbidden} in {drawn}");
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(bars(Words::default(), "Titel", &[], &[]).into_string(), "");
    }
}
