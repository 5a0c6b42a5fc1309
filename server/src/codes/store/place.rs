//! Places of sequences: given to participants in blocks, taken by their orders, returned by voided ones. Whoever takes
//! places holds the sequence's row first.

use chrono::{DateTime, NaiveDate, Utc};

use super::signed;
use crate::codes::place::Sequence;
use crate::codes::share::{Asker, Given};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Who needs places of which sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    /// The sequence.
    pub(crate) sequence: Sequence,
    /// How many places it has.
    pub(crate) room: u64,
    /// Who needs them.
    pub(crate) participant: i32,
    /// Who registered the goods; none for stamps.
    pub(crate) registrant: Option<i32>,
    /// How many, side by side.
    pub(crate) quantity: u32,
    /// The share that an operator set.
    pub(crate) raised: Option<u64>,
}

/// A sequence as operators see it.
#[derive(Clone, Debug)]
pub(crate) struct SequenceRow {
    /// Its name: `gtin:…` or `stamp:…`.
    pub(crate) name: String,
    /// How many places it has.
    pub(crate) room: u64,
    /// How many are given.
    pub(crate) given: u64,
    /// The day on which places were given last, and how many on that day.
    pub(crate) last_day: Option<(NaiveDate, u64)>,
    /// The last day on which one percent or more was given.
    pub(crate) alarmed_on: Option<NaiveDate>,
}

fn number(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(Error::internal)
}

fn column(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(Error::internal)
}

