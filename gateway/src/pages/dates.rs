//! Days and instants as people write them, in the time of the Netherlands.

use ledger::words::{Day, Instant};

use super::words::Language;

const DUTCH: [&str; 12] =
    ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];
const ENGLISH: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Such as `1 maart 2006`.
pub(super) fn day(language: Language, day: Day) -> String {
    let date = day.date();
    let months = match language {
        Language::Dutch => &DUTCH,
        Language::English => &ENGLISH,
    };
    format!("{} {} {}", date.day(), months[usize::from(date.month().unsigned_abs()) - 1], date.year())
}

/// Such as `1 maart 2006, 09.00 uur`.
pub(super) fn instant(language: Language, at: Instant) -> String {
    let (hour, minute) = Day::time_of(at);
    match language {
        Language::Dutch => format!("{}, {hour:02}.{minute:02} uur", day(language, Day::of(at))),
        Language::English => format!("{}, {hour:02}:{minute:02}", day(language, Day::of(at))),
    }
}

/// The day alone where an instant is the start of one, as ends of terms are; else with the time.
pub(super) fn moment(language: Language, at: Instant) -> String {
    if Day::of(at).start() == at { day(language, Day::of(at)) } else { instant(language, at) }
}

/// The last day of a term that has ended from this instant on; the instant itself when it is not the start of a day.
pub(super) fn last_day(language: Language, end: Instant) -> String {
    if Day::of(end).start() == end { day(language, Day::of(end.plus_millis(-1))) } else { instant(language, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_are_those_of_the_netherlands() {
        let late: Instant = "2006-02-28T23:30:00Z".parse().unwrap();
        assert_eq!(instant(Language::Dutch, late), "1 maart 2006, 00.30 uur");
        assert_eq!(instant(Language::English, "2006-07-04T09:05:00Z".parse().unwrap()), "4 July 2006, 11:05");
        let midnight: Instant = "2006-07-04T22:00:00Z".parse().unwrap();
        assert_eq!((moment(Language::Dutch, midnight), last_day(Language::Dutch, midnight)), ("5 juli 2006".into(), "4 juli 2006".into()));
        assert_eq!(day(Language::Dutch, "2006-12-31".parse().unwrap()), "31 december 2006");
    }
}
