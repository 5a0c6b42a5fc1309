//! The tables of codes: orders, quotas, places.

pub(crate) mod order;
pub(crate) mod place;
pub(crate) mod quota;

use marking::gtin::Gtin;

pub(crate) use crate::ledger::{signed, unsigned};
use crate::platform::problem::{Error, Result};

/// A GTIN as it is stored.
pub(crate) fn gtin_column(gtin: Gtin) -> i64 {
    i64::try_from(gtin.number()).unwrap_or(i64::MAX)
}

/// A stored GTIN.
pub(crate) fn gtin(column: i64) -> Result<Gtin> {
    let number = u64::try_from(column).map_err(Error::internal)?;
    Gtin::try_from(number).map_err(Error::internal)
}
