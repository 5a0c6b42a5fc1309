//! The list of keys that seals are checked with offline: signed by an offline root, with a version that only rises.
//!
//! The document is a JSON object: `format`, `list` (itself a JSON text, as a string) and `signature` (Base64, 64 bytes
//! of Ed25519). The signature stands over the format's name, a line feed and the bytes of `list`, so nothing has to be
//! written in a canonical way. Phones trust no list but one that the root signed; they have the root's public half
//! from whoever built the app.
//!
//! Refused, each by name: a document that is too long or malformed, another signature, a key twice, a version behind
//! the one that is held, another list under the same version.

mod ring;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use marking::ed25519::{PublicSealKey, SIGNATURE_BYTES, SecretSealKey};
use marking::layout::Group;
use marking::seal::{KeyId, KeyState};
use marking::seal_keys::{SealKey, SealKeys, SealMaterial};
use serde::{Deserialize, Serialize};

pub use self::ring::{Age, Grounds, KeyRing, TRUSTED_FOR, Taken};

/// The name of the format, over which the signature stands too.
pub const FORMAT: &str = "tanba-key-list-1";

/// The longest document that is read, in bytes: some two thousand keys, enough for decades of eight groups.
pub const LONGEST: usize = 512 * 1024;

/// The list itself, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyList {
    /// Rises with every list that is signed; none is taken in place of a higher one.
    pub version: u64,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// Every key that seals codes, or ever did.
    pub keys: Vec<ListedKey>,
}

/// A key of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedKey {
    /// Its name, as codes carry it.
    pub id: KeyId,
    /// The group whose codes it seals.
    pub group: Group,
    /// What it may still do.
    pub state: KeyState,
    /// The public half (Base64, 32 bytes); none for keys whose seals the register alone can check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
}

/// A signed list, as it is served and stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedKeyList {
    /// [`FORMAT`].
    pub format: String,
    /// The [`KeyList`] as JSON text; the signature stands over its bytes.
    pub list: String,
    /// The root's signature, Base64.
    pub signature: String,
}

/// Why a list is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyListRefused {
    /// Longer than any list.
    #[error("longer than any list of keys")]
    TooLong,
    /// Not a list of this format, or a key in it is unfit or stands twice.
    #[error("not a list of keys in a format that this version knows")]
    Malformed,
    /// The root did not sign it.
    #[error("the signature is not the root's")]
    WrongSignature,
    /// A newer list is held already.
    #[error("version {offered} is behind version {held}, which is held")]
    Rollback {
        /// The version that is held.
        held: u64,
        /// The version that was offered.
        offered: u64,
    },
    /// Another list under the version that is held: the root signed two.
    #[error("another list under the version that is held, {0}")]
    Changed(u64),
}

impl KeyListRefused {
    /// The stable name.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Malformed => "malformed",
            Self::WrongSignature => "wrong-signature",
            Self::Rollback { .. } => "rollback",
            Self::Changed(_) => "changed",
        }
    }
}

/// A list whose signature holds, and the set that its keys make.
#[derive(Clone, Debug)]
pub struct OpenedKeyList {
    /// The list.
    pub list: KeyList,
    /// Those of its keys that a phone can check seals with.
    pub seals: SealKeys,
}

impl KeyList {
    /// Signs the list.
    pub fn sign(&self, root: &SecretSealKey) -> SignedKeyList {
        let list = serde_json::to_string(self).unwrap_or_default();
        let signature = BASE64_STANDARD.encode(root.sign(&message(&list)));
        SignedKeyList { format: FORMAT.to_owned(), list, signature }
    }

    /// The key of this name.
    pub fn find(&self, id: KeyId) -> Option<&ListedKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl SignedKeyList {
    /// Reads a document, without trusting it yet.
    pub fn read(document: &[u8]) -> Result<Self, KeyListRefused> {
        if document.len() > LONGEST {
            return Err(KeyListRefused::TooLong);
        }
        let read: Self = serde_json::from_slice(document).map_err(|_| KeyListRefused::Malformed)?;
        if read.format == FORMAT { Ok(read) } else { Err(KeyListRefused::Malformed) }
    }

    /// The list, if the root signed it.
    pub fn open(&self, root: &PublicSealKey) -> Result<OpenedKeyList, KeyListRefused> {
        let mut signature = [0; SIGNATURE_BYTES];
        let read = BASE64_STANDARD.decode_slice(&self.signature, &mut signature);
        // The signature comes first: nothing of a list that the root didn't sign is looked at.
        if read != Ok(SIGNATURE_BYTES) || !root.verify(&message(&self.list), &signature) {
            return Err(KeyListRefused::WrongSignature);
        }
        let list: KeyList = serde_json::from_str(&self.list).map_err(|_| KeyListRefused::Malformed)?;
        let mut ids: Vec<_> = list.keys.iter().map(|key| key.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(KeyListRefused::Malformed);
        }
        let keys = list.keys.iter().filter_map(|key| key.public.as_deref().map(|public| seal_key(key, public)));
        let keys = keys.collect::<Option<Vec<_>>>().ok_or(KeyListRefused::Malformed)?;
        let seals = SealKeys::new(keys).map_err(|_| KeyListRefused::Malformed)?;
        Ok(OpenedKeyList { list, seals })
    }
}

fn message(list: &str) -> Vec<u8> {
    [FORMAT.as_bytes(), b"\n", list.as_bytes()].concat()
}

fn seal_key(key: &ListedKey, public: &str) -> Option<SealKey> {
    let mut bytes = [0; 32];
    let read = BASE64_STANDARD.decode_slice(public, &mut bytes);
    let public = (read == Ok(32)).then(|| PublicSealKey::new(bytes).ok())??;
    Some(SealKey { id: key.id, group: key.group, state: key.state, material: SealMaterial::Ed25519(public) })
}

#[cfg(test)]
pub(crate) mod tests;
