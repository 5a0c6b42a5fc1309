//! What the tests stand on: real PostgreSQL and Redis, a service of their own for each test, people to sign in as.

mod stores;
mod test_app;

pub use stores::{Stores, shared_stores};
pub use test_app::{Answer, TestApp};
