//! Accounts over HTTP, for operators. The register chooses the secrets of an account and tells them once: nothing of
//! them is kept for a retry, whose answer says so by leaving them out.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::approval::{self, ApprovalCard, Wanted};
use crate::auth::Auth;
use crate::auth::by_operator::{self, Change, Secrets};
use crate::auth::{self, Account, DisabledWhy, HeldLater, Operator, Role};
use crate::http::{Body, Listed, Page, Query, id_in_path, problems};
use crate::platform::command::{Command, Done};
use crate::platform::db::GenericClient;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Bin};

/// Bodies here hold a login and what goes with a role.
const LIMIT: usize = 4_096;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(add).service(set_role).service(disable).service(enable).service(renew_secrets);
}

/// An account as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct AccountCard {
    /// The account's id.
    id: Uuid,
    /// What its person types to sign in.
    #[schema(example = "aigerim")]
    login: String,
    /// What it may do.
    role: Role,
    /// BIN of the participant that it acts for: clerks and participants only.
    #[schema(value_type = Option<String>, example = "990140000384")]
    participant: Option<Bin>,
    /// The region that it works in (KATO code): inspectors only.
    #[schema(example = "750000000")]
    region: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Since when nobody may sign in with it.
    disabled_at: Option<DateTime<Utc>>,
    /// Why: `operator`, `wrong-codes` after fifty wrong codes that followed its right password, `unused` for long.
    disabled_why: Option<DisabledWhy>,
    /// Whether its person still has to replace the secrets that others chose.
    is_initial: bool,
    /// Whether it is the caller's own, or an auditor's: neither can be changed here.
    is_fixed: bool,
}

/// The accounts with the BINs of their participants.
async fn cards(db: &impl GenericClient, accounts: Vec<Account>, own: Uuid) -> Result<Vec<AccountCard>> {
    let numbers: Vec<i32> = accounts.iter().filter_map(|account| account.participant).collect();
    let participants = registry::find_participants(db, &numbers).await?;
    let card = |account: Account| AccountCard {
        id: account.id,
        participant: account.participant.and_then(|number| Some(participants.get(&number)?.bin)),
        is_fixed: account.id == own || account.role == Role::Auditor,
        login: account.login,
        role: account.role,
        region: account.region,
        created_at: account.created_at,
        disabled_at: account.disabled_at,
        disabled_why: account.disabled_why,
        is_initial: account.initial_password || account.initial_totp,
    };
    Ok(accounts.into_iter().map(card).collect())
}

pub(super) async fn card(db: &impl GenericClient, account: Account, own: Uuid) -> Result<AccountCard> {
    cards(db, vec![account], own).await?.pop().ok_or_else(|| Error::internal("an account without its card"))
}

/// Lists accounts, by login.
#[utoipa::path(
    tag = "office",
    operation_id = "list_accounts",
    params(Page),
    responses(
        (status = 200, description = "A page of accounts, by login", body = Listed<AccountCard>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[get("/v1/accounts")]
async fn list(
    state: web::Data<Auth>,
    operator: Operator,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<AccountCard>>> {
    let (limit, after) = (page.limit()?, page.after::<String>()?.unwrap_or_default());
    if after.contains('\0') {
        return Err(Error::malformed("invalid-cursor"));
    }
    let accounts = by_operator::list(&state, &after, limit + 1).await?;
    let Listed { items, next_cursor } = Listed::cut(accounts, limit, |account| account.login.clone());
    let items = cards(&state.base.db.get().await?, items, operator.account).await?;
    Ok(web::Json(Listed { items, next_cursor }))
}

/// A role and what goes with it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleOf {
    /// What the account may do. Auditors are named at the command line.
    role: Role,
    /// BIN of the participant that it acts for: needed for clerks and participants, refused for others.
    #[schema(pattern = "^[0-9]{12}$", example = "990140000384")]
    participant: Option<String>,
    /// The region that it works in (KATO code): needed for inspectors, refused for others.
    #[schema(pattern = "^[0-9]{9}$", example = "750000000")]
    region: Option<String>,
}

/// An account to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccountOf {
    /// What its person will type to sign in: letters of a to z, digits, and `.`, `_`, `-`, `@`.
    #[schema(min_length = 3, max_length = 64, example = "aigerim")]
    login: String,
    /// What the account may do. Auditors are named at the command line.
    role: Role,
    /// BIN of the participant that it acts for: needed for clerks and participants, refused for others.
    #[schema(pattern = "^[0-9]{12}$", example = "990140000384")]
    participant: Option<String>,
    /// The region that it works in (KATO code): needed for inspectors, refused for others.
    #[schema(pattern = "^[0-9]{9}$", example = "750000000")]
    region: Option<String>,
}

/// What the person needs for the first sign-in, at which both are replaced. Told once.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountSecrets {
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// The secret of the second factor, as it is typed into an authenticator.
    #[schema(format = Password)]
    totp: String,
    /// The same as a link that an authenticator reads.
    #[schema(format = Password)]
    totp_link: String,
    /// The link as a QR code: a picture in SVG.
    #[schema(format = Password)]
    totp_qr_svg: String,
}

