//! The list of recalls over HTTP, for everybody: pages of it, and the newest of it as feeds.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use marking::gtin::Gtin;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::feed::{self, JsonFeed};
use super::{Position, RecalledGoods, store};
use crate::http::{Listed, Page, Query, language, problems};
use crate::platform::Base;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;
use crate::registry::Names;

/// Characters of a search.
const LONGEST_SEARCH: usize = 100;
/// Recalls in a feed.
const IN_A_FEED: i64 = 100;
/// The list changes with documents: caches in between may hold it for a minute.
const CACHED: &str = "public, max-age=60";

/// Routes of the list.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(get_atom).service(get_json);
}

/// Goods of one GTIN under one recall.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RecallLine {
    /// Id of the recall's document; one document may recall several goods.
    id: Uuid,
    /// GTIN, fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// Trade name in the caller's language.
    trade_name: String,
    /// Trade name in every language.
    trade_names: Names,
    /// Who makes the goods.
    manufacturer: String,
    /// Who recalled them, in the caller's language; null for the register's operator.
    participant: Option<String>,
    /// Why.
    reason: String,
    /// Since when.
    recalled_on: NaiveDate,
    /// When it was filed.
    published_at: DateTime<Utc>,
    /// How many items are recalled.
    #[schema(minimum = 1)]
    units: i64,
}

impl From<RecalledGoods> for RecallLine {
    fn from(goods: RecalledGoods) -> Self {
        let language = language::current();
        Self {
            id: goods.id,
            gtin: goods.gtin,
            trade_name: goods.trade_name.get(language).to_owned(),
            trade_names: goods.trade_name,
            manufacturer: goods.manufacturer,
            participant: goods.participant.map(|names| names.get(language).to_owned()),
            reason: goods.reason.get(language).to_owned(),
            recalled_on: goods.recalled_on,
            published_at: goods.at,
            units: goods.units,
        }
    }
}

/// A page of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RecallPage {
    /// Recalled goods, newest first.
    items: Vec<RecallLine>,
    /// Cursor of the next page; none on the last.
    next_cursor: Option<String>,
}

/// Which recalls are asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Words of which each stands in a name, the maker or the GTIN.
    #[param(max_length = 100, example = "kefir")]
    q: Option<String>,
    /// Items a page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; without it, the first page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The words of a search, in small letters; 400 when it is too long or holds what no text holds.
fn words(search: Option<&str>) -> Result<Vec<String>> {
    let text = search.unwrap_or_default();
    let refused = |fault| Error::Malformed("malformed-query", vec![fault]);
    if text.chars().count() > LONGEST_SEARCH {
        return Err(refused(FieldFault::with("q", "field-too-long", &[("max", LONGEST_SEARCH.into())])));
    }
    if text.chars().any(char::is_control) {
        return Err(refused(FieldFault::new("q", "field-control-character")));
    }
    Ok(unicode::nfc(text).split_whitespace().map(str::to_lowercase).collect())
}

/// Goods that are recalled, newest first; what was lifted is not among them.
#[utoipa::path(
    tag = "registry",
    operation_id = "list_recalls",
    params(Search),
    responses(
        (status = 200, description = "A page of recalled goods", body = RecallPage),
        problems::Malformed, problems::Always,
    ),
    security(()),
)]
#[get("/v1/recalls")]
async fn list(base: web::Data<Base>, Query(search): Query<Search>) -> Result<HttpResponse> {
    let words = words(search.q.as_deref())?;
    let page = Page::new(search.limit, search.cursor);
    let (limit, after) = (page.limit()?, page.after::<Position>()?);
    let db = base.db.get().await?;
    let rows = store::list_recalls(&db, &words, after, limit + 1).await?;
    let Listed { items, next_cursor } = Listed::cut(rows, limit, |goods| Position::of(goods).to_string());
    let page = RecallPage { items: items.into_iter().map(RecallLine::from).collect(), next_cursor };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHED)).json(page))
}

/// In which language a feed is: a reader of feeds says no other way.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedLanguage {
    /// `kk`, `ru` or `en`; without it as `Accept-Language` says.
    #[param(example = "kk")]
    #[expect(dead_code, reason = "read by the choice of the language")]
    lang: Option<String>,
}

async fn newest(base: &Base) -> Result<Vec<RecalledGoods>> {
    store::list_recalls(&base.db.get().await?, &[], None, IN_A_FEED).await
}

/// The newest recalls as an Atom feed (RFC 4287).
#[utoipa::path(
    tag = "registry",
    operation_id = "get_recalls_atom",
    params(FeedLanguage),
    responses(
        (status = 200, description = "The feed", content_type = "application/atom+xml", body = String),
        problems::Malformed, problems::Always,
    ),
    security(()),
)]
#[get("/v1/recalls/feed.atom")]
async fn get_atom(base: web::Data<Base>, _asked: Query<FeedLanguage>) -> Result<HttpResponse> {
    let goods = newest(&base).await?;
    let feed = feed::atom(language::current(), &base.config.public_url, &goods, base.clock.now());
    Ok(HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .insert_header((CACHE_CONTROL, CACHED))
        .body(feed))
}

/// The newest recalls as a JSON feed (JSON Feed 1.1).
#[utoipa::path(
    tag = "registry",
    operation_id = "get_recalls_json",
    params(FeedLanguage),
    responses(
        (status = 200, description = "The feed", content_type = "application/feed+json", body = JsonFeed),
        problems::Malformed, problems::Always,
    ),
    security(()),
)]
#[get("/v1/recalls/feed.json")]
async fn get_json(base: web::Data<Base>, _asked: Query<FeedLanguage>) -> Result<HttpResponse> {
    let goods = newest(&base).await?;
    let feed = feed::json(language::current(), &base.config.public_url, &goods);
    let body = serde_json::to_string(&feed)?;
    Ok(HttpResponse::Ok().content_type("application/feed+json").insert_header((CACHE_CONTROL, CACHED)).body(body))
}
