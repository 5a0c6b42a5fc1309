//! The stores that a command works on: those of the settings; else the private ones that a running service has started in
//! the same data folder; else, with `--private-stores`, private ones that are stopped when the command ends.

use stores::{Addresses, Options, Parts, PrivateStores};

use super::failure::{Failure, Outcome};
use crate::platform::config::Config;

/// The private stores that were started for the command, if any.
pub(super) struct Stores(Option<PrivateStores>);

impl Stores {
    /// For a service, which never shares the private stores of another.
    pub(super) async fn for_service(config: &mut Config) -> Outcome<Self> {
        let Some(parts) = missing(config) else { return Ok(Self(None)) };
        if !config.private_stores {
            return Err(Failure::NoStores);
        }
        let options = Options { parts, ..Options::default() };
        let private = PrivateStores::start_with(&config.data_dir, options).await.map_err(Failure::Stores)?;
        fill(config, private.addresses().clone());
        Ok(Self(Some(private)))
    }

    /// For a command, which uses those of a running service if there is one.
    pub(super) async fn for_command(config: &mut Config) -> Outcome<Self> {
        if missing(config).is_some()
            && let Some(addresses) = PrivateStores::find_running(&config.data_dir).map_err(Failure::Stores)?
        {
            fill(config, addresses);
            return Ok(Self(None));
        }
        Self::for_service(config).await
    }

    /// For a command that needs PostgreSQL alone.
    pub(super) async fn for_database(config: &mut Config) -> Outcome<Self> {
        if config.database_url.is_some() { Ok(Self(None)) } else { Self::for_command(config).await }
    }

    /// Waits for the work that uses them, and stops what was started.
    pub(super) async fn close_after<T>(self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let outcome = work.await;
        if let Some(private) = self.0 {
            private.stop().await;
        }
        outcome
    }
}

fn missing(config: &Config) -> Option<Parts> {
    match (&config.database_url, &config.redis_url) {
        (None, None) => Some(Parts::Both),
        (None, Some(_)) => Some(Parts::Postgres),
        (Some(_), None) => Some(Parts::Redis),
        (Some(_), Some(_)) => None,
    }
}

fn fill(config: &mut Config, addresses: Addresses) {
    config.database_url.get_or_insert(addresses.database_url);
    config.redis_url.get_or_insert(addresses.redis_url);
}
