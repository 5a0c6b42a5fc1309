//! What is measured: the service with its own stores, `fsync` on, and beside its routes one that answers with as many
//! bytes as it is asked for, under the same middleware.

use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use server::app::{self, App, Running};
use server::clock::Clock;
use server::config::{Config, Limits};
use server::db;
use server::embedded::{Durability, Embedded, Options};
use server::work::{self, Worker};
use tests::Scene;

/// The longest static answer.
const LONGEST: usize = 64 << 10;
static FILLING: [u8; LONGEST] = [b'x'; LONGEST];

/// A running service, its stores, and people to work with it.
pub(crate) struct Stand {
    pub(crate) embedded: Embedded,
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    pub(crate) scene: Scene,
    folder: PathBuf,
    running: Running,
    worker: Worker,
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
        let embedded = Embedded::start_with(&folder, options).await.expect("private stores start");
        let mut config = Config::from(|_| None).expect("defaults hold");
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.database_url = Some(embedded.addresses().database_url.clone());
        config.redis_url = Some(embedded.addresses().redis_url.clone());
        config.data_dir.clone_from(&folder);
        // Counted as always, but not refused: everybody here comes from one address.
        let most = 60_000_000;
        config.limits = Limits { per_device: most, per_prefix: most, global: most, ..config.limits };
        let pool = db::pool(config.database_url.as_deref().unwrap_or_default(), 1).expect("a pool");
        db::migrate(&pool).await.expect("migrations run");
        pool.close();
        let app = App::open(config, Clock::default()).await.expect("the service opens");
        let running = app::serve_with(app.clone(), |routes| {
            routes.route("/bench", web::get().to(filling));
        });
        let running = running.expect("the service listens");
        let worker = work::start(app.clone());
        let address = running.address;
        let scene = Scene::open(&app, &format!("http://{address}")).await;
        Self { embedded, app, address, scene, folder, running, worker }
    }

    /// Stops everything and removes its data.
    pub(crate) async fn stop(self) {
        self.running.stop().await.expect("the service stops");
        self.worker.stop().await;
        drop((self.app, self.scene));
        self.embedded.discard().await.expect("the stores' data can be removed");
        // A folder that was there before, with something else in it, stays.
        for file in ["embedded.lock", "postgres.life", "redis.life", "master.key", "postgres.log", "redis.log"] {
            let _ = std::fs::remove_file(self.folder.join(file));
        }
        let _ = std::fs::remove_dir(self.folder);
    }
}

/// An answer of this length, of the type that verify answers with.
async fn filling(request: HttpRequest) -> HttpResponse {
    let length = request.query_string().split('&').next().and_then(|length| length.parse().ok()).unwrap_or(0);
    let bytes = &FILLING[..LONGEST.min(length)];
    HttpResponse::Ok().content_type(ContentType::json()).body(Bytes::from_static(bytes))
}
