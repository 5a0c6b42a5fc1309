//! What a key is for, how long it signs, and the rules of rotation and revocation. Pure.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use marking::layout::{Group, TailKind};

/// The longest that a key may sign: six months, counted as 180 days.
pub(crate) const SIGNS_FOR: TimeDelta = TimeDelta::days(180);
/// How long before its end a key gets its successor.
const SUCCESSION: TimeDelta = TimeDelta::days(7);
/// How long a new key is known before it signs: three times the interval at which processes look for news.
pub(crate) const LEAD: TimeDelta = TimeDelta::seconds(30);

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Seals the codes (of alcohol: the stamps) of a product group.
    Seal(Group),
    /// Turns places into serials. There is one for ever: another would orphan every code.
    Serial,
    /// Signs access tokens.
    Token,
    /// Encrypts contacts of reporters and second factors of accounts.
    Contact,
    /// Names the register to push services. There is one for ever: browsers subscribe to messages under it.
    Push,
}

/// How a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// A signature that anybody can check.
    Ed25519,
    /// A code that only the server can check.
    HmacSha256,
    /// Format-preserving encryption of places.
    Ff1Aes256,
    /// Encryption of data at rest.
    Aes256Gcm,
    /// A signature over P-256, as RFC 8292 asks for.
    Es256,
}

/// A purpose or algorithm that this version doesn't know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a purpose or algorithm of a key that this version knows")]
pub struct UnknownKind;

impl Purpose {
    /// Every purpose; one key of each is made on the first start.
    pub fn all() -> impl Iterator<Item = Self> {
        Group::ALL.into_iter().map(Self::Seal).chain([Self::Serial, Self::Token, Self::Contact, Self::Push])
    }

    /// The name without the group.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Seal(_) => "seal",
            Self::Serial => "serial",
            Self::Token => "token",
            Self::Contact => "contact",
            Self::Push => "push",
        }
    }

    /// The product group: seals only.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::Seal(group) => Some(group),
            _ => None,
        }
    }

    /// Whether keys for it sign for a time and are followed by others.
    pub fn rotates(self) -> bool {
        matches!(self, Self::Seal(_) | Self::Token)
    }

    /// How keys for it work.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Seal(group) => match group.layout().tail {
                TailKind::Ed25519 => Algorithm::Ed25519,
                TailKind::Hmac | TailKind::Short | TailKind::Mark => Algorithm::HmacSha256,
            },
            Self::Serial => Algorithm::Ff1Aes256,
            Self::Token => Algorithm::Ed25519,
            Self::Contact => Algorithm::Aes256Gcm,
            Self::Push => Algorithm::Es256,
        }
    }

    /// Reads the two columns back.
    pub(crate) fn read(slug: &str, group: Option<&str>) -> Result<Self, UnknownKind> {
        match (slug, group) {
            ("seal", Some(group)) => group.parse().map(Self::Seal).map_err(|_| UnknownKind),
            ("serial", None) => Ok(Self::Serial),
            ("token", None) => Ok(Self::Token),
            ("contact", None) => Ok(Self::Contact),
            ("push", None) => Ok(Self::Push),
            _ => Err(UnknownKind),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seal(group) => write!(formatter, "seal:{group}"),
            other => formatter.pad(other.slug()),
        }
    }
}

impl FromStr for Purpose {
    type Err = UnknownKind;

    /// Reads `token`, `seal:shoes` and so on, as [`fmt::Display`] writes them.
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text.split_once(':') {
            Some((slug, group)) => Self::read(slug, Some(group)),
            None => Self::read(text, None),
        }
    }
}

impl Algorithm {
    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::HmacSha256 => "hmac-sha256",
            Self::Ff1Aes256 => "ff1-aes-256",
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Es256 => "es256",
        }
    }
}

/// What is known of a key besides its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCard {
    /// Its name: four characters for seals, longer for the rest.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The public half, where there is one.
    pub public: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when it signs.
    pub signs_from: DateTime<Utc>,
    /// Until when; none for keys that never change.
    pub signs_until: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Known to verifiers, doesn't sign yet.
    Next,
    /// May sign.
    Active,
    /// Signs nothing new, still verifies.
    Retired,
    /// Not believed any more.
    Revoked,
}

impl KeyState {
    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }
}

impl KeyCard {
    /// Where it stands at an instant.
    pub fn state(&self, now: DateTime<Utc>) -> KeyState {
        if self.revoked_at.is_some_and(|at| at <= now) {
            KeyState::Revoked
        } else if self.signs_until.is_some_and(|until| until <= now) {
            KeyState::Retired
        } else if self.signs_from > now {
            KeyState::Next
        } else {
            KeyState::Active
        }
    }
}

