//! The names that a request may use, read from the contract: query parameters of each route and fields of each body.
//! Any other name is refused with 422 `field-unknown` at its place, with the nearest known name: a filter with a typo must
//! not look like one that works, and a field with a typo must not be dropped before a change that cannot be undone.

use std::collections::{BTreeSet, HashMap};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, ResponseError, web};
use serde_json::Value;
use utoipa::IntoResponses;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::problems;
use crate::platform::problem::{Error, FieldFault, Result};

/// Routes below this prefix are for programs and strict. Pages and label links stay lenient: messengers and social
/// networks append parameters of their own.
const STRICT: &str = "/v1/";
/// Accepted by every route: the language of the answer.
const EVERYWHERE: &str = "lang";
/// Faults that one answer lists at most.
const MOST_FAULTS: usize = 100;
/// Characters of an unknown name that an answer repeats.
const LONGEST_NAME: usize = 64;
/// How similar a known name must be to be proposed, from 0 to 1 (Jaro-Winkler).
const SIMILAR: f64 = 0.8;

/// One step of a path into a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A field of an object.
    Field(String),
    /// An item of a list.
    Item(usize),
}

/// What the contract says of one route.
#[derive(Debug)]
struct Route {
    queries: Vec<String>,
    body: Value,
}

/// Names by route.
#[derive(Debug)]
pub(crate) struct Known {
    routes: HashMap<(String, String), Route>,
    schemas: Value,
}

impl Known {
    /// Reads them from the contract.
    pub(crate) fn of(api: &OpenApi) -> Result<Self> {
        let mut api = serde_json::to_value(api)?;
        let mut routes = HashMap::new();
        for (path, item) in api["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let queries = parameters.filter(|parameter| parameter["in"] == "query");
                let queries = queries.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect();
                let body = operation["requestBody"]["content"].as_object().and_then(|content| content.values().next());
                let body = body.map(|content| content["schema"].clone()).unwrap_or_default();
                routes.insert((method.to_ascii_uppercase(), path.clone()), Route { queries, body });
            }
        }
        Ok(Self { routes, schemas: api["components"]["schemas"].take() })
    }

    fn route(&self, method: &str, pattern: Option<String>) -> Option<&Route> {
        self.routes.get(&(method.to_owned(), pattern?))
    }

    /// The fault of each query parameter that this route does not have.
    fn query_faults(&self, method: &str, pattern: Option<String>, query: &str) -> Vec<FieldFault> {
        let Some(route) = self.route(method, pattern) else { return Vec::new() };
        let mut seen = BTreeSet::new();
        form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name != EVERYWHERE && !route.queries.iter().any(|known| known == name))
            .filter(|(name, _)| seen.insert(name.clone()))
            .take(MOST_FAULTS)
            .map(|(name, _)| unknown(shortened(&name), &name, route.queries.iter().map(String::as_str)))
            .collect()
    }

    /// The names that an object at this place of a route's body may have.
    fn fields(&self, method: &str, pattern: Option<String>, path: &[Step]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        if let Some(route) = self.route(method, pattern) {
            self.gather(&route.body, path, &mut found);
        }
        found
    }

    fn gather<'a>(&'a self, schema: &'a Value, path: &[Step], found: &mut BTreeSet<&'a str>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            return self.gather(&self.schemas[name], path, found);
        }
        for of in ["allOf", "oneOf", "anyOf"] {
            schema[of].as_array().into_iter().flatten().for_each(|part| self.gather(part, path, found));
        }
        match path.split_first() {
            None => found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())),
            Some((Step::Item(_), rest)) => self.gather(&schema["items"], rest, found),
            Some((Step::Field(name), rest)) => match schema["properties"].get(name) {
                Some(field) => self.gather(field, rest, found),
                None if schema["additionalProperties"].is_object() => {
                    self.gather(&schema["additionalProperties"], rest, found);
                }
                None => {}
            },
        }
    }
}

