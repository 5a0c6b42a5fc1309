//! `witness_even`, `witness_odd`, `network_alert`: who has spoken of what today, by keyed hashes of networks. One table for
//! even days and one for odd ones, each emptied when its day is over; none is written to the log of changes, so that no
//! backup has them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::super::rules::Voices;
use crate::platform::db::Transaction;
use crate::platform::problem::Result;

/// New alerts that one near network may bring up in an hour, and one wide one.
pub(crate) const ALERTS_AN_HOUR: [i32; 2] = [20, 100];

fn is_even(day: NaiveDate) -> bool {
    day.num_days_from_ce() % 2 == 0
}

/// What is known of these subjects and networks on a day.
pub(crate) async fn read_voices(
    tx: &Transaction<'_>,
    day: NaiveDate,
    keys: &BTreeSet<(u64, u64)>,
) -> Result<HashMap<(u64, u64), u64>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let read = if is_even(day) {
        "-- alerts::read_even_voices
         SELECT subject, network, party FROM unnest($1::bigint[], $2::bigint[]) AS asked (subject, network)
         JOIN witness_even USING (subject, network)"
    } else {
        "-- alerts::read_odd_voices
         SELECT subject, network, party FROM unnest($1::bigint[], $2::bigint[]) AS asked (subject, network)
         JOIN witness_odd USING (subject, network)"
    };
    let (subjects, networks): (Vec<i64>, Vec<i64>) =
        keys.iter().map(|(subject, network)| (subject.cast_signed(), network.cast_signed())).unzip();
    let rows = tx.query(&tx.prepare_cached(read).await?, &[&subjects, &networks]).await?;
    let unsigned = |row: &tokio_postgres::Row, column| row.get::<_, i64>(column).cast_unsigned();
    Ok(rows.iter().map(|row| ((unsigned(row, 0), unsigned(row, 1)), unsigned(row, 2))).collect())
}

/// Writes what changed. The subjects' trails are held, or it is not held against anybody who comes at the same moment.
pub(crate) async fn write_voices(tx: &Transaction<'_>, day: NaiveDate, voices: &Voices) -> Result<()> {
    if voices.changed().is_empty() {
        return Ok(());
    }
    let write = if is_even(day) {
        "-- alerts::write_even_voices
         INSERT INTO witness_even (subject, network, party) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
         ON CONFLICT (subject, network) DO UPDATE SET party = excluded.party"
    } else {
        "-- alerts::write_odd_voices
         INSERT INTO witness_odd (subject, network, party) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
         ON CONFLICT (subject, network) DO UPDATE SET party = excluded.party"
    };
    let column = |of: fn(&(u64, u64), u64) -> u64| -> Vec<i64> {
        voices.changed().iter().map(|(key, party)| of(key, *party).cast_signed()).collect()
    };
    let (subjects, networks, parties) = (column(|key, _| key.0), column(|key, _| key.1), column(|_, party| party));
    tx.execute(&tx.prepare_cached(write).await?, &[&subjects, &networks, &parties]).await?;
    Ok(())
}

/// Forgets who spoke on another day than this one, and what was brought up before this hour.
pub(crate) async fn forget_voices(tx: &Transaction<'_>, today: NaiveDate, hour: i64) -> Result<()> {
    tx.execute("-- alerts::forget_voices\n SELECT forget_witnesses($1)", &[&!is_even(today)]).await?;
    tx.execute("-- alerts::forget_network_alerts\n DELETE FROM network_alert WHERE hour < $1", &[&hour]).await?;
    Ok(())
}

/// Of alerts that networks would bring up in an hour, takes as many as are left to each: a network, how many of them are
/// asked for, and how many it may bring up in all. Returns how many each may bring up now.
pub(crate) async fn take_budgets(
    tx: &Transaction<'_>,
    hour: i64,
    asked: &BTreeMap<u64, (i32, i32)>,
) -> Result<HashMap<u64, i32>> {
    let networks: Vec<i64> = asked.keys().map(|network| network.cast_signed()).collect();
    let begin = "-- alerts::begin_budgets
         INSERT INTO network_alert (hour, network, opened) SELECT $1::bigint, network, 0 FROM unnest($2::bigint[]) network
         ORDER BY network ON CONFLICT DO NOTHING";
    tx.execute(&tx.prepare_cached(begin).await?, &[&hour, &networks]).await?;
    let hold = "-- alerts::hold_budgets
         SELECT network, opened FROM network_alert WHERE hour = $1 AND network = ANY($2) ORDER BY network FOR UPDATE";
    let rows = tx.query(&tx.prepare_cached(hold).await?, &[&hour, &networks]).await?;
    let given: HashMap<u64, i32> = rows
        .iter()
        .filter_map(|row| {
            let network = row.get::<_, i64>(0).cast_unsigned();
            let (wanted, most) = asked.get(&network)?;
            Some((network, (*wanted).min(most - row.get::<_, i32>(1)).max(0)))
        })
        .collect();
    Ok(given)
}

/// Notes how many alerts each network has brought up; [`take_budgets`] holds their rows.
pub(crate) async fn note_opened(tx: &Transaction<'_>, hour: i64, opened: &BTreeMap<u64, i32>) -> Result<()> {
    let note = "-- alerts::note_opened
         UPDATE network_alert SET opened = network_alert.opened + new.opened
         FROM unnest($2::bigint[], $3::int[]) AS new (network, opened)
         WHERE network_alert.hour = $1 AND network_alert.network = new.network";
    let (networks, opened): (Vec<i64>, Vec<i32>) =
        opened.iter().map(|(network, opened)| (network.cast_signed(), *opened)).unzip();
    tx.execute(&tx.prepare_cached(note).await?, &[&hour, &networks, &opened]).await?;
    Ok(())
}

/// Of these subjects, those that have an alert.
pub(crate) async fn list_standing(tx: &Transaction<'_>, subjects: &[String]) -> Result<HashSet<String>> {
    let list =
        tx.prepare_cached("-- alerts::list_standing\n SELECT subject FROM alert WHERE subject = ANY($1)").await?;
    Ok(tx.query(&list, &[&subjects]).await?.iter().map(|row| row.get(0)).collect())
}

/// The key under which devices are hashed: nobody outside chooses who stays in the sample of a trail.
pub(crate) async fn find_key(tx: &Transaction<'_>) -> Result<Vec<u8>> {
    Ok(tx.query_one("-- alerts::find_key\n SELECT key FROM detection_key", &[]).await?.get(0))
}
