//! The signed-in caller and the extractors that demand a role. [`super::gate`] finds out who asks; an extractor takes
//! what it found.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::token;
use crate::auth::Auth;
use crate::http::ClientAddress;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::problem::{Error, Result};

/// What a person does in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Checks deliveries and counts stock for one participant.
    Clerk,
    /// Works on reports and alerts of one region.
    Inspector,
    /// Orders, applies, releases and transfers for one participant.
    Participant,
    /// Runs the register.
    Operator,
    /// Reads the audit.
    Auditor,
}

/// A word that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of clerk, inspector, participant, operator, auditor")]
pub struct UnknownRole;

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Clerk, Self::Inspector, Self::Participant, Self::Operator, Self::Auditor];

    /// Whether it is one of those who run the register and watch over it.
    pub(crate) fn is_staff(self) -> bool {
        matches!(self, Self::Inspector | Self::Operator | Self::Auditor)
    }

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Inspector => "inspector",
            Self::Participant => "participant",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.slug() == text).ok_or(UnknownRole)
    }
}

/// A signed-in person, as the access token and the account tell.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The account.
    pub(crate) account: Uuid,
    /// The sign-in from which the token descends.
    pub(crate) family: Uuid,
    /// Its role.
    pub(crate) role: Role,
    /// The participant it acts for: clerks and participants only.
    pub(crate) participant: Option<i32>,
    /// The region it works in (KATO code): inspectors only.
    pub(crate) region: Option<String>,
    /// Whether secrets of the account have to be replaced before anything else.
    pub(crate) is_limited: bool,
    /// The same person as the audit names it, with the address of this request.
    pub(crate) actor: Actor,
}

/// Finds out who asks; refuses a token that doesn't hold, or whose family has ended.
pub(super) async fn authenticate(request: &HttpRequest) -> Result<(web::Data<Auth>, Caller)> {
    let state = request.app_data::<web::Data<Auth>>().ok_or_else(|| Error::internal("a service without its state"))?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    let claims = token::verify(&state.keys, token.trim(), state.base.clock.now()).await?;
    let session = state.sessions.find(&state.base.db, claims.fam).await?;
    if session.account != claims.sub {
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    let ClientAddress(address) = ClientAddress::from_headers(request.head(), &state.base.config.trusted_proxies);
    let caller = Caller {
        account: session.account,
        family: claims.fam,
        role: session.role,
        participant: session.participant,
        region: session.region,
        is_limited: session.is_limited,
        actor: Actor { who: Who::Account(session.account), address: Some(address) },
    };
    Ok((state.clone(), caller))
}

/// Keeps the refusal of a known caller (X36). The refusal stands even if it can't be kept.
pub(super) async fn keep_refusal(state: &Auth, caller: &Caller, request: &HttpRequest) {
    let entry = Entry {
        at: state.base.clock.now(),
        actor: caller.actor,
        action: "auth.refuse",
        object: format!("route:{} {}", request.method(), request.match_pattern().unwrap_or_default()),
        result: "forbidden",
        details: json!({ "role": caller.role }),
    };
    let kept = async { audit::append(&state.base.db.get().await?, &entry).await };
    if let Err(error) = kept.await {
        tracing::warn!(%error, "a refusal could not be kept in the audit");
    }
}

macro_rules! extractor {
    ($(#[$doc:meta])* $name:ident: $($role:ident)|+) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name(Caller);

        impl Deref for $name {
            type Target = Caller;
            fn deref(&self) -> &Caller {
                &self.0
            }
        }

        impl $name {
            /// The person without the promise of a role.
            #[allow(dead_code, reason = "few handlers outlive their request")]
            pub(crate) fn into_caller(self) -> Caller {
                self.0
            }
        }

        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(match request.extensions().get::<Caller>() {
                    Some(caller) if matches!(caller.role, $(Role::$role)|+) => Ok(Self(caller.clone())),
                    Some(_) => Err(Error::Forbidden("forbidden")),
                    None => Err(Error::Unauthenticated("unauthenticated")),
                })
            }
        }
    };
}

extractor! {
    /// Anybody who is signed in.
    SignedIn: Clerk | Inspector | Participant | Operator | Auditor
}
extractor! {
    /// A person who checks stock for a participant; the participant's own people may too.
    Clerk: Clerk | Participant
}
extractor! {
    /// An inspector of one region.
    Inspector: Inspector
}
extractor! {
    /// An inspector of one region; or one who runs the register, and sees coarse places only.
    Overseer: Inspector | Operator
}
extractor! {
    /// A person who acts for a participant.
    Participant: Participant
}
extractor! {
    /// A person who acts for a participant, and sees what is the participant's; or one who runs the register.
    Member: Participant | Operator
}
extractor! {
    /// A person who runs the register.
    Operator: Operator
}
extractor! {
    /// A person who reads the audit.
    Auditor: Auditor
}

impl Participant {
    /// The participant acted for.
    pub(crate) fn number(&self) -> i32 {
        self.participant.unwrap_or_default()
    }
}

impl Clerk {
    /// The participant acted for.
    pub(crate) fn number(&self) -> i32 {
        self.participant.unwrap_or_default()
    }
}
