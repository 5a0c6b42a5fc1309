//! Hot spots: cells with more suspicious scans than their volume explains, and clusters of devices that saw something
//! suspicious close together. Pure, but for where the figures come from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::{Distance, Haversine};
use geo_types::Point as Spot;
use h3o::{CellIndex, Resolution};

use super::store::{HotCell, Point};

/// Suspicious scans below which a cell is not hot, however few were expected.
const FEWEST: i64 = 3;
/// How far members of a cluster may lie from each other, in metres.
const REACH_METRES: f64 = 1_000.0;
/// Devices that make a cluster.
const DEVICES: usize = 5;
/// Sightings of different devices that are told apart within a square kilometre.
const MOST_IN_A_SQUARE: usize = 48;
/// Metres from one degree of latitude to the next.
const METRES_A_DEGREE: f64 = 111_195.0;

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

/// Sightings of one device close together: one thing to compute with.
#[derive(Clone, Copy, Debug)]
struct Spotted {
    point: Point,
    sightings: usize,
}

/// A square of the grid: row and column.
type Square = (i64, i64);

/// Sightings in squares as wide as the reach, so that what is around one lies in nine of them. A square holds a bounded
/// number, however many are sent to one place.
struct Grid {
    spotted: Vec<Spotted>,
    squares: HashMap<Square, Vec<usize>>,
}

impl Grid {
    fn new(points: &[Point]) -> Self {
        let mut grid = Self { spotted: Vec::new(), squares: HashMap::new() };
        let mut fine: HashMap<(Square, Option<i64>), usize> = HashMap::new();
        for point in points {
            let key = (square(point, REACH_METRES / 8.0), point.device);
            if let Some(at) = fine.get(&key) {
                grid.spotted[*at].sightings += 1;
                continue;
            }
            let there = grid.squares.entry(square(point, REACH_METRES)).or_default();
            if there.len() >= MOST_IN_A_SQUARE {
                // More than enough for the highest level: what comes beyond is counted and no more.
                let beside = there[grid.spotted.len() % there.len()];
                grid.spotted[beside].sightings += 1;
                continue;
            }
            let at = grid.spotted.len();
            there.push(at);
            fine.insert(key, at);
            grid.spotted.push(Spotted { point: *point, sightings: 1 });
        }
        grid
    }

    fn around(&self, at: usize) -> Vec<usize> {
        let here = self.spotted[at].point;
        let (row, _) = square(&here, REACH_METRES);
        let rows = row - 1..=row + 1;
        // Squares of another row begin elsewhere, since the earth is round.
        let columns = |row: i64| {
            let column = column(here.longitude, row, REACH_METRES);
            column - 1..=column + 1
        };
        let near = |other: &usize| metres(&here, &self.spotted[*other].point) <= REACH_METRES;
        rows.flat_map(|row| columns(row).map(move |column| (row, column)))
            .filter_map(|square| self.squares.get(&square))
            .flatten()
            .copied()
            .filter(near)
            .collect()
    }

    fn devices(&self, members: &[usize]) -> usize {
        members.iter().filter_map(|at| self.spotted[*at].point.device).collect::<BTreeSet<i64>>().len()
    }
}

/// The square of a point: squares are as high as wide, and at least as wide as asked for in the whole of their row.
fn square(point: &Point, metres: f64) -> Square {
    #[expect(clippy::cast_possible_truncation, reason = "rows of a grid are few")]
    let row = (point.latitude * METRES_A_DEGREE / metres).floor() as i64;
    (row, column(point.longitude, row, metres))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "squares of a grid are few")]
fn column(longitude: f64, row: i64, metres: f64) -> i64 {
    // By the edge of the row that is nearest to a pole, where a degree is shortest; a row wide, since the reach crosses
    // into the next ones.
    let edge = (row as f64).abs().max((row as f64 + 1.0).abs()) + 1.0;
    let latitude = (edge * metres / METRES_A_DEGREE).min(89.0);
    (longitude * METRES_A_DEGREE * latitude.to_radians().cos() / metres).floor() as i64
}

