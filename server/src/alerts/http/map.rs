//! Hot spots for the map.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use chrono::{NaiveDate, TimeDelta};
use h3o::{CellIndex, LatLng};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::list::{bbox, check_region, days, gtin};
use crate::alerts::Alerts;
use crate::alerts::hotspots::{Cluster, Hot, Volume, hot_cells, volumes};
use crate::alerts::rules::Position;
use crate::alerts::store::HotCell;
use crate::alerts::watch;
use crate::auth::{Overseer, Role};
use crate::http::{Query, problems};
use crate::platform::audit::{self, Entry};
use crate::platform::problem::{Error, FieldFault, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_hotspots);
}

/// Days that are looked at unless told otherwise.
const USUAL_DAYS: i64 = 30;
/// Features of each method.
const FEATURES: usize = 500;

/// What can be asked for.
const METHODS: [&str; 3] = ["cells", "clusters", "scans"];

/// Which hot spots are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// From this day in Kazakhstan on; thirty days ago unless told.
    from: Option<NaiveDate>,
    /// To this day; today unless told.
    to: Option<NaiveDate>,
    /// Of this product only.
    #[param(pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "4870112345674")]
    gtin: Option<String>,
    /// KATO code; inspectors see their own region only.
    #[param(pattern = "^[0-9]{9}$", example = "750000000")]
    region: Option<String>,
    /// West, south, east and north in degrees.
    #[param(max_length = 100, example = "76.5,43,77.2,43.5")]
    bbox: Option<String>,
    /// `cells`: cells with more suspicious scans than their volume explains; `clusters`: devices close together; `scans`:
    /// how many scans there were, in cells of about 36 square kilometres. The first two unless told.
    #[param(pattern = "^(cells|clusters|scans)$", example = "cells")]
    method: Option<String>,
}

/// Where suspicious scans gather, as GeoJSON, recomputed from what has come in a minute ago at the latest.
#[utoipa::path(
    tag = "alerts",
    operation_id = "list_hotspots",
    params(Wanted),
    responses(
        (status = 200, description = "A FeatureCollection: polygons of cells, points of clusters", body = Value,
            content_type = "application/geo+json"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector", "operator"])),
)]
#[get("/v1/hotspots")]
async fn list_hotspots(
    state: web::Data<Alerts>,
    overseer: Overseer,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let mut faults = Vec::new();
    let own = overseer.region.as_deref();
    let is_inspector = overseer.role == Role::Inspector;
    check_region(wanted.region.as_deref(), &overseer, &mut faults);
    let gtin = wanted.gtin.as_deref().and_then(|text| gtin(text, &mut faults));
    let within = wanted.bbox.as_deref().and_then(|text| bbox(text, &mut faults));
    if wanted.method.as_deref().is_some_and(|method| !METHODS.contains(&method)) {
        faults.push(FieldFault::with("method", "field-not-one-of", &[("allowed", METHODS.join(", ").into())]));
    }
    let today = state.base.clock.today();
    let (from, to) = (wanted.from.unwrap_or(today - TimeDelta::days(USUAL_DAYS)), wanted.to.unwrap_or(today));
    days(Some(from), Some(to), &mut faults);
    if !faults.is_empty() {
        return Err(Error::Malformed("malformed-query", faults));
    }
    let region = if is_inspector { own } else { wanted.region.as_deref() }.map(str::to_owned);
    let asks = |method: &str| wanted.method.as_deref().map_or(method != "scans", |asked| asked == method);
    let spots = &state.watch.spots;
    let cells = if asks("cells") || asks("scans") { Some(spots.cells(&state, (from, to, gtin)).await?) } else { None };
    let clusters =
        if asks("clusters") { Some(spots.clusters(&state, (from, to, gtin, region.clone())).await?) } else { None };
    let view = View { state: (**state).clone(), gtin, region, within, is_exact: is_inspector };
    let (hot, scanned) = (asks("cells"), asks("scans"));
    // Thousands of cells, each compared with every boundary around it: not on the thread that answers others.
    let work = move || {
        let mut features = Vec::new();
        if let Some(cells) = cells {
            if hot {
                features.extend(view.hot(&cells));
            }
            if scanned {
                features.extend(view.scanned(&cells));
            }
        }
        if let Some(clusters) = clusters {
            features.extend(view.clusters(&clusters));
        }
        features
    };
    let features = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    if is_inspector {
        let object = format!("region:{}", own.unwrap_or_default());
        let details = json!({ "features": features.len() });
        let (at, actor) = (state.base.clock.now(), overseer.actor);
        let db = state.base.db.get().await?;
        audit::append(&db, &Entry { at, actor, action: "alerts.hotspots", object, result: "done", details }).await?;
    }
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/geo+json")).body(collection.to_string()))
}