/// Takes neighbouring places and returns the first: those of a voided order if there are enough, else places of a block,
/// else of a new block. No place that may be known outside is ever taken twice (D1.1).
pub(crate) async fn take(tx: &Transaction<'_>, demand: Demand, now: DateTime<Utc>) -> Result<u64> {
    let name = demand.sequence.to_string();
    let make = tx
        .prepare_cached(
            "-- codes::make_sequence\n INSERT INTO place_sequence (name, next_place) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        )
        .await?;
    tx.execute(&make, &[&name]).await?;
    let hold = tx
        .prepare_cached(
            "-- codes::hold_sequence
             SELECT next_place, given_on, given_today, alarmed_on FROM place_sequence WHERE name = $1 FOR UPDATE",
        )
        .await?;
    let row = tx.query_one(&hold, &[&name]).await?;
    if let Some(first) = take_returned(tx, &name, demand).await? {
        return Ok(first);
    }
    if let Some(first) = take_of_block(tx, &name, demand).await? {
        return Ok(first);
    }
    let all = number(row.get(0))?;
    let given = count_given(tx, &name, demand, all).await?;
    let asker = match demand.registrant {
        None => Asker::OfStamps,
        Some(registrant) if registrant == demand.participant => Asker::Registrant,
        Some(_) => Asker::Another,
    };
    let size = given.block(asker, demand.quantity, demand.raised)?;
    insert_block(tx, &name, demand, all, size, now).await?;
    let today = locales::format::date_in_kazakhstan(now);
    let before = if row.get::<_, Option<NaiveDate>>(1) == Some(today) { number(row.get(2))? } else { 0 };
    let mut alarmed_on: Option<NaiveDate> = row.get(3);
    if Given::is_alarming(demand.room, before + size) && alarmed_on != Some(today) {
        alarmed_on = Some(today);
        metrics::counter!("tanba_sequence_alarms_total").increment(1);
        tracing::warn!(
            sequence = name,
            given_today = before + size,
            room = demand.room,
            "one percent of a sequence was given in a day"
        );
    }
    let note = tx
        .prepare_cached(
            "-- codes::note_given
             UPDATE place_sequence SET next_place = $2, room = $3, given_on = $4, given_today = $5, alarmed_on = $6
             WHERE name = $1",
        )
        .await?;
    let values = (column(all + size)?, column(demand.room)?, column(before + size)?);
    tx.execute(&note, &[&name, &values.0, &values.1, &today, &values.2, &alarmed_on]).await?;
    Ok(all)
}

/// Takes places that a voided order of the same participant has returned.
async fn take_returned(tx: &Transaction<'_>, name: &str, demand: Demand) -> Result<Option<u64>> {
    let take = tx
        .prepare_cached(
            "-- codes::take_returned
             DELETE FROM place_returned r
             USING (SELECT first_place FROM place_returned
                    WHERE sequence = $1 AND participant = $2 AND end_place - first_place >= $3
                    ORDER BY first_place LIMIT 1) f
             WHERE r.sequence = $1 AND r.first_place = f.first_place
             RETURNING r.first_place, r.end_place",
        )
        .await?;
    let quantity = i64::from(demand.quantity);
    let Some(row) = tx.query_opt(&take, &[&name, &demand.participant, &quantity]).await? else { return Ok(None) };
    let (first, end): (i64, i64) = (row.get(0), row.get(1));
    if first + quantity < end {
        put_returned(tx, name, first + quantity, end, demand.participant).await?;
    }
    number(first).map(Some)
}

async fn put_returned(tx: &Transaction<'_>, name: &str, first: i64, end: i64, participant: i32) -> Result<()> {
    let put = tx
        .prepare_cached(
            "-- codes::put_returned
             INSERT INTO place_returned (sequence, first_place, end_place, participant) VALUES ($1, $2, $3, $4)",
        )
        .await?;
    tx.execute(&put, &[&name, &first, &end, &participant]).await?;
    Ok(())
}

/// Takes the next places of a block that the participant has.
async fn take_of_block(tx: &Transaction<'_>, name: &str, demand: Demand) -> Result<Option<u64>> {
    let take = tx
        .prepare_cached(
            "-- codes::take_of_block
             UPDATE place_block b SET next_place = b.next_place + $3
             FROM (SELECT first_place FROM place_block
                   WHERE sequence = $1 AND participant = $2 AND end_place - next_place >= $3
                   ORDER BY first_place LIMIT 1) f
             WHERE b.sequence = $1 AND b.first_place = f.first_place
             RETURNING b.next_place - $3",
        )
        .await?;
    let row = tx.query_opt(&take, &[&name, &demand.participant, &i64::from(demand.quantity)]).await?;
    row.map(|row| number(row.get(0))).transpose()
}

async fn count_given(tx: &Transaction<'_>, name: &str, demand: Demand, all: u64) -> Result<Given> {
    let count = tx
        .prepare_cached(
            "-- codes::count_given
             SELECT coalesce(sum(end_place - first_place) FILTER (WHERE participant = $2), 0)::bigint,
                    coalesce(sum(end_place - first_place) FILTER (WHERE participant IS DISTINCT FROM $3), 0)::bigint
             FROM place_block WHERE sequence = $1",
        )
        .await?;
    let row = tx.query_one(&count, &[&name, &demand.participant, &demand.registrant]).await?;
    Ok(Given { room: demand.room, all, own: number(row.get(0))?, others: number(row.get(1))? })
}

async fn insert_block(
    tx: &Transaction<'_>,
    name: &str,
    demand: Demand,
    first: u64,
    size: u64,
    now: DateTime<Utc>,
) -> Result<()> {
    let insert = tx
        .prepare_cached(
            "-- codes::insert_block
             INSERT INTO place_block (sequence, first_place, end_place, next_place, participant, given_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let (first, end) = (column(first)?, column(first + size)?);
    let next = first + i64::from(demand.quantity);
    tx.execute(&insert, &[&name, &first, &end, &next, &demand.participant, &now]).await?;
    Ok(())
}

/// Returns the places of an order that is being voided. The caller holds the order and knows that no code of it is known
/// outside.
pub(crate) async fn give_back(tx: &Transaction<'_>, order: u32) -> Result<()> {
    let give = tx
        .prepare_cached(
            "-- codes::give_back
             INSERT INTO place_returned (sequence, first_place, end_place, participant)
             SELECT sequence, first_place, first_place + quantity, participant FROM code_order
             WHERE number = $1 AND sequence IS NOT NULL",
        )
        .await?;
    tx.execute(&give, &[&signed(order)?]).await?;
    Ok(())
}

/// Sequences by name, after a name.
pub(crate) async fn list_sequences(db: &impl GenericClient, after: &str, limit: i64) -> Result<Vec<SequenceRow>> {
    let list = db
        .prepare_cached(
            "-- codes::list_sequences
             SELECT name, room, next_place, given_on, given_today, alarmed_on FROM place_sequence
             WHERE name > $1 ORDER BY name LIMIT $2",
        )
        .await?;
    let rows = db.query(&list, &[&after, &limit]).await?;
    rows.iter()
        .map(|row| {
            let today = number(row.get(4))?;
            Ok(SequenceRow {
                name: row.get(0),
                room: number(row.get(1))?,
                given: number(row.get(2))?,
                last_day: row.get::<_, Option<NaiveDate>>(3).map(|day| (day, today)),
                alarmed_on: row.get(5),
            })
        })
        .collect()
}

/// How many sequences gave one percent or more in a day since this one.
pub(crate) async fn count_alarms(db: &impl GenericClient, since: NaiveDate) -> Result<i64> {
    let count = db
        .prepare_cached("-- codes::count_alarms\n SELECT count(*) FROM place_sequence WHERE alarmed_on >= $1")
        .await?;
    Ok(db.query_one(&count, &[&since]).await?.get(0))
}
