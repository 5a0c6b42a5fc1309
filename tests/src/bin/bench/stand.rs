//! What is measured: the service with its own stores, `fsync` on, and beside its routes one that answers with as many
//! bytes as it is asked for, under the same middleware.

use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use server::platform::clock::Clock;
use server::platform::config::{Config, Limits};
use server::platform::db;
use server::service::work::{self, Worker};
use server::service::{self, Running, Service};
use stores::{Durability, Options, PrivateStores};
use tests::Scene;

/// The longest static answer.
const LONGEST: usize = 64 << 10;
static FILLING: [u8; LONGEST] = [b'x'; LONGEST];
/// What every question about a code starts with.
pub(crate) const ASKED: &str = "GET /v1/verify?code=";

/// A running service, its stores, and people to work with it.
pub(crate) struct Stand {
    pub(crate) private: PrivateStores,
    pub(crate) app: Service,
    pub(crate) address: SocketAddr,
    pub(crate) scene: Scene,
    folder: PathBuf,
    /// A service with one route, which asks Redis for one key, without anything of ours around it.
    pub(crate) bare: SocketAddr,
    running: Running,
    worker: Option<Worker>,
}

impl Stand {
    /// Starts everything in this folder, or in a temporary one.
    pub(crate) async fn start(folder: Option<PathBuf>) -> Self {
        let folder = folder.unwrap_or_else(|| {
            let name = format!("tanba-bench-{}", std::process::id());
            std::env::temp_dir().join(name)
        });
        eprintln!("Starting PostgreSQL and Redis in {}", folder.display());
        let options = Options { durability: Durability::Full, ..Options::default() };
        let private = PrivateStores::start_with(&folder, options).await.expect("private stores start");
        let mut config = Config::from(|_| None).expect("defaults hold");
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.database_url = Some(private.addresses().database_url.clone());
        config.redis_url = Some(private.addresses().redis_url.clone());
        config.data_dir.clone_from(&folder);
        // Counted as always, but not refused: everybody here comes from one address.
        let most = 60_000_000;
        config.limits = Limits { per_device: most, per_prefix: most, batches: most, global: most, ..config.limits };
        let pool = db::pool(config.database_url.as_deref().unwrap_or_default(), 1).expect("a pool");
        db::migrate(&pool).await.expect("migrations run");
        pool.close();
        let app = Service::open(config, Clock::default()).await.expect("the service opens");
        let running = service::serve_with(app.clone(), |routes| {
            routes.route("/bench", web::get().to(filling));
        });
        let running = running.expect("the service listens");
        let worker = work::start(app.clone());
        let address = running.address;
        let scene = Scene::open(&app, &format!("http://{address}")).await;
        let bare = bare(&private.addresses().redis_url, app.base.config.threads).await;
        Self { private, app, address, scene, folder, bare, running, worker: Some(worker) }
    }

    /// Lets the worker of this process rest, or work again.
    pub(crate) async fn let_work(&mut self, works: bool) {
        match self.worker.take() {
            Some(worker) if !works => worker.stop().await,
            None if works => self.worker = Some(work::start(self.app.clone())),
            unchanged => self.worker = unchanged,
        }
    }

    /// Stops everything and removes its data.
    pub(crate) async fn stop(mut self) {
        self.let_work(false).await;
        self.running.stop().await.expect("the service stops");
        drop((self.app, self.scene));
        self.private.discard().await.expect("the stores' data can be removed");
        // A folder that was there before, with something else in it, stays.
        for file in ["embedded.lock", "postgres.life", "redis.life", "master.key", "postgres.log", "redis.log"] {
            let _ = std::fs::remove_file(self.folder.join(file));
        }
        let _ = std::fs::remove_dir(self.folder);
    }
}

/// What one route with one look into Redis does on the same framework: the yardstick of what a lookup costs.
async fn bare(redis_url: &str, threads: usize) -> SocketAddr {
    let client = redis::Client::open(redis_url).expect("an address");
    let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let () = redis::cmd("SET").arg("bench").arg("12").query_async(&mut redis).await.expect("Redis takes a key");
    let server = HttpServer::new(move || {
        let redis = web::Data::new(redis.clone());
        actix_web::App::new().app_data(redis).route("/bench", web::get().to(looked_up))
    });
    let server = server.workers(threads).disable_signals().bind(("127.0.0.1", 0)).expect("a free port");
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    address
}

/// As [`filling`], after one key was asked for.
async fn looked_up(request: HttpRequest, redis: web::Data<MultiplexedConnection>) -> HttpResponse {
    let mut redis = MultiplexedConnection::clone(&redis);
    match redis::cmd("GET").arg("bench").query_async::<Option<String>>(&mut redis).await {
        Ok(Some(_)) => filling(request).await,
        _ => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// An answer of this length, of the type that verify answers with.
async fn filling(request: HttpRequest) -> HttpResponse {
    let length = request.query_string().split('&').next().and_then(|length| length.parse().ok()).unwrap_or(0);
    let bytes = &FILLING[..LONGEST.min(length)];
    HttpResponse::Ok().content_type(ContentType::json()).body(Bytes::from_static(bytes))
}

/// The same for a static answer of this length: the rest of a question stands behind it, so that it is as long.
pub(crate) fn asked_of_static(length: usize) -> String {
    format!("GET /bench?{length}&code=")
}
