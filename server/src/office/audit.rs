//! The record of who did what, for auditors: to search by a login, a day, an action or a number, to take away as a file,
//! and to see that nobody changed it.

use std::collections::HashMap;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::Auth;
use crate::auth::{self, Auditor};
use crate::codes::push_cell;
use crate::http::{Listed, Page, Query, language, problems};
use crate::platform::audit::{self, Actor, Entry, Filter, Record, Verified, Walk, action};
use crate::platform::bounds;
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};
use crate::platform::unicode;

/// Records written at a time in a file.
const PIECE: i64 = 1_000;
/// Kinds of objects that a number without a kind may be of.
const KINDS: [&str; 12] = [
    "report",
    "order",
    "document",
    "product",
    "participant",
    "account",
    "alert",
    "pack",
    "key",
    "key-list",
    "region",
    "stock",
];

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(actions).service(chain).service(export_csv).service(export_ndjson);
}

/// Which records are wanted; all filters together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// Who: a login, or `account:{id}`, `public`, `worker`, `cli`.
    #[param(max_length = 100, example = "aigerim")]
    actor: Option<String>,
    /// What, or with a dot at the end all that begins so: `auth.sign-in`, `codes.`
    #[param(max_length = 100, example = "auth.")]
    action: Option<String>,
    /// To what, with or without its kind: `TB-26-0000038`, `report:TB-26-0000038`; of an account also the login.
    #[param(max_length = 200, example = "TB-26-0000038")]
    object: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-20T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime, example = "2036-11-20T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// The same as the store takes it; 400 with each fault.
    async fn read(self, db: &impl GenericClient) -> Result<Filter> {
        let texts = [("actor", &self.actor, 100), ("action", &self.action, 100), ("object", &self.object, 200)];
        let mut faults: Vec<_> = texts
            .into_iter()
            .filter_map(|(field, text, longest)| auth::within(field, text.as_deref()?, longest))
            .collect();
        faults.extend(
            [("from", self.from), ("to", self.to)]
                .into_iter()
                .filter_map(|(field, at)| bounds::instant_fault(field, at?)),
        );
        if !faults.is_empty() {
            return Err(Error::Malformed("malformed-query", faults));
        }
        let Self { actor, action, object, from, to } = self;
        let account = async |login: &str| Ok::<_, Error>(auth::find_id(db, &unicode::login(login)).await?);
        let actor = match actor {
            Some(login) if !login.contains(':') && !["public", "worker", "cli"].contains(&login.as_str()) => {
                account(&login).await?.map(|id| format!("account:{id}")).or(Some(login))
            }
            actor => actor,
        };
        let objects = match object {
            Some(object) if object.contains(':') => Some(vec![object]),
            Some(object) => {
                let mut objects: Vec<String> = KINDS.iter().map(|kind| format!("{kind}:{object}")).collect();
                objects.extend(account(&object).await?.map(|id| format!("account:{id}")));
                objects.push(object);
                Some(objects)
            }
            None => None,
        };
        Ok(Filter { actor, action, objects, from, to })
    }
}

/// A record as a person reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ToldRecord {
    /// The record.
    #[serde(flatten)]
    record: Record,
    /// The login of who it was, if it was an account.
    #[schema(example = "aigerim")]
    actor_login: Option<String>,
    /// The login of the account that it was done to.
    #[schema(example = "dala")]
    object_login: Option<String>,
    /// What was done, in words.
    #[schema(example = "Signed in")]
    action_text: String,
}

/// Records with the logins of the accounts that they name.
async fn tell(db: &impl GenericClient, records: Vec<Record>) -> Result<Vec<ToldRecord>> {
    let account = |text: &str| text.strip_prefix("account:").and_then(|id| id.parse::<Uuid>().ok());
    let named = records.iter().flat_map(|record| [account(&record.actor), account(&record.object)]).flatten();
    let mut ids: Vec<Uuid> = named.collect();
    ids.sort_unstable();
    ids.dedup();
    let logins: HashMap<Uuid, String> = auth::list_logins(db, &ids).await?.into_iter().collect();
    let login = |text: &str| account(text).and_then(|id| logins.get(&id).cloned());
    let language = language::current();
    Ok(records
        .into_iter()
        .map(|record| ToldRecord {
            actor_login: login(&record.actor),
            object_login: login(&record.object),
            action_text: action::words(language, &record.action),
            record,
        })
        .collect())
}

