//! Hot spots: cells with more suspicious scans than their volume explains, and clusters of devices that saw something
//! suspicious close together. Pure, but for where the figures come from.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Distance, Haversine};
use geo_types::Point as Spot;
use h3o::{CellIndex, Resolution};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use super::store::{HotCell, Point};

/// Suspicious scans below which a cell is not hot, however few were expected.
const FEWEST: i64 = 3;
/// How far members of a cluster may lie from each other, in metres.
const REACH_METRES: f64 = 1_000.0;
/// Devices that make a cluster.
const DEVICES: usize = 5;

/// A hot cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hot {
    /// Which.
    pub(super) cell: CellIndex,
    /// All scans.
    pub(super) scans: i64,
    /// Suspicious ones.
    pub(super) suspicious: i64,
    /// As many as its volume explains.
    pub(super) expected: f64,
    /// How hot: 1 to 3.
    pub(super) level: u8,
}

/// The hot ones of these cells, the hottest first. What is expected is the same share everywhere.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn hot_cells(cells: &[HotCell]) -> Vec<Hot> {
    let scans: i64 = cells.iter().map(|cell| cell.scans).sum();
    let suspicious: i64 = cells.iter().map(|cell| cell.suspicious).sum();
    let share = suspicious as f64 / scans.max(1) as f64;
    let excess = |hot: &Hot| (hot.suspicious as f64 - hot.expected) / (hot.expected + 1.0).sqrt();
    let mut hot: Vec<Hot> = cells
        .iter()
        .filter(|cell| cell.suspicious >= FEWEST)
        .map(|cell| {
            let expected = cell.scans as f64 * share;
            Hot { cell: cell.cell, scans: cell.scans, suspicious: cell.suspicious, expected, level: 0 }
        })
        .filter_map(|hot| {
            let level = match excess(&hot) {
                excess if excess >= 6.0 => 3,
                excess if excess >= 3.5 => 2,
                excess if excess >= 2.0 => 1,
                _ => return None,
            };
            Some(Hot { level, ..hot })
        })
        .collect();
    hot.sort_by(|one, other| excess(other).total_cmp(&excess(one)));
    hot
}

/// How coarse the cells are in which scans are only counted: about 36 square kilometres.
const VOLUME: Resolution = Resolution::Six;

/// How many scans there were in a wide cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Volume {
    /// Which.
    pub(super) cell: CellIndex,
    /// All scans.
    pub(super) scans: i64,
    /// Suspicious ones.
    pub(super) suspicious: i64,
    /// How many against the fullest: 1 to 3.
    pub(super) level: u8,
}

/// These cells' scans in wide cells, the fullest first. Small cells tell where a person was; how much is scanned in a
/// part of a town tells that nobody's goods go unseen.
pub(super) fn volumes<'a>(cells: impl Iterator<Item = &'a HotCell>) -> Vec<Volume> {
    let mut wide: BTreeMap<CellIndex, (i64, i64)> = BTreeMap::new();
    for cell in cells {
        let sums = wide.entry(cell.cell.parent(VOLUME).unwrap_or(cell.cell)).or_default();
        *sums = (sums.0 + cell.scans, sums.1 + cell.suspicious);
    }
    let fullest = wide.values().map(|sums| sums.0).max().unwrap_or_default();
    let level = |scans: i64| match scans {
        scans if scans * 3 > fullest => 3,
        scans if scans * 10 > fullest => 2,
        _ => 1,
    };
    let volume = |(cell, (scans, suspicious))| Volume { cell, scans, suspicious, level: level(scans) };
    let mut found: Vec<Volume> = wide.into_iter().map(volume).filter(|volume| volume.scans > 0).collect();
    found.sort_by_key(|volume| std::cmp::Reverse(volume.scans));
    found
}

/// A cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cluster {
    /// Its middle, degrees north.
    pub(super) latitude: f64,
    /// Degrees east.
    pub(super) longitude: f64,
    /// From the middle to the farthest sighting, in metres.
    pub(super) radius_metres: f64,
    /// Different devices.
    pub(super) devices: usize,
    /// Sightings.
    pub(super) suspicious: usize,
    /// How strong: 1 to 3.
    pub(super) level: u8,
}

