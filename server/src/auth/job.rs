//! Maintenance of accounts and sign-ins.

use std::time::Duration;

use super::{Auth, disable_unused, forget_old};
use crate::platform::upkeep::Maintenance;

/// Maintenance tasks of accounts.
pub(crate) fn maintenance(state: &Auth, tasks: &mut Maintenance) {
    tasks.add("sign-ins", Duration::from_mins(10), state, |state| async move {
        forget_old(&state.base.db.get().await?, state.base.clock.now()).await.map(drop)
    });
    tasks.add("unused-accounts", Duration::from_hours(1), state, |state| async move {
        disable_unused(&state).await.map(drop)
    });
}
