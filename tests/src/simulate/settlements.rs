//! Where people live: Kazakhstan's cities with their populations, and villages strewn around them.

use super::dice::Dice;

/// Latitude and longitude in degrees, population in thousands (rounded, from public statistics).
const CITIES: &[(f64, f64, f64)] = &[
    (43.24, 76.89, 2210.0), // Almaty
    (51.17, 71.43, 1430.0), // Astana
    (42.32, 69.59, 1220.0), // Shymkent
    (50.28, 57.17, 560.0),  // Aktobe
    (49.80, 73.10, 500.0),  // Karaganda
    (42.90, 71.37, 430.0),  // Taraz
    (47.10, 51.92, 400.0),  // Atyrau
    (49.95, 82.61, 365.0),  // Oskemen
    (52.29, 76.97, 360.0),  // Pavlodar
    (50.41, 80.23, 340.0),  // Semey
    (44.85, 65.51, 340.0),  // Kyzylorda
    (43.65, 51.17, 270.0),  // Aktau
    (53.21, 63.62, 265.0),  // Kostanay
    (51.23, 51.37, 245.0),  // Oral
    (43.30, 68.25, 225.0),  // Turkistan
    (54.87, 69.15, 220.0),  // Petropavl
    (45.02, 78.38, 205.0),  // Taldykorgan
    (53.28, 69.39, 185.0),  // Kokshetau
    (50.05, 72.96, 185.0),  // Temirtau
    (51.72, 75.32, 150.0),  // Ekibastuz
    (43.34, 52.86, 145.0),  // Zhanaozen
    (52.96, 63.12, 125.0),  // Rudny
    (47.80, 67.71, 90.0),   // Zhezkazgan
    (46.85, 74.98, 80.0),   // Balkhash
    (43.20, 76.62, 80.0),   // Kaskelen
    (43.52, 68.51, 70.0),   // Kentau
    (52.35, 71.88, 68.0),   // Stepnogorsk
    (46.97, 54.02, 67.0),   // Kulsary
    (47.90, 67.54, 62.0),   // Satbayev
    (45.62, 63.32, 60.0),   // Baikonur
    (43.30, 77.24, 58.0),   // Talgar
    (43.87, 77.07, 55.0),   // Konaev
    (50.34, 83.51, 50.0),   // Ridder
    (40.78, 68.33, 50.0),   // Zhetysai
    (41.46, 69.17, 50.0),   // Saryagash
    (52.93, 70.19, 46.0),   // Shchuchinsk
    (42.43, 68.81, 45.0),   // Arys
    (44.17, 80.00, 45.0),   // Zharkent
    (52.54, 62.50, 41.0),   // Lisakovsk
    (43.60, 73.76, 40.0),   // Shu
    (49.47, 57.42, 40.0),   // Kandyagash
    (49.71, 72.59, 39.0),   // Shakhtinsk
    (46.80, 61.67, 38.0),   // Aral
    (47.97, 80.43, 38.0),   // Ayagoz
    (51.17, 53.00, 38.0),   // Aksay
    (52.19, 61.20, 35.0),   // Zhitikara
    (43.18, 70.46, 30.0),   // Karatau
    (50.25, 66.91, 28.0),   // Arkalyk
    (51.82, 68.36, 28.0),   // Atbasar
    (47.47, 84.87, 16.0),   // Zaysan
];

/// Of all people, how many live in villages.
const VILLAGERS: f64 = 0.15;
/// How many villages there are.
const VILLAGES: usize = 400;

/// A point on the ground, in degrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

impl Point {
    /// The point so far away in that direction, on a plane that is good enough for some hundred kilometres.
    pub(crate) fn moved(self, kilometres: f64, direction: f64) -> Self {
        const KILOMETRES_A_DEGREE: f64 = 111.2;
        let latitude = (self.latitude + kilometres * direction.cos() / KILOMETRES_A_DEGREE).clamp(-89.0, 89.0);
        let parallel = KILOMETRES_A_DEGREE * self.latitude.to_radians().cos().max(0.1);
        Self { latitude, longitude: self.longitude + kilometres * direction.sin() / parallel }
    }
}

/// A place where people live and shop.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    centre: Point,
    /// How far its houses reach from the centre (standard deviation).
    kilometres: f64,
    /// Its shops.
    pub(crate) outlets: Vec<Point>,
    /// Homes of those who scan.
    pub(crate) homes: Vec<Point>,
}

/// All of them, and how likely each is.
pub(crate) struct Country {
    pub(crate) settlements: Vec<Settlement>,
    /// Sums of weights up to and with each.
    weights: Vec<f64>,
}

impl Country {
    /// Builds shops and homes for so many people who scan.
    pub(crate) fn build(people: usize, dice: &mut Dice) -> Self {
        let townsfolk: f64 = CITIES.iter().map(|city| city.2).sum();
        let mut places: Vec<(Point, f64)> =
            CITIES.iter().map(|&(latitude, longitude, people)| (Point { latitude, longitude }, people)).collect();
        let village = townsfolk * VILLAGERS / (1.0 - VILLAGERS) / VILLAGES as f64;
        for _ in 0..VILLAGES {
            let (near, _) = places[dice.below(CITIES.len())];
            places.push((near.moved(dice.between(15.0, 150.0), dice.direction()), village));
        }
        let all: f64 = places.iter().map(|place| place.1).sum();
        let mut sum = 0.0;
        let mut weights = Vec::new();
        let mut settlements = Vec::new();
        for (centre, weight) in places {
            sum += weight / all;
            weights.push(sum);
            let mut settlement = Settlement {
                centre,
                kilometres: 1.2 * (weight / 100.0).sqrt(),
                outlets: Vec::new(),
                homes: Vec::new(),
            };
            let outlets = 2 + (weight / 4.0) as usize;
            settlement.outlets = (0..outlets).map(|_| settlement.somewhere(dice)).collect();
            let homes = 2 + (people as f64 * weight / all) as usize;
            settlement.homes = (0..homes).map(|_| settlement.somewhere(dice)).collect();
            settlements.push(settlement);
        }
        Self { settlements, weights }
    }

    /// A settlement, by its population.
    pub(crate) fn settlement(&self, dice: &mut Dice) -> usize {
        let drawn = dice.unit();
        self.weights.partition_point(|sum| *sum < drawn).min(self.settlements.len() - 1)
    }
}

impl Settlement {
    fn somewhere(&self, dice: &mut Dice) -> Point {
        let away = self.kilometres * (-2.0 * (1.0 - dice.unit()).ln()).sqrt();
        self.centre.moved(away, dice.direction())
    }
}
