//! Access tokens: signed with Ed25519, ten minutes long. What a token says is only who asks and since when;
//! what the person may do is looked up, so that a role taken away is gone.
//!
//! Refused (X11 to X13): any algorithm but `EdDSA`; a token that brings its own key or points to one; a key
//! id of another shape than ours; another issuer, audience or type; times that don't hold by our clock.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::{KeySet, Keys};
use crate::platform::problem::{Error, Result};

/// How long an access token holds.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How far the clocks of two of our servers may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(10);
/// The longest token that is looked at, in bytes; ours have about 400.
const LONGEST: usize = 1_024;

const ISSUER: &str = "tanba";
const AUDIENCE: &str = "tanba-api";
/// The header's type (RFC 9068), and the claim that tells an access token from any other.
const HEADER_TYPE: &str = "at+jwt";
const KIND: &str = "access";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub(crate) sub: Uuid,
    typ: String,
    /// The family: the sign-in from which this token descends.
    pub(crate) fam: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Why a token is refused. All of them look alike from outside, but for the one that is merely old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// It isn't one of ours, or was changed.
    Foreign,
    /// It names a key that this set doesn't know.
    UnknownKey,
    /// It was ours; its time has run out.
    Expired,
}

/// Signs a token for an account, which holds ten minutes, but not longer than its family.
pub(crate) fn issue(
    keys: &KeySet,
    account: Uuid,
    family: Uuid,
    now: DateTime<Utc>,
    family_ends: DateTime<Utc>,
) -> Result<Option<(String, TimeDelta)>> {
    let Some(key) = keys.token_signer(now) else { return Ok(None) };
    let lifetime = LIFETIME.min(family_ends - now);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: account,
        typ: KIND.to_owned(),
        fam: family,
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: (now + lifetime).timestamp(),
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(HEADER_TYPE.to_owned());
    header.kid = Some(key.id.clone());
    let token = jsonwebtoken::encode(&header, &claims, &key.signs).map_err(Error::internal)?;
    Ok(Some((token, lifetime)))
}

