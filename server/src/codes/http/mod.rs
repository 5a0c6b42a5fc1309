//! Routes to orders, their codes and their quotas.

mod decisions;
mod export;
mod orders;
mod quotas;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use export::{CodeRange, range_name};
pub(crate) use orders::visible_order;

/// Routes of codes.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    orders::routes(routes);
    export::routes(routes);
    decisions::routes(routes);
    quotas::routes(routes);
}
