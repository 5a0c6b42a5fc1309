//! The service as a whole: the only module that knows every capability.

pub mod admin;
pub mod app;
pub(crate) mod health;
pub mod work;