/// DBSCAN: a sighting with enough different devices around it is a core, and what lies around a core belongs to its
/// cluster. A device counts once, so that nobody makes a cluster alone.
pub(super) fn clusters(points: &[Point]) -> Vec<Cluster> {
    let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(
        points.iter().enumerate().map(|(at, point)| GeomWithData::new([point.longitude, point.latitude], at)).collect(),
    );
    let around = |at: usize| -> Vec<usize> {
        let here = &points[at];
        let north = REACH_METRES / 111_000.0;
        let east = north / here.latitude.to_radians().cos().max(0.01);
        let area = AABB::from_corners(
            [here.longitude - east, here.latitude - north],
            [here.longitude + east, here.latitude + north],
        );
        let near = |other: &usize| metres(here, &points[*other]) <= REACH_METRES;
        tree.locate_in_envelope(&area).map(|found| found.data).filter(near).collect()
    };
    let devices =
        |members: &[usize]| members.iter().filter_map(|at| points[*at].device).collect::<BTreeSet<i64>>().len();
    let mut taken = vec![false; points.len()];
    let mut clusters = Vec::new();
    for first in 0..points.len() {
        if taken[first] || devices(&around(first)) < DEVICES {
            continue;
        }
        let mut members = Vec::new();
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            if std::mem::replace(&mut taken[at], true) {
                continue;
            }
            members.push(at);
            let near = around(at);
            if devices(&near) >= DEVICES {
                waiting.extend(near.into_iter().filter(|other| !taken[*other]));
            }
        }
        let devices = devices(&members);
        clusters.push(cluster(points, &members, devices));
    }
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.devices));
    clusters
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn cluster(points: &[Point], members: &[usize], devices: usize) -> Cluster {
    let mean = |of: fn(&Point) -> f64| members.iter().map(|at| of(&points[*at])).sum::<f64>() / members.len() as f64;
    let (latitude, longitude) = (mean(|point| point.latitude), mean(|point| point.longitude));
    let middle = Point { device: None, latitude, longitude };
    let radius_metres = members.iter().map(|at| metres(&middle, &points[*at])).fold(0.0, f64::max);
    let level = match devices {
        20.. => 3,
        10.. => 2,
        _ => 1,
    };
    Cluster { latitude, longitude, radius_metres, devices, suspicious: members.len(), level }
}

fn metres(one: &Point, other: &Point) -> f64 {
    Haversine.distance(Spot::new(one.longitude, one.latitude), Spot::new(other.longitude, other.latitude))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use h3o::LatLng;

    use super::*;

    fn cell(latitude: f64, scans: i64, suspicious: i64) -> HotCell {
        let cell = LatLng::new(latitude, 76.9).unwrap().to_cell(Resolution::Eight);
        HotCell { cell, scans, suspicious }
    }

    #[test]
    fn a_cell_is_hot_by_what_its_volume_does_not_explain() {
        let cells = [cell(43.2, 100_000, 100), cell(43.3, 1_000, 2), cell(43.4, 1_000, 20), cell(43.5, 10, 2)];
        let hot = hot_cells(&cells);
        assert_eq!(hot.len(), 1, "{hot:?}");
        assert_eq!((hot[0].cell, hot[0].level), (cells[2].cell, 3));
        assert!(hot_cells(&[]).is_empty());
    }

    #[test]
    fn scans_are_counted_in_wide_cells_only() {
        let cells = [cell(43.2, 60, 1), cell(43.201, 40, 0), cell(44.2, 11, 0), cell(45.2, 1, 0), cell(46.2, 0, 0)];
        let found = volumes(cells.iter());
        let told: Vec<_> = found.iter().map(|volume| (volume.scans, volume.suspicious, volume.level)).collect();
        assert_eq!(told, [(100, 1, 3), (11, 0, 2), (1, 0, 1)]);
        assert!(found.iter().all(|volume| volume.cell.resolution() == VOLUME));
        assert!(volumes([].iter()).is_empty());
    }

    #[test]
    fn a_cluster_takes_five_devices_and_reaches_from_core_to_core() {
        let point = |device: i64, metres: f64| Point {
            device: Some(device),
            latitude: 43.2 + metres / 111_195.0,
            longitude: 76.9,
        };
        let alone: Vec<Point> = (0..50).map(|_| point(1, 0.0)).collect();
        assert!(clusters(&alone).is_empty(), "one device is no cluster");
        let mut chain: Vec<Point> = (0..20_i32).map(|at| point(at.into(), f64::from(at) * 200.0)).collect();
        chain.push(point(99, 90_000.0));
        let found = clusters(&chain);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].devices, found[0].suspicious, found[0].level), (20, 20, 3));
        assert!((1_800.0..2_000.0).contains(&found[0].radius_metres), "{found:?}");
    }
}
