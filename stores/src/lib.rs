//! A private PostgreSQL and a private Redis for development and tests: `tanba serve --private-stores`, `cargo xtask up`,
//! the tests and benches.
//!
//! They listen on Unix sockets only, keep their files in the data folder, run as another user if this process is root, and
//! end with this process. PostgreSQL's data are kept; Redis holds a snapshot that is rebuilt and writes nothing to disk.
//! Refused, each with an error of one line: a second start on the same folder, data of another major version.
//!
//! The feature `servers` (on by default) starts and stops them; without it there is only [`packages`].

#[cfg(feature = "servers")]
mod child;
#[cfg(feature = "servers")]
mod error;
pub mod packages;
#[cfg(feature = "servers")]
mod place;
#[cfg(feature = "servers")]
mod private;
#[cfg(feature = "servers")]
mod servers;
#[cfg(all(test, feature = "servers"))]
mod tests;

#[cfg(feature = "servers")]
pub use self::error::StoresError;
#[cfg(feature = "servers")]
pub use self::private::{Addresses, Durability, Options, Parts, PrivateStores};
