//! What the audit keeps of the network of somebody who was promised to stay unknown: a hash under a key of the day. It tells
//! deeds of one network on one day from those of others. Two days later the key is deleted, and nothing leads from the hash
//! to a network any more, also not by trying all of them.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::store;
use crate::keys;
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Bytes of the hash that are kept.
const KEPT: usize = 8;

/// The key of today. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Networks(Arc<Mutex<Option<DayKey>>>);

/// A day and its key.
type DayKey = (NaiveDate, Vec<u8>);

impl std::fmt::Debug for Networks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Networks").finish_non_exhaustive()
    }
}

impl Networks {
    /// What stands in the audit for a network on this day.
    pub(crate) async fn name(&self, db: &impl GenericClient, prefix: u64, day: NaiveDate) -> Result<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let key = match known {
            Some((of, key)) if of == day => key,
            _ => {
                let new = keys::random::<32>();
                let key = store::find_day_key(db, day, new.as_slice()).await?;
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((day, key.clone()));
                key
            }
        };
        Ok(hashed(&key, prefix))
    }
}

fn hashed(key: &[u8], prefix: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key will do");
    mac.update(&prefix.to_be_bytes());
    hex::encode(&mac.finalize().into_bytes()[..KEPT])
}

/// Details of the audit with the name of a network among them.
pub(crate) fn with_network(mut details: Value, network: &str) -> Value {
    details["network"] = json!(network);
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X67
    #[test]
    fn one_network_has_one_name_a_day() {
        assert_eq!(hashed(&[1; 32], 7), hashed(&[1; 32], 7));
        assert_ne!(hashed(&[1; 32], 7), hashed(&[2; 32], 7));
        assert_ne!(hashed(&[1; 32], 7), hashed(&[1; 32], 8));
        assert_eq!(hashed(&[1; 32], 7).len(), 2 * KEPT);
        assert_eq!(with_network(json!({ "photos": 2 }), "ab"), json!({ "photos": 2, "network": "ab" }));
    }
}
