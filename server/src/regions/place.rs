//! Whether a place that a phone tells can be where it was. Phones that know nothing tell 0,0, the centre of the country
//! or a radius of fifty kilometres, and programs exchange latitude and longitude: such places are shared by phones that
//! have nothing in common, and must not count as one.

use geo::{Contains, Distance, Haversine};
use geo_types::{Coord, LineString, Point, Polygon};

/// The radius from which on a place names no town, in metres.
const ROUGH_METRES: f64 = 20_000.0;
/// Half a coarse cell and a little, in degrees: a place is recognised after it was rounded, too.
const COARSE_DEGREES: f64 = 0.005_1;
/// How far outside the outline a place still lies in the country: the outline is rough, in degrees of latitude.
const MARGIN_DEGREES: f64 = 0.3;
/// The middle of the country, as directories of countries have it: latitude and longitude. What else they tell are whole
/// degrees, such as 48, 68.
const CENTRE: (f64, f64) = (48.019_573, 66.923_684);
/// How near the middle of the country no phone is by chance, in metres.
const CENTRE_METRES: f64 = 1_500.0;

/// Kazakhstan's outline, longitude and latitude in tenths of a degree: Natural Earth, 1:110m, public domain.
#[rustfmt::skip]
const OUTLINE: [(i16, i16); 112] = [
    (874, 492), (866, 485), (858, 485), (857, 475), (852, 470), (832, 473), (825, 455), (819, 453), (800, 449), (809, 432),
    (802, 429), (803, 424), (796, 425), (791, 429), (777, 430), (760, 430), (756, 429), (742, 433), (736, 431), (735, 425),
    (718, 428), (712, 427), (710, 423), (704, 421), (691, 414), (686, 407), (683, 407), (680, 411), (667, 412), (665, 420),
    (660, 420), (661, 430), (649, 437), (632, 436), (620, 435), (611, 444), (602, 448), (587, 455), (585, 456), (559, 450),
    (560, 413), (555, 413), (548, 420), (541, 423), (529, 421), (525, 418), (524, 420), (527, 424), (525, 428), (513, 431),
    (509, 440), (503, 443), (503, 446), (513, 445), (513, 452), (522, 454), (530, 453), (532, 462), (530, 469), (520, 468),
    (512, 470), (500, 466), (491, 464), (486, 466), (487, 471), (481, 477), (473, 477), (465, 484), (470, 492), (468, 494),
    (476, 505), (486, 499), (487, 506), (508, 517), (523, 517), (545, 510), (557, 506), (568, 510), (584, 511), (596, 505),
    (599, 508), (613, 508), (616, 513), (600, 520), (609, 524), (607, 527), (617, 530), (610, 537), (614, 540), (652, 544),
    (657, 546), (682, 550), (691, 554), (709, 552), (712, 541), (722, 544), (735, 540), (734, 535), (744, 535), (769, 545),
    (765, 542), (778, 534), (800, 509), (806, 514), (819, 508), (834, 511), (839, 509), (844, 503), (851, 501), (855, 497),
    (868, 498), (874, 492),
];

/// Whether a place can be where a phone was, and is known well enough to name a town of this country.
///
/// No place are 0,0 and its relatives, exchanged coordinates, whole degrees, the centre of the country, everything
/// outside the country, and a radius of more than twenty kilometres. Who has no usable place belongs to no region.
pub fn is_usable(latitude: f64, longitude: f64, accuracy_metres: f64) -> bool {
    let is_known = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_known
        && accuracy_metres <= ROUGH_METRES
        && !(is_whole(latitude) && is_whole(longitude))
        && !is_centre(latitude, longitude)
        && is_in_country(latitude, longitude)
}

/// Whole degrees, or the middle of the coarse cell beside them.
fn is_whole(degrees: f64) -> bool {
    (degrees - degrees.round()).abs() < COARSE_DEGREES
}

fn is_centre(latitude: f64, longitude: f64) -> bool {
    Haversine.distance(Point::new(longitude, latitude), Point::new(CENTRE.1, CENTRE.0)) < CENTRE_METRES
}

