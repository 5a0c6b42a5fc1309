//! Tells another system what happens to alerts. Its address and the secret come from the settings of whoever runs the
//! register, never from anything that users send (X26). A delivery that fails is tried again, later each time.
//!
//! `Tanba-Signature: t=…,v1=…` is HMAC-SHA-256 under the secret over the seconds, a dot and the body, in hexadecimal.

use std::sync::LazyLock;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::store;
use crate::alerts::Alerts;
use crate::platform::problem::{Error, Result};

/// How long the other system may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The one client; it follows nobody elsewhere.
static CLIENT: LazyLock<Option<reqwest::Client>> = LazyLock::new(|| {
    let settings = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    settings.build().ok()
});

/// Tells of an event, if anybody wants to know. Places are coarse: exact ones stay with the inspectors of their region.
pub(crate) async fn tell(state: &Alerts, event: i64) -> Result<()> {
    let Some(webhook) = &state.base.config.webhook else { return Ok(()) };
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let Some(event) = store::find_event(&tx, event).await? else { return Ok(()) };
    let alert = store::find_alert_now(&tx, event.alert).await?;
    let alert = alert.ok_or_else(|| Error::internal("an event of no alert"))?;
    drop(tx);
    drop(db);
    let place = alert.place.map(super::watch::coarse).map(|place| {
        let accuracy_metres = place.accuracy_metres;
        json!({ "latitude": place.latitude, "longitude": place.longitude, "accuracy_metres": accuracy_metres })
    });
    let body = json!({
        "event": event.id, "what": event.what, "at": event.at, "alert": alert.id, "kind": alert.kind,
        "score": alert.score, "state": alert.state, "decision": alert.decision, "region": alert.charge.region,
        "gtin": alert.gtin.map(|gtin| format!("{gtin:014}")), "place": place,
    })
    .to_string();
    let seconds = state.base.clock.now().timestamp();
    let signature = signature(webhook.secret.as_bytes(), seconds, &body);
    let client = CLIENT.as_ref().ok_or_else(|| Error::internal("no client for webhooks"))?;
    let request = client
        .post(&webhook.url)
        .header("Content-Type", "application/json")
        .header("Tanba-Signature", format!("t={seconds},v1={signature}"))
        .body(body);
    let answer = request.send().await.map_err(|error| Error::internal(error.without_url()))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Error::internal(format!("the other system answered {}", answer.status().as_u16())))
    }
}

/// The signature over an instant and a body.
fn signature(secret: &[u8], seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{seconds}.{body}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_over_the_instant_and_the_body() {
        let signed = signature(b"secret", 7, "{}");
        assert_eq!(signed.len(), 64);
        assert_ne!(signed, signature(b"secret", 8, "{}"));
        assert_ne!(signed, signature(b"secret", 7, "[]"));
        assert_ne!(signed, signature(b"another", 7, "{}"));
    }
}
