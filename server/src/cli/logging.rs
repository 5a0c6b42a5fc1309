//! The log of a service: one JSON object a line on standard error, each with the id of its request. What
//! clients send stays inside a JSON string, whatever it contains (X35).

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use tracing_subscriber::EnvFilter;

use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};

/// Everything worth knowing, without the greetings of libraries.
const USUAL: &str = "info,actix_server=warn,refinery_core=warn,tokio_postgres=warn";

/// Starts to log: to the file of the settings, else to standard error. Who watches at a terminal sees only what is amiss,
/// unless told otherwise.
pub(super) fn start(config: &Config) -> Result<()> {
    let watched = config.log_file.is_none() && io::stderr().is_terminal();
    let filter = config.log.as_deref().unwrap_or(if watched { "warn" } else { USUAL });
    let filter = EnvFilter::try_new(filter).map_err(|error| Error::internal(format!("RUST_LOG: {error}")))?;
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_env_filter(filter);
    match &config.log_file {
        Some(path) => log.with_writer(Arc::new(create(path)?)).try_init(),
        None => log.with_writer(io::stderr).try_init(),
    }
    .map_err(Error::Internal)
}

/// A file for the log, empty; its folder is made where it is missing.
fn create(path: &Path) -> Result<File> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| File::create(path));
    made.map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}