/// What one caller sees of hot spots.
struct View {
    state: Alerts,
    gtin: Option<i64>,
    region: Option<String>,
    within: Option<[f64; 4]>,
    is_exact: bool,
}

impl View {
    fn is_inside(&self, latitude: f64, longitude: f64) -> bool {
        let inside = self.within.is_none_or(|[west, south, east, north]| {
            (west..=east).contains(&longitude) && (south..=north).contains(&latitude)
        });
        let here = || self.state.regions.find(latitude, longitude);
        inside && self.region.as_ref().is_none_or(|region| here().is_none_or(|here| here == *region))
    }

    fn is_seen(&self, cell: CellIndex) -> bool {
        let middle = LatLng::from(cell);
        self.is_inside(middle.lat(), middle.lng())
    }

    fn hot(&self, cells: &[HotCell]) -> Vec<Value> {
        let hot = hot_cells(cells);
        let seen = hot.iter().filter(|hot| self.is_seen(hot.cell)).take(FEATURES);
        seen.map(|hot| of_cell(&self.state, hot, self.gtin)).collect()
    }

    fn scanned(&self, cells: &[HotCell]) -> Vec<Value> {
        // What lies beyond the border is left out before it is added up.
        let found = volumes(cells.iter().filter(|cell| self.is_seen(cell.cell)));
        found.iter().take(FEATURES).map(|volume| of_volume(&self.state, volume, self.gtin)).collect()
    }

    fn clusters(&self, clusters: &[Cluster]) -> Vec<Value> {
        let inside = clusters.iter().filter(|cluster| self.is_inside(cluster.latitude, cluster.longitude));
        inside.take(FEATURES).map(|cluster| of_cluster(&self.state, cluster, self.gtin, self.is_exact)).collect()
    }
}

fn polygon(cell: CellIndex) -> Value {
    let mut ring: Vec<[f64; 2]> = cell.boundary().iter().map(|corner| [corner.lng(), corner.lat()]).collect();
    ring.extend(ring.first().copied());
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn of_volume(state: &Alerts, volume: &Volume, gtin: Option<i64>) -> Value {
    let middle = LatLng::from(volume.cell);
    json!({
        "type": "Feature",
        "geometry": polygon(volume.cell),
        "properties": {
            "method": "scans", "cell": volume.cell.to_string(), "scans": volume.scans,
            "suspicious": volume.suspicious, "level": volume.level,
            "region": state.regions.find(middle.lat(), middle.lng()), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}

fn of_cell(state: &Alerts, hot: &Hot, gtin: Option<i64>) -> Value {
    let middle = LatLng::from(hot.cell);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let ratio = hot.suspicious as f64 / hot.expected.max(0.01);
    json!({
        "type": "Feature",
        "geometry": polygon(hot.cell),
        "properties": {
            "method": "cells", "cell": hot.cell.to_string(), "scans": hot.scans, "suspicious": hot.suspicious,
            "expected": hot.expected, "ratio": ratio, "level": hot.level,
            "region": state.regions.find(middle.lat(), middle.lng()), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}

fn of_cluster(state: &Alerts, cluster: &Cluster, gtin: Option<i64>, is_exact: bool) -> Value {
    let middle = Position { latitude: cluster.latitude, longitude: cluster.longitude, accuracy_metres: 0.0 };
    let shown = if is_exact { middle } else { watch::coarse(middle) };
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [shown.longitude, shown.latitude] },
        "properties": {
            "method": "clusters", "devices": cluster.devices, "suspicious": cluster.suspicious,
            "radius_metres": cluster.radius_metres.round(), "level": cluster.level,
            "region": state.regions.find(middle.latitude, middle.longitude), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}
