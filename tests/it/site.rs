//! The app's pages and label links, as a browser without scripts sees them; files are there once the app is built.

use serde_json::Value;
use tests::TestApp;

use crate::codes::Trade;

/// The app's own pages answer HTML under a strict policy: scripts of this site only, none of them inline (X29).
#[tokio::test]
async fn a_page_runs_scripts_of_its_own_site_only() {
    let app = TestApp::start().await;
    for path in ["/", "/app", "/app/", "/app/reports/TB-26-0000001", "/app/no/such/page"] {
        let answer = app.get(path).await.expect(200);
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let html = String::from_utf8(answer.bytes).unwrap();
        assert!(html.contains("lang=\"en\""), "{path}");
        assert!(!html.contains(" style=") && !html.contains("<style"), "{path}");
        assert!(html.split("<script").skip(1).all(|script| script.contains("src=")), "{path}");
    }
}

/// Q4b.3: a code's link on our own host shows the verdict, with what the law wants shown (D1.7), before any script runs.
#[tokio::test]
async fn a_label_s_link_shows_the_verdict_without_scripts() {
    let trade = Trade::open().await;
    let order = trade.goods(1).await;
    let code = trade.codes(order).await.remove(0);
    let app = &trade.app;
    let answer: Value = app.post("/v1/verify", &serde_json::json!({"code": code})).await.expect(200).json;
    let (gtin, serial) = (answer["code"]["gtin"].as_str().unwrap(), answer["code"]["serial"].as_str().unwrap());
    let page = app.get(&format!("/01/{gtin}/21/{serial}?lang=ru")).await.expect(200);
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["x-robots-tag"], "noindex");
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains("lang=\"ru\"") && html.contains("<h1>"), "{html}");
    assert!(html.contains(&format!("/01/{gtin}/21/{serial}?lang=kk")), "{html}");
}

#[tokio::test]
async fn a_link_that_is_no_code_is_told_so_and_nothing_of_it_becomes_markup() {
    let app = TestApp::start().await;
    let page = app.get("/s/%3Cscript%3Ealert(1)%3C/script%3E?x=%22onload=%22").await.expect(200);
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(!html.contains("alert(1)<") && !html.contains("onload=\""), "{html}");
    assert!(html.contains("<article"), "{html}");
}

/// B67: a file of an older build is not the page, and nobody keeps the answer.
#[tokio::test]
async fn a_file_that_was_not_built_is_not_there() {
    let app = TestApp::start().await;
    for path in ["/assets/none-12345678.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/x.map"] {
        let answer = app.get(path).await.expect(404);
        assert!(answer.headers.get("cache-control").is_some_and(|kept| kept == "no-store"), "{path}");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("<html"), "{path}");
    }
}

/// X56: security.txt (RFC 9116) is there when somebody takes reports, and expires in time to be looked at.
#[tokio::test]
async fn security_txt_names_a_contact_and_is_absent_without_one() {
    let app = TestApp::start().await;
    app.get("/.well-known/security.txt").await.expect(404);
    app.stop().await;
    let app = TestApp::start_with(tests::shared_stores().await, |config| {
        config.security_contact = Some("mailto:security@tanba.example".to_owned());
    })
    .await;
    let answer = app.get("/.well-known/security.txt").await.expect(200);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let text = String::from_utf8(answer.bytes).unwrap();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    assert_eq!(field("Contact"), Some("mailto:security@tanba.example"));
    let expires: chrono::DateTime<chrono::Utc> = field("Expires").unwrap().parse().unwrap();
    let days = (expires - chrono::Utc::now()).num_days();
    assert!((150..=365).contains(&days), "{days}");
    app.stop().await;
}

/// Wish 15: a link that is shared in a messenger shows the goods and the verdict, and a picture under a whole address.
#[tokio::test]
async fn a_shared_link_has_a_title_and_a_picture_for_messengers() {
    let trade = Trade::open().await;
    let order = trade.goods(1).await;
    let code = trade.codes(order).await.remove(0);
    let app = &trade.app;
    let answer: Value = app.post("/v1/verify", &serde_json::json!({"code": code})).await.expect(200).json;
    let (gtin, serial) = (answer["code"]["gtin"].as_str().unwrap(), answer["code"]["serial"].as_str().unwrap());
    let name = answer["product"]["trade_names"]["ru"].as_str().unwrap();
    let page = app.get(&format!("/01/{gtin}/21/{serial}?lang=ru")).await.expect(200);
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains(&format!("<meta property=\"og:title\" content=\"{name}: ")), "{html}");
    assert!(html.contains("<meta property=\"og:image\" content=\"http") && html.contains("/icon-512.png\""), "{html}");
    let page = String::from_utf8(app.get("/?lang=kk").await.expect(200).bytes).unwrap();
    assert!(page.contains("<meta property=\"og:title\" content=\"Таңба\""), "{page}");
}

/// Wish 15: the installed app has its name and its shortcuts in the language of its owner, and takes shared pictures.
#[tokio::test]
async fn the_installed_app_is_named_in_its_owner_s_language() {
    let app = TestApp::start().await;
    for (language, name) in [("kk", "Таңба"), ("ru", "Танба"), ("en", "Tanba")] {
        let answer = app.get(&format!("/manifest.webmanifest?lang={language}")).await;
        // Nothing to name where the app was not built.
        if answer.status == 404 {
            return;
        }
        let manifest: Value = serde_json::from_slice(&answer.expect(200).bytes).unwrap();
        assert_eq!((manifest["name"].as_str(), manifest["lang"].as_str()), (Some(name), Some(language)));
        assert_eq!(manifest["share_target"]["params"]["files"][0]["name"], "picture");
        let shortcuts = manifest["shortcuts"].as_array().unwrap();
        assert!(shortcuts.len() >= 4 && shortcuts.iter().all(|shortcut| shortcut["name"].is_string()));
    }
}
