//! What a report gives away of its author and of others, and where it goes when its place is no place.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use server::service::work;
use tests::TestApp;

use super::{ALMATY, ASTANA, Inspector, Sent, count, everything, form, jpeg, open, photo, send};

/// The names of all fields of an answer, in order.
fn fields(answer: &serde_json::Value) -> Vec<String> {
    answer.as_object().unwrap().keys().cloned().collect()
}

/// X45: a report beside others is answered, followed and written like one that stands alone; inspectors see the link.
#[tokio::test]
async fn a_reporter_learns_nothing_of_other_reports() {
    let app = open().await;
    let alone = send(&app, form(1, &[("latitude", "43.2389"), ("longitude", "76.8897")])).await.expect(201).json;
    let code = ("code", "(01)04870112345674(21)3abcdefghijkl(93)abcd");
    let victim = Sent::new(&app, form(2, &[code])).await;
    let probe = send(&app, form(3, &[code])).await.expect(201);
    assert_eq!(fields(&probe.json), fields(&alone));
    assert!(!String::from_utf8_lossy(&probe.bytes).contains("link"));
    assert_eq!(probe.json["messages"].as_array().unwrap().len(), alone["messages"].as_array().unwrap().len());
    // The request itself compares nothing: that is a job's work, after the answer.
    assert_eq!(count(&app, "SELECT count(*) FROM report_link").await, 0);
    assert_eq!(count(&app, "SELECT count(*) FROM job WHERE kind = 'link-report'").await, 3);
    let probe = Sent::of(&probe);
    let before = probe.follow(&app).await.expect(200);
    work::settle(&app.app).await.unwrap();
    assert_eq!(probe.follow(&app).await.expect(200).bytes, before.bytes, "nor later");
    assert!(!String::from_utf8_lossy(&before.bytes).contains("link"));
    let again = send(&app, form(3, &[code])).await.expect(200).json;
    assert_eq!(fields(&again), fields(&alone));

    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let seen = inspector.read(&app, &probe).await.expect(200).json;
    assert_eq!((&seen["linked"][0]["number"], &seen["linked"][0]["why"]), (&json!(victim.number), &json!("same-code")));
    probe.send(&app, Method::DELETE, "", None).await.expect(204);
    assert_eq!(inspector.read(&app, &victim).await.expect(200).json["linked"], json!([]), "gone at once");
    work::settle(&app.app).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM report_link").await, 0);
}

/// B34: at 0, 0, with exchanged coordinates, abroad, at whole degrees and between regions a report is everybody's, and its place links nothing.
#[tokio::test]
async fn a_report_whose_place_is_in_no_region_is_everybodys() {
    let app = open().await;
    let inspectors = [Inspector::new(&app, "serik", ASTANA).await, Inspector::new(&app, "dana", ALMATY).await];
    let nowhere =
        [("0", "0"), ("76.8897", "43.2389"), ("55.7558", "37.6173"), ("48.0", "67.0"), ("47.1358", "67.4213")];
    for (at, (latitude, longitude)) in (1_u128..).step_by(2).zip(nowhere) {
        let place = [("latitude", latitude), ("longitude", longitude)];
        let report = Sent::new(&app, form(at, &place)).await;
        Sent::new(&app, form(at + 1, &place)).await;
        work::settle(&app.app).await.unwrap();
        for inspector in &inspectors {
            let seen = inspector.read(&app, &report).await.expect(200).json;
            assert_eq!(seen["region"], json!(null), "{latitude} {longitude}");
            let links = usize::from(latitude == "47.1358");
            assert_eq!(seen["linked"].as_array().unwrap().len(), links, "{latitude} {longitude}");
        }
    }
    // Inside a boundary it is its region's alone.
    let report = Sent::new(&app, form(20, &[])).await;
    assert_eq!(inspectors[0].read(&app, &report).await.expect(200).json["region"], ASTANA);
    inspectors[1].read(&app, &report).await.expect(404);
}

/// B35: contacts as they are pasted; both forms of letters.
#[tokio::test]
async fn a_contact_is_taken_as_it_was_pasted_and_shown_clean() {
    let app = open().await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let pasted = [
        ("\u{202d}+7 701 123 45 67\u{202c}", "+7 701 123 45 67"),
        ("＋７（７０１）１２３４５６７", "+7(701)1234567"),
        ("tel:+77011234567", "+77011234567"),
        ("8.701.123.45.67", "8.701.123.45.67"),
        ("mailto:me@example.kz", "me@example.kz"),
    ];
    for (id, (pasted, clean)) in (1_u128..).zip(pasted) {
        let report = Sent::new(&app, form(id, &[("contact", pasted), ("outlet", "Ки\u{306}ік")])).await;
        inspector.post(&app, &report, "assign", json!({})).await.expect(200);
        let seen = inspector.read(&app, &report).await.expect(200).json;
        assert_eq!((&seen["contact"], &seen["outlet"]), (&json!(clean), &json!("Кйік")), "{pasted:?}");
    }
}

