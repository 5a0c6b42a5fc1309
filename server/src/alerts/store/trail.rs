//! `trail`: what is remembered.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::types::Json;

use super::super::rules::{Subject, Trail};
use super::super::watch::{coarse, exact_from};
use crate::platform::db::{LARGE_ROWS, Transaction};
use crate::platform::problem::Result;

/// Holds the trails of these subjects until the transaction ends; those that were not there begin. Returns how many of
/// these are units. Everybody takes them in the order of their keys.
pub(crate) async fn take_trails(
    tx: &Transaction<'_>,
    subjects: &[Subject],
    today: NaiveDate,
) -> Result<(BTreeMap<Subject, Trail>, i64)> {
    let by_key: HashMap<String, Subject> = subjects.iter().map(|subject| (subject.to_string(), *subject)).collect();
    let mut keys: Vec<&str> = by_key.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let begin = tx
        .prepare_cached(
            "-- alerts::begin_trails
             INSERT INTO trail (subject, state, last_on) SELECT key, '{\"p\":[],\"n\":0}', $2 FROM unnest($1::text[]) key
             ON CONFLICT DO NOTHING RETURNING subject",
        )
        .await?;
    let new = tx.query(&begin, &[&keys, &today]).await?;
    let new_units = new.iter().filter(|row| row.get::<_, &str>(0).starts_with("unit:")).count();
    let take = tx
        .prepare_cached(
            "-- alerts::take_trails
             SELECT subject, state FROM trail WHERE subject = ANY($1) ORDER BY subject FOR UPDATE",
        )
        .await?;
    let mut trails = BTreeMap::new();
    for row in tx.query(&take, &[&keys]).await? {
        let Json(trail): Json<Trail> = row.get(1);
        if let Some(subject) = by_key.get(row.get::<_, &str>(0)) {
            trails.insert(*subject, trail);
        }
    }
    Ok((trails, i64::try_from(new_units).unwrap_or(i64::MAX)))
}

/// Writes trails back; they were last met today, whatever times their scans claim.
pub(crate) async fn write_trails(
    tx: &Transaction<'_>,
    trails: &BTreeMap<Subject, Trail>,
    today: NaiveDate,
) -> Result<()> {
    let write = tx
        .prepare_cached(
            "-- alerts::write_trails
             UPDATE trail SET state = new.state, last_on = $3, exact_from = new.exact_from
             FROM unnest($1::text[], $2::jsonb[], $4::timestamptz[]) AS new (subject, state, exact_from)
             WHERE trail.subject = new.subject",
        )
        .await?;
    let trails: Vec<(&Subject, &Trail)> = trails.iter().collect();
    for trails in trails.chunks(LARGE_ROWS) {
        let keys: Vec<String> = trails.iter().map(|(subject, _)| subject.to_string()).collect();
        let states: Vec<Json<&Trail>> = trails.iter().map(|(_, trail)| Json(*trail)).collect();
        let exact: Vec<Option<DateTime<Utc>>> = trails.iter().map(|(_, trail)| exact_from(trail)).collect();
        tx.execute(&write, &[&keys, &states, &today, &exact]).await?;
    }
    Ok(())
}

/// Forgets trails whose last sighting lies before a day, so many at a time. Returns how many.
pub(crate) async fn forget_trails(tx: &Transaction<'_>, before: NaiveDate, batch: i64) -> Result<u64> {
    let forget = "-- alerts::forget_trails
         DELETE FROM trail WHERE subject IN (SELECT subject FROM trail WHERE last_on < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    Ok(tx.execute(forget, &[&before, &batch]).await?)
}

/// Rounds places that were seen before an instant, so many trails at a time. Returns how many.
pub(crate) async fn coarsen_trails(tx: &Transaction<'_>, before: DateTime<Utc>, batch: i64) -> Result<usize> {
    let list = "-- alerts::list_exact_trails
         SELECT subject, state FROM trail WHERE exact_from < $1 LIMIT $2 FOR UPDATE SKIP LOCKED";
    let rows = tx.query(list, &[&before, &batch]).await?;
    for row in &rows {
        let Json(mut trail): Json<Trail> = row.get(1);
        trail.change_places(before.timestamp() + 1, coarse);
        let write = "-- alerts::coarsen_trail\n UPDATE trail SET state = $2, exact_from = $3 WHERE subject = $1";
        tx.execute(write, &[&row.get::<_, &str>(0), &Json(&trail), &exact_from(&trail)]).await?;
    }
    Ok(rows.len())
}
