//! What one operator asks for and another one approves (X57): accounts of inspectors and operators, their secrets, and the
//! end of the trust in a key. Alone, an operator could become an inspector and read what reporters were promised that nobody
//! else sees, or take the seal from a country's goods.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Kept};
use crate::auth::Auth;
use crate::auth::{Caller, Role, by_operator};
use crate::platform::audit::{self, Entry};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// How long a request waits for another operator.
pub(super) const WAITS: TimeDelta = TimeDelta::hours(24);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Wanted {
    /// An account to be made.
    AddAccount { login: String, role: Role, participant: Option<String>, region: Option<String> },
    /// Another role for an account.
    SetRole { account: Uuid, login: String, role: Role, participant: Option<String>, region: Option<String> },
    /// Other secrets for an account.
    RenewSecrets { account: Uuid, login: String },
    /// An end to the trust in a key.
    RevokeKey { key: String },
}

impl Wanted {
    /// The stable name of its kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::AddAccount { .. } => "add-account",
            Self::SetRole { .. } => "set-role",
            Self::RenewSecrets { .. } => "renew-secrets",
            Self::RevokeKey { .. } => "revoke-key",
        }
    }

    /// A login, or the id of a key.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::AddAccount { login, .. } | Self::SetRole { login, .. } | Self::RenewSecrets { login, .. } => login,
            Self::RevokeKey { key } => key,
        }
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ApprovalState {
    /// Another operator has to decide.
    Pending,
    /// It was approved, and done.
    Approved,
    /// It was refused, or taken back by who asked.
    Refused,
    /// Nobody decided within a day.
    Expired,
}

impl ApprovalState {
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    pub(super) fn from_slug(slug: &str) -> Self {
        let all = [Self::Pending, Self::Approved, Self::Refused];
        all.into_iter().find(|state| state.slug() == slug).unwrap_or(Self::Expired)
    }
}

/// A request as operators see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct ApprovalCard {
    /// Its id.
    pub(super) id: Uuid,
    /// What is asked: `add-account`, `set-role`, `renew-secrets`, `revoke-key`.
    #[schema(example = "add-account")]
    pub(super) kind: String,
    /// For what: a login, or the id of a key.
    #[schema(example = "aigerim")]
    pub(super) subject: String,
    /// The role to be given, where one is.
    pub(super) role: Option<Role>,
    /// The region that goes with it (KATO code).
    #[schema(example = "750000000")]
    pub(super) region: Option<String>,
    /// BIN of the participant that goes with it.
    #[schema(example = "990140000384")]
    pub(super) participant: Option<String>,
    /// The login of the operator who asked.
    #[schema(example = "operator")]
    pub(super) asked_by: String,
    /// When.
    pub(super) asked_at: DateTime<Utc>,
    /// Until when another operator can decide.
    pub(super) expires_at: DateTime<Utc>,
    /// Where it stands.
    pub(super) state: ApprovalState,
    /// The login of the operator who decided.
    #[schema(example = "operator-2")]
    pub(super) decided_by: Option<String>,
    /// When.
    pub(super) decided_at: Option<DateTime<Utc>>,
    /// Whether the caller asked for it: then another operator has to approve.
    pub(super) is_own: bool,
}

impl ApprovalCard {
    pub(super) fn of(kept: Kept, caller: Uuid, now: DateTime<Utc>) -> Self {
        let state = state_at(&kept, now);
        let (role, participant, region) = match &kept.wanted {
            Wanted::AddAccount { role, participant, region, .. }
            | Wanted::SetRole { role, participant, region, .. } => (Some(*role), participant.clone(), region.clone()),
            _ => (None, None, None),
        };
        Self {
            id: kept.id,
            kind: kept.wanted.kind().to_owned(),
            subject: kept.wanted.subject().to_owned(),
            role,
            region,
            participant,
            asked_by: kept.asked_by_login,
            asked_at: kept.asked_at,
            expires_at: kept.expires_at,
            state,
            decided_by: kept.decided_by_login,
            decided_at: kept.decided_at,
            is_own: kept.asked_by == caller,
        }
    }
}

/// Where a request stands at a moment: one that nobody decided about in time has expired.
fn state_at(kept: &Kept, now: DateTime<Utc>) -> ApprovalState {
    match kept.state {
        ApprovalState::Pending if kept.expires_at <= now => ApprovalState::Expired,
        state => state,
    }
}

/// Whether a request can still be decided. 409 `approval-decided`, 409 `approval-expired`.
fn check_open(kept: &Kept, now: DateTime<Utc>) -> Result<()> {
    match state_at(kept, now) {
        ApprovalState::Pending => Ok(()),
        ApprovalState::Expired => Err(Error::conflict("approval-expired")),
        _ => Err(Error::conflict("approval-decided")),
    }
}

