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
use crate::alerts::hotspots::{Cluster, Hot, Volume, clusters, hot_cells, volumes};
use crate::alerts::rules::Position;
use crate::alerts::{store, watch};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::{Overseer, Role};
use crate::clock;
use crate::error::{Error, FieldFault, Result};
use crate::http::{Query, problems};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_hotspots);
}

/// Days that are looked at unless told otherwise.
const USUAL_DAYS: i64 = 30;
/// Sightings that are looked at for clusters: the newest.
const POINTS: i64 = 5_000;
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

/// Where suspicious scans gather, as GeoJSON, recomputed from what has come in by now.
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
async fn list_hotspots(app: web::Data<App>, overseer: Overseer, Query(wanted): Query<Wanted>) -> Result<HttpResponse> {
    let mut faults = Vec::new();
    let own = overseer.region.as_deref();
    let is_inspector = overseer.role == Role::Inspector;
    check_region(wanted.region.as_deref(), &overseer, &mut faults);
    let gtin = wanted.gtin.as_deref().and_then(|text| gtin(text, &mut faults));
    let within = wanted.bbox.as_deref().and_then(|text| bbox(text, &mut faults));
    if wanted.method.as_deref().is_some_and(|method| !METHODS.contains(&method)) {
        faults.push(FieldFault::with("method", "field-not-one-of", &[("allowed", METHODS.join(", ").into())]));
    }
    let today = app.clock.today();
    let (from, to) = (wanted.from.unwrap_or(today - TimeDelta::days(USUAL_DAYS)), wanted.to.unwrap_or(today));
    days(Some(from), Some(to), &mut faults);
    if !faults.is_empty() {
        return Err(Error::Malformed("malformed-query", faults));
    }
    let region = if is_inspector { own } else { wanted.region.as_deref() };
    let asks = |method: &str| wanted.method.as_deref().map_or(method != "scans", |asked| asked == method);
    let is_inside = |latitude: f64, longitude: f64| {
        let inside = within.is_none_or(|[west, south, east, north]| {
            (west..=east).contains(&longitude) && (south..=north).contains(&latitude)
        });
        let here = || app.regions.find(latitude, longitude);
        inside && region.is_none_or(|region| here().is_none_or(|here| here == region))
    };
    let db = app.db.get().await?;
    let mut features = Vec::new();
    let is_seen = |cell: CellIndex| {
        let middle = LatLng::from(cell);
        is_inside(middle.lat(), middle.lng())
    };
    if asks("cells") {
        let hot = hot_cells(&store::list_cells(&db, from, to, gtin).await?);
        let seen = hot.iter().filter(|hot| is_seen(hot.cell)).take(FEATURES);
        features.extend(seen.map(|hot| of_cell(&app, hot, gtin)));
    }
    if asks("scans") {
        let cells = store::list_cells(&db, from, to, gtin).await?;
        // What lies beyond the border is left out before it is added up.
        let found = volumes(cells.iter().filter(|cell| is_seen(cell.cell)));
        features.extend(found.iter().take(FEATURES).map(|volume| of_volume(&app, volume, gtin)));
    }
    if asks("clusters") {
        let (from, before) = (clock::start_of(from), clock::start_of(to + TimeDelta::days(1)));
        let points = store::list_points(&db, from, before, gtin, region, POINTS).await?;
        let found = clusters(&points);
        let inside = found.iter().filter(|cluster| is_inside(cluster.latitude, cluster.longitude)).take(FEATURES);
        features.extend(inside.map(|cluster| of_cluster(&app, cluster, gtin, is_inspector)));
    }
    if is_inspector {
        let object = format!("region:{}", own.unwrap_or_default());
        let details = json!({ "features": features.len() });
        let (at, actor) = (app.clock.now(), overseer.actor);
        audit::append(&db, &Entry { at, actor, action: "alerts.hotspots", object, result: "done", details }).await?;
    }
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/geo+json")).body(collection.to_string()))
}

fn polygon(cell: CellIndex) -> Value {
    let mut ring: Vec<[f64; 2]> = cell.boundary().iter().map(|corner| [corner.lng(), corner.lat()]).collect();
    ring.extend(ring.first().copied());
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn of_volume(app: &App, volume: &Volume, gtin: Option<i64>) -> Value {
    let middle = LatLng::from(volume.cell);
    json!({
        "type": "Feature",
        "geometry": polygon(volume.cell),
        "properties": {
            "method": "scans", "cell": volume.cell.to_string(), "scans": volume.scans,
            "suspicious": volume.suspicious, "level": volume.level,
            "region": app.regions.find(middle.lat(), middle.lng()), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}

fn of_cell(app: &App, hot: &Hot, gtin: Option<i64>) -> Value {
    let middle = LatLng::from(hot.cell);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let ratio = hot.suspicious as f64 / hot.expected.max(0.01);
    json!({
        "type": "Feature",
        "geometry": polygon(hot.cell),
        "properties": {
            "method": "cells", "cell": hot.cell.to_string(), "scans": hot.scans, "suspicious": hot.suspicious,
            "expected": hot.expected, "ratio": ratio, "level": hot.level,
            "region": app.regions.find(middle.lat(), middle.lng()), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}

fn of_cluster(app: &App, cluster: &Cluster, gtin: Option<i64>, is_exact: bool) -> Value {
    let middle = Position { latitude: cluster.latitude, longitude: cluster.longitude, accuracy_metres: 0.0 };
    let shown = if is_exact { middle } else { watch::coarse(middle) };
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [shown.longitude, shown.latitude] },
        "properties": {
            "method": "clusters", "devices": cluster.devices, "suspicious": cluster.suspicious,
            "radius_metres": cluster.radius_metres.round(), "level": cluster.level,
            "region": app.regions.find(middle.latitude, middle.longitude), "gtin": gtin.map(|gtin| format!("{gtin:014}")),
        },
    })
}
