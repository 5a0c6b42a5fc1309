//! Lists of alerts, as pages and as files.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use marking::gtin::Gtin;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::body::Alert;
use crate::alerts::Alerts;
use crate::alerts::case::{AlertState, Decision};
use crate::alerts::export;
use crate::alerts::rules::Kind;
use crate::alerts::store::{self, Filter, InCharge, Kept, Order};
use crate::auth::{Caller, Overseer, Role};
use crate::http::{Listed, Page as Paging, Query, language, problems};
use crate::platform::audit::{self, Entry};
use crate::platform::bounds;
use crate::platform::clock;
use crate::platform::problem::{Error, FieldFault, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_alerts).service(export_csv).service(export_geojson);
}

/// Most alerts in a file.
const MOST: i64 = 10_000;

/// Which alerts are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Grown on this day in Kazakhstan or later.
    from: Option<NaiveDate>,
    /// Grown on this day in Kazakhstan or earlier.
    to: Option<NaiveDate>,
    /// KATO code; inspectors see their own region only.
    #[param(pattern = "^[0-9]{9}$", example = "750000000")]
    region: Option<String>,
    /// West, south, east and north in degrees.
    #[param(max_length = 100, example = "76.5,43,77.2,43.5")]
    bbox: Option<String>,
    /// A rule that found something.
    #[param(inline)]
    kind: Option<Kind>,
    /// Where they stand.
    #[param(inline)]
    state: Option<AlertState>,
    /// What came of them.
    #[param(inline)]
    decision: Option<Decision>,
    /// The product.
    #[param(pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "4870112345674")]
    gtin: Option<String>,
    /// `me`: those that the caller is in charge of; `none`: those that nobody has taken.
    #[param(pattern = "^(me|none)$", example = "none")]
    assignee: Option<String>,
    /// At least this likely.
    #[param(minimum = 0, maximum = 1)]
    min_score: Option<f64>,
    /// `score`: what is worth a trip comes first; `time`: what grew last.
    #[param(pattern = "^(score|time)$", default = "score", example = "score")]
    order: Option<String>,
}

impl Wanted {
    /// The filter that it means for this caller. Every fault is told at once.
    fn filter<'a>(&'a self, caller: &'a Caller) -> Result<Filter<'a>> {
        let mut faults = Vec::new();
        let own = caller.region.as_deref();
        let is_inspector = caller.role == Role::Inspector;
        check_region(self.region.as_deref(), caller, &mut faults);
        let gtin = self.gtin.as_deref().and_then(|text| gtin(text, &mut faults));
        let bbox = self.bbox.as_deref().and_then(|text| bbox(text, &mut faults));
        let in_charge = match self.assignee.as_deref() {
            None => InCharge::Whoever,
            Some("me") => InCharge::Inspector(caller.account),
            Some("none") => InCharge::Nobody,
            Some(_) => {
                faults.push(FieldFault::with("assignee", "field-not-one-of", &[("allowed", "me, none".into())]));
                InCharge::Whoever
            }
        };
        let order = match self.order.as_deref() {
            None | Some("score") => Order::Score(None),
            Some("time") => Order::Time(None),
            Some(_) => {
                faults.push(FieldFault::with("order", "field-not-one-of", &[("allowed", "score, time".into())]));
                Order::Score(None)
            }
        };
        if self.min_score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            let args = [("min", 0_i64.into()), ("max", 1_i64.into())];
            faults.push(FieldFault::with("min_score", "field-out-of-range", &args));
        }
        let (from, before) = days(self.from, self.to, &mut faults);
        if !faults.is_empty() {
            return Err(Error::Malformed("malformed-query", faults));
        }
        Ok(Filter {
            region: if is_inspector { Some(own.unwrap_or_default()) } else { self.region.as_deref() },
            with_nobodys: is_inspector && self.region.is_none(),
            from,
            before,
            bbox,
            kind: self.kind,
            state: self.state,
            decision: self.decision,
            gtin,
            min_score: self.min_score,
            in_charge,
            order,
            limit: 0,
        })
    }
}

/// A region that is none, or another than the inspector's own.
pub(super) fn check_region(region: Option<&str>, caller: &Caller, faults: &mut Vec<FieldFault>) {
    let Some(region) = region else { return };
    if region.len() != 9 || !region.bytes().all(|byte| byte.is_ascii_digit()) {
        faults.push(FieldFault::new("region", "field-not-a-region"));
    } else if caller.role == Role::Inspector && caller.region.as_deref() != Some(region) {
        let allowed = caller.region.as_deref().unwrap_or_default();
        faults.push(FieldFault::with("region", "field-not-one-of", &[("allowed", allowed.into())]));
    }
}

/// A product's number as a query tells it.
pub(super) fn gtin(text: &str, faults: &mut Vec<FieldFault>) -> Option<i64> {
    let fault = |error| faults.push(FieldFault::new("gtin", crate::registry::gtin_slug(error)));
    text.parse::<Gtin>().map_err(fault).ok().and_then(|gtin| i64::try_from(gtin.number()).ok())
}

