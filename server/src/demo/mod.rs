//! Goods to try the service with (`tanba serve --demo`): a made-up story told through the register's own rules, and a
//! shelf of codes that shows every verdict, every reason and every family of codes.

mod http;
mod load;
mod page;
mod shelf;
mod sight;
mod story;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use http::routes;
pub use load::{Loaded, load};