impl From<Secrets> for AccountSecrets {
    fn from(secrets: Secrets) -> Self {
        Self {
            password: secrets.password.to_string(),
            totp: secrets.factor.text.to_string(),
            totp_link: secrets.factor.link.to_string(),
            totp_qr_svg: secrets.factor.picture(),
        }
    }
}

/// An account, and its secrets where they are new.
#[derive(Serialize, ToSchema)]
struct AccountWithSecrets {
    /// The account.
    account: AccountCard,
    /// Its secrets. None in the answer to a retry: they were told before and are kept nowhere; if that answer was lost,
    /// renew them.
    secrets: Option<AccountSecrets>,
}

/// What came of a request: done, or another operator has to approve it first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Outcome {
    Done(AccountCard),
    Asked(ApprovalCard),
}

/// The answer to a request for another operator: 202 with it.
fn asked(approval: &ApprovalCard) -> HttpResponse {
    HttpResponse::Accepted().json(approval)
}

/// The number of the participant whose BIN was given; refuses a BIN or region that is none.
pub(super) async fn resolve(
    db: &impl GenericClient,
    role: Role,
    participant: Option<&str>,
    region: Option<&str>,
) -> Result<Option<i32>> {
    let unknown_region = |kato: &str| registry::reference().region(kato).is_none();
    if role == Role::Inspector && region.is_some_and(unknown_region) {
        return Err(Error::field("region", "field-not-a-region"));
    }
    let Some(text) = participant else { return Ok(None) };
    let bin: Bin = text.parse().map_err(|_| Error::field("participant", "field-not-a-bin"))?;
    let found = registry::find_participant_by_bin(db, bin).await?;
    found.map(|found| Some(found.number)).ok_or_else(|| Error::field("participant", "field-no-such-participant"))
}

/// Makes an account; the register chooses its password and its second factor, and tells them once. Inspectors and operators:
/// only when another operator approves, who is told the secrets.
#[utoipa::path(
    tag = "office",
    operation_id = "add_account",
    params(IdempotencyKey),
    request_body = NewAccountOf,
    responses(
        (status = 201, description = "Made", body = AccountWithSecrets),
        (status = 202, description = "Another operator has to approve it", body = ApprovalCard),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/accounts")]
async fn add(
    state: web::Data<Auth>,
    operator: Operator,
    key: IdempotencyKey,
    Body(new): Body<NewAccountOf, LIMIT>,
) -> Result<HttpResponse> {
    let mut told = None;
    let object = format!("account:{}", new.login);
    let command = Command { base: &state.base, author: &*operator, key: &key, action: "auth.add-account", object };
    let run = command.run(&new, async |tx, _| {
        let NewAccountOf { login, role, participant, region } = &new;
        let (bin, region) = (participant.as_deref(), region.as_deref());
        let number = resolve(tx, *role, bin, region).await?;
        if by_operator::needs_second_operator(*role) {
            let login = by_operator::check_new(tx, login, *role, number, region).await?;
            let (participant, region) = (participant.clone(), region.map(str::to_owned));
            let wanted = Wanted::AddAccount { login, role: *role, participant, region };
            return approval::ask(tx, &state, &operator, wanted).await.map(Outcome::Asked).map(Done::audited);
        }
        let (account, secrets) = by_operator::add(tx, &state, &operator, login, *role, number, region).await?;
        told = Some(secrets);
        card(tx, account, operator.account).await.map(Outcome::Done).map(Done::audited)
    });
    let outcome = run.await?;
    Ok(match outcome {
        Outcome::Asked(approval) => asked(&approval),
        Outcome::Done(account) => {
            HttpResponse::Created().json(AccountWithSecrets { account, secrets: told.map(AccountSecrets::from) })
        }
    })
}

/// Changes an account once for a key, and ends what is signed in with it; or asks for another operator's approval.
async fn change_once(
    state: &Auth,
    operator: &Operator,
    key: &IdempotencyKey,
    id: Uuid,
    body: &RoleChange<'_>,
) -> Result<HttpResponse> {
    let mut done = None;
    let author = HeldLater(operator);
    let command =
        Command { base: &state.base, author: &author, key, action: body.action(), object: format!("account:{id}") };
    let fingerprint = (id, body);
    let run = command.run(&fingerprint, async |tx, _| {
        let change = match body {
            RoleChange::To(RoleOf { role, participant, region }) => {
                let (bin, region) = (participant.as_deref(), region.as_deref());
                let present = by_operator::look(tx, operator, id).await?;
                let number = resolve(tx, *role, bin, region).await?;
                if [*role, present.role].into_iter().any(by_operator::needs_second_operator) {
                    auth::hold_caller(tx, operator).await?;
                    by_operator::check_role(*role, number, region)?;
                    let (participant, region) = (participant.clone(), region.map(str::to_owned));
                    let wanted =
                        Wanted::SetRole { account: id, login: present.login, role: *role, participant, region };
                    return approval::ask(tx, state, operator, wanted).await.map(Outcome::Asked).map(Done::audited);
                }
                Change::Role(*role, number, region)
            }
            RoleChange::Disable => Change::Disable,
            RoleChange::Enable => Change::Enable,
        };
        let changed = by_operator::change(tx, state, operator, id, change, None).await?;
        let answer = card(tx, changed.account.clone(), operator.account).await?;
        done = Some(changed);
        Ok(Done::audited(Outcome::Done(answer)))
    });
    let outcome = run.await?;
    if let Some(done) = done {
        done.tell(state).await;
    }
    Ok(match outcome {
        Outcome::Asked(approval) => asked(&approval),
        Outcome::Done(account) => HttpResponse::Ok().json(account),
    })
}

/// What is asked for an account.
#[derive(Serialize)]
enum RoleChange<'a> {
    To(&'a RoleOf),
    Disable,
    Enable,
}

impl RoleChange<'_> {
    /// The action as the audit names it.
    fn action(&self) -> &'static str {
        match self {
            Self::To(_) => "auth.set-role",
            Self::Disable => "auth.disable-account",
            Self::Enable => "auth.enable-account",
        }
    }
}

