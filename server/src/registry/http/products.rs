//! Goods over HTTP: a participant registers its own, an operator publishes, anybody reads what is published.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::gtin_in_path;
use crate::auth::{self, Member, Operator};
use crate::http::{Body, Listed, Page, Query, language, problems, search_text};
use crate::platform::Base;
use crate::platform::audit::{self, Actor};
use crate::platform::command::{Command, Done};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs::{self, RefreshProduct};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::bin::Bin;
use crate::registry::names::Names;
use crate::registry::participant::Participant;
use crate::registry::product::{AttributeLine, CheckedProduct, NewProduct, Product, ProductState, attribute_lines};
use crate::registry::reference::reference;
use crate::registry::store::{self, ProductFilter};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_product).service(list).service(get_card).service(post_publish);
}

/// A card as operators and the people of its participant see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductAnswer {
    /// GTIN, fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// BIN or IIN of the participant that registered it.
    #[schema(value_type = String, example = "990140000384")]
    participant: Bin,
    /// Its group.
    #[schema(value_type = String, example = "water")]
    group: Group,
    /// Trade name.
    trade_name: Names,
    /// Who makes it.
    manufacturer: String,
    /// The same in every language, where the register was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    manufacturers: Option<Names>,
    /// Where it is made: ISO 3166-1.
    #[schema(example = "KZ")]
    country: String,
    /// Code of the EAEU commodity nomenclature.
    #[schema(example = "2201101900")]
    hs_code: String,
    /// What its group asks for.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// Where the card stands.
    state: ProductState,
    /// When it was registered.
    created_at: DateTime<Utc>,
}

impl ProductAnswer {
    fn new(product: Product, participant: Bin) -> Self {
        let Product {
            gtin,
            participant: _,
            group,
            trade_name,
            manufacturer,
            manufacturers,
            country,
            hs_code,
            attributes,
            state,
            created_at,
        } = product;
        Self {
            gtin,
            participant,
            group,
            trade_name,
            manufacturer,
            manufacturers,
            country,
            hs_code,
            attributes,
            state,
            created_at,
        }
    }
}

/// A card as everybody sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ProductCard {
    /// GTIN, fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// Trade name in the caller's language.
    name: String,
    /// Trade name in every language.
    trade_name: Names,
    /// Who makes it.
    manufacturer: String,
    /// Where it is made.
    country: Named,
    /// Its group.
    group: Named,
    /// What else the card tells, in the caller's language.
    attributes: Vec<AttributeLine>,
}

/// An entry of a directory, in the caller's language.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Named {
    /// Code or slug in the directory.
    code: String,
    /// Words for it.
    name: String,
}

impl From<Product> for ProductCard {
    fn from(product: Product) -> Self {
        let language = language::current();
        let in_words = |names: Option<&Names>| names.map_or_else(String::new, |names| names.get(language).to_owned());
        let country = reference().country(&product.country).map(|country| &country.name);
        let group = &reference().product_group(product.group).name;
        Self {
            gtin: product.gtin,
            name: product.trade_name.get(language).to_owned(),
            country: Named { code: product.country.clone(), name: in_words(country) },
            group: Named { code: product.group.slug().to_owned(), name: in_words(Some(group)) },
            attributes: attribute_lines(&product, language),
            manufacturer: match &product.manufacturers {
                Some(names) => names.get(language).to_owned(),
                None => product.manufacturer,
            },
            trade_name: product.trade_name,
        }
    }
}

/// Registers goods as a draft of `owner`, and leaves the refresh of their card, in the caller's transaction.
/// 403 when the owner neither makes nor imports goods, 409 `duplicate` when the GTIN is registered already.
pub(crate) async fn register(
    tx: &Transaction<'_>,
    owner: &Participant,
    new: &CheckedProduct,
    now: DateTime<Utc>,
) -> Result<Product> {
    if !owner.registers_goods() {
        return Err(Error::Forbidden("registers-no-goods"));
    }
    let Some(product) = store::insert_product(tx, new, owner.number, now).await? else {
        return Err(Error::Conflict("duplicate", vec![FieldFault::new("gtin", "field-id-taken")]));
    };
    jobs::append_refresh(tx, RefreshProduct { gtin: product.gtin.number() }).await?;
    Ok(product)
}

/// Publishes a card; one that is published already stays as it is. 404 without a card, 409 `product-withdrawn` when it was withdrawn.
pub(crate) async fn publish(tx: &Transaction<'_>, gtin: Gtin) -> Result<Product> {
    if let Some(product) = store::publish_product(tx, gtin).await? {
        jobs::append_refresh(tx, RefreshProduct { gtin: gtin.number() }).await?;
        return Ok(product);
    }
    let product = store::find_product(tx, gtin).await?.ok_or(Error::NotFound("unknown-product"))?;
    if product.is_published() { Ok(product) } else { Err(Error::conflict("product-withdrawn")) }
}

/// For whom `member` registers goods: a participant's people for it alone, operators for whom they name.
pub(crate) async fn owner_of(db: &impl GenericClient, member: &Member, named: Option<Bin>) -> Result<Participant> {
    let own = match member.participant {
        Some(number) => store::find_participant(db, number).await?,
        None => None,
    };
    match (own, named) {
        (Some(own), None) => Ok(own),
        (Some(own), Some(bin)) if own.bin == bin => Ok(own),
        (None, None) => Err(Error::field("participant", "field-required")),
        (None, Some(bin)) if member.participant.is_none() => {
            let found = store::find_participant_by_bin(db, bin).await?;
            found.ok_or_else(|| Error::field("participant", "field-no-such-participant"))
        }
        _ => Err(Error::field("participant", "field-no-such-participant")),
    }
}

