//! Which region a place lies in: a tree of bounding boxes first, then the few polygons themselves.

use geo::{BoundingRect, Contains};
use geo_types::{Point, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::boundary::Region;

/// The regions' polygons, each by its box.
#[derive(Debug, Default)]
pub(super) struct Index {
    tree: RTree<Piece>,
}

#[derive(Debug)]
struct Piece {
    code: String,
    polygon: Polygon<f64>,
    area: AABB<[f64; 2]>,
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.area
    }
}

impl Index {
    /// An index over these regions.
    pub(super) fn new(regions: &[Region]) -> Self {
        let pieces = regions.iter().flat_map(|region| {
            region.boundary.iter().filter_map(|polygon| {
                let area = polygon.bounding_rect()?;
                let area = AABB::from_corners([area.min().x, area.min().y], [area.max().x, area.max().y]);
                Some(Piece { code: region.code.clone(), polygon: polygon.clone(), area })
            })
        });
        Self { tree: RTree::bulk_load(pieces.collect()) }
    }

    /// The region that holds a place. On a border between two, the one with the smaller code.
    pub(super) fn find(&self, latitude: f64, longitude: f64) -> Option<&str> {
        let here = AABB::from_point([longitude, latitude]);
        let pieces = self.tree.locate_in_envelope_intersecting(&here);
        let point = Point::new(longitude, latitude);
        pieces.filter(|piece| piece.polygon.contains(&point)).map(|piece| piece.code.as_str()).min()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::boundary::{BadBoundaries, read};
    use super::*;

    const TWO: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kato":"100000000","name_en":"West"},"geometry":{"type":"Polygon",
            "coordinates":[[[50,40],[60,40],[60,50],[50,50],[50,40]],[[54,44],[56,44],[56,46],[54,46],[54,44]]]}},
        {"type":"Feature","properties":{"kato":200000000,"name":"Island"},"geometry":{"type":"MultiPolygon",
            "coordinates":[[[[54,44],[56,44],[56,46],[54,46],[54,44]]]]}}]}"#;

    /// Q27
    #[test]
    fn a_place_lies_in_the_region_whose_boundary_goes_around_it_and_not_in_a_hole() {
        let regions = read(TWO).unwrap();
        assert_eq!(regions[0].names, ["100000000", "100000000", "West"]);
        let index = Index::new(&regions);
        assert_eq!(index.find(41.0, 51.0), Some("100000000"));
        assert_eq!(index.find(45.0, 55.0), Some("200000000"));
        assert_eq!(index.find(39.0, 55.0), None);
        assert_eq!(Index::default().find(41.0, 51.0), None);
    }

    #[test]
    fn a_file_that_is_no_map_is_refused_with_the_place_of_its_fault() {
        assert_eq!(read("[]").unwrap_err(), BadBoundaries::NoCollection);
        let broken = [
            (TWO.replace("100000000", "1"), 0),
            (TWO.replace("200000000", "100000000"), 1),
            (TWO.replace("\"Polygon\"", "\"Point\""), 0),
            (TWO.replace("[50,40],[60,40]", "[500,40],[60,40]"), 0),
        ];
        for (text, feature) in broken {
            assert!(matches!(read(&text), Err(BadBoundaries::Feature(number, _)) if number == feature), "{text}");
        }
    }
}
