//! Signing in over HTTP, and the keys that check our tokens.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{CACHE_CONTROL, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::Account;
use super::caller::{Role, SignedIn};
use super::history::{self, Notice};
use super::refresh::{self, Tokens};
use super::sign_in::{self, Asker, Code, Credentials};
use super::{own, recovery, store};
use crate::auth::Auth;
use crate::http::{Body, ClientAddress, problems};
use crate::platform::bounds;
use crate::platform::problem::{Error, FieldFault, Result};

/// Bodies here hold a login, a password and a code, or one token.
const LIMIT: usize = 4_096;
const LONGEST_LOGIN: usize = 64;
pub(super) const LONGEST_PASSWORD: usize = super::password::LONGEST;
const LONGEST_TOKEN: usize = 128;
/// A recovery code with its hyphens, and some spaces.
const LONGEST_RECOVERY_CODE: usize = 32;
/// How much of a `User-Agent` is kept with a session, in characters.
const LONGEST_CLIENT: usize = 160;

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

/// Routes of those who sign in.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_sign_in).service(post_refresh).service(post_sign_out).service(get_me);
    routes.service(get_key_list);
    own::routes(routes);
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
    /// Instead of the six digits: one of the recovery codes, which serves once.
    #[schema(min_length = 16, max_length = 32, format = Password, example = "k7qa-b2mx-9fhe-wprc")]
    recovery_code: Option<String>,
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
    /// Fetches the next pair, once; a request that is repeated within thirty seconds, before its answer was used, gets the same
    /// one. One that comes back later ends the session. None where a cookie holds it.
    refresh_token: Option<String>,
    /// Whether the account's secrets were chosen by somebody else: nothing else is open before they are replaced, see
    /// `must_replace` of the account.
    must_replace_secrets: bool,
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
        must_replace_secrets: tokens.is_limited,
    })
}

/// Signs in.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_in",
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in", body = SignedInAnswer),
        (status = 401, description = "Wrong login, password or code; or only the code is missing; or it was used, and \
            `Retry-After` says when there is another one",
            body = crate::http::refusal::Problem, content_type = "application/problem+json"),
        problems::Sent, problems::Always,
    ),
    security(()),
)]
#[post("/v1/auth/sign-in")]
async fn post_sign_in(
    state: web::Data<Auth>,
    address: ClientAddress,
    request: HttpRequest,
    Body(given): Body<SignIn, LIMIT>,
) -> Result<HttpResponse> {
    let SignIn { login, password, totp, recovery_code, cookie } = given;
    let password = Zeroizing::new(password);
    let recovery_code = recovery_code.map(Zeroizing::new);
    let mut faults = Vec::new();
    faults.extend(within("login", &login, LONGEST_LOGIN));
    faults.extend(within("password", &password, LONGEST_PASSWORD));
    if totp.as_ref().is_some_and(|code| !is_six_digits(code)) {
        faults.push(FieldFault::new("totp", "field-six-digits"));
    }
    faults.extend(recovery_code.as_ref().and_then(|code| within("recovery_code", code, LONGEST_RECOVERY_CODE)));
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let code = totp.map(Code::Totp).or(recovery_code.map(Code::Recovery));
    let asker = Asker { address, client: client(&request) };
    let tokens = sign_in::sign_in(&state, asker, Credentials { login, password, code }).await?;
    Ok(signed_in(tokens, cookie))
}

