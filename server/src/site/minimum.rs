//! A verdict as plain HTML: what a page shows before its script has run, or without one. Every text goes through
//! [`escaped`].

use std::fmt::Write;

use chrono::NaiveDate;
use locales::Language;
use marking::verdict::Verdict;

use crate::http::html::escaped;
use crate::verify::Answer;

/// How grave a verdict is, for its colour; the words say it too.
fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::InCirculation => "good",
        Verdict::Sold | Verdict::NotReleased | Verdict::Unknown => "mild",
        Verdict::Expired | Verdict::Withdrawn | Verdict::Recalled | Verdict::ForgedSeal => "grave",
        Verdict::Misread | Verdict::Issued => "quiet",
    }
}

/// The verdict, why, and what is known of the goods (D1.7).
pub(super) fn verdict(language: Language, answer: &Answer) -> String {
    let mut html = format!(
        "<article class=\"plain {}\">\n<h1>{}</h1>\n<p>{}</p>\n<ul>\n",
        tone(answer.verdict),
        escaped(answer.title),
        escaped(answer.advice),
    );
    let reasons = answer.reasons.iter().map(|reason| reason.text.as_str());
    let fault = answer.fault.iter().map(|fault| fault.text.as_str());
    for text in reasons.chain(answer.repaired.iter().map(|repair| repair.text)).chain(fault) {
        let _ = writeln!(html, "<li>{}</li>", escaped(text));
    }
    html.push_str("</ul>\n<dl>\n");
    for (key, value) in facts(language, answer) {
        let name = locales::say(language, key, &[]);
        let _ = writeln!(html, "<dt>{}</dt>\n<dd>{}</dd>", escaped(&name), escaped(&value));
    }
    html.push_str("</dl>\n</article>\n");
    html
}

/// What is known of the goods, line by line.
fn facts(language: Language, answer: &Answer) -> Vec<(&'static str, String)> {
    let date = |date: NaiveDate| locales::format::date(language, date);
    let mut facts = Vec::new();
    let mut add = |key, value: Option<String>| facts.extend(value.map(|value| (key, value)));
    let product = answer.product.as_ref();
    add("web-fact-name", product.map(|product| product.trade_name.clone()));
    add("web-fact-manufacturer", product.map(|product| product.manufacturer.clone()));
    add("web-fact-participant", answer.participant.as_ref().map(|participant| participant.name.clone()));
    add("web-fact-importer", answer.release.importer.clone());
    add("web-fact-produced", answer.release.produced_on.map(date));
    add("web-fact-expires", answer.release.expires_on.map(date));
    let declaration = answer.release.declaration.as_ref().map(|declaration| {
        let on = declaration.declared_on.map(|on| format!(", {}", date(on))).unwrap_or_default();
        format!("{}{on}", declaration.number)
    });
    add("web-fact-declaration", declaration);
    add("web-fact-status", answer.status.as_ref().map(|status| status.text.to_owned()));
    add("web-fact-serial", answer.code.serial.clone());
    add("web-fact-as-of", Some(locales::format::instant(language, answer.as_of)));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_can_become_markup() {
        let text = "<img src=x onerror=\"a\">&'\u{1d}";
        assert_eq!(escaped(text), "&lt;img src=x onerror=&quot;a&quot;&gt;&amp;&#39;&lt;GS&gt;");
    }
}
