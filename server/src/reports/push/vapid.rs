//! The identity of the sender for push services (RFC 8292): a token signed with the register's own key, good for one service and half
//! a day. Browsers give the public half of the key to their service when they subscribe, so that no other sender is accepted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::endpoint::Endpoint;
use crate::keys::PushKey;
use crate::platform::problem::Result;

/// How long a token is good; services take a day at most.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);

/// The value of `Authorization`.
pub(crate) fn authorization(
    key: &PushKey,
    endpoint: &Endpoint,
    contact: Option<&str>,
    now: DateTime<Utc>,
) -> Result<String> {
    let mut claims = json!({ "aud": endpoint.origin(), "exp": (now + GOOD_FOR).timestamp() });
    // Whom the service may write to when something goes wrong.
    if let Some(contact) = contact {
        claims["sub"] = json!(contact);
    }
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "typ": "JWT", "alg": "ES256" })), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())?);
    Ok(format!("vapid t={signed}.{signature}, k={}", URL_SAFE_NO_PAD.encode(key.public())))
}
