//! The list as feeds: Atom (RFC 4287) and JSON Feed 1.1. The ids of entries stay the same, whatever the language.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use locales::{Arg, Language};
use serde::Serialize;
use utoipa::ToSchema;

use super::RecalledGoods;
use crate::http::html::escaped;

/// A feed of recalls (JSON Feed 1.1).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct JsonFeed {
    /// The version's address.
    version: &'static str,
    /// The feed's title.
    title: String,
    /// The page for people.
    home_page_url: String,
    /// The feed itself.
    feed_url: String,
    /// Its language.
    language: &'static str,
    /// The newest recalls.
    items: Vec<JsonItem>,
}

/// One recall in the feed.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct JsonItem {
    /// The same for the same goods under the same recall.
    id: String,
    /// The page for people.
    url: String,
    /// What was recalled.
    title: String,
    /// Why, and what else is known.
    content_text: String,
    /// When it was filed.
    date_published: DateTime<Utc>,
}

fn entry_id(goods: &RecalledGoods) -> String {
    // A name within the document's id: one document may recall several goods.
    format!("urn:uuid:{}#{}", goods.id, goods.gtin)
}

fn title(language: Language, goods: &RecalledGoods) -> String {
    goods.trade_name.get(language).to_owned()
}

fn content(language: Language, goods: &RecalledGoods) -> String {
    let args: [(&str, Arg<'_>); 4] = [
        ("reason", goods.reason.get(language).into()),
        ("maker", goods.manufacturer.as_str().into()),
        ("gtin", goods.gtin.to_string().into()),
        ("on", goods.recalled_on.into()),
    ];
    locales::say(language, "recalls-entry", &args)
}

/// Where people read the list.
fn page(public_url: &str) -> String {
    format!("{}/app/recalls", public_url.trim_end_matches('/'))
}

/// The list as a JSON feed.
pub(super) fn json(language: Language, public_url: &str, goods: &[RecalledGoods]) -> JsonFeed {
    let items = goods.iter().map(|goods| JsonItem {
        id: entry_id(goods),
        url: page(public_url),
        title: title(language, goods),
        content_text: content(language, goods),
        date_published: goods.at,
    });
    JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: locales::say(language, "recalls-title", &[]),
        home_page_url: page(public_url),
        feed_url: format!("{}/v1/recalls/feed.json?lang={language}", public_url.trim_end_matches('/')),
        language: language.tag(),
        items: items.collect(),
    }
}

/// The list as an Atom feed; `now` dates a feed without entries.
pub(super) fn atom(language: Language, public_url: &str, goods: &[RecalledGoods], now: DateTime<Utc>) -> String {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let base = public_url.trim_end_matches('/');
    let say = |key| escaped(&locales::say(language, key, &[]));
    let own = format!("{base}/v1/recalls/feed.atom?lang={language}");
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">\n\
         <id>{id}</id>\n<title>{title}</title>\n<updated>{updated}</updated>\n<author><name>{author}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"{page}\"/>\n",
        id = escaped(&format!("{base}/v1/recalls/feed.atom")),
        title = say("recalls-title"),
        author = say("web-name"),
        updated = instant(goods.first().map_or(now, |newest| newest.at)),
        own = escaped(&own),
        page = escaped(&page(public_url)),
    );
    for goods in goods {
        let _ = write!(
            feed,
            "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{at}</updated>\n<published>{at}</published>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<content type=\"text\">{}</content>\n</entry>\n",
            escaped(&entry_id(goods)),
            escaped(&title(language, goods)),
            escaped(&page(public_url)),
            escaped(&content(language, goods)),
            at = instant(goods.at),
        );
    }
    feed.push_str("</feed>\n");
    feed
}
