//! Requests that wait for another operator, over HTTP.

use actix_web::{get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::accounts::{self, AccountCard, AccountSecrets};
use super::approval::{self, ApprovalCard, Wanted};
use super::store;
use crate::auth::Auth;
use crate::auth::by_operator::{self, Change};
use crate::auth::{self, Operator};
use crate::http::{Listed, Page, Query, id_in_path, problems};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(approve).service(refuse);
}

/// Lists requests that wait for another operator, and those decided, newest first.
#[utoipa::path(
    tag = "office",
    operation_id = "list_approvals",
    params(Page),
    responses(
        (status = 200, description = "A page of requests, newest first", body = Listed<ApprovalCard>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[get("/v1/approvals")]
async fn list(
    state: web::Data<Auth>,
    operator: Operator,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ApprovalCard>>> {
    let (limit, after) = (page.limit()?, page.after::<Uuid>()?);
    let found = store::list(&state.base.db.get().await?, after, limit + 1).await?;
    let now = state.base.clock.now();
    let page = Listed::cut(found, limit, |kept| kept.id.to_string());
    Ok(web::Json(page.map(|kept| ApprovalCard::of(kept, operator.account, now))))
}

/// What came of an approval.
#[derive(Serialize, ToSchema)]
struct Approved {
    /// The request as it is now.
    approval: ApprovalCard,
    /// The account that was made or changed, if it is about one.
    account: Option<AccountCard>,
    /// Its secrets where they are new. Told once: if this answer is lost, they have to be renewed.
    secrets: Option<AccountSecrets>,
}

/// Approves what another operator asked for, and does it. Refuses one's own request.
#[utoipa::path(
    tag = "office",
    operation_id = "approve_request",
    params(("id" = Uuid, Path, description = "The request's id")),
    responses(
        (status = 200, description = "Approved and done", body = Approved),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
        (status = 422, description = "What was asked for no longer holds: the login was taken meanwhile",
            body = crate::http::refusal::Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/approvals/{id}/approve")]
async fn approve(state: web::Data<Auth>, operator: Operator, id: web::Path<String>) -> Result<web::Json<Approved>> {
    let id = id_in_path(&id)?;
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    auth::check_caller(&tx, &operator).await?;
    let wanted = store::find(&tx, id).await?.ok_or(Error::NotFound("unknown-approval"))?.wanted;
    let mut secrets = None;
    let mut done = None;
    if let Wanted::RevokeKey { key } = wanted {
        tx.rollback().await?;
        drop(db);
        let first = async |tx: &Transaction<'_>| {
            auth::hold_caller(tx, &operator).await?;
            approval::approve(tx, &state, &operator, id).await.map(drop)
        };
        state.keys.revoke_after(&key, operator.actor, first).await?;
        let approval = approval::card(&state.base.db.get().await?, &operator, id, state.base.clock.now()).await?;
        return Ok(web::Json(Approved { approval, account: None, secrets: None }));
    }
    let (wanted, asked_by) = approval::approve(&tx, &state, &operator, id).await?;
    let by = Some(asked_by.as_str());
    let made = match wanted {
        Wanted::AddAccount { login, role, participant, region } => {
            let (participant, region) = (participant.as_deref(), region.as_deref());
            let number = accounts::resolve(&tx, role, participant, region).await?;
            let (made, new) = by_operator::add(&tx, &state, &operator, &login, role, number, region).await?;
            secrets = Some(new.into());
            made
        }
        Wanted::SetRole { account, role, participant, region, .. } => {
            let (participant, region) = (participant.as_deref(), region.as_deref());
            let number = accounts::resolve(&tx, role, participant, region).await?;
            let change = Change::Role(role, number, region);
            let changed = by_operator::change(&tx, &state, &operator, account, change, by).await?;
            let made = changed.account.clone();
            done = Some(changed);
            made
        }
        Wanted::RenewSecrets { account, .. } => {
            let (changed, new) = by_operator::renew(&tx, &state, &operator, account, by).await?;
            secrets = Some(new.into());
            let made = changed.account.clone();
            done = Some(changed);
            made
        }
        Wanted::RevokeKey { .. } => return Err(Error::internal("a key is revoked above")),
    };
    let account = Some(accounts::card(&tx, made, operator.account).await?);
    let approval = approval::card(&tx, &operator, id, state.base.clock.now()).await?;
    tx.commit().await?;
    if let Some(done) = done {
        done.tell(&state).await;
    }
    Ok(web::Json(Approved { approval, account, secrets }))
}

/// Refuses what another operator asked for, or takes one's own request back.
#[utoipa::path(
    tag = "office",
    operation_id = "refuse_request",
    params(("id" = Uuid, Path, description = "The request's id")),
    responses(
        (status = 200, description = "Refused; nothing was changed", body = ApprovalCard),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/approvals/{id}/refuse")]
async fn refuse(state: web::Data<Auth>, operator: Operator, id: web::Path<String>) -> Result<web::Json<ApprovalCard>> {
    let id = id_in_path(&id)?;
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let refused = approval::refuse(&tx, &state, &operator, id).await?;
    tx.commit().await?;
    Ok(web::Json(refused))
}
