//! Quotas of orders, and what of them is used.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{gtin, gtin_column};
use crate::codes::quota::{DEFAULT, Limits, Quota, Usage};
use crate::platform::db::{GenericClient, Lock, Transaction};
use crate::platform::problem::{Error, Result};

fn bound(row: &Row, column: &str) -> Result<Option<u64>> {
    row.get::<_, Option<i64>>(column).map(u64::try_from).transpose().map_err(Error::internal)
}

fn quota(row: &Row) -> Result<(Option<Gtin>, Quota)> {
    let quota = Quota {
        codes_a_day: bound(row, "codes_a_day")?,
        not_applied: bound(row, "not_applied")?,
        orders_a_day: bound(row, "orders_a_day")?,
        approval_above: bound(row, "approval_above")?,
        places: bound(row, "places")?,
    };
    Ok((row.get::<_, Option<i64>>("gtin").map(gtin).transpose()?, quota))
}

/// What operators set for a participant: for all its goods under no GTIN, then for some of them.
pub(crate) async fn list_quotas(db: &impl GenericClient, participant: i32) -> Result<BTreeMap<Option<Gtin>, Quota>> {
    let list = db
        .prepare_cached(
            "-- codes::list_quotas
             SELECT gtin, codes_a_day, not_applied, orders_a_day, approval_above, places
             FROM order_quota WHERE participant = $1",
        )
        .await?;
    db.query(&list, &[&participant]).await?.iter().map(quota).collect()
}

/// The bounds that hold for a participant's orders of one product.
pub(crate) async fn find_limits(db: &impl GenericClient, participant: i32, product: Gtin) -> Result<Limits> {
    let quotas = list_quotas(db, participant).await?;
    let common = quotas.get(&None).copied().unwrap_or_default();
    let own = quotas.get(&Some(product)).copied().unwrap_or_default();
    Ok(DEFAULT.with(&common).with(&own))
}

/// Sets the bounds for a participant's orders, of one product or of all.
pub(crate) async fn set_quota(
    tx: &Transaction<'_>,
    participant: i32,
    product: Option<Gtin>,
    quota: &Quota,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let set = tx
        .prepare_cached(
            "-- codes::set_quota
             INSERT INTO order_quota (participant, gtin, codes_a_day, not_applied, orders_a_day, approval_above, places,
                                      set_by, set_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (participant, gtin) DO UPDATE SET codes_a_day = excluded.codes_a_day,
                 not_applied = excluded.not_applied, orders_a_day = excluded.orders_a_day,
                 approval_above = excluded.approval_above, places = excluded.places,
                 set_by = excluded.set_by, set_at = excluded.set_at",
        )
        .await?;
    let column = |bound: Option<u64>| bound.map(i64::try_from).transpose().map_err(Error::internal);
    let Quota { codes_a_day, not_applied, orders_a_day, approval_above, places } = *quota;
    tx.execute(
        &set,
        &[
            &participant,
            &product.map(gtin_column),
            &column(codes_a_day)?,
            &column(not_applied)?,
            &column(orders_a_day)?,
            &column(approval_above)?,
            &column(places)?,
            &by,
            &now,
        ],
    )
    .await?;
    Ok(())
}

/// Keeps a participant's other orders from being placed until the transaction ends, so that quotas hold for all of
/// them together.
pub(crate) async fn hold_orderer(tx: &Transaction<'_>, participant: i32) -> Result<()> {
    Lock::Orderer(participant).hold(tx).await
}

/// What a participant has ordered: of the product since the day began, of all products, and not yet applied.
pub(crate) async fn find_usage(
    db: &impl GenericClient,
    participant: i32,
    product: Gtin,
    day_began: DateTime<Utc>,
) -> Result<Usage> {
    let find = db
        .prepare_cached(
            "-- codes::find_usage
             SELECT coalesce(sum(quantity) FILTER (WHERE gtin = $2 AND state IN ('awaiting-approval', 'approved')), 0)::bigint,
                    count(*),
                    (SELECT coalesce(sum(quantity - applied), 0)::bigint FROM code_order
                     WHERE participant = $1 AND gtin = $2 AND applied < quantity
                       AND state IN ('awaiting-approval', 'approved'))
             FROM code_order WHERE participant = $1 AND created_at >= $3",
        )
        .await?;
    let row = db.query_one(&find, &[&participant, &gtin_column(product), &day_began]).await?;
    let number = |column| u64::try_from(row.get::<_, i64>(column)).map_err(Error::internal);
    Ok(Usage { codes_today: number(0)?, orders_today: number(1)?, not_applied: number(2)? })
}
