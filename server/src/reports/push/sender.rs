//! Sends messages to push services and reads nothing of their answers but status and `Retry-After`. No redirect is followed,
//! and no address of a private network is connected to, whatever a name resolves to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};

use super::Subscription;
use super::endpoint::is_public;
use super::vapid;
use crate::keys::PushKey;
use crate::platform::config::{Config, Push};
use crate::platform::problem::{Error, Result};

/// How long a push service keeps a message for a browser that is away, in seconds: two days. Later the report is looked at
/// without it.
const KEPT_SECONDS: u32 = 172_800;
/// The longest wait that a service can ask for, in seconds.
const LONGEST_WAIT: u64 = 3_600;

/// What a push service made of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It brings it to the browser.
    Taken,
    /// The subscription has ended there.
    Gone,
    /// It will not take this message, with this status.
    Refused(u16),
    /// It may take it later.
    Later {
        /// After so many seconds at the earliest.
        seconds: u64,
        /// Why it was not taken now.
        why: &'static str,
    },
}

impl Outcome {
    /// The name under which it is counted.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Gone => "gone",
            Self::Refused(_) => "refused",
            Self::Later { .. } => "later",
        }
    }

    fn of(response: &Response) -> Self {
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let seconds = asked.unwrap_or(0).min(LONGEST_WAIT);
        match response.status().as_u16() {
            200..=299 => Self::Taken,
            404 | 410 => Self::Gone,
            429 => Self::Later { seconds, why: "push-service-busy" },
            // A redirect comes from something in between, or from a service that moves.
            300..=399 | 408 | 500..=599 => Self::Later { seconds, why: "push-service-fails" },
            status => Self::Refused(status),
        }
    }
}

/// The one client for push services. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sender {
    client: Client,
    contact: Option<String>,
}

impl Sender {
    /// Prepares a client; nothing is connected to yet.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let Push { patience, local, authority, .. } = &config.push;
        let mut client = Client::builder()
            .timeout(*patience)
            .redirect(reqwest::redirect::Policy::none())
            .https_only(true)
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Arc::new(PublicOnly { local: *local }));
        if let Some(der) = authority {
            client = client.tls_certs_only([reqwest::Certificate::from_der(der).map_err(Error::internal)?]);
        }
        let own = Some(&config.public_url).filter(|url| url.starts_with("https://"));
        let contact = config.security_contact.as_ref().or(own).cloned();
        Ok(Self { client: client.build().map_err(Error::internal)?, contact })
    }

    /// Encrypts and sends a message. An error only where the message itself cannot be made.
    pub(crate) async fn send(
        &self,
        key: &PushKey,
        subscription: &Subscription,
        message: &str,
        topic: String,
        now: DateTime<Utc>,
    ) -> Result<Outcome> {
        let Subscription { endpoint, receiver } = subscription;
        let request = self
            .client
            .post(endpoint.as_str())
            .header(AUTHORIZATION, vapid::authorization(key, endpoint, self.contact.as_deref(), now)?)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("TTL", KEPT_SECONDS)
            .header("Urgency", "normal")
            // A later message about the same report takes the place of one that was not delivered.
            .header("Topic", topic)
            .body(receiver.seal(message.as_bytes())?);
        Ok(match request.send().await {
            Ok(response) => Outcome::of(&response),
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a push service did not answer");
                Outcome::Later { seconds: 0, why: "push-service-away" }
            }
        })
    }
}

/// Resolves names to addresses of the public internet only.
struct PublicOnly {
    /// For tests: where every name leads instead.
    local: Option<SocketAddr>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local;
        Box::pin(async move {
            if let Some(address) = local {
                return Ok(Box::new(std::iter::once(address)) as Addrs);
            }
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name of a push service leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// X26: a name that was made to lead into a network of ours is not connected to.
    #[tokio::test]
    async fn a_name_that_leads_to_an_own_address_is_not_resolved() {
        let resolver = PublicOnly { local: None };
        let Err(refused) = resolver.resolve("localhost".parse().unwrap()).await else { panic!("it is not public") };
        assert!(refused.to_string().contains("no public address"), "{refused}");
    }
}
