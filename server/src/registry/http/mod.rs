//! Routes to participants, products and reference data.

mod changes;
mod participants;
mod products;
mod reference;

use marking::gtin::Gtin;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bin::{Bin, InvalidBin};
use super::product::gtin_slug;
use crate::platform::problem::{Error, FieldFault, Result};

pub(crate) use participants::register as register_participant;
pub(crate) use products::{owner_of, publish as publish_product, register as register_product};

/// Routes of the register.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    participants::routes(routes);
    changes::routes(routes);
    products::routes(routes);
    reference::routes(routes);
}

/// A BIN in a path; 400 with the fault when it is none.
fn bin_in_path(text: &str) -> Result<Bin> {
    let fault = |error: InvalidBin| vec![FieldFault::new("bin", error.slug())];
    text.parse().map_err(|error| Error::Malformed("malformed-path", fault(error)))
}

/// A GTIN in a path; 400 with the fault when it is none.
fn gtin_in_path(text: &str) -> Result<Gtin> {
    text.parse().map_err(|error| Error::Malformed("malformed-path", vec![FieldFault::new("gtin", gtin_slug(error))]))
}
