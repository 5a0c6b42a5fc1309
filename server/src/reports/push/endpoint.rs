//! The address at which a push service takes messages for one browser. Given by strangers, and asked by the service: refused
//! unless it is `https`, without a user, a port or a fragment, at a host of the list. Pure.

use std::fmt;
use std::net::IpAddr;

use crate::platform::host::HostPattern;

/// The longest address; those of the known services have about 200 characters, of one 550.
const LONGEST: usize = 1_024;

/// An address that may be asked.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    address: String,
    host_ends: usize,
}

impl Endpoint {
    const SCHEME: &'static str = "https://";

    /// Reads an address; none unless it may be asked.
    pub(crate) fn parse(text: &str, hosts: &[HostPattern]) -> Option<Self> {
        let rest = text.strip_prefix(Self::SCHEME)?;
        // What HTTP clients read in several ways (RFC 3986 has no backslash) is refused, not cleaned.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"'<>^`{|}".contains(&byte));
        let (host, path) = rest.split_at(rest.find('/')?);
        let is_known = hosts.iter().any(|known| known.covers(host));
        let fits = is_plain && is_known && text.len() <= LONGEST && path.len() > 1;
        fits.then(|| Self { address: text.to_owned(), host_ends: Self::SCHEME.len() + host.len() })
    }

    /// The whole address. It names a browser: never logged.
    pub(crate) fn as_str(&self) -> &str {
        &self.address
    }

    /// Scheme and host: the audience of a token.
    pub(crate) fn origin(&self) -> &str {
        &self.address[..self.host_ends]
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({}/…)", self.origin())
    }
}

/// Whether an address is public: not one of this machine, of a private network or of a link, in which
/// something may answer that is meant for neighbours only.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let is_special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                // Shared by a provider's customers, protocol assignments, benchmarks.
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0)
                || (a == 198 && (b == 18 || b == 19));
            !is_special
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(v4.into());
            }
            // Of 2000::/3, without documentation, Teredo and 6to4, which carry addresses of IPv4.
            let [a, b, ..] = v6.segments();
            a & 0xe000 == 0x2000 && !(a == 0x2001 && (b == 0 || b == 0xdb8)) && a != 0x2002 && a != 0x3fff
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn hosts() -> Vec<HostPattern> {
        ["push.example.org", "*.notify.example.com"].map(|host| host.parse().unwrap()).to_vec()
    }

    #[test]
    fn only_addresses_of_known_services_are_endpoints() {
        let parse = |text: &str| Endpoint::parse(text, &hosts());
        let endpoint = parse("https://push.example.org/send/abc:DEF-_?x=1").unwrap();
        assert_eq!(endpoint.origin(), "https://push.example.org");
        assert_eq!(format!("{endpoint:?}"), "Endpoint(https://push.example.org/…)");
        assert!(parse("https://wns2.am.notify.example.com/w/?token=a%2b").is_some());
        for text in [
            "",
            "http://push.example.org/send",
            "HTTPS://push.example.org/send",
            "https://push.example.org",
            "https://push.example.org/",
            "https://push.example.org:8443/send",
            "https://push.example.org:443/send",
            "https://push.example.org./send",
            "https://PUSH.example.org/send",
            "https://push.example.org@10.0.0.1/send",
            "https://user:secret@push.example.org/send",
            "https://push.example.org#/send",
            "https://push.example.org/send#x",
            "https://push.example.org\\@10.0.0.1/send",
            "https://push.example.org?/send",
            "https://evilpush.example.org/send",
            "https://push.example.org.evil.test/send",
            "https://notify.example.com/send",
            "https://.notify.example.com/send",
            "https://evilnotify.example.com/send",
            "https://127.0.0.1/send",
            "https://[::1]/send",
            "https://localhost/send",
            "https://push.example.org/a b",
            "https://push.example.org/\u{0}",
            "https://push.example.org/ә",
            "https://push.example.org/a\r\nHost: x",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse(&format!("https://push.example.org/{}", "a".repeat(2_000))).is_none());
        assert!(Endpoint::parse("https://push.example.org/send", &[]).is_none(), "no service, no address");
    }

    #[test]
    fn addresses_of_own_networks_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["142.250.74.10", "34.107.243.93", "17.57.144.1", "2a00:1450:4010::a", "::ffff:8.8.8.8"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
