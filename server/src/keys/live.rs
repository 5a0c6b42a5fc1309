//! The keys of a running process: made on the first start, read anew every ten seconds and whenever
//! somebody shows an unknown one, followed by successors before they end. While PostgreSQL is away the
//! last known set stays in force.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use marking::ed25519::SecretSealKey;
use mobile_core::key_list::{KeyList, SignedKeyList};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::key::{KeyCard, Purpose, first_signature, is_due};
use super::list::{self, PublishedKeyList};
use super::set::{self, KeySet};
use super::store::{self, KeyRow};
use super::{master, root, vault::Vault};
use crate::platform::audit::{self, Actor, ChainKey, Entry};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Transaction;
use crate::platform::idempotency::{self, IdempotencyKey};
use crate::platform::problem::{Error, Result};

/// How often every process looks for new keys.
const INTERVAL: Duration = Duration::from_secs(10);
/// The shortest time between two looks, so that a flood of unknown key ids costs two queries a second.
const BREATH: Duration = Duration::from_millis(500);

/// The keys of this process. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    db: Pool,
    master: Vault,
    clock: Clock,
    current: RwLock<Arc<KeySet>>,
    published: RwLock<Option<Arc<PublishedKeyList>>>,
    /// A demonstration signs its own lists; elsewhere the root is offline.
    demo_root: Option<SecretSealKey>,
    last_look: Mutex<Look>,
}

/// The last time that the table was read.
struct Look {
    began: Instant,
    succeeded: bool,
}

impl Keys {
    /// Opens the keys; makes what is missing and follows up what is due. Starts to look for changes, for as
    /// long as a clone of this exists.
    pub async fn open(config: &Config, db: Pool, clock: Clock) -> Result<Self> {
        let now = clock.now();
        let began = Instant::now();
        let mut client = db.get().await?;
        let rows = store::list_keys(&client).await?;
        let master = match master::find(config)? {
            Some(master) => master,
            None if rows.is_empty() => master::create(config)?,
            None => {
                return Err(Error::internal(format!(
                    "the keys in the database are encrypted, and neither TANBA_MASTER_KEY nor {} holds their master key",
                    config.data_dir.join("master.key").display()
                )));
            }
        };
        // An earlier set opens first: a wrong master key must not add keys of its own.
        if !rows.is_empty() {
            KeySet::open(&rows, &master, now)?;
        }
        let tx = client.transaction().await?;
        make_due(&tx, &master, now).await?;
        tx.commit().await?;
        let set = KeySet::open(&store::list_keys(&client).await?, &master, now)?;
        let published = store::find_list(&client).await?.map(Arc::new);
        let demo_root = config.demo.then(|| root::demo_root(&config.data_dir)).transpose()?;
        drop(client);
        let inner = Inner {
            db,
            master,
            clock,
            current: RwLock::new(Arc::new(set)),
            published: RwLock::new(published),
            demo_root,
            last_look: Mutex::new(Look { began, succeeded: true }),
        };
        let keys = Self(Arc::new(inner));
        keys.sign_in_demo().await?;
        keys.watch();
        Ok(keys)
    }

    /// The key of the audit's chain: derived from the master key, so the database does not hold it.
    pub fn audit_key(&self) -> ChainKey {
        ChainKey::new(&self.0.master.derive("tanba audit chain v1"))
    }

    /// The set in force. Take it once for each piece of work.
    pub fn current(&self) -> Arc<KeySet> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A set that was read after this call began: ask it about a key that the current one doesn't know,
    /// before you say that there is none (X15). Any number of callers share one reading; none waits longer
    /// than half a second for its turn.
    pub async fn fresh(&self) -> Result<Arc<KeySet>> {
        let asked = Instant::now();
        let mut look = self.0.last_look.lock().await;
        if look.began < asked {
            tokio::time::sleep_until(look.began + BREATH).await;
            *look = Look { began: Instant::now(), succeeded: false };
            self.0.read().await?;
            look.succeeded = true;
        }
        if look.succeeded {
            Ok(self.current())
        } else {
            Err(Error::Unavailable { slug: "register-unavailable", source: "the keys could not be read".into() })
        }
    }

    /// Gives successors to keys that end within a week, and keys to purposes that have none. Returns the new ones.
    pub async fn rotate_due(&self) -> Result<Vec<KeyCard>> {
        self.change(async |tx, master, now| make_due(tx, master, now).await).await
    }

