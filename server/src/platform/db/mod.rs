//! PostgreSQL: the pool and the migrations. Refuses to wait for a store longer than
//! [`Config::STORE_PATIENCE`](crate::platform::config::Config::STORE_PATIENCE).

use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};

use crate::platform::config::Config;
use crate::platform::doubt;
use crate::platform::problem::{Error, Result};

pub use deadpool_postgres::{Client, GenericClient, Transaction};

mod lock;
mod replica;
mod tls;

pub(crate) use lock::Lock;
pub(crate) use replica::REPLICA_LAG;
pub use replica::Replica;
pub use tls::is_exposed;
pub(crate) use tls::{is_loopback, tls_config};

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// How long a server that has gone may leave a connection without a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// How long a connection in doubt has to answer.
const PROOF: Duration = Duration::from_millis(250);

/// Requests that may wait for each connection before more are told to come back: even those to whom an answer from here
/// is second best.
const WAITING_FOR_EACH: usize = 16;

/// Rows of some kilobytes each that one statement writes; more go in several. A connection keeps room, twice, for the
/// largest message that it has ever sent, and so would each of the pool for as long as the process lives.
pub(crate) const LARGE_ROWS: usize = 64;

/// A pattern of `LIKE` for texts that hold this one: what it holds is searched for as it is.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// A pool that hands out checked connections or says within two seconds that it can't.
pub fn pool(url: &str, connections: usize) -> Result<Pool> {
    pool_with(url, None, connections)
}

/// The same with certificates, as PEM, of the authorities by which the server is known; without them those that the
/// system trusts. `sslmode` in the address says what is demanded, see [`tls`].
pub fn pool_with(url: &str, ca: Option<&[u8]>, connections: usize) -> Result<Pool> {
    let (url, connector) = tls::connector(url, ca)?;
    let mut settings = tokio_postgres::Config::from_str(&url)?;
    tls::adjust(&mut settings);
    settings.connect_timeout(Config::STORE_PATIENCE);
    settings.application_name("tanba");
    settings.tcp_user_timeout(2 * SIGN_OF_LIFE);
    settings.keepalives_idle(SIGN_OF_LIFE);
    settings.keepalives_interval(SIGN_OF_LIFE / 5);
    settings.keepalives_retries(3);
    settings.options("-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Ok(Pool::builder(Manager::from_config(settings, connector, recycling))
        .max_size(connections)
        .wait_timeout(Some(Config::STORE_PATIENCE))
        .create_timeout(Some(Config::STORE_PATIENCE))
        .recycle_timeout(Some(Config::STORE_PATIENCE))
        .pre_recycle(Hook::async_fn(|client, metrics| Box::pin(prove(client, metrics.last_used()))))
        .runtime(Runtime::Tokio1)
        .build()
        .expect("a runtime is given"))
}

/// Works with a connection for no longer than this, see [`bounded`].
pub async fn within<T>(pool: &Pool, patience: Duration, work: impl AsyncFnOnce(&mut Client) -> Result<T>) -> Result<T> {
    let state = pool.status();
    if state.waiting >= WAITING_FOR_EACH * state.max_size {
        return Err(Error::Unavailable { slug: "overloaded", source: "too many wait for PostgreSQL".into() });
    }
    let work = async {
        let mut client = pool.get().await?;
        work(&mut client).await
    };
    bounded(patience, work).await
}

/// Lets work with connections of a pool go on for no longer than this. A connection that was given up on, and every
/// other that was in use then, has to answer before somebody else gets it: a server or a network that fell silent is
/// left behind at once.
pub async fn bounded<T>(patience: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    match tokio::time::timeout(patience, work.as_mut()).await {
        Ok(done) => done,
        Err(elapsed) => {
            // Before the connection goes back to the pool, which it does when the work is dropped.
            doubt::begin();
            Err(Error::Unavailable { slug: "register-unavailable", source: Box::new(elapsed) })
        }
    }
}

/// Lets a connection answer that was last handed out before somebody gave up waiting.
async fn prove(client: &mut deadpool_postgres::ClientWrapper, used: Duration) -> Result<(), HookError> {
    if doubt::age().is_none_or(|age| used < age) {
        return Ok(());
    }
    match tokio::time::timeout(PROOF, client.simple_query("")).await {
        Ok(answer) => answer.map(drop).map_err(HookError::Backend),
        Err(_) => Err(HookError::message("the connection owes an answer")),
    }
}

/// Brings the tables up to this program's version. Returns how many steps were taken. Of several processes
/// that start at once one does it, and the others wait. A role that does not own the tables finds them as they must be, or
/// is refused.
pub async fn migrate(pool: &Pool) -> Result<usize> {
    let mut client = pool.get().await?;
    if !is_owner(&client).await? {
        return check_version(&client).await.map(|()| 0);
    }
    Lock::Migrations.hold_in_session(&client).await?;
    let report = migrations::migrations::runner().run_async(&mut **client).await;
    Lock::Migrations.release(&client).await?;
    Ok(report?.applied_migrations().len())
}

/// Lets a role do what the service does, and no more: read and write, append to what is append-only, change no table. Run
/// by the owner of the tables, after each migration.
pub async fn grant_service(pool: &Pool, role: &str) -> Result<()> {
    let client = pool.get().await?;
    client.execute("-- db::grant_service\n SELECT grant_service($1::text::name)", &[&role]).await?;
    Ok(())
}

/// Whether this role owns the tables, or there are none yet.
async fn is_owner(client: &Client) -> Result<bool> {
    let owner = "-- db::is_owner
        SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('refinery_schema_history')";
    Ok(client.query_opt(owner, &[]).await?.is_none_or(|row| row.get(0)))
}

async fn check_version(client: &Client) -> Result<()> {
    let query = "-- db::check_version\n SELECT coalesce(max(version), 0)::int8 FROM refinery_schema_history";
    let there: i64 = client.query_one(query, &[]).await?.get(0);
    let runner = migrations::migrations::runner();
    let newest = runner.get_migrations().iter().map(|step| i64::from(step.version())).max().unwrap_or_default();
    if there >= newest {
        return Ok(());
    }
    Err(Error::internal(format!(
        "the tables are those of version {there} and must be those of {newest}: \
         run `tanba migrate --grant-to ROLE` as the role that owns them"
    )))
}
