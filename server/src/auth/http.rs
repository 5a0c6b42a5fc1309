//! Signing in over HTTP, the keys that check our tokens, and the audit for those who read it.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::Account;
use super::caller::{Auditor, Role, SignedIn};
use super::sign_in::{self, Credentials, Tokens};
use crate::app::App;
use crate::audit::{self, Filter, Record};
use crate::bounds;
use crate::error::{Error, FieldFault, Result};
use crate::http::{Body, ClientAddress, Listed, Page, Query, problems};

/// Bodies here hold a login, a password and a code, or one token.
const LIMIT: usize = 4_096;
const LONGEST_LOGIN: usize = 64;
const LONGEST_PASSWORD: usize = super::password::LONGEST;
const LONGEST_TOKEN: usize = 128;

/// The cookie in which browsers keep a refresh token. Its prefix makes them refuse it from anybody but this very host,
/// over an encrypted line (X30).
const COOKIE: &str = "__Host-tanba-session";

/// The cookie with a token; with none, one that makes the browser forget. It ends with the browser, and its session after
/// ten hours in any case.
fn cookie(token: Option<&str>) -> Cookie<'_> {
    let cookie = Cookie::build(COOKIE, token.unwrap_or_default());
    let mut cookie = cookie.path("/").secure(true).http_only(true).same_site(SameSite::Strict).finish();
    if token.is_none() {
        cookie.make_removal();
    }
    cookie
}

/// The token in a request's cookie. Nothing when another site's page asked for it, be it a neighbour of ours, to whom the
/// browser gives the cookie along (X31).
fn kept(request: &HttpRequest) -> Option<Zeroizing<String>> {
    let asked_by = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let cookie = request.cookie(COOKIE).filter(|_| matches!(asked_by, None | Some("same-origin")));
    cookie.map(|cookie| Zeroizing::new(cookie.value().to_owned()))
}

/// Routes of those who sign in, and of auditors.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_sign_in).service(post_refresh).service(post_sign_out).service(get_me);
    routes.service(get_key_list).service(get_audit);
}

/// What is needed to sign in.
#[derive(Deserialize, ToSchema)]
struct SignIn {
    /// The account's login.
    #[schema(min_length = 1, max_length = 64, example = "aigerim")]
    login: String,
    /// Its password.
    #[schema(min_length = 1, max_length = 256, format = Password, example = "tulip-95-anchor-mug")]
    password: String,
    /// The six digits that the authenticator shows. Without them a right password is answered
    /// `second-factor-needed`.
    #[schema(pattern = "^[0-9]{6}$", example = "492039")]
    totp: Option<String>,
    /// `true`: the refresh token comes as a cookie that scripts can't read, and not in the answer. For browsers.
    #[serde(default)]
    cookie: bool,
}

/// What a signed-in person holds.
#[derive(Serialize, ToSchema)]
struct SignedInAnswer {
    /// Goes with each request as `Authorization: Bearer …`.
    access_token: String,
    /// How long the access token holds.
    #[schema(example = 600)]
    expires_in_seconds: i64,
    /// Fetches the next pair, once. One that is used twice ends the session. None where a cookie holds it.
    refresh_token: Option<String>,
}

/// What is answered to whoever signed in, or came back.
fn signed_in(tokens: Tokens, by_cookie: bool) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if by_cookie {
        response.cookie(cookie(Some(&tokens.refresh)));
    }
    response.json(SignedInAnswer {
        access_token: tokens.access,
        expires_in_seconds: tokens.access_lives.num_seconds(),
        refresh_token: (!by_cookie).then(|| tokens.refresh.to_string()),
    })
}

/// Signs in.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_in",
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in", body = SignedInAnswer),
        (status = 401, description = "Wrong login, password or code; or only the code is missing",
            body = crate::error::Problem, content_type = "application/problem+json"),
        problems::Sent, problems::Always,
    ),
    security(()),
)]
#[post("/v1/auth/sign-in")]
async fn post_sign_in(
    app: web::Data<App>,
    address: ClientAddress,
    Body(given): Body<SignIn, LIMIT>,
) -> Result<HttpResponse> {
    let SignIn { login, password, totp, cookie } = given;
    let password = Zeroizing::new(password);
    let digits = |code: &String| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let mut faults = Vec::new();
    faults.extend(within("login", &login, LONGEST_LOGIN));
    faults.extend(within("password", &password, LONGEST_PASSWORD));
    if totp.as_ref().is_some_and(|code| !digits(code)) {
        faults.push(FieldFault::new("totp", "field-six-digits"));
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let tokens = sign_in::sign_in(&app, address, Credentials { login, password, totp }).await?;
    Ok(signed_in(tokens, cookie))
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
struct Refresh {
    /// As it was given. Without it, the one in the cookie.
    #[schema(min_length = 1, max_length = 128, format = Password, example = "kZp0…")]
    refresh_token: Option<String>,
}

/// Exchanges a refresh token for a new pair: one that came in a cookie for one in a cookie.
#[utoipa::path(
    tag = "auth",
    operation_id = "refresh",
    request_body = Refresh,
    responses(
        (status = 200, description = "A new pair; the old refresh token is used up", body = SignedInAnswer),
        (status = 401, description = "The token is unknown, used up or too old, or its session has ended",
            body = crate::error::Problem, content_type = "application/problem+json"),
        problems::Sent, problems::Always,
    ),
    security(()),
)]
#[post("/v1/auth/refresh")]
async fn post_refresh(
    app: web::Data<App>,
    address: ClientAddress,
    request: HttpRequest,
    Body(given): Body<Refresh, LIMIT>,
) -> Result<HttpResponse> {
    let by_cookie = given.refresh_token.is_none();
    let token = given.refresh_token.map(Zeroizing::new).or_else(|| kept(&request)).unwrap_or_default();
    if let Some(fault) = within("refresh_token", &token, LONGEST_TOKEN) {
        return Err(Error::Invalid(vec![fault]));
    }
    Ok(signed_in(sign_in::refresh(&app, address, &token).await?, by_cookie))
}

