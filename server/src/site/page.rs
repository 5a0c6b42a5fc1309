//! The page around the app: as it was built, in the language of the request, with what is to be read without scripts.

use std::fmt::Write;

use locales::Language;

use super::assets;
use crate::http::html::escaped;

/// Where the built page has room for what the server writes.
const ROOM: &str = "<!--server-->";

/// The page with `content` in it, and a title. It also tells the app where tiles of maps are. Without a built app only
/// the content is there.
pub(super) fn around(language: Language, title: &str, tiles: Option<&str>, content: &str) -> String {
    let tiles =
        tiles.map(|url| format!("<meta name=\"tiles\" content=\"{}\" />\n    ", escaped(url))).unwrap_or_default();
    let built = assets::text("index.html").unwrap_or_else(|| {
        "<!doctype html>\n<html lang=\"kk\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <meta name=\"color-scheme\" content=\"light dark\" />\n<title>Tanba</title>\n</head>\n\
         <body>\n<div id=\"app\"><!--server--></div>\n</body>\n</html>\n"
            .to_owned()
    });
    built
        .replacen("lang=\"kk\"", &format!("lang=\"{}\"", language.tag()), 1)
        .replacen("<title>Tanba</title>", &format!("{tiles}<title>{}</title>", escaped(title)), 1)
        .replacen(ROOM, content, 1)
}

/// What stands on the first page before its script has run: the name, and the hint that the app needs scripts.
pub(super) fn welcome(language: Language) -> String {
    let say = |key| escaped(&locales::say(language, key, &[]));
    format!(
        "<header class=\"plain-bar\"><a href=\"/\">{}</a></header>\n<main class=\"plain-main\">\n<h1>{}</h1>\n\
         <noscript><p>{}</p></noscript>\n</main>\n",
        say("web-name"),
        say("web-scan-title"),
        say("web-no-script"),
    )
}

/// What stands on the page of a label's link: the verdict, in any of the languages.
pub(super) fn landing(language: Language, path: &str, verdict: &str) -> String {
    let mut languages = String::new();
    for other in Language::ALL {
        let current = if other == language { " aria-current=\"true\"" } else { "" };
        let separator = if path.contains('?') { '&' } else { '?' };
        let _ = write!(
            languages,
            "<a href=\"{}{separator}lang={tag}\" lang=\"{tag}\"{current}>{}</a> ",
            escaped(path),
            other.name(),
            tag = other.tag(),
        );
    }
    format!(
        "<header class=\"plain-bar\"><a href=\"/\">{}</a><nav>{languages}</nav></header>\n\
         <main class=\"plain-main\">\n{verdict}</main>\n",
        escaped(&locales::say(language, "web-name", &[])),
    )
}