fn is_in_country(latitude: f64, longitude: f64) -> bool {
    let here = Coord { x: longitude, y: latitude };
    let outline = outline();
    let near = |[from, to]: &[Coord<f64>; 2]| degrees_to(here, *from, *to) <= MARGIN_DEGREES;
    outline.contains(&Point::from(here))
        || outline.exterior().0.windows(2).filter_map(|pair| <&[Coord<f64>; 2]>::try_from(pair).ok()).any(near)
}

fn outline() -> &'static Polygon<f64> {
    static OUTLINE_POLYGON: std::sync::OnceLock<Polygon<f64>> = std::sync::OnceLock::new();
    OUTLINE_POLYGON.get_or_init(|| {
        let corner = |(x, y): &(i16, i16)| Coord { x: f64::from(*x) / 10.0, y: f64::from(*y) / 10.0 };
        Polygon::new(LineString(OUTLINE.iter().map(corner).collect()), Vec::new())
    })
}

/// How far a point lies from a line between two others, in degrees of latitude. Good enough near the line.
fn degrees_to(here: Coord<f64>, from: Coord<f64>, to: Coord<f64>) -> f64 {
    let narrow = here.y.to_radians().cos();
    let flat = |point: Coord<f64>| ((point.x - here.x) * narrow, point.y - here.y);
    let ((from_x, from_y), (to_x, to_y)) = (flat(from), flat(to));
    let (along_x, along_y) = (to_x - from_x, to_y - from_y);
    let length = along_x.mul_add(along_x, along_y * along_y);
    let share = if length > 0.0 { (-(from_x * along_x + from_y * along_y) / length).clamp(0.0, 1.0) } else { 0.0 };
    (from_x + share * along_x).hypot(from_y + share * along_y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B32, B34
    #[test]
    fn places_that_faulty_phones_share_are_no_place() {
        for (latitude, longitude, accuracy_metres, why) in [
            (0.0, 0.0, 0.0, "a phone that knows nothing"),
            (0.005, 0.005, 1_000.0, "the same, rounded"),
            (0.000_01, -0.000_02, 25.0, "noise around it"),
            (43.238_9, 0.0, 25.0, "half of a place"),
            (0.0, 76.889_7, 25.0, "the other half"),
            (76.889_7, 43.238_9, 25.0, "Almaty, exchanged"),
            (71.430_6, 51.128_2, 25.0, "Astana, exchanged"),
            (-43.238_9, 76.889_7, 25.0, "the wrong sign"),
            (48.0, 68.0, 25.0, "a directory's middle of the country"),
            (48.005, 68.005, 1_000.0, "the same, rounded"),
            (48.019_573, 66.923_684, 25.0, "another directory's"),
            (48.015, 66.925, 1_000.0, "the same, rounded"),
            (37.751, -97.822, 25.0, "the middle of another country"),
            (90.0, 180.0, 25.0, "the end of the world"),
            (55.755_8, 37.617_3, 25.0, "Moscow"),
            (43.238_9, 76.889_7, 25_000.0, "somewhere around Almaty"),
            (f64::NAN, 76.889_7, 25.0, "no number"),
            (43.238_9, 76.889_7, f64::NAN, "no number"),
        ] {
            assert!(!is_usable(latitude, longitude, accuracy_metres), "{why}: {latitude}, {longitude}");
        }
    }

    /// B32
    #[test]
    fn a_place_in_any_town_of_the_country_is_one() {
        for (latitude, longitude) in [
            (43.238_9, 76.889_7),
            (51.128_2, 71.430_6),
            (42.341_7, 69.590_1),
            (43.650_0, 51.170_0),
            (47.094_5, 51.923_8),
            (51.227_8, 51.386_5),
            (50.283_9, 57.166_9),
            (53.214_6, 63.632_1),
            (54.862_2, 69.140_2),
            (52.285_6, 76.941_2),
            (49.948_9, 82.627_9),
            (49.963_0, 82.617_0),
            (44.848_8, 65.482_3),
            (42.900_0, 71.366_7),
            (45.015_6, 78.373_9),
            (44.198_6, 80.409_6),
            (43.302_6, 68.251_5),
            (41.474_2, 69.268_0),
            (47.784_4, 67.702_8),
            (43.343_2, 52.861_9),
            (43.005, 77.505),
        ] {
            assert!(is_usable(latitude, longitude, 30.0), "{latitude}, {longitude}");
        }
    }
}
