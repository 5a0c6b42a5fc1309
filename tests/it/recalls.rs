//! The public list of recalls and its feeds.

use serde_json::{Value, json};
use tests::in_all_languages;

use crate::codes::{Trade, range};

fn listed(answer: &Value) -> Vec<(String, i64)> {
    let line = |item: &Value| (item["reason"].as_str().unwrap().to_owned(), item["units"].as_i64().unwrap());
    answer["items"].as_array().unwrap().iter().map(line).collect()
}

/// Wish 5: everybody can read what is recalled, newest first; what was lifted is gone, in part or as a whole.
#[tokio::test]
async fn everybody_reads_what_is_recalled_until_it_is_lifted() {
    let trade = Trade::open().await;
    let order = trade.goods(20).await;
    let app = &trade.app;
    assert_eq!(listed(&app.get("/v1/recalls").await.expect(200).json), []);
    let recall = async |first, last, details: Value| {
        trade.file(&trade.producer, "/v1/recalls", &range(order, first, last), details).await.expect(201);
    };
    recall(0, 4, json!({ "reason": in_all_languages("Glass splinters") })).await;
    recall(10, 11, json!({ "reason": in_all_languages("Wrong label"), "recalled_on": "2026-01-20" })).await;
    let all = app.get("/v1/recalls").await.expect(200).json;
    assert_eq!(listed(&all), [("Wrong label".to_owned(), 2), ("Glass splinters".to_owned(), 5)]);
    assert_eq!(all["items"][0]["recalled_on"], "2026-01-20");
    assert!(all["items"][0]["participant"].is_string() && all["items"][0]["gtin"].as_str().unwrap().len() == 14);
    recall(0, 1, json!({ "lift": true })).await;
    recall(10, 11, json!({ "lift": true })).await;
    let rest = app.get("/v1/recalls").await.expect(200).json;
    assert_eq!(listed(&rest), [("Glass splinters".to_owned(), 3)]);
    assert!(rest["next_cursor"].is_null());
}

/// Wish 5: the list is searched by words of the name and maker and by the GTIN, and comes in pages.
#[tokio::test]
async fn the_list_of_recalls_is_searched_and_comes_in_pages() {
    let trade = Trade::open().await;
    let order = trade.goods(6).await;
    let app = &trade.app;
    for (place, reason) in [(0, "first"), (1, "second"), (2, "third")] {
        let details = json!({ "reason": in_all_languages(reason) });
        trade.file(&trade.producer, "/v1/recalls", &range(order, place, place), details).await.expect(201);
    }
    let first = app.get("/v1/recalls?limit=2").await.expect(200).json;
    assert_eq!(listed(&first), [("third".to_owned(), 1), ("second".to_owned(), 1)]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = app.get(&format!("/v1/recalls?limit=2&cursor={cursor}")).await.expect(200).json;
    assert_eq!(listed(&next), [("first".to_owned(), 1)]);

    let (gtin, name) =
        (first["items"][0]["gtin"].as_str().unwrap(), first["items"][0]["trade_names"]["ru"].as_str().unwrap());
    for search in [gtin.to_owned(), name.to_uppercase(), format!(" {}  {gtin} ", name.split(' ').next().unwrap())] {
        let query: String = url_encoded(&search);
        let found = app.get(&format!("/v1/recalls?q={query}")).await.expect(200).json;
        assert_eq!(listed(&found).len(), 3, "{search}");
    }
    for search in ["%25", "_", "nothing like that"] {
        let found = app.get(&format!("/v1/recalls?q={}", search.replace(' ', "+"))).await.expect(200).json;
        assert_eq!(listed(&found), [], "{search}");
    }
    for wrong in ["q=%00", &format!("q={}", "a".repeat(101)), "limit=0", "cursor=x"] {
        app.get(&format!("/v1/recalls?{wrong}")).await.expect(400);
    }
}

fn url_encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

/// Wish 5: readers of feeds follow the list; what a recall says cannot become markup.
#[tokio::test]
async fn the_list_of_recalls_is_followed_as_a_feed() {
    let trade = Trade::open().await;
    let order = trade.goods(3).await;
    let details = json!({ "reason": in_all_languages("Glass <b>& more</b>") });
    trade.file(&trade.producer, "/v1/recalls", &range(order, 0, 2), details).await.expect(201);
    let atom = trade.app.get("/v1/recalls/feed.atom?lang=ru").await.expect(200);
    assert!(atom.headers["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
    let text = String::from_utf8(atom.bytes).unwrap();
    assert!(text.contains("<title>Отозванные товары</title>") && text.matches("<entry>").count() == 1, "{text}");
    assert!(text.contains("Glass &lt;b&gt;&amp; more&lt;/b&gt;") && text.contains("<id>urn:uuid:"), "{text}");
    let feed = trade.app.get("/v1/recalls/feed.json?lang=en").await.expect(200);
    let feed: Value = serde_json::from_slice(&feed.bytes).unwrap();
    assert_eq!((feed["language"].as_str(), feed["items"].as_array().map(Vec::len)), (Some("en"), Some(1)));
    assert!(feed["items"][0]["content_text"].as_str().unwrap().contains("Glass <b>& more</b>"));
}

/// U36: everybody reads the reason of a recall in their own language, on the card, in the list and in the feeds.
#[tokio::test]
async fn a_recall_says_why_in_the_language_of_its_reader() {
    let trade = Trade::open().await;
    let app = &trade.app;
    let order = trade.goods(2).await;
    let codes = trade.codes(order).await;
    let reason = json!({ "kk": "Шыны сынықтары", "ru": "Осколки стекла", "en": "Glass splinters" });
    trade.file(&trade.producer, "/v1/recalls", &range(order, 0, 1), json!({ "reason": reason })).await.expect(201);
    for (language, reason) in [("kk", "Шыны сынықтары"), ("ru", "Осколки стекла"), ("en", "Glass splinters")]
    {
        let listed = app.get(&format!("/v1/recalls?lang={language}")).await.expect(200).json;
        assert_eq!(listed["items"][0]["reason"], reason);
        let verify = format!("/v1/verify?lang={language}&code={}", tests::load::encoded(&codes[0]));
        let text = app.get(&verify).await.expect(200).json.to_string();
        let others =
            ["Шыны сынықтары", "Осколки стекла", "Glass splinters"].into_iter().filter(|other| *other != reason);
        assert!(text.contains(reason) && others.clone().all(|other| !text.contains(other)), "{text}");
        let feed = app.get(&format!("/v1/recalls/feed.json?lang={language}")).await.expect(200).json.to_string();
        assert!(feed.contains(reason) && others.clone().all(|other| !feed.contains(other)), "{feed}");
    }
    // The longest reason, of characters that take the most room.
    let long = |letter: u32| {
        (0..500).map(|at| char::from_u32(letter + at * 7_919 % 0x1_0000).unwrap_or('x')).collect::<String>()
    };
    let longest = json!({ "kk": long(0x1_F300), "ru": long(0x2_0000), "en": long(0x2_5000) });
    trade.file(&trade.producer, "/v1/recalls", &range(order, 1, 1), json!({ "reason": longest })).await.expect(201);
    let only_kazakh = json!({ "reason": { "kk": "Шыны", "ru": " " } });
    let refused = trade.file(&trade.producer, "/v1/recalls", &range(order, 0, 0), only_kazakh).await.expect(422);
    assert_eq!(refused.faults(), ["reason.ru field-required"]);
}
