//! The whole service, end to end, on real PostgreSQL and Redis. A test's doc comment names the duties that it proves.

#![allow(clippy::unwrap_used)]

mod auth;
mod codes;
mod faults;
mod house;
mod http;
mod labels;
mod limits;
mod locales;
mod openapi;
mod registry;
mod requirements;
mod scans;
mod stock;
