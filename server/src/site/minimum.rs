//! A verdict as plain HTML: what a page shows before its script has run, or without one. Every text goes through
//! [`escaped`].

use std::fmt::Write;

use mobile_core::card::{Card, Colour};

use crate::http::html::escaped;

/// The class of a colour; the words say it too.
fn tone(colour: Colour) -> &'static str {
    match colour {
        Colour::Favourable => "good",
        Colour::Caution => "mild",
        Colour::Danger => "grave",
        Colour::Neutral => "quiet",
    }
}

/// The verdict, why, and what is known of the goods (D1.7).
pub(super) fn verdict(card: &Card) -> String {
    let mut html = format!(
        "<article class=\"plain {}\">\n<h1>{}</h1>\n<p>{}</p>\n<ul>\n",
        tone(card.colour),
        escaped(&card.title),
        escaped(&card.advice),
    );
    for text in &card.reasons {
        let _ = writeln!(html, "<li>{}</li>", escaped(text));
    }
    html.push_str("</ul>\n<dl>\n");
    for fact in &card.facts {
        let _ = writeln!(html, "<dt>{}</dt>\n<dd>{}</dd>", escaped(&fact.label), escaped(&fact.value));
    }
    html.push_str("</dl>\n");
    if let Some(note) = &card.note {
        let _ = writeln!(html, "<p>{}</p>", escaped(note));
    }
    html.push_str("</article>\n");
    html
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
