//! Goods under way: who sends what to whom, and whether the receiver has signed.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use uuid::Uuid;

use super::unsigned;
use crate::codes::shipment::{Direction, Shipment, ShipmentState};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

const SHIPMENT: &str = "s.id, s.sender, f.bin, s.receiver, t.bin, s.state, o.units, o.at, s.changed_at, \
    o.details ->> 'number', f.name_kk, f.name_ru, f.name_en, t.name_kk, t.name_ru, t.name_en
    FROM shipment s JOIN operation o ON o.id = s.id
    JOIN participant f ON f.number = s.sender JOIN participant t ON t.number = s.receiver";

fn shipment(row: &Row) -> Result<Shipment> {
    let state: &str = row.get(5);
    Ok(Shipment {
        id: row.get(0),
        sender: row.get(1),
        sender_bin: row.get(2),
        receiver: row.get(3),
        receiver_bin: row.get(4),
        state: ShipmentState::find(state).ok_or_else(|| Error::internal(format!("a shipment is {state}")))?,
        units: unsigned(row.get(6))?,
        sent_at: row.get(7),
        changed_at: row.get(8),
        number: row.get(9),
        sender_name: Names { kk: row.get(10), ru: row.get(11), en: row.get(12) },
        receiver_name: Names { kk: row.get(13), ru: row.get(14), en: row.get(15) },
    })
}

/// Begins a shipment; its document is filed already.
pub(crate) async fn insert_shipment(
    tx: &Transaction<'_>,
    id: Uuid,
    sender: i32,
    receiver: i32,
    at: DateTime<Utc>,
) -> Result<()> {
    let insert = tx
        .prepare_cached(
            "-- codes::insert_shipment
             INSERT INTO shipment (id, sender, receiver, state, changed_at) VALUES ($1, $2, $3, 'awaiting', $4)",
        )
        .await?;
    tx.execute(&insert, &[&id, &sender, &receiver, &at]).await?;
    Ok(())
}

/// A shipment.
pub(crate) async fn find_shipment(db: &impl GenericClient, id: Uuid) -> Result<Option<Shipment>> {
    let find = db.prepare_cached(&format!("-- codes::find_shipment\n SELECT {SHIPMENT} WHERE s.id = $1")).await?;
    db.query_opt(&find, &[&id]).await?.as_ref().map(shipment).transpose()
}

/// A shipment, held until the transaction ends.
pub(crate) async fn lock_shipment(tx: &Transaction<'_>, id: Uuid) -> Result<Option<Shipment>> {
    let lock = tx
        .prepare_cached(&format!("-- codes::lock_shipment\n SELECT {SHIPMENT} WHERE s.id = $1 FOR UPDATE OF s"))
        .await?;
    tx.query_opt(&lock, &[&id]).await?.as_ref().map(shipment).transpose()
}

/// Ends a shipment.
pub(crate) async fn end_shipment(
    tx: &Transaction<'_>,
    id: Uuid,
    state: ShipmentState,
    at: DateTime<Utc>,
) -> Result<()> {
    let update = tx
        .prepare_cached("-- codes::end_shipment\n UPDATE shipment SET state = $2, changed_at = $3 WHERE id = $1")
        .await?;
    tx.execute(&update, &[&id, &state.slug(), &at]).await?;
    Ok(())
}

/// A page of a participant's shipments, newest first, after the one that was sent at an instant with an id.
pub(crate) async fn list_shipments(
    db: &impl GenericClient,
    participant: i32,
    direction: Option<Direction>,
    state: Option<ShipmentState>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Shipment>> {
    let list = db
        .prepare_cached(&format!(
            "-- codes::list_shipments
             SELECT {SHIPMENT}
             WHERE (s.sender = $1 AND $2 OR s.receiver = $1 AND $3)
               AND ($4::text IS NULL OR s.state = $4)
               AND ($5::timestamptz IS NULL OR (o.at, o.id) < ($5, $6))
             ORDER BY o.at DESC, o.id DESC LIMIT $7"
        ))
        .await?;
    let outgoing = direction != Some(Direction::Incoming);
    let incoming = direction != Some(Direction::Outgoing);
    let state = state.map(ShipmentState::slug);
    let (at, id) = after.unzip();
    let rows = db.query(&list, &[&participant, &outgoing, &incoming, &state, &at, &id, &limit]).await?;
    rows.iter().map(shipment).collect()
}
