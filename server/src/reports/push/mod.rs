//! Push messages to the author of a report (RFC 8030, 8291, 8292): "there is an answer", and nothing more. Subscribed to and
//! ended with the secret token of the report; sent by jobs, one a subscription, and gone with the report's data.
//!
//! No account at a push service is needed. A browser gives an address at the push service of its maker; only services on
//! the list of the settings are asked, over HTTPS, at addresses of the public internet.

mod endpoint;
mod seal;
mod sender;
mod vapid;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use locales::Language;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::follow::Follower;
use super::job::PushAnswer;
use super::receive::append;
use super::report::Token;
use super::store::{self, Hold};
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::reports::Reports;

pub(crate) use endpoint::Endpoint;
pub(crate) use seal::Receiver;
pub(crate) use sender::{Outcome, Sender};

/// The field of a subscription that holds its keys.
const KEYS: &str = "keys";
/// The longest text of a key that a browser gives: 65 bytes in Base64.
const LONGEST_KEY: usize = 128;

/// Where a browser takes messages, and the keys that they are encrypted to.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) endpoint: Endpoint,
    pub(crate) receiver: Receiver,
}

/// The same as it is kept, encrypted.
#[derive(Serialize, Deserialize)]
struct Kept {
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// A subscription that is there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Subscribed {
    /// Its id, to end it with.
    pub(crate) id: Uuid,
}

impl Subscription {
    /// Reads what a browser gives, with the place of every fault.
    pub(crate) fn check(state: &Reports, endpoint: &str, p256dh: &str, auth: &str) -> Result<Self> {
        let mut faults = Vec::new();
        let endpoint = Endpoint::parse(endpoint, &state.base.config.push.hosts);
        if endpoint.is_none() {
            faults.push(FieldFault::new("endpoint", "field-not-a-push-service"));
        }
        let bytes = |text: &str| {
            let text = text.trim_end_matches('=');
            (text.len() <= LONGEST_KEY).then(|| URL_SAFE_NO_PAD.decode(text).ok())?
        };
        let public = bytes(p256dh).and_then(|bytes| Receiver::public(&bytes));
        if public.is_none() {
            faults.push(FieldFault::new(format!("{KEYS}.p256dh"), "field-not-a-push-key"));
        }
        let secret = bytes(auth).and_then(|bytes| bytes.try_into().ok());
        if secret.is_none() {
            faults.push(FieldFault::new(format!("{KEYS}.auth"), "field-not-a-push-key"));
        }
        match (endpoint, public, secret) {
            (Some(endpoint), Some(public), Some(secret)) => {
                Ok(Self { endpoint, receiver: Receiver { public, secret } })
            }
            _ => Err(Error::Invalid(faults)),
        }
    }

    fn sealed(&self, state: &Reports, id: Uuid) -> Result<Vec<u8>> {
        let Receiver { public, secret } = &self.receiver;
        let kept = Kept {
            endpoint: self.endpoint.as_str().to_owned(),
            p256dh: URL_SAFE_NO_PAD.encode(public),
            auth: URL_SAFE_NO_PAD.encode(secret),
        };
        state.keys.current().encrypt(&context(id), &serde_json::to_vec(&kept)?)
    }

    /// Opens what is kept; none when its service is no longer on the list.
    fn open(state: &Reports, id: Uuid, sealed: &[u8]) -> Result<Option<Self>> {
        let opened = state.keys.current().decrypt(&context(id), sealed)?;
        let Kept { endpoint, p256dh, auth } = serde_json::from_slice(&opened)?;
        match Self::check(state, &endpoint, &p256dh, &auth) {
            Ok(subscription) => Ok(Some(subscription)),
            Err(Error::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The place of a subscription in the store; it opens in no other.
fn context(id: Uuid) -> String {
    format!("report_push:{id}")
}

/// Whether messages are sent at all.
pub(crate) fn is_on(state: &Reports) -> bool {
    !state.base.config.push.hosts.is_empty()
}

/// Subscribes a browser to answers to a report. The same browser again is the same subscription; of too many the oldest
/// ends.
pub(crate) async fn subscribe(
    state: &Reports,
    follower: &Follower,
    key: &IdempotencyKey,
    subscription: &Subscription,
    language: Language,
) -> Result<Subscribed> {
    let hash = Token::hash(subscription.endpoint.as_str());
    let object = follower.object();
    let command = Command { base: &state.base, author: follower, key, action: "reports.subscribe", object };
    let body = (hex::encode(&hash), hex::encode(subscription.receiver.public), language.tag());
    let run = command.run(&body, async |tx, now| {
        let report = follower.find(tx, Hold::Changing).await?;
        if report.deleted_at.is_some() {
            return Err(Error::conflict("report-deleted"));
        }
        let known = store::find_push(tx, report.id, &hash).await?;
        let id = known.unwrap_or_else(Uuid::new_v4);
        let sealed = subscription.sealed(state, id)?;
        store::upsert_push(
            tx,
            &store::NewPush { id, report: report.id, hash: &hash, sealed: &sealed, language, at: now },
        )
        .await?;
        append(state, tx, "reports.subscribe", report.number, follower.prefix, json!({})).await?;
        Ok(Done::audited(Subscribed { id }))
    });
    run.await
}

/// Ends a subscription. One that is not there is ended.
pub(crate) async fn unsubscribe(state: &Reports, follower: &Follower, id: Uuid) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let report = follower.find(&tx, Hold::Changing).await?;
    if store::delete_push_of(&tx, report.id, id).await? {
        append(state, &tx, "reports.unsubscribe", report.number, follower.prefix, json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// An inspector has written to the author: leaves a message to each browser to the workers.
pub(crate) async fn announce(tx: &Transaction<'_>, report: Uuid) -> Result<()> {
    for subscription in store::list_push(tx, report).await? {
        jobs::append(tx, &PushAnswer { subscription }).await?;
    }
    Ok(())
}

/// Sends the message of a subscription; the worker does it for a [`PushAnswer`]. Twice is harmless: the later message
/// replaces the earlier one.
pub(crate) async fn send(state: &Reports, id: Uuid) -> Result<()> {
    let found = store::find_push_by_id(&state.base.db.get().await?, id).await?;
    let Some(store::Push { sealed, number, language }) = found else { return Ok(()) };
    let Some(subscription) = Subscription::open(state, id, &sealed)? else {
        tracing::info!("a push service is no longer on the list: its subscription is removed");
        return store::delete_push(&state.base.db.get().await?, id).await;
    };
    let number = number.to_string();
    let say = |key: &str| locales::say(language, key, &[("number", (&number).into())]);
    let message = json!({
        "report": number, "title": say("report-push-title"), "body": say("report-push-answer"), "lang": language.tag(),
    });
    let keys = state.keys.current();
    let key = keys.push().ok_or_else(|| Error::internal("there is no key for push messages"))?;
    // A browser has one address for all its reports; the topic tells them apart, and says nothing to the service.
    let topic = id.simple().to_string();
    let outcome = state.push.send(key, &subscription, &message.to_string(), topic, state.base.clock.now()).await?;
    metrics::counter!("tanba_push_messages_total", "result" => outcome.slug()).increment(1);
    match outcome {
        Outcome::Taken => Ok(()),
        Outcome::Gone => store::delete_push(&state.base.db.get().await?, id).await,
        // The same message will be refused again.
        Outcome::Refused(status) => {
            tracing::warn!(status, "a push service refused a message");
            Ok(())
        }
        Outcome::Later { seconds, why } => Err(Error::TooMany { slug: why, retry_after_seconds: seconds }),
    }
}
