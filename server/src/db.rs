//! PostgreSQL: the pool and the migrations. Refuses to wait for a store longer than
//! [`Config::STORE_PATIENCE`](crate::config::Config::STORE_PATIENCE).

use std::str::FromStr;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;

use crate::config::Config;
use crate::error::Result;

pub use deadpool_postgres::{Client, GenericClient, Transaction};

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// A pool that hands out checked connections or says within two seconds that it can't.
pub fn pool(url: &str, connections: usize) -> Result<Pool> {
    let mut settings = tokio_postgres::Config::from_str(url)?;
    settings.connect_timeout(Config::STORE_PATIENCE);
    settings.application_name("tanba");
    settings.options("-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Ok(Pool::builder(Manager::from_config(settings, NoTls, recycling))
        .max_size(connections)
        .wait_timeout(Some(Config::STORE_PATIENCE))
        .create_timeout(Some(Config::STORE_PATIENCE))
        .recycle_timeout(Some(Config::STORE_PATIENCE))
        .runtime(Runtime::Tokio1)
        .build()
        .expect("a runtime is given"))
}

/// Brings the tables up to this program's version. Returns how many steps were taken. Of several processes
/// that start at once one does it, and the others wait.
pub async fn migrate(pool: &Pool) -> Result<usize> {
    const LOCK: i64 = 0x7461_6e62_6d69;
    let mut client = pool.get().await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    let report = migrations::migrations::runner().run_async(&mut **client).await;
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await?;
    Ok(report?.applied_migrations().len())
}
