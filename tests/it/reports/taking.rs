//! Taking reports in: what is enough, what is refused, what is the same, and what belongs together.

use std::time::Duration;

use chrono::TimeDelta;
use marking::layout::Group;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;
use server::service::work;
use tests::{Scene, Stores, TestApp, shared_stores};
use uuid::Uuid;

use super::{ALMATY, Inspector, Sent, count, everything, files, form, jpeg, open, photo, send};

/// D1.7
#[tokio::test]
async fn a_report_is_taken_in_from_somebody_unknown() {
    let app = open().await;
    let form = form(1, &[("contact", "+7 701 123 45 67")]).part("photo", photo(jpeg(60, 40)));
    let receipt = send(&app, form).await.expect(201).json;
    let number = receipt["number"].as_str().unwrap();
    assert!(number.starts_with("TB-") && number.len() == 13, "{number}");
    assert_eq!(receipt["status"], "received");
    let due = app.app.base.clock.today() + TimeDelta::days(60);
    assert_eq!(receipt["due_on"], json!(due));
    assert!(receipt["messages"][0].as_str().unwrap().contains(number));
    let kept = everything(&app).await;
    assert!(!kept.contains("701 123") && !kept.contains("127.0.0."), "contact and network are not kept in the clear");
    assert!(kept.contains("reports.receive"));
}

#[tokio::test]
async fn every_fault_of_a_form_is_told_at_its_place_and_nothing_is_kept() {
    let app = open().await;
    let wrong = form(1, &[("id", "7"), ("category", "gossip"), ("latitude", "95"), ("contact", "me")]);
    let refused = send(&app, wrong.text("outlet", "a").text("outlet", "b")).await.expect(422);
    assert_eq!(
        refused.faults(),
        [
            "outlet field-doubled",
            "id field-not-a-uuid",
            "category field-not-one-of",
            "contact field-not-a-phone-or-mail",
            "latitude field-out-of-range"
        ]
    );
    let with_photo = form(1, &[("category", "gossip")]).part("photo", photo(jpeg(20, 20)));
    send(&app, with_photo).await.expect(422);
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 0);
    assert!(files(&app).is_empty());
}

/// X3, A1
#[tokio::test]
async fn a_form_cannot_set_what_is_not_its_own() {
    let app = open().await;
    let pushy = form(1, &[("status", "confirmed"), ("role", "operator"), ("assignee", "me"), ("adress", "Abay 1")]);
    let refused = send(&app, pushy).await.expect(422);
    let names = ["status", "role", "assignee", "adress"].map(|name| format!("{name} field-unknown"));
    assert_eq!(refused.faults(), names);
    assert!(refused.json["fields"][3]["message"].as_str().unwrap().contains("“address”"), "{}", refused.json);
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 0);
}

/// X6: 256 random bits, no UUID, kept only as a hash.
#[tokio::test]
async fn tokens_are_random_and_kept_nowhere() {
    let app = open().await;
    let one = Sent::new(&app, form(1, &[])).await;
    let two = Sent::new(&app, form(2, &[])).await;
    assert_ne!(one.token, two.token);
    assert!(one.token.len() == 43 && Uuid::parse_str(&one.token).is_err());
    let kept = everything(&app).await;
    assert!(!kept.contains(&one.token) && !kept.contains(&two.token));
}

#[tokio::test]
async fn a_retry_is_the_same_report_and_other_content_is_refused() {
    let app = open().await;
    let with_photo = || form(1, &[("contact", "a@example.kz")]).part("photo", photo(jpeg(60, 40)));
    let first = Sent::new(&app, with_photo()).await;
    let again = Sent::of(&send(&app, with_photo()).await.expect(200));
    assert_eq!(first.number, again.number);
    assert_ne!(first.token, again.token);
    first.follow(&app).await.expect(200);
    again.follow(&app).await.expect(200);
    assert_eq!(files(&app).len(), 1, "the photo of a retry is not stored twice");

    let refused = send(&app, form(1, &[("words", "Something else")])).await.expect(409);
    assert_eq!((refused.slug(), refused.faults()), ("id-taken", vec!["id field-id-taken".to_owned()]));
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 1);
}

