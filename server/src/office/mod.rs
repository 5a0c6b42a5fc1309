//! What operators run the register with, over HTTP: accounts, keys and jobs that failed. The rules stand with each of them
//! ([`crate::auth`], [`crate::keys`], [`crate::jobs`]); here they meet participants, regions and orders.

mod accounts;
mod approval;
mod approvals;
mod jobs;
mod keys;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes of operators.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    accounts::routes(routes);
    keys::routes(routes);
    approvals::routes(routes);
    jobs::routes(routes);
}
