//! The register's secrets: what seals codes, makes serials, signs access tokens and encrypts contacts.
//! Private halves are encrypted at rest under a master key and never leave the server.

mod key;
mod live;
mod master;
mod set;
mod store;
mod vault;

pub use key::{Algorithm, KeyCard, KeyState, Purpose, UnknownKind};
pub use live::Keys;
pub use set::{KeySet, Signer};

pub(crate) use vault::random;
