//! What is told without being asked: the stream, hot spots, and another system.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use server::platform::config::Webhook;
use server::service::work;
use tests::{TestApp, shared_stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{ALMATY, Case, scan, send, settle};

/// The stream of somebody, from after an event, until it has said `wanted` events; ids and data.
async fn follow(case: &Case, who: &str, after: &str, wanted: usize) -> Vec<(String, Value)> {
    let people = &case.people;
    let request = people.app().request(Method::GET, "/v1/alerts/stream").header("Last-Event-ID", after);
    let response = request.bearer_auth(people.token(who)).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    let mut stream = response.bytes_stream();
    let mut text = String::new();
    while text.matches("event: alert").count() < wanted {
        let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        let Ok(Some(bytes)) = next else { break };
        text.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
    }
    let event = |event: &str| {
        let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        Some((line("id: ")?, serde_json::from_str(&line("data: ")?).ok()?))
    };
    text.split("\n\n").filter(|text| text.contains("event: alert")).filter_map(event).collect()
}

/// B68
#[tokio::test]
async fn the_stream_is_taken_up_where_it_was_left_and_tells_of_the_own_region_only() {
    let case = Case::open().await;
    case.post("inspector", "/assign", &json!({})).await.expect(200);
    let all = follow(&case, "inspector", "0", 2).await;
    let told: Vec<&Value> = all.iter().map(|(_, data)| &data["what"]).collect();
    assert_eq!(told, ["opened", "assigned"]);
    assert_eq!(all[0].1["id"], json!(case.id));
    case.post("inspector", "/decision", &json!({ "decision": "confirmed" })).await.expect(200);
    let rest = follow(&case, "inspector", &all[1].0, 1).await;
    assert_eq!(rest.iter().map(|(_, data)| &data["what"]).collect::<Vec<_>>(), ["decided"]);
    let far = tokio::time::timeout(Duration::from_secs(2), follow(&case, "far-inspector", "0", 1)).await;
    assert!(far.is_err(), "nothing of another region, only silence: {far:?}");
    let people = &case.people;
    let request = people.app().request(Method::GET, "/v1/alerts/stream").header("Last-Event-ID", "x");
    people.app().send(request.bearer_auth(people.token("inspector"))).await.expect(400);
}

#[tokio::test]
async fn hot_spots_are_cells_and_clusters_of_the_own_region() {
    let case = Case::open().await;
    let (people, now) = (&case.people, case.people.app().app.base.clock.now());
    // Expired water on one shelf, seen by nine people, amid a town that scans sound goods.
    let bad = people.trade.order("04870001234560", 20).await;
    let bad = people.trade.codes(bad).await;
    let scans: Vec<Value> =
        (0..9_u8).map(|one| scan(now, &bad[usize::from(one)], u128::from(one) + 500, 1, ALMATY)).collect();
    send(people.app(), &scans).await;
    let sound: Vec<Value> = (0..90_u8)
        .map(|one| scan(now, &case.codes[4], u128::from(one % 3) + 900, 1, (43.20 + f64::from(one) / 500.0, 76.80)))
        .collect();
    send(people.app(), &sound).await;
    settle(people.app()).await;
    let map = people.get(Some("inspector"), "/v1/hotspots").await.expect(200).json;
    let features = map["features"].as_array().unwrap();
    let of = |method: &str| features.iter().find(|feature| feature["properties"]["method"] == method);
    let cell = of("cells").unwrap_or_else(|| panic!("no cell: {map}"));
    assert_eq!((&cell["geometry"]["type"], &cell["properties"]["region"]), (&json!("Polygon"), &json!("750000000")));
    let cluster = of("clusters").unwrap_or_else(|| panic!("no cluster: {map}"));
    assert!(cluster["properties"]["devices"].as_u64().unwrap() >= 9, "{cluster}");
    let product =
        people.get(Some("inspector"), "/v1/hotspots?gtin=4870001234560&method=clusters").await.expect(200).json;
    assert_eq!(product["features"].as_array().unwrap().len(), 1);
    let far = people.get(Some("far-inspector"), "/v1/hotspots?method=clusters").await.expect(200).json;
    assert_eq!(far["features"], json!([]));
    // How much is scanned, in wide cells of the own region, and only when it is asked for.
    let scanned = people.get(Some("inspector"), "/v1/hotspots?method=scans").await.expect(200).json;
    let wide = scanned["features"].as_array().unwrap();
    let all: u64 = wide.iter().map(|cell| cell["properties"]["scans"].as_u64().unwrap()).sum();
    assert!(all >= 99 && wide.iter().all(|cell| cell["properties"]["method"] == "scans"), "{scanned}");
    assert!(wide.len() < 20 && wide[0]["properties"]["level"] == 3, "{scanned}");
    assert!(of("scans").is_none());
    let far = people.get(Some("far-inspector"), "/v1/hotspots?method=scans").await.expect(200).json;
    assert!(
        far["features"].as_array().unwrap().iter().all(|cell| cell["properties"]["region"] != "750000000"),
        "{far}"
    );
    assert_eq!(people.trade.count("SELECT count(*) FROM audit WHERE action = 'alerts.hotspots'").await, 5);
    people.get(Some("inspector"), "/v1/hotspots?region=710000000").await.expect(400);
    people.get(Some("inspector"), "/v1/hotspots?method=guess").await.expect(400);
}

/// Another system hears of an alert with a signature, again when it was not there, and no exact place (X26, X38).
#[tokio::test]
async fn another_system_is_told_with_a_signature_and_again_when_it_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    let app = TestApp::start_with(shared_stores().await, |config| {
        config.webhook = Some(Webhook { url, secret: "sixteen-characters".into() });
    })
    .await;
    let heard = tokio::spawn(async move {
        let mut heard = Vec::new();
        for status in ["503 Service Unavailable", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&bytes).contains("\"what\":\"opened\"") {
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the request breaks off: {}", String::from_utf8_lossy(&bytes));
                bytes.extend_from_slice(&buffer[..read]);
            }
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            heard.push(String::from_utf8(bytes).unwrap());
        }
        heard
    });
    // A device that tries codes: sixty of a form of ours that were never issued.
    let now = app.app.base.clock.now();
    let guesses: Vec<Value> = (0..60)
        .map(|at| scan(now, &format!("010487000123456021{}\u{1d}93abcd", format_args!("3{at:012}")), 7, 0, ALMATY))
        .collect();
    send(&app, &guesses).await;
    let first = work::settle(&app.app).await.unwrap();
    assert_eq!(first.failed, 1, "the other system is away");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    settle(&app).await;
    let heard = heard.await.unwrap();
    assert_eq!(heard.len(), 2);
    for request in &heard {
        let header = |name: &str| {
            request.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(str::to_owned))
        };
        let signature = header("tanba-signature: ").unwrap();
        assert!(signature.starts_with("t=") && signature.split(",v1=").nth(1).unwrap().len() == 64, "{signature}");
        let body: Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!((&body["kind"], &body["what"]), (&json!("guessed-codes"), &json!("opened")));
        assert!((body["place"]["latitude"].as_f64().unwrap() - 43.235).abs() < 1e-9, "{body}");
    }
}

