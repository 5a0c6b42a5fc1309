//! Whether this process lives, whether it can serve, what it counts, and which methods a path has.

use std::time::{Duration, Instant};

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::codes;
use crate::platform::config::Config;
use crate::platform::db;
use crate::platform::jobs;
use crate::platform::problem::Error;
use crate::service::Service;

/// Routes for those who run the service.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(alive).service(ready);
}

/// How often the stores are asked, however often somebody asks for them.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The state of the parts that this process leans on.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Readiness {
    /// PostgreSQL answers.
    postgres: bool,
    /// Redis answers; of a cluster, all of it.
    redis: bool,
    /// Sequences of short serials or stamps that lost one percent in a day, yesterday or today; none when PostgreSQL
    /// doesn't answer. They make the process no less ready.
    sequence_alarms: Option<i64>,
    /// Age of the oldest job that waits for a worker, in whole seconds; none while PostgreSQL is away.
    oldest_job_seconds: Option<u64>,
    /// Jobs that failed too often and wait for an operator; none while PostgreSQL is away.
    dead_jobs: Option<i64>,
    /// How often this process has found in Redis what the register does not hold, and left it: somebody else writes there.
    /// Left out while it has not.
    #[serde(skip_serializing_if = "is_zero")]
    snapshot_alterations: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The process runs.
#[utoipa::path(tag = "health", responses((status = 200, description = "Alive")), security(()))]
#[get("/healthz")]
async fn alive() -> HttpResponse {
    lives().await
}

/// The same for another listener.
pub(crate) async fn lives() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body("alive\n")
}

/// Whether this process can serve.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct Ready {
    /// Always true: else the answer is 503.
    ready: bool,
}

/// The process can serve: at least one store answers within two seconds, and it is not about to stop.
#[utoipa::path(tag = "health", responses(
    (status = 200, description = "Can serve", body = Ready),
    (status = 503, description = "No store answers, or the process is about to stop", body = crate::http::refusal::Problem, content_type = "application/problem+json"),
), security(()))]
#[get("/readyz")]
async fn ready(service: web::Data<Service>) -> Result<web::Json<Ready>, Error> {
    readiness(&service).await.map(|_| web::Json(Ready { ready: true }))
}

/// The same with the state of each part, for those who run the service.
pub(crate) async fn details(service: web::Data<Service>) -> Result<web::Json<Readiness>, Error> {
    service.readiness.lock().await.take();
    readiness(&service).await.map(web::Json)
}

/// Looks at the stores; several who ask at once share one look.
async fn readiness(service: &Service) -> Result<Readiness, Error> {
    if service.base.stopping.is_cancelled() {
        return Err(Error::Unavailable { slug: "stopping", source: "the process is about to stop".into() });
    }
    let mut last = service.readiness.lock().await;
    let fresh = last.filter(|(at, _)| at.elapsed() < LOOK_EVERY);
    let readiness = if let Some((_, readiness)) = fresh {
        readiness
    } else {
        let since = service.base.clock.today() - chrono::TimeDelta::days(1);
        let ask = async |client: &mut db::Client| {
            Ok((codes::count_alarms(&*client, since).await?, jobs::read_backlog(&*client).await?))
        };
        let asked = db::within(&service.base.db, Config::STORE_PATIENCE, ask);
        let (postgres, redis) = tokio::join!(asked, service.verify.snapshot.answers());
        let (sequence_alarms, backlog) = postgres.ok().unzip();
        let readiness = Readiness {
            postgres: backlog.is_some(),
            redis,
            sequence_alarms,
            oldest_job_seconds: backlog.map(|backlog| backlog.oldest_seconds()),
            dead_jobs: backlog.map(|backlog| backlog.dead),
            snapshot_alterations: service.verify.snapshot.alterations(),
        };
        *last = Some((Instant::now(), readiness));
        readiness
    };
    if readiness.postgres || readiness.redis {
        Ok(readiness)
    } else {
        Err(Error::Unavailable { slug: "store-unavailable", source: "neither store answers".into() })
    }
}

/// The recorder of this process; made once, however many services it starts.
pub(crate) fn recorder() -> &'static metrics_exporter_prometheus::PrometheusHandle {
    static RECORDER: std::sync::OnceLock<metrics_exporter_prometheus::PrometheusHandle> = std::sync::OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new()
            .set_buckets(&[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
            .expect("buckets are given")
            .build_recorder();
        let handle = recorder.handle();
        // Another recorder is set only by a program that embeds the service and wants its own.
        let _ = ::metrics::set_global_recorder(recorder);
        handle
    })
}

/// Which methods each path of the contract has, for an honest 405.
#[derive(Debug)]
pub(crate) struct Methods(Vec<(Vec<String>, String)>);

impl Methods {
    /// Reads them from the contract.
    pub(crate) fn of(api: &utoipa::openapi::OpenApi) -> Self {
        let paths = api.paths.paths.iter().map(|(pattern, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let allow: Vec<&str> = methods.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
            (pattern.split('/').map(str::to_owned).collect(), allow.join(", "))
        });
        Self(paths.collect())
    }

    /// What may be asked of this path, or none when there is no such path.
    pub(crate) fn allowed(&self, path: &str) -> Option<String> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &[String]| {
            pattern.len() == parts.len()
                && pattern
                    .iter()
                    .zip(&parts)
                    .all(|(wanted, part)| wanted.starts_with('{') && !part.is_empty() || wanted == part)
        };
        self.0.iter().find(|(pattern, _)| fits(pattern)).map(|(_, allow)| allow.clone())
    }
}
