//! The signed-in caller and the extractors that demand a role.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::Actor;
use crate::error::{Error, Result};

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

/// A signed-in person, as the access token and the account tell.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The account.
    pub(crate) account: Uuid,
    /// Its role.
    pub(crate) role: Role,
    /// The participant it acts for: clerks and participants only.
    pub(crate) participant: Option<i32>,
    /// The region it works in (KATO code): inspectors only.
    pub(crate) region: Option<String>,
    /// The same person as the audit names it, with the address of this request.
    pub(crate) actor: Actor,
}

/// Finds out who asks; refuses a token that doesn't hold.
async fn authenticate(_request: HttpRequest) -> Result<Caller> {
    Err(Error::Unauthenticated("unauthenticated"))
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

        impl FromRequest for $name {
            type Error = Error;
            type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let caller = authenticate(request).await?;
                    match caller.role {
                        $(Role::$role)|+ => Ok(Self(caller)),
                        _ => Err(Error::Forbidden("forbidden")),
                    }
                })
            }
        }
    };
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
