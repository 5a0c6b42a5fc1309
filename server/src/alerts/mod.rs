//! Finding counterfeits from scans (Q27): rules over what is remembered of codes, devices, shops and runs of codes; alerts
//! that grow instead of multiplying; what inspectors do with them. Exact places are for inspectors of the region only, and
//! each look at them is audited.

mod case;
mod export;
mod hotspots;
mod http;
mod inspect;
mod look;
mod networks;
mod retention;
pub mod rules;
mod spots;
mod store;
mod stream;
mod watch;
mod webhook;
mod words;

pub(crate) use http::routes;
pub use retention::{forget_networks, keep_house};
pub use stream::Streams;
pub use watch::Watch;
pub(crate) use watch::{Wanted, judge_sale, judge_scans, refresh};
pub(crate) use webhook::tell;
