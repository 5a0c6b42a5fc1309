//! A whole service for one test: its own database and Redis prefix, a real port on loopback.

use std::net::SocketAddr;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use server::platform::clock::Clock;
use server::platform::config::Config;
use server::service::{self, Running, Service};

use crate::Stores;

/// A running service and a client for it.
pub struct TestApp {
    /// The state of the service, for what can't be seen from outside.
    pub app: Service,
    /// A client without any token.
    pub client: Client,
    /// The name of the database.
    pub database: String,
    running: Option<Running>,
    address: SocketAddr,
}

/// A response, read whole.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON; null when it isn't.
    pub json: Value,
    /// The body as bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a body").to_vec();
        Self { status, headers, json: serde_json::from_slice(&bytes).unwrap_or_default(), bytes }
    }

    /// The slug of a problem, or an empty text.
    pub fn slug(&self) -> &str {
        self.json["slug"].as_str().unwrap_or_default()
    }

    /// The faults of a problem as `field slug`.
    pub fn faults(&self) -> Vec<String> {
        let faults = self.json["fields"].as_array().cloned().unwrap_or_default();
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        faults.iter().map(|fault| format!("{} {}", text(fault, "field"), text(fault, "slug"))).collect()
    }

    /// The same answer, once its status is as expected; else the test ends with the body.
    #[allow(clippy::return_self_not_must_use, reason = "often the status is all that a test wants to know")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

impl TestApp {
    /// A service on the stores that all tests share.
    pub async fn start() -> Self {
        Self::start_on(crate::shared_stores().await).await
    }

    /// A service on these stores.
    pub async fn start_on(stores: &Stores) -> Self {
        Self::start_with(stores, |_| ()).await
    }

    /// A service on these stores with other settings.
    pub async fn start_with(stores: &Stores, change: impl FnOnce(&mut Config)) -> Self {
        let database = stores.create_database().await;
        let mut config = Config::from(|_| None).expect("defaults hold");
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.database_url = Some(stores.database_url(&database));
        config.redis_url = Some(stores.redis_url());
        config.redis_prefix = format!("{database}:");
        config.data_dir = stores.folder.join(&database);
        config.threads = 1;
        config.admin_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        // So that a test can come from any network.
        config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
        // So many that a hundred requests at once are none too many: four may wait for each.
        config.database_connections = 26;
        // However busy the machine is that runs the tests.
        config.lateness = std::time::Duration::from_hours(1);
        change(&mut config);
        Self::over(config, database, Clock::default()).await
    }

    /// Another process of the same register: the same database, Redis prefix and data folder, on another port.
    pub async fn twin(&self) -> Self {
        self.twin_at(self.app.base.clock.clone()).await
    }

    /// The same with a clock of its own.
    pub async fn twin_at(&self, clock: Clock) -> Self {
        Self::over(Config::clone(&self.app.base.config), self.database.clone(), clock).await
    }

    /// A service with these settings, on stores whose tables are there.
    pub async fn over(config: Config, database: String, clock: Clock) -> Self {
        let app = Service::open(config, clock).await.expect("the service opens");
        let running = service::serve(app.clone()).expect("the service listens");
        let client = Client::builder().timeout(std::time::Duration::from_secs(30)).build().expect("a client");
        Self { app, client, database, address: running.address, running: Some(running) }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Begins a request, in English.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).header("Accept-Language", "en")
    }

    /// Asks without a token.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Asks on the listener of those who run the service.
    pub async fn admin(&self, path: &str) -> Answer {
        let admin = self.running.as_ref().and_then(|running| running.admin.as_ref()).expect("an admin listener");
        self.send(self.client.get(format!("http://{}{path}", admin.address))).await
    }

    /// Sends JSON without a token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("the service answers")).await
    }

    /// Stops the service; what was under way is answered first.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("the service stops");
        }
    }
}
