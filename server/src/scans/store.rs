//! The table `scan`, a partition a day.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::scan::{Place, Scan, Source};
use crate::db::{GenericClient, Transaction};
use crate::error::Result;

/// Inserts scans; those whose id is there already are left as they are. Returns the ids that are new.
pub(crate) async fn insert_scans(tx: &Transaction<'_>, rows: &[(&Scan, DateTime<Utc>)]) -> Result<HashSet<Uuid>> {
    let insert = tx
        .prepare_cached(
            "-- scans::insert_scans
             INSERT INTO scan (taken_on, id, fingerprint, taken_at, received_at, code, gtin, order_number, unit_index,
                               verdict, device, consent, latitude, longitude, accuracy_metres, source, region)
             SELECT * FROM unnest($1::date[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
                                  $6::text[], $7::bigint[], $8::int[], $9::int[], $10::text[], $11::uuid[],
                                  $12::text[], $13::float8[], $14::float8[], $15::float4[], $16::text[],
                                  $17::text[])
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .await?;
    let column = rows;
    let taken_on: Vec<NaiveDate> = column.iter().map(|(scan, _)| scan.taken_on).collect();
    let ids: Vec<Uuid> = column.iter().map(|(scan, _)| scan.id).collect();
    let fingerprints: Vec<i64> = column.iter().map(|(scan, _)| scan.fingerprint).collect();
    let taken_at: Vec<DateTime<Utc>> = column.iter().map(|(scan, _)| scan.taken_at).collect();
    let received_at: Vec<DateTime<Utc>> = column.iter().map(|(_, received_at)| *received_at).collect();
    let codes: Vec<Option<&str>> = column.iter().map(|(scan, _)| scan.code.as_deref()).collect();
    let gtins: Vec<Option<i64>> = column.iter().map(|(scan, _)| scan.gtin).collect();
    let orders: Vec<Option<i32>> = column.iter().map(|(scan, _)| scan.unit.map(|unit| unit.0)).collect();
    let indices: Vec<Option<i32>> = column.iter().map(|(scan, _)| scan.unit.map(|unit| unit.1)).collect();
    let verdicts: Vec<Option<&str>> = column.iter().map(|(scan, _)| scan.verdict).collect();
    let devices: Vec<Option<Uuid>> = column.iter().map(|(scan, _)| scan.device).collect();
    let consents: Vec<&str> = column.iter().map(|(scan, _)| scan.consent.slug()).collect();
    let latitudes: Vec<Option<f64>> = column.iter().map(|(scan, _)| scan.place.map(|place| place.latitude)).collect();
    let longitudes: Vec<Option<f64>> = column.iter().map(|(scan, _)| scan.place.map(|place| place.longitude)).collect();
    let accuracies: Vec<Option<f32>> =
        column.iter().map(|(scan, _)| scan.place.map(|place| place.accuracy_metres)).collect();
    let sources: Vec<Option<&str>> = column.iter().map(|(scan, _)| scan.source.map(Source::slug)).collect();
    let regions: Vec<Option<&str>> = column.iter().map(|(scan, _)| scan.region.as_deref()).collect();
    let new = tx
        .query(
            &insert,
            &[
                &taken_on,
                &ids,
                &fingerprints,
                &taken_at,
                &received_at,
                &codes,
                &gtins,
                &orders,
                &indices,
                &verdicts,
                &devices,
                &consents,
                &latitudes,
                &longitudes,
                &accuracies,
                &sources,
                &regions,
            ],
        )
        .await?;
    Ok(new.iter().map(|row| row.get(0)).collect())
}

/// Of these scans, those whose id stands for another one: id and fingerprint as sent.
pub(crate) async fn list_other_scans(
    tx: &Transaction<'_>,
    rows: &[(&Scan, DateTime<Utc>)],
) -> Result<Vec<(Uuid, i64)>> {
    let list = tx
        .prepare_cached(
            "-- scans::list_other_scans
             SELECT sent.id, sent.fingerprint
             FROM unnest($1::date[], $2::uuid[], $3::bigint[]) AS sent (taken_on, id, fingerprint)
             JOIN scan USING (taken_on, id) WHERE scan.fingerprint <> sent.fingerprint",
        )
        .await?;
    let taken_on: Vec<NaiveDate> = rows.iter().map(|(scan, _)| scan.taken_on).collect();
    let ids: Vec<Uuid> = rows.iter().map(|(scan, _)| scan.id).collect();
    let fingerprints: Vec<i64> = rows.iter().map(|(scan, _)| scan.fingerprint).collect();
    let found = tx.query(&list, &[&taken_on, &ids, &fingerprints]).await?;
    Ok(found.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// A scan as those who judge it read it.
#[derive(Clone, Debug)]
pub(crate) struct KeptScan {
    /// The client's id.
    pub(crate) id: Uuid,
    /// When it was taken.
    pub(crate) taken_at: DateTime<Utc>,
    /// When it came in.
    pub(crate) received_at: DateTime<Utc>,
    /// The code; none when order and index stand for it.
    pub(crate) code: Option<String>,
    /// Its product.
    pub(crate) gtin: Option<i64>,
    /// Order and index of a code of ours.
    pub(crate) unit: Option<(i32, i32)>,
    /// What the client was told.
    pub(crate) verdict: Option<String>,
    /// The device's random id.
    pub(crate) device: Option<Uuid>,
    /// The place, as far as it is kept.
    pub(crate) place: Option<Place>,
    /// Whether it is a picture from a file.
    pub(crate) from_picture: bool,
    /// KATO code.
    pub(crate) region: Option<String>,
}

/// The scans with these days and ids, as far as they are still there.
pub(crate) async fn list_scans(db: &impl GenericClient, wanted: &[(NaiveDate, Uuid)]) -> Result<Vec<KeptScan>> {
    let list = db
        .prepare_cached(
            "-- scans::list_scans
             SELECT id, taken_at, received_at, code, gtin, order_number, unit_index, verdict, device, latitude, longitude,
                    accuracy_metres, source IS NOT DISTINCT FROM 'picture', region
             FROM unnest($1::date[], $2::uuid[]) AS wanted (taken_on, id) JOIN scan USING (taken_on, id)
             ORDER BY taken_at, id",
        )
        .await?;
    let (days, ids): (Vec<NaiveDate>, Vec<Uuid>) = wanted.iter().copied().unzip();
    let rows = db.query(&list, &[&days, &ids]).await?;
    Ok(rows
        .iter()
        .map(|row| {
            let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get(9), row.get(10));
            let accuracy_metres: Option<f32> = row.get(11);
            let place = latitude.zip(longitude).map(|(latitude, longitude)| Place {
                latitude,
                longitude,
                accuracy_metres: accuracy_metres.unwrap_or_default(),
            });
            KeptScan {
                id: row.get(0),
                taken_at: row.get(1),
                received_at: row.get(2),
                code: row.get(3),
                gtin: row.get(4),
                unit: row.get::<_, Option<i32>>(5).zip(row.get(6)),
                verdict: row.get(7),
                device: row.get(8),
                place,
                from_picture: row.get(12),
                region: row.get(13),
            }
        })
        .collect())
}

/// The days that have a partition of their own.
pub(crate) async fn list_partitions(db: &impl GenericClient) -> Result<Vec<NaiveDate>> {
    let rows = db
        .query(
            "-- scans::list_partitions
             SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'scan'::regclass AND c.relname <> 'scan_other' ORDER BY 1",
            &[],
        )
        .await?;
    let day = |name: &str| NaiveDate::parse_from_str(name.strip_prefix("scan_")?, "%Y%m%d").ok();
    Ok(rows.iter().filter_map(|row| day(row.get(0))).collect())
}

/// Makes the partition of a day, and moves into it what a hasty clock had put aside.
pub(crate) async fn create_partition(tx: &Transaction<'_>, day: NaiveDate) -> Result<()> {
    let table = partition(day);
    let next = day.succ_opt().unwrap_or(day);
    tx.batch_execute(&format!(
        "-- scans::create_partition
         CREATE TABLE {table} (LIKE scan INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
         WITH early AS (DELETE FROM scan_other WHERE taken_on = '{day}' RETURNING *)
             INSERT INTO {table} SELECT * FROM early;
         ALTER TABLE scan ATTACH PARTITION {table} FOR VALUES FROM ('{day}') TO ('{next}')"
    ))
    .await?;
    Ok(())
}

/// Drops the partition of a day with all that is in it.
pub(crate) async fn drop_partition(tx: &Transaction<'_>, day: NaiveDate) -> Result<()> {
    tx.batch_execute(&format!("-- scans::drop_partition\n DROP TABLE {}", partition(day))).await?;
    Ok(())
}

/// Deletes scans with absurd days that were received before `before`.
pub(crate) async fn delete_other_scans(tx: &Transaction<'_>, before: DateTime<Utc>) -> Result<u64> {
    Ok(tx.execute("-- scans::delete_other_scans\n DELETE FROM scan_other WHERE received_at < $1", &[&before]).await?)
}

/// Rounds exact places of scans received before `before`, a batch at a time. Returns how many.
pub(crate) async fn coarsen(
    tx: &Transaction<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    batch: i64,
) -> Result<u64> {
    let update = tx
        .prepare_cached(
            "-- scans::coarsen (the same cells as Place::coarse)
             UPDATE scan SET latitude = round((floor(latitude / $3) * $3 + $3 / 2)::numeric, 3),
                             longitude = round((floor(longitude / $3) * $3 + $3 / 2)::numeric, 3),
                             accuracy_metres = greatest(accuracy_metres, $4), coarsened_at = $2
             WHERE (taken_on, id) IN (
                 SELECT taken_on, id FROM scan
                 WHERE consent = 'exact' AND latitude IS NOT NULL AND coarsened_at IS NULL AND received_at < $1
                 LIMIT $5 FOR UPDATE SKIP LOCKED)",
        )
        .await?;
    let step = super::scan::COARSE_STEP_DEGREES;
    let accuracy = super::scan::COARSE_ACCURACY_METRES;
    Ok(tx.execute(&update, &[&before, &now, &step, &accuracy, &batch]).await?)
}

fn partition(day: NaiveDate) -> String {
    format!("scan_{:04}{:02}{:02}", day.year(), day.month(), day.day())
}
