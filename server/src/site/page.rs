//! The page around the app: as it was built, in the language of the request, with what is to be read without scripts.

use std::fmt::Write;

use locales::Language;

use super::assets;
use crate::http::html::escaped;

/// Where the built page has room for what the server writes.
const ROOM: &str = "<!--server-->";

/// What stands in the head of a page: its title, and what messengers show of a link to it.
pub(super) struct Head<'a> {
    /// The page's language.
    pub(super) language: Language,
    /// The page's title.
    pub(super) title: &'a str,
    /// A sentence about it.
    pub(super) description: &'a str,
    /// Address by which the world knows the service.
    pub(super) public_url: &'a str,
    /// Where tiles of maps are.
    pub(super) tiles: Option<&'a str>,
}

impl Head<'_> {
    /// Its lines: tiles, what messengers read (the Open Graph protocol), the title.
    fn lines(&self) -> String {
        let mut lines = String::new();
        if let Some(url) = self.tiles {
            let _ = write!(lines, "<meta name=\"tiles\" content=\"{}\" />\n    ", escaped(url));
        }
        let (title, description) = (escaped(self.title), escaped(self.description));
        let name = escaped(&locales::say(self.language, "web-name", &[]));
        let image = escaped(&format!("{}/icon-512.png", self.public_url.trim_end_matches('/')));
        let locale = match self.language {
            Language::Kk => "kk_KZ",
            Language::Ru => "ru_KZ",
            Language::En => "en_GB",
        };
        let _ = write!(
            lines,
            "<meta name=\"description\" content=\"{description}\" />\n    \
             <meta property=\"og:type\" content=\"website\" />\n    \
             <meta property=\"og:site_name\" content=\"{name}\" />\n    \
             <meta property=\"og:title\" content=\"{title}\" />\n    \
             <meta property=\"og:description\" content=\"{description}\" />\n    \
             <meta property=\"og:image\" content=\"{image}\" />\n    \
             <meta property=\"og:locale\" content=\"{locale}\" />\n    \
             <meta name=\"twitter:card\" content=\"summary\" />\n    <title>{title}</title>",
        );
        lines
    }
}

/// The page with `content` in it, and a head. Without a built app only the content is there.
pub(super) fn around(head: &Head<'_>, content: &str) -> String {
    let built = assets::text("index.html").unwrap_or_else(|| {
        "<!doctype html>\n<html lang=\"kk\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <meta name=\"color-scheme\" content=\"light dark\" />\n<title>Tanba</title>\n</head>\n\
         <body>\n<div id=\"app\"><!--server--></div>\n</body>\n</html>\n"
            .to_owned()
    });
    let tag = head.language.tag();
    of_language(&built, head.language)
        .replacen("lang=\"kk\"", &format!("lang=\"{tag}\""), 1)
        .replacen("/manifest.webmanifest\"", &format!("/manifest.webmanifest?lang={tag}\""), 1)
        .replacen("<title>Tanba</title>", &head.lines(), 1)
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

/// What the installed app is called, and its shortcuts, by the path of each: the built manifest is in Kazakh.
const SHORTCUTS: [(&str, &str); 4] = [
    ("/", "web-scan"),
    ("/app/shelf", "web-shelf"),
    ("/app/history", "web-history"),
    ("/app/report", "web-report-alone"),
];

/// The manifest of the installed app in a language; none without a built app.
pub(super) fn manifest(language: Language) -> Option<serde_json::Value> {
    let mut manifest: serde_json::Value = serde_json::from_str(&assets::text("manifest.webmanifest")?).ok()?;
    let say = |key| serde_json::Value::from(locales::say(language, key, &[]));
    manifest["lang"] = language.tag().into();
    manifest["name"] = say("web-name");
    manifest["short_name"] = say("web-name");
    manifest["description"] = say("web-scan-title");
    for shortcut in manifest["shortcuts"].as_array_mut().into_iter().flatten() {
        let key = SHORTCUTS.iter().find(|(path, _)| shortcut["url"] == *path).map(|(_, key)| *key);
        if let Some(key) = key {
            shortcut["name"] = say(key);
        }
    }
    Some(manifest)
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

/// What stands on a page that is not there.
pub(super) fn missing(language: Language) -> String {
    let say = |key| escaped(&locales::say(language, key, &[]));
    format!(
        "<header class=\"plain-bar\"><a href=\"/\">{}</a></header>\n<main class=\"plain-main\">\n<h1>{}</h1>\n\
         <p>{}</p>\n<p><a href=\"/\">{}</a></p>\n</main>\n",
        say("web-name"),
        say("web-missing-title"),
        say("web-missing-text"),
        say("web-scan"),
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
