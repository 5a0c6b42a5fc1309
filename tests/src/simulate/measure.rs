//! How good the detector was: figures over all seeds, each with its 95 % interval.

use serde_json::{Map, Value, json};

use super::run::Watched;
use super::world::World;

/// A share, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) of: u64,
    pub(crate) hits: u64,
}

impl Share {
    pub(crate) fn add(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u64::from(hit);
    }

    pub(crate) fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Wilson's interval, 95 %.
    pub(crate) fn interval(self) -> Option<[f64; 2]> {
        const Z: f64 = 1.96;
        let (n, p) = (self.of as f64, self.value()?);
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let reach = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some([(middle - reach).max(0.0), (middle + reach).min(1.0)])
    }
}

/// Bounds of the groups by scanned copies, for the table of recall.
const GROUPS: [(usize, usize); 7] = [(1, 1), (2, 2), (3, 5), (6, 9), (10, 49), (50, 199), (200, usize::MAX)];

/// All figures of several worlds.
#[derive(Default)]
pub(crate) struct Figures {
    scans: u64,
    pub(crate) precision: Share,
    recall: Share,
    pub(crate) recall_50_plus: Share,
    pub(crate) recall_3_to_5: Share,
    recall_3_to_5_all_apart: Share,
    recall_careful: Share,
    groups: [Share; GROUPS.len()],
    others_true: u64,
    others_false: u64,
    hours: Vec<f64>,
    scans_before: Vec<f64>,
    scores: Vec<(f64, bool)>,
    /// For the plain count: scans of a code, whether it was copied.
    counts: Vec<(u32, bool)>,
    false_alerts: Map<String, Value>,
}

impl Figures {
    /// Adds what was told of a world.
    pub(crate) fn add(&mut self, world: &World, watched: &Watched) {
        self.scans += world.scans.len() as u64;
        for code in watched.codes.keys() {
            let is_true = world.copied.get(code).is_some_and(|copied| copied.scanned > 0);
            self.precision.add(is_true);
            if !is_true {
                let oddity = world.oddities.get(code).copied().unwrap_or_default();
                let why = match (oddity.repost, oddity.photo, oddity.resale) {
                    (true, ..) => "photo-posted-again",
                    (_, true, _) => "photo",
                    (_, _, true) => "resale",
                    _ => "other",
                };
                let before = self.false_alerts.get(why).and_then(Value::as_u64).unwrap_or(0);
                self.false_alerts.insert(why.to_owned(), json!(before + 1));
            }
        }
        for codes in watched.others.values() {
            let copied = codes.iter().filter(|code| world.copied.contains_key(code)).count();
            let is_true = 2 * copied >= codes.len();
            self.precision.add(is_true);
            *(if is_true { &mut self.others_true } else { &mut self.others_false }) += 1;
        }
        for (code, copied) in world.copied.iter().filter(|(_, copied)| copied.scanned > 0) {
            let told_at = watched.codes.get(code);
            let found = told_at.is_some();
            self.recall.add(found);
            if copied.is_careful {
                self.recall_careful.add(found);
            }
            for (group, (from, to)) in self.groups.iter_mut().zip(GROUPS) {
                if (from..=to).contains(&copied.scanned) {
                    group.add(found);
                }
            }
            if copied.scanned >= 50 {
                self.recall_50_plus.add(found);
            }
            if (3..=5).contains(&copied.scanned) && copied.settlements.len() >= 2 {
                self.recall_3_to_5.add(found);
                if copied.settlements.len() == copied.scanned {
                    self.recall_3_to_5_all_apart.add(found);
                }
            }
            if let (Some(told_at), Some(first_at)) = (told_at, copied.first_at) {
                self.hours.push((told_at - first_at).max(0.0) / 3_600.0);
                let of_code = |scan: &&super::world::Scan| scan.code == *code && scan.received <= *told_at;
                self.scans_before.push(world.scans.iter().filter(of_code).count() as f64);
            }
        }
        let is_copied = |code: &u32| world.copied.get(code).is_some_and(|copied| copied.scanned > 0);
        self.counts.extend(watched.counts.iter().map(|(code, scans)| (*scans, is_copied(code))));
        self.scores.extend(&watched.scores);
    }

