//! The list of seal keys for phones: made from the cards of the keys, signed by the offline root, published in
//! versions that only rise. The format is that of `mobile-core`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound, Utc};
use marking::ed25519::PublicSealKey;
use marking::seal;
use mobile_core::key_list::{FORMAT, KeyList, LONGEST, ListedKey, SignedKeyList};
use serde::Serialize;
use utoipa::ToSchema;

use super::key::{KeyCard, KeyState, Purpose};
use crate::platform::problem::{Error, FieldFault, Result};

/// A signed list as it is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SealKeyList)]
pub(crate) struct PublishedKeyList {
    /// The name of the format, over which the signature stands too.
    #[schema(example = "tanba-key-list-1")]
    pub(crate) format: String,
    /// The public half of the root that signed it, 64 hexadecimal digits. An app has its own from whoever built it, or
    /// keeps that of its first visit; it believes no other.
    #[schema(example = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    pub(crate) root: String,
    /// The list as JSON text: `version`, `issued_at`, and `keys` with `id`, `group`, `state` and, where phones can check
    /// their seals, `public`. The signature stands over `format`, a line feed and these bytes.
    #[schema(example = r#"{"version":1,"issued_at":"2026-11-20T12:00:00Z","keys":[]}"#)]
    pub(crate) list: String,
    /// The root's Ed25519 signature, Base64.
    pub(crate) signature: String,
    #[serde(skip)]
    pub(crate) version: i64,
}

/// What the list says of the keys at an instant.
pub(super) fn listed(cards: &[KeyCard], now: DateTime<Utc>) -> Vec<ListedKey> {
    cards
        .iter()
        .filter_map(|card| {
            let Purpose::Seal(group) = card.purpose else { return None };
            Some(ListedKey {
                id: card.id.parse().ok()?,
                group,
                // Phones should know a key before it signs.
                state: match card.state(now) {
                    KeyState::Next | KeyState::Active => seal::KeyState::Active,
                    KeyState::Retired => seal::KeyState::Retired,
                    KeyState::Revoked => seal::KeyState::Revoked,
                },
                public: card.public.as_ref().map(|public| STANDARD.encode(public)),
            })
        })
        .collect()
}

/// The next list, not signed yet.
pub(super) fn next(cards: &[KeyCard], latest: Option<&PublishedKeyList>, now: DateTime<Utc>) -> KeyList {
    let version = latest.map_or(0, |latest| latest.version).unsigned_abs() + 1;
    KeyList { version, issued_at: now.trunc_subsecs(0), keys: listed(cards, now) }
}

/// Whether a list still says what is so.
pub(super) fn is_current(published: &PublishedKeyList, cards: &[KeyCard], now: DateTime<Utc>) -> bool {
    serde_json::from_str::<KeyList>(&published.list).is_ok_and(|list| list.keys == listed(cards, now))
}

/// A signed list, ready to be published after the latest. Refuses another root's, and a version that doesn't rise.
pub(super) fn checked(
    signed: SignedKeyList,
    root: [u8; 32],
    latest: Option<&PublishedKeyList>,
) -> Result<PublishedKeyList> {
    let refused = |why: &'static str| Error::Conflict("key-list-refused", vec![FieldFault::new("list", why)]);
    let public = PublicSealKey::new(root).map_err(|_| refused("field-not-the-root"))?;
    let opened = signed.open(&public).map_err(|_| refused("field-not-the-root"))?;
    let root = hex::encode(root);
    let version = i64::try_from(opened.list.version).map_err(|_| refused("field-version-behind"))?;
    if let Some(latest) = latest {
        if latest.root != root {
            return Err(refused("field-not-the-root"));
        }
        if version <= latest.version {
            return Err(refused("field-version-behind"));
        }
    }
    let published =
        PublishedKeyList { format: signed.format, root, list: signed.list, signature: signed.signature, version };
    if published.format != FORMAT || published.document()?.len() > LONGEST {
        return Err(refused("field-too-long"));
    }
    Ok(published)
}

impl PublishedKeyList {
    /// The text that is stored and served.
    pub(super) fn document(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Reads a stored list back.
    pub(super) fn stored(version: i64, root: String, document: &str) -> Result<Self> {
        let SignedKeyList { format, list, signature } =
            SignedKeyList::read(document.as_bytes()).map_err(Error::internal)?;
        Ok(Self { format, root, list, signature, version })
    }
}
