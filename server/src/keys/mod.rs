//! The register's secrets: what seals codes, makes serials, signs access tokens and encrypts contacts.
//! Private halves are encrypted at rest under a master key and never leave the server. The public ones of seals go to
//! phones in a list that an offline root signs.

mod http;
pub(crate) mod job;
mod key;
mod list;
mod live;
mod master;
mod push;
mod root;
mod set;
mod store;
mod vault;

pub use key::{Algorithm, KeyCard, KeyState, Purpose, UnknownKind};
pub use live::Keys;
pub use root::{create_root, read_root};
pub use set::{KeySet, Signer};

pub(crate) use http::routes;
pub(crate) use push::PushKey;
pub(crate) use vault::random;