/// Whether this operator may approve. 409 `own-request` for who asked, and as [`check_open`] says.
fn check_approver(kept: &Kept, approver: Uuid, now: DateTime<Utc>) -> Result<()> {
    check_open(kept, now)?;
    if kept.asked_by == approver { Err(Error::conflict("own-request")) } else { Ok(()) }
}

/// Asks for something, in the transaction of the caller, who was held. The same that waits already is that one; 409
/// `approval-pending` when something else waits for the same subject.
pub(super) async fn ask(tx: &Transaction<'_>, state: &Auth, caller: &Caller, wanted: Wanted) -> Result<ApprovalCard> {
    let now = state.base.clock.now();
    store::expire(tx, now).await?;
    if let Some(kept) = store::find_pending(tx, wanted.kind(), wanted.subject()).await? {
        if kept.wanted == wanted {
            return Ok(ApprovalCard::of(kept, caller.account, now));
        }
        return Err(Error::conflict("approval-pending"));
    }
    let id = Uuid::now_v7();
    store::insert(tx, id, &wanted, caller.account, now, now + WAITS).await?;
    append(tx, caller, now, id, "office.ask", &wanted).await?;
    let kept = store::find(tx, id).await?.ok_or_else(|| Error::internal("a request was kept and is not there"))?;
    Ok(ApprovalCard::of(kept, caller.account, now))
}

/// Approves a request, in the transaction in which it is done. Returns who asked. 404 `unknown-approval`; 409
/// `asker-gone` when that is no operator any more, and as [`check_approver`] says.
pub(super) async fn approve(tx: &Transaction<'_>, state: &Auth, caller: &Caller, id: Uuid) -> Result<(Wanted, String)> {
    let now = state.base.clock.now();
    let kept = store::hold(tx, id).await?.ok_or(Error::NotFound("unknown-approval"))?;
    check_approver(&kept, caller.account, now)?;
    let asker = by_operator::find_operator(tx, kept.asked_by).await?.ok_or(Error::conflict("asker-gone"))?;
    store::decide(tx, id, ApprovalState::Approved, caller.account, now).await?;
    append(tx, caller, now, id, "office.approve", &kept.wanted).await?;
    Ok((kept.wanted, asker.login))
}

/// Refuses a request, or takes the caller's own back.
pub(super) async fn refuse(tx: &Transaction<'_>, state: &Auth, caller: &Caller, id: Uuid) -> Result<ApprovalCard> {
    let now = state.base.clock.now();
    let kept = store::hold(tx, id).await?.ok_or(Error::NotFound("unknown-approval"))?;
    check_open(&kept, now)?;
    store::decide(tx, id, ApprovalState::Refused, caller.account, now).await?;
    append(tx, caller, now, id, "office.refuse", &kept.wanted).await?;
    card(tx, caller, id, now).await
}

/// A request as it is now.
pub(super) async fn card(
    db: &impl GenericClient,
    caller: &Caller,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<ApprovalCard> {
    let kept = store::find(db, id).await?.ok_or(Error::NotFound("unknown-approval"))?;
    Ok(ApprovalCard::of(kept, caller.account, now))
}

async fn append(
    tx: &Transaction<'_>,
    caller: &Caller,
    at: DateTime<Utc>,
    id: Uuid,
    action: &str,
    wanted: &Wanted,
) -> Result<()> {
    let (object, details) = (format!("approval:{id}"), json!({ "kind": wanted.kind(), "subject": wanted.subject() }));
    audit::append(tx, &Entry { at, actor: caller.actor, action, object, result: "done", details }).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn kept(state: ApprovalState) -> Kept {
        Kept {
            id: Uuid::from_u128(1),
            wanted: Wanted::RevokeKey { key: "k7Qa".to_owned() },
            asked_by: Uuid::from_u128(2),
            asked_by_login: "one".to_owned(),
            asked_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH + WAITS,
            state,
            decided_by_login: None,
            decided_at: None,
        }
    }

    /// X57
    #[test]
    fn a_request_is_approved_by_another_operator_within_a_day() {
        let (asker, other, now) = (Uuid::from_u128(2), Uuid::from_u128(3), DateTime::UNIX_EPOCH);
        let slug = |state, who, now| check_approver(&kept(state), who, now).err().map(|error| error.slug());
        assert_eq!(slug(ApprovalState::Pending, other, now), None);
        assert_eq!(slug(ApprovalState::Pending, asker, now), Some("own-request"));
        assert_eq!(slug(ApprovalState::Pending, other, now + WAITS), Some("approval-expired"));
        assert_eq!(slug(ApprovalState::Approved, other, now), Some("approval-decided"));
        assert_eq!(slug(ApprovalState::Refused, other, now), Some("approval-decided"));
    }
}
