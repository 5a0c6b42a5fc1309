//! The demo's pages, in three languages: calm, narrow or wide, on paper too. Written by hand, without scripts; every
//! text goes through [`escaped`].

use std::fmt::Write;

use locales::{Arg, Language};
use marking::layout::Group;
use marking::verdict::{Verdict, Wording};
use mobile_core::card::{Card, Colour};

use super::shelf::{Family, Item, SHELF};
use super::sight::Sight;
use super::texts::{self, Shown};
use crate::http::html::escaped;
use crate::labels;
use crate::registry::reference;

fn say(language: Language, key: &str) -> String {
    escaped(&locales::say(language, key, &[]))
}

/// What kind of code an item is.
pub(super) fn family(language: Language, family: Family) -> String {
    let key = match family {
        Family::Group(slug) => {
            let group = slug.parse::<Group>().ok();
            let groups = &reference().product_groups.items;
            let found = groups.iter().find(|item| Some(item.slug) == group);
            return found.map_or_else(String::new, |item| item.name.get(language).to_owned());
        }
        Family::Pack => "demo-family-pack",
        Family::Barcode => "demo-family-barcode",
        Family::Foreign => "demo-family-foreign",
        Family::Other => "demo-family-other",
    };
    locales::say(language, key, &[])
}

/// What an item shows, in a line.
pub(super) fn note(language: Language, item: &Item) -> String {
    let what = match item.sight {
        Sight::Fault(repair) => locales::say(language, &format!("repair-{}", repair.slug()), &[]),
        Sight::WithIdentifier => locales::say(language, "demo-form-identifier", &[]),
        Sight::Bracketed => locales::say(language, "demo-form-bracketed", &[]),
        Sight::Link => locales::say(language, "demo-form-link", &[]),
        _ => match item.reason {
            // These name a date, which only the answer knows.
            "recalled" | "expired-on" => locales::verdict_title(language, item.expected.slug()),
            slug => locales::reason(language, slug, &[]),
        },
    };
    format!("{}: {what}", family(language, item.family))
}

/// How grave what is told of an item is, for its colour; the words say it too.
fn tone(item: &Item) -> &'static str {
    match Wording::by_slugs(item.expected, [item.reason]) {
        Wording::Of(verdict) => tone_of_verdict(verdict),
        _ => "mild",
    }
}

fn tone_of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::InCirculation | Verdict::Issued => "good",
        Verdict::Sold | Verdict::NotReleased | Verdict::Misread | Verdict::Unknown => "mild",
        Verdict::Expired | Verdict::Withdrawn | Verdict::Recalled | Verdict::ForgedSeal => "grave",
    }
}

/// A printed picture that is wider takes two columns, in millimetres; and the widest there can be.
const NARROW: u32 = 42;
const WIDEST: u32 = 92;

/// The pages' style: with the width of each printed picture, which a page that takes no inline styles names by its class.
pub(super) fn style() -> String {
    let mut style = include_str!("style.css").to_owned();
    for width in 10..=WIDEST {
        let _ = writeln!(style, "@media print {{ .mm{width} {{ width: {width}mm; }} }}");
    }
    style
}

/// A whole page around its content.
fn framed(language: Language, path: &str, title: &str, content: &str) -> String {
    let mut languages = String::new();
    for other in Language::ALL {
        let current = if other == language { " aria-current=\"true\"" } else { "" };
        let _ =
            write!(languages, "<a href=\"{path}?lang={0}\" lang=\"{0}\"{current}>{1}</a>", other.tag(), other.name());
    }
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/demo/style.css\">\n</head>\n<body>\n\
         <header><a class=\"home\" href=\"/?lang={tag}\">{name}</a>\
         <nav class=\"ways\" aria-label=\"{ways}\">\
         <a href=\"/?lang={tag}\">{scanner}</a><a href=\"/demo?lang={tag}\">{all}</a></nav>\
         <nav aria-label=\"{choice}\">{languages}</nav></header>\n\
         <main>\n{content}</main>\n</body>\n</html>\n",
        tag = language.tag(),
        name = say(language, "web-name"),
        ways = say(language, "web-ways"),
        choice = say(language, "web-language"),
        scanner = say(language, "demo-scanner"),
        all = say(language, "demo-back"),
    )
}

