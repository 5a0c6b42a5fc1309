//! `scan_cell`, `scan_cell_day`, `scan_tally`, `suspicion`: where people scan, and where what they scan looks suspicious.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use h3o::CellIndex;

use super::super::case::Lessons;
use super::super::rules::{Crowd, Kind, Scan};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::Result;
use crate::scans::KeptScan;

/// Scans of a cell on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// All of them.
    pub(crate) scans: i64,
    /// Those that look suspicious.
    pub(crate) suspicious: i64,
}

/// Counts scans; cells are taken in their order by everybody.
pub(crate) async fn add_cells(tx: &Transaction<'_>, cells: &BTreeMap<(NaiveDate, i64, i64), Cell>) -> Result<()> {
    let mut ever: BTreeMap<i64, i64> = BTreeMap::new();
    for ((_, cell, _), count) in cells {
        *ever.entry(*cell).or_default() += count.scans;
    }
    let add = tx
        .prepare_cached(
            "-- alerts::add_cells
             INSERT INTO scan_cell (cell, scans) SELECT * FROM unnest($1::bigint[], $2::bigint[])
             ON CONFLICT (cell) DO UPDATE SET scans = scan_cell.scans + excluded.scans",
        )
        .await?;
    let (places, scans): (Vec<i64>, Vec<i64>) = ever.into_iter().unzip();
    tx.execute(&add, &[&places, &scans]).await?;
    let add = tx
        .prepare_cached(
            "-- alerts::add_cell_days
             INSERT INTO scan_cell_day (day, cell, gtin, scans, suspicious)
             SELECT * FROM unnest($1::date[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
             ON CONFLICT (day, cell, gtin) DO UPDATE
             SET scans = scan_cell_day.scans + excluded.scans, suspicious = scan_cell_day.suspicious + excluded.suspicious",
        )
        .await?;
    let days: Vec<NaiveDate> = cells.keys().map(|key| key.0).collect();
    let places: Vec<i64> = cells.keys().map(|key| key.1).collect();
    let gtins: Vec<i64> = cells.keys().map(|key| key.2).collect();
    let scans: Vec<i64> = cells.values().map(|cell| cell.scans).collect();
    let suspicious: Vec<i64> = cells.values().map(|cell| cell.suspicious).collect();
    tx.execute(&add, &[&days, &places, &gtins, &scans, &suspicious]).await?;
    Ok(())
}

/// Counts codes that were scanned for the first time, and those that turned out copied beyond doubt.
pub(crate) async fn add_tally(tx: &Transaction<'_>, units: i64, evident: i64) -> Result<()> {
    if units == 0 && evident == 0 {
        return Ok(());
    }
    let add = tx
        .prepare_cached(
            "-- alerts::add_tally
             INSERT INTO scan_tally (part, units, evident) VALUES (pg_backend_pid() % 64, $1, $2)
             ON CONFLICT (part) DO UPDATE
             SET units = scan_tally.units + excluded.units, evident = scan_tally.evident + excluded.evident",
        )
        .await?;
    tx.execute(&add, &[&units, &evident]).await?;
    Ok(())
}

/// What is known of all scans together.
pub(crate) async fn read_crowd(db: &impl GenericClient) -> Result<Crowd> {
    let mut crowd = Crowd::default();
    for row in db.query("-- alerts::read_cells\n SELECT cell, scans FROM scan_cell", &[]).await? {
        let (cell, scans): (i64, i64) = (row.get(0), row.get(1));
        if let Ok(cell) = CellIndex::try_from(cell.cast_unsigned()) {
            crowd.add(cell, scans.unsigned_abs());
        }
    }
    let tally = "-- alerts::read_tally
         SELECT coalesce(sum(units), 0)::bigint, greatest(coalesce(sum(evident), 0), 0)::bigint FROM scan_tally";
    let row = db.query_one(tally, &[]).await?;
    (crowd.units, crowd.evident) = (row.get::<_, i64>(0).unsigned_abs(), row.get::<_, i64>(1).unsigned_abs());
    Ok(crowd)
}

/// What decisions have taught.
pub(crate) async fn read_lessons(db: &impl GenericClient) -> Result<Lessons> {
    let read = "-- alerts::read_lessons
         SELECT kind, count(*) FILTER (WHERE decision = 'confirmed'), count(*) FROM alert WHERE state = 'decided'
         GROUP BY kind";
    let rows = db.query(read, &[]).await?;
    let lesson =
        |row: &tokio_postgres::Row| Some((row.get::<_, &str>(0).parse::<Kind>().ok()?, row.get(1), row.get(2)));
    Ok(Lessons::of(rows.iter().filter_map(lesson)))
}

/// Keeps suspicious sightings with their places.
pub(crate) async fn insert_suspicions(tx: &Transaction<'_>, points: &[(&KeptScan, &Scan)]) -> Result<()> {
    let insert = tx
        .prepare_cached(
            "-- alerts::insert_suspicion
             INSERT INTO suspicion (at, scan_id, device, latitude, longitude, gtin, region)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .await?;
    for (kept, scan) in points {
        let Some(place) = scan.place else { continue };
        let device = scan.device.map(u64::cast_signed);
        let (latitude, longitude) = (place.latitude, place.longitude);
        tx.execute(&insert, &[&kept.taken_at, &kept.id, &device, &latitude, &longitude, &kept.gtin, &kept.region])
            .await?;
    }
    Ok(())
}

/// A cell over several days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HotCell {
    /// Which.
    pub(crate) cell: CellIndex,
    /// All scans in it.
    pub(crate) scans: i64,
    /// Suspicious ones, of the product if one was asked for.
    pub(crate) suspicious: i64,
}

/// Cells with scans in these days.
pub(crate) async fn list_cells(
    db: &impl GenericClient,
    from: NaiveDate,
    to: NaiveDate,
    gtin: Option<i64>,
) -> Result<Vec<HotCell>> {
    let list = db
        .prepare_cached(
            "-- alerts::list_cells
             SELECT cell, coalesce(sum(scans), 0)::bigint,
                    coalesce(sum(suspicious) FILTER (WHERE gtin = coalesce($3::bigint, 0)), 0)::bigint
             FROM scan_cell_day WHERE day BETWEEN $1 AND $2 AND (gtin = 0 OR gtin = $3) GROUP BY cell",
        )
        .await?;
    let rows = db.query(&list, &[&from, &to, &gtin]).await?;
    let cell = |row: &tokio_postgres::Row| {
        let cell = CellIndex::try_from(row.get::<_, i64>(0).cast_unsigned()).ok()?;
        Some(HotCell { cell, scans: row.get(1), suspicious: row.get(2) })
    };
    Ok(rows.iter().filter_map(cell).collect())
}

/// A suspicious sighting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// A hash of its device.
    pub(crate) device: Option<i64>,
    /// Degrees north.
    pub(crate) latitude: f64,
    /// Degrees east.
    pub(crate) longitude: f64,
}

/// Suspicious sightings of some days, the newest first.
pub(crate) async fn list_points(
    db: &impl GenericClient,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
    gtin: Option<i64>,
    region: Option<&str>,
    limit: i64,
) -> Result<Vec<Point>> {
    let list = db
        .prepare_cached(
            "-- alerts::list_points
             SELECT device, latitude, longitude FROM suspicion
             WHERE at >= $1 AND at < $2 AND ($3::bigint IS NULL OR gtin = $3) AND ($4::text IS NULL OR region = $4)
             ORDER BY at DESC LIMIT $5",
        )
        .await?;
    let rows = db.query(&list, &[&from, &before, &gtin, &region, &limit]).await?;
    let point = |row: &tokio_postgres::Row| Point { device: row.get(0), latitude: row.get(1), longitude: row.get(2) };
    Ok(rows.iter().map(point).collect())
}

/// Forgets days before one, and suspicious sightings whose exact places have had their time.
pub(crate) async fn forget_cells(tx: &Transaction<'_>, days: NaiveDate, exact: DateTime<Utc>) -> Result<()> {
    tx.execute("-- alerts::forget_cells\n DELETE FROM scan_cell_day WHERE day < $1", &[&days]).await?;
    tx.execute("-- alerts::forget_suspicions\n DELETE FROM suspicion WHERE at < $1", &[&exact]).await?;
    Ok(())
}
