//! Shipments: documents that await the signature of their receiver.

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::documents::kinds::shipment::{Direction, Shipment, ShipmentState};
use crate::ledger::{sscc_column, unsigned};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

const SHIPMENT: &str = "d.id, d.participant AS sender, f.bin AS sender_bin, d.receiver, t.bin AS receiver_bin, d.state,
    d.units, d.at, d.changed_at, d.number, f.name_kk AS sender_kk, f.name_ru AS sender_ru, f.name_en AS sender_en,
    t.name_kk AS receiver_kk, t.name_ru AS receiver_ru, t.name_en AS receiver_en
    FROM document d
    JOIN participant f ON f.number = d.participant JOIN participant t ON t.number = d.receiver";

impl TryFrom<&Row> for Shipment {
    type Error = Error;

    fn try_from(row: &Row) -> Result<Self> {
        let state: &str = row.get("state");
        Ok(Self {
            id: row.get("id"),
            sender: row.get("sender"),
            sender_bin: row.get("sender_bin"),
            sender_name: Names { kk: row.get("sender_kk"), ru: row.get("sender_ru"), en: row.get("sender_en") },
            receiver: row.get("receiver"),
            receiver_bin: row.get("receiver_bin"),
            receiver_name: Names { kk: row.get("receiver_kk"), ru: row.get("receiver_ru"), en: row.get("receiver_en") },
            state: ShipmentState::find(state).ok_or_else(|| Error::internal(format!("a shipment is {state}")))?,
            units: unsigned(row.get("units"))?,
            sent_at: row.get("at"),
            changed_at: row.get("changed_at"),
            number: row.get("number"),
        })
    }
}

/// A shipment.
pub(crate) async fn find_shipment(db: &impl GenericClient, id: Uuid) -> Result<Option<Shipment>> {
    let find = db
        .prepare_cached(&format!("-- documents::find_shipment\n SELECT {SHIPMENT} WHERE d.id = $1 AND d.kind = 'ship'"))
        .await?;
    db.query_opt(&find, &[&id]).await?.as_ref().map(Shipment::try_from).transpose()
}

/// A shipment, locked until the transaction ends.
pub(crate) async fn lock_shipment(tx: &Transaction<'_>, id: Uuid) -> Result<Option<Shipment>> {
    let lock = tx
        .prepare_cached(&format!(
            "-- documents::lock_shipment\n SELECT {SHIPMENT} WHERE d.id = $1 AND d.kind = 'ship' FOR UPDATE OF d"
        ))
        .await?;
    tx.query_opt(&lock, &[&id]).await?.as_ref().map(Shipment::try_from).transpose()
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
            "-- documents::list_shipments
             SELECT {SHIPMENT}
             WHERE d.kind = 'ship' AND (d.participant = $1 AND $2 OR d.receiver = $1 AND $3)
               AND ($4::text IS NULL OR d.state = $4)
               AND ($5::timestamptz IS NULL OR (d.at, d.id) < ($5, $6))
             ORDER BY d.at DESC, d.id DESC LIMIT $7"
        ))
        .await?;
    let outgoing = direction != Some(Direction::Incoming);
    let incoming = direction != Some(Direction::Outgoing);
    let state = state.map(ShipmentState::slug);
    let (at, id) = after.unzip();
    let rows = db.query(&list, &[&participant, &outgoing, &incoming, &state, &at, &id, &limit]).await?;
    rows.iter().map(Shipment::try_from).collect()
}

/// Whether a pack, or the pack around it, is in a shipment that awaits this participant's signature.
pub(crate) async fn is_on_its_way_to(db: &impl GenericClient, number: Sscc, participant: i32) -> Result<bool> {
    let find = db
        .prepare_cached(
            "-- documents::is_on_its_way_to
             SELECT EXISTS (
                 SELECT FROM document_pack p JOIN document d ON d.id = p.document_id
                 WHERE d.receiver = $2 AND d.state = 'awaiting'
                   AND p.sscc IN ($1, (SELECT parent FROM pack WHERE sscc = $1)))",
        )
        .await?;
    Ok(db.query_one(&find, &[&sscc_column(number), &participant]).await?.get(0))
}