/// A reader that never saw an event learns at once with which id to come back: what happens in between is not lost.
#[tokio::test]
async fn what_happens_before_a_readers_first_event_is_told_when_it_comes_back() {
    let case = Case::open().await;
    let people = &case.people;
    let request = people.app().request(Method::GET, "/v1/alerts/stream").bearer_auth(people.token("inspector"));
    let mut stream = request.send().await.unwrap().bytes_stream();
    let first = stream.next().await.unwrap().unwrap();
    let first = std::str::from_utf8(&first).unwrap();
    let id = first.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    assert!(first.contains("event: begin") && !first.contains("event: alert"), "{first}");
    // The connection breaks before anything has happened.
    drop(stream);
    case.post("inspector", "/assign", &json!({})).await.expect(200);
    let missed = follow(&case, "inspector", &id, 1).await;
    assert_eq!(missed.iter().map(|(_, data)| &data["what"]).collect::<Vec<_>>(), ["assigned"]);
}

/// X70
#[tokio::test]
async fn a_stream_ends_with_its_session_and_an_account_has_few() {
    let case = Case::open().await;
    let people = &case.people;
    let open = async |who: &str, path: &str| {
        let request = people.app().request(Method::GET, path).bearer_auth(people.token(who));
        request.send().await.unwrap()
    };
    let paths = ["/v1/alerts/stream", "/v1/inspector/reports/stream"];
    let mut streams = Vec::new();
    // Both count together.
    for path in paths.into_iter().cycle().take(8) {
        let response = open("inspector", path).await;
        assert_eq!(response.status().as_u16(), 200);
        let mut stream = Box::pin(response.bytes_stream());
        stream.next().await.unwrap().unwrap();
        streams.push(stream);
    }
    for path in paths {
        let refused = tests::Answer::of(open("inspector", path).await).await.expect(429);
        assert_eq!(refused.slug(), "too-many-streams");
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(open("far-inspector", path).await.status().as_u16(), 200, "another account has its own");
    }
    // The account is disabled by another process, such as the command line.
    let end = "UPDATE account SET disabled_at = now() WHERE login = 'inspector'";
    people.app().app.base.db.get().await.unwrap().batch_execute(end).await.unwrap();
    for stream in &mut streams {
        let ended = async { while stream.next().await.is_some_and(|bytes| bytes.is_ok()) {} };
        tokio::time::timeout(Duration::from_secs(10), ended).await.expect("it ends long before its time");
    }
}