    /// Gives a purpose a new key now, whatever the age of the present one. Refuses the purposes whose key never changes.
    pub async fn rotate(&self, purpose: Purpose, actor: Actor) -> Result<KeyCard> {
        if !purpose.rotates() {
            return Err(Error::conflict("key-is-for-ever"));
        }
        self.change(async |tx, master, now| {
            let cards = cards(&store::list_keys(tx).await?);
            let card = add(tx, master, &cards, purpose, now).await?;
            append(tx, now, actor, "keys.rotate", &card).await?;
            Ok(card)
        })
        .await
    }

    /// The same once for a caller's key of idempotency. Returns the name of the new key. `first` runs in the transaction
    /// before anything else and may refuse.
    pub(crate) async fn rotate_once(
        &self,
        purpose: Purpose,
        actor: Actor,
        once: &IdempotencyKey,
        route: &str,
        first: impl AsyncFnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<String> {
        if !purpose.rotates() {
            return Err(Error::conflict("key-is-for-ever"));
        }
        let caller = actor.who.to_string();
        self.change(async |tx, master, now| {
            first(tx).await?;
            idempotency::once(tx, &caller, once, route, &purpose.to_string(), now, async || {
                let cards = cards(&store::list_keys(tx).await?);
                let card = add(tx, master, &cards, purpose, now).await?;
                append(tx, now, actor, "keys.rotate", &card).await?;
                Ok(card.id)
            })
            .await
        })
        .await
    }

    /// Ends the trust in a key, and makes its successor when it was the one that signs. Returns the successor.
    pub async fn revoke(&self, id: &str, actor: Actor) -> Result<Option<KeyCard>> {
        self.revoke_after(id, actor, async |_| Ok(())).await
    }

    /// The same; `first` runs in the transaction before anything else and may refuse.
    pub(crate) async fn revoke_after(
        &self,
        id: &str,
        actor: Actor,
        first: impl AsyncFnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<Option<KeyCard>> {
        self.change(async |tx, master, now| {
            first(tx).await?;
            let known = cards(&store::list_keys(tx).await?);
            let card = known.iter().find(|card| card.id == id).ok_or(Error::NotFound("unknown-key"))?;
            if !card.purpose.rotates() {
                return Err(Error::conflict("key-is-for-ever"));
            }
            if card.revoked_at.is_some() {
                return Ok(None);
            }
            store::revoke_key(tx, id, now).await?;
            append(tx, now, actor, "keys.revoke", card).await?;
            let known = cards(&store::list_keys(tx).await?);
            if !is_due(&known, card.purpose, now) {
                return Ok(None);
            }
            let heir = add(tx, master, &known, card.purpose, now).await?;
            append(tx, now, actor, "keys.rotate", &heir).await?;
            Ok(Some(heir))
        })
        .await
    }

    /// The newest list for phones; none before the first was signed.
    pub(crate) fn published(&self) -> Option<Arc<PublishedKeyList>> {
        self.0.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next list for phones, to be signed where the root is.
    pub async fn next_list(&self) -> Result<KeyList> {
        let client = self.0.db.get().await?;
        let cards = cards(&store::list_keys(&client).await?);
        Ok(list::next(&cards, store::find_list(&client).await?.as_ref(), self.0.clock.now()))
    }

    /// Publishes a list that was signed elsewhere, under this root. Returns its version.
    pub async fn publish(&self, signed: SignedKeyList, root: [u8; 32], actor: Actor) -> Result<i64> {
        self.change(async |tx, _, now| {
            let latest = store::find_list(tx).await?;
            publish(tx, list::checked(signed, root, latest.as_ref())?, now, actor).await
        })
        .await
    }

    /// Signs and publishes the next list in one go. Returns its version; none when the latest says all there is to say.
    pub async fn sign_list(&self, root: &SecretSealKey, actor: Actor) -> Result<Option<i64>> {
        self.change(async |tx, _, now| {
            let cards = cards(&store::list_keys(tx).await?);
            let latest = store::find_list(tx).await?;
            if latest.as_ref().is_some_and(|latest| list::is_current(latest, &cards, now)) {
                return Ok(None);
            }
            let signed = list::next(&cards, latest.as_ref(), now).sign(root);
            let checked = list::checked(signed, root.public_bytes(), latest.as_ref())?;
            publish(tx, checked, now, actor).await.map(Some)
        })
        .await
    }

    /// Whether phones know what became of the keys.
    pub fn list_is_current(&self) -> bool {
        self.published().is_some_and(|latest| list::is_current(&latest, self.current().cards(), self.0.clock.now()))
    }

    /// In a demonstration, signs a list when the latest is out of date.
    async fn sign_in_demo(&self) -> Result<()> {
        let Some(root) = &self.0.demo_root else { return Ok(()) };
        // A register whose lists another root signed goes on with that one.
        let own = self.published().is_none_or(|latest| latest.root == hex::encode(root.public_bytes()));
        if own && !self.list_is_current() {
            self.sign_list(root, audit_worker()).await?;
        }
        Ok(())
    }

    /// Changes the table under its lock, and this process's set at once.
    async fn change<T>(
        &self,
        change: impl AsyncFnOnce(&Transaction<'_>, &Vault, DateTime<Utc>) -> Result<T>,
    ) -> Result<T> {
        let mut client = self.0.db.get().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        let result = change(&tx, &self.0.master, self.0.clock.now()).await?;
        tx.commit().await?;
        drop(client);
        let mut look = self.0.last_look.lock().await;
        *look = Look { began: Instant::now(), succeeded: false };
        self.0.read().await?;
        look.succeeded = true;
        Ok(result)
    }

    /// Looks every ten seconds until the last clone is gone.
    fn watch(&self) {
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            let mut away = false;
            loop {
                tokio::time::sleep(INTERVAL).await;
                let Some(keys) = inner.upgrade().map(Self) else { break };
                let seen = keys.fresh().await;
                let due = seen
                    .as_ref()
                    .is_ok_and(|set| Purpose::all().any(|purpose| is_due(set.cards(), purpose, keys.0.clock.now())));
                let result = if due { keys.rotate_due().await.map(drop) } else { seen.map(drop) };
                let result = match result {
                    Ok(()) => keys.sign_in_demo().await,
                    failed => failed,
                };
                match result {
                    Ok(()) => away = false,
                    Err(error) if !away => {
                        away = true;
                        tracing::warn!(%error, "the keys can't be read; those known stay in force");
                    }
                    Err(_) => {}
                }
            }
        });
    }
}

impl Inner {
    /// Reads the tables; the set is replaced only when something changed.
    async fn read(&self) -> Result<()> {
        let client = self.db.get().await?;
        let rows = store::list_keys(&client).await?;
        let published = store::find_list(&client).await?;
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = published.map(Arc::new);
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        if !rows.iter().map(|row| &row.card).eq(current.cards()) {
            let set = Arc::new(KeySet::open(&rows, &self.master, self.clock.now())?);
            tracing::info!(keys = rows.len(), "keys changed");
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = set;
        }
        Ok(())
    }
}

fn cards(rows: &[KeyRow]) -> Vec<KeyCard> {
    rows.iter().map(|row| row.card.clone()).collect()
}

/// Makes a key for every purpose that needs one.
async fn make_due(tx: &Transaction<'_>, master: &Vault, now: DateTime<Utc>) -> Result<Vec<KeyCard>> {
    let is_any_due = |known: &[KeyCard]| Purpose::all().any(|purpose| is_due(known, purpose, now));
    if !is_any_due(&cards(&store::list_keys(tx).await?)) {
        return Ok(Vec::new());
    }
    store::lock(tx).await?;
    // Another process may have made them while we waited.
    let known = cards(&store::list_keys(tx).await?);
    let mut made = Vec::new();
    for purpose in Purpose::all().filter(|purpose| is_due(&known, *purpose, now)) {
        let card = add(tx, master, &known, purpose, now).await?;
        append(tx, now, audit_worker(), "keys.rotate", &card).await?;
        made.push(card);
    }
    Ok(made)
}

/// Makes one key; the one that signed so far stops when this one starts.
async fn add(
    tx: &Transaction<'_>,
    master: &Vault,
    known: &[KeyCard],
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<KeyCard> {
    loop {
        let key = set::make(purpose, master, now, first_signature(known, purpose, now))?;
        // Of eleven million names one may be taken: draw again.
        if store::insert_key(tx, &key).await? {
            store::retire_others(tx, &key.card).await?;
            return Ok(key.card);
        }
    }
}

/// Adds a list, and records who published it.
async fn publish(tx: &Transaction<'_>, list: PublishedKeyList, at: DateTime<Utc>, actor: Actor) -> Result<i64> {
    store::insert_list(tx, &list, at).await?;
    let (object, details) = (format!("key-list:{}", list.version), json!({ "root": list.root }));
    audit::append(tx, &Entry { at, actor, action: "keys.publish", object, result: "done", details }).await?;
    Ok(list.version)
}

fn audit_worker() -> Actor {
    Actor { who: audit::Who::Worker, address: None }
}

async fn append(tx: &Transaction<'_>, at: DateTime<Utc>, actor: Actor, action: &str, card: &KeyCard) -> Result<()> {
    let details = json!({ "purpose": card.purpose.to_string(), "signs_from": card.signs_from });
    let object = format!("key:{}", card.id);
    audit::append(tx, &Entry { at, actor, action, object, result: "done", details }).await
}
