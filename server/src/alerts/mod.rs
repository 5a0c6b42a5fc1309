//! Finding counterfeits from scans (Q27): rules over what is remembered of codes, devices, shops and runs of codes; alerts
//! that grow instead of multiplying; what inspectors do with them. Exact places are for inspectors of the region only, and
//! each look at them is audited.

mod case;
mod export;
mod hotspots;
mod http;
mod inspect;
mod look;
mod retention;
pub mod rules;
mod store;
mod stream;
mod watch;
mod webhook;
mod words;

pub(crate) use http::routes;
pub use retention::keep_house;
pub use watch::Watch;
pub(crate) use watch::{judge_sale, judge_scans, refresh};
pub(crate) use webhook::tell;
