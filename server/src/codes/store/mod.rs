//! The tables of codes: orders, segments with what their units share, documents, shipments, packs.

pub(crate) mod operation;
pub(crate) mod order;
pub(crate) mod pack;
pub(crate) mod place;
pub(crate) mod quota;
pub(crate) mod segment;
pub(crate) mod shipment;

use marking::gtin::Gtin;
use marking::sscc::Sscc;

use crate::platform::problem::{Error, Result};

/// A number that a table holds as `int` although it is never negative.
pub(crate) fn unsigned(number: i32) -> Result<u32> {
    u32::try_from(number).map_err(Error::internal)
}

/// A number as `int`; ours are far below the bound.
pub(crate) fn signed(number: u32) -> Result<i32> {
    i32::try_from(number).map_err(Error::internal)
}

/// A GTIN as it is stored.
pub(crate) fn gtin_column(gtin: Gtin) -> i64 {
    i64::try_from(gtin.number()).unwrap_or(i64::MAX)
}

/// A stored GTIN.
pub(crate) fn gtin(column: i64) -> Result<Gtin> {
    let number = u64::try_from(column).map_err(Error::internal)?;
    Gtin::try_from(number).map_err(Error::internal)
}

/// An SSCC as it is stored.
pub(crate) fn sscc_column(sscc: Sscc) -> i64 {
    i64::try_from(sscc.number()).unwrap_or(i64::MAX)
}

/// A stored SSCC.
pub(crate) fn sscc(column: i64) -> Result<Sscc> {
    let number = u64::try_from(column).map_err(Error::internal)?;
    Sscc::try_from(number).map_err(Error::internal)
}
