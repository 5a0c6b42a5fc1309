//! Whose units and packs are, seen from one participant. Reads what `codes` writes, and writes nothing.

use std::collections::HashMap;

use marking::sscc::Sscc;

use super::judge::Holding;
use crate::codes::UnitPlace;
use crate::db::GenericClient;
use crate::error::{Error, Result};

/// Whose these units are. Units of which the register holds nothing are missing.
pub(super) async fn find_unit_holdings(
    db: &impl GenericClient,
    participant: i32,
    places: &[UnitPlace],
) -> Result<HashMap<UnitPlace, Holding>> {
    let find = db
        .prepare_cached(
            "-- stock::find_unit_holdings
             WITH asked AS (SELECT * FROM unnest($1::int[], $2::int[]) AS asked (order_number, unit_index)),
             under_way AS (
                 SELECT r.order_number, r.first_index, r.last_index
                 FROM shipment s JOIN operation_range r ON r.operation_id = s.id
                 WHERE s.receiver = $3 AND s.state = 'awaiting' AND r.order_number = ANY ($1)
             )
             SELECT a.order_number, a.unit_index, coalesce(h.participant, o.participant) = $3,
                 EXISTS (SELECT FROM under_way u WHERE u.order_number = a.order_number
                         AND a.unit_index BETWEEN u.first_index AND u.last_index)
             FROM asked a
             JOIN code_order o ON o.number = a.order_number AND a.unit_index < o.quantity
             LEFT JOIN segment s ON s.order_number = a.order_number AND s.number = a.unit_index / 1024
             LEFT JOIN holder h ON h.order_number = a.order_number AND h.number =
                 get_byte(s.owners, a.unit_index % 1024 * 2) * 256 + get_byte(s.owners, a.unit_index % 1024 * 2 + 1)",
        )
        .await?;
    let whole = |number: u32| i32::try_from(number).map_err(Error::internal);
    let orders = places.iter().map(|place| whole(place.order)).collect::<Result<Vec<_>>>()?;
    let indexes = places.iter().map(|place| whole(place.index)).collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&orders, &indexes, &participant]).await?;
    let holding = |row: &tokio_postgres::Row| {
        let natural = |column| u32::try_from(row.get::<_, i32>(column)).map_err(Error::internal);
        let place = UnitPlace { order: natural(0)?, index: natural(1)? };
        Ok((place, holding(row.get(2), row.get(3))))
    };
    rows.iter().map(holding).collect()
}

/// Whose these packs are. Unknown packs are missing. A pack is on its way when it or a pack around it was shipped.
pub(super) async fn find_pack_holdings(
    db: &impl GenericClient,
    participant: i32,
    packs: &[Sscc],
) -> Result<HashMap<Sscc, Holding>> {
    let find = db
        .prepare_cached(
            "-- stock::find_pack_holdings
             SELECT p.sscc, p.owner = $2, EXISTS (
                 SELECT FROM operation_pack o JOIN shipment s ON s.id = o.operation_id
                 WHERE s.receiver = $2 AND s.state = 'awaiting' AND o.sscc IN (p.sscc, p.parent))
             FROM pack p WHERE p.sscc = ANY ($1)",
        )
        .await?;
    let numbers = packs.iter().map(|sscc| i64::try_from(sscc.number()).map_err(Error::internal));
    let numbers = numbers.collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&numbers, &participant]).await?;
    let holding = |row: &tokio_postgres::Row| {
        let number = u64::try_from(row.get::<_, i64>(0)).map_err(Error::internal)?;
        Ok((Sscc::try_from(number).map_err(Error::internal)?, holding(row.get(1), row.get(2))))
    };
    rows.iter().map(holding).collect()
}

fn holding(is_own: bool, awaits: bool) -> Holding {
    match (is_own, awaits) {
        (true, _) => Holding::Yours,
        (false, true) => Holding::AwaitingAcceptance,
        (false, false) => Holding::NotYours,
    }
}
