//! The whole service, end to end, on real PostgreSQL and Redis. A test's doc comment names the duties that it proves.

#![allow(clippy::unwrap_used)]

mod alerts;
mod audit;
mod auth;
mod backup;
mod bugs;
mod cli;
mod codes;
mod command;
mod contract;
mod decode;
mod extremes;
mod faults;
mod findings;
mod held;
mod house;
mod http;
mod idempotency;
mod identity;
mod keys;
mod labels;
mod life_cycle;
mod limits;
mod locales;
mod logs;
mod names;
mod office;
mod openapi;
mod owner;
mod people;
mod pictures;
mod recalls;
mod registry;
mod reports;
mod requirements;
mod roles;
mod scans;
mod seen;
mod site;
mod stock;
mod tls;
mod uploads;
mod verify;
mod wire;
mod worker;
