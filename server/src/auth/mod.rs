//! Who is asking: accounts, signing in, access tokens, and roles as extractors. To take one as an argument
//! is to require it; a route without one is public on purpose.

mod account;
mod attempts;
pub(crate) mod by_operator;
mod caller;
mod gate;
mod hold;
mod http;
mod password;
mod session;
mod sign_in;
mod store;
mod token;
mod totp;

pub use account::{
    Account, NewAccount, SecondFactor, add_account, disable_account, list_accounts, renew_second_factor, set_password,
    set_role,
};
pub use caller::{Role, UnknownRole};
pub use password::WeakPassword;
pub use totp::code as totp_code;

pub(crate) use caller::{Caller, Clerk, Inspector, Member, Operator, Overseer, Participant};
pub(crate) use gate::{Gate, admit};
pub(crate) use hold::hold_caller;
pub(crate) use http::routes;
pub(crate) use session::Sessions;
pub(crate) use sign_in::forget_old;
