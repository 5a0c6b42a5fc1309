//! What happens in the world: goods are sold, scanned, sold on, photographed, and some are copied. It knows nothing of
//! how copies are looked for.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::parameters::Parameters;
use super::settlements::{Country, Point};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// A place as a phone tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) accuracy_metres: f64,
}

/// A scan. Times are in seconds since the world began.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) id: u64,
    pub(crate) at: f64,
    pub(crate) received: f64,
    /// The number of the code on the label.
    pub(crate) code: u32,
    /// Whether something else was read.
    pub(crate) misread: bool,
    pub(crate) device: u64,
    /// The networks that it was sent from: near and wide.
    pub(crate) network: (u64, u64),
    pub(crate) place: Option<Told>,
    /// Whether the app told that it read a picture from a file.
    pub(crate) from_picture: bool,
    /// Whether the register has the code as sold by then.
    pub(crate) is_sold: bool,
}

/// The truth about a code that was copied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copied {
    /// Copies of which at least one scan was sent in time.
    pub(crate) scanned: usize,
    /// Settlements in which those were sold, with how many.
    pub(crate) settlements: BTreeMap<usize, usize>,
    /// Whether its attacker stays small.
    pub(crate) is_careful: bool,
    /// When a copy was scanned first.
    pub(crate) first_at: Option<f64>,
}

/// All that happened.
pub(crate) struct World {
    /// Scans in the order in which they arrive.
    pub(crate) scans: Vec<Scan>,
    /// The codes that were copied.
    pub(crate) copied: BTreeMap<u32, Copied>,
    /// What honest people did with items that may look odd.
    pub(crate) oddities: BTreeMap<u32, Oddity>,
}

/// What may make an honest item look odd.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Oddity {
    pub(crate) resale: bool,
    pub(crate) photo: bool,
    pub(crate) repost: bool,
}

/// Somebody with a phone, at home somewhere.
#[derive(Clone, Copy)]
struct Person {
    device: u64,
    home: Point,
    settlement: usize,
    /// Which of the homes there.
    number: usize,
}

struct Maker<'a> {
    parameters: &'a Parameters,
    country: Country,
    dice: Dice,
    end: f64,
    scans: Vec<Scan>,
    oddities: BTreeMap<u32, Oddity>,
    /// When the genuine item of the code at hand is sold.
    sold_at: f64,
}

/// Home networks of one /24, in which a provider's customers of one neighbourhood are.
const HOMES_A_NETWORK: usize = 200;
/// Providers of homes, each with a /16.
const PROVIDERS: u64 = 12;
/// Mobile operators, and the addresses behind which each hides all its customers: so many /16, and /24 in each.
const OPERATORS: u64 = 3;
const MOBILE: (u64, u64) = (4, 64);

/// Where a scan is sent from: half of them from home, half by a mobile operator, which gives another address each time.
/// By hashes and not by the dice, so that worlds stay what they are.
fn network(person: Person, scan: u64) -> (u64, u64) {
    let mut chance = Dice::new(scan ^ 0x6e65_7477);
    if chance.happens(0.5) {
        let wide = 1_000 + Dice::new(person.settlement as u64).below(PROVIDERS as usize) as u64;
        let near = ((person.settlement as u64) << 20) | (person.number / HOMES_A_NETWORK) as u64;
        return ((1 << 62) | near, wide);
    }
    let operator = Dice::new(person.device).below(OPERATORS as usize) as u64;
    let wide = operator * MOBILE.0 + chance.below(MOBILE.0 as usize) as u64;
    (wide * MOBILE.1 + chance.below(MOBILE.1 as usize) as u64, wide)
}

/// Lets it all happen.
pub(crate) fn make(parameters: &Parameters, seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let expected = f64::from(parameters.codes) * parameters.scanned * parameters.scans_per_code;
    let country = Country::build((expected / 5.0) as usize, &mut dice);
    let end = parameters.days * DAY;
    let mut maker =
        Maker { parameters, country, dice, end, scans: Vec::new(), oddities: BTreeMap::new(), sold_at: 0.0 };
    let mut copied = maker.choose_copied();
    for code in 0..parameters.codes {
        // A code's own chances, so that one that is copied leaves the others as they are.
        maker.dice = Dice::new(seed ^ (u64::from(code) << 20) ^ 0xA5A5);
        maker.sold_at = maker.dice.between(0.0, end);
        let settlement = maker.country.settlement(&mut maker.dice);
        maker.item(code, settlement, None, maker.sold_at);
        if let Some(truth) = copied.get_mut(&code) {
            maker.copies(code, truth);
        }
    }
    maker.scans.sort_by(|one, other| one.received.total_cmp(&other.received).then(one.id.cmp(&other.id)));
    World { scans: maker.scans, copied, oddities: maker.oddities }
}