    fn alerts(&self) -> u64 {
        self.precision.of
    }

    /// The plain count at the highest bound that finds as much as the detector did.
    fn baseline(&self) -> (u32, Share, Share) {
        let copied = self.counts.iter().filter(|(_, is_copied)| *is_copied).count() as u64;
        let wanted = self.recall.hits;
        let most = self.counts.iter().map(|(scans, _)| *scans).max().unwrap_or(1);
        let at = |bound: u32| {
            let mut precision = Share::default();
            self.counts
                .iter()
                .filter(|(scans, _)| *scans >= bound)
                .for_each(|(_, is_copied)| precision.add(*is_copied));
            precision
        };
        let (mut low, mut high) = (1, most);
        while low < high {
            let middle = u32::midpoint(low, high + 1);
            if at(middle).hits >= wanted { low = middle } else { high = middle - 1 }
        }
        let precision = at(low);
        (low, precision, Share { of: copied, hits: precision.hits })
    }

    /// Everything as JSON: each figure, and beside it its interval.
    pub(crate) fn json(&mut self) -> Value {
        let mut all = Map::new();
        let mut put = |name: &str, share: Share| {
            all.insert(name.to_owned(), json!(share.value()));
            all.insert(format!("{name}_interval"), json!(share.interval()));
            all.insert(format!("{name}_of"), json!(share.of));
        };
        let (bound, baseline, baseline_recall) = self.baseline();
        put("precision", self.precision);
        put("recall", self.recall);
        put("recall_50_plus", self.recall_50_plus);
        put("recall_3_to_5", self.recall_3_to_5);
        put("recall_3_to_5_all_apart", self.recall_3_to_5_all_apart);
        put("recall_careful_attackers", self.recall_careful);
        put("alerts_per_scan", Share { of: self.scans, hits: self.alerts() });
        put("baseline_precision", baseline);
        put("baseline_recall", baseline_recall);
        for (group, (from, to)) in self.groups.iter().zip(GROUPS) {
            let name = if to == usize::MAX { format!("{from}_plus") } else { format!("{from}_to_{to}") };
            put(&format!("recall_by_copies_{name}"), *group);
        }
        all.insert("baseline_scans".into(), json!(bound));
        let gain = self.precision.value().zip(baseline.value()).map(|(ours, theirs)| ours / theirs);
        all.insert("gain_over_baseline".into(), json!(gain));
        all.insert("scans".into(), json!(self.scans));
        all.insert("alerts".into(), json!(self.alerts()));
        all.insert("alerts_per_million_scans".into(), json!(self.alerts() as f64 * 1e6 / self.scans.max(1) as f64));
        all.insert("hours_to_first_alert".into(), quartiles(&mut self.hours));
        all.insert("scans_to_first_alert".into(), quartiles(&mut self.scans_before));
        all.insert("false_alerts".into(), Value::Object(self.false_alerts.clone()));
        all.insert("alerts_on_no_code".into(), json!({ "true": self.others_true, "false": self.others_false }));
        all.insert("calibration".into(), self.calibration());
        Value::Object(all)
    }

    /// Of the alerts with a score about this, how many were true.
    fn calibration(&self) -> Value {
        let bounds = [0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.01];
        let rows = bounds.windows(2).map(|pair| {
            let mut share = Share::default();
            let within = self.scores.iter().filter(|(score, _)| (pair[0]..pair[1]).contains(score));
            let mut sum = 0.0;
            for (score, is_true) in within {
                share.add(*is_true);
                sum += score;
            }
            let mean = (share.of > 0).then(|| sum / share.of as f64);
            json!({ "score": mean, "true": share.value(), "interval": share.interval(), "alerts": share.of })
        });
        Value::Array(rows.collect())
    }
}

/// Quartiles of a sample.
fn quartiles(sample: &mut [f64]) -> Value {
    sample.sort_by(f64::total_cmp);
    let at = |share: f64| sample.get(((sample.len().max(1) - 1) as f64 * share).round() as usize);
    json!({ "25%": at(0.25), "50%": at(0.5), "75%": at(0.75), "95%": at(0.95) })
}