/// The key that signs for a purpose at an instant: of the active ones that which became so last. If there is none
/// and keys were made in what this clock calls the future, the clock is behind (R5), and the first of them signs.
pub(crate) fn signing(cards: &[KeyCard], purpose: Purpose, now: DateTime<Utc>) -> Option<&KeyCard> {
    let order = |card: &&KeyCard| (card.signs_from, card.created_at);
    let own = || cards.iter().filter(|card| card.purpose == purpose);
    let active = own().filter(|card| card.state(now) == KeyState::Active).max_by_key(order);
    let ahead = |card: &&KeyCard| card.state(now) == KeyState::Next && card.created_at > now;
    active.or_else(|| own().filter(ahead).min_by_key(order))
}

/// Whether a purpose needs another key: nothing signs, or what signs or will sign ends within a week.
pub(crate) fn is_due(cards: &[KeyCard], purpose: Purpose, now: DateTime<Utc>) -> bool {
    let usable = |card: &KeyCard| {
        card.purpose == purpose
            && matches!(card.state(now), KeyState::Active | KeyState::Next)
            && card.signs_until.is_none_or(|until| until > now + SUCCESSION)
    };
    !cards.iter().any(usable)
}

/// From when a new key signs: after a moment in which everybody learns of it. At once when it is the first
/// of its purpose, or when nobody can sign tokens: a token names its key, so that a verifier asks for it; a
/// short seal names none, and would be called forged by those who don't know the key yet.
pub(crate) fn first_signature(cards: &[KeyCard], purpose: Purpose, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = !cards.iter().any(|card| card.purpose == purpose);
    let bridged = signing(cards, purpose, now).is_some();
    if first || (purpose == Purpose::Token && !bridged) { now } else { now + LEAD }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SEAL: Purpose = Purpose::Seal(Group::Shoes);

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    fn card(id: &str, from: i64) -> KeyCard {
        KeyCard {
            id: id.to_owned(),
            purpose: SEAL,
            public: None,
            created_at: day(from),
            signs_from: day(from),
            signs_until: Some(day(from) + SIGNS_FOR),
            revoked_at: None,
        }
    }

    #[test]
    fn a_purpose_reads_back() {
        for purpose in Purpose::all() {
            assert_eq!(purpose.to_string().parse(), Ok(purpose));
            assert_eq!(Purpose::read(purpose.slug(), purpose.group().map(Group::slug)), Ok(purpose));
        }
        for text in ["seal", "seal:bread", "token:shoes", "", "tokens"] {
            assert_eq!(text.parse::<Purpose>(), Err(UnknownKind), "{text}");
        }
    }

    /// No key signs for more than six months, and none is taken up late.
    #[test]
    fn a_key_signs_for_its_time_and_is_followed_a_week_before_its_end() {
        let cards = [card("old1", 0)];
        assert_eq!(cards[0].state(day(-1)), KeyState::Next);
        assert_eq!(signing(&cards, SEAL, day(179)).unwrap().id, "old1");
        assert_eq!(signing(&cards, SEAL, day(180)), None);
        assert_eq!(signing(&cards, SEAL, day(-1)).unwrap().id, "old1", "the clock is behind");
        assert_eq!(cards[0].state(day(180)), KeyState::Retired);
        assert!(!is_due(&cards, SEAL, day(172)) && is_due(&cards, SEAL, day(173)) && is_due(&cards, SEAL, day(500)));
        assert!(is_due(&cards, Purpose::Token, day(0)), "nothing signs tokens");
    }

    /// X15: verifiers learn of a new key before anything is signed with it.
    #[test]
    fn the_old_key_signs_until_the_new_one_is_known() {
        let now = day(100);
        let mut cards = vec![card("old1", 0)];
        let from = first_signature(&cards, SEAL, now);
        assert_eq!(from, now + LEAD);
        cards.push(KeyCard { signs_from: from, created_at: now, ..card("new1", 100) });
        assert_eq!(signing(&cards, SEAL, now).unwrap().id, "old1");
        assert_eq!(signing(&cards, SEAL, from).unwrap().id, "new1");
        assert!(!is_due(&cards, SEAL, now));
    }

    #[test]
    fn a_revoked_key_signs_nothing_and_gets_a_successor() {
        for (purpose, wait) in [(SEAL, LEAD), (Purpose::Token, TimeDelta::zero())] {
            assert_eq!(first_signature(&[], purpose, day(10)), day(10), "the first of its purpose");
            let cards = [KeyCard { purpose, revoked_at: Some(day(10)), ..card("old1", 0) }];
            assert_eq!(cards[0].state(day(10)), KeyState::Revoked);
            assert_eq!(signing(&cards, purpose, day(10)), None);
            assert!(is_due(&cards, purpose, day(10)));
            assert_eq!(first_signature(&cards, purpose, day(10)), day(10) + wait);
        }
    }
}
