//! Maintenance of regions: every process learns of imported boundaries.

use std::time::Duration;

use super::Regions;
use crate::platform::Base;
use crate::platform::upkeep::Maintenance;

/// Maintenance tasks of regions.
pub(crate) fn maintenance(base: &Base, regions: &Regions, tasks: &mut Maintenance) {
    let both = (base.clone(), regions.clone());
    tasks.add("regions", Duration::from_mins(1), &both, |(base, regions)| async move { regions.load(&base.db).await });
}
