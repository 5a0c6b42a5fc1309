//! GS1 company prefixes: who has one numbers packs under it, and nobody else does.

use std::fmt;
use std::str::FromStr;

use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};

/// A GS1 company prefix, 4 to 12 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Gs1Prefix(String);

/// A text that is no GS1 company prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a GS1 company prefix has 4 to 12 digits")]
pub(crate) struct InvalidPrefix;

impl FromStr for Gs1Prefix {
    type Err = InvalidPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidPrefix> {
        let is_prefix = (4..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_prefix { Ok(Self(text.to_owned())) } else { Err(InvalidPrefix) }
    }
}

impl TryFrom<String> for Gs1Prefix {
    type Error = InvalidPrefix;

    fn try_from(text: String) -> Result<Self, InvalidPrefix> {
        text.parse()
    }
}

impl From<Gs1Prefix> for String {
    fn from(prefix: Gs1Prefix) -> Self {
        prefix.0
    }
}

impl fmt::Display for Gs1Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Gs1Prefix {
    /// Whether the number of a pack was given under this prefix: it follows the extension digit.
    pub(crate) fn covers(&self, sscc: Sscc) -> bool {
        sscc.to_string().get(1..).is_some_and(|rest| rest.starts_with(&self.0))
    }

    /// Whether numbers under one of them are also numbers under the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn prefix(text: &str) -> Gs1Prefix {
        text.parse().unwrap()
    }

    /// X65
    #[test]
    fn a_prefix_covers_the_packs_that_are_numbered_under_it() {
        let sscc: Sscc = "348700012345678901".parse().unwrap();
        assert!(prefix("4870001").covers(sscc) && prefix("487000123456").covers(sscc));
        assert!(!prefix("4870002").covers(sscc) && !prefix("3487").covers(sscc));
    }

    #[test]
    fn prefixes_overlap_when_one_begins_the_other() {
        assert!(prefix("4870").overlaps(&prefix("487000")) && prefix("487000").overlaps(&prefix("4870")));
        assert!(!prefix("4870").overlaps(&prefix("4871")));
        for wrong in ["", "487", "4870001234567", "48a0", " 4870"] {
            assert_eq!(wrong.parse::<Gs1Prefix>(), Err(InvalidPrefix));
        }
    }
}
