//! Routes to alerts, for inspectors, and to coarse places of them, for who runs the register.

mod body;
mod list;
mod map;
mod of_report;
mod one;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes of this capability.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    list::routes(routes);
    map::routes(routes);
    of_report::routes(routes);
    one::routes(routes);
}
