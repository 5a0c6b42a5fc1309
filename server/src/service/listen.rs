//! HTTP: state, middleware and routes, start and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpRequest, HttpServer, middleware, web};
use tokio::time::{Instant, interval, interval_at};
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::AppExt;

use super::admin::Admin;
use super::contract::{openapi, routes};
use super::{Service, health};
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::{auth, http, site, verify};

/// How often a process forgets callers and timings.
const OFTEN: Duration = Duration::from_secs(10);

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
pub fn serve(service: Service) -> Result<Running> {
    serve_with(service, |_| ())
}

/// The same with routes beside those of the contract, under the same middleware: a benchmark measures what answers
/// cost against an answer that costs nothing.
pub fn serve_with(
    service: Service,
    beside: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> Result<Running> {
    let (listen, threads) = (service.base.config.listen, service.base.config.threads);
    let api = openapi();
    // Before anything is counted.
    health::recorder();
    let admin = Admin::start(&service)?;
    let stopping = service.base.stopping.clone();
    let (process, until) = (service.clone(), service.base.stopping.clone());
    tokio::spawn(tasks::keep_running("upkeep", until, move || keep_up(process.clone())));
    let (methods, gate) = (Arc::new(health::Methods::of(&api)), Arc::new(auth::Gate::of(&api)?));
    let known = Arc::new(http::known::Known::of(&api)?);
    let server = HttpServer::new(move || {
        let cors = service.base.config.allowed_origins.iter().fold(actix_cors::Cors::default(), |cors, origin| {
            cors.allowed_origin(origin)
                .allow_any_method()
                .allow_any_header()
                .expose_headers([verify::SEEN])
                .max_age(3600)
        });
        let (service, _) = actix_web::App::new()
            .configure(beside.clone())
            .into_utoipa_app()
            .app_data(web::Data::new(service.clone()))
            .app_data(web::Data::new(service.base.clone()))
            .app_data(web::Data::new(service.keys.clone()))
            .app_data(web::Data::new(service.auth.clone()))
            .app_data(web::Data::new(service.codes.clone()))
            .app_data(web::Data::new(service.documents.clone()))
            .app_data(web::Data::new(service.verify.clone()))
            .app_data(web::Data::new(service.scans.clone()))
            .app_data(web::Data::new(service.reports.clone()))
            .app_data(web::Data::new(service.alerts.clone()))
            .app_data(web::Data::new(service.admission.clone()))
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
    // Each thread's share of what this process may have open. Further connections wait in the backlog.
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

/// What every process that serves does for itself, whether it works, too, or not: it removes full rate-limit
/// buckets and old timings, and reads imported regions.
async fn keep_up(service: Service) {
    // The regions were read at the start.
    let rarely = service.base.config.reread;
    let (mut often, mut rarely) = (interval(OFTEN), interval_at(Instant::now() + rarely, rarely));
    loop {
        tokio::select! {
            () = service.base.stopping.cancelled() => return,
            _ = often.tick() => {
                service.admission.limiter.forget_idle();
                health::recorder().run_upkeep();
            }
            _ = rarely.tick() => {
                if let Err(error) = service.regions.load(&service.base.db).await {
                    tracing::warn!(%error, "the regions were not read anew");
                }
            }
        }
    }
}

/// No such path, or no such method on it. A person who follows a link gets a page.
async fn nothing_here(
    service: web::Data<Service>,
    request: HttpRequest,
    methods: web::Data<health::Methods>,
) -> Result<actix_web::HttpResponse> {
    match methods.allowed(request.path()) {
        Some(allow) => Err(Error::MethodNotAllowed(allow)),
        None if site::is_for_person(&request) => Ok(site::missing(&service.verify)),
        None => Err(Error::NotFound("not-found")),
    }
}