#[tokio::test]
async fn twenty_parallel_posts_of_one_report_are_one_report() {
    let app = TestApp::start_with(shared_stores().await, |config| config.threads = 2).await;
    let posts = (0..20).map(|_| send(&app, form(1, &[]).part("photo", photo(jpeg(30, 30)))));
    let answers = futures_util::future::join_all(posts).await;
    let new = answers.iter().filter(|answer| answer.status == 201).count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)) && new == 1, "{statuses:?}");
    assert!(answers.iter().all(|answer| answer.json["number"] == answers[0].json["number"]));
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 1);
    assert_eq!(files(&app).len(), 1, "the files of those who came second are gone");
    assert!(count(&app, "SELECT count(*) FROM report_token").await <= 8);
}

/// X24, X33
#[tokio::test]
async fn a_network_has_a_quota_that_a_forged_header_does_not_widen() {
    let app = TestApp::start_with(shared_stores().await, |config| {
        config.trusted_proxies.clear();
        config.limits.reports_per_day = 2;
        config.limits.report_bytes_per_day = 200_000;
    })
    .await;
    for id in 1..=2 {
        send(&app, form(id, &[])).await.expect(201);
    }
    let forged = app.request(Method::POST, "/v1/reports").header("X-Forwarded-For", "203.0.113.9");
    let refused = app.send(forged.multipart(form(3, &[]))).await.expect(429);
    assert_eq!(refused.slug(), "quota-exceeded");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=86_401).contains(&wait));
    app.app.base.clock.shift(TimeDelta::days(1));
    send(&app, form(3, &[])).await.expect(201);

    let large = form(4, &[]).part("photo", photo(vec![0; 300_000]));
    assert_eq!(send(&app, large).await.expect(429).slug(), "quota-exceeded");
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 3);
}

/// X19
#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let app = open().await;
    let announced = app.request(Method::POST, "/v1/reports").header("Content-Type", "multipart/form-data; boundary=b");
    let refused = app.send(announced.body(vec![b'x'; (64 << 20) + 1])).await.expect(413);
    assert_eq!(refused.slug(), "body-too-large");
    let refused = send(&app, form(1, &[]).part("photo", photo(vec![0; (12 << 20) + 1]))).await.expect(413);
    assert_eq!(refused.slug(), "photo-too-large");
    let many = (0..6).fold(form(1, &[]), |form, _| form.part("photo", photo(jpeg(8, 8))));
    assert_eq!(send(&app, many).await.expect(413).slug(), "photo-too-many");
    let not_a_form = app.post("/v1/reports", &json!({})).await.expect(415);
    assert_eq!(not_a_form.slug(), "unsupported-media-type");
    assert!(files(&app).is_empty(), "what was decoded before is not left behind");
}

