//! Words and figures for the hosts, so that none of them keeps copies: messages by key, numbers, dates, relative times.
//!
//! A key without words comes back as itself, and a variable that was not given as its own name: a screen never
//! breaks over a word.

use chrono::{DateTime, NaiveDate, Utc};
use locales::{Arg, Language};
use serde_json::Value;

/// The words for `key`; the variables come as a JSON object.
///
/// A text or a number is given as it is, a calendar date as `{"date": "2026-11-20"}` and an instant as
/// `{"instant": "2026-11-20T09:05:00Z"}`.
pub fn message(language: Language, key: &str, variables: &str) -> String {
    if !locales::has(key) {
        return key.to_owned();
    }
    let given: Value = serde_json::from_str(variables).unwrap_or_default();
    let args: Vec<_> = locales::variables(language, key)
        .into_iter()
        .map(|name| (name, given.get(name).and_then(arg).unwrap_or_else(|| Arg::from(name))))
        .collect();
    locales::say(language, key, &args)
}

fn arg(value: &Value) -> Option<Arg<'static>> {
    match value {
        Value::String(text) => Some(text.clone().into()),
        Value::Number(number) => number.as_f64().map(Arg::from),
        Value::Object(typed) => {
            let text = |name: &str| typed.get(name).and_then(Value::as_str);
            let date = text("date").and_then(|text| text.parse::<NaiveDate>().ok()).map(Arg::from);
            date.or_else(|| text("instant").and_then(|text| text.parse::<DateTime<Utc>>().ok()).map(Arg::from))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_takes_its_variables_from_json() {
        let say = |key, variables| message(Language::En, key, variables);
        assert_eq!(
            say("reason-expired-on", r#"{"date": {"date": "2026-11-20"}}"#),
            "The shelf life ended on 20 November 2026."
        );
        assert_eq!(say("field-too-long", r#"{"max": 1}"#), "At most 1 character");
    }

    #[test]
    fn what_is_missing_breaks_nothing() {
        assert_eq!(message(Language::Kk, "no-such-words", "{}"), "no-such-words");
        assert_eq!(message(Language::En, "reason-expired-on", "not json"), "The shelf life ended on date.");
        assert_eq!(message(Language::En, "field-too-long", "[1]"), "At most max characters");
    }
}
