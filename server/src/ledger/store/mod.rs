//! The tables of the ledger: segments, attributes and holders; packs.

pub(crate) mod order;
pub(crate) mod pack;
pub(crate) mod segment;

use marking::sscc::Sscc;

use super::range::UnitRange;
use crate::platform::problem::{Error, Result};

/// A number that a table holds as `int` although it is never negative.
pub(crate) fn unsigned(number: i32) -> Result<u32> {
    u32::try_from(number).map_err(Error::internal)
}

/// A number as `int`; ours are far below the bound.
pub(crate) fn signed(number: u32) -> Result<i32> {
    i32::try_from(number).map_err(Error::internal)
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

/// Ranges as columns: orders, first and last indexes.
pub(crate) fn range_columns(ranges: &[UnitRange]) -> Result<(Vec<i32>, Vec<i32>, Vec<i32>)> {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for range in ranges {
        columns.0.push(signed(range.order)?);
        columns.1.push(signed(range.first)?);
        columns.2.push(signed(range.last)?);
    }
    Ok(columns)
}