/// Refuses a request whose query has a parameter that its route does not have.
pub(crate) async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let query = request.query_string();
    // The question that is asked most has one parameter, and its own extractor reads it.
    let is_verify = request.path() == "/v1/verify" && query.starts_with("code=") && !query.contains('&');
    if !query.is_empty() && !is_verify && request.path().starts_with(STRICT) {
        let known = request.app_data::<web::Data<Known>>();
        let faults = known.map(|known| known.query_faults(request.method().as_str(), request.match_pattern(), query));
        if let Some(faults) = faults.filter(|faults| !faults.is_empty()) {
            return Ok(request.into_response(Error::Invalid(faults).error_response()).map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Paths of a body that its reader ignored.
#[derive(Debug, Default)]
pub(crate) struct Ignored(Vec<Vec<Step>>);

impl Ignored {
    /// Adds one, as long as there are not too many.
    pub(crate) fn add(&mut self, path: &serde_ignored::Path<'_>) {
        if self.0.len() < MOST_FAULTS {
            self.0.push(steps(path));
        }
    }

    /// A fault for each.
    pub(crate) fn faults(&self, request: &HttpRequest) -> Vec<FieldFault> {
        let known = request.app_data::<web::Data<Known>>();
        let fault = |path: &Vec<Step>| {
            let (last, parent) = path.split_last()?;
            let Step::Field(name) = last else { return None };
            let fields = known
                .map(|known| known.fields(request.method().as_str(), request.match_pattern(), parent))
                .unwrap_or_default();
            Some(unknown(written(path), name, fields.into_iter()))
        };
        self.0.iter().filter_map(fault).collect()
    }
}

fn steps(path: &serde_ignored::Path<'_>) -> Vec<Step> {
    use serde_ignored::Path;
    let (parent, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Item(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Field(key.clone()))),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut steps = steps(parent);
    steps.extend(step);
    steps
}

/// A path as faults name it: `units.ranges[0].frm`.
fn written(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Field(name) if text.is_empty() => shortened(name),
        Step::Field(name) => format!("{text}.{}", shortened(name)),
        Step::Item(index) => format!("{text}[{index}]"),
    })
}

fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The fault of a name that is not known at its place.
pub(crate) fn unknown<'a>(place: String, name: &str, known: impl Iterator<Item = &'a str>) -> FieldFault {
    let nearest = nearest(name, known).unwrap_or("none");
    FieldFault::with(place, "field-unknown", &[("nearest", nearest.into())])
}

/// The refusal of packs where only codes and ranges can name units.
pub(crate) fn no_packs() -> Error {
    Error::Invalid(vec![unknown("units.packs".to_owned(), "packs", ["codes", "ranges"].into_iter())])
}

/// The known name that was most likely meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    let wanted = plain(name);
    let similar = known.map(|known| (strsim::jaro_winkler(&wanted, &plain(known)), known));
    let similar = similar.filter(|(similarity, _)| *similarity >= SIMILAR);
    similar.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, known)| known)
}

/// Adds to the contract what holds for all strict routes: request bodies take no other fields than those documented, and
/// unknown names are refused with 422.
pub(crate) fn describe(api: &mut OpenApi) -> Result<()> {
    let contract = serde_json::to_value(&*api)?;
    let schemas = &contract["components"]["schemas"];
    let mut names = BTreeSet::new();
    for item in contract["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object()).flatten() {
        referenced(&item.1["requestBody"], schemas, &mut names);
    }
    if let Some(components) = &mut api.components {
        for name in names {
            if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name)
                && !object.properties.is_empty()
                && object.additional_properties.is_none()
            {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
    for (_, item) in api.paths.paths.iter_mut().filter(|(path, _)| path.starts_with(STRICT)) {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for (status, refusal) in problems::Strict::responses() {
                operation.responses.responses.entry(status).or_insert(refusal);
            }
        }
    }
    Ok(())
}

/// Adds the names of all schemas that a part of the contract refers to, also through others.
fn referenced(part: &Value, schemas: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(|name| name.as_str()?.rsplit('/').next())
                && names.insert(name.to_owned())
            {
                referenced(&schemas[name], schemas, names);
            }
            fields.values().for_each(|field| referenced(field, schemas, names));
        }
        Value::Array(items) => items.iter().for_each(|item| referenced(item, schemas, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A1
    #[test]
    fn a_name_with_a_typo_is_told_the_one_that_was_meant() {
        let known = ["id", "units", "expires_on", "produced_on", "declaration_number", "limit", "cursor"];
        for (name, meant) in [
            ("expire_on", Some("expires_on")),
            ("expiresOn", Some("expires_on")),
            ("Units", Some("units")),
            ("unit", Some("units")),
            ("declarationnumber", Some("declaration_number")),
            ("limits", Some("limit")),
            ("bogus", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), meant, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known.into_iter()), None);
    }

    /// A1
    #[test]
    fn names_are_known_at_every_depth_of_a_body() {
        let known = Known::of(&crate::service::openapi()).unwrap();
        let fields = |path: &[Step]| known.fields("POST", Some("/v1/scans".to_owned()), path);
        assert!(fields(&[]).contains("sent_at"));
        let item = [Step::Field("items".to_owned()), Step::Item(7)];
        assert!(fields(&item).contains("taken_at"));
        let place = [item.to_vec(), vec![Step::Field("place".to_owned())]].concat();
        assert!(fields(&place).contains("accuracy_metres"));
        assert_eq!(written(&place), "items[7].place");
    }
}
