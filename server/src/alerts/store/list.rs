//! The pages of alerts that inspectors work through.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::case::{AlertState, Decision};
use super::super::rules::Kind;
use super::alert::{COLUMNS, Kept, TABLES, kept};
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Who is in charge of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum InCharge {
    /// It doesn't matter.
    #[default]
    Whoever,
    /// Nobody yet.
    Nobody,
    /// This inspector.
    Inspector(Uuid),
}

/// What comes first, and after what the page begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Order {
    /// What is worth a trip.
    Score(Option<(f64, Uuid)>),
    /// What grew last.
    Time(Option<(DateTime<Utc>, Uuid)>),
}

/// Which alerts are asked for; what is none doesn't matter.
#[derive(Clone, Debug)]
pub(crate) struct Filter<'a> {
    /// Of this region, and of none; all when none is given.
    pub(crate) region: Option<&'a str>,
    /// Whether those of no region belong to it.
    pub(crate) with_nobodys: bool,
    /// Grown at this instant or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Grown before this instant.
    pub(crate) before: Option<DateTime<Utc>>,
    /// West, south, east, north in degrees.
    pub(crate) bbox: Option<[f64; 4]>,
    /// A rule that found something.
    pub(crate) kind: Option<Kind>,
    /// Where they stand.
    pub(crate) state: Option<AlertState>,
    /// What came of them.
    pub(crate) decision: Option<Decision>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// At least this likely.
    pub(crate) min_score: Option<f64>,
    /// Who is in charge.
    pub(crate) in_charge: InCharge,
    /// What comes first.
    pub(crate) order: Order,
    /// How many at most.
    pub(crate) limit: i64,
}

/// A page of alerts.
pub(crate) async fn list_alerts(db: &impl GenericClient, filter: &Filter<'_>) -> Result<Vec<Kept>> {
    let (order, after) = match filter.order {
        Order::Score(_) => ("a.score DESC, a.id", "($16::float8 IS NULL OR (a.score, $18::uuid) < ($16, a.id))"),
        Order::Time(_) => {
            ("a.grown_at DESC, a.id", "($17::timestamptz IS NULL OR (a.grown_at, $18::uuid) < ($17, a.id))")
        }
    };
    let unused = match filter.order {
        Order::Score(_) => "$17::timestamptz IS NULL",
        Order::Time(_) => "$16::float8 IS NULL",
    };
    let list = format!(
        "-- alerts::list_alerts
         SELECT {COLUMNS} FROM {TABLES}
         WHERE ($1::text IS NULL OR a.region = $1 OR $2 AND a.region IS NULL)
           AND ($3::timestamptz IS NULL OR a.grown_at >= $3)
           AND ($4::timestamptz IS NULL OR a.grown_at < $4)
           AND ($5::float8 IS NULL OR a.longitude BETWEEN $5 AND $7 AND a.latitude BETWEEN $6 AND $8)
           AND ($9::text IS NULL OR $9 = ANY(a.kinds))
           AND ($10::text IS NULL OR a.state = $10)
           AND ($11::text IS NULL OR a.decision = $11)
           AND ($12::bigint IS NULL OR a.gtin = $12)
           AND ($13::float8 IS NULL OR a.score >= $13)
           AND (NOT $14::boolean OR a.assignee IS NOT DISTINCT FROM $15::uuid)
           AND {after} AND {unused}
         ORDER BY {order} LIMIT $19"
    );
    let assignee = match filter.in_charge {
        InCharge::Inspector(account) => Some(account),
        InCharge::Whoever | InCharge::Nobody => None,
    };
    let (score, time, id) = match filter.order {
        Order::Score(after) => (after.map(|after| after.0), None, after.map(|after| after.1)),
        Order::Time(after) => (None, after.map(|after| after.0), after.map(|after| after.1)),
    };
    let side = |at: usize| filter.bbox.map(|bbox| bbox[at]);
    let rows = db
        .query(
            &db.prepare_cached(&list).await?,
            &[
                &filter.region,
                &filter.with_nobodys,
                &filter.from,
                &filter.before,
                &side(0),
                &side(1),
                &side(2),
                &side(3),
                &filter.kind.map(Kind::slug),
                &filter.state.map(AlertState::slug),
                &filter.decision.map(Decision::slug),
                &filter.gtin,
                &filter.min_score,
                &(filter.in_charge != InCharge::Whoever),
                &assignee,
                &score,
                &time,
                &id,
                &filter.limit,
            ],
        )
        .await?;
    rows.iter().map(kept).collect()
}

/// Most alerts about one report.
const MOST_OF_REPORT: i64 = 20;

/// Alerts about what a report is about: its unit's, and those that an inspector linked with it. The likeliest first, as far
/// as an inspector of this region may know of them.
pub(crate) async fn list_of_report(db: &impl GenericClient, number: &str, region: &str) -> Result<Vec<Kept>> {
    let list = format!(
        "-- alerts::list_of_report
         SELECT {COLUMNS} FROM {TABLES}
         WHERE (a.region = $2 OR a.region IS NULL)
           AND (a.subject = (SELECT format('unit:%s:%s', r.order_number, r.unit_index) FROM report r
                             WHERE r.number = $1 AND r.order_number IS NOT NULL)
                OR EXISTS (SELECT FROM alert_link l WHERE l.alert_id = a.id AND l.report = $1))
         ORDER BY a.score DESC, a.id LIMIT $3"
    );
    let rows = db.query(&db.prepare_cached(&list).await?, &[&number, &region, &MOST_OF_REPORT]).await?;
    rows.iter().map(kept).collect()
}
