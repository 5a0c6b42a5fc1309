//! Numbers, dates and times as people in Kazakhstan write them, in each language.
//!
//! Written by hand because the data for Kazakh is missing in many browsers and libraries. Months are in the form that
//! stands beside a day: Russian in the genitive, Kazakh in the nominative.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike, Utc};

use crate::Language;

/// Kazakhstan's one time zone since 1 March 2024: UTC+5. Earlier instants are shown in it too.
const KAZAKHSTAN_SECONDS_EAST: i32 = 5 * 3600;

/// Fraction digits that are kept; more would only show the noise of binary fractions.
const FRACTION_DIGITS: usize = 6;

/// Shown in place of what isn't a number.
const NO_NUMBER: &str = "—";

const KK_MONTHS: [&str; 12] = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
];

const RU_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date in full: "2026 ж. 20 қараша", "20 ноября 2026 г.", "20 November 2026".
pub fn date(language: Language, date: NaiveDate) -> String {
    let (year, month, day) = (date.year(), date.month0() as usize, date.day());
    match language {
        Language::Kk => format!("{year} ж. {day} {}", KK_MONTHS[month]),
        Language::Ru => format!("{day} {} {year} г.", RU_MONTHS[month]),
        Language::En => format!("{day} {} {year}", EN_MONTHS[month]),
    }
}

/// A day and time in Kazakhstan, to the minute: "20 November 2026, 14:05". Doesn't say whose time it is.
pub fn instant(language: Language, instant: DateTime<Utc>) -> String {
    let local = in_kazakhstan(instant);
    format!("{}, {:02}:{:02}", date(language, local.date_naive()), local.hour(), local.minute())
}

/// How long before or after `now` an instant lies: "5 minutes ago", "in 2 days"; beyond thirty days its date in Kazakhstan.
pub fn relative(language: Language, instant: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let apart = instant - now;
    let (ahead, whole) = (apart > chrono::TimeDelta::zero(), apart.abs());
    let (key, count) = match whole {
        _ if whole.num_minutes() < 1 => ("time-now", 0),
        _ if whole.num_hours() < 1 => (if ahead { "time-in-minutes" } else { "time-minutes-ago" }, whole.num_minutes()),
        _ if whole.num_days() < 1 => (if ahead { "time-in-hours" } else { "time-hours-ago" }, whole.num_hours()),
        _ if whole.num_days() <= 30 => (if ahead { "time-in-days" } else { "time-days-ago" }, whole.num_days()),
        _ => return date(language, date_in_kazakhstan(instant)),
    };
    crate::say(language, key, &[("count", count.into())])
}

/// The calendar date in Kazakhstan at an instant.
pub fn date_in_kazakhstan(instant: DateTime<Utc>) -> NaiveDate {
    in_kazakhstan(instant).date_naive()
}

fn in_kazakhstan(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(KAZAKHSTAN_SECONDS_EAST).expect("five hours are within a day");
    instant.with_timezone(&zone)
}

/// A number with its thousands apart: "1 234 567,5" with no-break spaces in Kazakh and Russian, "1,234,567.5" in English.
///
/// At most six digits after the point, without trailing zeros. What isn't finite becomes a dash.
pub fn number(language: Language, value: f64) -> String {
    if !value.is_finite() {
        return NO_NUMBER.to_owned();
    }
    let (thousands, point) = match language {
        Language::Kk | Language::Ru => ('\u{a0}', ','),
        Language::En => (',', '.'),
    };
    let plain = format!("{:.FRACTION_DIGITS$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = fraction.trim_end_matches('0');

    let mut text = String::with_capacity(plain.len() + 4);
    if value < 0.0 && (whole != "0" || !fraction.is_empty()) {
        text.push('−');
    }
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(thousands);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
    }

    /// D1.19: dates are right in Kazakh and Russian.
    #[test]
    fn a_date_is_written_as_each_language_writes_it() {
        let autumn = day(2026, 11, 20);
        assert_eq!(date(Language::Kk, autumn), "2026 ж. 20 қараша");
        assert_eq!(date(Language::Ru, autumn), "20 ноября 2026 г.");
        assert_eq!(date(Language::En, autumn), "20 November 2026");
        let spring = day(2024, 3, 1);
        assert_eq!(date(Language::Kk, spring), "2024 ж. 1 наурыз");
        assert_eq!(date(Language::Ru, spring), "1 марта 2024 г.");
        assert_eq!(date(Language::En, spring), "1 March 2024");
    }

    #[test]
    fn a_relative_time_is_told_in_the_largest_whole_unit() {
        let now = day(2026, 11, 20).and_hms_opt(12, 0, 0).expect("a time of day").and_utc();
        let at = |minutes| now + chrono::TimeDelta::minutes(minutes);
        assert_eq!(relative(Language::En, at(0), now), "just now");
        assert_eq!(relative(Language::En, at(-1), now), "1 minute ago");
        assert_eq!(relative(Language::Ru, at(-22), now), "22 минуты назад");
        assert_eq!(relative(Language::Ru, at(21 * 60), now), "через 21 час");
        assert_eq!(relative(Language::Kk, at(-3 * 1440 - 5), now), "3 күн бұрын");
        assert_eq!(relative(Language::En, at(2 * 1440), now), "in 2 days");
        assert_eq!(relative(Language::Kk, at(-40 * 1440), now), "2026 ж. 11 қазан");
    }

    #[test]
    fn every_month_has_its_own_name() {
        for language in Language::ALL {
            let mut names: Vec<_> = (1..=12).map(|month| date(language, day(2026, month, 5))).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 12);
        }
    }

    #[test]
    fn an_instant_is_shown_in_kazakhstan_even_when_that_is_another_day() {
        let late = day(2026, 12, 31).and_hms_opt(19, 5, 59).expect("a time of day").and_utc();
        assert_eq!(instant(Language::Kk, late), "2027 ж. 1 қаңтар, 00:05");
        assert_eq!(instant(Language::Ru, late), "1 января 2027 г., 00:05");
        assert_eq!(instant(Language::En, late), "1 January 2027, 00:05");
        assert_eq!(date_in_kazakhstan(late), day(2027, 1, 1));
    }

    /// D1.19: numbers are right in Kazakh and Russian.
    #[test]
    fn a_number_has_its_thousands_apart_and_the_right_decimal_sign() {
        for language in [Language::Kk, Language::Ru] {
            assert_eq!(number(language, 1_234_567.5), "1\u{a0}234\u{a0}567,5");
            assert_eq!(number(language, 1000.0), "1\u{a0}000");
        }
        assert_eq!(number(Language::En, 1_234_567.5), "1,234,567.5");
        assert_eq!(number(Language::En, 999.0), "999");
    }

    #[test]
    fn a_number_shows_no_noise() {
        assert_eq!(number(Language::En, 0.1 + 0.2), "0.3");
        assert_eq!(number(Language::En, -0.0), "0");
        assert_eq!(number(Language::En, -0.000_000_1), "0");
        assert_eq!(number(Language::Ru, -1500.25), "−1\u{a0}500,25");
        assert_eq!(number(Language::Kk, f64::NAN), "—");
        assert_eq!(number(Language::Kk, f64::INFINITY), "—");
    }
}
