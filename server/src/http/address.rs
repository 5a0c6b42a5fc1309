//! Where a request comes from. `X-Forwarded-For` is believed only from trusted proxies, and only back to
//! the first address that isn't one (X33).

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use ipnet::IpNet;

use crate::platform::Base;
use crate::platform::problem::Error;

/// The address of the client itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// Reads it from the connection and, behind trusted proxies, from `X-Forwarded-For`.
    pub(crate) fn of(peer: Option<IpAddr>, forwarded: &[&str], trusted: &[IpNet]) -> Self {
        let unknown = IpAddr::from([0, 0, 0, 0]);
        let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
        // A listener on `[::]` sees IPv4 as `::ffff:a.b.c.d`: one address in two notations must not be two clients, nor
        // miss the networks of the trusted proxies (X52).
        let mut address = peer.unwrap_or(unknown).to_canonical();
        let hops = forwarded.iter().flat_map(|line| line.split(',')).rev();
        for hop in hops {
            if !is_trusted(address) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(parsed) => address = parsed.to_canonical(),
                Err(_) => break,
            }
        }
        Self(address)
    }

    /// The same for a request.
    pub(crate) fn from_headers(request: &actix_web::dev::RequestHead, trusted: &[IpNet]) -> Self {
        let lines: Vec<&str> =
            request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
        let peer = request.peer_addr.map(|peer| peer.ip());
        warn_of_untrusted_proxy(peer, &lines, trusted);
        Self::of(peer, &lines, trusted)
    }

    /// The network that shares a limit: /24 of IPv4, /56 of IPv6.
    pub(crate) fn prefix(self) -> u64 {
        match self.0.to_canonical() {
            IpAddr::V4(address) => u64::from(u32::from(address) >> 8),
            IpAddr::V6(address) => u64::try_from(u128::from(address) >> 72).unwrap_or(u64::MAX) | 1 << 63,
        }
    }
}

impl ClientAddress {
    /// The wider network: /16 of IPv4, /40 of IPv6.
    pub(crate) fn wide_prefix(self) -> u64 {
        match self.0.to_canonical() {
            IpAddr::V4(address) => u64::from(u32::from(address) >> 16),
            IpAddr::V6(address) => u64::try_from(u128::from(address) >> 88).unwrap_or(u64::MAX) | 1 << 63,
        }
    }
}

/// Logs once when an untrusted peer sends `X-Forwarded-For`. Behind a proxy that `TANBA_TRUSTED_PROXIES` does not name,
/// all clients share one address and its limits (X52).
fn warn_of_untrusted_proxy(peer: Option<IpAddr>, forwarded: &[&str], trusted: &[IpNet]) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    let Some(peer) = peer.map(|peer| peer.to_canonical()).filter(|_| !forwarded.is_empty()) else { return };
    if !trusted.iter().any(|net| net.contains(&peer)) && !WARNED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            %peer,
            "X-Forwarded-For from an untrusted peer is ignored: if this is a proxy of yours, add it to TANBA_TRUSTED_PROXIES"
        );
    }
}

impl FromRequest for ClientAddress {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let trusted = request.app_data::<web::Data<Base>>().map(|base| base.config.trusted_proxies.clone());
        ready(Ok(Self::from_headers(request.head(), &trusted.unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a net")).collect();
        ClientAddress::of(peer.parse().ok(), forwarded, &trusted).0.to_string()
    }

    /// X33
    #[test]
    fn a_forged_header_from_a_stranger_changes_nothing() {
        assert_eq!(of("203.0.113.9", &["1.2.3.4"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    /// X33
    #[test]
    fn behind_proxies_the_last_untrusted_hop_is_the_client() {
        assert_eq!(of("10.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.2"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["1.2.3.4", "203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    /// X52: a proxy is trusted, and an address is the same client, in whichever notation the listener sees it.
    #[test]
    fn an_ipv4_address_is_the_same_client_in_both_notations() {
        assert_eq!(of("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["::ffff:203.0.113.9, ::ffff:10.0.0.2"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9", &["1.2.3.4"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn rubbish_in_the_header_stops_the_walk() {
        assert_eq!(of("10.0.0.1", &["1.2.3.4, rubbish"], &["10.0.0.0/8"]), "10.0.0.1");
    }
}