/// West, south, east and north as a query tells them.
pub(super) fn bbox(text: &str, faults: &mut Vec<FieldFault>) -> Option<[f64; 4]> {
    let sides: Vec<f64> = text.split(',').filter_map(|side| side.trim().parse().ok()).collect();
    let read = <[f64; 4]>::try_from(sides).ok().filter(|[west, south, east, north]| {
        west <= east && south <= north && *west >= -180.0 && *east <= 180.0 && *south >= -90.0 && *north <= 90.0
    });
    if read.is_none() || text.split(',').count() != 4 {
        faults.push(FieldFault::new("bbox", "field-not-a-box"));
        return None;
    }
    read
}

/// Days in Kazakhstan as instants: from the beginning of the first to the end of the last.
pub(super) fn days(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    faults: &mut Vec<FieldFault>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    for (name, day) in [("from", from), ("to", to)] {
        if let Some(fault) = day.and_then(|day| bounds::day_fault(name, day)) {
            faults.push(fault);
            return (None, None);
        }
    }
    (from.map(clock::start_of), to.and_then(|to| to.succ_opt()).map(clock::start_of))
}

/// Where a page of one order ended: a figure and an id.
fn after(order: Order, paging: &Paging) -> Result<Order> {
    let Some(text) = paging.after::<String>()? else { return Ok(order) };
    let parts = text.split_once('_').and_then(|(figure, id)| Some((figure, id.parse::<Uuid>().ok()?)));
    let (figure, id) = parts.ok_or_else(|| Error::malformed("invalid-cursor"))?;
    let read = match order {
        Order::Score(_) => figure.parse().ok().map(|score| Order::Score(Some((score, id)))),
        Order::Time(_) => {
            let at = figure.parse().ok().and_then(DateTime::from_timestamp_micros).filter(|at| bounds::is_instant(*at));
            at.map(|at| Order::Time(Some((at, id))))
        }
    };
    read.ok_or_else(|| Error::malformed("invalid-cursor"))
}

fn cursor(order: Order, last: &Kept) -> String {
    match order {
        Order::Score(_) => format!("{}_{}", last.score, last.id),
        Order::Time(_) => format!("{}_{}", last.grown_at.timestamp_micros(), last.id),
    }
}

/// Lists alerts, what is worth a trip first: those of the inspector's region, and those that have none; all of them, with
/// coarse places, for who runs the register. A page of inspectors leaves a line in the audit, since it holds places.
#[utoipa::path(
    tag = "alerts",
    operation_id = "list_alerts",
    params(Wanted, Paging),
    responses(
        (status = 200, description = "A page of alerts", body = Listed<Alert>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector", "operator"])),
)]
#[get("/v1/alerts")]
async fn list_alerts(
    state: web::Data<Alerts>,
    overseer: Overseer,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<web::Json<Listed<Alert>>> {
    let limit = paging.limit()?;
    let filter = wanted.filter(&overseer)?;
    let order = after(filter.order, &paging)?;
    let filter = Filter { order, limit: limit + 1, ..filter };
    let db = state.base.db.get().await?;
    let rows = store::list_alerts(&db, &filter).await?;
    audit::append(&db, &looked(&state, &overseer, "alerts.list", rows.len())).await?;
    let language = language::current();
    let page = Listed::cut(rows, limit, |last| cursor(order, last));
    Ok(web::Json(page.map(|kept| Alert::new(&kept, &overseer, language))))
}

fn looked(state: &Alerts, caller: &Caller, action: &'static str, alerts: usize) -> Entry<'static> {
    let object = format!("region:{}", caller.region.as_deref().unwrap_or("all"));
    let details = json!({ "alerts": alerts });
    Entry { at: state.base.clock.now(), actor: caller.actor, action, object, result: "done", details }
}

/// The alerts of a file.
async fn all(state: &Alerts, caller: &Caller, wanted: &Wanted) -> Result<Vec<Kept>> {
    let filter = Filter { limit: MOST, ..wanted.filter(caller)? };
    let db = state.base.db.get().await?;
    let rows = store::list_alerts(&db, &filter).await?;
    audit::append(&db, &looked(state, caller, "alerts.export", rows.len())).await?;
    Ok(rows)
}

/// Alerts as CSV, at most 10,000.
#[utoipa::path(
    tag = "alerts",
    operation_id = "export_alerts_csv",
    params(Wanted),
    responses(
        (status = 200, description = "A table, a line an alert", body = String, content_type = "text/csv"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/alerts/export.csv")]
async fn export_csv(
    state: web::Data<Alerts>,
    inspector: crate::auth::Inspector,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let rows = all(&state, &inspector, &wanted).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"alerts.csv\""))
        .body(export::csv(&rows, language::current())))
}

/// Alerts as GeoJSON, at most 10,000: points with what the list says of them.
#[utoipa::path(
    tag = "alerts",
    operation_id = "export_alerts_geojson",
    params(Wanted),
    responses(
        (status = 200, description = "A FeatureCollection", body = Value, content_type = "application/geo+json"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/alerts/export.geojson")]
async fn export_geojson(
    state: web::Data<Alerts>,
    inspector: crate::auth::Inspector,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let language = language::current();
    let features: Vec<Value> = all(&state, &inspector, &wanted)
        .await?
        .iter()
        .map(|kept| {
            let point =
                kept.place.map(|place| json!({ "type": "Point", "coordinates": [place.longitude, place.latitude] }));
            json!({ "type": "Feature", "geometry": point, "properties": Alert::new(kept, &inspector, language) })
        })
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/geo+json"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"alerts.geojson\""))
        .body(json!({ "type": "FeatureCollection", "features": features }).to_string()))
}
