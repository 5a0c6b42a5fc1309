//! The tables of keys and of their lists. Keys are added and revoked, lists only added.

use chrono::{DateTime, Utc};
use marking::layout::Group;

use super::key::{KeyCard, Purpose, UnknownKind};
use super::list::PublishedKeyList;
use crate::platform::db::{GenericClient, Lock, Transaction};
use crate::platform::problem::{Error, Result};

/// A key as it is stored.
pub(super) struct KeyRow {
    pub(super) card: KeyCard,
    /// The private half under the master key.
    pub(super) sealed: Vec<u8>,
}

/// Lets one process at a time make keys; released with the transaction.
pub(super) async fn lock(tx: &Transaction<'_>) -> Result<()> {
    Lock::Keys.hold(tx).await
}

/// Every key.
pub(super) async fn list_keys(db: &impl GenericClient) -> Result<Vec<KeyRow>> {
    let list = db
        .prepare_cached(
            "-- keys::list_keys
             SELECT id, purpose, product_group, public_key, created_at, signs_from, signs_until, revoked_at,
                    private_sealed
             FROM secret_key ORDER BY created_at, id",
        )
        .await?;
    let rows = db.query(&list, &[]).await?;
    let keys = rows.iter().map(|row| {
        let card = KeyCard {
            id: row.get(0),
            purpose: Purpose::read(row.get(1), row.get(2))?,
            public: row.get(3),
            created_at: row.get(4),
            signs_from: row.get(5),
            signs_until: row.get(6),
            revoked_at: row.get(7),
        };
        Ok(KeyRow { card, sealed: row.get(8) })
    });
    keys.collect::<Result<_, UnknownKind>>().map_err(Error::internal)
}

/// Adds a key. False when its id is taken.
pub(super) async fn insert_key(db: &impl GenericClient, key: &KeyRow) -> Result<bool> {
    let insert = db
        .prepare_cached(
            "-- keys::insert_key
             INSERT INTO secret_key (id, purpose, product_group, algorithm, public_key, private_sealed, created_at,
                                     signs_from, signs_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .await?;
    let KeyRow { card, sealed } = key;
    let inserted = db
        .execute(
            &insert,
            &[
                &card.id,
                &card.purpose.slug(),
                &card.purpose.group().map(Group::slug),
                &card.purpose.algorithm().slug(),
                &card.public,
                sealed,
                &card.created_at,
                &card.signs_from,
                &card.signs_until,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Ends the signing of a purpose's other keys when the next one starts.
pub(super) async fn retire_others(db: &impl GenericClient, heir: &KeyCard) -> Result<()> {
    let retire = db
        .prepare_cached(
            "-- keys::retire_others
             UPDATE secret_key SET signs_until = $4
             WHERE purpose = $2 AND product_group IS NOT DISTINCT FROM $3 AND id <> $1 AND signs_until > $4",
        )
        .await?;
    let group = heir.purpose.group().map(Group::slug);
    db.execute(&retire, &[&heir.id, &heir.purpose.slug(), &group, &heir.signs_from]).await?;
    Ok(())
}

/// Ends the trust in a key.
pub(super) async fn revoke_key(db: &impl GenericClient, id: &str, at: DateTime<Utc>) -> Result<()> {
    let revoke = db
        .prepare_cached(
            "-- keys::revoke_key\n UPDATE secret_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        )
        .await?;
    db.execute(&revoke, &[&id, &at]).await?;
    Ok(())
}

/// The newest list for phones.
pub(super) async fn find_list(db: &impl GenericClient) -> Result<Option<PublishedKeyList>> {
    let find = db
        .prepare_cached(
            "-- keys::find_list\n SELECT version, root, document FROM key_list ORDER BY version DESC LIMIT 1",
        )
        .await?;
    let row = db.query_opt(&find, &[]).await?;
    row.map(|row| PublishedKeyList::stored(row.get(0), row.get(1), row.get(2))).transpose()
}

/// Adds a list.
pub(super) async fn insert_list(db: &impl GenericClient, list: &PublishedKeyList, at: DateTime<Utc>) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- keys::insert_list
             INSERT INTO key_list (version, root, document, signed_at) VALUES ($1, $2, $3, $4)",
        )
        .await?;
    db.execute(&insert, &[&list.version, &list.root, &list.document()?, &at]).await?;
    Ok(())
}