/// Gives an account another role, and ends what is signed in with it. Refuses the caller's own and auditors'. To or from
/// inspector and operator: only when another operator approves.
#[utoipa::path(
    tag = "office",
    operation_id = "set_account_role",
    params(
        ("id" = Uuid, Path, description = "The account's id"),
        IdempotencyKey,
    ),
    request_body = RoleOf,
    responses(
        (status = 200, description = "The account as it is now", body = AccountCard),
        (status = 202, description = "Another operator has to approve it", body = ApprovalCard),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/accounts/{id}/role")]
async fn set_role(
    state: web::Data<Auth>,
    operator: Operator,
    id: web::Path<String>,
    key: IdempotencyKey,
    Body(role): Body<RoleOf, LIMIT>,
) -> Result<HttpResponse> {
    change_once(&state, &operator, &key, id_in_path(&id)?, &RoleChange::To(&role)).await
}

/// Lets nobody sign in with an account any more, and ends what is signed in. Refuses the caller's own and auditors'.
#[utoipa::path(
    tag = "office",
    operation_id = "disable_account",
    params(
        ("id" = Uuid, Path, description = "The account's id"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The account as it is now", body = AccountCard),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/accounts/{id}/disable")]
async fn disable(
    state: web::Data<Auth>,
    operator: Operator,
    id: web::Path<String>,
    key: IdempotencyKey,
) -> Result<HttpResponse> {
    change_once(&state, &operator, &key, id_in_path(&id)?, &RoleChange::Disable).await
}

/// Lets the person of an account sign in again. Refuses the caller's own and auditors'.
#[utoipa::path(
    tag = "office",
    operation_id = "enable_account",
    params(
        ("id" = Uuid, Path, description = "The account's id"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The account as it is now", body = AccountCard),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/accounts/{id}/enable")]
async fn enable(
    state: web::Data<Auth>,
    operator: Operator,
    id: web::Path<String>,
    key: IdempotencyKey,
) -> Result<HttpResponse> {
    change_once(&state, &operator, &key, id_in_path(&id)?, &RoleChange::Enable).await
}

/// Gives an account another password and another second factor, told once, and ends what is signed in with it: for a
/// person who has lost them. Refuses the caller's own and auditors'. Of inspectors and operators: only when another operator
/// approves, who is told the secrets.
#[utoipa::path(
    tag = "office",
    operation_id = "renew_account_secrets",
    params(
        ("id" = Uuid, Path, description = "The account's id"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The account, and its new secrets", body = AccountWithSecrets),
        (status = 202, description = "Another operator has to approve it", body = ApprovalCard),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/accounts/{id}/secrets")]
async fn renew_secrets(
    state: web::Data<Auth>,
    operator: Operator,
    id: web::Path<String>,
    key: IdempotencyKey,
) -> Result<HttpResponse> {
    let id = id_in_path(&id)?;
    let mut told = None;
    let author = HeldLater(&operator);
    let (action, object) = ("auth.renew-secrets", format!("account:{id}"));
    let command = Command { base: &state.base, author: &author, key: &key, action, object };
    let run = command.run(&id, async |tx, _| {
        let present = by_operator::look(tx, &operator, id).await?;
        if by_operator::needs_second_operator(present.role) {
            auth::hold_caller(tx, &operator).await?;
            let wanted = Wanted::RenewSecrets { account: id, login: present.login };
            return approval::ask(tx, &state, &operator, wanted).await.map(Outcome::Asked).map(Done::audited);
        }
        let (done, secrets) = by_operator::renew(tx, &state, &operator, id, None).await?;
        let answer = card(tx, done.account.clone(), operator.account).await?;
        told = Some((done, secrets));
        Ok(Done::audited(Outcome::Done(answer)))
    });
    let outcome = run.await?;
    let secrets = match told {
        Some((done, secrets)) => {
            done.tell(&state).await;
            Some(secrets.into())
        }
        None => None,
    };
    Ok(match outcome {
        Outcome::Asked(approval) => asked(&approval),
        Outcome::Done(account) => HttpResponse::Ok().json(AccountWithSecrets { account, secrets }),
    })
}
