//! The stores that a command works on: those of the settings; else the private ones that a service runs
//! already; else private ones of its own, for as long as it takes.

use super::failure::{Failure, Outcome};
use crate::embedded::{Addresses, Embedded, Options, Parts};
use crate::platform::config::Config;

/// Whatever was started for the command.
pub(super) struct Stores(Option<Embedded>);

impl Stores {
    /// For a service, which starts what the settings don't name, and keeps it.
    pub(super) async fn for_service(config: &mut Config) -> Outcome<Self> {
        let Some(parts) = missing(config) else { return Ok(Self(None)) };
        let embedded = Embedded::start_with(&config.data_dir, Options { parts, ..Options::default() }).await;
        let embedded = embedded.map_err(Failure::Stores)?;
        fill(config, embedded.addresses().clone());
        Ok(Self(Some(embedded)))
    }

    /// For a command, which joins those of a running service if there is one.
    pub(super) async fn for_command(config: &mut Config) -> Outcome<Self> {
        if missing(config).is_some()
            && let Some(addresses) = Embedded::find_running(&config.data_dir).map_err(Failure::Stores)?
        {
            fill(config, addresses);
            return Ok(Self(None));
        }
        Self::for_service(config).await
    }

    /// Waits for what is done with them, and stops what was started.
    pub(super) async fn close_after<T>(self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let outcome = work.await;
        if let Some(embedded) = self.0 {
            embedded.stop().await;
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
