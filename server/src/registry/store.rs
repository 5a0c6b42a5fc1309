//! What the register keeps of participants and products.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use serde_json::{Map, Value};
use tokio_postgres::Row;
use uuid::Uuid;

use super::bin::Bin;
use super::names::Names;
use super::participant::{CheckedParticipant, Participant, ParticipantRole};
use super::prefix::Gs1Prefix;
use super::product::{CheckedProduct, Product, ProductState};
use crate::platform::db::{GenericClient, Lock, Transaction};
use crate::platform::problem::{Error, Result};

/// Keeps a participant; `None` when its BIN is taken.
pub(super) async fn insert_participant(
    db: &impl GenericClient,
    new: &CheckedParticipant,
    now: DateTime<Utc>,
) -> Result<Option<Participant>> {
    let insert = db
        .prepare_cached(
            "-- registry::insert_participant
             INSERT INTO participant (bin, name_kk, name_ru, name_en, roles, address, created_at, gs1_prefixes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (bin) DO NOTHING
             RETURNING number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes",
        )
        .await?;
    let roles: Vec<&str> = new.roles.iter().map(|role| role.slug()).collect();
    let Names { kk, ru, en } = &new.name;
    let prefixes: Vec<String> = new.gs1_prefixes.iter().map(Gs1Prefix::to_string).collect();
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&new.bin.to_string(), kk, ru, en, &roles, &new.address, &now, &prefixes];
    let row = db.query_opt(&insert, &values).await?;
    row.as_ref().map(participant).transpose()
}

/// The participant of a number.
pub(crate) async fn find_participant(db: &impl GenericClient, number: i32) -> Result<Option<Participant>> {
    let find = db
        .prepare_cached(
            "-- registry::find_participant
             SELECT number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes
             FROM participant WHERE number = $1",
        )
        .await?;
    db.query_opt(&find, &[&number]).await?.as_ref().map(participant).transpose()
}

/// The participant of a BIN or IIN.
pub(crate) async fn find_participant_by_bin(db: &impl GenericClient, bin: Bin) -> Result<Option<Participant>> {
    let find = db
        .prepare_cached(
            "-- registry::find_participant_by_bin
             SELECT number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes
             FROM participant WHERE bin = $1",
        )
        .await?;
    db.query_opt(&find, &[&bin.to_string()]).await?.as_ref().map(participant).transpose()
}

/// Those participants of these numbers that exist, by number.
pub(crate) async fn find_participants(db: &impl GenericClient, numbers: &[i32]) -> Result<HashMap<i32, Participant>> {
    let find = db
        .prepare_cached(
            "-- registry::find_participants
             SELECT number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes
             FROM participant WHERE number = ANY ($1)",
        )
        .await?;
    let rows = db.query(&find, &[&numbers]).await?;
    rows.iter().map(|row| participant(row).map(|found| (found.number, found))).collect()
}

/// Participants in the order of their numbers; `only` narrows the list to one, `search` to those whose name or BIN holds
/// it.
pub(super) async fn list_participants(
    db: &impl GenericClient,
    only: Option<i32>,
    search: Option<&str>,
    after: i32,
    limit: i64,
) -> Result<Vec<Participant>> {
    let list = db
        .prepare_cached(
            "-- registry::list_participants
             SELECT number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes
             FROM participant
             WHERE ($1::int IS NULL OR number = $1) AND number > $2
               AND ($4::text IS NULL OR concat_ws(' ', bin, name_kk, name_ru, name_en) ILIKE $4)
             ORDER BY number LIMIT $3",
        )
        .await?;
    let search = search.map(crate::platform::db::containing);
    db.query(&list, &[&only, &after, &limit, &search]).await?.iter().map(participant).collect()
}

