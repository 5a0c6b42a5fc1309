//! Which reports tell of the same thing: the same code, or the same shop within a week. Pure but for `update`, which a job
//! calls: a reporter learns nothing of other reports, neither from an answer nor from the time that it took.

use chrono::TimeDelta;
use uuid::Uuid;

use super::store;
use crate::platform::problem::Result;
use crate::regions;
use crate::registry::great_circle_metres;
use crate::reports::Reports;
use crate::scans::Place;

/// Reports older than this are linked no more, in days.
pub(crate) const DAYS: i64 = 7;
/// Reports further apart than this are not of the same place, in metres.
const NEARBY_METRES: f64 = 50.0;
/// A position worse than this says nothing about 50 metres.
const WORST_ACCURACY_METRES: f32 = 200.0;
/// One degree of latitude is never shorter, in metres.
const DEGREE_METRES: f64 = 110_500.0;

/// What ties a report to others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sighting {
    /// The same for every spelling of the code of one unit, stamp or pack.
    pub(crate) code_key: Option<String>,
    /// Where it was.
    pub(crate) place: Option<Place>,
    /// The shop's name.
    pub(crate) outlet: Option<String>,
}

/// Why two reports are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The same unit, stamp or pack.
    SameCode,
    /// The same shop: its name within 50 m.
    SameOutlet,
    /// Within 50 m, and at least one of them names no shop.
    Nearby,
}

impl Why {
    /// The word in the store and in JSON.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::SameCode => "same-code",
            Self::SameOutlet => "same-outlet",
            Self::Nearby => "nearby",
        }
    }
}

/// A rectangle of degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    /// Least latitude.
    pub(crate) south: f64,
    /// Greatest latitude.
    pub(crate) north: f64,
    /// Least longitude.
    pub(crate) west: f64,
    /// Greatest longitude.
    pub(crate) east: f64,
}

/// Brings the links of a report up to date: those with reports of the week before and after, or none when its author's data
/// are gone. The worker does it for `LinkReport`. Harmless when it happens twice.
pub async fn update(state: &Reports, report: Uuid) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let Some(known) = store::find_sighting(&tx, report).await? else { return Ok(()) };
    if known.is_deleted {
        store::delete_links(&tx, report).await?;
        return Ok(tx.commit().await?);
    }
    let week = TimeDelta::days(DAYS);
    let span = (known.received_at - week, known.received_at + week);
    let candidates = store::list_candidates(&tx, report, &known.sighting, span).await?;
    // The later of two stands first, whichever of them is looked at.
    let links: Vec<(Uuid, Uuid, Why)> = candidates
        .iter()
        .filter_map(|other| {
            let why = known.sighting.link(&other.sighting)?;
            let is_later = known.sequence > other.sequence;
            Some(if is_later { (report, other.id, why) } else { (other.id, report, why) })
        })
        .collect();
    store::insert_links(&tx, &links).await?;
    Ok(tx.commit().await?)
}

impl Sighting {
    /// The place, if it is precise enough to compare shops by and not one that faulty phones share.
    fn fixed_place(&self) -> Option<Place> {
        self.place.filter(|place| {
            place.accuracy_metres <= WORST_ACCURACY_METRES
                && regions::is_usable(place.latitude, place.longitude, f64::from(place.accuracy_metres))
        })
    }

    /// Whether, and why, another sighting tells of the same.
    pub(crate) fn link(&self, other: &Self) -> Option<Why> {
        if self.code_key.is_some() && self.code_key == other.code_key {
            return Some(Why::SameCode);
        }
        let (here, there) = (self.fixed_place()?, other.fixed_place()?);
        let apart = great_circle_metres([here.latitude, here.longitude], [there.latitude, there.longitude]);
        if apart > NEARBY_METRES {
            return None;
        }
        match (self.outlet.as_deref().and_then(outlet_key), other.outlet.as_deref().and_then(outlet_key)) {
            (Some(one), Some(another)) => (one == another).then_some(Why::SameOutlet),
            _ => Some(Why::Nearby),
        }
    }

