//! The dead list of jobs over HTTP, for operators: what failed too often, another attempt, an end to it.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Auth;
use crate::auth::{self, Operator};
use crate::http::{Listed, Page, Query, problems};
use crate::platform::audit::{self, Entry};
use crate::platform::jobs::{self, DeadJob};
use crate::platform::problem::{Error, FieldFault, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(retry).service(drop_job);
}

/// A job that failed too often and is not tried any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadJob)]
struct DeadJobCard {
    /// Its id.
    #[schema(example = 731)]
    id: i64,
    /// What it has to do: `refresh-order`, `judge-scans`, `tell-alert` and so on.
    #[schema(example = "judge-scans")]
    kind: String,
    /// How many things it is about: scans, units, photos.
    #[schema(example = 1)]
    things: i32,
    /// Attempts that failed.
    #[schema(example = 10)]
    attempts: i32,
    /// Why the last one failed, for those who run the service.
    #[schema(example = "internal: panicked")]
    last_error: Option<String>,
    /// When its cause was committed.
    appended_at: DateTime<Utc>,
    /// When it was put on the list.
    died_at: DateTime<Utc>,
    /// Whether it may be dropped: the snapshot needs every refresh.
    may_be_dropped: bool,
}

impl From<DeadJob> for DeadJobCard {
    fn from(job: DeadJob) -> Self {
        let may_be_dropped = may_be_dropped(&job.kind);
        let DeadJob { id, kind, things, attempts, last_error, appended_at, died_at } = job;
        Self { id, kind, things, attempts, last_error, appended_at, died_at, may_be_dropped }
    }
}

/// While a refresh is missing, the snapshot is not believed.
fn may_be_dropped(kind: &str) -> bool {
    !kind.starts_with("refresh-")
}

/// What became of a job of the list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DeadJobReceipt)]
struct Receipt {
    /// Its id on the list.
    #[schema(example = 731)]
    id: i64,
    /// What it has to do.
    #[schema(example = "judge-scans")]
    kind: String,
}

/// Lists jobs that failed too often, the oldest first.
#[utoipa::path(
    tag = "office",
    operation_id = "list_dead_jobs",
    params(Page),
    responses(
        (status = 200, description = "A page of jobs, by id", body = Listed<DeadJobCard>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[get("/v1/jobs/dead")]
async fn list(
    state: web::Data<Auth>,
    _operator: Operator,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<DeadJobCard>>> {
    let (limit, after) = (page.limit()?, page.after::<i64>()?.unwrap_or(-1));
    let found = jobs::list_dead(&state.base.db.get().await?, after, limit + 1).await?;
    Ok(web::Json(Listed::cut(found, limit, |job| job.id.to_string()).map(DeadJobCard::from)))
}

/// Lets workers try a job anew; it leaves the list until it has failed too often again.
#[utoipa::path(
    tag = "office",
    operation_id = "retry_dead_job",
    params(("job" = i64, Path, description = "The job's id", minimum = 0, maximum = 9_223_372_036_854_775_807_i64, example = 731)),
    responses(
        (status = 200, description = "It is tried again", body = Receipt),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/jobs/dead/{job}/retry")]
async fn retry(state: web::Data<Auth>, operator: Operator, path: web::Path<String>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let kind = jobs::retry_dead(&tx, id).await?.ok_or(Error::NotFound("not-found"))?;
    append(&state, &tx, &operator, "jobs.retry", id, &kind).await?;
    tx.commit().await?;
    state.base.wake.notify_one();
    Ok(HttpResponse::Ok().json(Receipt { id, kind }))
}

/// Drops a job for good: what it had to do is never done. Refreshes of the snapshot can't be dropped.
#[utoipa::path(
    tag = "office",
    operation_id = "drop_dead_job",
    params(("job" = i64, Path, description = "The job's id", minimum = 0, maximum = 9_223_372_036_854_775_807_i64, example = 731)),
    responses(
        (status = 200, description = "It is gone", body = Receipt),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/jobs/dead/{job}/drop")]
async fn drop_job(state: web::Data<Auth>, operator: Operator, path: web::Path<String>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let kind = jobs::drop_dead(&tx, id).await?.ok_or(Error::NotFound("not-found"))?;
    if !may_be_dropped(&kind) {
        return Err(Error::conflict("job-needed"));
    }
    append(&state, &tx, &operator, "jobs.drop", id, &kind).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(Receipt { id, kind }))
}

async fn append(
    state: &Auth,
    tx: &crate::platform::db::Transaction<'_>,
    operator: &Operator,
    action: &'static str,
    id: i64,
    kind: &str,
) -> Result<()> {
    let (at, actor, object) = (state.base.clock.now(), operator.actor, format!("job:{id}"));
    audit::append(tx, &Entry { at, actor, action, object, result: "done", details: json!({ "kind": kind }) }).await
}

fn id(text: &str) -> Result<i64> {
    let fault = || vec![FieldFault::new("job", "field-not-a-number")];
    text.parse().ok().filter(|id| *id >= 0).ok_or_else(|| Error::Malformed("malformed-path", fault()))
}
