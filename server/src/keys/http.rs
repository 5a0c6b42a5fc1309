//! The route from which phones take the list of seal keys. Public: it holds public halves only.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::list::PublishedKeyList;
use crate::http::problems;
use crate::keys::Keys;
use crate::platform::problem::{Error, Result};

/// Routes of keys.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_key_list);
}

/// The keys that seals are checked with offline, signed by the offline root.
///
/// Its version only rises: a phone that holds a newer list refuses an older one. Phones ask every six hours and
/// vouch for no key by a list that they last asked for more than a day ago.
#[utoipa::path(
    tag = "verify",
    operation_id = "get_seal_keys",
    responses(
        (status = 200, description = "The newest list", body = PublishedKeyList),
        (status = 404, description = "No list was signed yet: `no-key-list`", body = crate::http::refusal::Problem,
            content_type = "application/problem+json"),
        problems::Always,
    ),
    security(()),
)]
#[get("/v1/keys")]
async fn get_key_list(keys: web::Data<Keys>) -> Result<HttpResponse> {
    let list = keys.published().ok_or(Error::NotFound("no-key-list"))?;
    // A revocation should not wait in anybody's cache.
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=60")).json(&*list))
}
