//! Reference data over HTTP (D1.20): the same bytes for everybody until the next version of the program, so they are
//! made once and kept by caches.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ContentType, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::problems;
use crate::platform::problem::{Error, Result};
use crate::registry::reference::{Country, Directory, ProductGroup, Region, Term, reference};
use crate::registry::release::ReleaseRule;

/// A day: directories change with releases of the program, and a check by tag costs next to nothing.
const KEEP: &str = "public, max-age=86400";

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(get_directory);
}

/// A directory in the list of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Summary {
    /// Name, by which it is asked for.
    #[schema(example = "countries")]
    name: &'static str,
    /// Version.
    #[schema(example = "2026-11-20")]
    version: String,
    /// What it was made from.
    source: String,
    /// How many entries it has.
    entries: usize,
}

/// All directories.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Summaries {
    /// One line each.
    items: Vec<Summary>,
}

/// Any one of the directories.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "read by the contract alone: answers are made from the directories themselves")]
enum AnyDirectory {
    /// `countries`
    Countries(Directory<Country>),
    /// `product-groups`
    ProductGroups(Directory<ProductGroup>),
    /// `regions`
    Regions(Directory<Region>),
    /// `report-categories`, `withdrawal-reasons`
    Terms(Directory<Term>),
    /// `release-facts`
    ReleaseFacts(Directory<ReleaseRule>),
}

/// An answer that never changes while the program runs.
struct Fixed {
    name: &'static str,
    tag: EntityTag,
    body: Vec<u8>,
}

impl Fixed {
    fn new(name: &'static str, content: &impl Serialize) -> Self {
        let body = serde_json::to_vec(content).expect("directories are plain data");
        let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(&body)[..12]));
        Self { name, tag, body }
    }

    /// The answer, or 304 when the caller holds it already.
    fn answer(&'static self, known: &IfNoneMatch) -> HttpResponse {
        let held = match known {
            IfNoneMatch::Any => true,
            IfNoneMatch::Items(tags) => tags.iter().any(|tag| tag.weak_eq(&self.tag)),
        };
        let mut answer = if held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer.insert_header(ETag(self.tag.clone())).insert_header((CACHE_CONTROL, KEEP));
        if held { answer.finish() } else { answer.content_type(ContentType::json()).body(self.body.as_slice()) }
    }
}

/// The list, and each directory.
fn answers() -> &'static (Fixed, [Fixed; 6]) {
    static ANSWERS: LazyLock<(Fixed, [Fixed; 6])> = LazyLock::new(|| {
        fn both<T: Serialize>(name: &'static str, directory: &Directory<T>) -> (Summary, Fixed) {
            let Directory { version, source, items } = directory;
            let (version, source) = (version.clone(), source.clone());
            (Summary { name, version, source, entries: items.len() }, Fixed::new(name, directory))
        }
        let all = reference();
        let parts = [
            both("countries", &all.countries),
            both("product-groups", &all.product_groups),
            both("regions", &all.regions),
            both("report-categories", &all.report_categories),
            both("withdrawal-reasons", &all.withdrawal_reasons),
            both("release-facts", &all.release_facts),
        ];
        let items = parts.iter().map(|(summary, _)| summary.clone()).collect();
        (Fixed::new("", &Summaries { items }), parts.map(|(_, fixed)| fixed))
    });
    &ANSWERS
}

/// What the caller says it holds; nothing when the header can't be read.
fn known(request: &HttpRequest) -> IfNoneMatch {
    IfNoneMatch::parse(request).unwrap_or_else(|_| IfNoneMatch::Items(Vec::new()))
}

/// Lists the directories with their versions.
#[utoipa::path(
    tag = "registry",
    operation_id = "list_reference",
    responses(
        (status = 200, description = "The directories", body = Summaries,
            headers(("ETag" = String, description = "Changes with the content"))),
        (status = 304, description = "Nothing changed since `If-None-Match`"),
        problems::Always,
    ),
    security(()),
)]
#[get("/v1/reference")]
async fn list(request: HttpRequest) -> HttpResponse {
    answers().0.answer(&known(&request))
}

/// One directory, whole, in all languages.
#[utoipa::path(
    tag = "registry",
    operation_id = "get_reference",
    params(("name" = String, Path, description = "Name of the directory", example = "countries", max_length = 40)),
    responses(
        (status = 200, description = "The directory", body = AnyDirectory,
            headers(("ETag" = String, description = "Changes with the content"))),
        (status = 304, description = "Nothing changed since `If-None-Match`"),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/v1/reference/{name}")]
async fn get_directory(name: web::Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let found = answers().1.iter().find(|fixed| fixed.name == name.as_str());
    found.map(|fixed| fixed.answer(&known(&request))).ok_or(Error::NotFound("not-found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D1.20
    #[test]
    fn every_directory_has_a_tag_of_its_own_and_its_bytes_made_once() {
        let (all, each) = answers();
        let mut tags: Vec<_> = each.iter().chain([all]).map(|fixed| fixed.tag.tag().to_owned()).collect();
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 7);
        assert!(std::ptr::eq(answers(), answers()));
    }

    #[test]
    fn who_holds_a_directory_is_not_sent_it_again() {
        let fixed = &answers().1[0];
        let status = |known| fixed.answer(&known).status().as_u16();
        assert_eq!(status(IfNoneMatch::Items(vec![])), 200);
        assert_eq!(status(IfNoneMatch::Items(vec![EntityTag::new_strong("other".into())])), 200);
        assert_eq!(status(IfNoneMatch::Items(vec![EntityTag::new_weak(fixed.tag.tag().into())])), 304);
        assert_eq!(status(IfNoneMatch::Any), 304);
    }
}