/// The page with every code.
pub(super) fn index(language: Language, shown: &[Shown]) -> String {
    let title = say(language, "demo-title");
    let count: Arg<'_> = shown.len().into();
    let mut content = format!(
        "<h1>{title}</h1>\n<p>{} {}</p>\n<p class=\"quiet\">{} {}</p>\n",
        say(language, "demo-intro"),
        escaped(&locales::say(language, "demo-count", &[("count", count)])),
        say(language, "demo-made-up"),
        say(language, "demo-print-hint"),
    );
    let mut sections: Vec<Family> = SHELF.iter().map(|item| item.family).collect();
    let mut seen = Vec::new();
    sections.retain(|family| {
        !seen.contains(family) && {
            seen.push(*family);
            true
        }
    });
    for section in sections {
        let _ = write!(content, "<section>\n<h2>{}</h2>\n<ul class=\"shelf\">\n", escaped(&family(language, section)));
        for (number, shown) in (1..).zip(shown).filter(|(_, shown)| shown.item.family == section) {
            content.push_str(&card(language, number, shown));
        }
        content.push_str("</ul>\n</section>\n");
    }
    framed(language, "/demo", &title, &content)
}

/// One code: its picture, what it comes to, and the way to its answer. The number tells pictures and links apart.
fn card(language: Language, number: u32, shown: &Shown) -> String {
    let Shown { item, text, label } = shown;
    let slug = item.slug;
    let note = note(language, item);
    let whole = escaped(&note);
    let note = note.split_once(": ").map_or(note.as_str(), |(_, what)| what);
    let width = labels::printed_millimetres(label, texts::symbol(item, label)).unwrap_or(NARROW);
    format!(
        "<li id=\"{slug}\"{wide}><img class=\"mm{width}\" src=\"/demo/labels/{slug}.png\" alt=\"{picture} {number}: {whole}\" \
         loading=\"lazy\">\n<div><p class=\"verdict {tone}\"><span class=\"number\">{number}.</span> {verdict}</p>\n\
         <p>{note}</p>\n<p class=\"code\"><code>{code}</code></p>\n\
         <p><a href=\"/demo/{slug}?lang={language}\">{open}<span class=\"unseen\"> {number}: {whole}</span></a></p></div></li>\n",
        wide = if width > NARROW { " class=\"wide\"" } else { "" },
        picture = say(language, "demo-column-label"),
        tone = tone(item),
        verdict = escaped(&locales::verdict_title(language, Wording::by_slugs(item.expected, [item.reason]).slug())),
        note = escaped(note),
        code = escaped(text),
        open = say(language, "demo-try"),
    )
}

/// The class of a colour; the words say it too.
fn tone_of(colour: Colour) -> &'static str {
    match colour {
        Colour::Favourable => "good",
        Colour::Caution | Colour::Neutral => "mild",
        Colour::Danger => "grave",
    }
}

/// The page with the answer to one code: what it says and what it tells about the goods, line by line (D1.7).
pub(super) fn answer(language: Language, shown: &Shown, card: &Card) -> String {
    let slug = shown.item.slug;
    let mut content = format!(
        "<h1 class=\"verdict {}\">{}</h1>\n<p>{}</p>\n<ul class=\"reasons\">\n",
        tone_of(card.colour),
        escaped(&card.title),
        escaped(&card.advice),
    );
    for reason in &card.reasons {
        let _ = writeln!(content, "<li>{}</li>", escaped(reason));
    }
    content.push_str("</ul>\n<dl>\n");
    for fact in &card.facts {
        let _ = writeln!(content, "<dt>{}</dt><dd>{}</dd>", escaped(&fact.label), escaped(&fact.value));
    }
    let _ = write!(
        content,
        "</dl>\n<figure><img src=\"/demo/labels/{slug}.png\" alt=\"{label}\">\
         <figcaption class=\"code\"><code>{code}</code></figcaption></figure>\n\
         <p><a href=\"/demo?lang={language}#{slug}\">{back}</a></p>\n",
        label = say(language, "demo-column-label"),
        code = escaped(&shown.text),
        back = say(language, "demo-back"),
    );
    framed(language, &format!("/demo/{slug}"), &escaped(&card.title), &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_can_become_markup() {
        let text = "<img src=x onerror=\"a\">&'\u{1d}";
        assert_eq!(escaped(text), "&lt;img src=x onerror=&quot;a&quot;&gt;&amp;&#39;&lt;GS&gt;");
    }

    /// D1.19
    #[test]
    fn every_item_has_a_note_in_every_language() {
        for language in Language::ALL {
            for item in SHELF {
                let note = note(language, item);
                let (family, what) = note.split_once(": ").unwrap_or_default();
                assert!(!family.is_empty() && !what.is_empty(), "{language} {}: {note}", item.slug);
            }
        }
    }
}
