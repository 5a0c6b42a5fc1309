//! Hot spots as they were a moment ago: computed once a minute for all who ask the same, beside the threads that answer.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use moka::future::Cache;

use super::hotspots::{Cluster, clusters};
use super::store::{self, HotCell};
use crate::alerts::Alerts;
use crate::platform::clock;
use crate::platform::problem::{Error, Result};

/// How long an answer is given again.
const FRESH: Duration = Duration::from_mins(1);
/// Answers that are remembered.
const REMEMBERED: u64 = 100;
/// Sightings that are looked at for clusters: the newest.
const POINTS: i64 = 5_000;

/// Which cells: from a day to another, of all goods or of one product.
type CellsOf = (NaiveDate, NaiveDate, Option<i64>);
/// Which clusters: the same, in a region or everywhere.
type ClustersOf = (NaiveDate, NaiveDate, Option<i64>, Option<String>);

/// What was computed lately. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Spots {
    cells: Cache<CellsOf, Arc<Vec<HotCell>>>,
    clusters: Cache<ClustersOf, Arc<Vec<Cluster>>>,
}

impl Default for Spots {
    fn default() -> Self {
        Self {
            cells: Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build(),
            clusters: Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build(),
        }
    }
}

impl Spots {
    /// Cells with scans in these days. Who asks while they are read waits for the same answer.
    pub(super) async fn cells(&self, state: &Alerts, of: CellsOf) -> Result<Arc<Vec<HotCell>>> {
        let read = async { Ok(Arc::new(store::list_cells(&state.base.db.get().await?, of.0, of.1, of.2).await?)) };
        self.cells.try_get_with(of, read).await.map_err(shared)
    }

    /// Clusters of suspicious sightings in these days.
    pub(super) async fn clusters(&self, state: &Alerts, of: ClustersOf) -> Result<Arc<Vec<Cluster>>> {
        let (from, to, gtin, region) = of.clone();
        let compute = async {
            let (from, before) = (clock::start_of(from), clock::start_of(to + TimeDelta::days(1)));
            let points =
                store::list_points(&state.base.db.get().await?, from, before, gtin, region.as_deref(), POINTS).await?;
            let found = tokio::task::spawn_blocking(move || clusters(&points)).await.map_err(Error::internal)?;
            Ok(Arc::new(found))
        };
        self.clusters.try_get_with(of, compute).await.map_err(shared)
    }
}

/// One look is shared by all who asked meanwhile, and so is its failure.
#[expect(clippy::needless_pass_by_value, reason = "it is what a failed step hands on")]
fn shared(error: Arc<Error>) -> Error {
    match &*error {
        Error::Unavailable { slug, source } => Error::Unavailable { slug, source: source.to_string().into() },
        other => Error::internal(other.to_string()),
    }
}