/// Registers goods as a draft, which an operator then publishes. Only producers and importers register goods.
#[utoipa::path(
    tag = "registry",
    operation_id = "register_product",
    params(IdempotencyKey),
    request_body = NewProduct,
    responses(
        (status = 201, description = "Registered as a draft", body = ProductAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[post("/v1/products")]
async fn post_product(
    base: web::Data<Base>,
    member: Member,
    key: IdempotencyKey,
    Body(new): Body<NewProduct>,
) -> Result<HttpResponse> {
    let checked = new.check()?;
    let owner = owner_of(&base.db.get().await?, &member, checked.participant).await?;
    let object = format!("product:{}", checked.gtin);
    let command = Command { base: &base, author: &*member, key: &key, action: "registry.register-product", object };
    let run = command.run(&new, async |tx, now| {
        let product = register(tx, &owner, &checked, now).await?;
        Ok(Done::new(ProductAnswer::new(product, owner.bin)))
    });
    Ok(HttpResponse::Created().json(run.await?))
}

fn entry(
    at: DateTime<Utc>,
    actor: Actor,
    action: &'static str,
    gtin: Gtin,
    result: &'static str,
) -> audit::Entry<'static> {
    audit::Entry { at, actor, action, object: format!("product:{gtin}"), result, details: json!({}) }
}

/// Which cards are asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Of this group only.
    #[param(max_length = 40, example = "water")]
    group: Option<String>,
    /// In this state only.
    #[param(inline)]
    state: Option<ProductState>,
    /// Only where the GTIN, the trade name or the maker holds these letters.
    #[param(max_length = 100, example = "Алатау")]
    search: Option<String>,
}

/// Lists cards in the order of their GTINs: a participant's own, or all for operators.
#[utoipa::path(
    tag = "registry",
    operation_id = "list_products",
    params(Filter, Page),
    responses(
        (status = 200, description = "A page of cards", body = Listed<ProductAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/products")]
async fn list(
    base: web::Data<Base>,
    member: Member,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ProductAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<i64>()?.unwrap_or(-1));
    let unknown = |_| Error::Malformed("malformed-query", vec![FieldFault::new("group", "field-unknown-group")]);
    let group = filter.group.as_deref().map(str::parse::<Group>).transpose().map_err(unknown)?;
    let search = search_text(filter.search.as_deref())?;
    let filter = ProductFilter { participant: member.participant, group, state: filter.state, search };
    let db = base.db.get().await?;
    let rows = store::list_products(&db, &filter, after, limit + 1).await?;
    let page = Listed::cut(rows, limit, |product| product.gtin.number().to_string());
    let owners: Vec<i32> = page.items.iter().map(|product| product.participant).collect();
    let owners = store::find_participants(&db, &owners).await?;
    let Listed { items, next_cursor } = page;
    let with_owner =
        |product: Product| owners.get(&product.participant).map(|owner| ProductAnswer::new(product, owner.bin));
    Ok(web::Json(Listed { items: items.into_iter().filter_map(with_owner).collect(), next_cursor }))
}

/// What the goods of a GTIN are. A draft is as unknown as a GTIN that nobody registered.
#[utoipa::path(
    tag = "registry",
    operation_id = "get_product",
    params(("gtin" = String, Path, description = "GTIN, 8, 12, 13 or 14 digits",
        pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "04870001234560")),
    responses(
        (status = 200, description = "The card", body = ProductCard),
        problems::Malformed, problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/v1/products/{gtin}")]
async fn get_card(base: web::Data<Base>, path: web::Path<String>) -> Result<web::Json<ProductCard>> {
    let gtin = gtin_in_path(&path)?;
    let db = base.db.get().await?;
    let found = store::find_product(&db, gtin).await?.filter(Product::is_public);
    found.map(|product| web::Json(product.into())).ok_or(Error::NotFound("unknown-product"))
}

/// Publishes a draft: from now on everybody sees the card, and its participant may order codes.
#[utoipa::path(
    tag = "registry",
    operation_id = "publish_product",
    params(("gtin" = String, Path, description = "GTIN, 8, 12, 13 or 14 digits",
        pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "04870001234560")),
    responses(
        (status = 200, description = "Published, now or before", body = ProductAnswer),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/products/{gtin}/publish")]
async fn post_publish(
    base: web::Data<Base>,
    operator: Operator,
    path: web::Path<String>,
) -> Result<web::Json<ProductAnswer>> {
    let gtin = gtin_in_path(&path)?;
    let mut db = base.db.get().await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let product = publish(&tx, gtin).await?;
    audit::append(&tx, &entry(base.clock.now(), operator.actor, "registry.publish-product", gtin, "done")).await?;
    let owner = store::find_participant(&tx, product.participant).await?;
    let owner = owner.ok_or_else(|| Error::internal("goods of a participant that is none"))?;
    tx.commit().await?;
    base.wake.notify_one();
    Ok(web::Json(ProductAnswer::new(product, owner.bin)))
}
