//! What every handler can reach, and the service as a whole: routes, middleware, start and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpRequest, HttpServer, middleware, web};
use deadpool_postgres::Pool;
use tokio::sync::Notify;
use tokio::time::{Instant, interval, interval_at};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::alerts::{self, Streams, Watch};
use crate::auth::{self, Sessions};
use crate::http::{self, limits::Limiter};
use crate::keys::{self, Keys};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db;
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::regions::{self, Regions};
use crate::reports::{self, Reports};
use crate::scans::{self, Committer};
use crate::service::admin::Admin;
use crate::service::health;
use crate::verify::{self, MacKey, Snapshot};
use crate::{codes, decode, demo, labels, office, recalls, registry, site, stock};

/// The state of one process. Cheap to clone: everything inside is shared.
#[derive(Clone)]
pub struct App {
    /// Settings.
    pub config: Arc<Config>,
    /// The truth.
    pub db: Pool,
    /// What verify answers from.
    pub snapshot: Snapshot,
    /// What time it is.
    pub clock: Clock,
    /// What seals codes, makes serials, signs tokens and encrypts contacts.
    pub keys: Keys,
    /// Who is signed in, as far as it is remembered.
    pub(crate) sessions: Sessions,
    /// Codes that were read a moment ago.
    pub(crate) seen: Arc<codes::Seen>,
    /// Writes scans, many requests at a time.
    pub scans: Committer,
    /// Photos of reports, and bounds on sending them.
    pub reports: Reports,
    /// The regions of the country.
    pub regions: Regions,
    /// What is known of all scans together.
    pub watch: Watch,
    /// Streams of alerts that are open.
    pub streams: Streams,
    /// How often one may ask.
    pub limiter: Limiter,
    /// How the stores were when somebody last asked.
    pub(crate) readiness: Arc<tokio::sync::Mutex<Option<(std::time::Instant, health::Readiness)>>>,
    /// Cancelled when the process is about to stop: it is no longer ready, and streams end.
    pub stopping: CancellationToken,
    /// Rung when a transaction has left jobs, so that this process's worker looks at once.
    pub wake: Arc<Notify>,
}

impl App {
    /// Connects to the stores that `config` names. Both addresses must be known and the tables there by now.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        let missing = |what: &'static str| move || Error::internal(what);
        let database_url = config.database_url.as_deref().ok_or_else(missing("no TANBA_DATABASE_URL"))?;
        let redis_url = config.redis_url.as_deref().ok_or_else(missing("no TANBA_REDIS_URL"))?;
        warn_of_exposed(&config);
        let db = db::pool_with(database_url, config.stores_ca.as_deref(), config.database_connections)?;
        let keys = Keys::open(&config, db.clone(), clock.clone()).await?;
        let mac = MacKey::new(keys.current().snapshot_secret());
        Ok(Self {
            snapshot: Snapshot::open(&config, redis_url, db.clone(), &mac)?,
            keys,
            sessions: Sessions::new(),
            seen: Arc::default(),
            scans: Committer::start(db.clone()),
            reports: Reports::open(&config)?,
            regions: Regions::open(&db).await?,
            watch: Watch::default(),
            streams: Streams::default(),
            limiter: Limiter::new(config.limits),
            config: Arc::new(config),
            db,
            clock,
            readiness: Arc::default(),
            stopping: CancellationToken::new(),
            wake: Arc::default(),
        })
    }
}

/// Says which stores are reached over a network by anybody who stands in it.
fn warn_of_exposed(config: &Config) {
    let databases = [("TANBA_DATABASE_URL", &config.database_url), ("TANBA_DATABASE_REPLICA_URL", &config.replica_url)];
    for (setting, url) in databases {
        if url.as_deref().is_some_and(db::is_exposed) {
            tracing::warn!(setting, "reached over a network, and any server is believed: set sslmode=verify-full");
        }
    }
    if config.redis_url.as_deref().is_some_and(Snapshot::is_exposed) {
        tracing::warn!(setting = "TANBA_REDIS_URL", "reached over a network without TLS: use rediss://");
    }
}

/// The contract as a whole; paths and schemas are collected from the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tanba",
        description = "The open register of marking codes: what goods are, whether they may be sold, and a way to complain.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Bearer)
)]
struct Contract;

/// How a caller shows who it is. A route's list beside it names the roles that it takes.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access token of `POST /v1/auth/sign-in`."));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    }
}

/// Every route of the service, one line a capability. They are tried in this order, so what the public asks all the
/// time comes first.
fn routes(routes: &mut ServiceConfig<'_>) {
    routes.configure(verify::routes);
    routes.configure(scans::routes);
    routes.configure(keys::routes);
    routes.configure(health::routes);
    routes.configure(auth::routes);
    routes.configure(registry::routes);
    routes.configure(codes::routes);
    routes.configure(labels::routes);
    routes.configure(recalls::routes);
    routes.configure(decode::routes);
    routes.configure(demo::routes);
    routes.configure(stock::routes);
    routes.configure(reports::routes);
    routes.configure(alerts::routes);
    routes.configure(office::routes);
}

/// The contract as it is served: what `openapi.yaml` must say.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut api) =
        actix_web::App::new().into_utoipa_app().openapi(Contract::openapi()).configure(routes).split_for_parts();
    http::known::describe(&mut api).expect("the contract is JSON");
    api
}

/// The same as text. Older readers of YAML take `no` for a boolean and `2026-11-20` for an instant: such words stand in
/// quotes.
pub fn contract() -> Result<String> {
    let yaml = openapi().to_yaml().map_err(Error::internal)?;
    Ok(yaml.lines().fold(String::with_capacity(yaml.len()), |text, line| text + &unmistakable(line) + "\n"))
}

