//! The list that a phone holds: taken in only when the root signed it and it is not older, kept over restarts, and
//! asked how far it can be relied on.
//!
//! A revocation reaches a phone with the next list. A list that was fetched, or found unchanged, within
//! [`TRUSTED_FOR`] settles what a seal is worth; an older one, such as the list that came with the app, still tells a
//! forged seal, and never vouches for a key that may have been revoked since.

use chrono::{DateTime, TimeDelta, Utc};
use marking::ed25519::{PublicSealKey, UnfitKey};
use serde::{Deserialize, Serialize};

use super::{KeyListRefused, LONGEST, OpenedKeyList, SignedKeyList};

/// How long after the register last confirmed it a list vouches for its keys: no revoked key is accepted longer.
pub const TRUSTED_FOR: TimeDelta = TimeDelta::hours(24);
/// After how long a phone that is online asks for the list again.
const DUE_AFTER: TimeDelta = TimeDelta::hours(6);
/// How far the clock of a phone may be behind.
const CLOCK_BEHIND: TimeDelta = TimeDelta::minutes(10);

/// The list that is held, and whom it is trusted from.
#[derive(Clone, Debug)]
pub struct KeyRing {
    root: PublicSealKey,
    held: Option<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    document: SignedKeyList,
    opened: OpenedKeyList,
    confirmed_at: Option<DateTime<Utc>>,
}

/// What is kept over restarts.
#[derive(Serialize, Deserialize)]
struct Kept {
    document: SignedKeyList,
    confirmed_at: Option<DateTime<Utc>>,
}

/// What became of a list that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is newer, and held from now on.
    New,
    /// It is the one that is held; that is confirmed anew.
    Confirmed,
}

/// How old the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Age {
    /// Its version.
    pub version: u64,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// When the register last served it to this phone; never, for one that came with the app.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Seconds since it was confirmed, or else since it was signed; zero when the clock says it lies ahead.
    pub seconds: u64,
    /// Whether it still vouches for its keys.
    pub trusted: bool,
}

/// What a seal is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The list with its keys.
    pub opened: &'a OpenedKeyList,
    /// How old it is.
    pub age: Age,
}

impl KeyRing {
    /// An empty ring that trusts this root: the 32 bytes of its public half.
    pub fn new(root: [u8; 32]) -> Result<Self, UnfitKey> {
        Ok(Self { root: PublicSealKey::new(root)?, held: None })
    }

    /// Takes the list that came with the app, where it is newer than what is held. It is never confirmed.
    pub fn take_bundled(&mut self, document: &[u8]) -> Result<(), KeyListRefused> {
        match self.take(document, None) {
            Ok(_) | Err(KeyListRefused::Rollback { .. }) => Ok(()),
            Err(refused) => Err(refused),
        }
    }

    /// Takes a list that the register served just now. Refuses one that is older than the list that is held.
    pub fn take_served(&mut self, document: &[u8], now: DateTime<Utc>) -> Result<Taken, KeyListRefused> {
        self.take(document, Some(now))
    }

    fn take(&mut self, document: &[u8], confirmed_at: Option<DateTime<Utc>>) -> Result<Taken, KeyListRefused> {
        let document = SignedKeyList::read(document)?;
        let opened = document.open(&self.root)?;
        let offered = opened.list.version;
        if let Some(held) = &mut self.held {
            let version = held.opened.list.version;
            if offered < version {
                return Err(KeyListRefused::Rollback { held: version, offered });
            }
            if offered == version {
                if held.document.list != document.list {
                    return Err(KeyListRefused::Changed(version));
                }
                held.confirmed_at = confirmed_at.or(held.confirmed_at);
                return Ok(Taken::Confirmed);
            }
        }
        self.held = Some(Held { document, opened, confirmed_at });
        Ok(Taken::New)
    }

    /// What the host keeps over a restart; empty when no list is held.
    pub fn save(&self) -> Vec<u8> {
        let kept =
            self.held.as_ref().map(|held| Kept { document: held.document.clone(), confirmed_at: held.confirmed_at });
        kept.and_then(|kept| serde_json::to_vec(&kept).ok()).unwrap_or_default()
    }

    /// Takes back what [`Self::save`] gave. It is checked like any list, and never replaces a newer one.
    pub fn restore(&mut self, kept: &[u8]) -> Result<(), KeyListRefused> {
        if kept.is_empty() {
            return Ok(());
        }
        if kept.len() > LONGEST * 2 {
            return Err(KeyListRefused::TooLong);
        }
        let kept: Kept = serde_json::from_slice(kept).map_err(|_| KeyListRefused::Malformed)?;
        let document = serde_json::to_vec(&kept.document).map_err(|_| KeyListRefused::Malformed)?;
        match self.take(&document, kept.confirmed_at) {
            Ok(_) | Err(KeyListRefused::Rollback { .. }) => Ok(()),
            Err(refused) => Err(refused),
        }
    }

    /// How old the list is; none when no list is held.
    pub fn age(&self, now: DateTime<Utc>) -> Option<Age> {
        let Held { opened, confirmed_at, .. } = self.held.as_ref()?;
        let since = confirmed_at.unwrap_or(opened.list.issued_at);
        let trusted = confirmed_at.is_some_and(|at| at - now <= CLOCK_BEHIND && now - at <= TRUSTED_FOR);
        Some(Age {
            version: opened.list.version,
            issued_at: opened.list.issued_at,
            confirmed_at: *confirmed_at,
            seconds: u64::try_from((now - since).num_seconds()).unwrap_or(0),
            trusted,
        })
    }

    /// Whether the host should ask the register for the list, next time it is online.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.age(now)
            .is_none_or(|age| age.confirmed_at.is_none_or(|at| now - at >= DUE_AFTER || at - now > CLOCK_BEHIND))
    }

    /// What seals are judged by; none when no list is held.
    pub fn grounds(&self, now: DateTime<Utc>) -> Option<Grounds<'_>> {
        Some(Grounds { opened: &self.held.as_ref()?.opened, age: self.age(now)? })
    }
}
