//! Who is signed in. What a family of tokens stands for is asked of PostgreSQL at most every twenty
//! seconds, so that a role taken away is gone well within a minute (X5); what ends in this process ends
//! here at once.

use std::time::Duration;

use deadpool_postgres::Pool;
use moka::future::Cache;
use uuid::Uuid;

use super::store::{self, Session};
use super::token;
use crate::platform::problem::{Error, Result};

/// How long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(20);
/// How many families are remembered; more are asked for again.
const REMEMBERED: u64 = 100_000;

/// What this process remembers of families. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sessions {
    alive: Cache<Uuid, Session>,
    /// Families that ended here, for longer than any of their access tokens lives: an answer of PostgreSQL
    /// that was under way meanwhile doesn't bring them back.
    ended: Cache<Uuid, ()>,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        let lifetime = token::LIFETIME.to_std().unwrap_or_default() + Duration::from_mins(1);
        Self {
            alive: Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build(),
            ended: Cache::builder().max_capacity(REMEMBERED).time_to_live(lifetime).build(),
        }
    }

    /// What a family stands for; refused when it has ended. With PostgreSQL away that can't be told, and
    /// the answer is 503.
    pub(super) async fn find(&self, db: &Pool, family: Uuid) -> Result<Session> {
        let look = async {
            let found = store::find_session(&db.get().await?, family).await?;
            found.ok_or(Error::Unauthenticated("unauthenticated"))
        };
        let session = self.alive.try_get_with(family, look).await.map_err(|error| match &*error {
            // One look is shared by all who asked meanwhile, and so is its failure.
            Error::Unauthenticated(slug) => Error::Unauthenticated(slug),
            Error::Unavailable { slug, source } => Error::Unavailable { slug, source: source.to_string().into() },
            other => Error::internal(other.to_string()),
        })?;
        let session = if session.is_limited { self.again(db, family).await? } else { session };
        if self.ended.contains_key(&family) {
            return Err(Error::Unauthenticated("unauthenticated"));
        }
        Ok(session)
    }

    /// What a family stands for at this moment: a person who has just replaced the secrets, maybe in another process,
    /// doesn't wait for an old answer to be forgotten.
    async fn again(&self, db: &Pool, family: Uuid) -> Result<Session> {
        let found = store::find_session(&db.get().await?, family).await?;
        let session = found.ok_or(Error::Unauthenticated("unauthenticated"))?;
        if !session.is_limited {
            self.alive.insert(family, session.clone()).await;
        }
        Ok(session)
    }

    /// The family has ended.
    pub(super) async fn end(&self, family: Uuid) {
        self.ended.insert(family, ()).await;
        self.alive.invalidate(&family).await;
    }
}