/// DBSCAN: a sighting with enough different devices around it is a core, and what lies around a core belongs to its
/// cluster. A device counts once, so that nobody makes a cluster alone.
pub(super) fn clusters(points: &[Point]) -> Vec<Cluster> {
    let grid = Grid::new(points);
    let mut taken = vec![false; grid.spotted.len()];
    let mut clusters = Vec::new();
    for first in 0..grid.spotted.len() {
        if taken[first] || grid.devices(&grid.around(first)) < DEVICES {
            continue;
        }
        let mut members = Vec::new();
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            if std::mem::replace(&mut taken[at], true) {
                continue;
            }
            members.push(at);
            let near = grid.around(at);
            if grid.devices(&near) >= DEVICES {
                waiting.extend(near.into_iter().filter(|other| !taken[*other]));
            }
        }
        clusters.push(cluster(&grid, &members));
    }
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.devices));
    clusters
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn cluster(grid: &Grid, members: &[usize]) -> Cluster {
    let all = || members.iter().map(|at| grid.spotted[*at]);
    let suspicious: usize = all().map(|spotted| spotted.sightings).sum();
    let mean = |of: fn(&Point) -> f64| {
        all().map(|spotted| of(&spotted.point) * spotted.sightings as f64).sum::<f64>() / suspicious as f64
    };
    let (latitude, longitude) = (mean(|point| point.latitude), mean(|point| point.longitude));
    let middle = Point { device: None, latitude, longitude };
    let radius_metres = all().map(|spotted| metres(&middle, &spotted.point)).fold(0.0, f64::max);
    let devices = grid.devices(members);
    let level = match devices {
        20.. => 3,
        10.. => 2,
        _ => 1,
    };
    Cluster { latitude, longitude, radius_metres, devices, suspicious, level }
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

    /// X50: as many as one looks at, all in one place, or all in a row, cost a bounded number of steps for each.
    #[test]
    fn sightings_without_number_in_one_place_are_one_cluster_and_no_square_of_their_number() {
        let point = |device: i64, east: f64| Point { device: Some(device), latitude: 43.2, longitude: 76.9 + east };
        let crowd: Vec<Point> = (0..5_000_i32).map(|at| point(at.into(), f64::from(at % 7) * 1e-5)).collect();
        let grid = Grid::new(&crowd);
        assert!(grid.spotted.len() <= MOST_IN_A_SQUARE * 9, "{}", grid.spotted.len());
        let found = clusters(&crowd);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].suspicious, found[0].level), (5_000, 3));
        let spread: Vec<Point> = (0..5_000_i32).map(|at| point(at.into(), f64::from(at) * 1e-3)).collect();
        let grid = Grid::new(&spread);
        let steps: usize = (0..grid.spotted.len()).map(|at| grid.around(at).len()).sum();
        assert!(steps <= grid.spotted.len() * 9 * MOST_IN_A_SQUARE);
    }

    /// What the grid finds around a sighting is what lies around it, wherever that is.
    #[test]
    fn the_grid_finds_every_neighbour() {
        let mut random = 7_u64;
        let mut chance = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(random >> 33).unwrap()) / f64::from(u32::MAX >> 1)
        };
        for (latitude, longitude) in [(43.2, 76.9), (0.0, 0.0), (-0.001, 179.0), (55.3, 50.0), (80.0, 10.0)] {
            let points: Vec<Point> = (0..300)
                .map(|device| Point {
                    device: Some(device),
                    latitude: latitude + chance() * 0.05,
                    longitude: longitude + chance() * 0.08,
                })
                .collect();
            let grid = Grid::new(&points);
            for at in 0..grid.spotted.len() {
                let here = grid.spotted[at].point;
                let near = |other: &usize| metres(&here, &grid.spotted[*other].point) <= REACH_METRES;
                let mut found = grid.around(at);
                found.sort_unstable();
                assert_eq!(found, (0..grid.spotted.len()).filter(near).collect::<Vec<_>>(), "{here:?}");
            }
        }
    }
}
