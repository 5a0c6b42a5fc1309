//! What operators run the register with, and auditors watch it with, over HTTP: accounts, keys, jobs that failed, the record
//! of who did what. The rules stand with each of them ([`crate::auth`], [`crate::keys`], [`crate::platform::jobs`],
//! [`crate::platform::audit`]); here they meet participants, regions and orders.

mod accounts;
mod approval;
mod approvals;
mod audit;
mod jobs;
mod keys;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes of operators and auditors.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    accounts::routes(routes);
    audit::routes(routes);
    keys::routes(routes);
    approvals::routes(routes);
    jobs::routes(routes);
}
