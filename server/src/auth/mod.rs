//! Who is asking: accounts, signing in, access tokens, and roles as extractors. To take one as an argument
//! is to require it; a route without one is public on purpose.

mod account;
mod attempts;
pub(crate) mod by_operator;
mod caller;
mod gate;
mod history;
mod hold;
mod http;
pub(crate) mod job;
mod own;
mod password;
mod recovery;
mod refresh;
mod session;
mod sign_in;
mod store;
mod stream;
mod token;
mod totp;
mod unused;

pub use account::{
    Account, FirstSecrets, NewAccount, SecondFactor, add_account, add_account_with, disable_account, list_accounts,
    renew_second_factor, set_password, set_role,
};
pub use caller::{Role, UnknownRole};
pub use history::DisabledWhy;
pub use password::WeakPassword;
pub use totp::code as totp_code;
pub use unused::disable_unused;

pub(crate) use caller::{Auditor, Caller, Clerk, Inspector, Member, Operator, Overseer, Participant};
pub(crate) use gate::{Gate, admit};
pub(crate) use hold::{HeldLater, check_caller, hold_caller};
pub(crate) use http::{routes, within};
pub(crate) use refresh::forget_old;
pub(crate) use session::Sessions;
pub(crate) use store::{find_id, list_logins};
pub use stream::Streams;
pub(crate) use stream::{BATCH as EVENT_BATCH, Resume, Source as EventSource, stream_events};

use crate::http::limits::Limiter;
use crate::keys::Keys;
use crate::platform::Base;

/// What accounts and sign-in need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pub(crate) base: Base,
    /// What signs tokens and encrypts second factors.
    pub(crate) keys: Keys,
    /// Cache of sessions.
    pub(crate) sessions: Sessions,
    /// How often an account may ask.
    pub(crate) limiter: Limiter,
}

impl Auth {
    /// With an empty cache of sessions.
    pub(crate) fn new(base: Base, keys: Keys, limiter: Limiter) -> Self {
        Self { base, keys, sessions: Sessions::new(), limiter }
    }
}
