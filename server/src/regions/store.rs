//! The table `region`.

use chrono::{DateTime, Utc};

use super::boundary::{Region, polygons};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Every region.
pub(super) async fn list_regions(db: &impl GenericClient) -> Result<Vec<Region>> {
    let list = "-- regions::list_regions\n SELECT code, name_kk, name_ru, name_en, boundary FROM region ORDER BY code";
    let rows = db.query(list, &[]).await?;
    rows.iter()
        .map(|row| {
            let geometry = row.get(4);
            let boundary = polygons(&geometry).ok_or_else(|| Error::internal("a region without a boundary"))?;
            Ok(Region { code: row.get(0), names: [row.get(1), row.get(2), row.get(3)], geometry, boundary })
        })
        .collect()
}

/// Replaces all regions.
pub(super) async fn replace_regions(tx: &Transaction<'_>, regions: &[Region], at: DateTime<Utc>) -> Result<()> {
    tx.execute("-- regions::delete_regions\n DELETE FROM region", &[]).await?;
    let insert = tx
        .prepare_cached(
            "-- regions::insert_region
             INSERT INTO region (code, name_kk, name_ru, name_en, boundary, imported_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    for Region { code, names: [kk, ru, en], geometry, .. } in regions {
        tx.execute(&insert, &[code, kk, ru, en, geometry, &at]).await?;
    }
    Ok(())
}
