//! What the world of the simulation is like; each figure can be set at the command line.

use clap::Args;

/// The world's figures.
#[derive(Args, Clone, Debug)]
pub(crate) struct Parameters {
    /// Codes in circulation.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) codes: u32,
    /// Days that are watched.
    #[arg(long, default_value_t = 60.0)]
    pub(crate) days: f64,
    /// Share of items that anybody ever scans.
    #[arg(long, default_value_t = 0.10)]
    pub(crate) scanned: f64,
    /// Scans of an item that is scanned at all, on the average.
    #[arg(long, default_value_t = 1.4)]
    pub(crate) scans_per_code: f64,
    /// Share of further scans that the same device makes.
    #[arg(long, default_value_t = 0.35)]
    pub(crate) repeats: f64,
    /// Median error of a position, in metres.
    #[arg(long, default_value_t = 50.0)]
    pub(crate) error_metres: f64,
    /// Share of positions that are wrong by 5 to 500 km.
    #[arg(long, default_value_t = 0.02)]
    pub(crate) gross_errors: f64,
    /// Share of scans without a place.
    #[arg(long, default_value_t = 0.05)]
    pub(crate) placeless: f64,
    /// Share of scans that are sent later.
    #[arg(long, default_value_t = 0.15)]
    pub(crate) offline: f64,
    /// The longest that a scan waits to be sent, in hours.
    #[arg(long, default_value_t = 72.0)]
    pub(crate) offline_hours: f64,
    /// Share of scans that are read wrongly.
    #[arg(long, default_value_t = 0.003)]
    pub(crate) misread: f64,
    /// Share of scanned items that are honestly sold on.
    #[arg(long, default_value_t = 0.02)]
    pub(crate) resale: f64,
    /// Share of scanned items whose photo goes round the web.
    #[arg(long, default_value_t = 0.01)]
    pub(crate) photos: f64,
    /// Share of such photos that are posted once more, days later.
    #[arg(long, default_value_t = 0.10)]
    pub(crate) reposts: f64,
    /// Share of those who try such a photo whose app tells that it read a picture from a file.
    #[arg(long, default_value_t = 0.75)]
    pub(crate) told: f64,
    /// Share of codes that were copied.
    #[arg(long, default_value_t = 1e-4)]
    pub(crate) prevalence: f64,
    /// Fewest copies of a copied code.
    #[arg(long, default_value_t = 2)]
    pub(crate) fewest_copies: u32,
    /// Most copies of a copied code; between the two, each order of magnitude is as likely.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) most_copies: u32,
    /// Share of copied codes whose copies are all sold in one city.
    #[arg(long, default_value_t = 0.5)]
    pub(crate) one_city: f64,
    /// Share of copied codes of attackers who take runs of codes and make few copies of each.
    #[arg(long, default_value_t = 0.2)]
    pub(crate) careful: f64,
}
