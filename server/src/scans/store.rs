//! The table `scan`, a partition a day.

use std::collections::HashSet;
use std::pin::pin;

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::finding::ScanFinding;
use super::scan::{Place, Scan, Source};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Of these scans, those whose id is there already: day, id and the fingerprint that it stands for.
pub(crate) async fn list_known(tx: &Transaction<'_>, scans: &[&Scan]) -> Result<Vec<(NaiveDate, Uuid, i64)>> {
    let list = tx
        .prepare_cached(
            "-- scans::list_known
             SELECT taken_on, id, fingerprint FROM unnest($1::date[], $2::uuid[]) AS sent (taken_on, id)
             JOIN scan USING (taken_on, id)",
        )
        .await?;
    let (days, ids): (Vec<NaiveDate>, Vec<Uuid>) = scans.iter().map(|scan| (scan.taken_on, scan.id)).unzip();
    let found = tx.query(&list, &[&days, &ids]).await?;
    Ok(found.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Inserts scans, each with the moment when it came in, by COPY: half the work of an INSERT. False, and the transaction
/// is lost, if somebody else has inserted one of their ids since it began.
pub(crate) async fn insert_scans(tx: &Transaction<'_>, rows: &[(&Scan, DateTime<Utc>)]) -> Result<bool> {
    match copy_scans(tx, rows).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn copy_scans(tx: &Transaction<'_>, rows: &[(&Scan, DateTime<Utc>)]) -> Result<(), tokio_postgres::Error> {
    let copy = tx
        .prepare_cached(
            "-- scans::insert_scans
             COPY scan (taken_on, id, fingerprint, taken_at, received_at, code, gtin, order_number, unit_index,
                        verdict, device, consent, latitude, longitude, accuracy_metres, source, region,
                        finding, sequence, place)
             FROM STDIN (FORMAT binary)",
        )
        .await?;
    let types = [
        Type::DATE,
        Type::UUID,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::TIMESTAMPTZ,
        Type::TEXT,
        Type::INT8,
        Type::INT4,
        Type::INT4,
        Type::TEXT,
        Type::UUID,
        Type::TEXT,
        Type::FLOAT8,
        Type::FLOAT8,
        Type::FLOAT4,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::INT8,
    ];
    let mut table = pin!(BinaryCopyInWriter::new(tx.copy_in(&copy).await?, &types));
    for (scan, received_at) in rows {
        let (unit, in_sequence) = (scan.finding.unit(), scan.finding.in_sequence());
        table
            .as_mut()
            .write(&[
                &scan.taken_on,
                &scan.id,
                &scan.fingerprint,
                &scan.taken_at,
                received_at,
                &scan.code,
                &scan.gtin,
                &unit.map(|unit| unit.0),
                &unit.map(|unit| unit.1),
                &scan.verdict,
                &scan.device,
                &scan.consent.slug(),
                &scan.place.map(|place| place.latitude),
                &scan.place.map(|place| place.longitude),
                &scan.place.map(|place| place.accuracy_metres),
                &scan.source.map(Source::slug),
                &scan.region,
                &scan.finding.slug(),
                &in_sequence.as_ref().map(|(sequence, _)| sequence),
                &in_sequence.as_ref().map(|(_, place)| *place),
            ])
            .await?;
    }
    table.finish().await?;
    Ok(())
}

/// The salt under which the networks of a day are hashed: this one, unless another process was first.
pub(super) async fn find_or_make_salt(db: &impl GenericClient, day: NaiveDate, new: &[u8]) -> Result<Vec<u8>> {
    let make = "-- scans::make_salt\n INSERT INTO network_salt (day, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    db.execute(make, &[&day, &new]).await?;
    let find = "-- scans::find_salt\n SELECT salt FROM network_salt WHERE day = $1";
    Ok(db.query_one(find, &[&day]).await?.get(0))
}

/// Forgets the salts of days before this one.
pub(super) async fn forget_salts(db: &impl GenericClient, today: NaiveDate) -> Result<u64> {
    Ok(db.execute("-- scans::forget_salts\n DELETE FROM network_salt WHERE day < $1", &[&today]).await?)
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
    /// What the text was found to be.
    pub(crate) finding: ScanFinding,
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

/// Scans by day and id. Those of days before `oldest` may have been removed by retention; any other that is not found is a
/// failure to try again: while rows move from the default partition to that of their day, a query that was planned before
/// finds them in neither.
pub(crate) async fn list_scans(
    db: &impl GenericClient,
    wanted: &[(NaiveDate, Uuid)],
    oldest: NaiveDate,
) -> Result<Vec<KeptScan>> {
    let list = db
        .prepare_cached(
            "-- scans::list_scans
             SELECT id, taken_at, received_at, code, gtin, order_number, unit_index, verdict, device, latitude, longitude,
                    accuracy_metres, source IS NOT DISTINCT FROM 'picture', region, finding, sequence, place
             FROM unnest($1::date[], $2::uuid[]) AS wanted (taken_on, id) JOIN scan USING (taken_on, id)
             ORDER BY taken_at, id",
        )
        .await?;
    let (days, ids): (Vec<NaiveDate>, Vec<Uuid>) = wanted.iter().copied().unzip();
    let rows = db.query(&list, &[&days, &ids]).await?;
    let found: HashSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let missing = wanted.iter().filter(|(day, id)| *day >= oldest && !found.contains(id)).count();
    if missing > 0 {
        let source = format!("{missing} of {} scans are not found", wanted.len()).into();
        return Err(Error::Unavailable { slug: "register-unavailable", source });
    }
    rows.iter()
        .map(|row| {
            let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get(9), row.get(10));
            let accuracy_metres: Option<f32> = row.get(11);
            let place = latitude.zip(longitude).map(|(latitude, longitude)| Place {
                latitude,
                longitude,
                accuracy_metres: accuracy_metres.unwrap_or_default(),
            });
            let unit = row.get::<_, Option<i32>>(5).zip(row.get(6));
            let in_sequence = row.get::<_, Option<&str>>(15).zip(row.get(16));
            let finding = ScanFinding::from_columns(row.get(14), unit, in_sequence);
            Ok(KeptScan {
                id: row.get(0),
                taken_at: row.get(1),
                received_at: row.get(2),
                code: row.get(3),
                gtin: row.get(4),
                finding: finding.ok_or_else(|| Error::internal("a scan has a finding that is none"))?,
                verdict: row.get(7),
                device: row.get(8),
                place,
                from_picture: row.get(12),
                region: row.get(13),
            })
        })
        .collect()
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
    tx.execute("-- scans::create_partition\n SELECT make_scan_partition($1)", &[&day]).await?;
    Ok(())
}

/// Drops the partition of a day with all that is in it.
pub(crate) async fn drop_partition(tx: &Transaction<'_>, day: NaiveDate) -> Result<()> {
    tx.execute("-- scans::drop_partition\n SELECT drop_scan_partition($1)", &[&day]).await?;
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
