//! R6 in its short form: who is silent, sends or reads too slowly is let go within half a minute, and others are
//! answered meanwhile. `cargo xtask faults R6` measures what hundreds of them cost the others.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use marking::layout::Group;
use tests::faults::{PATIENCE, Slow};
use tests::{Scene, TestApp, shared_stores};

/// R6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_are_let_go_and_others_are_answered() {
    let app = TestApp::start_on(shared_stores().await).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let gtin = scene.product(Group::Medicines).await;
    let order = scene.order(gtin, 200_000).await;
    let token = scene.token().await;
    let address: SocketAddr = app.url("").strip_prefix("http://").unwrap().parse().unwrap();
    let long =
        format!("GET /v1/orders/{order}/codes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    let slow = join_all(Slow::all(&long, 2).into_iter().map(async |(name, slow)| (name, slow.linger(address).await)));
    let good = async {
        let (started, mut slowest, mut count) = (Instant::now(), Duration::ZERO, 0);
        while started.elapsed() < Duration::from_secs(10) {
            let asked = Instant::now();
            app.get("/v1/verify?code=4870001234562").await.expect(200);
            slowest = slowest.max(asked.elapsed());
            count += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (slowest, count)
    };
    let (slow, (slowest, count)) = tokio::join!(slow, good);
    println!("{count} good requests, the slowest {slowest:?}");
    for (name, after) in slow {
        println!("{name}: let go after {after:?}");
        assert!(after < PATIENCE, "{name}: {after:?}");
    }
}
