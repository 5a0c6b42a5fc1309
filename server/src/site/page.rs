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
    of_language(&built, language)
        .replacen("lang=\"kk\"", &format!("lang=\"{}\"", language.tag()), 1)
        .replacen("<title>Tanba</title>", &format!("{tiles}<title>{}</title>", escaped(title)), 1)
        .replacen(ROOM, content, 1)
}

/// The built page without the hints to fetch the words of other languages: a line each, marked by its language.
fn of_language(built: &str, language: Language) -> String {
    let own = format!("data-words=\"{}\"", language.tag());
    let mut page = String::with_capacity(built.len());
    for line in built.lines().filter(|line| !line.contains("data-words=") || line.contains(&own)) {
        page.push_str(line);
        page.push('\n');
    }
    page
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_ahead_for_the_words_of_its_own_language_only() {
        let line = |tag: &str| format!("<link href=\"/assets/{tag}.js\" data-words=\"{tag}\">\n");
        let built = format!("<head>\n{}{}{}</head>\n", line("kk"), line("ru"), line("en"));
        assert_eq!(of_language(&built, Language::Ru), format!("<head>\n{}</head>\n", line("ru")));
    }
}
