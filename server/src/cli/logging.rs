//! The log of a service: one JSON object a line on standard error, each with the id of its request. What
//! clients send stays inside a JSON string, whatever it contains (X35).

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::error::{Error, Result};

/// Everything worth knowing, without the greetings of libraries.
const USUAL: &str = "info,actix_server=warn,refinery_core=warn,tokio_postgres=warn";

/// Starts to log. Who watches at a terminal sees only what is amiss, unless told otherwise.
pub(super) fn start(config: &Config) -> Result<()> {
    let usual = if io::stderr().is_terminal() { "warn" } else { USUAL };
    let filter = config.log.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(filter).map_err(|error| Error::internal(format!("RUST_LOG: {error}")))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init()
        .map_err(Error::Internal)
}
