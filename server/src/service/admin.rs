//! Metrics and the detailed state of the stores, for operators of the service, on a listener of its own
//! (`TANBA_ADMIN_LISTEN`). The public listener serves neither (X54).

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle};
use actix_web::{HttpResponse, HttpServer, web};
use bytes::Bytes;

use crate::http::listen::listen;
use crate::platform::problem::{Error, Result};
use crate::service::Service;
use crate::service::health;

/// Metrics are rendered at most so often; whoever asks meanwhile gets the same.
const RENDERED_EVERY: Duration = Duration::from_secs(1);

/// A listener that runs.
#[derive(Debug)]
pub struct Admin {
    /// Where.
    pub address: SocketAddr,
    handle: ServerHandle,
}

impl Admin {
    /// Listens where the settings say; `None` where they don't.
    pub fn start(service: &Service) -> Result<Option<Self>> {
        let Some(address) = service.base.config.admin_listen else { return Ok(None) };
        health::recorder();
        let (server, address) = serve(service.clone(), address)?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Some(Self { address, handle }))
    }

    /// Stops it.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

fn serve(service: Service, address: SocketAddr) -> Result<(Server, SocketAddr)> {
    let rendered = web::Data::new(Rendered::default());
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(web::Data::new(service.clone()))
            .app_data(rendered.clone())
            .route("/metrics", web::get().to(metrics))
            .route("/readyz", web::get().to(health::details))
            .route("/healthz", web::get().to(health::lives))
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listen(address).map_err(|error| Error::internal(format!("TANBA_ADMIN_LISTEN {address}: {error}")))?)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), address))
}

/// Metrics as they were rendered last.
#[derive(Default)]
struct Rendered(Mutex<Option<(Instant, Bytes)>>);

impl Rendered {
    fn text(&self) -> Bytes {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*last {
            Some((at, text)) if at.elapsed() < RENDERED_EVERY => text.clone(),
            _ => {
                let text = Bytes::from(health::recorder().render());
                *last = Some((Instant::now(), text.clone()));
                text
            }
        }
    }
}

/// Counters for Prometheus.
async fn metrics(rendered: web::Data<Rendered>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(rendered.text())
}
