//! Networks of those who send scans. An address is never kept: what is kept for the day is a hash of its /24 (/56 of
//! IPv6) and of its /16 (/40), under a salt that is made anew every day and dropped when the day is over.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use sha2::{Digest, Sha256};

use super::job::Network;
use super::store;
use crate::http::ClientAddress;
use crate::platform::problem::Result;

/// How long a salt is believed to be that of all processes: PostgreSQL forgets it in a crash.
const BELIEVED: Duration = Duration::from_mins(1);

/// The networks that an address belongs to, as they are: in memory only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefixes {
    near: u64,
    wide: u64,
}

impl From<ClientAddress> for Prefixes {
    fn from(address: ClientAddress) -> Self {
        Self { near: address.prefix(), wide: address.wide_prefix() }
    }
}

impl Prefixes {
    /// What stands for them today.
    pub(super) fn hashed(self, salt: &[u8]) -> Network {
        let hash = |kind: &[u8], prefix: u64| {
            let digest =
                Sha256::new().chain_update(salt).chain_update(kind).chain_update(prefix.to_be_bytes()).finalize();
            digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
        };
        Network { near: hash(b"near", self.near), wide: hash(b"wide", self.wide) }
    }
}

/// The salt of the day as this process knows it.
#[derive(Default)]
pub(super) struct Salts(Mutex<Option<(NaiveDate, Instant, Vec<u8>)>>);

impl Salts {
    /// The salt of a day; the first process that asks makes it. Not within a transaction: others must see it at once.
    pub(super) async fn of(&self, db: &impl GenericClient, day: NaiveDate) -> Result<Vec<u8>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((of, since, salt)) = known
            && of == day
            && since.elapsed() < BELIEVED
        {
            return Ok(salt);
        }
        let mut new = [0; 32];
        aws_lc_rs::rand::fill(&mut new).map_err(|_| crate::platform::problem::Error::internal("no random bytes"))?;
        let salt = store::find_or_make_salt(db, day, &new).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((day, Instant::now(), salt.clone()));
        Ok(salt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X46
    #[test]
    fn a_network_has_another_hash_every_day() {
        let address = |text: &str| Prefixes::from(ClientAddress(text.parse().expect("an address")));
        let (monday, tuesday) = (b"monday".as_slice(), b"tuesday".as_slice());
        let one = address("203.0.113.9").hashed(monday);
        assert_eq!(one, address("203.0.113.250").hashed(monday));
        let neighbour = address("203.0.114.9").hashed(monday);
        assert!(one.near != neighbour.near && one.wide == neighbour.wide);
        assert!(one.near != address("203.0.113.9").hashed(tuesday).near);
        assert_ne!(one.wide, address("203.1.113.9").hashed(monday).wide);
        let six = address("2001:db8:1:2ff:3::4").hashed(monday);
        assert_eq!(six, address("2001:db8:1:200::1").hashed(monday));
        assert!(six.near != address("2001:db8:1:300::1").hashed(monday).near);
        assert_eq!(six.wide, address("2001:db8:ff::1").hashed(monday).wide);
    }
}