/// Ends the session: its access and refresh tokens hold no longer.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_out",
    responses((status = 204, description = "Signed out"), problems::SignedIn, problems::Always),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/sign-out")]
async fn post_sign_out(app: web::Data<App>, caller: SignedIn, request: HttpRequest) -> Result<HttpResponse> {
    sign_in::sign_out(&app, &caller).await?;
    let mut response = HttpResponse::NoContent();
    if request.cookie(COOKIE).is_some() {
        response.cookie(cookie(None));
    }
    Ok(response.finish())
}

/// An account as its own person sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct Me {
    /// The account's id.
    id: Uuid,
    /// What its person types to sign in.
    #[schema(example = "aigerim")]
    login: String,
    /// What it may do.
    role: Role,
    /// BIN of the participant that it acts for: clerks and participants only.
    #[schema(example = "990140000384")]
    participant: Option<String>,
    /// The region that it works in (KATO code): inspectors only.
    #[schema(example = "750000000")]
    region: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

/// Tells who is signed in.
#[utoipa::path(
    tag = "auth",
    operation_id = "get_me",
    responses(
        (status = 200, description = "The account of the caller", body = Me),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[get("/v1/auth/me")]
async fn get_me(app: web::Data<App>, caller: SignedIn) -> Result<web::Json<Me>> {
    let (Account { id, login, role, participant: _, region, created_at, disabled_at: _ }, participant) =
        sign_in::me(&app, &caller).await?;
    Ok(web::Json(Me { id, login, role, participant, region, created_at }))
}

/// The keys that check access tokens (RFC 7517).
#[derive(Serialize, ToSchema)]
struct KeyList {
    /// Those that sign now, will sign soon, or signed tokens that may still be alive.
    keys: Vec<PublicKey>,
}

/// A public key (RFC 8037).
#[derive(Serialize, ToSchema)]
struct PublicKey {
    /// Key type.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// Curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// Use.
    #[schema(example = "sig")]
    r#use: &'static str,
    /// Algorithm.
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// The name by which tokens call it.
    #[schema(example = "k7QaB2mX")]
    kid: String,
    /// The key itself, 32 bytes in Base64url.
    x: String,
}

/// The public keys of access tokens.
#[utoipa::path(
    tag = "auth",
    operation_id = "get_token_keys",
    responses((status = 200, description = "Keys, any number", body = KeyList), problems::Always),
    security(()),
)]
#[get("/.well-known/jwks.json")]
async fn get_key_list(app: web::Data<App>) -> HttpResponse {
    let set = app.keys.current();
    let keys = set.token_keys(app.clock.now()).map(|key| PublicKey {
        kty: "OKP",
        crv: "Ed25519",
        r#use: "sig",
        alg: "EdDSA",
        kid: key.id.clone(),
        x: BASE64_URL_SAFE_NO_PAD.encode(&key.public),
    });
    // Shorter than the time for which a new key is shown before it signs.
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=15")).json(KeyList { keys: keys.collect() })
}

/// Which records are wanted; all filters together.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// Who: `account:{id}`, `public`, `worker` or `cli`.
    #[param(max_length = 100, example = "public")]
    actor: Option<String>,
    /// What, or with a dot at the end all that begins so: `auth.sign-in`, `codes.`
    #[param(max_length = 100, example = "auth.")]
    action: Option<String>,
    /// To what: `order:12`.
    #[param(max_length = 200, example = "order:12")]
    object: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-20T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime, example = "2036-11-20T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

/// Who did what, newest first.
#[utoipa::path(
    tag = "auth",
    operation_id = "list_audit",
    params(AuditFilter, Page),
    responses(
        (status = 200, description = "A page of records, newest first", body = Listed<Record>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["auditor"])),
)]
#[get("/v1/audit")]
async fn get_audit(
    app: web::Data<App>,
    _auditor: Auditor,
    Query(filter): Query<AuditFilter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<Record>>> {
    let (limit, before) = (page.limit()?, page.after::<i64>()?);
    let faults: Vec<_> =
        [("actor", &filter.actor, 100), ("action", &filter.action, 100), ("object", &filter.object, 200)]
            .into_iter()
            .filter_map(|(field, text, longest)| within(field, text.as_deref()?, longest))
            .chain(
                [("from", filter.from), ("to", filter.to)]
                    .into_iter()
                    .filter_map(|(field, at)| bounds::instant_fault(field, at?)),
            )
            .collect();
    if !faults.is_empty() {
        return Err(Error::Malformed("malformed-query", faults));
    }
    let AuditFilter { actor, action, object, from, to } = filter;
    let filter = Filter { actor, action, object, from, to };
    let records = audit::list(&app.db.get().await?, &filter, before, limit + 1).await?;
    Ok(web::Json(Listed::cut(records, limit, |record| record.id.to_string())))
}

/// A text that is empty, longer than its longest, or that PostgreSQL could not hold.
fn within(field: &str, text: &str, longest: usize) -> Option<FieldFault> {
    if text.is_empty() {
        Some(FieldFault::new(field, "field-required"))
    } else if text.chars().count() > longest || text.contains('\0') {
        Some(FieldFault::with(field, "field-too-long", &[("max", longest.into())]))
    } else {
        None
    }
}
