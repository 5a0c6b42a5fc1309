//! The public list of recalls: what was recalled and is not lifted, with a feed of it. Reads what documents left; writes
//! nothing.

mod feed;
mod http;
mod store;

pub(crate) use http::routes;

use chrono::{DateTime, NaiveDate, Utc};
use marking::gtin::Gtin;
use uuid::Uuid;

use crate::registry::Names;

/// Goods of one GTIN under one recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecalledGoods {
    /// Id of the document.
    pub(crate) id: Uuid,
    /// When it was filed.
    pub(crate) at: DateTime<Utc>,
    /// What was recalled.
    pub(crate) gtin: Gtin,
    /// Trade name.
    pub(crate) trade_name: Names,
    /// Who makes the goods.
    pub(crate) manufacturer: String,
    /// Who recalled them; none for the operator.
    pub(crate) participant: Option<Names>,
    /// Why.
    pub(crate) reason: Names,
    /// Since when.
    pub(crate) recalled_on: NaiveDate,
    /// How many units are still recalled.
    pub(crate) units: i64,
}

/// A place in the list: the newest first, then by id and GTIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Microseconds since 1970.
    micros: i64,
    id: Uuid,
    gtin: i64,
}

impl Position {
    /// Where these goods stand.
    fn of(goods: &RecalledGoods) -> Self {
        let gtin = i64::try_from(goods.gtin.number()).unwrap_or(i64::MAX);
        Self { micros: goods.at.timestamp_micros(), id: goods.id, gtin }
    }

    /// The instant; none beyond what can be one.
    fn at(self) -> Option<DateTime<Utc>> {
        // Years that PostgreSQL knows, too.
        DateTime::from_timestamp_micros(self.micros).filter(|at| (1970..=9999).contains(&chrono::Datelike::year(at)))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.micros, self.id.simple(), self.gtin)
    }
}

/// A cursor that this list has not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidPosition;

impl std::str::FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let mut parts = text.split('.');
        let (Some(micros), Some(id), Some(gtin), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidPosition);
        };
        let position = Self {
            micros: micros.parse().map_err(|_| InvalidPosition)?,
            id: id.parse().map_err(|_| InvalidPosition)?,
            gtin: gtin.parse().map_err(|_| InvalidPosition)?,
        };
        if position.at().is_some() { Ok(position) } else { Err(InvalidPosition) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_position_is_read_back_and_a_foreign_one_is_refused() {
        let position = Position { micros: 1_793_180_000_000_000, id: Uuid::from_u128(7), gtin: 4_870_001_234_560 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for foreign in [
            "",
            "1",
            "1.2.3.4",
            "x.00000000000000000000000000000007.1",
            "9223372036854775807.00000000000000000000000000000007.1",
        ] {
            assert_eq!(foreign.parse::<Position>(), Err(InvalidPosition), "{foreign}");
        }
    }
}