/// X67: the audit tells one network from another for a day, and nothing of either later.
#[tokio::test]
async fn the_audit_forgets_the_network_of_a_reporter() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    report.follow(&app).await.expect(200);
    report.send(&app, Method::DELETE, "", None).await.expect(204);
    let names =
        "SELECT count(DISTINCT details->>'network') FROM audit WHERE actor = 'public' AND object LIKE 'report:%'";
    assert_eq!(count(&app, names).await, 1, "deeds of one network on one day belong together");
    let addresses = "SELECT count(address) FROM audit WHERE actor = 'public' AND object LIKE 'report:%'";
    assert_eq!(count(&app, addresses).await, 0);
    assert!(!everything(&app).await.contains("127.0.0."));
    app.app.base.clock.shift(TimeDelta::days(1));
    Sent::new(&app, form(2, &[])).await;
    assert_eq!(count(&app, names).await, 2, "another name on another day");
    app.app.base.clock.shift(TimeDelta::days(2));
    server::reports::keep_house(&app.app.reports).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM report_day_key").await, 0, "nothing leads from a name to a network");
}

/// X66: a colleague's report is taken with a reason only; the colleague reads it and hears of it, the author doesn't.
#[tokio::test]
async fn a_colleagues_report_is_taken_with_a_reason_that_the_colleague_reads() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[("contact", "me@example.kz")])).await;
    let one = Inspector::new(&app, "serik", ASTANA).await;
    let other = Inspector::new(&app, "aida", ASTANA).await;
    one.post(&app, &report, "assign", json!({})).await.expect(200);
    let begun = newest(&app).await;
    for body in [json!({}), json!({ "reason": "  " }), json!({ "to": other.account })] {
        let refused = other.post(&app, &report, "assign", body).await.expect(422);
        assert_eq!(refused.faults(), ["reason field-reason-needed"]);
    }
    assert!(other.read(&app, &report).await.json.get("contact").is_none());
    let long = other.post(&app, &report, "assign", json!({ "reason": "я".repeat(1_001) })).await.expect(422);
    assert_eq!(long.faults(), ["reason field-too-long"]);
    other.post(&app, &report, "assign", json!({ "reason": "SERIK-IS-ON-LEAVE" })).await.expect(200);

    let seen = one.read(&app, &report).await.expect(200).json;
    let last = seen["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["note"], &last["from"], &last["to"], &last["login"]),
        (&json!("SERIK-IS-ON-LEAVE"), &json!("serik"), &json!("aida"), &json!("aida"))
    );
    assert_eq!((&seen["assignee_login"], &seen["is_mine"]), (&json!("aida"), &json!(false)));
    let heard = super::talking::stream(&app, &one, begun, 1).await;
    assert_eq!((&heard[0]["what"], &heard[0]["number"]), (&json!("taken-from-you"), &json!(report.number)));
    assert!(!String::from_utf8_lossy(&report.follow(&app).await.bytes).contains("LEAVE"));
    // Handing one's own on needs none, and the reason goes with the author's data.
    other.post(&app, &report, "assign", json!({ "to": one.account })).await.expect(200);
    report.send(&app, Method::DELETE, "", None).await.expect(204);
    assert!(!everything(&app).await.contains("LEAVE"));
}

async fn newest(app: &TestApp) -> i64 {
    count(app, "SELECT max(id) FROM report_event").await
}

/// UX 18: a photo too many is refused, and nothing of it stays.
#[tokio::test]
async fn a_report_has_twenty_photos_at_most() {
    let app = open().await;
    let five = |form: reqwest::multipart::Form| (0..5).fold(form, |form, _| form.part("photo", photo(jpeg(8, 8))));
    let report = Sent::new(&app, five(form(1, &[]))).await;
    for _ in 0..3 {
        super::talking::reply(&app, &report, five(reqwest::multipart::Form::new())).await.expect(201);
    }
    let one = reqwest::multipart::Form::new().part("photo", photo(jpeg(8, 8)));
    assert_eq!(super::talking::reply(&app, &report, one).await.expect(413).slug(), "photo-too-many");
    assert_eq!(super::files(&app).len(), 20);
}