/// A line of YAML in which a word that could be mistaken stands in quotes.
fn unmistakable(line: &str) -> std::borrow::Cow<'_, str> {
    let is_date = |word: &str| chrono::NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok();
    match line.rsplit_once(' ') {
        Some((before, word)) if before.ends_with(['-', ':']) => match word {
            "yes" | "no" | "on" | "off" | "y" | "n" => format!("{before} '{word}'").into(),
            date if is_date(date) => format!("{before} '{word}'").into(),
            _ => line.into(),
        },
        _ => line.into(),
    }
}

/// How often a process forgets callers and timings, and how often it reads the regions.
const OFTEN: Duration = Duration::from_secs(10);
const RARELY: Duration = Duration::from_mins(1);

/// A service that is listening.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// Where those who run it look at it, if the settings say.
    pub admin: Option<Admin>,
    handle: ServerHandle,
    stopping: CancellationToken,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Waits until it is stopped by a signal.
    pub async fn finished(self) -> Result<()> {
        self.task.await.map_err(Error::internal)??;
        Ok(())
    }

    /// Stops it: no new requests, those under way are answered first.
    pub async fn stop(mut self) -> Result<()> {
        self.stopping.cancel();
        self.handle.stop(true).await;
        if let Some(admin) = self.admin.take() {
            admin.stop().await;
        }
        self.finished().await
    }
}

/// Starts to listen on the configured address, from within a Tokio runtime.
pub fn serve(app: App) -> Result<Running> {
    serve_with(app, |_| ())
}

/// The same with routes beside those of the contract, under the same middleware: a benchmark measures what answers
/// cost against an answer that costs nothing.
pub fn serve_with(app: App, beside: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> Result<Running> {
    let (listen, threads) = (app.config.listen, app.config.threads);
    let api = openapi();
    // Before anything is counted.
    health::recorder();
    let admin = Admin::start(&app)?;
    let stopping = app.stopping.clone();
    let (process, until) = (app.clone(), app.stopping.clone());
    tokio::spawn(tasks::keep_running("upkeep", until, move || keep_up(process.clone())));
    let (methods, gate) = (Arc::new(health::Methods::of(&api)), Arc::new(auth::Gate::of(&api)?));
    let known = Arc::new(http::known::Known::of(&api)?);
    let server = HttpServer::new(move || {
        let cors = app.config.allowed_origins.iter().fold(actix_cors::Cors::default(), |cors, origin| {
            cors.allowed_origin(origin)
                .allow_any_method()
                .allow_any_header()
                .expose_headers([verify::SEEN])
                .max_age(3600)
        });
        let (service, _) = actix_web::App::new()
            .configure(beside.clone())
            .into_utoipa_app()
            .app_data(web::Data::new(app.clone()))
            .app_data(web::Data::from(methods.clone()))
            .app_data(web::Data::from(gate.clone()))
            .app_data(web::Data::from(known.clone()))
            .configure(routes)
            .default_service(web::to(nothing_here))
            .split_for_parts();
        service
            .configure(beside.clone())
            .configure(site::routes)
            .wrap(middleware::from_fn(verify::show))
            .wrap(middleware::from_fn(http::known::check))
            .wrap(middleware::from_fn(auth::admit))
            .wrap(cors)
            .wrap(middleware::from_fn(http::limits::count))
            .wrap(middleware::from_fn(http::headers::protect))
            .wrap(middleware::from_fn(http::language::choose))
            .wrap(middleware::from_fn(http::unread::close))
            .wrap(middleware::from_fn(http::head::answer))
            .wrap(middleware::from_fn(http::trace::record))
    })
    .workers(threads)
    // Each thread's share of what this process may have open. Whoever comes beyond waits in the backlog.
    .max_connections(http::listen::most_connections() / threads.max(1))
    .shutdown_timeout(10)
    .disable_signals()
    // As long as a shopper looks at a verdict and takes the next thing from the shelf.
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(10))
    .listen(http::listen::listen(listen).map_err(|error| Error::internal(format!("{listen}: {error}")))?)?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    let server = server.run();
    Ok(Running { address, admin, handle: server.handle(), stopping, task: tokio::spawn(server) })
}

/// What every process that serves does for itself, whether it works, too, or not: it forgets callers who have been away,
/// and timings that nobody came to read, and learns of regions that somebody imported.
async fn keep_up(app: App) {
    // The regions were read at the start.
    let (mut often, mut rarely) = (interval(OFTEN), interval_at(Instant::now() + RARELY, RARELY));
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = often.tick() => {
                app.limiter.forget_idle();
                health::recorder().run_upkeep();
            }
            _ = rarely.tick() => {
                if let Err(error) = regions::keep_house(&app).await {
                    tracing::warn!(%error, "the regions were not read anew");
                }
            }
        }
    }
}

/// No such path, or no such method on it. A person who follows a link gets a page.
async fn nothing_here(
    app: web::Data<App>,
    request: HttpRequest,
    methods: web::Data<health::Methods>,
) -> Result<actix_web::HttpResponse> {
    match methods.allowed(request.path()) {
        Some(allow) => Err(Error::MethodNotAllowed(allow)),
        None if site::is_for_person(&request) => Ok(site::missing(&app)),
        None => Err(Error::NotFound("not-found")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_older_readers_mistake_stand_in_quotes() {
        for (line, written) in [
            ("      - no", "      - 'no'"),
            ("      example: 2026-11-20", "      example: '2026-11-20'"),
            ("      - unknown", "      - unknown"),
            ("      description: They say no", "      description: They say no"),
            ("      - '2026-11-20'", "      - '2026-11-20'"),
            ("      on:", "      on:"),
        ] {
            assert_eq!(unmistakable(line), written);
        }
    }
}
