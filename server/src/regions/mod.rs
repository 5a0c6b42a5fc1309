//! The regions of the country: boundaries imported from GeoJSON, and which of them a place lies in.

mod boundary;
mod index;
pub(crate) mod job;
mod place;
mod store;

use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::Pool;
use serde_json::json;

use crate::platform::Base;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::problem::Result;
use index::Index;

pub use boundary::{BadBoundaries, Region, read};
pub use place::is_usable;

/// The regions as one process knows them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Regions(Arc<RwLock<Arc<Index>>>);

impl Regions {
    /// Reads all of them.
    pub(crate) async fn open(db: &Pool) -> Result<Self> {
        let regions = Self::default();
        regions.load(db).await?;
        Ok(regions)
    }

    /// Reads the regions anew, in case others were imported.
    pub async fn load(&self, db: &Pool) -> Result<()> {
        let index = Index::new(&store::list_regions(&db.get().await?).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
        Ok(())
    }

    /// Replaces all regions by those of a GeoJSON text and returns their number. Other processes read them within a
    /// minute.
    pub async fn import(&self, base: &Base, regions: &[Region]) -> Result<usize> {
        let mut client = base.db.get().await?;
        let tx = client.transaction().await?;
        let at = base.clock.now();
        store::replace_regions(&tx, regions, at).await?;
        // Boundaries decide who may see what (X64).
        let actor = Actor { who: Who::Cli, address: None };
        let codes: Vec<&str> = regions.iter().map(|region| region.code.as_str()).collect();
        let details = json!({ "count": regions.len(), "codes": codes });
        let (action, object) = ("regions.import", "region:all".to_owned());
        audit::append(&tx, &Entry { at, actor, action, object, result: "done", details }).await?;
        tx.commit().await?;
        self.load(&base.db).await?;
        Ok(regions.len())
    }

    /// The KATO code of the region in which a place lies; degrees of WGS 84.
    pub(crate) fn find(&self, latitude: f64, longitude: f64) -> Option<String> {
        let index = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        index.find(latitude, longitude).map(str::to_owned)
    }
}
