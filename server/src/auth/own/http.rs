//! One's own account over HTTP.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::picture;
use super::store;
use crate::auth::Auth;
use crate::auth::caller::SignedIn;
use crate::auth::history;
use crate::auth::http::{LONGEST_PASSWORD, is_six_digits, within};
use crate::http::{Body, id_in_path, problems};
use crate::platform::problem::{Error, Result};

/// Bodies here hold two passwords, or a code.
const LIMIT: usize = 4_096;
/// How many sign-ins are shown.
const SIGN_INS: i64 = 50;

pub(in crate::auth) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_password).service(post_second_factor).service(confirm).service(post_recovery_codes);
    routes.service(get_sessions).service(end_session).service(end_others).service(get_sign_ins).service(see_notices);
}

/// A password, and the one that replaces it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The present one.
    #[schema(min_length = 1, max_length = 256, format = Password, example = "tulip-95-anchor-mug")]
    current: String,
    /// The one from now on: at least twelve characters, none of those that are guessed first.
    #[schema(min_length = 12, max_length = 256, format = Password, example = "harness-of-nine-horses")]
    new: String,
}

/// Gives the caller's own account another password. Every other session of the account ends.
#[utoipa::path(
    tag = "auth",
    operation_id = "change_password",
    request_body = PasswordChange,
    responses((status = 204, description = "Changed"), problems::Sent, problems::SignedIn, problems::Always),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/password")]
async fn post_password(
    state: web::Data<Auth>,
    caller: SignedIn,
    Body(given): Body<PasswordChange, LIMIT>,
) -> Result<HttpResponse> {
    let (current, new) = (Zeroizing::new(given.current), Zeroizing::new(given.new));
    let faults: Vec<_> = [within("current", &current, LONGEST_PASSWORD), within("new", &new, LONGEST_PASSWORD)]
        .into_iter()
        .flatten()
        .collect();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    super::change_password(&state, &caller, current, new).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The present password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// It.
    #[schema(min_length = 1, max_length = 256, format = Password, example = "tulip-95-anchor-mug")]
    password: String,
}

impl Proof {
    fn checked(self) -> Result<Zeroizing<String>> {
        let password = Zeroizing::new(self.password);
        match within("password", &password, LONGEST_PASSWORD) {
            Some(fault) => Err(Error::Invalid(vec![fault])),
            None => Ok(password),
        }
    }
}

/// A second factor that waits for its first code, for fifteen minutes.
#[derive(Serialize, ToSchema)]
struct NewSecondFactor {
    /// Its secret, as it is typed into an authenticator.
    #[schema(format = Password)]
    secret: String,
    /// The same as a link that an authenticator opens.
    #[schema(format = Password)]
    link: String,
    /// The link as a QR code: a picture in SVG.
    #[schema(format = Password)]
    qr_svg: String,
}

/// Makes another second factor for the caller's own account. The present one holds until the new one is confirmed.
#[utoipa::path(
    tag = "auth",
    operation_id = "begin_second_factor",
    request_body = Proof,
    responses(
        (status = 200, description = "To be taken into an authenticator", body = NewSecondFactor),
        problems::Sent, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/second-factor")]
async fn post_second_factor(
    state: web::Data<Auth>,
    caller: SignedIn,
    Body(given): Body<Proof, LIMIT>,
) -> Result<web::Json<NewSecondFactor>> {
    let factor = super::begin_second_factor(&state, &caller, given.checked()?).await?;
    let qr_svg = picture::svg(&factor.link)?;
    Ok(web::Json(NewSecondFactor { secret: factor.text.to_string(), link: factor.link.to_string(), qr_svg }))
}

/// The first code of a new second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstCode {
    /// The six digits that the authenticator shows for it.
    #[schema(pattern = "^[0-9]{6}$", example = "492039")]
    code: String,
}

/// Codes that replace the second factor once each. Told once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// Ten of them.
    #[schema(example = json!(["k7qa-b2mx-9fhe-wprc"]))]
    recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    fn of(codes: &[Zeroizing<String>]) -> Self {
        Self { recovery_codes: codes.iter().map(|code| code.to_string()).collect() }
    }
}

