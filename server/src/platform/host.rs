//! Names of hosts that the service may ask, as settings list them. Pure.

use std::net::IpAddr;
use std::str::FromStr;

/// A host, or with `*.` all below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(String);

/// A text that is no host of the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a host like push.example or *.push.example is needed")]
pub struct InvalidHost;

impl FromStr for HostPattern {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        // A name of one label is inside somebody's own network, an address is no name.
        let is_name = name.len() <= 253 && name.contains('.') && name.split('.').all(is_label);
        if is_name && name.parse::<IpAddr>().is_err() { Ok(Self(text.to_owned())) } else { Err(InvalidHost) }
    }
}

impl HostPattern {
    /// Whether a host, in small letters and without a port, is one of these.
    pub(crate) fn covers(&self, host: &str) -> bool {
        match self.0.strip_prefix("*.") {
            Some(below) => host.strip_suffix(below).is_some_and(|left| left.len() > 1 && left.ends_with('.')),
            None => host == self.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_of_the_public_internet() {
        let wrong = [
            "",
            "*",
            "*.",
            "localhost",
            "10.0.0.1",
            "push.example.org/x",
            "push.example.org:1",
            "*.*.x",
            "a..b",
            "PUSH.org",
        ];
        for text in wrong {
            assert_eq!(text.parse::<HostPattern>(), Err(InvalidHost), "{text}");
        }
    }

    #[test]
    fn a_pattern_covers_what_lies_below_it_and_nothing_that_ends_alike() {
        let covers = |pattern: &str, host: &str| pattern.parse::<HostPattern>().is_ok_and(|known| known.covers(host));
        assert!(covers("push.example.org", "push.example.org") && !covers("push.example.org", "a.push.example.org"));
        assert!(covers("*.example.org", "push.example.org") && covers("*.example.org", "a.b.example.org"));
        for host in ["example.org", ".example.org", "evilexample.org", "push.example.org.evil.test"] {
            assert!(!covers("*.example.org", host), "{host}");
        }
    }
}