/// Keeps a card as a draft; `None` when its GTIN is taken.
pub(super) async fn insert_product(
    db: &impl GenericClient,
    new: &CheckedProduct,
    participant: i32,
    now: DateTime<Utc>,
) -> Result<Option<Product>> {
    let insert = db
        .prepare_cached(
            "-- registry::insert_product
             INSERT INTO product (gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, $12) ON CONFLICT (gtin) DO NOTHING
             RETURNING gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names",
        )
        .await?;
    let Names { kk, ru, en } = &new.trade_name;
    let attributes = Value::Object(new.attributes.clone());
    let names = new.manufacturers.as_ref().map(serde_json::to_value).transpose()?;
    let row = db
        .query_opt(
            &insert,
            &[
                &key(new.gtin),
                &participant,
                &new.group.slug(),
                kk,
                ru,
                en,
                &new.manufacturer,
                &new.country,
                &new.hs_code,
                &attributes,
                &now,
                &names,
            ],
        )
        .await?;
    row.as_ref().map(product).transpose()
}

/// The card of a GTIN, in whatever state.
pub(crate) async fn find_product(db: &impl GenericClient, gtin: Gtin) -> Result<Option<Product>> {
    let find = db
        .prepare_cached(
            "-- registry::find_product
             SELECT gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names
             FROM product WHERE gtin = $1",
        )
        .await?;
    db.query_opt(&find, &[&key(gtin)]).await?.as_ref().map(product).transpose()
}

/// Those cards of these GTINs that exist, in whatever state, by GTIN.
pub(crate) async fn find_products(db: &impl GenericClient, gtins: &[Gtin]) -> Result<HashMap<Gtin, Product>> {
    let find = db
        .prepare_cached(
            "-- registry::find_products
             SELECT gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names
             FROM product WHERE gtin = ANY ($1)",
        )
        .await?;
    let keys: Vec<i64> = gtins.iter().map(|gtin| key(*gtin)).collect();
    let rows = db.query(&find, &[&keys]).await?;
    rows.iter().map(|row| product(row).map(|found| (found.gtin, found))).collect()
}

/// Blocks a participant for a reason, or lifts the block. One that is blocked stays so since then.
pub(super) async fn set_blocked(
    db: &impl GenericClient,
    number: i32,
    block: Option<(DateTime<Utc>, &str, Uuid)>,
) -> Result<Participant> {
    let set = db
        .prepare_cached(
            "-- registry::set_blocked
             UPDATE participant
             SET blocked_at = CASE WHEN $2::timestamptz IS NULL THEN NULL ELSE coalesce(blocked_at, $2) END,
                 blocked_reason = $3, blocked_by = $4
             WHERE number = $1
             RETURNING number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes",
        )
        .await?;
    let (at, reason, by) = match block {
        Some((at, reason, by)) => (Some(at), Some(reason), Some(by)),
        None => (None, None, None),
    };
    participant(&db.query_one(&set, &[&number, &at, &reason, &by]).await?)
}

/// Gives a participant these GS1 prefixes and no others.
pub(super) async fn set_prefixes(db: &impl GenericClient, number: i32, prefixes: &[Gs1Prefix]) -> Result<Participant> {
    let set = db
        .prepare_cached(
            "-- registry::set_prefixes
             UPDATE participant SET gs1_prefixes = $2 WHERE number = $1
             RETURNING number, bin, name_kk, name_ru, name_en, roles, address, created_at, blocked_at,
                 blocked_reason, gs1_prefixes",
        )
        .await?;
    let prefixes: Vec<String> = prefixes.iter().map(Gs1Prefix::to_string).collect();
    participant(&db.query_one(&set, &[&number, &prefixes]).await?)
}

/// The GS1 prefixes of all participants but one. Holds them against others who change prefixes until the transaction
/// ends.
pub(super) async fn hold_prefixes(tx: &Transaction<'_>, but: Option<i32>) -> Result<Vec<Gs1Prefix>> {
    Lock::Gs1Prefixes.hold(tx).await?;
    let list = tx
        .prepare_cached(
            "-- registry::list_prefixes
             SELECT prefix FROM participant, unnest(gs1_prefixes) AS prefix WHERE number IS DISTINCT FROM $1",
        )
        .await?;
    let rows = tx.query(&list, &[&but]).await?;
    Ok(rows.iter().filter_map(|row| row.get::<_, &str>(0).parse().ok()).collect())
}

