//! What every route shares: the client's address and language, bodies read under limits, headers that
//! protect, bounds on how often one may ask, a record of each request.

pub(crate) mod address;
pub(crate) mod body;
pub(crate) mod head;
pub(crate) mod headers;
pub(crate) mod html;
mod key;
pub(crate) mod known;
pub(crate) mod language;
pub(crate) mod limits;
pub(crate) mod listen;
mod objects;
pub(crate) mod overload;
pub(crate) mod pace;
pub(crate) mod page;
pub(crate) mod problems;
pub(crate) mod refusal;
pub(crate) mod room;
pub(crate) mod trace;
pub(crate) mod unread;

pub(crate) use address::ClientAddress;
pub(crate) use body::{Body, Query, SentBody};
pub(crate) use page::{Listed, Page, search_text};

use uuid::Uuid;

use crate::platform::problem::{Error, FieldFault, Result};

/// An id in a path; 400 with the fault when it is none.
pub(crate) fn id_in_path(text: &str) -> Result<Uuid> {
    let fault = || vec![FieldFault::new("id", "field-not-a-uuid")];
    text.parse().map_err(|_| Error::Malformed("malformed-path", fault()))
}
