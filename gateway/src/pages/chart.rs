//! Charts as drawings in the page, by the library plotters: attributes only, no style and no script, so that they need no
//! opening in the security policy. Each stands beside a table of the same numbers, which is what a screen reader reads.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::words::Words;

const WIDTH: u32 = 960;
const ROW: u32 = 38;
const LEFT: i32 = 330;
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
    let drawing = draw(bars, parts, most).unwrap_or_default();
    html! {
        figure.chart {
            figcaption { (title) }
            // The drawing is for the eye; its numbers are in the table below it.
            div aria-hidden="true" { (PreEscaped(drawing)) }
            p.unseen { (words.say("chart-table")) }
        }
    }
}

type Fault = DrawingAreaErrorKind<std::io::Error>;

fn draw(bars: &[Bar], parts: &[(String, Fill)], most: u64) -> Result<String, Fault> {
    let height = 44 + ROW * u32::try_from(bars.len()).unwrap_or(0);
    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (WIDTH, height)).into_drawing_area();
        let scale = f64::from(WIDTH as i32 - LEFT - 20) / most as f64;
        legend(&area, parts)?;
        for (row, bar) in bars.iter().enumerate() {
            let top = 44 + i32::try_from(row).unwrap_or(0) * ROW as i32;
            let name = text(16, INK, HPos::Right);
            area.draw(&Text::new(shortened(&bar.name), (LEFT - 14, top + 13), name))?;
            let mut from = 0_u64;
            for (value, (_, fill)) in bar.values.iter().zip(parts).filter(|(value, _)| **value > 0) {
                let edge = |at: u64| LEFT + (at as f64 * scale).round() as i32;
                let (left, right) = (edge(from), edge(from + value));
                area.draw(&Rectangle::new([(left, top), (right - 2, top + 26)], fill.colour().filled()))?;
                if right - left > 24 {
                    area.draw(&Text::new(value.to_string(), ((left + right) / 2 - 1, top + 13), text(15, PAPER, HPos::Center)))?;
                }
                from += value;
            }
        }
        area.present()?;
    }
    // Fit for any width: the size is the page's, the proportions are the drawing's.
    Ok(drawing.replacen(&format!("width=\"{WIDTH}\" height=\"{height}\""), "", 1))
}

fn legend<B: DrawingBackend>(area: &DrawingArea<B, plotters::coord::Shift>, parts: &[(String, Fill)]) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let mut left = LEFT;
    for (name, fill) in parts {
        area.draw(&Rectangle::new([(left, 8), (left + 14, 22)], fill.colour().filled()))?;
        area.draw(&Text::new(name.clone(), (left + 22, 15), text(15, SOFT, HPos::Left)))?;
        left += 60 + 9 * i32::try_from(name.chars().count()).unwrap_or(0);
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
