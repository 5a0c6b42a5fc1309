//! What is known of all scans together. Where people scan at all: a position in the empty steppe is a phone's error much
//! rather than a place of sale. And how common copies are: where few codes are copied, an odd trail is less likely one.

use std::collections::HashMap;

use h3o::{CellIndex, Resolution};

use super::settings::Settings;
use super::sighting::Position;

/// Scans by H3 cell of about 0.7 square kilometres, and of about 250.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    quarters: HashMap<u64, u64>,
    districts: HashMap<u64, u64>,
    all: u64,
    /// Codes of ours that anybody scanned.
    pub units: u64,
    /// Of those, how many are copied beyond doubt.
    pub evident: u64,
}

impl Crowd {
    /// The size of the cells in which scans are counted.
    pub const RESOLUTION: Resolution = Resolution::Eight;

    /// Counts scans in a cell of [`Self::RESOLUTION`].
    pub fn add(&mut self, cell: CellIndex, scans: u64) {
        *self.quarters.entry(cell.into()).or_default() += scans;
        if let Some(district) = cell.parent(Resolution::Five) {
            *self.districts.entry(district.into()).or_default() += scans;
        }
        self.all += scans;
    }

    /// Counts a scan.
    pub fn add_position(&mut self, position: Position) {
        if let Some(cell) = position.cell(Self::RESOLUTION) {
            self.add(cell, 1);
        }
    }

    /// Scans around a shop.
    pub fn scans_around_shop(&self, position: Position) -> u64 {
        position.cell(Self::RESOLUTION).and_then(|cell| self.quarters.get(&cell.into())).copied().unwrap_or(0)
    }

    /// What is added to the log-odds of a code because copies are rarer, or more common, than the weights assume.
    pub fn prior(&self, settings: &Settings) -> f64 {
        let watched = self.units as f64 + settings.assumed_units;
        let rate = (self.evident as f64 + settings.assumed_units * settings.assumed_rate) / watched;
        (rate / settings.usual_rate).ln().clamp(-4.0, 1.0)
    }

    /// Whether more people than a stray phone scan around there.
    pub fn is_inhabited(&self, position: Position, settings: &Settings) -> bool {
        let Some(district) = position.cell(Resolution::Five) else { return false };
        let around: Vec<CellIndex> = district.grid_disk(1);
        let scans: u64 = around.into_iter().filter_map(|cell| self.districts.get(&cell.into())).sum();
        let needed = (self.all as f64 * settings.inhabited_share).max(settings.inhabited_scans);
        scans as f64 >= needed
    }
}