/// Whether a text is a code of an authenticator.
pub(super) fn is_six_digits(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// The beginning of a request's `User-Agent`, without control characters.
fn client(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(USER_AGENT)?.to_str().ok()?;
    let agent: String = agent.chars().filter(|letter| !letter.is_control()).take(LONGEST_CLIENT).collect();
    (!agent.is_empty()).then_some(agent)
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
        (status = 200, description = "A new pair; the old refresh token is used up. The same request repeated within thirty \
            seconds, before its answer was used, gets the same refresh token", body = SignedInAnswer),
        (status = 401, description = "The token is unknown, used up or too old, or its session has ended",
            body = crate::http::refusal::Problem, content_type = "application/problem+json"),
        problems::Sent, problems::Always,
    ),
    security(()),
)]
#[post("/v1/auth/refresh")]
async fn post_refresh(
    state: web::Data<Auth>,
    address: ClientAddress,
    request: HttpRequest,
    Body(given): Body<Refresh, LIMIT>,
) -> Result<HttpResponse> {
    let by_cookie = given.refresh_token.is_none();
    let token = given.refresh_token.map(Zeroizing::new).or_else(|| kept(&request)).unwrap_or_default();
    if let Some(fault) = within("refresh_token", &token, LONGEST_TOKEN) {
        return Err(Error::Invalid(vec![fault]));
    }
    Ok(signed_in(refresh::refresh(&state, address, &token).await?, by_cookie))
}

/// Ends the session: its access and refresh tokens hold no longer.
#[utoipa::path(
    tag = "auth",
    operation_id = "sign_out",
    responses((status = 204, description = "Signed out"), problems::SignedIn, problems::Always),
    security(("bearer" = ["clerk", "inspector", "participant", "operator", "auditor"])),
)]
#[post("/v1/auth/sign-out")]
async fn post_sign_out(state: web::Data<Auth>, caller: SignedIn, request: HttpRequest) -> Result<HttpResponse> {
    refresh::sign_out(&state, &caller).await?;
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
    /// The sign-in before the present one: when; none when there was none.
    last_sign_in_at: Option<DateTime<Utc>>,
    /// From which address.
    #[schema(example = "203.0.113.9")]
    last_sign_in_address: Option<String>,
    /// How many sign-ins failed between that one and the present one.
    #[schema(example = 0)]
    failed_sign_ins: i32,
    /// What was done to the account and not confirmed as read yet, oldest first, twenty at most.
    notices: Vec<Notice>,
    /// Secrets that were chosen by somebody else and have to be replaced before anything else: `password`, `second-factor`.
    #[schema(example = json!([]))]
    must_replace: Vec<&'static str>,
    /// How many recovery codes are left.
    #[schema(example = 10)]
    recovery_codes_left: i64,
    /// Minutes after which the session ends if nobody uses it.
    #[schema(example = 60)]
    idle_minutes: i64,
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
async fn get_me(state: web::Data<Auth>, caller: SignedIn) -> Result<web::Json<Me>> {
    let db = state.base.db.get().await?;
    let found = store::find_account(&db, caller.account).await?.ok_or(Error::Unauthenticated("unauthenticated"))?;
    let before = history::find_before(&db, caller.account).await?;
    let must = [("password", found.initial_password), ("second-factor", found.initial_totp)];
    let Account { id, login, role, region, created_at, .. } = found;
    Ok(web::Json(Me {
        id,
        login,
        role,
        participant: store::find_bin_of(&db, caller.account).await?,
        region,
        created_at,
        last_sign_in_at: before.at,
        last_sign_in_address: before.address,
        failed_sign_ins: before.failures,
        notices: history::list_notices(&db, caller.account).await?,
        must_replace: must.into_iter().filter_map(|(name, must)| must.then_some(name)).collect(),
        recovery_codes_left: recovery::count_left(&db, caller.account).await?,
        idle_minutes: state.base.config.sessions.idle(role.is_staff()).num_minutes(),
    }))
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
async fn get_key_list(state: web::Data<Auth>) -> HttpResponse {
    let set = state.keys.current();
    let keys = set.token_keys(state.base.clock.now()).map(|key| PublicKey {
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

/// A text that is empty, longer than its longest, or that PostgreSQL could not hold.
pub(crate) fn within(field: &str, text: &str, longest: usize) -> Option<FieldFault> {
    if text.is_empty() {
        Some(FieldFault::new(field, "field-required"))
    } else {
        bounds::text_fault(field, text, longest)
    }
}
