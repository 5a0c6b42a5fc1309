//! What happens when something breaks: nothing that was acknowledged is lost, nothing is doubled, nothing wrong is
//! called genuine. "Nothing lost" is held against a ledger of what the client was told.

mod clock;
mod cluster;
mod idle;
mod kill;
mod network;
mod overload;
mod postgres;
mod redis;
mod replica;
mod restore;
mod slow;
mod stop;

use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use server::service::work::{self, Worker};
use tests::faults::{Fate, Ledger};
use tests::{Answer, Scene, TestApp};
use uuid::Uuid;

/// A service whose worker runs, too, and people to work with it.
struct Whole {
    app: TestApp,
    worker: Worker,
    scene: Scene,
}

impl Whole {
    async fn of(app: TestApp) -> Self {
        let worker = work::start(app.app.clone());
        let scene = Scene::open(&app.app, &app.url("")).await;
        Self { app, worker, scene }
    }

    async fn stop(self) {
        self.app.stop().await;
        self.worker.stop().await;
    }
}

/// Sends scans and notes what came of it. Returns the answer, if there was one.
async fn send_scans(scene: &Scene, ledger: &Ledger, items: &[(Uuid, String, Value)]) -> Option<Answer> {
    ledger.intend(items.iter().map(|(id, content, _)| ("scan", *id, content.as_str()))).unwrap();
    let body = json!({ "items": items.iter().map(|(_, _, scan)| scan).collect::<Vec<_>>() });
    let request = scene.client.post(format!("{}/v1/scans", scene.base)).timeout(Duration::from_secs(10));
    let answer = match request.json(&body).send().await {
        Ok(response) => whole(response).await,
        Err(_) => None,
    };
    let ids: Vec<Uuid> = items.iter().map(|(id, ..)| *id).collect();
    ledger.note(&ids, Fate::of(answer.as_ref().map(|answer| answer.status))).unwrap();
    answer
}

/// A response read to its end; none when the connection broke on the way.
async fn whole(response: reqwest::Response) -> Option<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.ok()?.to_vec();
    Some(Answer { status, headers, json: serde_json::from_slice(&bytes).unwrap_or_default(), bytes })
}

async fn redis_of(app: &TestApp) -> MultiplexedConnection {
    let client = ::redis::Client::open(app.app.base.config.redis_url.as_deref().unwrap()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}
