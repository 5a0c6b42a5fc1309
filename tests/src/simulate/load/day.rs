//! What a day brings: its hours, a crowd, a machine that dies.

/// A part of the day that is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// All twenty-four hours of an ordinary day, a few seconds of each.
    Day,
    /// The busiest hour of it.
    Peak,
    /// A crowd that comes within seconds at the peak and stays.
    Crowd,
    /// A machine that dies at the peak.
    Death,
}

/// Some seconds of a scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// How long it lasts, in seconds.
    pub(super) length: f64,
    /// Requests as a share of the peak.
    pub(super) share: f64,
    /// When one of the machines dies.
    pub(super) dies_at: Option<f64>,
}

/// Requests of each hour as a share of the peak: shops open at nine, people eat at one and shop after work.
const HOURS: [f64; 24] = [
    0.05, 0.03, 0.02, 0.02, 0.02, 0.03, 0.06, 0.14, 0.28, 0.45, 0.58, 0.68, 0.78, 0.82, 0.74, 0.70, 0.75, 0.86, 1.00,
    0.97, 0.80, 0.52, 0.28, 0.12,
];

impl Scene {
    pub(super) const ALL: [Self; 4] = [Self::Day, Self::Peak, Self::Crowd, Self::Death];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Peak => "peak",
            Self::Crowd => "crowd",
            Self::Death => "death",
        }
    }

    /// What comes, moment by moment; machines rest in between. `crowd` is how many times the peak a crowd is.
    pub(super) fn moments(self, crowd: f64) -> Vec<Moment> {
        let moment = |length, share| Moment { length, share, dies_at: None };
        match self {
            Self::Day => HOURS.iter().map(|share| moment(2.0, *share)).collect(),
            Self::Peak => vec![moment(30.0, 1.0)],
            Self::Crowd => vec![moment(30.0, crowd)],
            Self::Death => vec![Moment { length: 30.0, share: 1.0, dies_at: Some(5.0) }],
        }
    }
}