impl Maker<'_> {
    /// Which codes are copied: most by themselves, those of careful attackers in runs of neighbours.
    fn choose_copied(&mut self) -> BTreeMap<u32, Copied> {
        let all = (f64::from(self.parameters.codes) * self.parameters.prevalence).round() as usize;
        let careful = (all as f64 * self.parameters.careful).round() as usize;
        let mut copied = BTreeMap::new();
        while copied.len() < careful {
            let first = self.dice.below(self.parameters.codes as usize) as u32;
            for code in (first..self.parameters.codes).take(8.min(careful - copied.len())) {
                copied.insert(code, Copied { is_careful: true, ..Copied::default() });
            }
        }
        while copied.len() < all {
            let code = self.dice.below(self.parameters.codes as usize) as u32;
            copied.entry(code).or_default();
        }
        copied
    }

    /// Copies of a code, made and sold before or after the genuine item is.
    fn copies(&mut self, code: u32, truth: &mut Copied) {
        let Parameters { fewest_copies, most_copies, one_city, .. } = *self.parameters;
        let (copies, one_city) = if truth.is_careful {
            (self.dice.between(2.0, 5.0) as u32, true)
        } else {
            let most = f64::from(most_copies) + 1.0;
            (self.dice.log_between(f64::from(fewest_copies), most) as u32, self.dice.happens(one_city))
        };
        // Neighbours of a careful attacker are sold together.
        let mut fellow = Dice::new(u64::from(code / 64));
        let home = self.country.settlement(if truth.is_careful { &mut fellow } else { &mut self.dice });
        let shops = self.country.settlements[home].outlets.clone();
        let chosen = 1 + self.dice.below(5);
        let outlets: Vec<Point> = (0..chosen).map(|_| shops[self.dice.below(shops.len())]).collect();
        let begin = self.dice.between(0.0, self.end * 2.0 / 3.0);
        let length = self.dice.log_between(7.0 * DAY, 60.0 * DAY);
        for _ in 0..copies {
            let sold_at = begin + self.dice.between(0.0, length);
            let (settlement, outlet) = if one_city {
                (home, Some(outlets[self.dice.below(outlets.len())]))
            } else {
                (self.country.settlement(&mut self.dice), None)
            };
            let before = self.scans.len();
            self.item(code, settlement, outlet, sold_at);
            let first = self.scans[before..].iter().filter(|scan| !scan.misread).map(|scan| scan.at);
            if let Some(at) = first.min_by(f64::total_cmp) {
                truth.scanned += 1;
                *truth.settlements.entry(settlement).or_default() += 1;
                truth.first_at = Some(truth.first_at.map_or(at, |first| first.min(at)));
            }
        }
    }

    /// An item's life with those who scan it: shoppers before it is sold, its buyer and guests afterwards.
    fn item(&mut self, code: u32, settlement: usize, outlet: Option<Point>, sold_at: f64) {
        if !self.dice.happens(self.parameters.scanned) {
            return;
        }
        let shops = &self.country.settlements[settlement].outlets;
        let outlet = outlet.unwrap_or_else(|| shops[self.dice.below(shops.len())]);
        let buyer = self.person(settlement);
        let (mut person, mut at, mut point) = if self.dice.happens(0.5) {
            (self.person(settlement), sold_at - self.dice.wait(2.0 * DAY), outlet)
        } else {
            (buyer, sold_at + self.dice.wait(DAY), buyer.home)
        };
        let first_at = at;
        self.scan(code, person, at, point);
        for _ in 0..self.dice.again(self.parameters.scans_per_code - 1.0) {
            if self.dice.happens(self.parameters.repeats) {
                at += if self.dice.happens(0.7) { self.dice.wait(5.0 * MINUTE) } else { self.dice.wait(DAY) };
            } else if self.dice.happens(0.6) {
                person = self.person(settlement);
                (at, point) = (sold_at - self.dice.wait(5.0 * DAY), outlet);
            } else {
                person = self.person(settlement);
                (at, point) = (sold_at + self.dice.wait(5.0 * DAY), buyer.home);
            }
            self.scan(code, person, at, point);
        }
        if self.dice.happens(self.parameters.resale) {
            self.oddities.entry(code).or_default().resale = true;
            self.resale(code, settlement, sold_at);
        }
        if self.dice.happens(self.parameters.photos) {
            let posted_at = first_at + self.dice.wait(DAY);
            self.oddities.entry(code).or_default().photo = true;
            self.photo(code, settlement, posted_at);
            if self.dice.happens(self.parameters.reposts) {
                let again_at = posted_at + self.dice.between(2.0, 30.0) * DAY;
                self.oddities.entry(code).or_default().repost = true;
                self.photo(code, settlement, again_at);
            }
        }
    }

    /// The item goes to somebody else, often in another town.
    fn resale(&mut self, code: u32, settlement: usize, sold_at: f64) {
        let at = sold_at + self.dice.between(1.0, 30.0) * DAY;
        let there = if self.dice.happens(0.7) { self.country.settlement(&mut self.dice) } else { settlement };
        let owner = self.person(there);
        self.scan(code, owner, at, owner.home);
        for _ in 0..self.dice.again(self.parameters.scans_per_code - 1.0) {
            let person = if self.dice.happens(self.parameters.repeats) { owner } else { self.person(there) };
            let later = at + self.dice.wait(2.0 * DAY);
            self.scan(code, person, later, owner.home);
        }
    }

    /// A photo of the item is shown around, and some try the code on it: most within a day, some much later.
    fn photo(&mut self, code: u32, settlement: usize, posted_at: f64) {
        let viewers = (1.0 / (1.0 - self.dice.unit()).powf(1.0 / 1.1)).min(300.0) as usize;
        let is_local = self.dice.happens(0.4);
        for _ in 0..viewers {
            let there =
                if is_local && self.dice.happens(0.8) { settlement } else { self.country.settlement(&mut self.dice) };
            let viewer = self.person(there);
            let at = posted_at + self.dice.log_normal(8.0 * HOUR, 1.3);
            // Who has the picture on the phone that scans opens it as a file; the others scan another screen.
            let from_picture = self.dice.happens(self.parameters.told);
            self.append(code, viewer, at, viewer.home, from_picture);
        }
    }

    fn person(&mut self, settlement: usize) -> Person {
        let homes = &self.country.settlements[settlement].homes;
        let number = self.dice.below(homes.len());
        let device = Dice::new(((settlement as u64) << 32) | number as u64).name();
        Person { device, home: homes[number], settlement, number }
    }

    fn scan(&mut self, code: u32, person: Person, at: f64, point: Point) {
        self.append(code, person, at, point, false);
    }

    /// Somebody scans, unless that lies outside the days that are watched.
    fn append(&mut self, code: u32, person: Person, at: f64, point: Point, from_picture: bool) {
        let Parameters { offline, offline_hours, misread, placeless, .. } = *self.parameters;
        let waits = if self.dice.happens(offline) { self.dice.wait(offline_hours * HOUR / 4.0) } else { 0.0 };
        let received = at + waits.min(offline_hours * HOUR) + self.dice.between(0.5, 5.0);
        let place = (!self.dice.happens(placeless)).then(|| self.told(point));
        let misread = self.dice.happens(misread);
        let id = self.dice.name();
        if at < 0.0 || received > self.end {
            return;
        }
        let is_sold = at >= self.sold_at;
        let device = person.device;
        let network = network(person, id);
        self.scans.push(Scan { id, at, received, code, misread, device, network, place, from_picture, is_sold });
    }

    /// What a phone makes of where it is. A gross error mostly claims to be as good as any.
    fn told(&mut self, point: Point) -> Told {
        let direction = self.dice.direction();
        let claimed = self.dice.log_normal(self.parameters.error_metres, 0.5);
        let (kilometres, accuracy_metres) = if self.dice.happens(self.parameters.gross_errors) {
            let kilometres = self.dice.log_between(5.0, 500.0);
            (kilometres, if self.dice.happens(0.3) { kilometres * 1_000.0 } else { claimed })
        } else {
            // Of a normal error in the plane, the median is 1.1774 deviations.
            let deviation = self.parameters.error_metres / 1.177_4 / 1_000.0;
            (deviation * (-2.0 * (1.0 - self.dice.unit()).ln()).sqrt(), claimed)
        };
        let Point { latitude, longitude } = point.moved(kilometres, direction);
        Told { latitude, longitude, accuracy_metres }
    }
}