#[tokio::test]
async fn reports_of_the_same_thing_are_linked_for_a_week() {
    let app = open().await;
    let linked = async |form: Form| {
        let number = Sent::new(&app, form).await.number;
        work::settle(&app.app).await.unwrap();
        let links =
            "SELECT count(*) FROM report_link l JOIN report r ON r.id IN (l.report_id, l.other_id) WHERE r.number = ";
        count(&app, &format!("{links}'{number}'")).await
    };
    let bereke = [("outlet", "ТОО «Береке»")];
    assert_eq!(linked(form(1, &bereke)).await, 0);
    // 40 m to the north, by the same name; by another; by none; and 60 m away.
    let north = ("latitude", "51.12856");
    assert_eq!(linked(form(2, &[("outlet", "Береке"), north])).await, 1);
    assert_eq!(linked(form(3, &[("outlet", "Достық"), north])).await, 0);
    assert_eq!(linked(form(4, &[north])).await, 3);
    assert_eq!(linked(form(5, &[("latitude", "51.12766")])).await, 0);
    // The same unit in another town, however it was written down.
    let unit = "(01)04870112345674(21)3abcdefghijkl(93)abcd";
    let almaty = [("latitude", "43.2389"), ("longitude", "76.8897")];
    assert_eq!(linked(form(6, &[("code", unit), ("latitude", "50.0")])).await, 0);
    let scanned = [("code", "]d20104870112345674213abcdefghijkl\u{1d}93abcd")];
    assert_eq!(linked(form(7, &[&almaty[..], &scanned].concat())).await, 1);
    // A product's bar code stands on many things.
    assert_eq!(linked(form(8, &[("code", "4870112345674"), ("latitude", "48.0")])).await, 0);
    assert_eq!(linked(form(9, &[("code", "4870112345674"), ("latitude", "47.0")])).await, 0);
    app.app.base.clock.shift(TimeDelta::days(7) + TimeDelta::seconds(1));
    assert_eq!(linked(form(10, &[("code", unit), ("latitude", "50.0")])).await, 0);
    let why =
        count(&app, "SELECT count(DISTINCT why) FROM report_link WHERE why IN ('same-code', 'same-outlet', 'nearby')");
    assert_eq!(why.await, 3);
}

#[tokio::test]
async fn reports_that_arrive_at_one_instant_see_each_other() {
    let app = open().await;
    let posts = (1..=8).map(|id| send(&app, form(id, &[])));
    for answer in futures_util::future::join_all(posts).await {
        assert_eq!(answer.status, 201);
    }
    work::settle(&app.app).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM report_link").await, 28, "each pair once");
}

/// D1.7
#[tokio::test]
async fn the_code_of_a_report_leads_to_the_unit() {
    let app = open().await;
    let mut scene = Scene::open(&app.app, app.url("").trim_end_matches('/')).await;
    let (_, codes) = scene.goods(Group::Shoes, 3).await;
    let code: &'static str = codes[2].clone().leak();
    let report = Sent::new(&app, form(1, &[("code", code), ("latitude", "43.2389"), ("longitude", "76.8897")])).await;
    let inspector = Inspector::new(&app, "aigul", ALMATY).await;
    let seen = inspector.read(&app, &report).await.expect(200).json;
    assert_eq!((&seen["code"], &seen["index"], &seen["region"]), (&json!(code), &json!(2), &json!(ALMATY)));
    assert!(seen["order"].is_string() && seen["gtin"].is_string());
    let gtin = seen["gtin"].as_str().unwrap();
    let listed = inspector.get(&app, &format!("?gtin={gtin}")).await.expect(200).json;
    assert_eq!(listed["items"][0]["number"], json!(report.number));
}

#[tokio::test]
async fn without_a_place_for_photos_nothing_is_acknowledged_and_nothing_is_kept() {
    let app = open().await;
    let folder = app.app.base.config.data_dir.join("photos");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let refused = send(&app, form(1, &[]).part("photo", photo(jpeg(20, 20)))).await.expect(503);
    assert_eq!(refused.slug(), "store-unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(count(&app, "SELECT count(*) FROM report").await, 0);
    send(&app, form(1, &[])).await.expect(201);
}

/// R3
#[tokio::test]
async fn without_postgres_nothing_is_acknowledged_and_no_file_is_left() {
    let mut stores = Stores::start("reports").await;
    let app = TestApp::start_on(&stores).await;
    stores.private.kill_postgres();
    let with_photo = || form(1, &[]).part("photo", photo(jpeg(20, 20)));
    let refused = send(&app, with_photo()).await.expect(503);
    assert_eq!(refused.slug(), "register-unavailable");
    assert!(files(&app).is_empty());
    stores.private.start_postgres().await.unwrap();
    for _ in 0..100 {
        if send(&app, with_photo()).await.status == 201 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    send(&app, with_photo()).await.expect(200);
    app.stop().await;
    stores.private.discard().await.unwrap();
}
