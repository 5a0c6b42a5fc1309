//! Stock: a clerk's check of a shelf or a delivery. For each code, whether it may be sold and why not; totals, and
//! what is missing, extra or doubled against the delivery that was expected. Reads only, and never says yes where the
//! register could not be asked.

mod answer;
mod compare;
mod count;
mod http;
mod judge;
mod store;

pub(crate) use http::routes;
