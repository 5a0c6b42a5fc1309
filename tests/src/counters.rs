//! What the stores themselves count: the proof that something did not reach them.

use std::ops::Sub;

use tokio_postgres::NoTls;

/// Counts since both stores started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Commands that Redis has processed, without those that asked for this.
    pub redis_commands: u64,
    /// Transactions that PostgreSQL has ended in one database. Its idle sessions tell theirs up to ten seconds late.
    pub postgres_transactions: u64,
}

impl Counters {
    /// Reads both. `database_url` is that of the database `postgres`, so that asking does not count itself.
    pub async fn read(redis_url: &str, database_url: &str, database: &str) -> Self {
        let client = redis::Client::open(redis_url).expect("an address");
        let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
        let info: String = redis::cmd("INFO").arg("everything").query_async(&mut redis).await.expect("Redis answers");
        // Each reading says hello and names itself, more or less of it by version: none of these is about data.
        let idle = ["hello", "client|setinfo", "client|setname", "info", "select", "auth"];
        let calls = info.lines().filter_map(|line| {
            let (name, counts) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let calls: u64 = counts.split(',').next()?.parse().ok()?;
            (!idle.contains(&name)).then_some(calls)
        });
        let redis_commands = calls.sum();
        let (client, connection) = tokio_postgres::connect(database_url, NoTls).await.expect("PostgreSQL answers");
        let connection = tokio::spawn(connection);
        let count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
        let row = client.query_one(count, &[&database]).await.expect("PostgreSQL counts");
        let postgres_transactions = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        drop(client);
        let _ = connection.await;
        Self { redis_commands, postgres_transactions }
    }
}

impl Sub for Counters {
    type Output = Self;

    /// What came between two readings.
    fn sub(self, earlier: Self) -> Self {
        Self {
            redis_commands: self.redis_commands.saturating_sub(earlier.redis_commands),
            postgres_transactions: self.postgres_transactions.saturating_sub(earlier.postgres_transactions),
        }
    }
}
