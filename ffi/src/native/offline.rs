//! Judging codes without the register.

#![allow(clippy::needless_pass_by_value, reason = "an owned list of bytes is an ordinary array on the other side")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use mobile_core::key_list::{self, KeyListRefused, KeyRing};
use mobile_core::products::Products;
use mobile_core::{card, offline};

use super::cards::{AnswerError, Card};
use super::{Language, instant, system_time};

/// What the phone knows without the register: the list of keys, and product cards.
///
/// Cheap to keep for the life of the app. Several threads may use it.
#[derive(Debug, uniffi::Object)]
pub struct Offline(Mutex<Known>);

#[derive(Debug)]
struct Known {
    ring: KeyRing,
    products: Products,
}

/// How old the list of keys is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct KeyListAge {
    /// Its version.
    pub version: u64,
    /// When it was signed.
    pub issued_at: SystemTime,
    /// When the register last served it to this phone; never, for one that came with the app.
    pub confirmed_at: Option<SystemTime>,
    /// Seconds since it was confirmed, or else since it was signed.
    pub seconds: u64,
    /// Whether it still vouches for its keys: for 24 hours after it was confirmed.
    pub trusted: bool,
}

/// What became of a list that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Taken {
    /// It is newer, and held from now on.
    New,
    /// It is the one that is held; that is confirmed anew.
    Confirmed,
}

/// Why a list of keys is not taken. The one that is held stays in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyListError {
    /// The root is no public key: 32 bytes.
    #[error("the root is no public key")]
    NoRoot,
    /// Longer than any list.
    #[error("longer than any list of keys")]
    TooLong,
    /// Not a list in a format that this version knows: the app may be too old.
    #[error("not a list of keys in a format that this version knows")]
    Malformed,
    /// The root did not sign it: the connection may be tampered with.
    #[error("the signature is not the root's")]
    WrongSignature,
    /// Older than the list that is held: a cache on the way may be stale.
    #[error("version {offered} is behind version {held}, which is held")]
    Rollback {
        /// The version that is held.
        held: u64,
        /// The version that was offered.
        offered: u64,
    },
    /// Another list under the version that is held.
    #[error("another list under the version that is held, {version}")]
    Changed {
        /// That version.
        version: u64,
    },
}

impl From<KeyListRefused> for KeyListError {
    fn from(refused: KeyListRefused) -> Self {
        match refused {
            KeyListRefused::TooLong => Self::TooLong,
            KeyListRefused::Malformed => Self::Malformed,
            KeyListRefused::WrongSignature => Self::WrongSignature,
            KeyListRefused::Rollback { held, offered } => Self::Rollback { held, offered },
            KeyListRefused::Changed(version) => Self::Changed { version },
        }
    }
}

#[uniffi::export]
impl Offline {
    /// Trusts this root: the 32 bytes of its public half, which are built into the app.
    #[uniffi::constructor]
    pub fn new(root: Vec<u8>) -> Result<Self, KeyListError> {
        let root = root.try_into().map_err(|_| KeyListError::NoRoot)?;
        let ring = KeyRing::new(root).map_err(|_| KeyListError::NoRoot)?;
        Ok(Self(Mutex::new(Known { ring, products: Products::default() })))
    }

    /// Takes the list that came with the app, where it is newer than what is held. It vouches for nothing by itself.
    pub fn take_bundled(&self, document: Vec<u8>) -> Result<(), KeyListError> {
        Ok(self.known().ring.take_bundled(&document)?)
    }

    /// Takes a list that the register served just now: the body of `GET /v1/keys`.
    pub fn take_served(&self, document: Vec<u8>, now: SystemTime) -> Result<Taken, KeyListError> {
        Ok(match self.known().ring.take_served(&document, instant(now))? {
            key_list::Taken::New => Taken::New,
            key_list::Taken::Confirmed => Taken::Confirmed,
        })
    }

    /// How old the list is; none when no list is held.
    pub fn age(&self, now: SystemTime) -> Option<KeyListAge> {
        let age = self.known().ring.age(instant(now))?;
        Some(KeyListAge {
            version: age.version,
            issued_at: system_time(age.issued_at),
            confirmed_at: age.confirmed_at.map(system_time),
            seconds: age.seconds,
            trusted: age.trusted,
        })
    }

    /// Whether to ask the register for the list, next time there is a connection.
    pub fn is_due(&self, now: SystemTime) -> bool {
        self.known().ring.is_due(instant(now))
    }

    /// The list of keys, to keep over a restart.
    pub fn save_keys(&self) -> Vec<u8> {
        self.known().ring.save()
    }

    /// Takes back what `saveKeys` gave. It is checked like any list.
    pub fn restore_keys(&self, kept: Vec<u8>) -> Result<(), KeyListError> {
        Ok(self.known().ring.restore(&kept)?)
    }

    /// Learns the product in an answer of the register, so that offline answers can name it.
    pub fn learn(&self, answer: &str, now: SystemTime) -> Result<(), AnswerError> {
        Ok(self.known().products.learn(answer, instant(now))?)
    }

    /// The product cards, to keep over a restart.
    pub fn save_products(&self) -> Vec<u8> {
        self.known().products.save()
    }

    /// Takes back what `saveProducts` gave; what can't be read is forgotten.
    pub fn restore_products(&self, kept: Vec<u8>) {
        self.known().products = Products::restore(&kept);
    }

    /// What can be said of a code without the register, as a card.
    ///
    /// Its verdict is `issued`, `forged-seal`, `misread` or `unknown-offline`.
    pub fn judge(&self, text: &str, language: Language, now: SystemTime) -> Card {
        let known = self.known();
        let answer = offline::judge(&known.ring, &known.products, text, instant(now));
        card::of_offline(&answer, language.into())
    }
}

impl Offline {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