/// What of the cards is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct ProductFilter {
    /// Of one participant.
    pub(super) participant: Option<i32>,
    /// Of one group.
    pub(super) group: Option<Group>,
    /// In one state.
    pub(super) state: Option<ProductState>,
    /// Whose GTIN, trade name or maker holds these letters.
    pub(super) search: Option<String>,
}

/// Cards in the order of their GTINs.
pub(super) async fn list_products(
    db: &impl GenericClient,
    filter: &ProductFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Product>> {
    let list = db
        .prepare_cached(
            "-- registry::list_products
             SELECT gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names
             FROM product
             WHERE ($1::int IS NULL OR participant = $1) AND ($2::text IS NULL OR product_group = $2)
                 AND ($3::text IS NULL OR state = $3) AND gtin > $4
                 AND ($6::text IS NULL
                      OR concat_ws(' ', lpad(gtin::text, 14, '0'), trade_name_kk, trade_name_ru, trade_name_en, manufacturer)
                         ILIKE $6)
             ORDER BY gtin LIMIT $5",
        )
        .await?;
    let group = filter.group.map(Group::slug);
    let state = filter.state.map(ProductState::slug);
    let search = filter.search.as_deref().map(crate::platform::db::containing);
    let rows = db.query(&list, &[&filter.participant, &group, &state, &after, &limit, &search]).await?;
    rows.iter().map(product).collect()
}

/// Publishes a draft; `None` when there is no such card or it is no draft.
pub(super) async fn publish_product(db: &impl GenericClient, gtin: Gtin) -> Result<Option<Product>> {
    let publish = db
        .prepare_cached(
            "-- registry::publish_product
             UPDATE product SET state = 'published' WHERE gtin = $1 AND state = 'draft'
             RETURNING gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                 manufacturer, country, hs_code, attributes, state, created_at, manufacturer_names",
        )
        .await?;
    db.query_opt(&publish, &[&key(gtin)]).await?.as_ref().map(product).transpose()
}

/// A GTIN as it is stored.
fn key(gtin: Gtin) -> i64 {
    i64::try_from(gtin.number()).expect("fourteen digits are below 2^63")
}

fn participant(row: &Row) -> Result<Participant> {
    let roles: Vec<&str> = row.get("roles");
    let prefixes: Vec<&str> = row.get("gs1_prefixes");
    Ok(Participant {
        number: row.get("number"),
        bin: row.get::<_, &str>("bin").parse().map_err(Error::internal)?,
        name: Names { kk: row.get("name_kk"), ru: row.get("name_ru"), en: row.get("name_en") },
        roles: roles.into_iter().filter_map(ParticipantRole::from_slug).collect(),
        address: row.get("address"),
        created_at: row.get("created_at"),
        blocked_at: row.get("blocked_at"),
        blocked_reason: row.get("blocked_reason"),
        gs1_prefixes: prefixes.into_iter().filter_map(|prefix| prefix.parse().ok()).collect(),
    })
}

fn product(row: &Row) -> Result<Product> {
    let number = u64::try_from(row.get::<_, i64>("gtin")).map_err(Error::internal)?;
    let Value::Object(attributes) = row.get::<_, Value>("attributes") else {
        return Err(Error::internal("attributes of a card are no object"));
    };
    let state: &str = row.get("state");
    Ok(Product {
        gtin: Gtin::try_from(number).map_err(Error::internal)?,
        participant: row.get("participant"),
        group: row.get::<_, &str>("product_group").parse().map_err(Error::internal)?,
        trade_name: Names { kk: row.get("trade_name_kk"), ru: row.get("trade_name_ru"), en: row.get("trade_name_en") },
        manufacturer: row.get("manufacturer"),
        manufacturers: row
            .get::<_, Option<Value>>("manufacturer_names")
            .map(serde_json::from_value)
            .transpose()
            .map_err(Error::internal)?,
        country: row.get("country"),
        hs_code: row.get("hs_code"),
        attributes: attributes.into_iter().collect::<Map<_, _>>(),
        state: ProductState::from_slug(state).ok_or_else(|| Error::internal("a card in a state that is none"))?,
        created_at: row.get("created_at"),
    })
}
