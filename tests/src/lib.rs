//! What the tests stand on: real PostgreSQL and Redis, a service of their own for each test, people to sign in as.

#![allow(clippy::missing_panics_doc, reason = "a test ends where something is not as it must be")]

mod counters;
pub mod faults;
pub mod load;
mod memory;
mod push_service;
mod python;
mod redis_cluster;
mod replica;
mod scene;
mod stores;
mod test_app;
mod tls;

pub use counters::Counters;
pub use memory::memory;
pub use push_service::{Browser, Delivered, PushService, Reaction};
pub use python::python;
pub use redis_cluster::RedisCluster;
pub use replica::{PostgresReplica, owner as owner_of};
pub use scene::{Person, Scene, in_all_languages, range};
pub use stores::{Stores, shared_stores};
pub use test_app::{Answer, TestApp};
pub use tls::{Authority, TlsPostgres, TlsRedis};