    /// A rectangle that holds every place within 50 m, and a little more.
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        let place = self.fixed_place()?;
        let north_south = NEARBY_METRES / DEGREE_METRES;
        let narrowest = (place.latitude.abs() + north_south).to_radians().cos();
        let east_west = if narrowest > 1e-6 { north_south / narrowest } else { 360.0 };
        let (west, east) = (place.longitude - east_west, place.longitude + east_west);
        let (west, east) = if west < -180.0 || east > 180.0 { (-180.0, 180.0) } else { (west, east) };
        Some(Bounds { south: place.latitude - north_south, north: place.latitude + north_south, west, east })
    }
}

/// A shop's name without what people leave out: case, quotes, spaces, legal form. None when nothing is left.
fn outlet_key(name: &str) -> Option<String> {
    const FORMS: [&str; 8] = ["тоо", "жшс", "ип", "жк", "llp", "ао", "ақ", "магазин"];
    let lower = name.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let key: String = words.filter(|word| !FORMS.contains(word)).collect();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn at(latitude: f64, longitude: f64) -> Sighting {
        Sighting { place: Some(Place { latitude, longitude, accuracy_metres: 20.0 }), ..Sighting::default() }
    }

    fn named(outlet: &str) -> Sighting {
        Sighting { outlet: Some(outlet.into()), ..at(51.128_2, 71.430_4) }
    }

    fn coded(code: &str, latitude: f64) -> Sighting {
        Sighting { code_key: Some(code.into()), ..at(latitude, 71.0) }
    }

    #[test]
    fn the_same_code_links_wherever_it_was_seen() {
        assert_eq!(coded("u", 43.2).link(&coded("u", 51.1)), Some(Why::SameCode));
        assert_eq!(coded("u", 43.2).link(&coded("v", 51.1)), None);
        assert_eq!(Sighting::default().link(&Sighting::default()), None);
    }

    #[test]
    fn fifty_metres_link_and_sixty_do_not() {
        let here = at(51.128_2, 71.430_4);
        assert_eq!(here.link(&at(51.128_2 + 0.000_40, 71.430_4)), Some(Why::Nearby));
        assert_eq!(here.link(&at(51.128_2 + 0.000_55, 71.430_4)), None);
        assert_eq!(here.link(&at(51.128_2, 71.430_4 + 0.000_68)), Some(Why::Nearby));
        assert_eq!(here.link(&at(51.128_2, 71.430_4 + 0.000_80)), None);
    }

    #[test]
    fn two_shops_of_one_house_are_not_the_same() {
        assert_eq!(named("ТОО «Береке»").link(&named("береке")), Some(Why::SameOutlet));
        assert_eq!(named("Береке").link(&named("Достық")), None);
        assert_eq!(named("Береке").link(&at(51.128_2, 71.430_4)), Some(Why::Nearby));
        assert_eq!(named("«»").link(&named("Достық")), Some(Why::Nearby));
    }

    /// B34
    #[test]
    fn places_that_faulty_phones_share_link_nothing() {
        for (latitude, longitude) in [(0.0, 0.0), (71.430_4, 51.128_2), (55.75, 37.62)] {
            let seen = at(latitude, longitude);
            assert!(seen.link(&seen).is_none() && seen.bounds().is_none(), "{latitude} {longitude}");
        }
    }

    #[test]
    fn a_rough_position_links_nothing() {
        let mut rough = at(51.128_2, 71.430_4);
        rough.place.as_mut().unwrap().accuracy_metres = 1_000.0;
        assert_eq!(rough.link(&at(51.128_2, 71.430_4)), None);
        assert!(rough.bounds().is_none());
    }

    proptest! {
        #[test]
        fn whatever_can_be_linked_lies_in_the_bounds(
            latitude in 40.0..56.0, longitude in 46.0..88.0,
            north in -0.000_5..0.000_5, east in -0.003..0.003,
        ) {
            let (one, other) = (at(latitude, longitude), at(latitude + north, longitude + east));
            if one.link(&other).is_some() {
                let (bounds, place) = (one.bounds().unwrap(), other.place.unwrap());
                prop_assert!((bounds.south..=bounds.north).contains(&place.latitude));
                prop_assert!((bounds.west..=bounds.east).contains(&place.longitude));
            }
        }
    }
}
