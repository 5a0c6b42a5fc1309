//! One scan as the rules see it.

use geo::{Distance, Haversine};
use geo_types::Point;
use h3o::{CellIndex, LatLng, Resolution};
use serde::{Deserialize, Serialize};

/// Where something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees north, WGS 84.
    #[serde(rename = "y")]
    pub latitude: f64,
    /// Degrees east, WGS 84.
    #[serde(rename = "x")]
    pub longitude: f64,
    /// Radius in which the true place lies with 68 %, in metres, as the phone claims.
    #[serde(rename = "r")]
    pub accuracy_metres: f32,
}

impl Position {
    /// Metres to another position along the great circle.
    pub fn metres_to(self, other: Self) -> f64 {
        Haversine.distance(Point::new(self.longitude, self.latitude), Point::new(other.longitude, other.latitude))
    }

    /// Metres that surely lie between two positions: both accuracies are subtracted.
    pub fn apart_metres(self, other: Self) -> f64 {
        (self.metres_to(other) - f64::from(self.accuracy_metres) - f64::from(other.accuracy_metres)).max(0.0)
    }

    /// The H3 cell that it lies in; none for what lies nowhere.
    pub fn cell(self, resolution: Resolution) -> Option<CellIndex> {
        LatLng::new(self.latitude, self.longitude).ok().map(|point| point.to_cell(resolution))
    }
}

/// What the register had to say of the code when it was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// Nothing to remark.
    Sound,
    /// Sold by then.
    Sold,
    /// Not in circulation yet.
    NotReleased,
    /// Taken out of circulation by then, in another way than by sale.
    Withdrawn,
    /// Past its date.
    Expired,
    /// Called back.
    Recalled,
    /// A code in a form of ours that was never issued.
    Unknown,
    /// A serial of ours under a seal that doesn't hold.
    Forged,
    /// What a faulty scanner makes of a code, or no code at all: accuses nobody.
    Misread,
}

/// One scan. What it is about stands in the trail that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The scan, shortened.
    #[serde(rename = "i")]
    pub id: i64,
    /// When it was taken, in seconds since 1970.
    #[serde(rename = "t")]
    pub at: i64,
    /// Where, if its owner agreed.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Position>,
    /// What the register had to say.
    #[serde(rename = "s")]
    pub seen: Seen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_follow_the_great_circle_and_leave_out_what_the_phones_are_unsure_of() {
        let almaty = Position { latitude: 43.2389, longitude: 76.8897, accuracy_metres: 1_000.0 };
        let astana = Position { latitude: 51.1282, longitude: 71.4306, accuracy_metres: 2_000.0 };
        let metres = almaty.metres_to(astana);
        assert!((metres - 971_000.0).abs() < 5_000.0, "{metres}");
        assert!((metres - almaty.apart_metres(astana) - 3_000.0).abs() < 1.0);
        assert!(almaty.apart_metres(almaty).abs() < 1e-9);
    }
}
