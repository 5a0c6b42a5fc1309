//! The pages of reports that inspectors work through.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::report::ReportNumber;
use super::super::status::ReportStatus;
use super::report::{number, place, status};
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;
use crate::scans::Place;

/// Who is in charge of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InCharge {
    /// It doesn't matter.
    Whoever,
    /// Nobody yet.
    Nobody,
    /// This inspector.
    Inspector(Uuid),
}

/// Which reports are asked for; what is none doesn't matter.
#[derive(Clone, Debug)]
pub(crate) struct Filter<'a> {
    /// The inspector's region: theirs, and what is nobody's.
    pub(crate) region: &'a str,
    /// Where they stand.
    pub(crate) status: Option<ReportStatus>,
    /// A slug of the directory of categories.
    pub(crate) category: Option<&'a str>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// Who is in charge.
    pub(crate) in_charge: InCharge,
    /// Open ones that were due before this day.
    pub(crate) due_before: Option<NaiveDate>,
    /// Received at this instant or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Received before this instant.
    pub(crate) before: Option<DateTime<Utc>>,
    /// What number, GTIN, shop or address hold, as [`search_key`](super::super::text::search_key) makes it.
    pub(crate) search: Option<String>,
    /// Older than the report with this running number.
    pub(crate) after: Option<i64>,
    /// How many at most.
    pub(crate) limit: i64,
}

/// A report as a list shows it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Its number.
    pub(crate) number: ReportNumber,
    /// A slug of the directory of categories.
    pub(crate) category: String,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// How the words begin.
    pub(crate) words: String,
    /// The shop's name.
    pub(crate) outlet: Option<String>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// KATO code.
    pub(crate) region: Option<String>,
    /// Where it was.
    pub(crate) place: Option<Place>,
    /// The inspector in charge.
    pub(crate) assignee: Option<Uuid>,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
    /// When it came in.
    pub(crate) received_at: DateTime<Utc>,
    /// How many photos it has.
    pub(crate) photos: i64,
    /// How many reports tell of the same.
    pub(crate) linked: i64,
}

/// A page of reports, newest first.
pub(crate) async fn list_reports(db: &impl GenericClient, filter: &Filter<'_>) -> Result<Vec<Listed>> {
    let list = db
        .prepare_cached(
            "-- reports::list_reports
             SELECT number, category, status, left(words, 200), outlet, gtin, region, assignee, due_on, received_at,
                 (SELECT count(*) FROM report_photo p WHERE p.report_id = r.id),
                 (SELECT count(*) FROM report_link l WHERE l.report_id = r.id OR l.other_id = r.id),
                 latitude, longitude, accuracy_metres
             FROM report r
             WHERE (region = $1 OR region IS NULL)
               AND ($2::text IS NULL OR status = $2)
               AND ($3::text IS NULL OR category = $3)
               AND ($4::bigint IS NULL OR gtin = $4)
               AND (NOT $5::boolean OR assignee IS NOT DISTINCT FROM $6::uuid)
               AND ($7::date IS NULL OR due_on < $7 AND closed_at IS NULL AND deleted_at IS NULL)
               AND ($8::timestamptz IS NULL OR received_at >= $8)
               AND ($9::timestamptz IS NULL OR received_at < $9)
               AND ($10::bigint IS NULL OR sequence < $10)
               AND ($12::text IS NULL OR strpos(search, $12) > 0)
             ORDER BY sequence DESC LIMIT $11",
        )
        .await?;
    let assignee = match filter.in_charge {
        InCharge::Inspector(account) => Some(account),
        InCharge::Whoever | InCharge::Nobody => None,
    };
    let status_slug = filter.status.map(ReportStatus::slug);
    let rows = db
        .query(
            &list,
            &[
                &filter.region,
                &status_slug,
                &filter.category,
                &filter.gtin,
                &(filter.in_charge != InCharge::Whoever),
                &assignee,
                &filter.due_before,
                &filter.from,
                &filter.before,
                &filter.after,
                &filter.limit,
                &filter.search,
            ],
        )
        .await?;
    let listed = |row: &tokio_postgres::Row| {
        Ok(Listed {
            number: number(row.get(0))?,
            category: row.get(1),
            status: status(row.get(2))?,
            words: row.get(3),
            outlet: row.get(4),
            gtin: row.get(5),
            region: row.get(6),
            assignee: row.get(7),
            due_on: row.get(8),
            received_at: row.get(9),
            photos: row.get(10),
            linked: row.get(11),
            place: place(row),
        })
    };
    rows.iter().map(listed).collect()
}
