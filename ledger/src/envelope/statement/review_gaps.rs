//! Whether the reviews of a text fit its period (L47), and whether one without a last day is looked at again and again (L14).

use super::agreement::Period;
use super::completeness::{Gaps, items, text};
use crate::envelope::json::Json;
use crate::envelope::refusal::Rule;
use crate::words::{Day, Rhythm};

/// The longest time without a review of an open-ended agreement, in months: what the cabinet makes agreements for, «voor de komende 4
/// jaar» (Kamerstuk 30 128, nr. 6).
const MOST_MONTHS: u32 = 48;

/// A review has a day or a rhythm; days lie within the period, after its first one, and a final one comes last.
pub(super) fn gaps(body: &Json, period: Option<Period>, gaps: &mut Gaps) {
    let reviews = items(body, "reviews");
    let last = reviews.iter().filter_map(date).max();
    for (i, review) in reviews.iter().enumerate() {
        let at = |member: &str| format!("/reviews/{i}{member}");
        if review.get("date").is_some() == review.get("rule").is_some() {
            gaps.add(Rule::Incomplete, at(""), "a review is held once or recurs", "a date or a rule, and not both");
            continue;
        }
        if let (Some(day), Some(period)) = (date(review), &period)
            && (day <= period.start_date || day > period.horizon())
        {
            let accepted = format!("a date after {}, up to {}", period.start_date, period.horizon());
            gaps.add(Rule::Incomplete, at("/date"), format!("{day} is outside the period"), &accepted);
        }
        if let (Some(rhythm), Some(period)) = (rhythm(review), &period)
            && rhythm.next_after(period.start_date, period.horizon(), period.start_date).is_none()
        {
            let accepted = "at least one date after the first day";
            gaps.add(Rule::RhythmRefused, at("/rule"), "this rhythm has no day in the period", accepted);
        }
        if text(review, "kind") == Some("final") {
            final_gaps(review, at("/kind"), (reviews, last), gaps);
        }
    }
    let lasts = |review: &Json, period: &Period| rhythm(review).is_some_and(|rhythm| comes_back(&rhythm, period));
    if let Some(period) = period.filter(|period| period.end_date.is_none() && !reviews.iter().any(|review| lasts(review, period))) {
        let accepted = format!(
            "a last day, or a review whose rule has neither COUNT nor UNTIL, with days at most {MOST_MONTHS} months apart from {} on (L14)",
            period.start_date
        );
        let detail = "the agreement has no last day, and no review that keeps coming back";
        gaps.add(Rule::Incomplete, "/period/endDate".into(), detail, &accepted);
    }
}

fn final_gaps(review: &Json, pointer: String, (reviews, last): (&[Json], Option<Day>), gaps: &mut Gaps) {
    let day = date(review);
    if day.is_none() {
        gaps.add(Rule::Incomplete, pointer, "a final review comes once", "midterm, where it recurs");
    } else if last != day || reviews.iter().filter(|other| date(other) == last).count() > 1 {
        gaps.add(Rule::Incomplete, pointer, "a final review is not the last one", "one final review, after all others");
    }
}

/// Whether a review comes back as long as an open-ended agreement can last, within the longest time each time.
fn comes_back(rhythm: &Rhythm, period: &Period) -> bool {
    let (start, horizon) = (period.start_date, period.horizon());
    let mut before = start;
    for day in rhythm.occurrences(start, horizon) {
        if day > before.plus_months(MOST_MONTHS) {
            return false;
        }
        before = day;
    }
    rhythm.is_endless() && before.plus_months(MOST_MONTHS) >= horizon
}

fn date(review: &Json) -> Option<Day> {
    text(review, "date").and_then(|day| day.parse().ok())
}

fn rhythm(review: &Json) -> Option<Rhythm> {
    text(review, "rule").and_then(|rule| Rhythm::parse(rule).ok())
}
