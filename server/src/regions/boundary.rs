//! Boundaries as GeoJSON tells them. Refuses a file as a whole, with the place of the fault.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::{Value, json};

/// A region.
#[derive(Clone, Debug)]
pub struct Region {
    /// KATO code: nine digits.
    pub code: String,
    /// Its name in Kazakh, Russian and English.
    pub names: [String; 3],
    /// The geometry: its type and its coordinates, two of each point.
    pub geometry: Value,
    /// The same as polygons.
    pub boundary: MultiPolygon<f64>,
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBoundaries {
    /// It is no collection of features.
    #[error("not a GeoJSON FeatureCollection")]
    NoCollection,
    /// A feature lacks something; its number from 0, and what.
    #[error("feature {0}: {1}")]
    Feature(usize, &'static str),
}

/// The longest name of a region, in characters.
const LONGEST_NAME: usize = 200;

/// Reads regions: features with `kato` (or `code`), `name_kk`, `name_ru`, `name_en`
/// (or `adm1_kk` …, or `name`) and a polygon each.
pub fn read(text: &str) -> Result<Vec<Region>, BadBoundaries> {
    let file: Value = serde_json::from_str(text).map_err(|_| BadBoundaries::NoCollection)?;
    let features = file["features"].as_array().ok_or(BadBoundaries::NoCollection)?;
    let mut regions: Vec<Region> = Vec::with_capacity(features.len());
    for (number, feature) in features.iter().enumerate() {
        let fault = |what| BadBoundaries::Feature(number, what);
        let property = |names: &[&str]| property(&feature["properties"], names);
        let code = property(&["kato", "code"]).ok_or(fault("no KATO code"))?;
        if code.len() != 9 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault("a KATO code has nine digits"));
        }
        if regions.iter().any(|region| region.code == code) {
            return Err(fault("the KATO code is doubled"));
        }
        let name = |language: &str| {
            let (own, official) = (format!("name_{language}"), format!("adm1_{language}"));
            property(&[&own, &official, "name"]).unwrap_or_else(|| code.clone())
        };
        let names = [name("kk"), name("ru"), name("en")];
        // PostgreSQL keeps no NUL ("invalid byte sequence for encoding").
        if names.iter().any(|name| name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)) {
            return Err(fault("a name has at most 200 characters, and no control characters"));
        }
        let boundary =
            polygons(&feature["geometry"]).ok_or(fault("no Polygon or MultiPolygon of at least three corners"))?;
        let geometry = geometry(&boundary);
        regions.push(Region { code, names, geometry, boundary });
    }
    if regions.is_empty() { Err(BadBoundaries::NoCollection) } else { Ok(regions) }
}

/// The first of these properties that is there, whatever its capitals.
fn property(properties: &Value, names: &[&str]) -> Option<String> {
    let properties = properties.as_object()?;
    let find = |name: &&str| properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    names.iter().filter_map(find).find_map(|value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The polygons of a geometry; none if it is another, or lies nowhere.
pub(super) fn polygons(geometry: &Value) -> Option<MultiPolygon<f64>> {
    let polygons = match geometry["type"].as_str()? {
        "Polygon" => vec![polygon(&geometry["coordinates"])?],
        "MultiPolygon" => geometry["coordinates"].as_array()?.iter().map(polygon).collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    (!polygons.is_empty()).then(|| MultiPolygon::new(polygons))
}

/// These polygons as GeoJSON: nothing else of a file is kept.
fn geometry(boundary: &MultiPolygon<f64>) -> Value {
    let ring = |line: &LineString<f64>| line.coords().map(|point| [point.x, point.y]).collect::<Vec<_>>();
    let polygon = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<_>>()
    };
    let all: Vec<_> = boundary.iter().map(polygon).collect();
    match &all[..] {
        [one] => json!({ "type": "Polygon", "coordinates": one }),
        _ => json!({ "type": "MultiPolygon", "coordinates": all }),
    }
}

fn polygon(rings: &Value) -> Option<Polygon<f64>> {
    let mut rings = rings.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>()?;
    if rings.is_empty() {
        return None;
    }
    let inner = rings.split_off(1);
    Some(Polygon::new(rings.pop()?, inner))
}

fn ring(points: &Value) -> Option<LineString<f64>> {
    let point = |point: &Value| {
        let (x, y) = (point.get(0)?.as_f64()?, point.get(1)?.as_f64()?);
        ((-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y)).then_some(Coord { x, y })
    };
    let points: Vec<Coord<f64>> = points.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()?;
    (points.len() > 3).then(|| LineString::new(points))
}
