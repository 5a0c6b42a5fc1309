//! Whose units and packs are, seen from one participant. Reads what `codes` writes, and writes nothing.

use std::collections::{BTreeMap, HashMap};

use marking::segment::UNITS_PER_SEGMENT;
use marking::sscc::Sscc;
use tokio_postgres::Row;

use super::judge::Holding;
use crate::codes::UnitPlace;
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};

/// Whose these units are. Units of which the register holds nothing are missing.
pub(super) async fn find_unit_holdings(
    db: &impl GenericClient,
    participant: i32,
    places: &[UnitPlace],
) -> Result<HashMap<UnitPlace, Holding>> {
    let find = db
        .prepare_cached(
            "-- stock::find_unit_holdings
             SELECT a.order_number, a.unit_index, coalesce(h.participant, o.participant) = $3
             FROM unnest($1::int[], $2::int[]) AS a (order_number, unit_index)
             JOIN code_order o ON o.number = a.order_number AND a.unit_index < o.quantity
             LEFT JOIN segment s ON s.order_number = a.order_number AND s.number = a.unit_index / $4
             LEFT JOIN holder h ON h.order_number = a.order_number AND h.number =
                 get_byte(s.owners, a.unit_index % $4 * 2) * 256 + get_byte(s.owners, a.unit_index % $4 * 2 + 1)",
        )
        .await?;
    let orders = places.iter().map(|place| signed(place.order)).collect::<Result<Vec<_>>>()?;
    let indexes = places.iter().map(|place| signed(place.index)).collect::<Result<Vec<_>>>()?;
    let units = i32::try_from(UNITS_PER_SEGMENT).map_err(Error::internal)?;
    let rows = db.query(&find, &[&orders, &indexes, &participant, &units]).await?;
    let mut holdings = HashMap::with_capacity(rows.len());
    for row in &rows {
        let place = UnitPlace { order: unsigned(row.get(0))?, index: unsigned(row.get(1))? };
        holdings.insert(place, if row.get(2) { Holding::Yours } else { Holding::NotYours });
    }
    if holdings.values().any(|holding| *holding == Holding::NotYours) {
        let coming = list_coming(db, participant, &orders).await?;
        for (place, holding) in &mut holdings {
            // A unit is in one shipment at most, so the ranges stand apart.
            let start = (place.order, place.index);
            let range = coming
                .range(..=start)
                .next_back()
                .filter(|((order, _), last)| *order == place.order && place.index <= **last);
            if range.is_some() && *holding == Holding::NotYours {
                *holding = Holding::AwaitingAcceptance;
            }
        }
    }
    Ok(holdings)
}

/// The units of these orders that are on their way to the participant: order and first index, to last index.
async fn list_coming(db: &impl GenericClient, participant: i32, orders: &[i32]) -> Result<BTreeMap<(u32, u32), u32>> {
    let list = db
        .prepare_cached(
            "-- stock::list_coming
             SELECT r.order_number, r.first_index, r.last_index
             FROM document s JOIN document_range r ON r.document_id = s.id
             WHERE s.receiver = $1 AND s.state = 'awaiting' AND r.order_number = ANY ($2)",
        )
        .await?;
    let rows = db.query(&list, &[&participant, &orders]).await?;
    let range = |row: &Row| Ok(((unsigned(row.get(0))?, unsigned(row.get(1))?), unsigned(row.get(2))?));
    rows.iter().map(range).collect()
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
                 SELECT FROM document_pack o JOIN document s ON s.id = o.document_id
                 WHERE s.receiver = $2 AND s.state = 'awaiting' AND o.sscc IN (p.sscc, p.parent))
             FROM pack p WHERE p.sscc = ANY ($1)",
        )
        .await?;
    let numbers = packs.iter().map(|sscc| i64::try_from(sscc.number()).map_err(Error::internal));
    let numbers = numbers.collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&numbers, &participant]).await?;
    let holding = |row: &Row| {
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

fn signed(number: u32) -> Result<i32> {
    i32::try_from(number).map_err(Error::internal)
}

fn unsigned(number: i32) -> Result<u32> {
    u32::try_from(number).map_err(Error::internal)
}