/// Puts the second factor in force that waits. The earlier one and its recovery codes no longer hold, and every other session
/// of the account ends.
#[utoipa::path(
    tag = "auth",
    operation_id = "confirm_second_factor",
    request_body = FirstCode,
    responses(
        (status = 200, description = "In force, with new recovery codes", body = RecoveryCodes),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/second-factor/confirm")]
async fn confirm(
    state: web::Data<Auth>,
    caller: SignedIn,
    Body(given): Body<FirstCode, LIMIT>,
) -> Result<web::Json<RecoveryCodes>> {
    if !is_six_digits(&given.code) {
        return Err(Error::field("code", "field-six-digits"));
    }
    let codes = super::confirm_second_factor(&state, &caller, &given.code).await?;
    Ok(web::Json(RecoveryCodes::of(&codes)))
}

/// Replaces the recovery codes of the caller's own account.
#[utoipa::path(
    tag = "auth",
    operation_id = "renew_recovery_codes",
    request_body = Proof,
    responses(
        (status = 200, description = "The new ones; the earlier ones no longer hold", body = RecoveryCodes),
        problems::Sent, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/recovery-codes")]
async fn post_recovery_codes(
    state: web::Data<Auth>,
    caller: SignedIn,
    Body(given): Body<Proof, LIMIT>,
) -> Result<web::Json<RecoveryCodes>> {
    let codes = super::renew_recovery_codes(&state, &caller, given.checked()?).await?;
    Ok(web::Json(RecoveryCodes::of(&codes)))
}

/// A session of the caller's account.
#[derive(Serialize, ToSchema)]
struct OwnSession {
    /// Its id.
    id: Uuid,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was used last, to within ten minutes.
    last_used_at: DateTime<Utc>,
    /// When it ends in any case.
    expires_at: DateTime<Utc>,
    /// The address from which it began.
    #[schema(example = "203.0.113.9")]
    address: Option<String>,
    /// The beginning of the `User-Agent` of the program that began it.
    #[schema(example = "Mozilla/5.0 (Linux; Android 16)")]
    client: Option<String>,
    /// Whether it is the one that asks.
    is_present: bool,
}

/// Sessions of the caller's account.
#[derive(Serialize, ToSchema)]
struct OwnSessions {
    /// Those that have not ended, newest first.
    items: Vec<OwnSession>,
}

/// Lists the sessions of the caller's own account.
#[utoipa::path(
    tag = "auth",
    operation_id = "list_sessions",
    responses(
        (status = 200, description = "Sessions that have not ended, newest first", body = OwnSessions),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[get("/v1/auth/sessions")]
async fn get_sessions(state: web::Data<Auth>, caller: SignedIn) -> Result<web::Json<OwnSessions>> {
    let now = state.base.clock.now();
    let unused_since = now - state.base.config.sessions.idle(caller.role.is_staff());
    let found = store::list_sessions(&state.base.db.get().await?, caller.account, now, unused_since).await?;
    let own = |kept: store::KeptSession| OwnSession {
        id: kept.id,
        created_at: kept.created_at,
        last_used_at: kept.last_used_at,
        expires_at: kept.expires_at,
        address: kept.address,
        client: kept.client,
        is_present: kept.id == caller.family,
    };
    Ok(web::Json(OwnSessions { items: found.into_iter().map(own).collect() }))
}

/// Ends one session of the caller's own account.
#[utoipa::path(
    tag = "auth",
    operation_id = "end_session",
    params(("id" = Uuid, Path, description = "The session's id")),
    responses(
        (status = 204, description = "Ended"),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[delete("/v1/auth/sessions/{id}")]
async fn end_session(state: web::Data<Auth>, caller: SignedIn, id: web::Path<String>) -> Result<HttpResponse> {
    super::end_sessions(&state, &caller, Some(id_in_path(&id)?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every session of the caller's own account but the one that asks.
#[utoipa::path(
    tag = "auth",
    operation_id = "end_other_sessions",
    responses((status = 204, description = "Ended"), problems::SignedIn, problems::Always),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[delete("/v1/auth/sessions")]
async fn end_others(state: web::Data<Auth>, caller: SignedIn) -> Result<HttpResponse> {
    super::end_sessions(&state, &caller, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A sign-in, or an attempt at one, with the caller's login.
#[derive(Serialize, ToSchema)]
struct OwnSignIn {
    /// When.
    at: DateTime<Utc>,
    /// `done`, or the slug of the refusal.
    #[schema(example = "wrong-credentials")]
    result: String,
    /// From which address.
    #[schema(example = "203.0.113.9")]
    address: Option<String>,
}

/// Sign-ins with the caller's login.
#[derive(Serialize, ToSchema)]
struct OwnSignIns {
    /// The last fifty, newest first.
    items: Vec<OwnSignIn>,
}

/// Lists the last sign-ins with the caller's login, also those that failed.
#[utoipa::path(
    tag = "auth",
    operation_id = "list_sign_ins",
    responses(
        (status = 200, description = "The last fifty, newest first", body = OwnSignIns),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[get("/v1/auth/sign-ins")]
async fn get_sign_ins(state: web::Data<Auth>, caller: SignedIn) -> Result<web::Json<OwnSignIns>> {
    let found = store::list_sign_ins(&state.base.db.get().await?, caller.account, SIGN_INS).await?;
    let own = |(at, result, address)| OwnSignIn { at, result, address };
    Ok(web::Json(OwnSignIns { items: found.into_iter().map(own).collect() }))
}

/// Which notices were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenNotices {
    /// The number of the last one.
    #[schema(example = 12)]
    up_to: i64,
}

/// Confirms that the caller has read notices: `GET /v1/auth/me` no longer shows them.
#[utoipa::path(
    tag = "auth",
    operation_id = "confirm_notices",
    request_body = SeenNotices,
    responses((status = 204, description = "Confirmed"), problems::Sent, problems::SignedIn, problems::Always),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/notices/seen")]
async fn see_notices(
    state: web::Data<Auth>,
    caller: SignedIn,
    Body(seen): Body<SeenNotices, LIMIT>,
) -> Result<HttpResponse> {
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    crate::auth::hold_caller(&tx, &caller).await?;
    history::confirm_notices(&tx, caller.account, seen.up_to, state.base.clock.now()).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}