/// Checks a token. A key that this process doesn't know is looked for once before it is refused (X15).
pub(crate) async fn verify(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Claims> {
    let mut result = check(&keys.current(), token, now);
    if result == Err(Refused::UnknownKey) {
        result = check(&*keys.fresh().await?, token, now);
    }
    result.map_err(|refused| match refused {
        Refused::Foreign | Refused::UnknownKey => Error::Unauthenticated("unauthenticated"),
        Refused::Expired => Error::Unauthenticated("token-expired"),
    })
}

fn check(keys: &KeySet, token: &str, now: DateTime<Utc>) -> Result<Claims, Refused> {
    if token.len() > LONGEST {
        return Err(Refused::Foreign);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Foreign)?;
    let key = keys.token_key(key_id(&header)?, now).ok_or(Refused::UnknownKey)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // Times are compared below, by our own clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.verifies, &rules).map_err(|_| Refused::Foreign)?.claims;
    times(&claims, now)?;
    Ok(claims)
}

/// The id of the key that a header names. A header may name one and no more: what it brings or points to
/// is never looked at, and a demand that we don't know is not met.
fn key_id(header: &Header) -> Result<&str, Refused> {
    let brings_a_key = header.jwk.is_some()
        || header.jku.is_some()
        || header.x5u.is_some()
        || header.x5c.is_some()
        || header.x5t.is_some()
        || header.x5t_s256.is_some();
    let demands = header.crit.is_some() || header.enc.is_some() || header.zip.is_some() || header.cty.is_some();
    if brings_a_key || demands || header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(HEADER_TYPE) {
        return Err(Refused::Foreign);
    }
    let id = header.kid.as_deref().unwrap_or_default();
    if id.len() == 8 && marking::alphabet::SHORT.holds(id) { Ok(id) } else { Err(Refused::Foreign) }
}

fn times(claims: &Claims, now: DateTime<Utc>) -> Result<(), Refused> {
    let (now, leeway) = (now.timestamp(), LEEWAY.num_seconds());
    let lives = claims.exp.checked_sub(claims.iat).filter(|lives| (0..=LIFETIME.num_seconds()).contains(lives));
    if claims.typ != KIND || lives.is_none() || claims.nbf > now + leeway || claims.iat > now + leeway {
        Err(Refused::Foreign)
    } else if now >= claims.exp + leeway {
        Err(Refused::Expired)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, encode};
    use serde_json::{Value, json};

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn issued(keys: &KeySet) -> String {
        let end = now() + TimeDelta::hours(10);
        issue(keys, Uuid::from_u128(1), Uuid::from_u128(2), now(), end).unwrap().unwrap().0
    }

    /// A token with changes to its header and claims, signed with the right key.
    fn signed(keys: &KeySet, header: impl FnOnce(&mut Header), claims: impl FnOnce(&mut Value)) -> String {
        let key = keys.token_signer(now()).unwrap();
        let mut head = jsonwebtoken::decode_header(issued(keys)).unwrap();
        let parts = issued(keys);
        let body = URL_SAFE_NO_PAD.decode(parts.split('.').nth(1).unwrap()).unwrap();
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        header(&mut head);
        claims(&mut body);
        encode(&head, &body, &key.signs).unwrap()
    }

    /// A token with this very header, signed with the right key.
    fn with_header(keys: &KeySet, header: &Value) -> String {
        let token = issued(keys);
        let body = token.split('.').nth(1).unwrap();
        let message = format!("{}.{body}", URL_SAFE_NO_PAD.encode(header.to_string()));
        let key = &keys.token_signer(now()).unwrap().signs;
        format!("{message}.{}", jsonwebtoken::crypto::sign(message.as_bytes(), key, Algorithm::EdDSA).unwrap())
    }

    fn refused(keys: &KeySet, token: &str) -> Refused {
        check(keys, token, now()).unwrap_err()
    }

    #[test]
    fn a_token_of_ours_holds_for_ten_minutes() {
        let keys = KeySet::for_tests(now());
        let token = issued(&keys);
        let claims = check(&keys, &token, now()).unwrap();
        assert_eq!((claims.sub, claims.fam), (Uuid::from_u128(1), Uuid::from_u128(2)));
        assert!(check(&keys, &token, now() + LIFETIME).is_ok(), "within the leeway");
        assert_eq!(check(&keys, &token, now() + LIFETIME + LEEWAY), Err(Refused::Expired));
        assert!(check(&keys, &token, now() - LEEWAY).is_ok());
        assert_eq!(check(&keys, &token, now() - LEEWAY - TimeDelta::seconds(1)), Err(Refused::Foreign));
    }

    #[test]
    fn a_token_does_not_outlive_its_family() {
        let keys = KeySet::for_tests(now());
        let end = now() + TimeDelta::minutes(1);
        let (token, lifetime) = issue(&keys, Uuid::nil(), Uuid::nil(), now(), end).unwrap().unwrap();
        assert_eq!(lifetime, TimeDelta::minutes(1));
        assert_eq!(check(&keys, &token, end + LEEWAY), Err(Refused::Expired));
    }

    /// X11
    #[test]
    fn other_algorithms_are_refused() {
        let keys = KeySet::for_tests(now());
        let key = keys.token_signer(now()).unwrap();
        let body = issued(&keys).split('.').nth(1).unwrap().to_owned();
        for alg in ["none", "None", "NONE", "HS256", "RS256", "ES256", "Ed25519", ""] {
            let header = json!({ "alg": alg, "typ": HEADER_TYPE, "kid": key.id });
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            for signature in ["", "AAAA"] {
                assert_eq!(refused(&keys, &format!("{header}.{body}.{signature}")), Refused::Foreign, "{alg}");
            }
        }
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&body).unwrap()).unwrap();
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(HEADER_TYPE.to_owned());
        header.kid = Some(key.id.clone());
        let forged = encode(&header, &claims, &EncodingKey::from_secret(&key.public)).unwrap();
        assert_eq!(refused(&keys, &forged), Refused::Foreign, "HMAC keyed with the public key");
    }

    /// X12
    #[test]
    fn a_header_that_brings_or_points_to_a_key_is_refused() {
        let keys = KeySet::for_tests(now());
        let good = json!({ "alg": "EdDSA", "typ": HEADER_TYPE, "kid": keys.token_signer(now()).unwrap().id });
        assert!(check(&keys, &with_header(&keys, &good), now()).is_ok());
        for (name, value) in [
            ("jku", json!("https://evil.example/keys")),
            ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
            ("x5u", json!("https://evil.example/cert")),
            ("x5c", json!(["AAAA"])),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!("AAAA")),
            ("crit", json!(["b64"])),
            ("crit", json!([])),
            ("zip", json!("DEF")),
            ("typ", json!("JWT")),
            ("typ", Value::Null),
            ("kid", Value::Null),
            ("kid", json!("../../../../dev/null")),
            ("kid", json!("' OR 1=1 --")),
            ("kid", json!("aaaaaaa\n")),
            ("kid", json!(7)),
            ("kid", json!("")),
        ] {
            let mut header = good.clone();
            header[name] = value;
            assert_eq!(refused(&keys, &with_header(&keys, &header)), Refused::Foreign, "{header}");
        }
        let mut header = good;
        header["kid"] = json!("abcdefgh");
        assert_eq!(refused(&keys, &with_header(&keys, &header)), Refused::UnknownKey);
    }

    /// X13
    #[test]
    fn times_issuer_audience_and_type_are_checked() {
        let keys = KeySet::for_tests(now());
        let present = now().timestamp();
        for (name, value) in [
            ("iss", json!("other")),
            ("aud", json!("other")),
            ("aud", json!(["tanba-api", "other"])),
            ("typ", json!("refresh")),
            ("sub", json!("not a uuid")),
            ("nbf", json!(present + 31)),
            ("iat", json!(present + 31)),
            ("exp", json!(present + 100_000)),
            ("exp", json!(i64::MAX)),
            ("exp", json!("soon")),
            ("iat", json!(i64::MIN)),
        ] {
            let token = signed(&keys, |_| {}, |claims| claims[name] = value.clone());
            assert_eq!(refused(&keys, &token), Refused::Foreign, "{name} {value}");
        }
        for name in ["iss", "aud", "sub", "typ", "fam", "iat", "nbf", "exp"] {
            let token = signed(&keys, |_| {}, |claims| drop(claims.as_object_mut().unwrap().remove(name)));
            assert_eq!(refused(&keys, &token), Refused::Foreign, "without {name}");
        }
        let old = signed(
            &keys,
            |_| {},
            |claims| {
                claims["iat"] = json!(present - 700);
                claims["nbf"] = json!(present - 700);
                claims["exp"] = json!(present - 100);
            },
        );
        assert_eq!(refused(&keys, &old), Refused::Expired);
    }

    #[test]
    fn a_changed_token_is_refused_wherever_it_was_changed() {
        let keys = KeySet::for_tests(now());
        let token = issued(&keys);
        for at in 0..token.len() {
            let mut bent = token.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            assert!(check(&keys, &String::from_utf8(bent).unwrap(), now()).is_err(), "{at}");
        }
        for text in ["", ".", "..", "...", "a.b.c", "😀.😀.😀"] {
            assert_eq!(refused(&keys, text), Refused::Foreign);
        }
        assert_eq!(refused(&keys, &"a".repeat(LONGEST + 1)), Refused::Foreign);
        let other = KeySet::for_tests(now());
        assert_eq!(refused(&other, &token), Refused::UnknownKey);
    }
}
