//! Every threshold and weight in one place. Those of the spread of a code were fixed on seeds 1 to 5 of the simulation;
//! `docs/detection.md` tells what they give on others.

/// Thresholds and weights of all rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The score from which inspectors are told.
    pub alert_score: f64,
    /// The score from which a unit counts as odd among its neighbours.
    pub odd_score: f64,
    /// Copied codes that are evident, by all that anybody scanned, for which the weights hold as they are.
    pub usual_rate: f64,
    /// What is assumed of that rate before anything is known …
    pub assumed_rate: f64,
    /// … as if it were known of so many codes.
    pub assumed_units: f64,
    /// The log-odds above which a code is copied beyond doubt, whatever the rate.
    pub evident: f64,
    /// Share of all scans below which a cell with its neighbours counts as empty.
    pub inhabited_share: f64,
    /// Scans below which it does, however few there are in all.
    pub inhabited_scans: f64,
    /// Kilometres between two places that are surely not one town.
    pub town_kilometres: f64,
    /// Hours between two sightings that are two occasions.
    pub occasion_hours: f64,
    /// Hours of a burst: those who try a photo come mostly within one.
    pub burst_hours: f64,
    /// Metres within which two sightings may be in one shop.
    pub shop_metres: f64,
    /// Speed that nothing on a shelf has, in km/h.
    pub travel_kilometres_per_hour: f64,
    /// Distance below which speed says nothing, in kilometres.
    pub travel_kilometres: f64,
    /// Weights of a code's spread.
    pub spread: SpreadWeights,
    /// Seconds in which the same till may ask twice for one sale.
    pub retry_seconds: i64,
    /// Different devices that must tell of the same before one shelf is accused of anything.
    pub witnesses: usize,
    /// Days in which they must do so.
    pub witness_days: i64,
    /// Devices that must read the same forged label: a misread tail is never misread alike twice.
    pub forged_devices: usize,
    /// Unknown codes in an hour above which a device is guessing …
    pub guesses_an_hour: u32,
    /// … if they are more than this share of what it scans.
    pub guesses_share: f64,
    /// Odd units of one run in one place that make a case together.
    pub neighbours: usize,
    /// Units of a run from which it is known where the run belongs.
    pub route_units: usize,
    /// Share of them that must be at home.
    pub route_share: f64,
    /// Kilometres from home that are far.
    pub route_kilometres: f64,
    /// Units of the run that must be there together.
    pub route_strays: usize,
    /// Share of a shop's scanned codes that must be unknown.
    pub unknown_share: f64,
    /// Weight of a rule that one clear observation fulfils.
    pub clear: f64,
    /// Weight of a rule that rests on several witnesses.
    pub witnessed: f64,
}

/// Weights of what [`super::Spread`] measures, in log-odds; `base` is where they begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadWeights {
    /// Where the sum begins.
    pub base: f64,
    /// For each e-fold of devices.
    pub devices: f64,
    /// For a second town.
    pub two_towns: f64,
    /// For a third.
    pub three_towns: f64,
    /// For each occasion, six at most.
    pub occasions: f64,
    /// For occasions by devices: who comes all at once tries a photo.
    pub occasions_by_devices: f64,
    /// For each ten days that it went on.
    pub ten_days: f64,
    /// For the share of pairs within one occasion.
    pub together: f64,
    /// For each town outside the busiest burst, three at most.
    pub calm_towns: f64,
    /// For two towns before the sale: an item that nobody has bought yet doesn't travel.
    pub towns_before_sale: f64,
    /// For each device outside the busiest burst.
    pub calm: f64,
    /// For each device outside the two busiest.
    pub calmer: f64,
    /// For each pair too far apart for the time between, two at most.
    pub impossible: f64,
    /// For the share of pairs in one shop: an item on a shelf meets several shoppers there.
    pub one_shop: f64,
    /// When no sighting is later than the sale.
    pub unsold: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alert_score: 0.12,
            odd_score: 0.01,
            usual_rate: 4e-4,
            assumed_rate: 1e-4,
            assumed_units: 10_000.0,
            evident: 2.0,
            inhabited_share: 2e-5,
            inhabited_scans: 4.0,
            town_kilometres: 40.0,
            occasion_hours: 48.0,
            burst_hours: 72.0,
            shop_metres: 250.0,
            travel_kilometres_per_hour: 1_000.0,
            travel_kilometres: 50.0,
            spread: SpreadWeights {
                base: -4.04,
                devices: -0.59,
                two_towns: -0.22,
                three_towns: 1.31,
                occasions: 1.19,
                occasions_by_devices: -6.76,
                ten_days: 0.29,
                together: -3.35,
                calm_towns: 0.58,
                towns_before_sale: 0.63,
                calm: 0.49,
                calmer: 0.44,
                impossible: -2.97,
                one_shop: -5.42,
                unsold: 3.31,
            },
            retry_seconds: 30 * 60,
            witnesses: 5,
            witness_days: 30,
            forged_devices: 3,
            guesses_an_hour: 20,
            guesses_share: 0.5,
            neighbours: 3,
            route_units: 8,
            route_share: 0.7,
            route_kilometres: 300.0,
            route_strays: 3,
            unknown_share: 0.1,
            clear: 3.0,
            witnessed: 1.5,
        }
    }
}