/// Keeps that the record was looked at: auditors are watched, too (X64).
async fn note(
    state: &Auth,
    db: &impl GenericClient,
    actor: Actor,
    action: &str,
    details: serde_json::Value,
) -> Result<()> {
    let at = state.base.clock.now();
    audit::append(db, &Entry { at, actor, action, object: "audit".to_owned(), result: "done", details }).await
}

/// Who did what, newest first.
#[utoipa::path(
    tag = "office",
    operation_id = "list_audit",
    params(AuditFilter, Page),
    responses(
        (status = 200, description = "A page of records, newest first", body = Listed<ToldRecord>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit")]
async fn list(
    state: web::Data<Auth>,
    auditor: Auditor,
    Query(filter): Query<AuditFilter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ToldRecord>>> {
    let (limit, before) = (page.limit()?, page.after::<i64>()?);
    let db = state.base.db.get().await?;
    let filter = filter.read(&db).await?;
    let records = audit::list(&db, &filter, before, limit + 1).await?;
    // A page that follows belongs to the same reading.
    if before.is_none() {
        note(&state, &db, auditor.actor, "audit.read", filter.told()).await?;
    }
    let Listed { items, next_cursor } = Listed::cut(records, limit, |record| record.id.to_string());
    Ok(web::Json(Listed { items: tell(&db, items).await?, next_cursor }))
}

/// An action that the record knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct AuditAction {
    /// Its name, for the filter.
    #[schema(example = "auth.sign-in")]
    action: String,
    /// In words.
    #[schema(example = "Signed in")]
    text: String,
}

/// The actions that the record knows, with words.
#[utoipa::path(
    tag = "office",
    operation_id = "list_audit_actions",
    responses(
        (status = 200, description = "Every action, by its words", body = Vec<AuditAction>),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit/actions")]
async fn actions(_auditor: Auditor) -> web::Json<Vec<AuditAction>> {
    let known = action::list(language::current());
    let mut actions: Vec<_> = known.into_iter().map(|(action, text)| AuditAction { action, text }).collect();
    actions.sort_by(|one, other| one.text.cmp(&other.text));
    web::Json(actions)
}

/// What a check of the chain found.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ChainAnswer {
    /// Whether nobody changed, removed or predated a record.
    holds: bool,
    /// Links checked.
    #[schema(example = 1812)]
    links: i64,
    /// Records that are not linked yet; they are within seconds.
    waiting: i64,
    /// Numbers of records that are missing: transactions that were rolled back, or records that were removed in their
    /// first second.
    gaps: i64,
    /// The first link that doesn't hold.
    broken_at: Option<i64>,
    /// The first record that is dated more than ten minutes before an earlier one.
    runs_back_at: Option<i64>,
    /// The head of the chain, signed: compare it with those that were kept elsewhere, and keep it yourself.
    #[schema(example = "tanba-anchor:v1:1812:1812:1795000000:9f…:41…")]
    anchor: Option<String>,
}

/// How far this process has checked. A check goes on from there; each process begins at the first link.
static CHECKED: Mutex<Option<(String, Walk)>> = Mutex::const_new(None);

/// Checks that nobody changed the record: every link that was not checked by this process before.
#[utoipa::path(
    tag = "office",
    operation_id = "check_audit_chain",
    responses(
        (status = 200, description = "What was found", body = ChainAnswer),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit/chain")]
async fn chain(state: web::Data<Auth>, auditor: Auditor) -> Result<web::Json<ChainAnswer>> {
    let key = state.keys.audit_key();
    let db = state.base.db.get().await?;
    let mut checked = CHECKED.lock().await;
    // Several registers in one process are those of tests.
    let register = state.base.config.database_url.clone().unwrap_or_default();
    let mut walk = checked.take().filter(|(of, _)| *of == register).map(|(_, walk)| walk).unwrap_or_default();
    let verified = audit::verify_from(&db, &key, &mut walk).await?;
    if matches!(verified, Verified::Whole { .. }) {
        *checked = Some((register, walk));
    }
    drop(checked);
    let head = audit::anchor::head(&db, state.base.clock.now()).await?;
    let anchor = head.map(|head| head.signed(&key));
    let answer = match verified {
        Verified::Whole { links, waiting, gaps, runs_back } => ChainAnswer {
            holds: runs_back.is_none(),
            links,
            waiting,
            gaps,
            broken_at: None,
            runs_back_at: runs_back,
            anchor,
        },
        Verified::Broken { position } => ChainAnswer {
            holds: false,
            links: position - 1,
            waiting: 0,
            gaps: 0,
            broken_at: Some(position),
            runs_back_at: None,
            anchor,
        },
    };
    if !answer.holds {
        tracing::error!(broken_at = answer.broken_at, runs_back_at = answer.runs_back_at, "the audit was changed");
    }
    note(&state, &db, auditor.actor, "audit.verify", json!({ "holds": answer.holds, "links": answer.links })).await?;
    Ok(web::Json(answer))
}

/// Records as CSV, newest first, all that the filters take.
#[utoipa::path(
    tag = "office",
    operation_id = "export_audit_csv",
    params(AuditFilter),
    responses(
        (status = 200, description = "A table, a line a record", body = String, content_type = "text/csv"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit/export.csv")]
async fn export_csv(
    state: web::Data<Auth>,
    auditor: Auditor,
    Query(filter): Query<AuditFilter>,
) -> Result<HttpResponse> {
    let head = "\u{feff}id,at,actor,login,address,action,action_text,object,object_login,result,details\r\n";
    let lines = export(state, &auditor, filter, head, csv_line).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""))
        .streaming(lines))
}

/// Records as JSON, one a line, newest first, all that the filters take: for another system that keeps them.
#[utoipa::path(
    tag = "office",
    operation_id = "export_audit_ndjson",
    params(AuditFilter),
    responses(
        (status = 200, description = "A record a line", body = String, content_type = "application/x-ndjson"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit/export.ndjson")]
async fn export_ndjson(
    state: web::Data<Auth>,
    auditor: Auditor,
    Query(filter): Query<AuditFilter>,
) -> Result<HttpResponse> {
    let line = |told: &ToldRecord, text: &mut String| {
        text.push_str(&serde_json::to_string(told).unwrap_or_default());
        text.push('\n');
    };
    let lines = export(state, &auditor, filter, "", line).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\""))
        .streaming(lines))
}

fn csv_line(told: &ToldRecord, text: &mut String) {
    let Record { id, at, actor, address, action, object, result, details } = &told.record;
    let cells = [
        id.to_string(),
        at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        actor.clone(),
        told.actor_login.clone().unwrap_or_default(),
        address.clone().unwrap_or_default(),
        action.clone(),
        told.action_text.clone(),
        object.clone(),
        told.object_login.clone().unwrap_or_default(),
        result.clone(),
        details.to_string(),
    ];
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(cell, text);
    }
    text.push_str("\r\n");
}

/// Streams records piece by piece: a large record takes no more memory than a small one.
async fn export(
    state: web::Data<Auth>,
    auditor: &Auditor,
    filter: AuditFilter,
    head: &'static str,
    line: impl Fn(&ToldRecord, &mut String) + Copy + 'static,
) -> Result<impl Stream<Item = Result<Bytes>> + 'static> {
    let db = state.base.db.get().await?;
    let filter = filter.read(&db).await?;
    note(&state, &db, auditor.actor, "audit.export", filter.told()).await?;
    drop(db);
    let language = language::current();
    let begin = (head, Some(i64::MAX));
    Ok(stream::try_unfold(begin, move |(head, before)| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let Some(before) = before else { return Ok(None) };
            let db = state.base.db.get().await?;
            let records = audit::list(&db, &filter, Some(before), PIECE).await?;
            let is_last = i64::try_from(records.len()).is_ok_and(|count| count < PIECE);
            let next = records.last().map(|record| record.id).filter(|_| !is_last);
            let mut text = head.to_owned();
            for told in language::within(language, tell(&db, records)).await? {
                line(&told, &mut text);
            }
            Ok((!text.is_empty()).then(|| (Bytes::from(text), ("", next))))
        }
    }))
}
