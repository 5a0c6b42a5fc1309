//! The service as a whole: the only module that knows every capability. It builds their states, mounts their routes,
//! starts and stops.

pub mod admin;
mod contract;
pub(crate) mod health;
mod listen;
pub mod work;

use std::sync::Arc;

use crate::alerts::Alerts;
use crate::auth::{Auth, Streams};
use crate::codes::Codes;
use crate::demo::{self, Loaded};
use crate::documents::Documents;
use crate::http::limits::{Admission, Limiter};
use crate::keys::Keys;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::jobs::Handlers;
use crate::platform::problem::{Error, Result};
use crate::platform::{Base, db};
use crate::regions::Regions;
use crate::reports::Reports;
use crate::scans::Scans;
use crate::verify::{MacKey, Snapshot, Verify};

pub use contract::{contract, openapi};
pub use listen::{Running, serve, serve_with};

/// The state of one process. Cheap to clone: everything inside is shared.
#[derive(Clone)]
pub struct Service {
    /// Settings, the database, the clock.
    pub base: Base,
    /// What seals codes, makes serials, signs tokens and encrypts contacts.
    pub keys: Keys,
    /// Accounts and sign-in.
    pub auth: Auth,
    /// Orders and documents.
    pub codes: Codes,
    /// What documents need.
    pub documents: Documents,
    /// Answers.
    pub verify: Verify,
    /// Scans.
    pub scans: Scans,
    /// The regions of the country.
    pub regions: Regions,
    /// Reports of the public.
    pub reports: Reports,
    /// Detection and inspectors' work.
    pub alerts: Alerts,
    /// Which requests are taken on.
    pub admission: Admission,
    /// Which capability does which kind of job.
    pub(crate) handlers: Arc<Handlers>,
    /// The state of the stores at the last look.
    pub(crate) readiness: Arc<tokio::sync::Mutex<Option<(std::time::Instant, health::Readiness)>>>,
}

impl Service {
    /// Connects to the stores that `config` names. Both addresses must be known and the tables there by now.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        let missing = |what: &'static str| move || Error::internal(what);
        let database_url = config.database_url.as_deref().ok_or_else(missing("no TANBA_DATABASE_URL"))?;
        let redis_url = config.redis_url.clone().ok_or_else(missing("no TANBA_REDIS_URL"))?;
        warn_of_exposed(&config);
        let db = db::pool_with(database_url, config.stores_ca.as_deref(), config.database_connections)?;
        let keys = Keys::open(&config, db.clone(), clock.clone()).await?;
        let mac = MacKey::new(keys.current().snapshot_secret());
        let snapshot = Snapshot::open(&config, &redis_url, db.clone(), &mac)?;
        let base = Base::new(config, db, clock);
        let limiter = Limiter::new(base.config.limits);
        let regions = Regions::open(&base.db).await?;
        let verify = Verify::new(base.clone(), keys.clone(), snapshot);
        let scans = Scans::start(&verify, regions.clone());
        let committer = scans.committer.clone();
        let streams = Streams::default();
        let reports = Reports::open(&verify, regions.clone(), streams.clone())?;
        let alerts = Alerts::new(&verify, regions.clone(), streams);
        Ok(Self {
            handlers: Arc::new(work::handlers(&verify, &reports, &alerts)),
            auth: Auth::new(base.clone(), keys.clone(), limiter.clone()),
            codes: Codes::new(base.clone(), keys.clone()),
            documents: Documents::new(base.clone(), keys.clone()),
            reports,
            alerts,
            admission: Admission::new(base.clone(), limiter, move || committer.is_late()),
            readiness: Arc::default(),
            verify,
            scans,
            regions,
            keys,
            base,
        })
    }

    /// Loads the demo's goods if they are not there yet, and waits until they can be verified.
    pub async fn load_demo(&self) -> Result<Loaded> {
        demo::load(&self.auth, &self.codes, &self.documents, async || work::settle(self).await.map(drop)).await
    }
}

/// Says which stores are reached over a network by anybody who stands in it.
fn warn_of_exposed(config: &Config) {
    let databases = [("TANBA_DATABASE_URL", &config.database_url), ("TANBA_DATABASE_REPLICA_URL", &config.replica_url)];
    for (setting, url) in databases {
        if url.as_deref().is_some_and(db::is_exposed) {
            tracing::warn!(setting, "reached over a network, and any server is believed: set sslmode=verify-full");
        }
    }
    if config.redis_url.as_deref().is_some_and(Snapshot::is_exposed) {
        tracing::warn!(setting = "TANBA_REDIS_URL", "reached over a network without TLS: use rediss://");
    }
}
