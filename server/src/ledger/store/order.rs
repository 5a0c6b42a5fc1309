//! Orders as the ledger sees them; their rows belong to the room of codes.

use super::{signed, unsigned};
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// What the ledger knows of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderUnits {
    /// Its number.
    pub(crate) number: u32,
    /// The number of the participant who ordered.
    pub(crate) participant: i32,
    /// Whether its codes may be used.
    pub(crate) approved: bool,
}

/// Orders by their numbers; those that do not exist are missing.
pub(crate) async fn find_orders(db: &impl GenericClient, numbers: &[u32]) -> Result<Vec<OrderUnits>> {
    let find = db
        .prepare_cached(
            "-- ledger::find_orders
             SELECT number, participant, state = 'approved' AS approved FROM code_order WHERE number = ANY($1)
             ORDER BY number",
        )
        .await?;
    let numbers = numbers.iter().map(|number| signed(*number)).collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&numbers]).await?;
    rows.iter()
        .map(|row| {
            Ok(OrderUnits {
                number: unsigned(row.get("number"))?,
                participant: row.get("participant"),
                approved: row.get("approved"),
            })
        })
        .collect()
}
